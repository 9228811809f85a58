"""A project that serves on a server of the tests' own: HTTP in front; rows, locks and gates behind."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID, uuid4

from argon2 import PasswordHasher

from databases import Row
from faults.backend import Backend
from faults.peer import Peer
from faults.trials import STATEMENTS
from launching import eventually
from running import Project, Server
from styles import PASSWORD, Style
from wiring.client import Answer, Client
from wiring.site import User

INVOICES = "/api/v1/invoices"
# As cheap as Argon2id gets.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
_LONG_AGO = "'2026-01-01 00:00:00'"


@dataclass(frozen=True)
class Gate:
    """Requests that come to it stay at work, without waiting for a lock, until it is opened."""

    site: "Site"
    peer: Peer

    def wait_for(self, count: int) -> None:
        """Wait until so many have come."""
        eventually(lambda: self.site.backend.at_gate(self.site.url) == count, f"{count} at the gate")

    def open(self) -> None:
        """Let them all go on."""
        self.peer.close()


@dataclass(frozen=True)
class Site:
    """One project with one server and a database of its own."""

    backend: Backend[Any]
    project: Project
    url: str
    settings: Mapping[str, str]
    style: Style
    running: Server | None = None

    @property
    def server(self) -> Server:
        """What serves."""
        assert self.running is not None
        return self.running

    @contextmanager
    def serving(self, **settings: str) -> Iterator[Self]:
        """The same site, served with these settings besides."""
        whole = {**self.settings, **settings}
        with self.project.serve(settings=whole) as server:
            yield replace(self, settings=whole, running=server)

    @property
    def anybody(self) -> Client:
        """A client who is not logged in, at an address of its own."""
        return Client.elsewhere(self.server).having(**self.style.everybody)

    def user(self) -> User:
        """A new user with a confirmed address, logged in."""
        email = f"{uuid4().hex[:12]}@example.com"
        times = ", ".join([_LONG_AGO] * 3)
        values = f"{self.backend.key(uuid4())}, '{email}', '{_HASH}', 'user', FALSE, {times}, 1"
        names = (
            "id, email, password_hash, role, is_service, email_verified_at, created_at, updated_at, version"
        )
        self.rows(f"INSERT INTO users ({names}) VALUES ({values})")  # noqa: S608
        answer, headers = self.style.log_in(self.anybody, email)
        return User(self.server, headers, email, answer.json)

    def trial(self, *statements: str, **headers: str) -> Answer:
        """A request that runs these statements in its transaction."""
        return self.anybody.post(STATEMENTS, list(statements), **headers)

    def health(self, probe: str) -> int:
        """What a probe answers with."""
        return self.anybody.get(f"/health/{probe}").status

    def reruns(self, answer: Answer) -> list[str]:
        """Why the transaction of the request that led to this answer was run again, each time."""
        identifier = answer.header("X-Request-ID")

        def finished() -> list[dict[str, Any]]:
            lines = [line for line in self.server.lines() if line.get("request_id") == identifier]
            return lines if lines and lines[-1]["event"] == "request" else []

        lines = eventually(finished, "the access line")
        return [line["reason"] for line in lines if line["event"] == "transaction_rerun"]

    # --- Behind the API ---------------------------------------------------------------------------------

    def rows(self, query: str) -> list[Row]:
        """What another client finds in the database, or does to it."""
        rows: list[Row] = self.backend.server.execute(query, self.url)
        return rows

    def is_marked(self, name: str) -> bool:
        """Whether there is such a mark."""
        return bool(self.rows(f"SELECT 1 FROM marks WHERE name = '{name}'"))  # noqa: S608

    @contextmanager
    def gate(self) -> Iterator[Gate]:
        """A gate that is closed until the end of the block, or until it is opened."""
        with self.backend.peer(self.url) as peer:
            peer.execute(self.backend.closing)
            yield Gate(self, peer)

    @contextmanager
    def locked(self, *invoices: str) -> Iterator[Peer]:
        """Keep others from these invoices until the end of the block, or until the peer is closed."""
        with self.backend.peer(self.url) as peer:
            peer.execute("BEGIN")
            for identifier in invoices:
                peer.execute(self.locking(identifier))
            yield peer

    def locking(self, invoice: str) -> str:
        """The statement that locks an invoice."""
        return f"SELECT id FROM invoices WHERE id = {self.backend.key(UUID(invoice))} FOR UPDATE"  # noqa: S608


def assert_unavailable(answer: Answer, words: str = "") -> None:
    """It says in a problem document that there is no answer now, and when to come back."""
    assert answer.error == (503, "unavailable"), answer.text
    assert str(answer.header("Retry-After")).isdigit()
    assert words in answer.json["detail"]


def mark() -> str:
    """A name for a mark, a new one."""
    return uuid4().hex


def marking(name: str) -> str:
    """The statement that makes a mark."""
    return f"INSERT INTO marks (name) VALUES ('{name}')"  # noqa: S608
