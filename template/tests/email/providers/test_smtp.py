"""The provider for any SMTP server, against a real one."""

import aiosmtplib
import pytest

from app.db import new_id
from app.email.message import EmailRefused, RenderedEmail
from app.email.providers.smtp import Smtp, SmtpSettings
from app.settings import Settings, SettingsError, load
from tests.email.providers.conftest import MakeProvider, Start
from tests.email.providers.mail_server import HANG_UP, MailServer

MAIL = RenderedEmail(
    new_id(),
    "The Shop <no-reply@shop.example>",
    "ann@customer.example",
    "Grüße",
    "Hello Ann!\n",
    "<p>Hello Ann!</p>",
)


async def test_a_mail_arrives_whole(start: Start, connect_to: MakeProvider) -> None:
    """Its envelope, its headers and both its parts; the provider's id for it is the Message-ID."""
    server = await start(MailServer())

    provider_id = await connect_to(server, smtp_tls="none").send(MAIL)

    [mail] = server.mails
    assert [("no-reply@shop.example", ["ann@customer.example"])] == server.envelopes
    expected = {
        "From": "The Shop <no-reply@shop.example>",
        "To": "ann@customer.example",
        "Subject": "Grüße",
        "Message-ID": f"<{MAIL.id}@shop.example>",
        "Auto-Submitted": "auto-generated",
    }
    assert expected == {name: mail[name] for name in expected}
    assert ["Hello Ann!\n", "<p>Hello Ann!</p>\n"] == [
        part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()
    ]
    assert MAIL.message_id == provider_id


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_a_permanent_answer_is_final(start: Start, connect_to: MakeProvider, step: str) -> None:
    """5yz at any step: the mail is refused, in the server's words."""
    server = await start(MailServer({step: "550 5.1.1 no such user"}))

    with pytest.raises(EmailRefused, match=r"550 5\.1\.1 no such user"):
        await connect_to(server, smtp_tls="none").send(MAIL)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", ["451 4.3.0 try later", HANG_UP])
async def test_a_temporary_failure_is_not_final(
    start: Start, connect_to: MakeProvider, step: str, answer: str
) -> None:
    """4yz, or a connection that ends: another error than EmailRefused means, try again later."""
    server = await start(MailServer({step: answer}))

    with pytest.raises(aiosmtplib.SMTPException):
        await connect_to(server, smtp_tls="none").send(MAIL)


async def test_a_server_that_is_away_is_tried_again(start: Start, connect_to: MakeProvider) -> None:
    """Nobody listens on its port."""
    server = MailServer()
    async with await server.start():
        pass

    with pytest.raises(aiosmtplib.SMTPConnectError):
        await connect_to(server, smtp_tls="none").send(MAIL)


def test_the_defaults_are_encrypted(settings: Settings) -> None:
    """The port of submission with STARTTLS (RFC 6409)."""
    smtp = load(SmtpSettings)

    assert (587, "starttls", None) == (smtp.smtp_port, smtp.smtp_tls, smtp.smtp_username)


@pytest.mark.parametrize("half", ["SMTP_USERNAME", "SMTP_PASSWORD"])
def test_half_a_login_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch, half: str) -> None:
    """And what was given is not shown."""
    monkeypatch.setenv(half, "s3cret")

    with pytest.raises(SettingsError) as refusal:
        Smtp(settings)

    assert "SMTP_USERNAME and SMTP_PASSWORD come together" == str(refusal.value)


def test_plain_smtp_in_production_must_be_accepted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the setting that names the risk."""
    production = load(
        Settings, environment="production", public_url="https://api.shop.example", email_provider="smtp"
    )
    monkeypatch.setenv("SMTP_TLS", "none")

    with pytest.raises(SettingsError, match="ALLOW_PLAIN_SMTP_IN_PRODUCTION"):
        Smtp(production)

    monkeypatch.setenv("ALLOW_PLAIN_SMTP_IN_PRODUCTION", "true")
    assert "none" == Smtp(production).smtp.smtp_tls
