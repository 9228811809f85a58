"""Which provider: what is refused at the start, and what a service without one answers."""

import pytest
from httpx2 import AsyncClient

from app.auth.oidc.settings import OidcSettings
from app.settings import SettingsError, load
from tests.auth.oidc.forger import outcome
from tests.fixtures.credentials import log_in
from tests.fixtures.identity_provider import IdentityProvider

LOGIN = "/api/v1/auth/login"
PRODUCTION = {"environment": "production", "oidc_issuer": "https://id.example.com", "oidc_audience": "my-api"}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"oidc_issuer": ""}, "OIDC_ISSUER is missing: whose tokens are believed"),
        ({"oidc_audience": ""}, "OIDC_AUDIENCE is missing: what tokens for this service name as `aud`"),
        ({"oidc_issuer": "http://id.example.com"}, "OIDC_ISSUER: must begin with https://"),
        ({"oidc_issuer": "id.example.com"}, "OIDC_ISSUER: must begin with https://"),
        ({"oidc_scope": "email"}, "OIDC_SCOPE: String should match pattern"),
        ({"oidc_client_id": "my-api", "oidc_token_type": "JWT"}, "OIDC_AUDIENCE must not be OIDC_CLIENT_ID"),
    ],
    ids=str,
)
def test_what_is_not_safe_is_refused_in_one_line(changes: dict[str, str], line: str) -> None:
    """Before any request."""
    load(OidcSettings, **PRODUCTION)

    with pytest.raises(SettingsError) as refusal:
        load(OidcSettings, **PRODUCTION | changes)

    assert [line] == [each[: len(line)] for each in str(refusal.value).splitlines()]


@pytest.mark.parametrize("issuer", ["http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1/realm"])
def test_a_provider_on_this_machine_needs_no_tls(issuer: str) -> None:
    """Nobody can listen there."""
    assert issuer == load(OidcSettings, oidc_issuer=issuer).oidc_issuer


def test_roles_are_read_from_one_line() -> None:
    """As the environment has them."""
    assert ("a", "b") == load(OidcSettings, oidc_admin_roles="a, b,").oidc_admin_roles


@pytest.mark.parametrize("missing", ["OIDC_ISSUER", "OIDC_CLIENT_ID"])
async def test_without_a_provider_nobody_logs_in(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """In development: the answer names the setting."""
    monkeypatch.delenv(missing)

    answer = await client.get(LOGIN)

    assert (503, "unavailable") == (answer.status_code, answer.json()["code"])
    assert f"{missing} is not set." in answer.json()["detail"]


@pytest.mark.parametrize("missing", ["OIDC_ISSUER", "OIDC_AUDIENCE"])
async def test_without_a_provider_no_token_is_good(
    client: AsyncClient, identity_provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """And nobody is asked about it."""
    monkeypatch.delenv(missing)

    assert "invalid_credential" == await outcome(client, identity_provider.access_token("ada"))
    assert {} == dict(identity_provider.asked)


@pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post"], []], ids=str)
async def test_the_secret_goes_where_the_provider_wants_it(
    client: AsyncClient,
    identity_provider: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
    methods: list[str],
) -> None:
    """Into the header or into the form; a public client has none."""
    identity_provider.client_authentication = methods
    if not methods:
        monkeypatch.delenv("OIDC_CLIENT_SECRET")

    assert 303 == (await log_in(client, sub="ada")).status_code


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["admin"]}}),
        ("https://example.com/roles", {"https://example.com/roles": ["admin"]}),
        ("groups", {"groups": "staff admin"}),
    ],
)
async def test_roles_are_found_by_name_or_path(
    client: AsyncClient,
    identity_provider: IdentityProvider,
    monkeypatch: pytest.MonkeyPatch,
    claim: str,
    claims: dict[str, object],
) -> None:
    """As providers have them."""
    monkeypatch.setenv("OIDC_ROLES_CLAIM", claim)
    client.headers["Authorization"] = f"Bearer {identity_provider.access_token('ada', **claims)}"

    assert "admin" == (await client.get("/api/v1/users/me")).json()["role"]


@pytest.mark.parametrize("token_type", ["JWT", "at+jwt"])
async def test_a_provider_may_type_its_tokens_otherwise(
    client: AsyncClient, identity_provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch, token_type: str
) -> None:
    """Then they need not have what RFC 9068 adds; and the other type is refused."""
    monkeypatch.setenv("OIDC_TOKEN_TYPE", token_type)
    plain = identity_provider.access_token("ada", typ="JWT", client_id=None, jti=None)
    typed = identity_provider.access_token("ada")

    seen = [await outcome(client, token) for token in (plain, typed)]

    assert (["in", "invalid_credential"] if token_type == "JWT" else ["invalid_credential", "in"]) == seen
