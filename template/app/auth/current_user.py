"""The user who makes a request, known by one query."""

from typing import Annotated, Protocol

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import Event, record_refusal
from app.auth.api_keys import api_key_scheme
from app.auth.credentials import came_with_credential, security_scheme
from app.auth.permissions import Permission
from app.auth.principal import Principal
from app.auth.second_factor import demand_second_factor
from app.db import Session
from app.errors import Forbidden, Unauthorized
from app.http.route import route_template


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


async def authenticate(request: Request, session: AsyncSession) -> Principal:
    """Who makes this request, and may.

    Raises Unauthorized, InvalidCredential, SecondFactorMissing or PermissionDenied.
    """
    identity: Identity | None = request.scope["identity"]
    if identity is None:
        raise InvalidCredential if came_with_credential(request) else Unauthorized
    principal = await identity.principal(session)
    if principal is None:
        raise InvalidCredential
    await demand_second_factor(request, session, principal)
    _authorise(request, session, principal)
    return principal


def _authorise(request: Request, session: AsyncSession, principal: Principal) -> None:
    needed: Permission | None = getattr(request.scope["route"].endpoint, "permission", None)
    # What asks for no permission is a user's own: open in a login, closed to an API key.
    if principal.scopes is None if needed is None else principal.may(needed):
        return
    route = f"{request.method} {route_template(request.scope)}"
    details = {"needed": needed.name if needed else "a login"}
    record_refusal(session, Event("permission.denied", principal.id, ("route", route), details))
    if needed is None:
        raise PermissionDenied("No API key has a scope for this.")
    raise PermissionDenied(f"This needs the permission {needed.name}.")


async def _current_user(
    request: Request,
    session: Session,
    _login: Annotated[object, Depends(security_scheme)],
    _api_key: Annotated[object, Depends(api_key_scheme)],
) -> Principal:
    # The schemes are for the contract: who it is was told by app/auth/identify.py.
    return await authenticate(request, session)


CurrentUser = Annotated[Principal, Depends(_current_user)]
