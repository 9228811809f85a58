"""The platform's routes, in the order of the documentation; a feature's are found."""

from app.accounts import deletion_endpoints as deletion
from app.accounts import email_endpoints as emails
from app.accounts import endpoints as accounts
from app.accounts import password_endpoints as passwords
from app.accounts.second_factor import endpoints as second_factors
from app.audit import endpoints as audit
from app.auth import session_endpoints as sessions
from app.auth.api_keys import endpoints as api_keys
from app.auth.service_accounts import endpoints as services
from app.users import administration
from app.users import endpoints as users

ROUTERS = (
    accounts.router,
    passwords.router,
    emails.router,
    sessions.router,
    api_keys.router,
    users.router,
    second_factors.router,
    deletion.router,
    administration.router,
    services.router,
    audit.router,
)
