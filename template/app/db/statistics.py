"""How many queries one request made and how long they took, for the access log."""

import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine


@dataclass(slots=True)
class QueryStatistics:
    """Queries made so far and the seconds they took."""

    count: int = 0
    seconds: float = 0.0
    started: float = 0.0


current: ContextVar[QueryStatistics | None] = ContextVar("query_statistics", default=None)


def measure(engine: Engine) -> None:
    """Count and time every query of this engine."""
    event.listen(engine, "before_cursor_execute", _start)
    event.listen(engine, "after_cursor_execute", _stop)


def _start(*_: Any) -> None:
    if statistics := current.get():
        statistics.started = time.perf_counter()


def _stop(*_: Any) -> None:
    if statistics := current.get():
        statistics.count += 1
        statistics.seconds += time.perf_counter() - statistics.started
