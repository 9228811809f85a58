"""The servers that generated projects use, each started for the tests alone."""

import socket
from collections.abc import Iterator
from io import BufferedRWPair
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncmy
import asyncpg  # type: ignore[import-untyped]

from databases import MariaDBDatabases, PostgreSQLDatabases
from launching import PATIENCE
from private_server import Command, Missing, PrivateServer, find_programs


class PostgreSQL(PrivateServer, PostgreSQLDatabases):
    """PostgreSQL with a superuser `tester`, who needs no password, and a database `test`."""

    name = "PostgreSQL"
    url_at = "postgresql+asyncpg://tester@127.0.0.1:{port}/test"

    def find(self) -> None:
        self._programs = find_programs("postgres", "initdb")
        if not self._programs:
            raise Missing(self.name)

    def preparations(self, data: Path) -> Iterator[Command]:
        words = "--username=tester --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions"
        yield [self._programs[1], "-D", data, *words.split()]

    def command(self, data: Path) -> Command:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            # Only a machine that fails needs fsync: what was written is safe from the end of the process.
            # A commit must have been written for that, so it is waited for.
            "fsync": "off",
            "synchronous_commit": "on" if self.durable else "off",
            # In files of the folder, so that nothing is left in /dev/shm.
            "dynamic_shared_memory_type": "mmap",
            "shared_buffers": "32MB",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._programs[0], "-D", data, "-p", str(self.port), *options]

    def answers(self) -> bool:
        try:
            self.execute("SELECT 1", "postgres")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    def furnish(self) -> None:
        self.execute("CREATE DATABASE test", "postgres")


class MariaDB(PrivateServer, MariaDBDatabases):
    """MariaDB, or MySQL where only that is there, with an administrator `root`, no password, and `test`."""

    name = "MariaDB"
    url_at = "mysql+asyncmy://root@127.0.0.1:{port}/test"

    def find(self) -> None:
        self._programs = find_programs("mariadbd") or find_programs("mysqld")
        if not self._programs:
            raise Missing(self.name)

    def preparations(self, data: Path) -> Iterator[Command]:
        # MySQL makes a root who may only come through a socket.
        administrator = data.with_name("administrator.sql")
        administrator.write_text(
            "CREATE USER IF NOT EXISTS root@'127.0.0.1';\n"
            "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n"
        )
        administrator.chmod(0o644)
        if installer := find_programs("mariadb-install-db") or find_programs("mysql_install_db"):
            words = "--auth-root-authentication-method=normal --skip-test-db --skip-name-resolve"
            yield [*installer, "--no-defaults", f"--datadir={data}", *words.split()]
        else:
            yield [*self._programs, "--no-defaults", "--initialize-insecure", f"--datadir={data}"]

    def command(self, data: Path) -> Command:
        settings = {
            "datadir": data,
            "port": self.port,
            "bind-address": "127.0.0.1",
            # Beside the data, by a short name: a socket's path may have 107 bytes.
            "socket": "mariadb.sock",
            "pid-file": "mariadb.pid",
            "init-file": data.with_name("administrator.sql"),
            "character-set-server": "utf8mb4",
            # 2 hands each commit to the kernel, where it is safe from the end of the process; 0 does so once
            # a second. Only a machine that fails would need more, so nothing is ever synchronised.
            "innodb-flush-log-at-trx-commit": 2 if self.durable else 0,
            "loose-innodb-flush-method": "nosync",
            "innodb-buffer-pool-size": "32M",
            "skip-log-bin": 1,
            "skip-name-resolve": 1,
            "loose-mysqlx": 0,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [*self._programs, "--no-defaults", *options]

    def answers(self) -> bool:
        try:
            self.execute("SELECT 1", "mysql")
        except (OSError, asyncmy.MySQLError):
            return False
        return True

    def furnish(self) -> None:
        self.execute("CREATE DATABASE test CHARACTER SET utf8mb4", "mysql")


class Numbers:
    """The numbered databases of the Redis server at `address`, a URL."""

    def __init__(self, address: str = "") -> None:
        self.address = address

    def url(self, number: int = 0) -> str:
        """The URL of a database."""
        return urlsplit(self.address)._replace(path=f"/{number}").geturl()

    def execute(self, *words: str, number: int = 0) -> str | int | None:
        """Run a command that has a single answer. Raises ValueError when it is refused."""
        parts = urlsplit(self.url(number))
        commands = [("SELECT", str(number)), words]
        if parts.password:
            commands.insert(0, ("AUTH", *filter(None, (parts.username, unquote(parts.password)))))
        place = (parts.hostname or "127.0.0.1", parts.port or 6379)
        with socket.create_connection(place, PATIENCE) as server, server.makefile("rwb") as stream:
            for command in commands:
                stream.write(f"*{len(command)}\r\n".encode())
                for word in command:
                    stream.write(b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()))
                stream.flush()
                answer = _read(stream)
        return answer


def _read(stream: BufferedRWPair) -> str | int | None:
    """One answer of the Redis protocol, RESP2."""
    line = stream.readline().decode().strip()
    kind, rest = line[:1], line[1:]
    if kind == "$":
        return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode()
    if kind == ":":
        return int(rest)
    if kind == "+":
        return rest
    raise ValueError(line)


class Redis(PrivateServer, Numbers):
    """Redis, or Valkey where only that is there: a cache, empty after each start."""

    name = "Redis"
    url_at = "redis://127.0.0.1:{port}/0"

    def find(self) -> None:
        self._programs = find_programs("redis-server") or find_programs("valkey-server")
        if not self._programs:
            raise Missing(self.name)

    def command(self, data: Path) -> Command:
        settings = f"--port {self.port} --bind 127.0.0.1 --databases 1024 --appendonly no"
        return [*self._programs, *settings.split(), "--save", "", "--dir", data.parent]

    def answers(self) -> bool:
        try:
            return self.execute("PING") == "PONG"
        except (OSError, ValueError):
            return False
