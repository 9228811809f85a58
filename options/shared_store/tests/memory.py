"""The store in memory: what it holds is bounded."""

from app.http.rate_limit import Limit
from app.shared_store import MemoryCache, MemoryRateLimits
from tests.fixtures.shared_store import Clock


async def test_the_cache_forgets_what_was_not_used_for_longest() -> None:
    """A value that is asked for stays."""
    cache = MemoryCache(max_entries=2)

    async def get(key: str, value: str) -> str:
        async def load() -> str:
            return value

        return await cache.get_or_load(key, load, of=str, seconds=60)

    for key in ("a", "b"):
        await get(key, key)
    await get("a", "unused")

    await get("c", "c")

    assert ["a", "c"] == [await get(key, "loaded anew") for key in ("a", "c")]
    assert "loaded anew" == await get("b", "loaded anew")


async def test_the_counts_forget_whoever_has_the_whole_quota_again(clock: Clock) -> None:
    """Then whoever has been counted for longest."""
    limits, minute, hour = MemoryRateLimits(max_keys=2), Limit("x", 1, 60), Limit("x", 1, 3600)
    await limits.hit("old", hour)
    await limits.hit("done", minute)
    await clock.advance(61)

    await limits.hit("new", minute)
    assert not (await limits.hit("old", hour)).allowed

    await limits.hit("newest", minute)
    assert not (await limits.hit("new", minute)).allowed
    assert (await limits.hit("old", hour)).allowed
