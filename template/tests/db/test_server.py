"""What holds on a database server: its settings, lost connections, deadlocks, and limits of time."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import Database
from app.db import engine as engine_module
from app.db.engine import DatabaseSettings, create_engine
from app.db.startup import wait_for_database
from app.errors import Unavailable
from app.http import Router
from app.marks import public
from app.settings import SettingsError, load
from app.users import User
from tests.fixtures import backend
from tests.fixtures.accounts import AddUser, Login
from tests.fixtures.apps import MakeApp
from tests.fixtures.logs import Logged


def settings(**values: object) -> DatabaseSettings:
    return load(DatabaseSettings, **values)


@pytest.fixture
async def impatient(second_database: None) -> AsyncIterator[Database]:
    """The committed database, with limits of time as short as they get."""
    database = Database(
        create_engine(settings(database_timeout_seconds=1, database_statement_timeout_seconds=0.3))
    )
    yield database
    await database.close()


# --- Settings ---------------------------------------------------------------------------------------------


def test_a_url_needs_no_driver() -> None:
    """Hosting providers give URLs without one."""
    given = settings(database_url=backend.URL_OF_A_PROVIDER)

    assert backend.URL_OF_A_PROVIDER.partition("://")[2] == given.database_url.partition("://")[2]
    assert backend.DRIVER == given.url.drivername


@pytest.mark.parametrize("url", ["oracle://u:p@host/app", "sqlite:///app.db", "not a url", "", "://"])
def test_a_url_of_another_database_is_refused(url: str) -> None:
    """In one line, which does not show the URL: it can hold a password."""
    with pytest.raises(SettingsError, match=rf"^DATABASE_URL: must look like {backend.DRIVER[:5]}.*$"):
        settings(database_url=url)


def test_a_url_without_a_database_is_refused() -> None:
    """The driver would take the user's name for it."""
    with pytest.raises(SettingsError, match="must look like"):
        settings(database_url=backend.URL_OF_A_PROVIDER.rpartition("/")[0])


def test_tls_is_not_said_in_the_url() -> None:
    """Each driver spells it in another way."""
    with pytest.raises(SettingsError, match="leave sslmode out of it: DATABASE_TLS"):
        settings(database_url=f"{backend.URL_OF_A_PROVIDER}?sslmode=require")


def test_production_refuses_plain_text_over_the_network() -> None:
    """Unless somebody accepts it by name; a server on the same machine is no network."""
    plain = {
        "environment": "production",
        "database_url": backend.URL_OF_A_PROVIDER,
        "database_tls": "none",
    }

    with pytest.raises(SettingsError, match="ALLOW_PLAIN_DATABASE_IN_PRODUCTION=true accepts that"):
        settings(**plain)
    settings(**plain, allow_plain_database_in_production=True)
    settings(**{**plain, "database_url": backend.URL_OF_A_PROVIDER.replace("db.example.com", "127.0.0.1")})
    settings(**{**plain, "database_tls": "encrypt"})


def test_tls_is_verified_unless_told_otherwise(tmp_path: Path) -> None:
    """By the authorities of this machine or by one's own; `encrypt` believes whoever answers."""
    authority = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(authority)

    url = backend.URL_OF_A_PROVIDER
    verify = settings(database_url=url, database_tls="verify", database_tls_ca_file=authority).tls_context()
    encrypt = settings(database_url=url, database_tls="encrypt").tls_context()

    assert verify is not None
    assert encrypt is not None
    assert (ssl.CERT_REQUIRED, True) == (verify.verify_mode, verify.check_hostname)
    assert ["trustme v" in str(ca["subject"]) for ca in verify.get_ca_certs()] == [True]
    assert ssl.CERT_NONE == encrypt.verify_mode
    assert settings(database_url=url, database_tls="none").tls_context() is None


# --- Lost connections -------------------------------------------------------------------------------------


async def kill(database: Database, connection: int) -> None:
    await database.run(lambda session: session.execute(text(backend.KILL.format(connection))))


async def test_a_connection_lost_in_the_middle_is_not_noticed(
    committed: Database, add_user: AddUser, logged: Logged
) -> None:
    """The whole work is done again on another one, and its rows are there once."""
    await add_user("alice@example.com", database=committed, name="")
    attempts = 0

    async def work(session: AsyncSession) -> None:
        nonlocal attempts
        attempts += 1
        user = (await session.scalars(select(User))).one()
        user.name = f"{user.name}x"
        await session.flush()
        if attempts == 1:
            await kill(committed, await session.scalar(text(backend.OWN_CONNECTION)) or 0)
        await session.refresh(user)

    await committed.run(work)

    name = await committed.run(lambda session: session.scalar(select(User.name)), read_only=True)
    assert (2, "x") == (attempts, name)
    assert ["disconnected"] == [line["reason"] for line in logged("transaction_rerun")]


async def test_connections_lost_in_the_pool_are_not_noticed(committed: Database, logged: Logged) -> None:
    """All of them at once, as when the server was started anew."""

    async def own(session: AsyncSession) -> int:
        await asyncio.sleep(0.05)  # so that each takes a connection of its own
        return await session.scalar(text(backend.OWN_CONNECTION)) or 0

    async def hold(session: AsyncSession) -> int:
        connection = await own(session)
        await asyncio.sleep(0.05)
        return connection

    before = set(await asyncio.gather(*(committed.run(hold) for _ in range(3))))
    other = Database(create_engine(load(DatabaseSettings)))
    for connection in before:
        await kill(other, connection)
    await other.close()
    after = set(await asyncio.gather(*(committed.run(hold) for _ in range(3))))

    assert 3 == len(before)
    assert set() == before & after


async def test_a_connection_lost_in_its_commit_is_told(
    committed: Database, add_user: AddUser, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    """Done again, the work might be done twice: the caller learns that the outcome is not known."""
    await add_user("alice@example.com", database=committed)
    commit = AsyncSession.commit
    attempts = 0

    async def work(session: AsyncSession) -> None:
        nonlocal attempts
        attempts += 1
        await session.execute(update(User).values(name="x"))

    async def lost(session: AsyncSession) -> None:
        monkeypatch.setattr(AsyncSession, "commit", commit)
        await kill(committed, await session.scalar(text(backend.OWN_CONNECTION)) or 0)
        await commit(session)

    monkeypatch.setattr(AsyncSession, "commit", lost)

    with pytest.raises(Unavailable, match="whether the change was made is not known"):
        await committed.run(work)
    assert 1 == attempts


async def test_a_server_that_is_not_there_is_unavailable(unreachable_database: str) -> None:
    """503 for whoever asks, not 500."""
    database = Database(create_engine(settings(database_url=unreachable_database)))

    with pytest.raises(Unavailable, match="cannot be reached"):
        await database.run(lambda session: session.execute(select(1)))
    await database.close()


# --- Locks and limits -------------------------------------------------------------------------------------


async def test_of_two_that_wait_for_each_other_both_succeed(
    committed: Database, add_user: AddUser, logged: Logged
) -> None:
    """The database ends one of them (a deadlock); it is done again."""
    people = ("alice@example.com", "bob@example.com")
    for email in people:
        await add_user(email, database=committed, name="")
    both_hold_one = asyncio.Barrier(2)
    first = set(people)

    async def rename(session: AsyncSession, *order: str) -> None:
        for email in order:
            statement = update(User).where(User.email == email).values(name=User.name + "x")
            await session.execute(statement)
            if order[0] in first:
                first.discard(order[0])
                await both_hold_one.wait()

    await asyncio.gather(
        committed.run(lambda session: rename(session, *people)),
        committed.run(lambda session: rename(session, *reversed(people))),
    )

    names = await committed.run(lambda session: session.scalars(select(User.name)), read_only=True)
    assert ["xx", "xx"] == names.all()
    assert ["transient"] == [line["reason"] for line in logged("transaction_rerun")]


async def test_a_statement_that_takes_too_long_is_ended(impatient: Database) -> None:
    """By the server, and the caller is told to come back."""
    with pytest.raises(Unavailable, match="took too long"):
        await impatient.run(lambda session: session.execute(text(backend.SLOW)))


async def test_a_migration_takes_what_it_takes(second_database: None) -> None:
    """The limit is for requests."""
    patient = create_engine(settings(database_statement_timeout_seconds=0))

    async with patient.connect() as connection:
        await connection.execute(text(backend.SLOW))
    await patient.dispose()


async def test_a_server_that_does_not_answer_is_given_up(
    second_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own limits are of no use when it is frozen: ours ends the wait, on a connection of its own."""
    monkeypatch.setattr(engine_module, "GRACE_SECONDS", -5.2)
    limits = {"database_timeout_seconds": 1, "database_statement_timeout_seconds": 5}
    database = Database(create_engine(settings(**limits, database_pool_size=1)))

    with pytest.raises(Unavailable):
        await database.run(lambda session: session.execute(text(backend.SLOW)))
    assert 1 == await database.run(lambda session: session.scalar(select(1)))
    await database.close()


async def test_a_duplicate_that_waits_too_long_is_told_why(
    make_app: MakeApp, login: Login, second_database: None
) -> None:
    """The first request with this Idempotency-Key is still at work: 409, not 503."""
    router, begun, go_on = Router(), asyncio.Event(), asyncio.Event()

    @router.post("/slow")
    @public
    async def endpoint() -> str:
        begun.set()
        await go_on.wait()
        return "done"

    database = Database(create_engine(settings(database_timeout_seconds=1)))
    alice = await login("alice@example.com", app=make_app(router, database=database))
    key = {"Idempotency-Key": "once"}
    first = asyncio.create_task(alice.post("/slow", headers=key))
    await begun.wait()

    duplicate = await alice.post("/slow", headers=key)
    go_on.set()
    answer = await first
    replay = await alice.post("/slow", headers=key)
    await database.close()

    assert (409, "request_in_progress") == (duplicate.status_code, duplicate.json()["code"])
    assert (200, "done") == (answer.status_code, answer.json())
    assert ("done", "true") == (replay.json(), replay.headers["idempotent-replayed"])


async def test_no_password_is_told_at_the_start(unreachable_database: str) -> None:
    """The line names the server and the reason."""
    url = unreachable_database.replace("@", ":hidden@")

    with pytest.raises(SettingsError, match=r"no connection in 0 seconds to .+@127\.0\.0\.1") as end:
        await wait_for_database(create_engine(settings(database_url=url)), 0)
    assert "hidden" not in str(end.value)
