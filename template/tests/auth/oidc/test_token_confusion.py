"""Tokens that are not what they should be: each differs in one thing from one that lets in."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from httpx2 import AsyncClient

from tests.auth.oidc.forger import claims_of, hs256, outcome, part, pem, rs256
from tests.fixtures.identity_provider import CLIENT_ID, IdentityProvider, SigningKey

OTHER = rsa.generate_private_key(65537, 2048)
PAST, FUTURE = 1_000_000_000, 4_000_000_000  # 2001 and 2096: the same in each process that runs these tests
Forge = Callable[[IdentityProvider, dict[str, Any], dict[str, Any]], str]


def header_of(provider: IdentityProvider) -> dict[str, Any]:
    return {"alg": "RS256", "typ": "at+jwt", "kid": provider.key.kid}


async def test_the_token_that_all_others_are_made_of_lets_in(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Or none of these tests would prove anything."""
    good = claims_of(identity_provider.issuer)

    for header in ({}, {"typ": "application/at+jwt"}, {"typ": "AT+JWT"}):
        token = rs256({**header_of(identity_provider), **header}, good, identity_provider.key.private)
        assert "in" == await outcome(client, token)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"iss": ["https://evil.example"]},
        {"iss": None},
        {"aud": "https://other.example"},
        {"aud": "https://api.example.com/"},
        {"aud": ["https://other.example"]},
        {"aud": []},
        {"aud": CLIENT_ID},
        {"aud": {"https://api.example.com": 1}},
        {"aud": None},
        {"exp": PAST},
        {"exp": str(FUTURE)},
        {"exp": True},
        {"exp": None},
        {"nbf": FUTURE},
        {"iat": FUTURE},
        {"iat": None},
        {"iat": "now"},
        {"iat": -(10**30)},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": ["victim"]},
        {"sub": "x" * 256},
        {"client_id": None},
        {"jti": None},
        {"auth_time": "noon"},
    ],
    ids=str,
)
async def test_wrong_claims(
    client: AsyncClient, identity_provider: IdentityProvider, changes: dict[str, Any]
) -> None:
    """Signed by the provider all the same (RFC 9068 section 4)."""
    claims = claims_of(identity_provider.issuer, **changes)

    token = rs256(header_of(identity_provider), claims, identity_provider.key.private)

    assert "invalid_credential" == await outcome(client, token)


@pytest.mark.parametrize("slash", ["/", "", " "])
async def test_an_issuer_is_compared_letter_by_letter(
    client: AsyncClient, identity_provider: IdentityProvider, slash: str
) -> None:
    """Nothing that looks like it is it."""
    for issuer in (identity_provider.issuer.upper(), f"{identity_provider.issuer}{slash}x"):
        token = rs256(header_of(identity_provider), claims_of(issuer), identity_provider.key.private)
        assert "invalid_credential" == await outcome(client, token)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "id_token+jwt"},
        {"typ": "logout+jwt"},
        {"typ": "at+jwt; x"},
        {"typ": None},
        {"typ": ["at+jwt"]},
        {"alg": "RS512"},
        {"alg": "rs256"},
        {"alg": None},
        {"alg": ["RS256"]},
        {"kid": 7},
        {"kid": ["x"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
    ],
    ids=str,
)
async def test_wrong_headers(
    client: AsyncClient, identity_provider: IdentityProvider, header: dict[str, Any]
) -> None:
    """The type tells an access token from all else that is signed with these keys."""
    forged = {**header_of(identity_provider), **header}

    token = rs256(forged, claims_of(identity_provider.issuer), identity_provider.key.private)

    assert "invalid_credential" == await outcome(client, token)


def unsigned(provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{part({**header, 'alg': 'none'})}.{part(claims)}."


def unsigned_as_signed(provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{part(header)}.{part(claims)}."


def signed_with_the_public_key(
    provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]
) -> str:
    return hs256(header, claims, pem(provider.key.private))


def signed_with_the_public_key_as_text(
    provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]
) -> str:
    return hs256(header, claims, pem(provider.key.private).strip())


def signed_with_the_modulus(
    provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]
) -> str:
    return hs256(header, claims, provider.key.public["n"].encode())


def signed_with_the_secret_of_the_client(
    provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]
) -> str:
    return hs256(header, claims, b"the secret: of the service")


def signed_by_somebody(provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return rs256(header, claims, OTHER)


def with_a_key_of_its_own(provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]) -> str:
    own = SigningKey("own").public
    return rs256({**header, "jwk": own, "jku": "https://evil.example/keys"}, claims, OTHER)


def changed_after_signing(provider: IdentityProvider, header: dict[str, Any], claims: dict[str, Any]) -> str:
    head, _, signature = rs256(header, claims, provider.key.private).split(".")
    return f"{head}.{part({**claims, 'sub': 'root'})}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        unsigned_as_signed,
        signed_with_the_public_key,
        signed_with_the_public_key_as_text,
        signed_with_the_modulus,
        signed_with_the_secret_of_the_client,
        signed_by_somebody,
        with_a_key_of_its_own,
        changed_after_signing,
    ],
)
@pytest.mark.parametrize("kid", ["right", "none"])
async def test_wrong_signatures(
    client: AsyncClient, identity_provider: IdentityProvider, forge: Forge, kid: str
) -> None:
    """No other algorithm, no other key, whatever the header says of either."""
    header = header_of(identity_provider)
    if kid == "none":
        del header["kid"]

    assert "invalid_credential" == await outcome(
        client, forge(identity_provider, header, claims_of(identity_provider.issuer))
    )


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "' OR '1'='1",
        "http://127.0.0.1/keys",
        "\x00",
        "x" * 5000,
        "",
    ],
    ids=ascii,
)
async def test_a_kid_is_a_name_and_nothing_else(
    client: AsyncClient, identity_provider: IdentityProvider, kid: str
) -> None:
    """No file, no query, no address; and it is looked for in the list of the provider alone."""
    header = {**header_of(identity_provider), "kid": kid}
    claims = claims_of(identity_provider.issuer)

    for token in (hs256(header, claims, b""), rs256(header, claims, OTHER)):
        assert "invalid_credential" == await outcome(client, token)


@pytest.mark.parametrize("field", ["jku", "x5u"])
async def test_no_address_in_a_token_is_asked(
    client: AsyncClient, identity_provider: IdentityProvider, field: str
) -> None:
    """Not even one of the provider's own."""
    header = {**header_of(identity_provider), field: f"{identity_provider.issuer}/elsewhere"}
    claims = claims_of(identity_provider.issuer)

    assert "invalid_credential" == await outcome(client, rs256(header, claims, OTHER))
    assert 0 == identity_provider.asked["/elsewhere"]


@pytest.mark.parametrize(
    "token",
    [
        "a.b.c",
        "..",
        "a.b",
        "a.b.c.d.e",
        ".".join((part(b"[]"), part(b"{}"), "x")),
        ".".join((part(b"{"), part(b"{}"), "x")),
        ".".join((part(b'{"alg":"RS256","typ":"at+jwt"}'), part(b"[" * 50_000), "x")),
        "e" * 100_000,
        "é.é.é".encode("latin-1"),
    ],
    ids=lambda token: ascii(token[:20]),
)
async def test_what_is_no_token(client: AsyncClient, token: str | bytes) -> None:
    """Refused as any other, without an error of ours."""
    assert "invalid_credential" == await outcome(client, token)


async def test_an_id_token_is_no_access_token(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Signed by the same key, for the same user (ASVS 5.0 9.2.2)."""
    claims = claims_of(identity_provider.issuer, aud=[CLIENT_ID, "https://api.example.com"], nonce="n")

    token = rs256({**header_of(identity_provider), "typ": "JWT"}, claims, identity_provider.key.private)

    assert "invalid_credential" == await outcome(client, token)


@pytest.mark.parametrize(
    ("claim", "seconds", "expected"),
    [
        ("exp", -15, "in"),
        ("exp", -45, "invalid_credential"),
        ("nbf", 15, "in"),
        ("nbf", 60, "invalid_credential"),
        ("iat", 15, "in"),
        ("iat", 60, "invalid_credential"),
    ],
)
async def test_clocks_may_differ_by_half_a_minute(
    client: AsyncClient, identity_provider: IdentityProvider, claim: str, seconds: int, expected: str
) -> None:
    """And no more."""
    claims = claims_of(identity_provider.issuer, **{claim: int(time.time()) + seconds})

    token = rs256(header_of(identity_provider), claims, identity_provider.key.private)

    assert expected == await outcome(client, token)
