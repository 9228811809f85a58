"""A mail server, and a provider that sends to it."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import pytest

from app.email.providers.smtp import Smtp
from app.settings import Settings
from tests.email.providers.mail_server import MailServer

Start = Callable[[MailServer], Coroutine[Any, Any, MailServer]]
MakeProvider = Callable[..., Smtp]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start a server for this test."""
    async with AsyncExitStack() as stack:

        async def listen(server: MailServer) -> MailServer:
            stack.push_async_exit(await server.start())
            return server

        yield listen


@pytest.fixture
def connect_to(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> MakeProvider:
    """`connect_to(server, smtp_tls="none")`: a provider with these settings."""

    def make(server: MailServer, **values: str) -> Smtp:
        for name, value in {"smtp_host": "127.0.0.1", "smtp_port": str(server.port), **values}.items():
            monkeypatch.setenv(name.upper(), value)
        return Smtp(settings)

    return make
