"""Session cookies that were made or changed by somebody else."""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from app import about
from app.settings import Settings, load
from tests.auth.cookies.attacker import ATTACKER, NAME, VICTIM, ask, whoami
from tests.auth.cookies.entrance import enter
from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import MakeApp

Sealed = tuple[bytes, bytes, bytes]  # token, covered id, HMAC


@pytest.fixture(autouse=True)
async def accounts(add_user: AddUser) -> None:
    await add_user(VICTIM)
    await add_user(ATTACKER)


def opened(value: str) -> Sealed:
    raw = base64.urlsafe_b64decode(value)
    return raw[:32], raw[32:48], raw[48:]


def closed(sealed: Sealed) -> str:
    return base64.urlsafe_b64encode(b"".join(sealed)).decode()


def derive(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()


def signed(token: bytes, covered: bytes, key: bytes) -> str:
    return closed((token, covered, hmac.new(key, token + covered, hashlib.sha256).digest()[:15]))


def forge(secret: str, user_id: UUID, service: str = about.NAME, purpose: str = "session-cookie") -> str:
    """A cookie with a token of the forger's own, for any user."""
    token = os.urandom(32)
    stream = hmac.new(derive(secret, f"session-cookie-user:{service}"), token, hashlib.sha256).digest()
    covered = bytes(a ^ b for a, b in zip(user_id.bytes, stream, strict=False))
    return signed(token, covered, derive(secret, f"{purpose}:{service}" if service else purpose))


def secret_of(app: FastAPI) -> str:
    settings: Settings = app.state.settings
    return settings.secret_key.get_secret_value()


async def test_no_character_can_be_changed(app: FastAPI) -> None:
    """Each counts, the last one too: there is one way only to write a cookie."""
    value = await enter(app, VICTIM)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = [
        value[:i] + alphabet[(alphabet.index(value[i]) + 1) % 64] + value[i + 1 :] for i in range(len(value))
    ]

    assert {"invalid_credential"} == {await whoami(app, f"{NAME}={each}") for each in changed}


@pytest.mark.parametrize(
    "spell",
    [
        *(str.upper, str.lower, str.swapcase, lambda v: f'"{v}"', lambda v: f"{v} x", lambda v: f"{v}="),
        *(lambda v: f"{v}\n", lambda v: f"{v}\x00", lambda v: f" {v}", lambda v: v[:-1], lambda v: f"{v}A"),
        *(lambda v: v.replace("-", "+").replace("_", "/") + "\u00e9", lambda v: "", lambda v: f"{v},{v}"),
        *(
            lambda v: f"%{ord(v[0]):x}{v[1:]}",
            lambda v: "A" * 84,
            lambda v: "A" * 4000,
            lambda v: f"{v[:40]}\n{v[40:]}",
        ),
    ],
)
async def test_another_spelling_is_refused(app: FastAPI, spell: Callable[[str], str]) -> None:
    """It is an answer, not an error of ours."""
    value = await enter(app, VICTIM)

    assert "invalid_credential" == await whoami(app, f"{NAME}={spell(value)}".encode("latin-1"))


async def test_no_other_key_makes_cookies(app: FastAPI) -> None:
    """Another service, another secret, a key for something else, the secret itself, none at all."""
    value = await enter(app, VICTIM)
    user_id = UUID((await ask(app, "GET", "/users/me", f"{NAME}={value}")).json()["id"])
    secret, (token, covered, _) = secret_of(app), opened(value)
    assert value == signed(token, covered, derive(secret, f"session-cookie:{about.NAME}")), (
        "made as it is there"
    )

    forged = {
        "another secret": forge("x" * 40, user_id),
        "another service": forge(secret, user_id, service="another-api"),
        "without the service": forge(secret, user_id, service=""),
        "key of access tokens": signed(token, covered, derive(secret, "access-token")),
        "key of cursors": signed(token, covered, derive(secret, "cursor")),
        "key that covers ids": signed(token, covered, derive(secret, f"session-cookie-user:{about.NAME}")),
        "secret itself": signed(token, covered, secret.encode()),
        "no key": signed(token, covered, b""),
        "no HMAC": closed((token, covered, bytes(15))),
    }
    outcomes = {name: await whoami(app, f"{NAME}={each}") for name, each in forged.items()}

    assert dict.fromkeys(forged, "invalid_credential") == outcomes


async def test_even_with_the_key_it_takes_a_row(app: FastAPI) -> None:
    """Whoever reads SECRET_KEY still cannot become anybody."""
    user_id = UUID((await ask(app, "GET", "/users/me", f"{NAME}={await enter(app, VICTIM)}")).json()["id"])

    forged = [forge(secret_of(app), each) for each in (user_id, uuid4())]

    assert ["invalid_credential"] * 2 == [await whoami(app, f"{NAME}={each}") for each in forged]


async def test_a_cookie_of_another_service_with_the_same_name_is_refused(
    make_app: MakeApp, app: FastAPI
) -> None:
    """On a developer's machine all ports share their cookies."""
    theirs = make_app(secret_key="another service's own secret, long enough")

    assert "invalid_credential" == await whoami(app, f"{NAME}={await enter(theirs, VICTIM)}")


async def test_an_invented_cookie_has_no_quota_of_its_own(make_app: MakeApp) -> None:
    """All of them are counted for the address they come from."""
    app = make_app(rate_limit="3/hour")

    codes = [
        (await ask(app, "GET", "/users/me", f"{NAME}={forge('x' * 40, uuid4())}")).status_code
        for _ in range(4)
    ]

    assert [401, 401, 401, 429] == codes


def test_the_secret_of_the_tests_is_not_the_attackers() -> None:
    """Else the forgeries above would prove nothing."""
    assert load(Settings).secret_key.get_secret_value() != "x" * 40
