"""Logs: whatever secret comes in, by whatever way, none comes out there."""

import re
from collections.abc import Awaitable, Callable, Iterable
from io import StringIO
from itertools import count
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from httpx2 import AsyncClient

from app import email as outbox
from app.db import Database
from app.email import Email
from app.http import Router
from app.logs import configure_logs
from app.redaction import redact_text
from app.settings import Settings, load
from app.validation import RequestModel, Secret
from tests.fixtures.accounts import Login
from tests.fixtures.apps import Connect, Serve
from tests.fixtures.mails import GREETING, SentMails
from tests.rules.operations import Operation, operations_of, refuse, service_of
from tests.rules.requests import send
from tests.rules.schemas import resolve

NewClient = Callable[[], Awaitable[AsyncClient]]
CANARY = "canary-4f1d9c7a2b63e805"
SECRET = re.compile(r"passw|secret|token|credential|(api|private)_?key|^code$", re.IGNORECASE)


async def leaks(operations: Iterable[Operation], new_client: NewClient, log: StringIO) -> list[str]:
    """Each operation is asked with canaries wherever a secret may stand; the log must hold none."""
    offenders = []
    for operation in operations:
        client = await new_client()
        start = log.tell()
        await send(client, operation, change=_plant)
        lines = [line for line in log.getvalue()[start:].splitlines() if CANARY in line]
        offenders += [
            f"{operation}: log what happened, not the secrets that came in: {line}" for line in lines
        ]
    return offenders


def _plant(operation: Operation, request: dict[str, Any]) -> None:
    request["params"] |= {"token": CANARY, "api_key": CANARY, "email": f"{CANARY}@example.com"}
    request["headers"] |= {"X-Api-Key": CANARY, "Referer": f"https://{CANARY}/"}
    for name, schema in resolve(operation.body or {}, operation.document).get("properties", {}).items():
        if SECRET.search(name):
            request["json"][name] = CANARY
        elif schema.get("format") == "email":
            request["json"][name] = f"{CANARY}@example.com"


async def test_no_secret_is_logged(
    app: FastAPI,
    login: Login,
    connect: Connect,
    log_stream: StringIO,
    database: Database,
    sent_mails: SentMails,
) -> None:
    numbers = count()
    configure_logs(load(Settings, log_level="DEBUG"), log_stream)

    async def user() -> AsyncClient:
        client = await login(f"{CANARY}.{next(numbers)}@example.com")  # some operations end the account
        client.cookies.set("session", CANARY)
        return client

    async def thief() -> AsyncClient:
        client = connect(app)
        client.headers["Authorization"] = f"Bearer {CANARY}"
        client.cookies.set("session", CANARY)
        return client

    operations = operations_of(app)
    refuse([*await leaks(operations, user, log_stream), *await leaks(operations, thief, log_stream)])
    mail = Email(f"{CANARY}@example.com", GREETING, {"url": CANARY})
    await database.run(lambda session: outbox.send(session, mail))
    assert await sent_mails()
    assert CANARY not in log_stream.getvalue()


async def test_a_secret_in_the_log_is_seen(serve: Serve, log_stream: StringIO) -> None:
    router = Router()
    log = structlog.get_logger("test")

    class Door(RequestModel):
        password: Secret

    @router.post("/careful")
    async def careful(door: Door) -> None:
        log.info("opened", password=door.password, door=door.model_dump())

    @router.post("/careless")
    async def careless(door: Door) -> None:
        log.info("opened", door=f"with {door.password}")

    async def anybody() -> AsyncClient:
        return serve(router)

    [offender] = await leaks(service_of(router), anybody, log_stream)
    assert "POST /careless" in offender
    assert "with canary" in offender


@pytest.mark.parametrize(
    "word", ["a", "a.", "token", "token-", "'token", "eyJaaaaa-", "bearer ", "1 ", "://a:"]
)
def test_no_text_keeps_the_redaction_busy(word: str) -> None:
    """A caller chooses the path that is logged. If it took more than one pass, this would not end."""
    assert redact_text(word * (500_000 // len(word)) + "=")
