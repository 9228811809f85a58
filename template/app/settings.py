"""Every platform setting. Values come from environment variables, in development also from `.env`.

A feature or an email provider keeps its own settings class beside its code, derived from `EnvSettings`.
"""

import hmac
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator, validate_email
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIN_SECRET_BYTES = 32  # 256 bits: RFC 7518 section 3.2, for HMAC with SHA-256


class EnvSettings(BaseSettings):
    """Base of every settings class: read from the environment, then from `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )


class Environment(StrEnum):
    """Where this process runs. Anything but development is strict."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], NoDecode]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode]


class Settings(EnvSettings):
    """The service's settings; `.env.example` explains each one."""

    # The service
    environment: Environment = Environment.PRODUCTION
    secret_key: SecretStr
    secret_key_fallbacks: Secrets = ()
    public_url: str = "http://127.0.0.1:8000"
    frontend_url: str = ""
    docs_enabled: bool | None = None
    worker_in_process: bool = True

    # Logs
    log_level: Annotated[str, Field(pattern="^(DEBUG|INFO|WARNING|ERROR)$")] = "INFO"
    log_json: bool | None = None

    # HTTP
    allowed_hosts: CommaSeparated = ()
    trusted_proxies: CommaSeparated = ()
    require_https: bool | None = None
    cors_origins: CommaSeparated = ()
    cors_allow_credentials: bool = False
    body_limit_bytes: Annotated[int, Field(gt=0)] = 1024 * 1024
    rate_limit: Annotated[str, Field(pattern=r"^[1-9]\d*/(second|minute|hour|day)$")] = "300/minute"
    idempotency_hours: Annotated[int, Field(gt=0)] = 24

    # Email
    email_provider: str = "console"
    email_from: str = "no-reply@example.com"
    mailbox_dir: str = ".mailbox"
    allow_console_email_in_production: bool = False

    @field_validator(
        "secret_key_fallbacks", "allowed_hosts", "trusted_proxies", "cors_origins", mode="before"
    )
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return _split(value)

    @field_validator("public_url", "frontend_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an http(s) URL such as https://api.example.com")
        return value.rstrip("/")

    @field_validator("email_from")
    @classmethod
    def _is_address(cls, value: str) -> str:
        validate_email(value)
        return value

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        problems = []
        if self.cors_allow_credentials and "*" in self.cors_origins:
            problems.append("CORS_ORIGINS=* with CORS_ALLOW_CREDENTIALS lets any site act as your users")
        if len(self._secrets[0].encode()) < MIN_SECRET_BYTES:
            problems.append(f"SECRET_KEY must hold at least {MIN_SECRET_BYTES} bytes; `api setup` makes one")
        if any(len(secret.encode()) < MIN_SECRET_BYTES for secret in self._secrets[1:]):
            problems.append(
                f"SECRET_KEY_FALLBACKS: each must hold at least {MIN_SECRET_BYTES} bytes, and no comma"
            )
        if self.production:
            problems += self._unsafe_in_production()
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _unsafe_in_production(self) -> list[str]:
        problems = []
        if any(len(set(secret)) < MIN_SECRET_BYTES // 4 for secret in self._secrets):
            problems.append("SECRET_KEY looks like a placeholder; `api setup` makes a random one")
        if urlsplit(self.public_url).scheme != "https":
            problems.append("PUBLIC_URL must start with https:// in production")
        if "*" in self.allowed_hosts:
            problems.append("ALLOWED_HOSTS=* accepts forged Host headers; name your hosts")
        if self.email_provider == "console" and not self.allow_console_email_in_production:
            problems.append(
                "EMAIL_PROVIDER=console would print one-time links to the log instead of sending them; "
                "set a real one, or ALLOW_CONSOLE_EMAIL_IN_PRODUCTION=true"
            )
        return problems

    def derived_key(self, purpose: str) -> bytes:
        """A key of its own for each purpose, so that what is signed for one is worth nothing for another."""
        return self.derived_keys(purpose)[0]

    def derived_keys(self, purpose: str) -> tuple[bytes, ...]:
        """The key to sign with, then those of SECRET_KEY_FALLBACKS: what they have signed is still good."""
        return tuple(hmac.digest(secret.encode(), purpose.encode(), "sha256") for secret in self._secrets)

    @property
    def _secrets(self) -> list[str]:
        return [secret.get_secret_value() for secret in (self.secret_key, *self.secret_key_fallbacks)]

    @property
    def production(self) -> bool:
        """True when the strict rules for production hold."""
        return self.environment is Environment.PRODUCTION

    @property
    def development(self) -> bool:
        """True on a developer's machine: readable logs, docs and the mailbox page."""
        return self.environment is Environment.DEVELOPMENT

    @property
    def serves_docs(self) -> bool:
        """Whether /docs exists: not in production unless asked for."""
        return not self.production if self.docs_enabled is None else self.docs_enabled

    @property
    def demands_https(self) -> bool:
        """Whether plain http requests are refused: in production unless told otherwise."""
        return self.production if self.require_https is None else self.require_https

    @property
    def hosts(self) -> frozenset[str]:
        """The Host names this service answers to."""
        local = () if self.production else ("localhost", "127.0.0.1", "testserver")
        return frozenset({*self.allowed_hosts, *local, urlsplit(self.public_url).hostname or ""})


class SettingsError(Exception):
    """Settings that cannot be used: `str()` gives one line for each."""


_S = TypeVar("_S", bound=EnvSettings)


def load(kind: type[_S], **values: Any) -> _S:
    """Read one settings class. Raises SettingsError with one line a problem, never showing a value."""
    try:
        return kind(**values)
    except ValidationError as error:
        raise SettingsError("\n".join(_lines(error))) from None


def _lines(error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_input=False, include_url=False):
        name = ".".join(str(part) for part in problem["loc"]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "missing":
            message = "is missing; `api setup` writes a .env for development"
        for line in message.splitlines():
            yield f"{name}: {line}" if name else line
