"""Who carries mail: a mail server over a socket, and a worker beside the requests."""

from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from styles import PASSWORD
from wiring.cuts import Cut
from wiring.probes import ALONE, probe
from wiring.site import Site, part

DELIVERY = "app/email/delivery.py"
REGISTER = "/api/v1/auth/register"


class MailServer(Controller):
    """Listens on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Inbox:
    """What a mail server of the test has taken; whoever is called `refused` or `later` it does not take."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own form
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take, refuse or put off a recipient."""
        if address.startswith("refused"):
            return f"550 no such mailbox: {address}"
        if address.startswith("later"):
            return "451 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@contextmanager
def _mail_server() -> Iterator[tuple[int, Inbox]]:
    """A mail server on loopback: its port, and what it takes."""
    inbox = Inbox()
    server = MailServer(inbox, "127.0.0.1", 0)
    server.start()
    try:
        yield server.port, inbox
    finally:
        server.stop()


@probe(
    ALONE,
    Cut("app/email/provider.py", '"smtp": Smtp', '"smtp": Console'),
    Cut("app/email/message.py", 'message["Message-ID"] = self.message_id', "pass"),
    Cut("app/email/message.py", 'message["Auto-Submitted"] = "auto-generated"', "pass"),
    Cut("app/email/message.py", 'message.add_alternative(self.html, subtype="html")', "pass"),
    Cut(DELIVERY, "except EmailRefused as error:", "except ZeroDivisionError as error:"),
    Cut(
        "app/email/providers/smtp.py",
        'raise EmailRefused(f"{answer.code} {answer.message}") from error',
        "raise",
    ),
    Cut(DELIVERY, 'return {"status": EmailStatus.QUEUED,', 'return {"status": EmailStatus.FAILED,'),
    Cut("app/email/outbox.py", "request_id=request_id", "request_id=None"),
    Cut("app/logs.py", "        redact_event,\n"),
)
def mail_goes_out_by_smtp(site: Site) -> None:
    """As text and html, with a Message-ID of ours; refused for good it is given up, put off it is kept."""
    with _mail_server() as (port, inbox):
        smtp = {
            "EMAIL_PROVIDER": "smtp",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_TLS": "none",
        }
        with site.serving({**smtp, "EMAIL_FROM": "Service <no-reply@example.com>"}) as served:
            for name in ("taken", "refused", "later"):
                account = {"email": f"{name}@example.com", "password": PASSWORD}
                answer = served.anybody.post(REGISTER, account, X_Request_ID=f"mail-{name}")
                assert answer.status == 202
            served.line("email_sent", request_id="mail-taken", template="verify_email")
            served.line("email_refused", request_id="mail-refused", level="warning")
            served.line("email_attempt_failed", request_id="mail-later", level="warning")
            held = "SELECT 1 FROM email_messages WHERE status = 'sending'"
            served.eventually(lambda: not site.rows(held), "the outcome of every attempt")
    (mail,) = inbox.mails
    assert "refused@" not in str(served.server.lines()), "redacted"
    assert (mail["To"], mail["From"]) == ("taken@example.com", "Service <no-reply@example.com>")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(mail["Message-ID"]).endswith("@example.com>")
    assert "Confirm" in part(mail, "plain")
    assert "<html" in part(mail, "html")
    query = "SELECT recipient, status, context FROM email_messages WHERE template = 'verify_email'"
    kept = [(recipient, status, context == "{}") for recipient, status, context in site.rows(query)]
    assert sorted(kept) == [
        ("later@example.com", "queued", False),
        ("refused@example.com", "failed", True),
        ("taken@example.com", "sent", True),
    ]


OUTBOX = (
    "INSERT INTO email_messages "
    "(id, recipient, template, context, status, attempts, due_at, created_at, updated_at) "
    "VALUES (?, 'apart@example.com', 'already_registered', '{\"url\": \"\"}', ?, 0, ?, ?, ?)"
)


@probe(
    ALONE,
    Cut(
        "app/cli/serve.py", "create_app(load(Settings, worker_in_process=True))", "create_app(load(Settings))"
    ),
    Cut("app/lifespan.py", "if settings.worker_in_process else None", "if True else None"),
    Cut(DELIVERY, "(EmailStatus.SENDING, EmailStatus.QUEUED)", "(EmailStatus.QUEUED,)"),
    Cut("app/housekeeping.py", "removed += await database.run(work)", "pass"),
)
def worker_runs_apart(site: Site) -> None:
    """With WORKER_IN_PROCESS=false only `api worker` sends mail and removes what is old."""
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    # There before anything runs: a worker in the serving process would take both before the first request.
    site.write(
        "INSERT INTO idempotency_records (key_hash, request_hash, expires_at) VALUES ('a', 'b', ?)", long_ago
    )
    for status in ("queued", "sending"):  # the second one by a worker that died
        site.write(OUTBOX, uuid4(), status, *[long_ago] * 3)
    with site.serving(
        {"ENVIRONMENT": "development", "LOG_JSON": "true", "WORKER_IN_PROCESS": "false"}
    ) as served:
        assert served.anybody.get("/health/ready").status == 200
        worker = site.project.start("worker", settings=served.settings)
        try:
            sent = "SELECT 1 FROM email_messages WHERE status = 'sent' AND template = 'already_registered'"
            served.eventually(lambda: len(site.rows(sent)) == 2, "both mails to be sent")
            assert [line["event"] for line in worker.lines()].count("email_sent") == 2
            served.eventually(
                lambda: not site.rows("SELECT 1 FROM idempotency_records"), "the end of what is old"
            )
            assert worker.stop() == 0
        finally:
            worker.kill()
