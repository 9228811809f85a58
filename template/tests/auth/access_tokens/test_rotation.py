"""New keys: what the old ones have signed is good until it ends, and what they could sign ends with them."""

from datetime import timedelta

import pytest
import time_machine

from app.db import utc_now
from tests.auth.access_tokens.conftest import ALICE, FIRST, SECOND, Issuer, LogIn, WhoAmI
from tests.auth.access_tokens.forger import Pair, opened
from tests.fixtures.apps import Connect

PAIRS = pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
REFUSED = "invalid_credential"


async def test_a_new_secret_leaves_older_tokens_good(issuer: Issuer, log_in: LogIn, whoami: WhoAmI) -> None:
    """As long as the old one is among the fallbacks; the new one signs."""
    old = (await log_in(issuer(secret_key=FIRST)))["access_token"]
    rotated = issuer(secret_key=SECOND, secret_key_fallbacks=FIRST)
    new = (await log_in(rotated))["access_token"]
    alone = issuer(secret_key=SECOND)

    assert [ALICE, ALICE] == [await whoami(rotated, token) for token in (old, new)]
    assert [REFUSED, ALICE] == [await whoami(alone, token) for token in (old, new)]
    assert opened(old)[0]["kid"] != opened(new)[0]["kid"]


@PAIRS
async def test_a_new_pair_leaves_older_tokens_good(
    issuer: Issuer, log_in: LogIn, whoami: WhoAmI, algorithm: str
) -> None:
    """Of a retired pair the public half is enough; gone from the settings, it is worth nothing."""
    first, second = Pair.new(algorithm), Pair.new(algorithm)
    old = (await log_in(issuer(first.pem)))["access_token"]
    new = (await log_in(issuer(second.pem, first.public_pem)))["access_token"]

    outcomes = {}
    for keys in (
        (second.pem, first.pem),
        (second.pem, first.public_pem),
        (first.pem, second.pem),
        (second.pem,),
    ):
        app = issuer(*keys)
        outcomes[keys] = [await whoami(app, token) for token in (old, new)]

    assert [[ALICE, ALICE]] * 3 + [[REFUSED, ALICE]] == list(outcomes.values())
    assert [first.kid, second.kid] == [opened(token)[0]["kid"] for token in (old, new)]
    assert [algorithm] * 2 == [opened(token)[0]["alg"] for token in (old, new)]


async def test_keys_of_both_kinds_go_together(issuer: Issuer, log_in: LogIn, whoami: WhoAmI) -> None:
    """So that one can go over from one to the other."""
    curve, edwards = Pair.new("ES256"), Pair.new("Ed25519")
    old = (await log_in(issuer(curve.pem)))["access_token"]
    both = issuer(edwards.pem, curve.public_pem)
    new = (await log_in(both))["access_token"]

    assert [ALICE, ALICE] == [await whoami(both, token) for token in (old, new)]
    assert ["ES256", "Ed25519"] == [opened(token)[0]["alg"] for token in (old, new)]


async def test_a_token_of_a_retired_key_still_ends(issuer: Issuer, log_in: LogIn, whoami: WhoAmI) -> None:
    """After a quarter of an hour, and with its login."""
    old = (await log_in(issuer(secret_key=FIRST)))["access_token"]
    rotated = issuer(secret_key=SECOND, secret_key_fallbacks=FIRST)

    with time_machine.travel(utc_now() + timedelta(minutes=16)):
        assert REFUSED == await whoami(rotated, old)


async def test_a_refresh_token_outlives_every_key(
    issuer: Issuer, log_in: LogIn, whoami: WhoAmI, connect: Connect
) -> None:
    """It is a row: whoever is logged in stays so, whichever key signs."""
    pair = await log_in(issuer(secret_key=FIRST))
    other = issuer(Pair.new("Ed25519").pem, secret_key=SECOND)

    body = {"refresh_token": pair["refresh_token"]}
    next_pair = (await connect(other).post("/api/v1/auth/refresh", json=body)).json()

    assert REFUSED == await whoami(other, pair["access_token"])
    assert ALICE == await whoami(other, next_pair["access_token"])
