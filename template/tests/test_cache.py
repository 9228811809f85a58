"""The cache in memory."""

import asyncio

import pytest

from app.cache import Cache, MemoryCache
from app.http import Router
from tests.fixtures.apps import Serve
from tests.fixtures.clock import Clock


class Source:
    """Where values are loaded from: tells how often, and waits when told to."""

    def __init__(self, *outcomes: object) -> None:
        self.outcomes = iter(outcomes)
        self.loads = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self) -> object:
        self.loads += 1
        outcome = next(self.outcomes)
        await self.gate.wait()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


async def get(cache: MemoryCache, source: Source, key: str = "k", seconds: float = 60) -> object:
    return await cache.get_or_load(key, source.load, seconds=seconds)


async def started(*tasks: asyncio.Task[object]) -> None:
    """Let each task run until it waits."""
    for _ in range(3):
        await asyncio.sleep(0)
    assert not any(task.done() for task in tasks)


async def test_a_value_is_loaded_once(clock: Clock) -> None:
    """Within its time."""
    cache, source = MemoryCache(), Source("a", "b")

    assert ["a", "a"] == [await get(cache, source) for _ in range(2)]


async def test_a_value_is_loaded_anew_after_its_time(clock: Clock) -> None:
    """Not a moment before."""
    cache, source = MemoryCache(), Source("a", "b")
    values = [await get(cache, source)]

    clock.advance(59.9)
    values.append(await get(cache, source))
    clock.advance(0.1)
    values.append(await get(cache, source))

    assert ["a", "a", "b"] == values


async def test_nothing_is_a_value_too(clock: Clock) -> None:
    """That there is none may have been dear to find out."""
    cache, source = MemoryCache(), Source(None, "b")

    assert [None, None] == [await get(cache, source) for _ in range(2)]


async def test_many_who_ask_at_once_cause_one_load() -> None:
    """Single flight."""
    cache, source = MemoryCache(), Source("a", "b")
    source.gate.clear()
    tasks = [asyncio.create_task(get(cache, source)) for _ in range(20)]
    await started(*tasks)

    source.gate.set()

    assert ["a"] * 20 == await asyncio.gather(*tasks)
    assert 1 == source.loads


async def test_keys_do_not_wait_for_each_other() -> None:
    """Another key loads meanwhile."""
    cache, slow = MemoryCache(), Source("slow")
    slow.gate.clear()
    task = asyncio.create_task(get(cache, slow, "slow"))
    await started(task)

    assert "fast" == await get(cache, Source("fast"), "fast")
    slow.gate.set()
    assert "slow" == await task


async def test_a_failure_is_told_to_all_who_wait_and_not_kept() -> None:
    """The next one tries again."""
    cache, source = MemoryCache(), Source(ValueError("away"), "back")
    source.gate.clear()
    tasks = [asyncio.create_task(get(cache, source)) for _ in range(3)]
    await started(*tasks)
    source.gate.set()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert ["away"] * 3 == [str(outcome) for outcome in outcomes]
    assert "back" == await get(cache, source)


async def test_when_the_one_who_loads_is_cancelled_another_takes_over() -> None:
    """A client that hangs up does not fail the others."""
    cache, source = MemoryCache(), Source("first", "second")
    source.gate.clear()
    first, second, third = [asyncio.create_task(get(cache, source)) for _ in range(3)]
    await started(first, second, third)

    first.cancel()
    source.gate.set()

    assert {"second"} == {await second, await third}
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_one_who_waits_can_be_cancelled_alone() -> None:
    """The load goes on for the others."""
    cache, source = MemoryCache(), Source("value")
    source.gate.clear()
    first, second = [asyncio.create_task(get(cache, source)) for _ in range(2)]
    await started(first, second)

    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    source.gate.set()

    assert "value" == await first


async def test_a_forgotten_value_is_loaded_anew() -> None:
    """And what was never there can be forgotten."""
    cache, source = MemoryCache(), Source("old", "new")
    await get(cache, source)

    await cache.forget("k")
    await cache.forget("never there")

    assert "new" == await get(cache, source)


async def test_a_value_forgotten_while_it_loads_is_not_kept() -> None:
    """It may be older than the change."""
    cache, source = MemoryCache(), Source("old", "new")
    source.gate.clear()
    task = asyncio.create_task(get(cache, source))
    await started(task)

    await cache.forget("k")
    source.gate.set()

    assert ("old", "new") == (await task, await get(cache, source))


async def test_the_least_recently_used_entry_goes_first() -> None:
    """The cache is bounded."""
    cache = MemoryCache(max_entries=2)
    for key in ("a", "b"):
        await get(cache, Source(key), key)
    await get(cache, Source("unused"), "a")

    await get(cache, Source("c"), "c")

    assert ["a", "c"] == [await get(cache, Source("reloaded"), key) for key in ("a", "c")]
    assert "reloaded" == await get(cache, Source("reloaded"), "b")


async def test_a_route_asks_for_it_by_name(serve: Serve) -> None:
    """`cache: Cache` is the one of its application."""
    router, loads = Router(), []

    async def load() -> str:
        loads.append(1)
        return "dear"

    @router.get("/dear")
    async def dear(cache: Cache) -> str:
        return await cache.get_or_load("dear", load, seconds=60)

    client = serve(router)

    assert ["dear", "dear"] == [(await client.get("/dear")).json() for _ in range(2)]
    assert 1 == len(loads)
