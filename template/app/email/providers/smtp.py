"""Sends mail to any SMTP server."""

from enum import StrEnum
from typing import Self

import aiosmtplib
from pydantic import Field, SecretStr, model_validator

from app.email.message import EmailRefused, RenderedEmail
from app.settings import EnvSettings, Settings, SettingsError, load


class SmtpTls(StrEnum):
    """How the connection is protected."""

    IMPLICIT = "implicit"  # TLS from the first byte, port 465 (RFC 8314)
    STARTTLS = "starttls"  # upgraded before anything is sent, port 587
    NONE = "none"


class SmtpSettings(EnvSettings):
    """Where the SMTP server is and how to log in."""

    smtp_host: str = "localhost"
    smtp_port: int = Field(587, gt=0, lt=65536)
    smtp_tls: SmtpTls = SmtpTls.STARTTLS
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_seconds: float = Field(20.0, gt=0)
    allow_plain_smtp_in_production: bool = False

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("SMTP_USERNAME and SMTP_PASSWORD come together")
        return self


class Smtp:
    """The provider for any SMTP server."""

    def __init__(self, settings: Settings) -> None:
        self.smtp = load(SmtpSettings)
        plain = self.smtp.smtp_tls is SmtpTls.NONE
        if settings.production and plain and not self.smtp.allow_plain_smtp_in_production:
            raise SettingsError(
                "SMTP_TLS=none sends mail in clear; ALLOW_PLAIN_SMTP_IN_PRODUCTION=true accepts that"
            )

    async def send(self, email: RenderedEmail) -> str:
        """Send over a connection of its own. A 5yz answer is final (RFC 5321 section 4.2.1), a 4yz is not."""
        smtp = self.smtp
        try:
            await aiosmtplib.send(
                email.mime(),
                hostname=smtp.smtp_host,
                port=smtp.smtp_port,
                username=smtp.smtp_username,
                password=smtp.smtp_password.get_secret_value() if smtp.smtp_password else None,
                use_tls=smtp.smtp_tls is SmtpTls.IMPLICIT,
                start_tls=smtp.smtp_tls is SmtpTls.STARTTLS,
                timeout=smtp.smtp_timeout_seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            # One recipient a mail, so one answer; the exception itself carries no code.
            answer = error.recipients[0]
            if answer.code >= 500:
                raise EmailRefused(f"{answer.code} {answer.message}") from error
            raise
        except aiosmtplib.SMTPAuthenticationError:
            raise  # our own settings are wrong: the mail is fine, keep it
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= 500:
                raise EmailRefused(f"{error.code} {error.message}") from error
            raise
        return email.message_id
