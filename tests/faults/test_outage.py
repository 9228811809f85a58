"""The server is killed under load, and comes back."""

from collections.abc import Callable
from uuid import uuid4

from faults.load import under_load
from faults.site import INVOICES, Site, assert_unavailable
from launching import eventually
from styles import PASSWORD
from wiring.client import Answer
from wiring.site import invoice


def test_outage_loses_nothing_and_passes(site: Site) -> None:
    """Every request ends, meanwhile with 503; what was acknowledged is there; nothing is restarted but it."""
    server = site.backend.server
    others = _other_requests(site)
    with under_load([site.user(), site.user()]) as load:
        load.wait_for(20, 201, writing=True)
        load.wait_for(20, 200, writing=False)
        server.kill()
        try:
            load.wait_for(20, 503, writing=True)
            load.wait_for(20, 503, writing=False)
            assert (200, 503) == (site.health("live"), site.health("ready"))
            for request in others:
                assert_unavailable(request())
        finally:
            server.restart()
        load.wait_for(20, 201, writing=True)
        load.wait_for(20, 200, writing=False)
        eventually(lambda: site.health("ready") == 200, "readiness")

    answers = [exchange.answer for exchange in load.exchanges]
    assert {200, 201, 503} == {answer.status for answer in answers}
    for answer in answers:
        if answer.status == 503:
            assert_unavailable(answer)
    # The wait for a connection, and as long again for its statements.
    assert max(exchange.seconds for exchange in load.exchanges) < 5
    assert load.acknowledged() <= {number for (number,) in site.rows("SELECT number FROM invoices")}


def _other_requests(site: Site) -> list[Callable[[], Answer]]:
    """One of each kind that may fail in a way of its own."""
    user, account = site.user(), {"email": "ada@example.com", "password": PASSWORD}
    return [
        lambda: site.anybody.post("/api/v1/auth/login", account),
        lambda: site.anybody.post("/api/v1/auth/register", account),
        lambda: user.post(INVOICES, invoice(), Idempotency_Key=uuid4().hex),
        lambda: user.get(f"{INVOICES}/summary"),
    ]
