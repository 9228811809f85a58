"""The provider for any SMTP server: nothing goes to somebody in between."""

import ssl
from pathlib import Path

import aiosmtplib
import pytest
import trustme

from app.db import new_id
from app.email.message import RenderedEmail
from tests.email.providers.conftest import MakeProvider, Start
from tests.email.providers.mail_server import LOGIN, MailServer

MAIL = RenderedEmail(
    new_id(), "no-reply@shop.example", "ann@customer.example", "Hello", "Hello Ann!\n", "<p>Hello Ann!</p>"
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Signs the server's certificate; nobody trusts it."""
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What the server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process trust the server's certificate, as it would a well-known authority's."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(("mode", "implicit"), [("starttls", False), ("implicit", True)])
async def test_it_is_encrypted(
    start: Start, connect_to: MakeProvider, tls: ssl.SSLContext, mode: str, implicit: bool
) -> None:
    """From the first byte, or before anything is sent."""
    server = await start(MailServer(tls=tls, implicit=implicit))

    await connect_to(server, smtp_tls=mode).send(MAIL)

    assert [True] == server.encrypted


@pytest.mark.parametrize(("mode", "implicit"), [("starttls", False), ("implicit", True)])
async def test_a_certificate_nobody_trusts_is_refused(
    start: Start, connect_to: MakeProvider, tls: ssl.SSLContext, mode: str, implicit: bool
) -> None:
    """Whoever sits between gets nothing; the mail waits for its next attempt."""
    server = await start(MailServer(tls=tls, implicit=implicit))

    with pytest.raises((aiosmtplib.SMTPException, ssl.SSLError), match="certificate verify failed"):
        await connect_to(server, smtp_tls=mode).send(MAIL)

    assert [] == server.mails


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_of_another_host_is_refused(
    start: Start, connect_to: MakeProvider, tls: ssl.SSLContext
) -> None:
    """Also when its authority is trusted."""
    server = await start(MailServer(tls=tls))

    with pytest.raises((aiosmtplib.SMTPException, ssl.SSLError), match="certificate verify failed"):
        await connect_to(server, smtp_host="localhost").send(MAIL)

    assert [] == server.mails


async def test_without_starttls_nothing_is_sent(start: Start, connect_to: MakeProvider) -> None:
    """Somebody in between may have hidden the server's offer."""
    server = await start(MailServer())

    with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
        await connect_to(server).send(MAIL)

    assert [] == server.mails


@pytest.mark.usefixtures("trusted")
async def test_it_logs_in(start: Start, connect_to: MakeProvider, tls: ssl.SSLContext) -> None:
    """Where the server demands it."""
    server = await start(MailServer(tls=tls, login_required=True))
    login = {"smtp_username": LOGIN.login.decode(), "smtp_password": LOGIN.password.decode()}

    await connect_to(server, **login).send(MAIL)

    assert 1 == len(server.mails)


@pytest.mark.usefixtures("trusted")
async def test_a_wrong_login_is_no_fault_of_the_mail(
    start: Start, connect_to: MakeProvider, tls: ssl.SSLContext
) -> None:
    """535 says that our settings are wrong: the mail is kept, and the password not told."""
    server = await start(MailServer(tls=tls, login_required=True))

    with pytest.raises(aiosmtplib.SMTPAuthenticationError) as failure:
        await connect_to(server, smtp_username="shop", smtp_password="wr0ng").send(MAIL)

    assert "wr0ng" not in str(failure.value)
