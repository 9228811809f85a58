"""The platform's routes, in the order of the documentation; a feature's are found."""

from app.audit import endpoints as audit
from app.auth.service_accounts import endpoints as services
from app.users import administration
from app.users import endpoints as users

ROUTERS = (
    users.router,
    services.router,
    administration.router,
    audit.router,
)
