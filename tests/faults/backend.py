"""What the two kinds of servers have each in its own way: gates, locks, connections, and what hangs where."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from databases import name_in
from faults.peer import MariaDBPeer, Peer, PostgreSQLPeer
from servers import MariaDB, PostgreSQL

AnyServer = TypeVar("AnyServer", PostgreSQL, MariaDB)
# Marks are rows that tests look for. On PostgreSQL the COMMIT of one waits while somebody holds lock 2.
_MARKS = "CREATE TABLE marks (name varchar(40) PRIMARY KEY)"
_POSTGRESQL_MARKS = (
    _MARKS,
    """
    CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        WHILE NOT pg_try_advisory_xact_lock_shared(2) LOOP PERFORM pg_sleep(0.01); END LOOP;
        RETURN NULL;
    END $$
    """,
    "CREATE CONSTRAINT TRIGGER wait_at_commit AFTER INSERT ON marks DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION wait_at_commit()",
    "CREATE TABLE orphans (parent varchar(40) REFERENCES marks (name) DEFERRABLE INITIALLY DEFERRED)",
)
_WAITING_THREAD = re.compile(r"^LOCK WAIT .*\n(?:MariaDB|MySQL) thread id (\d+)", re.MULTILINE)


class Backend(ABC, Generic[AnyServer]):
    """A private server and its ways."""

    answer: ClassVar[str]  # to the template's question
    furniture: ClassVar[Sequence[str]]  # what the tests add to the project's tables
    gate: ClassVar[Sequence[str]]  # statements that wait, and are not waiting for a lock, while it is closed
    closing: ClassVar[str]
    killing: ClassVar[Mapping[str, str]]  # how a connection learns its number, is killed, and seen to be gone
    peer: ClassVar[type[Peer]]

    def __init__(self, server: AnyServer) -> None:
        self.server: AnyServer = server

    @abstractmethod
    def key(self, value: UUID) -> str:
        """A key as SQL."""

    @abstractmethod
    def connections(self, url: str) -> list[int]:
        """The connections to a database."""

    @abstractmethod
    def at_gate(self, url: str) -> int:
        """How many wait at the gate."""

    @abstractmethod
    def waiting_for_lock(self, url: str) -> list[int]:
        """The connections that wait for a row."""

    @abstractmethod
    def committing(self, url: str) -> list[int]:
        """The connections whose COMMIT is held."""

    @abstractmethod
    def holding_commits(self, url: str) -> AbstractContextManager[None]:
        """Hold the COMMIT of every mark until the end of the block."""

    @abstractmethod
    def limited(self, url: str, connections: int) -> str:
        """The URL of the same database for a user who may have so few connections."""

    def kill(self, connection: int) -> None:
        """End a connection from the side of the server."""
        self.server.execute(self.killing["kill"].format(connection))


class PostgreSQLBackend(Backend[PostgreSQL]):
    """PostgreSQL."""

    answer = "postgresql"
    furniture = _POSTGRESQL_MARKS
    gate = (
        "DO $$ BEGIN "
        "WHILE NOT pg_try_advisory_xact_lock_shared(1) LOOP PERFORM pg_sleep(0.01); END LOOP; "
        "END $$",
    )
    closing = "SELECT pg_advisory_lock(1)"
    killing: ClassVar[Mapping[str, str]] = {
        "own": "SELECT pg_backend_pid()",
        "kill": "SELECT pg_terminate_backend({})",
        "everybody": "SELECT pid FROM pg_stat_activity",
    }
    peer = PostgreSQLPeer

    def key(self, value: UUID) -> str:
        return f"'{value}'"

    def connections(self, url: str) -> list[int]:
        return self._activity(url, "pid <> pg_backend_pid()")

    def at_gate(self, url: str) -> int:
        return len(self._activity(url, "state = 'active' AND query LIKE 'DO %'"))

    def waiting_for_lock(self, url: str) -> list[int]:
        return self._activity(url, "wait_event_type = 'Lock'")

    def committing(self, url: str) -> list[int]:
        return self._activity(url, "state = 'active' AND query LIKE 'COMMIT%'")

    @contextmanager
    def holding_commits(self, url: str) -> Iterator[None]:
        with self.peer(url) as peer:
            peer.execute("SELECT pg_advisory_lock(2)")
            yield

    def limited(self, url: str, connections: int) -> str:
        # A superuser would not be limited. What they own, a member of their role may use.
        self.server.execute(f"CREATE ROLE limited LOGIN CONNECTION LIMIT {connections} IN ROLE tester")
        return url.replace("tester@", "limited@")

    def _activity(self, url: str, condition: str) -> list[int]:
        query = f"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND {condition}"  # noqa: S608
        return [pid for (pid,) in self.server.execute(query, url)]


class MariaDBBackend(Backend[MariaDB]):
    """MariaDB or MySQL."""

    answer = "mysql"
    furniture = (_MARKS,)
    # The lock is the connection's and outlives its transaction.
    gate = ("SELECT GET_LOCK('gate', 60)", "SELECT RELEASE_LOCK('gate')")
    closing = "SELECT GET_LOCK('gate', 0)"
    killing: ClassVar[Mapping[str, str]] = {
        "own": "SELECT CONNECTION_ID()",
        "kill": "KILL {}",
        "everybody": "SELECT id FROM information_schema.processlist",
    }
    peer = MariaDBPeer

    def key(self, value: UUID) -> str:
        return f"x'{value.hex}'"

    def connections(self, url: str) -> list[int]:
        return self._processes(url, "id <> CONNECTION_ID()")

    def at_gate(self, url: str) -> int:
        return len(self._processes(url, "state = 'User lock'"))

    def waiting_for_lock(self, url: str) -> list[int]:
        # Not information_schema.innodb_trx: who reads that often is shown what was.
        ((_, _, status),) = self.server.execute("SHOW ENGINE INNODB STATUS", url)
        return [int(thread) for thread in _WAITING_THREAD.findall(status)]

    def committing(self, url: str) -> list[int]:
        return self._processes(url, "info = 'COMMIT' AND state LIKE 'Waiting for%'")

    @contextmanager
    def holding_commits(self, url: str) -> Iterator[None]:
        with self.peer(url) as peer:
            peer.execute("FLUSH TABLES WITH READ LOCK")
            yield

    def limited(self, url: str, connections: int) -> str:
        user = "limited@127.0.0.1"
        self.server.execute(f"CREATE USER {user} WITH MAX_USER_CONNECTIONS {connections}")
        self.server.execute(f"GRANT ALL ON {name_in(url)}.* TO {user}")
        return url.replace("root@", "limited@")

    def _processes(self, url: str, condition: str) -> list[int]:
        query = f"SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND {condition}"  # noqa: S608
        return [thread for (thread,) in self.server.execute(query, url)]
