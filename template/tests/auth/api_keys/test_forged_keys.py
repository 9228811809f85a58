"""Keys that were never issued, and keys where none belongs."""

import base64
import hashlib
import hmac
import string
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth import credentials
from app.auth.api_keys.issuer import ApiKeys
from app.auth.api_keys.prefix import beginning_of
from app.auth.identify import identifier
from app.db import new_id
from app.settings import Settings, load
from tests.auth.api_keys.attacks import ME, REFUSED, ask, changed, outcome
from tests.auth.conftest import NewKey
from tests.fixtures.apps import MakeApp
from tests.fixtures.logs import Logged


def first_letter_in_other_case(key: str) -> str:
    place = next(i for i, c in enumerate(key) if c in string.ascii_letters and i > key.index("_"))
    return key[:place] + key[place].swapcase() + key[place + 1 :]


MUTATIONS: dict[str, Callable[[str], str]] = {
    "without its last character": lambda key: key[:-1],
    "without its check": lambda key: key[:-11],
    "its beginning": lambda key: key.rpartition("_")[0],
    "its prefix": lambda key: key.partition("_")[0] + "_",
    "its secret": lambda key: key.rpartition("_")[2],
    "with one character more": lambda key: key + "a",
    "twice": lambda key: key + key,
    "two in one header": lambda key: f"{key}, {key}",
    "with another check": lambda key: changed(key, -1),
    "with another secret": lambda key: changed(key, -20),
    "with another id": lambda key: changed(key, key.index("_") + 5),
    "with another prefix": lambda key: "other" + key[key.index("_") :],
    "with a prefix more": lambda key: "x" + key,
    "in lower case": str.lower,
    "in upper case": str.upper,
    "with one letter in the other case": first_letter_in_other_case,
    "with a NUL in the middle": lambda key: f"{key[:30]}\0{key[31:]}",
    "with a NUL at its end": lambda key: f"{key}\0",
    "with a space in the middle": lambda key: f"{key[:30]} {key[30:]}",
    "with a space before it": lambda key: f" {key}",
    "with a line break": lambda key: f"{key}\n",
    "with a digit that is none": lambda key: f"{key[:-1]}\xb2",
    "with the largest id": lambda key: f"{key.partition('_')[0]}_{'z' * 22}_{key.rpartition('_')[2]}",
    "very long": lambda key: key + "a" * 60_000,
    "with very many parts": lambda key: key + "_" * 10_000,
}


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_key_that_was_not_issued_is_refused_without_a_query(
    new_key: NewKey, client: AsyncClient, logged: Logged, mutation: str
) -> None:
    """It is nobody's, so its requests are counted for the address they come from."""
    _, key = await new_key()
    assert 200 == (await ask(client, key)).status_code

    answer = await ask(client, MUTATIONS[mutation](key))

    assert REFUSED == outcome(answer)
    assert 'Bearer error="invalid_token"' == answer.headers["www-authenticate"]
    line = logged("request")[-1]
    assert ("address:127.0.0.1", 0) == (line["caller"], line["db_queries"])


def base62(data: bytes, digits: int) -> str:
    number, text = int.from_bytes(data), ""
    for _ in range(digits):
        number, digit = divmod(number, 62)
        text = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + text
    return text


@pytest.mark.parametrize(
    "secret",
    [
        b"",
        b"somebody else's key, as long as ours",
        "the secret itself",
        "cursor",
        "access-token",
    ],
)
async def test_a_check_made_with_another_key_is_refused(
    new_key: NewKey, client: AsyncClient, settings: Settings, secret: bytes | str
) -> None:
    """Made in the right way, so the key alone makes the difference."""
    _, stolen = await new_key()

    def forged(secret: bytes) -> str:
        unchecked = stolen[:-11]
        return unchecked + base62(hmac.digest(secret, unchecked.encode(), "sha256")[:8], 11)

    if isinstance(secret, str):
        plain = settings.secret_key.get_secret_value().encode()
        secret = plain if " " in secret else settings.derived_key(secret)

    assert stolen == forged(settings.derived_key("api-key"))
    assert REFUSED == outcome(await ask(client, forged(secret)))


async def test_inventing_keys_gives_no_fresh_quota(
    make_app: MakeApp, connect: Callable[[FastAPI], AsyncClient]
) -> None:
    """Each well-formed, with an id of its own."""
    client = connect(make_app(rate_limit="3/hour"))
    foreign = ApiKeys(load(Settings, secret_key="somebody else's key, as long as ours"))

    statuses = [(await ask(client, foreign.make(new_id()))).status_code for _ in range(4)]

    assert [401, 401, 401, 429] == statuses


async def test_a_key_is_read_in_one_header_alone(new_key: NewKey, client: AsyncClient) -> None:
    """A URL ends in logs, a cookie comes along without being asked."""
    _, key = await new_key()
    basic = [base64.b64encode(pair.encode()).decode() for pair in (f"{key}:", f"x:{key}", f"alice:{key}")]

    for name in ("api_key", "apikey", "key", "token", "access_token", "authorization"):
        assert 401 == (await client.get(ME, params={name: key})).status_code
        assert 401 == (await client.get(ME, headers={"Cookie": f"{name}={key}"})).status_code
    for name in ("X-API-Key", "X-Api-Token", "X-Auth-Token", "Api-Key", "Proxy-Authorization"):
        assert 401 == (await client.get(ME, headers={name: f"Bearer {key}"})).status_code
        assert 401 == (await client.get(ME, headers={name: key})).status_code
    for value in (key, f"Token {key}", f"ApiKey {key}", f"Bearer{key}", *(f"Basic {one}" for one in basic)):
        assert 401 == (await client.get(ME, headers={"Authorization": value})).status_code


async def test_the_id_of_a_key_is_no_key(new_key: NewKey, client: AsyncClient) -> None:
    """Nor is anything else that the list shows, or what stands in the database."""
    key_id, key = await new_key()

    for text in (str(key_id), beginning_of(key_id), hashlib.sha256(key.encode()).hexdigest()):
        assert REFUSED == outcome(await ask(client, text))


async def test_nothing_takes_the_place_of_a_wrong_key(alice: AsyncClient, new_key: NewKey) -> None:
    """Not the login of the browser that sends it, whose cookie may come along."""
    _, key = await new_key()
    assert 200 == (await alice.get(ME)).status_code

    assert REFUSED == outcome(await ask(alice, changed(key, -1)))
    assert REFUSED == outcome(await ask(alice, key.upper()))


def test_a_wrong_key_is_nobody_before_the_style_is_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However easily that one lets people in."""
    monkeypatch.setattr(credentials, "identifier", lambda settings: lambda headers: "somebody")
    identify, key = identifier(settings), ApiKeys(settings).make(new_id())

    seen = [identify({b"authorization": b"Bearer " + text.encode()}) for text in (changed(key, -1), "a.b.c")]

    assert [True, False] == [one is None for one in seen]
