"""An external provider: its access tokens, logins by way of its pages, and the accounts that come of both."""

import asyncio
import time
from datetime import timedelta

import pytest
import time_machine
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import select

from app.auth.models import ExternalIdentity
from app.db import Database, utc_now
from app.users import Role
from tests.fixtures.accounts import AddUser, change_user
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.credentials import log_in
from tests.fixtures.identity_provider import IdentityProvider
from tests.fixtures.mails import SentMails
from tests.fixtures.trail import AuditTrail

ME, USERS, ADA = "/api/v1/users/me", "/api/v1/users", "ada@example.com"


def bearing(client: AsyncClient, token: str) -> AsyncClient:
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest.fixture
def ada(client: AsyncClient, identity_provider: IdentityProvider) -> AsyncClient:
    """Somebody with an access token who was never here."""
    return bearing(
        client, identity_provider.access_token("ada", email=ADA, email_verified=True, name="Ada", roles=[])
    )


async def test_a_token_makes_the_account(ada: AsyncClient, audit_trail: AuditTrail) -> None:
    """With a GET as with anything else, once."""
    first, second = [(await ada.get(ME)).json() for _ in range(2)]

    assert (ADA, "Ada", "user") == (first["email"], first["name"], first["role"])
    assert first == second
    assert [first["id"]] == [str(event.actor_id) for event in await audit_trail("user.created")]


async def test_a_token_and_a_login_are_the_same_user(ada: AsyncClient, client: AsyncClient) -> None:
    """Known by issuer and subject."""
    by_token = (await ada.get(ME)).json()
    del ada.headers["Authorization"]

    assert 303 == (await log_in(client, sub="ada")).status_code

    assert by_token["id"] == (await client.get(ME)).json()["id"]


async def test_many_first_requests_at_once_make_one_account(
    make_app: MakeApp, connect: Connect, committed: Database, identity_provider: IdentityProvider
) -> None:
    """Each with a connection of its own, more of them than the pool has."""
    app = make_app(database=committed)
    token = identity_provider.access_token("ada", email=ADA, email_verified=True)
    client = bearing(connect(app), token)

    answers = await asyncio.gather(
        *(client.get(ME) for _ in range(8)), *(client.patch(ME, json={}) for _ in range(4))
    )

    assert {200} == {answer.status_code for answer in answers}, [answer.text for answer in answers]
    assert 1 == len({answer.json()["id"] for answer in answers})
    assert {ADA} == {answer.json()["email"] for answer in answers}


async def test_an_account_can_be_made_under_an_idempotency_key(ada: AsyncClient) -> None:
    """Amid the transaction that holds the key."""
    answers = [
        await ada.patch(ME, json={"name": "Ada L."}, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]

    assert [200, 200] == [answer.status_code for answer in answers]
    assert "true" == answers[1].headers["idempotent-replayed"]


async def test_a_key_belongs_to_whom_the_token_names(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """From the same address, and also while the provider's keys are not known, yet."""
    names = []
    for subject in ("ada", "eve"):
        bearing(client, identity_provider.access_token(subject))
        answer = await client.patch(ME, json={"name": subject}, headers={"Idempotency-Key": "k"})
        names.append(answer.json()["name"])

    assert ["ada", "eve"] == names


@pytest.mark.parametrize(
    "claims", [{}, {"email": ADA}, {"email": ADA, "email_verified": "true"}, {"email": "no address"}], ids=str
)
async def test_without_a_confirmed_address_an_account_has_none(
    client: AsyncClient, identity_provider: IdentityProvider, sent_mails: SentMails, claims: dict[str, object]
) -> None:
    """Its placeholder gets no mail."""
    bearing(client, identity_provider.access_token("ada", **claims))

    email = (await client.get(ME)).json()["email"]
    made = await client.post("/api/v1/api-keys", json={"name": "a key", "scopes": ["account:read"]})

    assert email.endswith("@identities.invalid")
    assert (201, []) == (made.status_code, await sent_mails())


async def test_an_address_follows_the_provider(ada: AsyncClient, identity_provider: IdentityProvider) -> None:
    """With the next token."""
    before = (await ada.get(ME)).json()
    new = {"email": "countess@example.com", "email_verified": True, "iat": int(time.time()) + 1}

    after = (await bearing(ada, identity_provider.access_token("ada", **new)).get(ME)).json()

    assert (before["id"], "countess@example.com") == (after["id"], after["email"])


async def test_an_address_that_somebody_has_stays_theirs(
    ada: AsyncClient, add_user: AddUser, database: Database
) -> None:
    """An account is not taken over by an address: whoever comes with it has another account."""
    user = await add_user(ADA)

    newcomer = (await ada.get(ME)).json()

    assert str(user.id) != newcomer["id"]
    assert newcomer["email"].endswith("@identities.invalid")


@pytest.mark.parametrize("roles", [["admin"], ["staff", "admin"], "staff admin"], ids=str)
async def test_a_role_comes_from_the_claim(
    client: AsyncClient, identity_provider: IdentityProvider, roles: object
) -> None:
    """A list, or words."""
    bearing(client, identity_provider.access_token("ada", roles=roles))

    assert ("admin", 200) == ((await client.get(ME)).json()["role"], (await client.get(USERS)).status_code)


@pytest.mark.parametrize("claims", [{"roles": []}, {}, {"roles": {"admin": True}}, {"roles": 1}], ids=str)
async def test_who_loses_a_role_at_the_provider_loses_it_here(
    client: AsyncClient,
    connect: Connect,
    app: FastAPI,
    identity_provider: IdentityProvider,
    claims: dict[str, object],
) -> None:
    """With the next token, in every open login too; an older token does not bring it back."""
    assert 303 == (await log_in(client, sub="ada", roles=["admin"])).status_code
    older = identity_provider.access_token("ada", roles=["admin"])
    newer = identity_provider.access_token("ada", iat=int(time.time()) + 1, **claims)
    program = connect(app)

    codes = [
        (await client.get(USERS)).status_code,
        (await bearing(program, newer).get(USERS)).status_code,
        (await bearing(program, older).get(USERS)).status_code,
        (await client.get(USERS)).status_code,
    ]

    assert [200, 403, 403, 401] == codes


async def test_a_demotion_outlives_the_request_that_it_refuses(
    client: AsyncClient, connect: Connect, app: FastAPI, identity_provider: IdentityProvider
) -> None:
    """A request that changes something is rolled back when it is refused; what the token said is not."""
    await log_in(client, sub="ada", roles=["admin"])
    newer = identity_provider.access_token("ada", iat=int(time.time()) + 1)
    me = (await client.get(ME)).json()["id"]

    refused = await bearing(connect(app), newer).patch(f"{USERS}/{me}", json={"disabled": False})

    assert (403, 401) == (refused.status_code, (await client.get(USERS)).status_code)


async def test_a_disabled_user_stays_out(
    ada: AsyncClient, client: AsyncClient, database: Database, audit_trail: AuditTrail
) -> None:
    """Whatever the provider says; with a token and by a login."""
    await ada.get(ME)
    await change_user(database, ADA, disabled_at=utc_now())

    assert (401, "invalid_credential") == ((answer := await ada.get(ME)).status_code, answer.json()["code"])
    del ada.headers["Authorization"]
    assert (403, "login_refused") == (
        (answer := await log_in(client, sub="ada")).status_code,
        answer.json()["code"],
    )
    assert [{"reason": "disabled"}] == [event.details for event in await audit_trail("login")]


async def test_a_login_leads_to_where_it_began(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """And its own cookie is gone."""
    leaving = await client.get("/api/v1/auth/login", params={"return_to": "/bills?year=2026#top"})
    back = identity_provider.visit(leaving.headers["location"], sub="ada")

    answer = await client.get(back.removeprefix("http://127.0.0.1:8000"))

    assert (303, "/bills?year=2026#top") == (answer.status_code, answer.headers["location"])
    assert 1 == len(client.cookies)
    assert 200 == (await client.get(ME)).status_code


async def test_where_there_is_a_frontend_it_leads_there(make_app: MakeApp, connect: Connect) -> None:
    """To the path on it."""
    client = connect(make_app(frontend_url="https://app.example.com"))

    assert "https://app.example.com/" == (await log_in(client, sub="ada")).headers["location"]


async def test_an_account_is_deleted_by_a_new_login(alice: AsyncClient, sent_mails: SentMails) -> None:
    """One that was left open somewhere is not enough."""
    with time_machine.travel(utc_now() + timedelta(minutes=6)):
        late = await alice.post(f"{ME}/deletion")
    in_time = await alice.post(f"{ME}/deletion")

    assert ((403, "login_too_old"), 204) == ((late.status_code, late.json()["code"]), in_time.status_code)
    assert 401 == (await alice.get(ME)).status_code
    assert ["alice@example.com"] == [mail.to for mail in await sent_mails()]


@pytest.mark.parametrize(
    ("claim", "age", "expected"), [("iat", 0, 204), ("auth_time", 400, 403), ("iat", 400, 403)]
)
async def test_or_by_a_new_token(
    client: AsyncClient,
    identity_provider: IdentityProvider,
    database: Database,
    claim: str,
    age: int,
    expected: int,
) -> None:
    """When its user was asked for a password counts, where it says so."""
    bearing(client, identity_provider.access_token("ada", **{claim: int(time.time()) - age}))

    assert expected == (await client.post(f"{ME}/deletion")).status_code
    left = await database.run(lambda session: session.scalars(select(ExternalIdentity)))
    assert (expected == 403) == bool(left.all())


async def test_a_token_is_no_login_to_end(ada: AsyncClient) -> None:
    """It goes on until the provider lets it end, and nobody is told otherwise."""
    answer = await ada.post("/api/v1/auth/logout")

    assert (409, "no_session", 200) == (
        answer.status_code,
        answer.json()["code"],
        (await ada.get(ME)).status_code,
    )


async def test_each_bearer_has_a_quota(
    make_app: MakeApp, connect: Connect, identity_provider: IdentityProvider
) -> None:
    """Not the address, which a gateway shares."""
    client = connect(make_app(rate_limit="5/hour"))
    await bearing(client, identity_provider.access_token("ada")).get(ME)  # by now the keys are known

    remaining = [
        (await bearing(client, identity_provider.access_token(subject)).get(ME))
        .headers["ratelimit"]
        .split(";")[1]
        for subject in ("ada", "eve", "ada")
    ]

    assert remaining in (["r=4", "r=4", "r=3"], ["r=3", "r=4", "r=2"])


async def test_an_administrator_by_the_providers_word_is_one(client: AsyncClient) -> None:
    """Also for the rule that somebody must be left who administers."""
    await log_in(client, sub="ada", roles=["admin"])
    me = (await client.get(ME)).json()["id"]

    refused = await client.patch(f"{USERS}/{me}", json={"role": Role.USER})

    assert (409, "last_admin") == (refused.status_code, refused.json()["code"])
