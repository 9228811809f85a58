"""Settings."""

from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings, SettingsError, load
from tests.fixtures.apps import PRODUCTION
from tests.fixtures.environment import SECRET_KEY


def refusal(**settings: Any) -> list[str]:
    with pytest.raises(SettingsError) as error:
        load(Settings, **settings)
    return str(error.value).splitlines()


def test_production_starts_with_the_least_it_must_be_told() -> None:
    """And is strict about the rest."""
    settings = load(Settings, **PRODUCTION)

    assert (True, False, True) == (settings.production, settings.serves_docs, settings.demands_https)
    assert {"api.example.com"} == settings.hosts


@pytest.mark.parametrize(
    ("unsafe", "line"),
    [
        ({"secret_key": "x" * 40}, "SECRET_KEY looks like a placeholder; `api setup` makes a random one"),
        ({"secret_key": "short"}, "SECRET_KEY must hold at least 32 bytes; `api setup` makes one"),
        (
            {"secret_key_fallbacks": "x" * 40},
            "SECRET_KEY looks like a placeholder; `api setup` makes a random one",
        ),
        (
            {"secret_key_fallbacks": f"{SECRET_KEY},short"},
            "SECRET_KEY_FALLBACKS: each must hold at least 32 bytes, and no comma",
        ),
        ({"public_url": "http://api.example.com"}, "PUBLIC_URL must start with https:// in production"),
        ({"allowed_hosts": "*"}, "ALLOWED_HOSTS=* accepts forged Host headers; name your hosts"),
        (
            {"allow_console_email_in_production": False},
            "EMAIL_PROVIDER=console would print one-time links to the log instead of sending them; "
            "set a real one, or ALLOW_CONSOLE_EMAIL_IN_PRODUCTION=true",
        ),
        (
            {"cors_origins": "*", "cors_allow_credentials": True},
            "CORS_ORIGINS=* with CORS_ALLOW_CREDENTIALS lets any site act as your users",
        ),
    ],
)
def test_production_refuses_what_is_unsafe(unsafe: dict[str, Any], line: str) -> None:
    """With one line that names the setting and the way out."""
    assert line in refusal(**{**PRODUCTION, **unsafe})


def test_every_problem_is_told_at_once() -> None:
    """One line each."""
    lines = refusal(environment="production", public_url="http://x", secret_key="short")

    assert 4 == len(lines)


def test_no_refusal_shows_a_value() -> None:
    """It may be a secret, and this ends up in a log."""
    lines = refusal(**{**PRODUCTION, "secret_key": "canary7"}) + refusal(log_level="canary7")

    assert [] == [line for line in lines if "canary7" in line]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "api.example.com"),
        ("PUBLIC_URL", "ftp://api.example.com"),
        ("FRONTEND_URL", "https://"),
        ("RATE_LIMIT", "300"),
        ("RATE_LIMIT", "0/minute"),
        ("BODY_LIMIT_BYTES", "0"),
        ("IDEMPOTENCY_HOURS", "soon"),
        ("EMAIL_FROM", "nobody"),
        ("ENVIRONMENT", "staging"),
        ("DOCS_ENABLED", "perhaps"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """One line that begins with the variable."""
    monkeypatch.setenv(name, value)

    [line] = refusal()
    assert line.startswith(f"{name}: ")


def test_a_missing_secret_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no default that could be forgotten."""
    monkeypatch.delenv("SECRET_KEY")

    assert ["SECRET_KEY: is missing; `api setup` writes a .env for development"] == refusal()


def test_without_an_environment_it_is_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever forgets it gets the strict rules, not the lax ones."""
    monkeypatch.delenv("ENVIRONMENT")

    assert "PUBLIC_URL must start with https:// in production" in refusal()


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """With space around them or without; an empty variable is as good as none."""
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example, https://b.example,")
    monkeypatch.setenv("ALLOWED_HOSTS", "")

    settings = load(Settings)

    assert (("https://a.example", "https://b.example"), ()) == (settings.cors_origins, settings.allowed_hosts)


def test_a_variable_beats_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set for one run wins; and the file may hold what others read."""
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("LOG_LEVEL=ERROR\nRATE_LIMIT=1/day\nCOMPOSE_PROJECT_NAME=x\n")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    settings = load(Settings)

    assert ("DEBUG", "1/day") == (settings.log_level, settings.rate_limit)


def test_each_purpose_has_a_key_of_its_own() -> None:
    """The same for every process, never the secret itself."""
    settings = load(Settings)

    keys = {settings.derived_key(purpose) for purpose in ("cursor", "access-token")}
    assert 2 == len(keys)
    assert settings.derived_key("cursor") in keys
    assert SECRET_KEY.encode() not in keys


def test_a_retired_secret_has_the_keys_it_had() -> None:
    """Behind those of the new one, which signs; a repr shows neither."""
    old = load(Settings, secret_key=SECRET_KEY)
    fallbacks = f"{SECRET_KEY}, {SECRET_KEY}x"
    settings = load(Settings, secret_key=f"new {SECRET_KEY}", secret_key_fallbacks=fallbacks)

    keys = settings.derived_keys("cursor")

    assert (3, 3) == (len(keys), len(set(keys)))
    assert settings.derived_key("cursor") == keys[0]
    assert old.derived_key("cursor") == keys[1]
    assert SECRET_KEY not in repr(settings)


def test_a_url_has_no_slash_at_its_end() -> None:
    """Paths are put behind it."""
    assert "https://api.example.com/v2" == load(Settings, public_url="https://api.example.com/v2/").public_url


def test_outside_production_this_machine_is_known() -> None:
    """So that it can be tried out without settings."""
    assert {"localhost", "127.0.0.1", "testserver"} <= load(Settings).hosts
