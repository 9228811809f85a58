"""A connection that the server has closed is not the client's problem."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from faults.site import INVOICES, Site
from faults.trials import REFUSAL
from launching import eventually
from wiring.client import Answer
from wiring.site import User, invoice


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_request_that_meets_a_closed_connection_is_done_on_another(site: Site, method: str) -> None:
    """Every idle connection of the pool was closed meanwhile: one request is run again, and answered."""
    user = site.user()
    _fill_pool(site)
    for connection in site.backend.connections(site.url):
        site.backend.kill(connection)
    eventually(lambda: not site.backend.connections(site.url), "the end of the connections")
    new = invoice()
    answer = user.post(INVOICES, new) if method == "POST" else user.get(INVOICES)
    assert (201 if method == "POST" else 200) == answer.status, answer.text
    assert ["disconnected"] == site.reruns(answer)
    numbers = [item["number"] for item in user.get(INVOICES).json["items"]]
    assert numbers == ([new["number"]] if method == "POST" else [])


def test_request_whose_connection_is_killed_is_run_again(site: Site) -> None:
    """In the middle of its work: what it had done is gone with the connection, and done again."""
    user = site.user()
    made = user.invoice().json
    with ThreadPoolExecutor() as threads, site.locked(made["id"]) as peer:
        answer = threads.submit(_change, user, made["id"])
        (connection,) = eventually(lambda: site.backend.waiting_for_lock(site.url), "a request that waits")
        site.backend.kill(connection)
        peer.close()
        changed = answer.result()
    assert 200 == changed.status, changed.text
    assert ["disconnected"] == site.reruns(changed)
    assert (5, '"2"') == (changed.json["amount_cents"], changed.header("ETag"))


def test_refusal_stays_one_when_the_connection_is_gone(site: Site) -> None:
    """There is nothing to roll back then, and no reason for another answer."""
    query = urlencode(site.backend.killing)
    for _ in range(2):
        assert (409, "conflict") == site.anybody.post(f"{REFUSAL}?{query}").error


def _change(user: User, identifier: str) -> Answer:
    return user.patch(f"{INVOICES}/{identifier}", {"amount_cents": 5}, If_Match='"1"')


def _fill_pool(site: Site) -> None:
    """Let every connection of the pool be opened, and idle."""
    with ThreadPoolExecutor() as threads, site.gate() as gate:
        answers = [threads.submit(site.trial, *site.backend.gate) for _ in range(5)]
        gate.wait_for(5)
        gate.open()
        assert [200] * 5 == [answer.result().status for answer in answers]
