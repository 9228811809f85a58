"""Logging in and out."""

from typing import Any

from httpx2 import AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import LoginSession
from app.db import Database, utc_now
from tests.fixtures.accounts import AddUser, Login, change_user
from tests.fixtures.passwords import PASSWORD

ALICE = "alice@example.com"


async def login(client: AsyncClient, password: str = PASSWORD, **headers: str) -> Response:
    body = {"email": ALICE, "password": password}
    return await client.post("/api/v1/auth/login", json=body, headers=headers)


def told(response: Response) -> dict[str, Any]:
    return {key: value for key, value in response.json().items() if key != "request_id"}


async def test_the_right_password_opens_the_account(client: AsyncClient, add_user: AddUser) -> None:
    """The answer is for this client alone: it is cached nowhere."""
    await add_user(ALICE)

    response = await login(client)

    assert (200, "no-store") == (response.status_code, response.headers["cache-control"])


async def test_every_wrong_login_gets_the_same_answer(
    client: AsyncClient, add_user: AddUser, database: Database
) -> None:
    """Unknown address, wrong password, unconfirmed or disabled account: nobody learns which."""
    unknown = await login(client)
    await add_user(ALICE)
    wrong = await login(client, "a wrong password")
    await change_user(database, ALICE, disabled_at=utc_now())
    disabled = await login(client)
    await change_user(database, ALICE, disabled_at=None, email_verified_at=None)
    unconfirmed = await login(client, "a wrong password")

    answers = (unknown, wrong, disabled, unconfirmed)
    assert {(401, "invalid_login")} == {(answer.status_code, answer.json()["code"]) for answer in answers}
    assert 1 == len({str(told(answer)) for answer in answers})


async def test_an_unconfirmed_address_is_told_to_whoever_knows_the_password(
    client: AsyncClient, add_user: AddUser
) -> None:
    """And to nobody else."""
    await add_user(ALICE, email_verified_at=None)

    response = await login(client)

    assert (403, "email_not_verified") == (response.status_code, response.json()["code"])


async def test_an_account_without_a_password_cannot_be_entered_by_one(
    client: AsyncClient, add_user: AddUser, database: Database
) -> None:
    """An empty column is no password."""
    await add_user(ALICE)
    await change_user(database, ALICE, password_hash=None)

    assert 401 == (await login(client)).status_code


async def test_a_login_remembers_where_it_was_made(
    client: AsyncClient, add_user: AddUser, database: Database
) -> None:
    """For whoever looks through the logins of an account; a boundless header is cut."""
    await add_user(ALICE)
    await login(client, **{"User-Agent": "x" * 500})

    async def read(session: AsyncSession) -> LoginSession:
        return (await session.scalars(select(LoginSession))).one()

    row = await database.run(read)
    assert ("127.0.0.1", "x" * 200) == (row.address, row.user_agent)


async def test_after_logout_the_login_is_worthless_at_once(alice: AsyncClient) -> None:
    """Though its token has not run out."""
    codes = [(await alice.get("/api/v1/users/me")).status_code]
    codes.append((await alice.post("/api/v1/auth/logout")).status_code)
    codes.append((await alice.get("/api/v1/users/me")).status_code)

    assert [200, 204, 401] == codes


async def test_logout_ends_this_login_alone(alice: AsyncClient, login: Login) -> None:
    """Another device stays logged in."""
    other_device = await login(ALICE)

    await alice.post("/api/v1/auth/logout")

    assert 200 == (await other_device.get("/api/v1/users/me")).status_code


async def test_a_disabled_account_is_out_at_once(alice: AsyncClient, database: Database) -> None:
    """Its logins are asked about at each request."""
    await change_user(database, ALICE, disabled_at=utc_now())

    response = await alice.get("/api/v1/users/me")

    assert (401, "invalid_credential") == (response.status_code, response.json()["code"])


async def test_without_credentials_one_is_asked_for(client: AsyncClient) -> None:
    """RFC 6750 section 3: without an error code, since nothing was wrong yet."""
    response = await client.get("/api/v1/users/me")

    assert (401, "unauthorized", "Bearer") == (
        response.status_code,
        response.json()["code"],
        response.headers["www-authenticate"],
    )
