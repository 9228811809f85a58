"""More requests than connections."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from faults.site import INVOICES, Site, assert_unavailable, mark, marking


def test_request_without_a_connection_is_unavailable(site: Site) -> None:
    """It waits as long as DATABASE_TIMEOUT_SECONDS says and no longer; those at work are not disturbed."""
    user = site.user()
    with ThreadPoolExecutor(11) as threads, site.gate() as gate:
        slow = [threads.submit(site.trial, *site.backend.gate) for _ in range(5)]
        gate.wait_for(5)
        start = time.monotonic()
        others = [threads.submit(act) for act in (user.invoice, lambda: user.get(INVOICES)) for _ in range(3)]
        assert 200 == site.health("live")
        for other in others:
            assert_unavailable(other.result())
        assert 1 <= time.monotonic() - start < 3
        gate.open()
        assert [200] * 5 == [answer.result().status for answer in slow]
    assert 200 == site.health("ready")
    assert [201] * 6 == [user.invoice().status for _ in range(6)]


def test_server_takes_no_more_connections(stopped: Site) -> None:
    """It allows fewer than the pool would open: no error of ours, nor a duplicate of a keyed request."""
    few = stopped.backend.limited(stopped.url, 2)
    with stopped.serving(DATABASE_URL=few) as site, ThreadPoolExecutor() as threads:
        with site.gate() as gate:
            slow = [threads.submit(site.trial, *site.backend.gate) for _ in range(2)]
            gate.wait_for(2)
            assert_unavailable(site.trial(marking(mark())))
            assert_unavailable(site.trial(marking(mark()), Idempotency_Key=uuid4().hex))
        assert [200, 200] == [answer.result().status for answer in slow]
        assert 200 == site.trial(marking(mark()), Idempotency_Key=uuid4().hex).status
