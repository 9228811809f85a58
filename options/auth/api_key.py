"""Style of authentication: API keys alone. Every caller is a program, with an account of its own."""

from collections.abc import Callable, Mapping, Sequence

from fastapi import FastAPI, Request
from starlette.middleware import Middleware

from app.auth.api_keys import api_key_scheme
from app.http.caller import Identity
from app.settings import Settings

security_scheme = api_key_scheme


def identifier(_settings: Settings) -> Callable[[Mapping[bytes, bytes]], Identity | None]:
    """Make the function that is asked when no API key came: then it is nobody."""
    return lambda _headers: None


def guards(_settings: Settings) -> Sequence[Middleware]:
    """What else must look at each request: nothing. No browser sends a key by itself."""
    return ()


def came_with_credential(request: Request) -> bool:
    """Whether the client meant to show who it is, valid or not."""
    return "authorization" in request.headers


def install(_app: FastAPI) -> None:
    """Add what the style needs besides: nothing."""
