"""The platform's routes, in the order of the documentation; a feature's are found."""

from app.audit import endpoints as audit
from app.auth import session_endpoints as sessions
from app.auth.api_keys import endpoints as api_keys
from app.auth.oidc import deletion_endpoints as deletion
from app.auth.oidc import endpoints as oidc
from app.auth.service_accounts import endpoints as services
from app.users import administration
from app.users import endpoints as users

ROUTERS = (
    oidc.router,
    sessions.router,
    api_keys.router,
    users.router,
    deletion.router,
    administration.router,
    services.router,
    audit.router,
)
