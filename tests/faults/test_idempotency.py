"""One Idempotency-Key, two requests at once."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from faults.site import INVOICES, Site, mark, marking
from faults.trials import STATEMENTS
from launching import eventually
from wiring.site import invoice


def test_concurrent_duplicates_make_one_row(site: Site) -> None:
    """The second one waits for the first, and gives its answer."""
    user, body, key = site.user(), invoice(), uuid4().hex
    identity = f"email = '{user.email}'"
    with ThreadPoolExecutor() as threads, site.backend.peer(site.url) as peer:
        peer.execute("BEGIN")
        # Whose invoice it is must stay while it is made.
        peer.execute(f"SELECT id FROM users WHERE {identity} FOR UPDATE")  # noqa: S608
        answers = [threads.submit(user.post, INVOICES, body, Idempotency_Key=key) for _ in range(2)]
        eventually(lambda: len(site.backend.waiting_for_lock(site.url)) == 2, "two that wait")
        peer.close()
        first, second = (answer.result() for answer in answers)
    assert (201, 201) == (first.status, second.status)
    assert first.body == second.body
    assert {None, "true"} == {answer.header("Idempotent-Replayed") for answer in (first, second)}
    assert [(1,)] == site.rows(f"SELECT count(*) FROM invoices WHERE number = '{body['number']}'")  # noqa: S608


def test_duplicate_of_a_long_request_is_told_so(site: Site) -> None:
    """409 when the first one is still at work after the lock timeout; later the key gives its answer."""
    key, name = uuid4().hex, mark()
    client = site.anybody
    statements = [marking(name), *site.backend.gate]
    with ThreadPoolExecutor() as threads, site.gate() as gate:
        first = threads.submit(client.post, STATEMENTS, statements, Idempotency_Key=key)
        gate.wait_for(1)
        second = client.post(STATEMENTS, statements, Idempotency_Key=key)
        assert (409, "request_in_progress") == second.error
        assert not first.done()
        gate.open()
        assert 200 == first.result().status
    third = client.post(STATEMENTS, statements, Idempotency_Key=key)
    assert (200, "true") == (third.status, third.header("Idempotent-Replayed"))
    assert site.is_marked(name)
