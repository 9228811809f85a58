"""What goes wrong at COMMIT, when all statements have succeeded, is no success."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest

from faults.site import Site, assert_unavailable, mark, marking
from faults.trials import STATEMENTS
from launching import eventually
from wiring.client import Answer

UNKNOWN = "whether the change was made is not known"


def test_constraint_that_is_checked_at_commit(site: Site) -> None:
    """Its violation is the client's conflict, and the whole change is taken back."""
    if site.backend.answer == "mysql":
        pytest.skip("MySQL and MariaDB check every constraint at once")
    name = mark()
    answer = site.trial(marking(name), "INSERT INTO orphans (parent) VALUES ('nobody')")
    assert (409, "constraint_violated") == answer.error
    assert not site.is_marked(name)


def test_connection_lost_at_commit(site: Site) -> None:
    """The answer says that the outcome is not known to us. The change was not made, and not run again."""
    name = mark()
    with _held_at_commit(site, name) as (connection, answer):
        site.backend.kill(connection)
        # Let go while it dies, MariaDB might still commit.
        eventually(lambda: connection not in site.backend.connections(site.url), "the end of the connection")
        lost = answer.result()
    assert_unavailable(lost, UNKNOWN)
    assert [] == site.reruns(lost)
    assert not site.is_marked(name)


def test_server_lost_at_commit(site: Site) -> None:
    """The same when the whole server dies."""
    name = mark()
    with _held_at_commit(site, name) as (_, answer):
        site.backend.server.kill()
        try:
            lost = answer.result()
        finally:
            site.backend.server.restart()
    assert_unavailable(lost, UNKNOWN)
    assert not site.is_marked(name)
    assert 200 == site.trial(marking(name)).status
    assert site.is_marked(name)


def test_change_that_was_made_and_not_confirmed(site: Site) -> None:
    """Sent again with the same key, it is not made twice: the second answer is that of the first."""
    if site.backend.answer == "mysql":
        pytest.skip("only PostgreSQL can be made to keep silent after a commit")
    name, headers, client = mark(), {"Idempotency_Key": uuid4().hex}, site.anybody
    with ThreadPoolExecutor() as threads, _waiting_for_a_standby(site):
        lost = threads.submit(client.post, STATEMENTS, [marking(name)], **headers)
        (connection,) = eventually(lambda: site.backend.committing(site.url), "a commit that waits")
        site.backend.kill(connection)
        assert_unavailable(lost.result(), UNKNOWN)
    assert site.is_marked(name)
    again = client.post(STATEMENTS, [marking(name)], **headers)
    assert (200, "true") == (again.status, again.header("Idempotent-Replayed"))


@contextmanager
def _held_at_commit(site: Site, name: str) -> Iterator[tuple[int, Future[Answer]]]:
    """A request that makes a mark and waits in its COMMIT: its connection, and its answer to come."""
    with ThreadPoolExecutor() as threads, site.gate() as gate:
        # MariaDB would hold the statements, too.
        answer = threads.submit(site.trial, marking(name), *site.backend.gate)
        gate.wait_for(1)
        with site.backend.holding_commits(site.url):
            gate.open()
            (connection,) = eventually(lambda: site.backend.committing(site.url), "a commit that waits")
            yield connection, answer


@contextmanager
def _waiting_for_a_standby(site: Site) -> Iterator[None]:
    """Let each commit be made and then wait for a copy of the server, which is not there."""
    try:
        site.rows("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        site.rows("SELECT pg_reload_conf()")
        yield
    finally:
        site.rows("ALTER SYSTEM RESET synchronous_standby_names")
        site.rows("SELECT pg_reload_conf()")
