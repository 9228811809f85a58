"""The cache, wherever it keeps its values."""

import asyncio

import pytest

from app.cache import Cache, CacheStore
from app.http import Router
from app.shared_store import SharedStore
from tests.fixtures.apps import Serve
from tests.fixtures.shared_store import Clock

Waiting = asyncio.Task[str | None]


class Source:
    """Where values are loaded from: tells how often, and waits when told to."""

    def __init__(self, *outcomes: str | Exception | None) -> None:
        self.outcomes = iter(outcomes)
        self.loads = 0
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def load(self) -> str | None:
        self.loads += 1
        outcome = next(self.outcomes)
        self.begun.set()
        await self.gate.wait()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def cache(shared_store: SharedStore) -> CacheStore:
    """The cache of one test."""
    return shared_store.cache


async def get(cache: CacheStore, source: Source, key: str = "k", seconds: float = 60) -> str | None:
    return await cache.get_or_load(key, source.load, of=str | None, seconds=seconds)


async def waiting(cache: CacheStore, source: Source, times: int, key: str = "k") -> list[Waiting]:
    """So many who ask at once, the first of them loading and none getting on."""
    source.gate.clear()
    tasks = [asyncio.create_task(get(cache, source, key)) for _ in range(times)]
    await source.begun.wait()
    assert not any(task.done() for task in tasks)
    return tasks


async def test_a_value_is_loaded_once(cache: CacheStore, clock: Clock) -> None:
    """Within its time."""
    source = Source("a", "b")

    assert ["a", "a"] == [await get(cache, source) for _ in range(2)]


async def test_a_value_is_loaded_anew_after_its_time(cache: CacheStore, clock: Clock) -> None:
    """Never later; a little earlier where many values would end at once."""
    source = Source("a", "b")
    values = [await get(cache, source)]

    await clock.advance(50)
    values.append(await get(cache, source))
    await clock.advance(10)
    values.append(await get(cache, source))

    assert ["a", "a", "b"] == values


async def test_nothing_is_a_value_too(cache: CacheStore, clock: Clock) -> None:
    """That there is none may have been dear to find out."""
    source = Source(None, "b")

    assert [None, None] == [await get(cache, source) for _ in range(2)]


async def test_many_who_ask_at_once_cause_one_load(cache: CacheStore) -> None:
    """Single flight."""
    source = Source("a", "b")
    tasks = await waiting(cache, source, 20)

    source.gate.set()

    assert ["a"] * 20 == await asyncio.gather(*tasks)
    assert 1 == source.loads


async def test_keys_do_not_wait_for_each_other(cache: CacheStore) -> None:
    """Another key loads meanwhile."""
    slow = Source("slow")
    [task] = await waiting(cache, slow, 1, "slow")

    assert "fast" == await get(cache, Source("fast"), "fast")
    slow.gate.set()
    assert "slow" == await task


async def test_a_failure_is_told_to_all_who_wait_and_not_kept(cache: CacheStore) -> None:
    """The next one tries again."""
    source = Source(ValueError("away"), "back")
    tasks = await waiting(cache, source, 3)
    source.gate.set()

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert ["away"] * 3 == [str(outcome) for outcome in outcomes]
    assert "back" == await get(cache, source)


async def test_when_the_one_who_loads_is_cancelled_another_takes_over(cache: CacheStore) -> None:
    """A client that hangs up does not fail the others."""
    source = Source("first", "second")
    first, second, third = await waiting(cache, source, 3)

    first.cancel()
    source.gate.set()

    assert {"second"} == {await second, await third}
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_one_who_waits_can_be_cancelled_alone(cache: CacheStore) -> None:
    """The load goes on for the others."""
    source = Source("value")
    first, second = await waiting(cache, source, 2)

    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    source.gate.set()

    assert "value" == await first


async def test_a_forgotten_value_is_loaded_anew(cache: CacheStore) -> None:
    """And what was never there can be forgotten."""
    source = Source("old", "new")
    await get(cache, source)

    await cache.forget("k")
    await cache.forget("never there")

    assert "new" == await get(cache, source)


async def test_a_value_forgotten_while_it_loads_is_not_kept(cache: CacheStore) -> None:
    """It may be older than the change."""
    source = Source("old", "new")
    [task] = await waiting(cache, source, 1)

    await cache.forget("k")
    source.gate.set()

    assert ("old", "new") == (await task, await get(cache, source))


async def test_whoever_asks_after_a_change_does_not_wait_for_an_older_load(cache: CacheStore) -> None:
    """Its value is for those who asked before."""
    source = Source("old")
    [task] = await waiting(cache, source, 1)

    await cache.forget("k")

    assert "new" == await get(cache, Source("new"))
    source.gate.set()
    assert ("old", "new") == (await task, await get(cache, Source()))


async def test_an_older_load_that_ends_leaves_the_newer_one_alone(cache: CacheStore) -> None:
    """Whoever asks still waits for the newer one."""
    old, new = Source("old"), Source("new")
    [first] = await waiting(cache, old, 1)
    await cache.forget("k")
    [second] = await waiting(cache, new, 1)
    old.gate.set()
    await first

    third = asyncio.create_task(get(cache, Source()))
    await asyncio.sleep(0)
    new.gate.set()

    assert ("new", "new") == (await second, await third)


async def test_a_route_asks_for_it_by_name(serve: Serve) -> None:
    """`cache: Cache` is the one of its application."""
    router, loads = Router(), []

    async def load() -> str:
        loads.append(1)
        return "dear"

    @router.get("/dear")
    async def dear(cache: Cache) -> str:
        return await cache.get_or_load("dear", load, of=str, seconds=60)

    client = serve(router)

    assert ["dear", "dear"] == [(await client.get("/dear")).json() for _ in range(2)]
    assert 1 == len(loads)
