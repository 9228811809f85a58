"""A server that takes requests and does not answer."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from faults.site import INVOICES, Site, assert_unavailable
from launching import eventually

# The limits of statement and lock, which the server cannot keep now, and 5 seconds more (options/database).
# Then the connection is given up, which may take 2, and the machine may be slow.
BOUND = 1 + 1 + 5 + 2 + 3


@pytest.fixture(scope="module")
def hurried(stopped: Site) -> Iterator[Site]:
    """Served with small limits."""
    with stopped.serving(DATABASE_STATEMENT_TIMEOUT_SECONDS="1") as site:
        yield site


def test_requests_end_while_the_server_hangs(hurried: Site) -> None:
    """On open connections and on new ones, with 503; and all is well when the server goes on."""
    user = hurried.user()
    server = hurried.backend.server
    _open_two_connections(hurried)
    with ThreadPoolExecutor(7) as threads:
        server.pause()
        try:
            start = time.monotonic()
            acts = (user.invoice, lambda: user.get(INVOICES), lambda: user.get("/health/ready"))
            answers = [threads.submit(act) for act in acts for _ in range(2)]
            assert 200 == hurried.health("live")
            for answer in answers:
                assert_unavailable(answer.result())
            assert time.monotonic() - start < BOUND
        finally:
            server.resume()
    eventually(lambda: hurried.health("ready") == 200, "readiness")
    with ThreadPoolExecutor(6) as threads:
        made = [threads.submit(user.invoice) for _ in range(6)]
        assert [201] * 6 == [answer.result().status for answer in made]


def _open_two_connections(site: Site) -> None:
    with ThreadPoolExecutor() as threads, site.gate() as gate:
        answers = [threads.submit(site.trial, *site.backend.gate) for _ in range(2)]
        gate.wait_for(2)
        gate.open()
        assert [200, 200] == [answer.result().status for answer in answers]
