"""A running project as a probe sees it: HTTP in front, log lines, mails and rows behind."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from ssl import SSLContext
from typing import Any, Self, TypeVar
from uuid import uuid4

from argon2 import PasswordHasher

from databases import Row
from launching import Command, eventually
from running import Project, Server
from styles import PASSWORD, Style
from wiring.client import Answer, Client
from wiring.database import Database

T = TypeVar("T")
# As cheap as Argon2id gets: the parameters stand in the hash, so the login verifies it as quickly.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_USER = (
    "INSERT INTO users "
    "(id, email, password_hash, role, is_service, email_verified_at, created_at, updated_at, version) "
    "VALUES (?, ?, ?, ?, FALSE, ?, ?, ?, 1)"
)


@dataclass(frozen=True)
class User(Client):
    """A client that is logged in."""

    email: str = ""
    login: dict[str, Any] = field(default_factory=dict)

    @property
    def secrets(self) -> list[str]:
        """What shows who it is: the value of a token or a cookie."""
        shown = (self.headers.get(name, "") for name in ("Authorization", "Cookie"))
        return [re.split("[ =]", value, maxsplit=1)[1] for value in shown if value]

    def invoice(self, **changes: object) -> Answer:
        """Make an invoice."""
        return self.post("/api/v1/invoices", invoice(**changes))


@dataclass(frozen=True)
class Site:
    """One project with one server, or with none where a probe starts its own."""

    project: Project
    database: Database
    settings: dict[str, str]
    patience: float
    style: Style
    running: Server | None = None

    @property
    def server(self) -> Server:
        """The server."""
        assert self.running is not None
        return self.running

    @contextmanager
    def serving(
        self,
        settings: Mapping[str, str],
        *arguments: str,
        command: str = "serve",
        tls: SSLContext | None = None,
    ) -> Iterator[Self]:
        """The same site with a server of its own, with these settings besides."""
        whole = {**self.settings, **settings}
        with self.project.serve(
            *arguments, settings=whole, command=command, tls=tls, patience=self.patience
        ) as server:
            yield replace(self, settings=whole, running=server)

    @property
    def anybody(self) -> Client:
        """A client who is not logged in, at an address of its own."""
        return Client.elsewhere(self.server).having(**self.style.everybody)

    def user(self) -> User:
        """A new user with a confirmed address, logged in."""
        return self.log_in(self.account())

    def log_in(self, email: str) -> User:
        """Somebody who has just logged in to an account with PASSWORD, at an address of their own."""
        answer, headers = self.style.log_in(self.anybody, email)
        return User(self.server, headers, email, answer.json)

    def shown(self, user: User, login: Answer) -> User:
        """The same user, showing what another login has given."""
        return replace(user, headers={**user.headers, **self.style.shown(login)}, login=login.json)

    def token(self, to: str, subject: str) -> str:
        """The token in the mail with this subject, as soon as that is the newest one to an address."""

        def look() -> EmailMessage | None:
            mail = self.mail(to)
            return mail if mail["Subject"] == subject else None

        mail = self.eventually(look, f"a mail to {to}: {subject}")
        token: str = max(re.findall(r"[\w-]{20,}", part(mail, "plain")), key=len)
        return token

    def account(self) -> str:
        """A new account with a confirmed address and PASSWORD; its address."""
        return add_account(self.database)

    # --- Behind the API ---------------------------------------------------------------------------------

    def rows(self, query: str, *values: object) -> list[Row]:
        """What another process finds in the database."""
        return self.database.rows(query, *values)

    def write(self, query: str, *values: object) -> None:
        """Change the database behind the back of the server."""
        self.database.write(query, *values)

    def locked(self) -> AbstractContextManager[Callable[[], None]]:
        """Keep other writers out until the end of the block, or until the function it gives is called."""
        return self.database.locked()

    def without(self, table: str) -> AbstractContextManager[None]:
        """The database as if it had lost a table."""
        return self.database.without(table)

    # --- Logs and mails ---------------------------------------------------------------------------------

    def line(self, event: str, command: Command | None = None, /, **fields: object) -> dict[str, Any]:
        """The log line of an event with these fields, once it is written."""
        wanted = {"event": event, **fields}.items()
        return self.eventually(
            lambda: next((line for line in (command or self.server).lines() if wanted <= line.items()), None),
            f"a log line with {dict(wanted)}",
        )

    def access_line(self, answer: Answer) -> dict[str, Any]:
        """The access line of the request that led to this answer."""
        return self.line("request", request_id=answer.header("X-Request-ID"))

    def mail(self, to: str) -> EmailMessage:
        """The newest mail to an address, once it is in the development mailbox."""
        assert self.rows("SELECT 1 FROM email_messages WHERE recipient = ?", to), "no mail was asked for"

        sent = "SELECT id FROM email_messages WHERE recipient = ? AND status = 'sent' ORDER BY id DESC"
        ((identifier, *_), *_) = self.eventually(lambda: self.rows(sent, to), f"a mail to {to}")
        file = Path(self.settings["MAILBOX_DIR"], f"{self.database.uuid(identifier)}.eml")
        assert file.exists(), "the mail was not kept"
        return message_from_bytes(file.read_bytes(), policy=policy.default)

    def eventually(self, look: Callable[[], T | None], what: str) -> T:
        """Look until there is something. Raises AssertionError when there is nothing in time."""
        return eventually(look, what, self.patience)


def invoice(**changes: object) -> dict[str, object]:
    """The body of a new invoice, its number a new one."""
    new = {
        "number": uuid4().hex[:12],
        "customer_name": "Ada",
        "customer_email": "ada@example.org",
        "amount_cents": 100,
    }
    return {**new, **changes}


def part(mail: EmailMessage, kind: str) -> str:
    """The `plain` or `html` part of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def add_account(database: Database, role: str = "user") -> str:
    """A new account with a confirmed address and PASSWORD; its address."""
    email, now = f"{uuid4().hex[:12]}@example.com", datetime.now(UTC)
    database.write(_USER, uuid4(), email, _HASH, role, now, now, now)
    return email
