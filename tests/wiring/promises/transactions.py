"""One request, one transaction: committed before the answer, rolled back on any error, done once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from wiring.cuts import Cut
from wiring.probes import BUSY, DEVELOPMENT, probe
from wiring.site import Site, invoice

SESSION = "app/db/session.py"
ROUTING = "app/http/routing.py"
IDEMPOTENCY = "app/http/idempotency.py"
INVOICES = "/api/v1/invoices"
COMMIT = "await session.commit()"
ENGINE = "app/db/engine.py"


@probe(DEVELOPMENT, Cut(SESSION, COMMIT, "pass"), Cut("app/db/columns.py", "0x7 << 76", "0x4 << 76"))
def row_is_visible_when_the_answer_arrives(site: Site) -> None:
    """The commit comes before the answer, so another connection finds the row at once. Its id is a UUIDv7."""
    made = site.user().invoice()
    assert made.status == 201
    identifier = UUID(made.json["id"])
    assert site.rows("SELECT number FROM invoices WHERE id = ?", identifier) == [(made.json["number"],)]
    assert identifier.version == 7


@probe(
    DEVELOPMENT,
    Cut("app/db/columns.py", "return value.replace(tzinfo=UTC)", "return value"),
    Cut(ENGINE, "DATETIME(fsp=6)", "DATETIME()", on="mysql", migrates=True),
)
def times_are_utc(site: Site) -> None:
    """What is read back from the database has its zone, and each microsecond."""
    user = site.user()
    made = user.invoice().json
    read = user.get(f"{INVOICES}/{made['id']}").json
    assert read == made
    assert read["created_at"].endswith("Z")


@probe(
    BUSY,
    # Committed beside the answer instead of before it.
    Cut(SESSION, COMMIT, "_unawaited = asyncio.ensure_future(session.commit())"),
    Cut(ENGINE, 'pool_reset_on_return="rollback"', "pool_reset_on_return=None"),
    mysql="MySQL and MariaDB check every constraint at once, none at the commit",
)
def failed_commit_is_no_success(site: Site) -> None:
    """What the database refuses at the very end is an error to the client, and leaves no row and no lock."""
    user = site.user()
    with site.database.refusing("INSERT ON invoices"):
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
    email = site.account()
    # The key's row is the last to be written, long after the mail was asked for.
    with site.database.refusing("UPDATE ON idempotency_records"):
        answer = site.anybody.post("/api/v1/auth/forgot-password", {"email": email}, Idempotency_Key="a-key")
    assert answer.error == (409, "constraint_violated")
    assert site.rows("SELECT 1 FROM email_messages WHERE recipient = ?", email) == []
    whose = "user_id = (SELECT id FROM users WHERE email = ?)"
    assert site.rows(f"SELECT 1 FROM one_time_links WHERE {whose}", email) == []  # noqa: S608


@probe(
    BUSY,
    Cut("app/errors.py", 'headers={"Retry-After": str(retry_after)},', "headers={},"),
    Cut(SESSION, "raise Unavailable(UNAVAILABLE[kind]) from error", "raise"),
    Cut(ENGINE, "sqlite3.SQLITE_BUSY: FailureKind.TRANSIENT", "sqlite3.SQLITE_BUSY: FailureKind.OTHER"),
    Cut(ENGINE, '"lock_timeout": _milliseconds(lock)', '"lock_timeout": "0"', on="postgresql"),
    Cut(ENGINE, '"55P03": FailureKind.BUSY', '"55P03": FailureKind.OTHER', on="postgresql"),
    Cut(ENGINE, "innodb_lock_wait_timeout = {max(1, round(lock))}", "lock_wait_timeout = 50", on="mysql"),
    Cut(ENGINE, "1205: FailureKind.BUSY", "1205: FailureKind.OTHER", on="mysql"),
)
def busy_database_is_unavailable(site: Site) -> None:
    """A lock that stays is a 503 that says when to come back, and no row."""
    user = site.user()
    with site.locked():
        answer = user.invoice()
    assert answer.error == (503, "unavailable")
    assert "is busy" in answer.json["detail"]
    assert str(answer.header("Retry-After")).isdigit()
    assert user.get(INVOICES).json["items"] == []
    assert user.invoice().status == 201


@probe(
    BUSY,
    Cut(SESSION, "ATTEMPTS = 3", "ATTEMPTS = 1"),
    Cut(SESSION, "if kind not in PASSING or", "if True or"),
    **dict.fromkeys(("postgresql", "mysql"), "who waited for a lock is not run again"),
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
