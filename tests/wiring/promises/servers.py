"""What only a database server has: statements that take too long, collisions, locks on rows, TLS."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import sleep
from uuid import uuid4

from databases import Row
from wiring.backends import ServerDatabase
from wiring.cuts import Cut
from wiring.probes import ALONE, BUSY, HURRIED, probe
from wiring.promises.delivery import OUTBOX
from wiring.promises.refusals import is_refused
from wiring.site import Site

ENGINE = "app/db/engine.py"
SERVER = "app/db/server.py"
INVOICES = "/api/v1/invoices"
NO_SERVER = "it has no server"
# To wait for a lock as long as the probe likes.
PATIENT = {"DATABASE_TIMEOUT_SECONDS": "20", "WORKER_IN_PROCESS": "false"}


def _database(site: Site) -> ServerDatabase:
    assert isinstance(site.database, ServerDatabase)
    return site.database


@probe(
    HURRIED,
    Cut(ENGINE, '"statement_timeout": _milliseconds(statement)', '"statement_timeout": "0"', on="postgresql"),
    Cut(ENGINE, '"57014": FailureKind.TIMEOUT', '"57014": FailureKind.OTHER', on="postgresql"),
    Cut(ENGINE, "max_statement_time = {statement}", "max_statement_time = 0", on="mysql"),
    Cut(ENGINE, "1969: FailureKind.TIMEOUT", "1969: FailureKind.OTHER", on="mysql"),
    sqlite=NO_SERVER,
)
def slow_statement_is_ended(site: Site) -> None:
    """After DATABASE_STATEMENT_TIMEOUT_SECONDS, with a 503, and no row is left of its request."""
    user = site.user()
    with site.locked():
        answer = user.invoice()
    assert answer.error == (503, "unavailable")
    assert "took too long" in answer.json["detail"]
    assert user.get(INVOICES).json["items"] == []


@probe(
    BUSY,
    Cut(ENGINE, '"40001": FailureKind.TRANSIENT', '"40001": FailureKind.OTHER', on="postgresql"),
    Cut(ENGINE, "1213: FailureKind.TRANSIENT", "1213: FailureKind.OTHER", on="mysql"),
    sqlite="its writers take turns",
)
def collision_is_not_seen(site: Site) -> None:
    """The loser of two transactions is run again, body and all: one row, and a line in the log."""
    user = site.user()
    with _database(site).colliding("INSERT ON invoices"):
        answer = user.invoice()
    assert answer.status == 201
    line = site.line("transaction_rerun", request_id=answer.header("X-Request-ID"))
    assert line["reason"] == "transient"
    assert [each["id"] for each in user.get(INVOICES).json["items"]] == [answer.json["id"]]


@probe(
    ALONE,
    Cut(ENGINE, 'READING = {"isolation_level": "AUTOCOMMIT"}', "READING = WRITING", on="postgresql"),
    sqlite=NO_SERVER,
    mysql="to begin a transaction costs no round trip there, so reading has one",
)
def reading_begins_no_transaction(site: Site) -> None:
    """A GET that waits for one table holds nothing of those it has read before."""
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    held = f"SELECT relation::regclass::text FROM pg_locks WHERE granted AND pid IN ({waiting})"  # noqa: S608
    with site.serving(PATIENT) as served, ThreadPoolExecutor() as threads:
        user = served.user()
        with _database(site).holding("LOCK TABLE invoices"):
            answer = threads.submit(user.get, INVOICES)
            site.eventually(lambda: site.rows(waiting), "a request that waits")
            assert not {table for (table,) in site.rows(held)} & {"users", "login_sessions"}
        assert answer.result().status == 200


@probe(
    ALONE,
    Cut(ENGINE, 'isolation_level="READ COMMITTED",', on="mysql"),
    sqlite=NO_SERVER,
    postgresql="it is the server's own default",
)
def writing_is_read_committed(site: Site) -> None:
    """At REPEATABLE READ there would be locks on gaps, and deadlocks of inserts side by side."""
    query = "SELECT trx_isolation_level FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"

    def levels() -> list[Row]:
        sleep(0.2)  # who looks more often is shown what was
        return site.rows(query)

    with site.serving(PATIENT) as served, ThreadPoolExecutor() as threads:
        user = served.user()
        with site.locked():
            answer = threads.submit(user.invoice)
            assert site.eventually(levels, "a request that waits") == [("READ COMMITTED",)]
        assert answer.result().status == 201


@probe(
    ALONE,
    Cut("app/email/delivery.py", "with_for_update(skip_locked=True)", "with_for_update()", on="postgresql"),
    sqlite="it locks no rows",
)
def worker_passes_by_what_another_sends(site: Site) -> None:
    """The next mail goes out while another worker has the first one."""
    first, second = uuid4(), uuid4()
    for key, year in ((first, 2001), (second, 2002)):
        site.write(OUTBOX, key, "queued", *[datetime(year, 1, 1, tzinfo=UTC)] * 3)
    mine = f"SELECT 1 FROM email_messages WHERE id = {site.database.written(first)} FOR UPDATE"  # noqa: S608
    with _database(site).holding(mine):
        worker = site.project.start("worker", settings=site.settings)
        try:
            sent = "SELECT status FROM email_messages WHERE id = ?"
            site.eventually(lambda: site.rows(sent, second) == [("sent",)], "the second mail to be sent")
            assert site.rows(sent, first) == [("queued",)]
        finally:
            worker.kill()


@probe(
    ALONE,
    Cut(ENGINE, '"ssl": settings.tls_context() or False', '"ssl": False', on="postgresql"),
    Cut(ENGINE, '"ssl": settings.tls_context()', '"ssl": None', on="mysql"),
    Cut(SERVER, "DatabaseTls = DatabaseTls.VERIFY", "DatabaseTls = DatabaseTls.NONE", on="postgresql"),
    sqlite=NO_SERVER,
)
def plain_server_is_refused(site: Site) -> None:
    """Unless TLS is turned off, nothing is sent to a server that has none."""
    changes = {"DATABASE_TLS": "", "DATABASE_START_SECONDS": "0"}
    is_refused(changes, "DATABASE_URL: no connection in 0 seconds", site)


@probe(
    ALONE,
    Cut(SERVER, "            and plain\n", "            and not plain\n", on="postgresql"),
    sqlite=NO_SERVER,
)
def refused_database_in_clear(site: Site) -> None:
    """In production nothing goes to another machine without TLS."""
    url = site.database.nowhere.replace("127.0.0.1", "db.invalid")
    changes = {"DATABASE_URL": url, "DATABASE_START_SECONDS": "0"}
    is_refused(changes, "DATABASE_TLS=none sends data and password in clear", site)


@probe(
    ALONE, Cut(SERVER, 'if name.startswith(("ssl", "tls"))', "if False", on="postgresql"), sqlite=NO_SERVER
)
def refused_tls_in_the_url(site: Site) -> None:
    """One setting says how the connection is protected; drivers differ in what they make of a URL."""
    changes = {"DATABASE_URL": f"{site.database.nowhere}?sslmode=require", "DATABASE_START_SECONDS": "0"}
    is_refused(changes, "leave sslmode out of it", site)
