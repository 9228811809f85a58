"""The public keys: what others need to verify a token, and nothing with which to make one."""

import pytest
from fastapi import FastAPI
from httpx2 import Response
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.auth.access_tokens.conftest import FIRST, SECOND, Issuer, LogIn
from tests.auth.access_tokens.forger import Pair, opened
from tests.fixtures.apps import Connect

PATH = "/.well-known/jwks.json"


async def ask(connect: Connect, app: FastAPI) -> Response:
    return await connect(app).get(PATH)


@pytest.mark.parametrize("algorithm", ["Ed25519", "ES256"])
async def test_another_service_can_verify_a_token(
    issuer: Issuer, log_in: LogIn, connect: Connect, algorithm: str
) -> None:
    """With what it finds there, and a library."""
    app = issuer(Pair.new(algorithm).pem)
    token = (await log_in(app))["access_token"]

    keys = KeySet.import_key_set((await ask(connect, app)).json())

    decoded = jwt.decode(token, keys, algorithms=["Ed25519", "ES256"])
    assert opened(token) == (decoded.header, decoded.claims)


async def test_all_keys_are_there_and_no_secret(issuer: Issuer, connect: Connect) -> None:
    """The one that signs, one that is retired and one to come: just so much of each."""
    signing, retired, coming = Pair.new("Ed25519"), Pair.new("ES256"), Pair.new("ES256")

    answer = await ask(connect, issuer(signing.pem, retired.public_pem, coming.pem))

    assert {
        "keys": [
            {**pair.jwk, "kid": pair.kid, "alg": algorithm, "use": "sig"}
            for pair, algorithm in ((signing, "Ed25519"), (retired, "ES256"), (coming, "ES256"))
        ]
    } == answer.json()
    assert "application/json" == answer.headers["content-type"]


async def test_a_secret_is_nobodys(issuer: Issuer, connect: Connect) -> None:
    """Where SECRET_KEY signs there is no public key: the set is empty, older secrets or not."""
    answer = await ask(connect, issuer(secret_key=FIRST, secret_key_fallbacks=SECOND))

    assert (200, {"keys": []}) == (answer.status_code, answer.json())


async def test_whoever_asks_may_keep_them_for_a_while(issuer: Issuer, connect: Connect) -> None:
    """And needs no login; every other answer is kept by nobody."""
    app = issuer(Pair.new("Ed25519").pem)

    assert "public, max-age=300" == (await ask(connect, app)).headers["cache-control"]
    assert "no-store" == (await connect(app).get("/health/live")).headers["cache-control"]
