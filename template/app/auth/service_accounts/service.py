"""The rules of service accounts: nobody opens one that may do what they may not."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record
from app.auth.api_keys.service import ApiKeyService
from app.auth.permissions import permissions_of
from app.auth.principal import Principal
from app.auth.service_accounts.schemas import ServiceAccountCreate
from app.errors import Conflict, InvalidRequest, NotFound
from app.settings import Settings
from app.users import Role, User
from app.users import repository as users

# No mail reaches it (RFC 2606 section 2), and app.validation.Email refuses it: nobody can register such an
# address, nor have a link to a new password sent to it.
DOMAIN = "services.invalid"


class ServiceExists(Conflict):
    """There is a service account of this name."""

    code, title = "service_exists", "There is a service account of this name already"


class RoleNotGranted(InvalidRequest):
    """The role has a permission that yours has not."""

    code, title = "role_not_granted", "You can give a service account only a role that you have yourself"


class ServiceAccounts:
    """All service accounts, for an administrator, or for a command, which is nobody (None)."""

    def __init__(self, session: AsyncSession, settings: Settings, actor: Principal | None) -> None:
        self.session = session
        self.settings = settings
        self.actor = actor

    async def create(self, new: ServiceAccountCreate) -> User:
        """Open an account for a program; it has no key yet. Raises ServiceExists or RoleNotGranted."""
        if self.actor is not None and permissions_of(new.role) - permissions_of(self.actor.role):
            raise RoleNotGranted
        email = f"{new.name}@{DOMAIN}"
        if await users.by_email(self.session, email) is not None:
            raise ServiceExists
        user = await users.add(self.session, User(email=email, name=new.name, role=new.role, is_service=True))
        actor_id = None if self.actor is None else self.actor.id
        record(self.session, Event("user.created", actor_id, ("user", user.id), {"role": new.role}))
        return user

    def all(self) -> Select[User]:
        """A query for all of them."""
        return select(User).where(User.is_service)

    async def get(self, account_id: UUID) -> User:
        """One of them. Raises NotFound, also for the account of a person."""
        user = await users.get(self.session, account_id)
        if not user.is_service:
            raise NotFound
        return user

    async def keys(self, account_id: UUID) -> ApiKeyService:
        """The keys of one of them. Raises NotFound."""
        user = await self.get(account_id)
        owner = Principal(user.id, user.email, Role(user.role))
        return ApiKeyService(self.session, self.settings, owner, self.actor)
