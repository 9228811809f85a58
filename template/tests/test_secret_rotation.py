"""A new SECRET_KEY: with the old one among SECRET_KEY_FALLBACKS, what that has signed is still good."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.db import Database
from tests.fixtures import notes
from tests.fixtures.accounts import AddUser, Login
from tests.fixtures.api_keys import add_key
from tests.fixtures.apps import Connect, MakeApp

ME = "/api/v1/users/me"
SECRET = "secret-as-long-and-as-random-as-it-must-be-6e2f"
OLD, NEW, OTHER = f"old-{SECRET}", f"new-{SECRET}", f"other-{SECRET}"
As = Callable[[FastAPI, AsyncClient], AsyncClient]


@pytest.fixture
def before(make_app: MakeApp) -> FastAPI:
    return make_app(notes.router, secret_key=OLD)


@dataclass(frozen=True)
class After:
    """The service with other secrets, and whether what the old one has signed is still good."""

    app: FastAPI
    good: bool


@pytest.fixture(params=["rotated", "rotated twice", "rolled back", "forgotten"])
def after(request: pytest.FixtureRequest, make_app: MakeApp) -> After:
    settings: dict[str, dict[str, Any]] = {
        "rotated": {"secret_key": NEW, "secret_key_fallbacks": OLD},
        "rotated twice": {"secret_key": OTHER, "secret_key_fallbacks": f"{NEW}, {OLD}"},
        "rolled back": {"secret_key": OLD, "secret_key_fallbacks": NEW},
        "forgotten": {"secret_key": NEW},
    }
    return After(make_app(notes.router, **settings[request.param]), request.param != "forgotten")


@pytest.fixture
def shown_to(connect: Connect) -> As:
    """A client of another service that shows what this client shows."""

    def client(app: FastAPI, owner: AsyncClient) -> AsyncClient:
        other = connect(app)
        other.headers.update(owner.headers)
        other.cookies.update(owner.cookies)
        return other

    return client


async def test_a_login_goes_on(before: FastAPI, after: After, login: Login, shown_to: As) -> None:
    """Whatever a login gives in this style."""
    alice = await login("alice@example.com", app=before)

    assert (200 if after.good else 401) == (await shown_to(after.app, alice).get(ME)).status_code


async def test_an_api_key_goes_on(
    before: FastAPI, after: After, add_user: AddUser, connect: Connect, database: Database
) -> None:
    """Programs need no other one."""
    await add_user("alice@example.com")
    _, key = await add_key(database, before.state.settings, "alice@example.com", ["account:read"])

    answer = await connect(after.app).get(ME, headers={"Authorization": f"Bearer {key}"})

    assert (200 if after.good else 401) == answer.status_code


async def test_a_cursor_leads_on(before: FastAPI, after: After, login: Login) -> None:
    """Whoever turns the pages meanwhile goes on with the next one."""
    alice, later = [await login("alice@example.com", app=app) for app in (before, after.app)]
    for title in ("One", "Three", "Two"):
        await alice.post("/notes", json={"title": title})
    cursor = (await alice.get("/notes", params={"limit": 2})).json()["next_cursor"]

    answer = await later.get("/notes", params={"cursor": cursor})

    if after.good:
        assert ["Two"] == [note["title"] for note in answer.json()["items"]]
    else:
        assert (422, "invalid_cursor") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("after", ["rotated", "rotated twice", "rolled back"], indirect=True)
async def test_a_request_sent_again_is_done_once(
    before: FastAPI, after: After, login: Login, shown_to: As
) -> None:
    """It is known as the same one."""
    alice = await login("alice@example.com", app=before)
    request: dict[str, Any] = {"json": {"title": "Once"}, "headers": {"Idempotency-Key": "7f2c"}}
    first = await alice.post("/notes", **request)

    again = await shown_to(after.app, alice).post("/notes", **request)

    assert (first.content, "true") == (again.content, again.headers["idempotent-replayed"])


async def test_the_new_secret_signs(before: FastAPI, make_app: MakeApp, login: Login, shown_to: As) -> None:
    """So that the old one can be taken out when all it has signed has run out."""
    rotated, alone = make_app(secret_key=NEW, secret_key_fallbacks=OLD), make_app(secret_key=NEW)
    alice = await login("alice@example.com", app=rotated)

    assert [401, 200] == [(await shown_to(app, alice).get(ME)).status_code for app in (before, alone)]
