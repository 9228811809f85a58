"""Style of authentication: an OpenID Connect provider; its access tokens, and a cookie for browsers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.middleware import Middleware

from app.auth.cookies import HOST_NAME, CookieIdentity
from app.auth.cookies import login as cookies
from app.auth.cookies.login import came_with_credential, withdraw
from app.auth.oidc import KeysOnDemand, UnverifiedToken, VerifiedToken, bearer_tokens
from app.settings import Settings

__all__ = ["came_with_credential", "guards", "identifier", "install", "security_scheme", "withdraw"]
Identity = VerifiedToken | UnverifiedToken | CookieIdentity
BEARER = b"bearer "

_cookie = APIKeyCookie(
    name=HOST_NAME, auto_error=False, description="Set by a login; over plain http without `__Host-`"
)
_bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="An access token of the provider (RFC 9068)"
)


async def security_scheme(
    _one: Annotated[object, Depends(_cookie)], _other: Annotated[object, Depends(_bearer)]
) -> None:
    """Document both ways in."""


def identifier(settings: Settings) -> Callable[[Mapping[bytes, bytes]], Identity | None]:
    """Make the function that verifies the credential in a request's headers, with the keys at hand."""
    of_cookie = cookies.identifier(settings)
    bearer_tokens()  # settings that cannot be used are refused at the start

    def identify(headers: Mapping[bytes, bytes]) -> Identity | None:
        value = headers.get(b"authorization", b"")
        if value[: len(BEARER)].lower() == BEARER:
            return bearer_tokens().identify(value[len(BEARER) :].decode("latin-1").strip())
        return of_cookie(headers)

    return identify


def guards(settings: Settings) -> Sequence[Middleware]:
    """What else must look at each request: keys that are not at hand, and who has sent the cookie."""
    return (Middleware(KeysOnDemand), *cookies.guards(settings))


def install(_app: FastAPI) -> None:
    """Add what the style needs besides: nothing."""
