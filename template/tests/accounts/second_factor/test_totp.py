"""Codes of authenticator apps, by the vectors of RFC 6238 appendix B; and the URI with the secret."""

from base64 import b32decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from app import about
from app.accounts.second_factor import totp

SECRET = b"12345678901234567890"
# The last six of the eight digits that stand there.
VECTORS = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    """Each is the code of its step."""
    assert seconds // 30 == totp.step_of(SECRET, code, at(seconds))


@pytest.mark.parametrize(("late", "good"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_clock_may_be_wrong_by_one_step(late: int, good: bool) -> None:
    """And by no more."""
    moment, code = VECTORS[3]
    step = totp.step_of(SECRET, code, at(moment) + timedelta(seconds=late))

    assert (moment // 30 if good else None) == step


@pytest.mark.parametrize("code", ["287083", "000000", "", "28708", "2870822"])
def test_any_other_code_is_wrong(code: str) -> None:
    """Also one of another length."""
    assert totp.step_of(SECRET, code, at(59)) is None


@pytest.mark.parametrize(
    ("code", "is_one"),
    [("123456", True), ("12345", False), ("1234567", False), ("12345a", False), ("١٢٣٤٥٦", False)],
)
def test_what_can_come_from_an_app(code: str, is_one: bool) -> None:
    """Six digits of ASCII."""
    assert is_one is totp.is_totp(code)


def test_secrets_are_long_and_differ() -> None:
    """160 bits, as RFC 4226 recommends."""
    secrets = {totp.new_secret() for _ in range(100)}

    assert (100, {20}) == (len(secrets), {len(secret) for secret in secrets})


def test_the_uri_says_all_that_an_app_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blank is %20: a plus would be shown as one."""
    monkeypatch.setattr(about, "TITLE", "My Shop+")

    uri = totp.uri(SECRET, "alice+1@example.com")

    parts = urlsplit(uri)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert ("otpauth", "totp", "/My Shop+:alice+1@example.com") == (
        parts.scheme,
        parts.netloc,
        unquote(parts.path),
    )
    assert "issuer=My%20Shop%2B" in uri
    assert {"algorithm": "SHA1", "digits": "6", "period": "30", "issuer": "My Shop+"} == {
        name: value for name, value in query.items() if name != "secret"
    }
    assert SECRET == b32decode(query["secret"])
    assert query["secret"] == totp.typed(SECRET)
