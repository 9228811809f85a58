"""The user who makes a request, known by one query."""

from typing import Annotated, Protocol

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record_refusal
from app.auth.credentials import security_scheme
from app.auth.permissions import Permission
from app.auth.principal import Principal
from app.db import Session
from app.errors import Forbidden, Unauthorized


class InvalidCredential(Unauthorized):
    """The credential is malformed, expired, revoked or not ours (RFC 6750 section 3.1)."""

    code, title = "invalid_credential", "The credential is not valid any more"

    def __init__(self) -> None:
        super().__init__()
        self.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'


class PermissionDenied(Forbidden):
    """The caller is known, and the role or the API key lacks the permission."""

    code, title = "permission_denied", "You may not do this"


class Identity(Protocol):
    """A credential that was verified without a query; it may have been revoked since."""

    async def principal(self, session: AsyncSession) -> Principal | None:
        """Whose it is, or None when it is worth nothing any more."""


async def authenticate(identity: Identity, session: AsyncSession) -> Principal:
    """The user behind a credential. Raises InvalidCredential when it is worth nothing any more."""
    principal = await identity.principal(session)
    if principal is None:
        raise InvalidCredential
    return principal


async def _current_user(
    request: Request, session: Session, _documented: Annotated[object, Depends(security_scheme)]
) -> Principal:
    identity: Identity | None = request.scope["identity"]
    if identity is None:
        raise InvalidCredential if "authorization" in request.headers else Unauthorized
    principal = await authenticate(identity, session)
    needed: Permission | None = getattr(request.scope["route"].endpoint, "permission", None)
    if needed is None and principal.scopes is not None:
        raise PermissionDenied("This needs a login: no API key has a scope for it.")
    if needed is not None and not principal.may(needed):
        record_refusal(session, Event("permission.denied", principal.id, details={"needed": needed.name}))
        raise PermissionDenied(f"This needs the permission {needed.name}.")
    return principal


CurrentUser = Annotated[Principal, Depends(_current_user)]
