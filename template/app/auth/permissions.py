"""What somebody may do beyond what is their own: a name, and the roles that have it.

A feature declares its own beside its endpoints, such as `REFUND = Permission("invoices:refund", ADMINS)`, and
marks a route with `@require(REFUND)`. The name is also a scope that an API key can have.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from app.users import Role

F = TypeVar("F", bound=Callable[..., object])
EVERYBODY = frozenset(Role)
ADMINS = frozenset({Role.ADMIN})


@dataclass(frozen=True)
class Permission:
    """A permission and the roles that have it. Made once, where its module is imported."""

    name: str
    roles: frozenset[Role] = field(default=ADMINS, compare=False)

    def __post_init__(self) -> None:
        """Enter it into the table. Raises ValueError when another one has the name."""
        if PERMISSIONS.setdefault(self.name, self) is not self:
            raise ValueError(f"two permissions are called {self.name!r}")


# Every permission there is: the platform's, and those that features add.
PERMISSIONS: dict[str, Permission] = {}

READ_ACCOUNT = Permission("account:read", EVERYBODY)
WRITE_ACCOUNT = Permission("account:write", EVERYBODY)
READ_USERS = Permission("users:read")
WRITE_USERS = Permission("users:write")
READ_SERVICES = Permission("service_accounts:read")
WRITE_SERVICES = Permission("service_accounts:write")
READ_AUDIT = Permission("audit:read")


def permissions_of(role: Role) -> set[str]:
    """The names of a role's permissions."""
    return {name for name, permission in PERMISSIONS.items() if role in permission.roles}


def require(permission: Permission) -> Callable[[F], F]:
    """Mark an endpoint that asks for `CurrentUser`: whoever lacks this permission is refused, 403."""

    def mark(endpoint: F) -> F:
        endpoint.permission = permission  # type: ignore[attr-defined]
        return endpoint

    return mark
