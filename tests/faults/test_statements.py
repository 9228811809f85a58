"""A statement that takes too long."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from faults.site import Site, assert_unavailable, mark, marking
from faults.trials import STATEMENT
from wiring.client import Answer


@pytest.fixture(scope="module")
def hurried(stopped: Site) -> Iterator[Site]:
    """Served with a limit of one second for each statement, which comes before that for locks."""
    with stopped.serving(DATABASE_STATEMENT_TIMEOUT_SECONDS="1", DATABASE_TIMEOUT_SECONDS="9") as site:
        yield site


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_statement_that_takes_too_long_is_unavailable(hurried: Site, method: str) -> None:
    """Not an error of ours, and not tried again; what the request had written is taken back."""
    name = mark()
    invoice = hurried.user().invoice().json["id"]
    with hurried.locked(invoice):
        start = time.monotonic()
        if method == "POST":
            answer = hurried.trial(marking(name), hurried.locking(invoice))
        else:
            answer = _read(hurried, invoice)
        assert 1 <= time.monotonic() - start < 5
    assert_unavailable(answer, "took too long")
    assert [] == hurried.reruns(answer)
    assert not hurried.is_marked(name)


def test_connections_are_of_use_after_slow_statements(hurried: Site) -> None:
    """Each connection of the pool had one."""
    invoice = hurried.user().invoice().json["id"]
    names = [mark() for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        with hurried.locked(invoice):
            for answer in [threads.submit(_read, hurried, invoice) for _ in range(5)]:
                assert_unavailable(answer.result())
        answers = list(threads.map(lambda name: hurried.trial(marking(name)), names))
    assert [200] * 6 == [answer.status for answer in answers]
    assert all(map(hurried.is_marked, names))


def _read(site: Site, invoice: str) -> Answer:
    return site.anybody.get(f"{STATEMENT}?{urlencode({'statement': site.locking(invoice)})}")
