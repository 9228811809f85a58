"""Accounts of programs: users without a password, who have nothing but their keys."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.auth.api_keys.schemas import ApiKeyCreate, ApiKeyIssued
from app.auth.api_keys.service import ApiKeyService
from app.auth.principal import Principal
from app.errors import Conflict
from app.settings import Settings
from app.users import Role, User
from app.users import repository as users

# No mail reaches it (RFC 2606 section 2), and app.validation.Email refuses it: nobody can register such an
# address, nor have a link to a new password sent to it.
DOMAIN = "services.invalid"


class ServiceExists(Conflict):
    """There is a service account of this name."""

    code, title = "service_exists", "There is a service account of this name already"


async def create_service(
    session: AsyncSession, settings: Settings, name: str, role: Role, first_key: ApiKeyCreate
) -> ApiKeyIssued:
    """Open an account for a program, with its first key. Raises ServiceExists or ScopeNotGranted."""
    email = f"{name}@{DOMAIN}"
    if await users.by_email(session, email) is not None:
        raise ServiceExists
    user = await users.add(session, User(email=email, name=name, role=role))
    record(session, Event("user.created", resource=("user", user.id), details={"role": role}))
    keys = ApiKeyService(session, settings, Principal(user.id, email, role), actor_id=None)
    return await keys.create(first_key)
