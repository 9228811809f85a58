"""Clients that write and read without a pause, and keep every answer."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event

from faults.site import INVOICES
from launching import eventually
from wiring.client import Answer
from wiring.site import User, invoice


@dataclass(frozen=True)
class Exchange:
    """A request and what came of it."""

    number: str  # of the invoice it was to make, if it was
    answer: Answer
    seconds: float


@dataclass(frozen=True)
class Load:
    """The exchanges so far, in the order of their ends."""

    exchanges: list[Exchange] = field(default_factory=list)

    def wait_for(self, count: int, status: int, *, writing: bool) -> None:
        """Wait for so many more answers of this kind. Raises AssertionError at the first that is of none."""
        start = len(self.exchanges)

        def enough() -> bool:
            new = self.exchanges[start:]
            assert {200, 201, 503} >= {one.answer.status for one in new}, [one.answer.text for one in new]
            return sum((one.answer.status, bool(one.number)) == (status, writing) for one in new) >= count

        eventually(enough, f"{count} answers {status}")

    def acknowledged(self) -> set[str]:
        """The invoices that were made, as the clients were told."""
        return {one.number for one in self.exchanges if one.number and one.answer.status == 201}


@contextmanager
def under_load(users: list[User]) -> Iterator[Load]:
    """Let each user write, and read at the same time, until the end of the block. No request may break."""
    load, end = Load(), Event()

    def repeat(user: User, *, writing: bool) -> None:
        while not end.is_set():
            new = invoice()
            start = time.monotonic()
            answer = user.post(INVOICES, new) if writing else user.get(INVOICES)
            seconds = time.monotonic() - start
            load.exchanges.append(Exchange(str(new["number"]) if writing else "", answer, seconds))

    with ThreadPoolExecutor(2 * len(users)) as threads:
        clients: list[Future[None]] = [
            threads.submit(repeat, user, writing=writing) for user in users for writing in (True, False)
        ]
        try:
            yield load
        finally:
            end.set()
            wait(clients)
            for client in clients:
                client.result()
