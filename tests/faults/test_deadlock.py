"""Two requests that wait for each other."""

from concurrent.futures import ThreadPoolExecutor

from faults.site import Site
from launching import eventually


def test_deadlock_costs_one_request_a_second_try(stopped: Site) -> None:
    """Both succeed, and only the one that the server chose was run again."""
    # PostgreSQL looks for deadlocks after a second, which is our lock timeout here.
    if stopped.backend.answer == "postgresql":
        name = stopped.url.rpartition("/")[2]
        stopped.rows(f'ALTER DATABASE "{name}" SET deadlock_timeout = 50')
    with stopped.serving() as site, ThreadPoolExecutor() as threads:
        user = site.user()
        first, second, barrier = (user.invoice().json["id"] for _ in range(3))
        with site.locked(barrier) as peer:
            # Each has its first row before either can ask for the other's.
            answers = [
                threads.submit(site.trial, *map(site.locking, order))
                for order in ((first, barrier, second), (second, barrier, first))
            ]
            eventually(lambda: len(site.backend.waiting_for_lock(site.url)) == 2, "two that wait")
            peer.close()
            assert [200, 200] == [answer.result().status for answer in answers]
        assert [[], ["transient"]] == sorted(site.reruns(answer.result()) for answer in answers)
