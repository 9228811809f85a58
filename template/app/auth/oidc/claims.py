"""What a token says of its bearer, in the words of this service."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from app.auth.oidc.settings import OidcSettings
from app.users import Role
from app.validation import Email, Line

MAX_SUBJECT = 255  # OpenID Connect Core section 2
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_NAME: TypeAdapter[str] = TypeAdapter(Line)


@dataclass(frozen=True)
class Claims:
    """Who somebody is, by (issuer, subject); what else stands there can change with each token."""

    issuer: str
    subject: str
    issued_at: datetime
    authenticated_at: datetime
    email: str | None
    name: str | None
    role: Role

    @classmethod
    def read(cls, claims: dict[str, Any], settings: OidcSettings) -> Self:
        """Read verified claims. Raises ValueError or the like when one is not what it should be."""
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
            raise ValueError("sub")
        return cls(
            issuer=claims["iss"],
            subject=subject,
            issued_at=datetime.fromtimestamp(claims["iat"], UTC),
            authenticated_at=datetime.fromtimestamp(claims.get("auth_time", claims["iat"]), UTC),
            # An address that the provider has not confirmed can be anybody's.
            email=_valid(_EMAIL, claims.get("email")) if claims.get("email_verified") is True else None,
            name=_valid(_NAME, claims.get("name")),
            role=_role(claims, settings),
        )

    @property
    def key_hash(self) -> str:
        """SHA-256, in hex, of issuer and subject: compared byte for byte, whatever a database's collation."""
        return hashlib.sha256(f"{self.issuer}\0{self.subject}".encode()).hexdigest()


def _role(claims: dict[str, Any], settings: OidcSettings) -> Role:
    found = _claim(claims, settings.oidc_roles_claim)
    names = found.split() if isinstance(found, str) else found if isinstance(found, list) else []
    return Role.ADMIN if any(name in names for name in settings.oidc_admin_roles) else Role.USER


def _claim(claims: dict[str, Any], name: str) -> Any:
    """A claim by its whole name (`https://example.com/roles`) or by its path (`realm_access.roles`)."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _valid(kind: TypeAdapter[str], value: object) -> str | None:
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None
