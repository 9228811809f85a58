"""One request, one transaction: committed before the answer, rolled back on any error, done once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from sqlite3 import OperationalError
from uuid import UUID, uuid4

from wiring.cuts import Cut
from wiring.probes import BUSY, DEVELOPMENT, probe
from wiring.site import Site, invoice

SESSION = "app/db/session.py"
ROUTING = "app/http/routing.py"
IDEMPOTENCY = "app/http/idempotency.py"
INVOICES = "/api/v1/invoices"
COMMIT = "await session.commit()"


@probe(DEVELOPMENT, Cut(SESSION, COMMIT, "pass"), Cut("app/db/columns.py", "0x7 << 76", "0x4 << 76"))
def row_is_visible_when_the_answer_arrives(site: Site) -> None:
    """The commit comes before the answer, so another connection finds the row at once. Its id is a UUIDv7."""
    made = site.user().invoice()
    assert made.status == 201
    identifier = UUID(made.json["id"])
    assert site.rows("SELECT number FROM invoices WHERE id = ?", identifier.hex) == [(made.json["number"],)]
    assert identifier.version == 7


@probe(DEVELOPMENT, Cut("app/db/columns.py", "return value.replace(tzinfo=UTC)", "return value"))
def times_are_utc(site: Site) -> None:
    """What is read back from the database has its zone."""
    user = site.user()
    made = user.invoice().json
    read = user.get(f"{INVOICES}/{made['id']}").json
    assert read == made
    assert read["created_at"].endswith("Z")


@contextmanager
def _failing_commit(site: Site, change: str) -> Iterator[None]:
    """Let each transaction with such a change fail, and not before it is committed."""
    reference = "REFERENCES orphans (id) DEFERRABLE INITIALLY DEFERRED"
    site.write(f"CREATE TABLE IF NOT EXISTS orphans (parent INTEGER {reference}, id INTEGER UNIQUE)")
    insert = "INSERT INTO orphans (parent) VALUES (1)"
    site.write(f"CREATE TRIGGER make_orphan AFTER {change} BEGIN {insert}; END")
    try:
        yield
    finally:
        with suppress(OperationalError):  # locked by a project that is broken: no news
            site.write("DROP TRIGGER make_orphan")


@probe(
    BUSY,
    # Committed beside the answer instead of before it.
    Cut(SESSION, COMMIT, "_unawaited = asyncio.ensure_future(session.commit())"),
    Cut("app/db/engine.py", 'pool_reset_on_return="rollback"', "pool_reset_on_return=None"),
)
def failed_commit_is_no_success(site: Site) -> None:
    """What the database refuses at the very end is an error to the client, and leaves no row and no lock."""
    user = site.user()
    with _failing_commit(site, "INSERT ON invoices"):
        assert user.invoice().error == (409, "constraint_violated")
        assert user.patch("/api/v1/users/me", {"name": "Ada"}).status == 200
    assert user.get(INVOICES).json["items"] == []


@probe(DEVELOPMENT, Cut(SESSION, "await session.rollback()", COMMIT))
def error_rolls_back(site: Site) -> None:
    """An invoice whose mail could not be asked for was not sent; a refused request leaves its key free."""
    user = site.user()
    made = user.invoice().json
    with site.without("email_messages"):
        assert user.post(f"{INVOICES}/{made['id']}/send").error == (500, "internal_error")
    assert user.get(f"{INVOICES}/{made['id']}").json["status"] == "draft"
    key = uuid4().hex
    assert user.post(INVOICES, invoice(number=made["number"]), Idempotency_Key=key).status == 409
    assert user.post(INVOICES, invoice(), Idempotency_Key=key).status == 201


@probe(DEVELOPMENT, Cut("app/email/outbox.py", "await session.flush()", COMMIT))
def mail_belongs_to_the_transaction(site: Site) -> None:
    """No mail speaks of what never happened."""
    account = {"email": "no.mail@example.com", "password": "x" * 20}
    # The key's row is the last to be written, long after the mail was asked for.
    with _failing_commit(site, "UPDATE ON idempotency_records"):
        answer = site.anybody.post("/api/v1/auth/register", account, Idempotency_Key="a-key")
    assert answer.error == (409, "constraint_violated")
    assert site.rows("SELECT 1 FROM email_messages WHERE recipient = 'no.mail@example.com'") == []
    assert site.rows("SELECT 1 FROM users WHERE email = 'no.mail@example.com'") == []


@probe(
    BUSY,
    Cut("app/errors.py", 'headers={"Retry-After": str(retry_after)},', "headers={},"),
    Cut(SESSION, 'raise Unavailable("The database is busy; try again in a moment.") from error', "raise"),
    Cut("app/db/engine.py", "return code in {SQLITE_BUSY, SQLITE_LOCKED}", "return False"),
)
def busy_database_is_unavailable(site: Site) -> None:
    """A lock that stays is a 503 that says when to come back, and no row."""
    user = site.user()
    with site.locked():
        answer = user.invoice()
    assert answer.error == (503, "unavailable")
    assert str(answer.header("Retry-After")).isdigit()
    assert user.get(INVOICES).json["items"] == []
    assert user.invoice().status == 201


@probe(
    BUSY,
    Cut(SESSION, "ATTEMPTS = 3", "ATTEMPTS = 1"),
    Cut(SESSION, "if not _is_transient(error):", "if True:"),
)
def transient_error_is_not_seen(site: Site) -> None:
    """A lock that goes away in time costs the client only time: the request is run again, body and all."""
    user = site.user()
    with ThreadPoolExecutor() as threads, site.locked() as release:
        answer = threads.submit(user.invoice)
        site.eventually(lambda: answer.done() or _is_rerun(site), "the first attempt to fail")
        release()
        assert answer.result().status == 201
    assert [each["id"] for each in user.get(INVOICES).json["items"]] == [answer.result().json["id"]]


def _is_rerun(site: Site) -> bool:
    return any(line["event"] == "transaction_rerun" for line in site.server.lines())
