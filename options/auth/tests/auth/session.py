"""Session cookies: what a login sets, how long it lasts, when it is replaced."""

from datetime import timedelta

import pytest
import time_machine
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.cookies.cookie import NAME, SessionCookies
from app.auth.models import LoginSession
from app.auth.policy import POLICY
from app.db import Database, new_id, utc_now
from app.settings import Settings, load
from tests.fixtures.accounts import AddUser, Login
from tests.fixtures.apps import PRODUCTION, Connect, MakeApp
from tests.fixtures.passwords import PASSWORD

ALICE, ME = "alice@example.com", "/api/v1/users/me"
MINUTES = timedelta(minutes=1)


async def log_in(client: AsyncClient) -> Response:
    return await client.post("/api/v1/auth/login", json={"email": ALICE, "password": PASSWORD})


async def status(client: AsyncClient) -> int:
    return (await client.get(ME)).status_code


async def only_row(database: Database) -> LoginSession:
    async def read(session: AsyncSession) -> LoginSession:
        return (await session.scalars(select(LoginSession))).one()

    return await database.run(read)


def test_a_cookie_tells_whose_it_is_to_us_alone(settings: Settings) -> None:
    """Two of one user have nothing in common that another could see."""
    cookies, user_id = SessionCookies(settings), new_id()

    (token, value), (_, other) = cookies.make(user_id), cookies.make(user_id)

    assert token == cookies.read(value.encode())
    assert 84 == len(value)
    assert sum(a == b for a, b in zip(value, other, strict=True)) < 20
    assert repr(token) == f"SessionToken(user_id={user_id!r})"


async def test_the_database_knows_only_the_hash(
    client: AsyncClient, add_user: AddUser, database: Database
) -> None:
    """Whoever reads it can go on with no login."""
    await add_user(ALICE)
    value = (await log_in(client)).cookies[NAME]

    row = await only_row(database)

    assert row.token_hash is not None
    assert 64 == len(row.token_hash)
    assert row.token_hash not in value


async def test_a_login_tells_when_it_ends(client: AsyncClient, add_user: AddUser) -> None:
    """Half an hour without use, a day in any case; the page can warn its user."""
    await add_user(ALICE)
    with time_machine.travel(start := utc_now(), tick=False):
        answer = (await log_in(client)).json()

    assert {"idle_seconds": 1800, "expires_at": (start + timedelta(hours=24)).isoformat()} == {
        **answer,
        "expires_at": answer["expires_at"].replace("Z", "+00:00"),
    }


@pytest.mark.parametrize(("minutes", "expected"), [(29, 200), (31, 401)])
async def test_a_login_not_used_for_half_an_hour_ends(
    alice: AsyncClient, minutes: int, expected: int
) -> None:
    """On the server: the browser is not asked."""
    with time_machine.travel(utc_now() + minutes * MINUTES):
        assert expected == await status(alice)


async def test_use_keeps_a_login_open_for_a_day_at_most(alice: AsyncClient) -> None:
    """However much it is used."""
    start, codes = utc_now(), {}
    for minutes in range(25, 25 * 60, 25):
        with time_machine.travel(start + minutes * MINUTES):
            codes[minutes] = await status(alice)

    ended = [minutes for minutes, code in codes.items() if code == 401]
    assert {200, 401} == set(codes.values())
    assert 24 * 60 < ended[0] <= 24 * 60 + 25


async def test_the_last_use_is_written_once_a_minute(alice: AsyncClient, database: Database) -> None:
    """By reading too, and by what is refused; never by each request."""
    opened = await only_row(database)
    start, seen = opened.created_at, []

    for seconds, path in ((30, ME), (70, ME), (100, ME), (140, "/api/v1/users/not-a-uuid")):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            await alice.get(path)
        row = await only_row(database)
        seen.append((row.last_used_at - start).total_seconds())
        assert row.expires_at - row.last_used_at <= POLICY.session_idle_lifetime

    assert [0, 70, 70, 140] == [round(second) for second in seen]


async def test_what_has_ended_does_not_come_back_by_use(alice: AsyncClient, database: Database) -> None:
    """Writing down the last use moves the end of an open session only."""
    row = await only_row(database)
    await alice.post("/api/v1/auth/logout")

    with time_machine.travel(utc_now() + 5 * MINUTES):
        assert 401 == await status(alice)

    assert row.expires_at == (await only_row(database)).expires_at


async def test_a_login_replaces_the_one_before(client: AsyncClient, add_user: AddUser, app: FastAPI) -> None:
    """The cookie is new, and the old one is worthless."""
    await add_user(ALICE)
    first = (await log_in(client)).cookies[NAME]
    second = (await log_in(client)).cookies[NAME]

    assert first != second
    assert 200 == await status(client)
    client.cookies.clear()
    client.cookies.set(NAME, first)
    assert 401 == await status(client)


async def test_a_new_password_comes_with_a_new_cookie(alice: AsyncClient) -> None:
    """This login goes on, for whoever gets the answer."""
    before = alice.cookies[NAME]
    change = {"current_password": PASSWORD, "new_password": "another horse and battery"}

    answer = await alice.post("/api/v1/auth/password", json=change)

    assert (204, 200) == (answer.status_code, await status(alice))
    assert before != alice.cookies[NAME]
    alice.cookies.clear()
    alice.cookies.set(NAME, before)
    assert 401 == await status(alice)


@pytest.mark.parametrize("path", ["logout", "logout-all"])
async def test_logout_takes_the_cookie_back(alice: AsyncClient, path: str) -> None:
    """The browser forgets it."""
    answer = await alice.post(f"/api/v1/auth/{path}")

    assert [f"{NAME}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"] == answer.headers.get_list("set-cookie")
    assert {} == dict(alice.cookies)


async def test_two_logins_of_a_user_are_one_caller(login: Login, make_app: MakeApp) -> None:
    """For rate limits, and for an Idempotency-Key that is sent again after logging in anew."""
    app = make_app(rate_limit="5/hour")
    first, second = await login(ALICE, app=app), await login(ALICE, app=app)

    remaining = [(await client.get(ME)).headers["ratelimit"].split(";")[1] for client in (first, second)]

    assert ["r=4", "r=3"] == remaining


async def test_in_production_the_cookie_belongs_to_this_host(
    make_app: MakeApp, connect: Connect, add_user: AddUser
) -> None:
    """And goes over https only."""
    await add_user(ALICE)
    app = make_app(**PRODUCTION)
    client = connect(app)
    client.base_url = "https://api.example.com"

    answer = await log_in(client)

    assert answer.headers["set-cookie"].startswith(f"__Host-{NAME}=")
    assert answer.headers["set-cookie"].endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
    assert 200 == await status(client)


def test_production_knows_no_other_cookie() -> None:
    """Settings for it demand https, and with https goes the prefix."""
    assert f"__Host-{NAME}" == SessionCookies(load(Settings, **PRODUCTION)).name


def test_the_contract_names_the_cookie(app: FastAPI) -> None:
    """As production calls it."""
    schemes = app.openapi()["components"]["securitySchemes"]

    assert ("apiKey", "cookie", f"__Host-{NAME}") in {
        (scheme["type"], scheme.get("in"), scheme.get("name")) for scheme in schemes.values()
    }
