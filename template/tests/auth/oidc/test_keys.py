"""The provider's keys: fetched once, followed when they change, used on while the provider is away."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from httpx2 import AsyncClient

from app.auth.oidc import refreshed
from tests.auth.oidc.forger import claims_of, outcome, rs256
from tests.fixtures.identity_provider import IdentityProvider, SigningKey

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/keys"
AWAY = (503, b"")
MINUTES = 60.0
STRANGER = SigningKey()


class Clock:
    """The time of the caches; the tokens have another one."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(refreshed, "time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


async def test_many_at_once_fetch_once(client: AsyncClient, identity_provider: IdentityProvider) -> None:
    """Whether their tokens are good or not."""
    tokens = [identity_provider.access_token("ada"), *("a.b.c" for _ in range(3))]
    tokens += [STRANGER.sign({"sub": "x"}, typ="at+jwt", kid=kid) for kid in "abc"]

    await asyncio.gather(*(outcome(client, token) for token in tokens))

    assert {DISCOVERY: 1, KEYS: 1} == dict(identity_provider.asked)


async def test_nothing_is_fetched_for_what_cannot_be_a_token(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Its header is enough to see that."""
    for token in ("a.b.c", STRANGER.sign({"sub": "x"}, typ="JWT")):
        assert "invalid_credential" == await outcome(client, token)

    assert {} == dict(identity_provider.asked)


async def test_a_new_key_is_found(
    client: AsyncClient, identity_provider: IdentityProvider, clock: Clock
) -> None:
    """At the first token that names it; the old one is worth nothing then."""
    old = identity_provider.access_token("ada")
    assert "in" == await outcome(client, old)
    clock.now += 11
    identity_provider.rotate()

    assert "in" == await outcome(client, identity_provider.access_token("ada"))
    clock.now += 11
    assert "invalid_credential" == await outcome(client, old)


async def test_unknown_keys_cannot_make_us_ask_again_and_again(
    client: AsyncClient, identity_provider: IdentityProvider, clock: Clock
) -> None:
    """Once in ten seconds, however many tokens name keys that nobody has."""
    assert "in" == await outcome(client, identity_provider.access_token("ada"))
    clock.now += 11

    for kid in "abcde":
        assert "invalid_credential" == await outcome(client, STRANGER.sign({}, typ="at+jwt", kid=kid))

    assert 2 == identity_provider.asked[KEYS]
    assert "in" == await outcome(client, identity_provider.access_token("ada"))


async def test_a_key_that_is_withdrawn_is_forgotten(
    client: AsyncClient, identity_provider: IdentityProvider, clock: Clock
) -> None:
    """After ten minutes at the latest, though no token names another."""
    stolen = identity_provider.access_token("ada")
    assert "in" == await outcome(client, stolen)
    identity_provider.published = [STRANGER.public]

    seen = []
    for minutes in (9, 11):
        clock.now = 1000 + minutes * MINUTES
        seen.append(await outcome(client, stolen))

    assert ["in", "invalid_credential"] == seen


async def test_known_keys_serve_through_an_outage(
    client: AsyncClient, identity_provider: IdentityProvider, clock: Clock
) -> None:
    """For a day; then they are too old, and nobody can tell a good token from a bad one."""
    token = identity_provider.access_token("ada")
    assert "in" == await outcome(client, token)
    identity_provider.answers |= {KEYS: AWAY, DISCOVERY: AWAY}

    seen = []
    for hours in (1, 23, 25):
        clock.now = 1000 + hours * 60 * MINUTES
        seen.append(await outcome(client, token))

    assert ["in", "in", "unavailable"] == seen


async def test_during_an_outage_an_unknown_key_is_not_called_wrong(
    client: AsyncClient, identity_provider: IdentityProvider, clock: Clock
) -> None:
    """It may be a new one: 503 and a time to come back, where 401 would make clients log in again."""
    assert "in" == await outcome(client, identity_provider.access_token("ada"))
    clock.now += 11
    identity_provider.rotate()
    identity_provider.answers[KEYS] = AWAY
    token = identity_provider.access_token("ada")

    away = await client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    identity_provider.answers.clear()
    clock.now += 11

    assert (503, "10") == (away.status_code, away.headers["retry-after"])
    assert "in" == await outcome(client, token)


async def test_a_provider_that_is_away_is_asked_once_in_ten_seconds(
    client: AsyncClient, identity_provider: IdentityProvider, clock: Clock
) -> None:
    """From the start: no request waits for it meanwhile."""
    identity_provider.answers[DISCOVERY] = AWAY
    token = identity_provider.access_token("ada")

    assert ["unavailable"] * 3 == [await outcome(client, token) for _ in range(3)]

    assert 1 == identity_provider.asked[DISCOVERY]


async def test_who_needs_no_token_needs_no_provider(
    client: AsyncClient, alice: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Public routes, and those who have logged in."""
    identity_provider.answers |= {KEYS: AWAY, DISCOVERY: AWAY}
    token = {"Authorization": f"Bearer {identity_provider.access_token('ada')}"}

    codes = [
        (await client.get("/health/live", headers=token)).status_code,
        (await alice.get("/api/v1/users/me")).status_code,
    ]

    assert [200, 200] == codes


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": 7}',
        b'{"keys": [7, null, {}, {"kty": "RSA"}, {"kty": "oct", "k": "c2VjcmV0"}]}',
        b'{"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}',
        b'{"x": "' + b"x" * 600_000 + b'"}',
    ],
    ids=lambda document: ascii(document[:20]),
)
async def test_a_list_of_nonsense_lets_nobody_in(
    client: AsyncClient, identity_provider: IdentityProvider, document: bytes
) -> None:
    """Nor does it break anything."""
    identity_provider.answers[KEYS] = (200, document)

    assert await outcome(client, identity_provider.access_token("ada")) in {
        "invalid_credential",
        "unavailable",
    }


async def test_one_bad_key_does_not_spoil_the_others(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """RFC 7517 section 5."""
    identity_provider.published += [{"kty": "RSA", "kid": "bad"}, {"kty": "AKP", "kid": "newer"}]

    assert "in" == await outcome(client, identity_provider.access_token("ada"))


@pytest.mark.parametrize("changes", [{"use": "enc"}, {"alg": "RS512"}, {"kty": "EC"}], ids=str)
async def test_a_key_for_something_else_is_none(
    client: AsyncClient, identity_provider: IdentityProvider, changes: dict[str, str]
) -> None:
    """Encryption, or another algorithm."""
    identity_provider.published = [{**identity_provider.key.public, **changes}]

    assert "invalid_credential" == await outcome(client, identity_provider.access_token("ada"))


async def test_a_weak_key_is_none(client: AsyncClient, identity_provider: IdentityProvider) -> None:
    """1024 bits can be factored."""
    weak = SigningKey(bits=1024)
    identity_provider.published = [weak.public]
    header = {"alg": "RS256", "typ": "at+jwt", "kid": weak.kid}

    token = rs256(header, claims_of(identity_provider.issuer), weak.private)

    assert "invalid_credential" == await outcome(client, token)


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"jwks_uri": "http://evil.example/keys"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
    ],
    ids=str,
)
async def test_a_discovery_document_that_is_not_right_is_not_followed(
    client: AsyncClient, identity_provider: IdentityProvider, changes: dict[str, str]
) -> None:
    """It must name the issuer it was asked for, and addresses that nobody can listen at (ASVS 5.0 10.5.3)."""
    document = json.dumps({**identity_provider.metadata(), **changes}).encode()
    identity_provider.answers[DISCOVERY] = (200, document)

    assert "unavailable" == await outcome(client, identity_provider.access_token("ada"))
    assert 0 == identity_provider.asked[KEYS]


async def test_a_redirect_is_not_followed(client: AsyncClient, identity_provider: IdentityProvider) -> None:
    """Keys are where the provider says they are."""
    identity_provider.answers[KEYS] = (302, b"")

    assert "unavailable" == await outcome(client, identity_provider.access_token("ada"))
