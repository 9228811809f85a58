"""JWT: access tokens. Each test changes one thing about a good token."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from httpx2 import AsyncClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from app import about
from app.auth.access_tokens import open_access_tokens
from app.db import new_id, utc_now
from app.settings import Settings, load

Forge = Callable[[dict[str, Any], dict[str, Any], Settings], str]


def encode(part: dict[str, Any] | bytes) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(part: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(part + "==")))


def signed(
    header: dict[str, Any], claims: dict[str, Any], settings: Settings, purpose: str = "access-token"
) -> str:
    key = OctKey.import_key(settings.derived_key(purpose))
    return jwt.encode(header, claims, key, algorithms=["HS256", "HS384", "HS512"])


def named(name: str, forge: Forge) -> Forge:
    forge.__name__ = name  # how pytest calls the case
    return forge


def with_header(**changes: Any) -> Forge:
    return named(
        f"{changes}", lambda header, claims, settings: signed({**header, **changes}, claims, settings)
    )


def with_claims(**changes: Any) -> Forge:
    return named(
        f"{changes}", lambda header, claims, settings: signed(header, {**claims, **changes}, settings)
    )


def without(claim: str) -> Forge:
    def forge(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
        return signed(header, {name: value for name, value in claims.items() if name != claim}, settings)

    return named(f"without {claim}", forge)


def unsigned(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    return f"{encode({**header, 'alg': 'none'})}.{encode(claims)}."


def signed_by_somebody(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    return signed(header, claims, load(Settings, secret_key="somebody else's key, as long as ours"))


def signed_for_cursors(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    return signed(header, claims, settings, purpose="cursor")


def signed_with_the_secret_itself(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    key = OctKey.import_key(settings.secret_key.get_secret_value())
    return jwt.encode(header, claims, key, algorithms=["HS256"])


def signed_by_rsa(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    return jwt.encode({**header, "alg": "RS256"}, claims, RSAKey.generate_key(2048), algorithms=["RS256"])


def with_changed_claims_under_an_old_signature(
    header: dict[str, Any], claims: dict[str, Any], settings: Settings
) -> str:
    first, _, signature = signed(header, claims, settings).split(".")
    return f"{first}.{encode({**claims, 'sub': str(uuid4())})}.{signature}"


def expired(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    return signed(header, {**claims, "exp": claims["iat"] - 60}, settings)


def not_yet_valid(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    return signed(header, {**claims, "nbf": claims["iat"] + 60}, settings)


def of_another_user(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    return signed(header, {**claims, "sub": str(new_id())}, settings)


def of_another_login(header: dict[str, Any], claims: dict[str, Any], settings: Settings) -> str:
    return signed(header, {**claims, "sid": str(new_id())}, settings)


def decoded(client: AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = client.headers["Authorization"].removeprefix("Bearer ").split(".")
    return decode(header), decode(claims)


async def status(client: AsyncClient, token: str) -> int:
    return (await client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})).status_code


async def test_a_token_tells_what_it_must_and_no_more(alice: AsyncClient, settings: Settings) -> None:
    """Fixed algorithm and type (RFC 9068), key, issuer, audience, user and login; no name, no address."""
    me = (await alice.get("/api/v1/users/me")).json()

    header, claims = decoded(alice)

    assert {"alg": "HS256", "typ": "at+jwt", "kid": header["kid"]} == header
    assert {"iss", "aud", "sub", "sid", "jti", "iat", "exp"} == set(claims)
    assert (settings.public_url, about.NAME, me["id"]) == (claims["iss"], claims["aud"], claims["sub"])
    assert 15 * 60 == claims["exp"] - claims["iat"]


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        signed_by_somebody,
        signed_for_cursors,
        signed_with_the_secret_itself,
        signed_by_rsa,
        with_changed_claims_under_an_old_signature,
        with_header(alg="HS512"),
        with_header(alg="HS384"),
        with_header(typ="JWT"),
        with_header(typ=""),
        with_claims(iss="https://evil.example"),
        with_claims(aud="another-service"),
        with_claims(aud=[]),
        expired,
        with_claims(exp="never"),
        not_yet_valid,
        with_claims(sub="alice"),
        with_claims(sub=7),
        with_claims(sid=["x"]),
        of_another_user,
        of_another_login,
        *(without(claim) for claim in ("iss", "aud", "sub", "sid", "exp")),
    ],
)
async def test_a_token_with_anything_wrong_is_refused(
    alice: AsyncClient, client: AsyncClient, settings: Settings, forge: Forge
) -> None:
    """Though everything else about it is right."""
    header, claims = decoded(alice)
    assert 200 == await status(client, signed(header, claims, settings))

    assert 401 == await status(client, forge(header, claims, settings))


async def test_a_login_of_somebody_else_is_refused(
    alice: AsyncClient, bob: AsyncClient, client: AsyncClient, settings: Settings
) -> None:
    """User and login in one token must belong together."""
    header, hers = decoded(alice)
    _, his = decoded(bob)

    assert 401 == await status(client, signed(header, {**hers, "sid": his["sid"]}, settings))


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "x" * 5000,
        "\x80\xff",
        f"{encode(b'[' * 5000)}.e30.AAAA",
        f"{encode(b'[]')}.e30.AAAA",
    ],
    ids=["empty", "dot", "dots", "letters", "long", "not ascii", "deep", "no object"],
)
async def test_what_is_no_token_is_refused(client: AsyncClient, token: str) -> None:
    """It is an answer, not an error of ours."""
    response = await client.get(
        "/api/v1/users/me", headers={b"Authorization": b"Bearer " + token.encode("latin-1")}
    )

    assert (401, "invalid_credential") == (response.status_code, response.json()["code"])
    assert 'Bearer error="invalid_token"' == response.headers["www-authenticate"]


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
async def test_the_scheme_is_read_in_any_case(alice: AsyncClient, scheme: str) -> None:
    """RFC 9110 section 11.1."""
    header = alice.headers["Authorization"].replace("Bearer", scheme)

    assert 200 == (await alice.get("/api/v1/users/me", headers={"Authorization": header})).status_code


async def test_another_scheme_is_refused(client: AsyncClient) -> None:
    """Such as a password in clear."""
    response = await client.get("/api/v1/users/me", headers={"Authorization": "Basic YWxpY2U6eA=="})

    assert (401, "invalid_credential") == (response.status_code, response.json()["code"])


def test_the_clock_of_another_machine_may_be_a_little_off(settings: Settings) -> None:
    """By half a minute."""
    now = int(utc_now().timestamp())
    claims = {"iss": settings.public_url, "aud": about.NAME, "sub": str(new_id()), "sid": str(new_id())}
    header = open_access_tokens(settings).keys[0].header

    just_over, long_over = [signed(header, {**claims, "exp": now - age}, settings) for age in (20, 40)]

    assert open_access_tokens(settings).verify(just_over) is not None
    assert open_access_tokens(settings).verify(long_over) is None


@pytest.mark.parametrize(("later", "status"), [(timedelta(minutes=14), 200), (timedelta(minutes=16), 401)])
async def test_a_login_that_is_not_continued_ends(alice: AsyncClient, later: timedelta, status: int) -> None:
    """What it gave is good for a quarter of an hour."""
    with time_machine.travel(utc_now() + later):
        assert status == (await alice.get("/api/v1/users/me")).status_code
