"""The store in Redis: what several processes, another release and an outage mean for it."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError
from redis.asyncio import Redis
from typing_extensions import TypeForm

from app import about, shared_store
from app.http import Router
from app.http.rate_limit import Limit, rate_limit
from app.outbound.redis_server import RedisServer
from app.settings import Settings
from app.shared_store import SharedStore, open_shared_store
from tests.fixtures.apps import Connect, MakeApp
from tests.fixtures.logs import Logged
from tests.fixtures.shared_store import REDIS_URL, Clock

T = TypeVar("T")
ROOT = Path(about.__file__).parents[1]


class Thing(BaseModel):
    """A value with a type."""

    name: str
    count: int = 1


def gives(value: T) -> Callable[[], Awaitable[T]]:
    """A load that gives a value at once."""

    async def load() -> T:
        return value

    return load


async def never() -> Thing:
    """A load that must not be needed."""
    raise AssertionError("loaded")


@pytest.fixture
def stores(redis_server: RedisServer, prefix: str) -> tuple[SharedStore, SharedStore]:
    """Two that know nothing of each other, as those of two processes."""
    return SharedStore(redis_server, prefix), SharedStore(redis_server, prefix)


@pytest.fixture
def redis(redis_server: RedisServer) -> Redis:
    """The server itself."""
    return redis_server.redis


@pytest.fixture
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> SharedStore:
    """A store at an address where nobody listens."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    return open_shared_store(settings)


# --- Several processes ------------------------------------------------------------------------------------


async def test_what_one_process_has_loaded_another_finds(stores: tuple[SharedStore, SharedStore]) -> None:
    """As the same type."""
    here, there = stores
    things = [Thing(name="é"), Thing(name="b", count=2)]

    await here.cache.get_or_load("k", gives(things), of=list[Thing], seconds=60)

    assert things == await there.cache.get_or_load("k", gives([]), of=list[Thing], seconds=60)


async def test_one_process_loads_for_all(stores: tuple[SharedStore, SharedStore]) -> None:
    """The other waits."""
    gate, begun = asyncio.Event(), asyncio.Event()

    async def load() -> Thing:
        begun.set()
        await gate.wait()
        return Thing(name="first")

    here = asyncio.create_task(stores[0].cache.get_or_load("k", load, of=Thing, seconds=60))
    await begun.wait()
    there = asyncio.create_task(stores[1].cache.get_or_load("k", never, of=Thing, seconds=60))
    await asyncio.sleep(0.03)
    gate.set()

    assert [Thing(name="first")] * 2 == [await here, await there]


async def test_nobody_waits_for_another_process_for_ever(
    stores: tuple[SharedStore, SharedStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have died, or its load may hang."""
    monkeypatch.setattr(shared_store, "PAUSES", [0.01, 0.01])
    gate, begun = asyncio.Event(), asyncio.Event()

    async def load() -> Thing:
        begun.set()
        await gate.wait()
        return Thing(name="slow")

    here = asyncio.create_task(stores[0].cache.get_or_load("k", load, of=Thing, seconds=60))
    await begun.wait()

    assert Thing(name="own") == await stores[1].cache.get_or_load(
        "k", gives(Thing(name="own")), of=Thing, seconds=60
    )
    gate.set()
    await here
    assert Thing(name="slow") == await stores[1].cache.get_or_load("k", never, of=Thing, seconds=60)


async def test_a_process_that_died_is_not_in_the_way_for_ever(
    stores: tuple[SharedStore, SharedStore], clock: Clock
) -> None:
    """Half a minute after it began to load, another one loads for all."""
    gate, begun = asyncio.Event(), asyncio.Event()

    async def hang() -> Thing:
        begun.set()
        await gate.wait()
        return Thing(name="too late")

    here = asyncio.create_task(stores[0].cache.get_or_load("k", hang, of=Thing, seconds=60))
    await begun.wait()
    await clock.advance(shared_store.LOADING_SECONDS)

    thing = Thing(name="x")
    assert thing == await stores[1].cache.get_or_load("k", gives(thing), of=Thing, seconds=60)
    gate.set()
    await here
    assert thing == await stores[1].cache.get_or_load("k", never, of=Thing, seconds=60)


async def test_a_load_that_failed_keeps_nobody_waiting(
    stores: tuple[SharedStore, SharedStore], redis: Redis, prefix: str
) -> None:
    """The other process loads at once; nothing is left."""

    async def fail() -> Thing:
        raise LookupError

    with pytest.raises(LookupError):
        await stores[0].cache.get_or_load("k", fail, of=Thing, seconds=60)

    assert [] == [key async for key in redis.scan_iter(match=f"{prefix}*", count=1000)]
    thing = Thing(name="x")
    async with asyncio.timeout(1):
        assert thing == await stores[1].cache.get_or_load("k", gives(thing), of=Thing, seconds=60)


async def test_what_one_process_forgets_while_another_loads_is_not_kept(
    stores: tuple[SharedStore, SharedStore],
) -> None:
    """It may be older than the change; and nobody waits for it."""
    here, there = (store.cache for store in stores)

    async def load() -> Thing:
        await there.forget("k")
        return Thing(name="old")

    old = await here.get_or_load("k", load, of=Thing, seconds=60)
    new = await here.get_or_load("k", gives(Thing(name="new")), of=Thing, seconds=60)

    assert ("old", "new") == (old.name, new.name)


PROCESS = """
import asyncio, sys
from app.http.rate_limit import Limit
from app.outbound.redis_server import RedisServer
from app.settings import Settings, load
from app.shared_store import SharedStore

async def main():
    server = RedisServer(load(Settings))
    store = SharedStore(server, sys.argv[1])
    await server.redis.ping()
    print("ready", flush=True)
    sys.stdin.readline()
    limit = Limit("x", 50, 3600)
    verdicts = await asyncio.gather(*(store.rate_limits.hit("k", limit) for _ in range(100)))
    print(sum(verdict.allowed for verdict in verdicts))
    await server.close()

asyncio.run(main())
"""


async def test_several_processes_allow_exactly_the_quota(
    prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two with a hundred requests each, at the same time."""
    monkeypatch.setenv("REDIS_URL", REDIS_URL)
    monkeypatch.setenv("REDIS_TIMEOUT_SECONDS", "10")
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROCESS, prefix, cwd=ROOT, stdin=PIPE, stdout=PIPE
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert b"ready\n" == await process.stdout.readline()

    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert 50 == sum(int(output) for output, _ in outputs)


async def test_the_clock_of_the_server_counts(shared_store: SharedStore) -> None:
    """The quota comes back by itself, whatever the clocks of the processes say."""
    limits, limit = shared_store.rate_limits, Limit("x", 5, 1)
    while (verdict := await limits.hit("k", limit)) and verdict.allowed:
        pass

    await asyncio.sleep(limit.interval)

    verdict = await limits.hit("k", limit)
    assert verdict
    assert verdict.allowed


# --- What is stored ---------------------------------------------------------------------------------------


async def test_names_begin_with_the_service(settings: Settings) -> None:
    """So that several can use one server."""
    store = open_shared_store(settings)

    assert store.cache._prefix.startswith(f"{about.NAME}:")
    assert store.rate_limits._prefix.startswith(f"{about.NAME}:")


async def test_a_count_lives_until_the_whole_quota_is_back(
    shared_store: SharedStore, redis: Redis, prefix: str
) -> None:
    """Nobody has to tidy up."""
    for _ in range(2):
        await shared_store.rate_limits.hit("k", Limit("x", 4, 60))

    [key] = [key async for key in redis.scan_iter(match=f"{prefix}*", count=1000)]
    assert 20_000 < await redis.pttl(key) <= 30_000


async def test_lifetimes_differ_a_little(shared_store: SharedStore, redis: Redis, prefix: str) -> None:
    """What was loaded together does not end together; nothing lives longer than asked."""
    for number in range(20):
        await shared_store.cache.get_or_load(str(number), gives("x"), of=str, seconds=100)

    lives = [await redis.pttl(key) async for key in redis.scan_iter(match=f"{prefix}*", count=1000)]
    assert 20 == len(lives)
    assert 80_000 < min(lives) < max(lives) <= 100_000
    assert max(lives) - min(lives) > 1000


async def test_a_value_of_another_release_is_loaded_anew(
    shared_store: SharedStore,
) -> None:
    """Its type was another."""
    await shared_store.cache.get_or_load("k", gives([1, 2]), of=list[int], seconds=60)

    for _ in range(2):
        thing = await shared_store.cache.get_or_load("k", gives(Thing(name="new")), of=Thing, seconds=60)
        assert Thing(name="new") == thing
    assert Thing(name="new") == await shared_store.cache.get_or_load("k", never, of=Thing, seconds=60)


async def test_a_value_of_another_type_than_said_is_a_mistake(shared_store: SharedStore) -> None:
    """Seen at once, not when it is read."""
    wrong: TypeForm[object] = int

    with pytest.raises(PydanticSerializationError):
        await shared_store.cache.get_or_load("k", gives("text"), of=wrong, seconds=60)


async def test_scripts_that_the_server_does_not_know_are_sent(
    redis_server: RedisServer, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has been restarted, say."""
    monkeypatch.setattr(shared_store, "HIT", f"{shared_store.HIT}-- {uuid4()}")

    assert await SharedStore(redis_server, prefix).rate_limits.hit("k", Limit("x", 1, 60))


async def test_closing_it_leaves_no_connection(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the server are its own."""
    monkeypatch.setenv("REDIS_URL", REDIS_URL)
    server = RedisServer(settings)
    await server.redis.ping()
    [connection] = server.redis.connection_pool._available_connections

    await SharedStore(server, "unused").close()

    assert not connection.is_connected


# --- An outage --------------------------------------------------------------------------------------------


async def test_while_the_server_is_away_values_are_loaded(away: SharedStore) -> None:
    """Once for all who ask at the same time; forgetting does no harm."""
    loads = 0

    async def load() -> int:
        nonlocal loads
        loads += 1
        await asyncio.sleep(0.01)
        return loads

    assert [1] * 5 == await asyncio.gather(
        *(away.cache.get_or_load("k", load, of=int, seconds=60) for _ in range(5))
    )
    await away.cache.forget("k")
    assert 2 == await away.cache.get_or_load("k", load, of=int, seconds=60)


async def test_a_load_that_outlives_the_server_gives_its_value(
    shared_store: SharedStore, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot be kept, and is not loaded twice."""

    async def load() -> Thing:
        monkeypatch.setattr(redis_server, "_seconds", 0)
        return Thing(name="x")

    assert Thing(name="x") == await shared_store.cache.get_or_load("k", load, of=Thing, seconds=60)


async def test_while_the_server_is_away_only_guesses_are_refused(
    away: SharedStore, make_app: MakeApp, connect: Connect, logged: Logged
) -> None:
    """One warning tells of it, and readiness stays green."""
    router = Router()

    @router.get("/guess", dependencies=[rate_limit("1/minute", on_outage="refuse")])
    async def guess() -> None: ...

    app = make_app(router, rate_limit="1/minute")
    app.state.shared_store = away
    client = connect(app)

    open_route = [(await client.get("/problems")).status_code for _ in range(5)]
    guessed = await client.get("/guess")
    ready = await client.get("/health/ready")

    assert [200] * 5 == open_route
    assert (503, "5", "unavailable") == (
        guessed.status_code,
        guessed.headers["retry-after"],
        guessed.json()["code"],
    )
    assert (200, "unavailable") == (ready.status_code, ready.json()["checks"]["shared_store"])
    assert ["circuit_opened"] == [line["event"] for line in logged() if line["level"] == "warning"]
