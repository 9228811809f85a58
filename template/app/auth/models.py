"""Logins, identities, links, second factors: the same tables in every project, whatever its style."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Bytes, Id, Identified, UtcDateTime, utc_now


class LoginSession(Identified, Base):
    """One login on one device; revoked, everything that came of it is worthless."""

    __tablename__ = "login_sessions"
    __table_args__ = (Index(None, "user_id", "created_at", "id"), Index(None, "expires_at"))

    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    # Of the token in the cookie, where that is what a login gives.
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(200))


class ExternalIdentity(Base):
    """Who a user is to an identity provider."""

    __tablename__ = "external_identities"
    __table_args__ = (Index(None, "user_id"),)

    # SHA-256, in hex, of issuer and subject: compared byte for byte on every database.
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    # When the token was issued that has had the last word on role, name and address.
    claims_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefreshToken(Identified, Base):
    """One link in a login's chain of refresh tokens: used once, then replaced by the next."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index(None, "session_id"),)

    session_id: Mapped[UUID] = mapped_column(Id, ForeignKey("login_sessions.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OneTimeLink(Identified, Base):
    """A link sent by mail: good once, for one purpose, for a short time."""

    __tablename__ = "one_time_links"
    __table_args__ = (Index(None, "user_id", "purpose"), Index(None, "expires_at"))

    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(30))
    # The address to be confirmed, where it is not the account's own yet.
    email: Mapped[str | None] = mapped_column(String(254))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AttemptCount(Base):
    """How often something was tried in vain, and until when it cannot be tried again."""

    __tablename__ = "attempt_counts"
    __table_args__ = (Index(None, "expires_at"),)

    # SHA-256, in hex, of what is counted: of one length, whatever the client sends.
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempts: Mapped[int]
    blocked_until: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SecondFactor(Base):
    """A user's authenticator app. It counts once a code has confirmed it."""

    __tablename__ = "second_factors"

    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # Encrypted: whoever has the table alone makes no codes.
    sealed_secret: Mapped[bytes] = mapped_column(Bytes)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The time step of the last code that was taken: neither that one nor an older one is taken again.
    last_step: Mapped[int] = mapped_column(default=0)


class RecoveryCode(Identified, Base):
    """A code that takes the place of the authenticator app. A used one has no row."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    # Of the factor, with which it goes.
    user_id: Mapped[UUID] = mapped_column(Id, ForeignKey("second_factors.user_id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
