"""Making, reading, revoking and rotating API keys."""

from datetime import datetime, timedelta

import pytest
import time_machine
from httpx2 import AsyncClient
from sqlalchemy import delete, select

from app.auth.api_keys.models import ApiKey
from app.db import Database, utc_now
from app.housekeeping import remove_expired
from app.users import User
from tests.auth.conftest import Program, status_of_me
from tests.auth.own_keys.conftest import days_of, make_key
from tests.fixtures.mails import SentMails
from tests.fixtures.trail import AuditTrail

KEYS = "/api/v1/api-keys"


async def test_a_new_key_acts_for_its_owner(alice: AsyncClient, program: Program) -> None:
    """At once."""
    key = await make_key(alice)

    answer = await program(key["key"]).get("/api/v1/users/me")

    assert "alice@example.com" == answer.json()["email"]


async def test_a_key_is_shown_once(alice: AsyncClient) -> None:
    """By whoever made it; afterwards its beginning tells which one it is."""
    body = {"name": "Nightly export", "scopes": ["account:read"], "expires_in_days": 7}
    answer = await alice.post(KEYS, json=body)
    key = answer.json()
    location = answer.headers["location"]

    listed = (await alice.get(KEYS)).json()["items"]
    read = (await alice.get(location)).json()

    assert (201, "no-store") == (answer.status_code, answer.headers["cache-control"])
    assert f"{KEYS}/{key['id']}" == location
    secret = key.pop("key")
    assert [key] == listed
    assert key == read
    assert secret.startswith(f"{key['beginning']}_")
    assert ("Nightly export", ["account:read"], None) == (key["name"], key["scopes"], key["last_used_at"])
    assert 7 == days_of(key)


async def test_the_database_knows_only_a_hash(alice: AsyncClient, database: Database) -> None:
    """Whoever reads it has no key."""
    key = await make_key(alice)
    secret = key["key"].removeprefix(key["beginning"])

    row = await database.run(lambda session: session.scalar(select(ApiKey)))

    assert row is not None
    assert not [text for text in map(str, vars(row).values()) if secret[1:20] in text]


async def test_a_key_ends_by_itself(alice: AsyncClient, program: Program) -> None:
    """After 90 days, unless it says otherwise; it is listed for another 30, so that the reason is seen."""
    key = await make_key(alice)
    assert 90 == days_of(key)
    client, end = program(key["key"]), datetime.fromisoformat(key["expires_at"])

    with time_machine.travel(end - timedelta(minutes=1)):
        assert 200 == await status_of_me(client)
    with time_machine.travel(end + timedelta(minutes=1)):
        assert 401 == await status_of_me(client)
    assert [key["id"]] == [one["id"] for one in (await alice.get(KEYS)).json()["items"]]


@pytest.mark.parametrize(("days", "kept"), [(119, 1), (121, 0)])
async def test_an_expired_key_is_removed_in_the_end(
    alice: AsyncClient, database: Database, days: int, kept: int
) -> None:
    """A month after it has ended."""
    await make_key(alice)

    with time_machine.travel(utc_now() + timedelta(days=days)):
        await remove_expired(database)

    assert kept == len((await database.run(lambda session: session.scalars(select(ApiKey.id)))).all())


async def test_a_revoked_key_is_worthless_at_once(alice: AsyncClient, program: Program) -> None:
    """And gone; another one goes on."""
    key, other = await make_key(alice), await make_key(alice)

    assert 204 == (await alice.delete(f"{KEYS}/{key['id']}")).status_code

    assert (401, 200) == (await status_of_me(program(key["key"])), await status_of_me(program(other["key"])))
    assert 404 == (await alice.get(f"{KEYS}/{key['id']}")).status_code
    assert 404 == (await alice.delete(f"{KEYS}/{key['id']}")).status_code


async def test_the_audit_trail_tells_of_each_change(alice: AsyncClient, audit_trail: AuditTrail) -> None:
    """Which key, and what it may do; never what it is."""
    old = await make_key(alice)
    new = (await alice.post(f"{KEYS}/{old['id']}/rotation", json={})).json()
    await alice.delete(f"{KEYS}/{new['id']}")

    assert [
        ("api_key.created", old["id"], {"scopes": ["account:read"]}),
        ("api_key.rotated", old["id"], {"successor": new["id"]}),
        ("api_key.revoked", new["id"], {}),
    ] == [
        (event.action, event.resource_id, event.details)
        for event in await audit_trail()
        if event.resource_type == "api_key"
    ]


async def test_its_owner_is_told_by_mail(alice: AsyncClient, sent_mails: SentMails) -> None:
    """Of each new key, so that one made by somebody else does not stay unseen; never the key itself."""
    key = await make_key(alice, name="<b>Export</b>")
    other = (await alice.post(f"{KEYS}/{key['id']}/rotation", json={})).json()

    mails = await sent_mails()

    assert [("alice@example.com", "A new API key")] * 2 == [(mail.to, mail.subject) for mail in mails]
    text, html = mails[0].text, mails[0].html
    assert all(word in text for word in ("<b>Export</b>", "account:read", key["expires_at"][:10]))
    assert "&lt;b&gt;Export&lt;/b&gt;" in html
    assert not [one for one in (key, other) if one["key"] in "".join(mail.text + mail.html for mail in mails)]


async def test_a_page_of_keys_leads_to_the_next(alice: AsyncClient) -> None:
    """The newest first."""
    names = ["first", "second", "third"]
    for name in names:
        await make_key(alice, name=name)

    page = await alice.get(KEYS, params={"limit": 2})
    rest = await alice.get(KEYS, params={"cursor": page.json()["next_cursor"]})

    shown = [item["name"] for answer in (page, rest) for item in answer.json()["items"]]
    assert names[::-1] == shown


async def test_with_the_account_its_keys_go(alice: AsyncClient, program: Program, database: Database) -> None:
    """No row of them stays."""
    key = await make_key(alice)

    await database.run(lambda session: session.execute(delete(User)))

    assert 401 == await status_of_me(program(key["key"]))
    assert None is await database.run(lambda session: session.scalar(select(ApiKey)))
