"""A circuit breaker: what keeps failing is left alone for a while, then tried by one call and no other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger(__name__)


class CircuitOpen(Exception):
    """The call was not made: what it needs is known to be away."""


class Breaker:
    """Opens after so many failures in a row; from then on, one call in so many seconds tries again."""

    def __init__(self, name: str, *, failures: int = 5, seconds: float = 2.0) -> None:
        self.name = name
        self.max_failures = failures
        self.seconds = seconds
        self._failures = 0
        self._retry_at: float | None = None  # None: closed
        self._probing = False

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Make one call in this block. Raises CircuitOpen, and the block is not entered, while it is open.

        An Exception is a failure. A call that is cancelled says nothing: another may try at once.
        """
        probe = self._retry_at is not None
        if self._retry_at is not None:
            if self._probing or time.monotonic() < self._retry_at:
                raise CircuitOpen(self.name)
            self._probing = True
        try:
            yield
        except Exception as error:
            self._failed(error, probe)
            raise
        else:
            self._succeeded(probe)
        finally:
            self._probing = self._probing and not probe

    def _failed(self, error: Exception, probe: bool) -> None:
        # Calls that were under way when it opened end later; they neither open nor close it.
        if probe:
            self._retry_at = time.monotonic() + self.seconds
        elif self._retry_at is None:
            self._failures += 1
            why = f"{type(error).__name__}: {error}"
            if self._failures < self.max_failures:
                log.info("call_failed", circuit=self.name, error=why)
            else:
                self._retry_at = time.monotonic() + self.seconds
                log.warning("circuit_opened", circuit=self.name, error=why)

    def _succeeded(self, probe: bool) -> None:
        self._failures = 0
        if probe:
            self._retry_at = None
            log.info("circuit_closed", circuit=self.name)
