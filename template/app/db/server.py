"""What the database servers have in common: where they are, how long to wait, TLS."""

import ssl
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, FilePath, model_validator
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.settings import Environment, EnvSettings

LOCAL = {"localhost", "127.0.0.1", "::1"}


class DatabaseTls(StrEnum):
    """How the connection is protected."""

    VERIFY = "verify"  # encrypted, and the server proves its name
    ENCRYPT = "encrypt"  # encrypted, whoever answers
    NONE = "none"


class ServerSettings(EnvSettings):
    """Where the database is and how long to wait for it."""

    environment: Environment = Environment.PRODUCTION
    database_url: str
    database_tls: DatabaseTls = DatabaseTls.VERIFY
    database_tls_ca_file: FilePath | None = None
    allow_plain_database_in_production: bool = False
    database_pool_size: int = Field(10, gt=0)
    database_pool_overflow: int = Field(0, ge=0)
    database_pool_recycle_seconds: int = Field(1800, gt=0)
    database_pool_pre_ping: bool = False
    database_timeout_seconds: float = Field(5.0, gt=0)
    database_statement_timeout_seconds: float = Field(30.0, ge=0)
    database_start_seconds: float = Field(60.0, ge=0)

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        plain = self.database_tls is DatabaseTls.NONE and (self.url.host or "localhost") not in LOCAL
        if (
            self.environment is Environment.PRODUCTION
            and plain
            and not self.allow_plain_database_in_production
        ):
            raise ValueError(
                "DATABASE_TLS=none sends data and password in clear; "
                "ALLOW_PLAIN_DATABASE_IN_PRODUCTION=true accepts that"
            )
        return self

    @property
    def url(self) -> URL:
        """DATABASE_URL, taken apart."""
        return make_url(self.database_url)

    def pool_options(self) -> dict[str, Any]:
        """The settings of the connection pool, as SQLAlchemy names them."""
        return {
            "pool_size": self.database_pool_size,
            "max_overflow": self.database_pool_overflow,
            "pool_timeout": self.database_timeout_seconds,
            "pool_recycle": self.database_pool_recycle_seconds,
            "pool_pre_ping": self.database_pool_pre_ping,
        }

    def tls_context(self) -> ssl.SSLContext | None:
        """What the driver needs for TLS, or None where it is off."""
        if self.database_tls is DatabaseTls.NONE:
            return None
        context = ssl.create_default_context(cafile=self.database_tls_ca_file)
        if self.database_tls is DatabaseTls.ENCRYPT:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def url_with_driver(value: str, driver: str) -> str:
    """A database URL with our driver, whatever driver it names. Hosting providers give URLs without one.

    Raises ValueError for another database, or for a URL that cannot be read.
    """
    database = driver.partition("+")[0]
    aliases = {"postgresql": {"postgres"}, "mysql": {"mariadb"}}[database] | {database}
    form = f"must look like {driver}://user:password@host/database"
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError(form) from None
    if url.drivername.partition("+")[0] not in aliases or not url.database:
        raise ValueError(form)
    if tls := [name for name in url.query if name.startswith(("ssl", "tls"))]:
        raise ValueError(f"leave {tls[0]} out of it: DATABASE_TLS says how the connection is protected")
    return url.set(drivername=driver).render_as_string(hide_password=False)
