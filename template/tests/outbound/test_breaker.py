"""The circuit breaker."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import pytest

from app.outbound import breaker as module
from app.outbound.breaker import Breaker, CircuitOpen
from tests.fixtures.logs import Logged


class Clock:
    """What `time.monotonic` tells the breaker."""

    now = 1000.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """It stands still until a test moves it."""
    clock = Clock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


async def well() -> None: ...


async def badly() -> None:
    raise OSError("away")


async def call(breaker: Breaker, work: Callable[[], Awaitable[None]]) -> str:
    try:
        with breaker.guard():
            await work()
    except CircuitOpen:
        return "not made"
    except OSError:
        return "failed"
    return "made"


async def calls(breaker: Breaker, *works: Callable[[], Awaitable[None]]) -> list[str]:
    return [await call(breaker, work) for work in works]


async def test_it_opens_after_failures_in_a_row(clock: Clock) -> None:
    """A success in between begins the count anew."""
    breaker = Breaker("x", failures=2)

    outcomes = await calls(breaker, badly, well, badly, badly, well)

    assert ["failed", "made", "failed", "failed", "not made"] == outcomes


async def test_a_call_that_works_closes_it(clock: Clock) -> None:
    """After the pause, not before; then it takes as many failures as at first to open it."""
    breaker = Breaker("x", failures=2, seconds=2)
    await calls(breaker, badly, badly)

    clock.now += 1.9
    early = await call(breaker, well)
    clock.now += 0.1
    outcomes = await calls(breaker, well, badly, well)

    assert ("not made", ["made", "failed", "made"]) == (early, outcomes)


async def test_a_call_that_fails_begins_another_pause(clock: Clock) -> None:
    """One failure is enough."""
    breaker = Breaker("x", failures=2, seconds=2)
    await calls(breaker, badly, badly)
    clock.now += 2

    outcomes = await calls(breaker, badly, well)
    clock.now += 2
    later = await call(breaker, well)

    assert (["failed", "not made"], "made") == (outcomes, later)


async def test_only_one_tries_again(clock: Clock) -> None:
    """However many ask at once, and however long it takes."""
    breaker, gate = Breaker("x", failures=1), asyncio.Event()
    await call(breaker, badly)
    clock.now += 60

    async def slowly() -> None:
        await gate.wait()

    tasks = [asyncio.create_task(call(breaker, slowly)) for _ in range(20)]
    await asyncio.sleep(0)
    clock.now += 60
    others = await call(breaker, well)
    gate.set()

    assert "not made" == others
    assert 1 == (await asyncio.gather(*tasks)).count("made")
    assert "made" == await call(breaker, well)


async def test_a_try_that_is_cancelled_lets_another_try(clock: Clock) -> None:
    """It says neither that all is well nor that it is not."""
    breaker, never = Breaker("x", failures=1), asyncio.Event()
    await call(breaker, badly)
    clock.now += 2

    async def wait() -> None:
        await never.wait()

    task = asyncio.create_task(call(breaker, wait))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert "made" == await call(breaker, well)


@pytest.mark.parametrize("outcome", [well, badly])
async def test_calls_that_began_before_it_opened_change_nothing(
    clock: Clock, outcome: Callable[[], Awaitable[None]]
) -> None:
    """What they say is older than what opened it."""
    breaker, gate = Breaker("x", failures=1, seconds=2), asyncio.Event()

    async def late() -> None:
        await gate.wait()
        await outcome()

    task = asyncio.create_task(call(breaker, late))
    await asyncio.sleep(0)
    await call(breaker, badly)
    clock.now += 1
    gate.set()
    await task

    early = await call(breaker, well)
    clock.now += 1
    in_time = await call(breaker, well)

    assert ("not made", "made") == (early, in_time)


async def test_it_says_once_that_it_opened_and_once_that_it_closed(clock: Clock, logged: Logged) -> None:
    """Not each time it tries in vain."""
    breaker = Breaker("x", failures=2, seconds=2)
    for work in (badly, badly, badly, badly, well, well):
        await call(breaker, work)
        clock.now += 2

    assert [
        ("call_failed", "info", "x", "OSError: away"),
        ("circuit_opened", "warning", "x", "OSError: away"),
        ("circuit_closed", "info", "x", None),
    ] == [(line["event"], line["level"], line["circuit"], line.get("error")) for line in logged()]
