"""Which provider is believed, and what its claims mean here."""

from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from app.settings import CommaSeparated, Environment, EnvSettings

ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068 section 2.1


class OidcSettings(EnvSettings):
    """The provider's issuer, how this service is known there, and where roles stand in its tokens."""

    environment: Environment = Environment.PRODUCTION
    oidc_issuer: str = Field("", max_length=255)
    oidc_audience: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scope: str = Field("openid email profile", pattern=r"(^| )openid( |$)")
    oidc_token_type: str = ACCESS_TOKEN_TYPE
    oidc_roles_claim: str = Field("roles", min_length=1)
    oidc_admin_roles: CommaSeparated = ("admin",)
    oidc_timeout_seconds: float = Field(3.0, gt=0)

    @field_validator("oidc_admin_roles", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, value: str) -> str:
        if value and not is_protected(value):
            raise ValueError("must begin with https://, unless the provider runs on this machine")
        return value

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        problems = []
        if self.environment is Environment.PRODUCTION:
            problems += [
                f"{name} is missing: {why}"
                for name, value, why in (
                    ("OIDC_ISSUER", self.oidc_issuer, "whose tokens are believed"),
                    ("OIDC_AUDIENCE", self.oidc_audience, "what tokens for this service name as `aud`"),
                )
                if not value
            ]
        if self.oidc_token_type != ACCESS_TOKEN_TYPE and self.oidc_audience == self.oidc_client_id != "":
            problems.append(
                "OIDC_AUDIENCE must not be OIDC_CLIENT_ID where OIDC_TOKEN_TYPE is another than at+jwt: "
                "an ID token would pass for an access token"
            )
        if problems:
            raise ValueError("\n".join(problems))
        return self


def is_protected(url: str) -> bool:
    """Whether nobody between here and the provider can read or change what is said."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
