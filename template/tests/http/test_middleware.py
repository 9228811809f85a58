"""The middleware stack as a whole."""

from typing import Any

from fastapi import FastAPI
from starlette.types import Message

from app.db import Database
from app.http.middleware import middleware
from app.settings import Settings, load
from tests.fixtures.apps import PRODUCTION, MakeApp


def names(settings: Settings) -> list[str]:
    return [entry.cls.__name__ for entry in middleware(settings, lambda headers: None)]  # type: ignore[attr-defined]


def test_every_concern_has_its_place() -> None:
    """Headers and the log see every answer; who calls is known before it is counted; errors end innermost."""
    settings = load(
        Settings, **PRODUCTION, trusted_proxies="10.0.0.1", cors_origins="https://app.example.com"
    )

    assert [
        "TrustedProxies",
        "ResponseHeaders",
        "RequestId",
        "AccessLog",
        "TrustedHosts",
        "HttpsOnly",
        "Cors",
        "BodyLimit",
        "Caller",
        "DefaultRateLimit",
        "ErrorBoundary",
    ] == names(settings)


def test_what_is_not_configured_costs_nothing(settings: Settings) -> None:
    """No proxies, no demand for https, no pages of other origins."""
    assert not {"TrustedProxies", "HttpsOnly", "Cors"} & set(names(settings))


async def test_start_and_stop_of_the_server_pass_through(make_app: MakeApp, committed: Database) -> None:
    """They are no requests: nobody counts, limits or logs them as such."""
    app: FastAPI = make_app(database=committed, **PRODUCTION, trusted_proxies="10.0.0.1", cors_origins="*")
    received = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[str] = []

    async def receive() -> Message:
        return next(received)

    async def send(message: Message) -> None:
        sent.append(message["type"])

    scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    await app(scope, receive, send)

    assert ["lifespan.startup.complete", "lifespan.shutdown.complete"] == sent
