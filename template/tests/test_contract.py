"""The service keeps its contract: schemathesis makes requests from it and checks each answer against it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI, HTTPException, Response
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy, booleans
from schemathesis import GenerationMode
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.db.engine import DatabaseSettings, create_engine
from app.settings import load
from tests.fixtures import credentials
from tests.fixtures.accounts import Login
from tests.fixtures.apps import MakeApp
from tests.rules.operations import operations_of, refuse
from tests.rules.requests import NoStore, make_ids

CONFIG = {
    "seed": 1,
    "checks": {
        # What a schema cannot say is refused too, such as a forged cursor; and pydantic takes "5" for 5.
        "positive_data_acceptance": {"enabled": False},
        "negative_data_rejection": {"enabled": False},
    },
}
SETTINGS = settings(
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[*HealthCheck],
)


class Forgetful(Database):
    """A database on which nothing stays, so that each request meets the same state."""

    def session(self, *, read_only: bool = False) -> AsyncSession:
        session = super().session(read_only=read_only)

        async def commit() -> None:
            await session.flush()
            await session.rollback()

        session.commit = commit  # type: ignore[method-assign]
        return session


@dataclass(frozen=True)
class Account:
    """What a user shows at each request, and the ids of what belongs to the user, by path."""

    shown: dict[str, Any]
    ids: dict[str, dict[str, str]]


@pytest.fixture
async def alice(make_app: MakeApp, login: Login, committed: Database) -> Account:
    """A user who has made one of everything."""
    app, made = make_app(database=committed), dict[str, str]()
    client, operations = await login("alice@example.com", app=app), operations_of(app)
    ids = {operation.path: await make_ids(client, operation, operations, made) for operation in operations}
    return Account(credentials.documented(client), ids)


def breaches(app: FastAPI, account: Account) -> Iterator[str]:
    """Each operation that answers with a fault of ours, or other than its contract says."""
    # schemathesis has an event loop of its own: so has this database, and nothing else is open.
    app.state.database = Forgetful(create_engine(load(DatabaseSettings)))
    app.state.shared_store = NoStore()
    contract = schemathesis.openapi.from_asgi(
        "/openapi.json", app, config=schemathesis.Config.from_dict(CONFIG)
    )
    found: Any
    for found in contract.get_all_operations():
        operation = found.ok()
        try:
            _ask(operation, account)
        except BaseExceptionGroup as failures:
            yield f"{operation.label}: {failures}"


def _ask(operation: Any, account: Account) -> None:
    cases: SearchStrategy[schemathesis.Case[Any]] = operation.as_strategy(
        generation_mode=GenerationMode.POSITIVE
    ) | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @SETTINGS
    @given(case=cases, known=booleans())
    def ask(case: schemathesis.Case[Any], known: bool) -> None:
        if known:
            case.path_parameters |= account.ids.get(operation.path, {})
        if case.headers:
            case.headers.pop("Authorization", None)  # an invented one would take the place of the account's
        case.call_and_validate(**account.shown)

    ask()


def test_every_answer_is_in_the_contract(make_app: MakeApp, alice: Account) -> None:
    refuse(breaches(make_app(worker_in_process=False, **credentials.CONTRACT_SETTINGS), alice))


def test_a_broken_contract_is_seen() -> None:
    app = FastAPI()

    @app.get("/status")
    async def status() -> int:
        raise HTTPException(418)

    @app.get("/type", response_model=int)
    async def media_type() -> Response:
        return Response("1", media_type="text/plain")

    @app.get("/schema", response_model=int)
    async def schema() -> Response:
        return Response('"one"', media_type="application/json")

    @app.get("/fault", responses={500: {}})
    async def fault() -> int:
        raise HTTPException(500)

    found = {
        line.partition(":")[0]: re.findall(r"- ST\d+ (.*)", line) for line in breaches(app, Account({}, {}))
    }
    assert {
        "GET /status": ["Undocumented status code"],
        "GET /type": ["Undocumented Content-Type"],
        "GET /schema": ["Response violates schema"],
        "GET /fault": ["Server error"],
    } == found
