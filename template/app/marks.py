"""What an endpoint says of itself where it departs from a rule of the house; `tests/rules` reads it."""

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def public(endpoint: F) -> F:
    """Anybody may call this route: it needs no login."""
    endpoint.public = True  # type: ignore[attr-defined]
    return endpoint


def bounded(endpoint: F) -> F:
    """The list this route answers with cannot grow with use: it needs no pages."""
    endpoint.bounded = True  # type: ignore[attr-defined]
    return endpoint


def open_without_second_factor(endpoint: F) -> F:
    """Open also to whoever must have a second factor and has none yet (`app.auth.second_factor`)."""
    endpoint.open_without_second_factor = True  # type: ignore[attr-defined]
    return endpoint
