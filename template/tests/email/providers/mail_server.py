"""A real SMTP server, in the event loop of the tests."""

import asyncio
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOGIN = LoginPassword(b"shop", b"s3cret pass")
HANG_UP = ""


class MailServer:
    """Takes every mail, unless `answers` has another answer to a step: `{"RCPT": "550 no such user"}`.

    With a TLS context it offers STARTTLS, or demands TLS from the first byte. It knows one LOGIN.
    """

    def __init__(
        self,
        answers: dict[str, str] | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login_required: bool = False,
    ) -> None:
        self.answers = answers or {}
        self.options: dict[str, Any] = {
            "hostname": "localhost",
            "tls_context": None if implicit else tls,
            "auth_required": login_required,
            "authenticator": self._authenticate,
        }
        self.implicit_tls = tls if implicit else None
        self.port = 0
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.encrypted: list[bool] = []

    async def start(self) -> asyncio.Server:
        """Listen on a free port."""
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(
            lambda: SMTP(self, **self.options), "127.0.0.1", 0, ssl=self.implicit_tls
        )
        self.port = listener.sockets[0].getsockname()[1]
        return listener

    async def handle_MAIL(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._answer("MAIL", server)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._answer("RCPT", server)

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None or self.implicit_tls is not None)
        return self._answer("DATA", server)

    def _answer(self, step: str, server: SMTP) -> str:
        answer = self.answers.get(step, "250 OK")
        if answer == HANG_UP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer

    @staticmethod
    def _authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=login == LOGIN, handled=False)
