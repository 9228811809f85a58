"""The Redis server: which are refused, and what a call costs while it is away."""

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial

import pytest

from app.outbound.redis_server import RedisServer
from app.settings import Settings, SettingsError, load
from tests.fixtures.apps import PRODUCTION
from tests.fixtures.logs import Logged
from tests.outbound.proxy import Proxy

REFUSAL = (
    "REDIS_URL=redis://… sends data and password in clear; use rediss://, "
    "or ALLOW_PLAIN_REDIS_IN_PRODUCTION=true accepts that"
)


async def ping(server: RedisServer) -> tuple[bool | None, float]:
    """What it says, and the seconds it took."""
    start = time.monotonic()
    answer = await server.call(server.redis.ping)
    return answer, time.monotonic() - start


@pytest.mark.parametrize(
    "url", ["redis://cache.internal:6379/0", "redis://:secret@10.0.0.5", "redis://[2001:db8::1]/1"]
)
def test_a_connection_in_clear_is_refused_in_production(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Unless somebody accepts it by name."""
    settings = load(Settings, **PRODUCTION)
    monkeypatch.setenv("REDIS_URL", url)

    with pytest.raises(SettingsError) as refusal:
        RedisServer(settings)
    monkeypatch.setenv("ALLOW_PLAIN_REDIS_IN_PRODUCTION", "true")
    RedisServer(settings)

    assert REFUSAL == str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost/0",
        "redis://127.0.0.1:6379",
        "redis://[::1]:6379/2",
        "redis://",
        "unix:///run/redis.sock?db=1",
        "rediss://:secret@cache.internal:6379/0",
    ],
)
def test_a_connection_that_nobody_can_read_is_not_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """TLS, and what does not leave the machine."""
    monkeypatch.setenv("REDIS_URL", url)

    RedisServer(load(Settings, **PRODUCTION))


@pytest.mark.parametrize(
    "url", ["canary7", "http://canary7", "redis://host:canary7/0", "redis://h?socket_timeout=canary7"]
)
def test_what_is_no_url_is_refused(monkeypatch: pytest.MonkeyPatch, settings: Settings, url: str) -> None:
    """In one line, which does not show it."""
    monkeypatch.setenv("REDIS_URL", url)

    with pytest.raises(SettingsError) as refusal:
        RedisServer(settings)

    assert "REDIS_URL: must be a URL such as rediss://redis.example.com:6379/0" == str(refusal.value)


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A wire to the real server."""
    async with Proxy() as proxy:
        yield proxy


@pytest.fixture
async def server(
    settings: Settings, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RedisServer]:
    """The server at the other end, asked by somebody impatient."""
    monkeypatch.setenv("REDIS_URL", proxy.url)
    monkeypatch.setenv("REDIS_TIMEOUT_SECONDS", "0.1")
    monkeypatch.setenv("REDIS_POOL_SIZE", "5")
    server = RedisServer(settings)
    yield server
    await server.close()


@pytest.fixture
def patience(server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing takes too long, however busy this machine is."""
    monkeypatch.setattr(server, "_seconds", 10)


async def test_where_nobody_listens_a_call_costs_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    """It is refused at once, and soon none is made. The log says why, and then once that none is made."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    server = RedisServer(settings)

    answers = [await ping(server) for _ in range(20)]

    assert {None} == {answer for answer, _ in answers}
    assert sum(seconds for _, seconds in answers) < 1
    assert (4, 1) == (len(logged("call_failed")), len(logged("circuit_opened")))


async def test_a_server_that_hangs_costs_its_timeout(server: RedisServer, proxy: Proxy) -> None:
    """Also whoever waits for one of five connections; and once it is known to hang, nobody pays."""
    assert (await ping(server))[0]
    proxy.flowing.clear()

    at_once = await asyncio.gather(*(ping(server) for _ in range(10)))
    afterwards = [await ping(server) for _ in range(10)]

    assert {None} == {answer for answer, _ in (*at_once, *afterwards)}
    assert max(seconds for _, seconds in at_once) < 1  # 0.1 for a turn, 0.1 for the call
    assert sum(seconds for _, seconds in afterwards) < 0.5  # ten timeouts are 1


@pytest.mark.usefixtures("patience")
async def test_calls_take_turns_on_few_connections(server: RedisServer, proxy: Proxy) -> None:
    """REDIS_POOL_SIZE of them, however many ask at once."""
    answers = await asyncio.gather(*(ping(server) for _ in range(20)))

    assert {True} == {answer for answer, _ in answers}
    assert 5 * 2 == len(proxy.pipes)


async def test_too_much_at_once_is_no_outage(
    server: RedisServer, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever does not get a turn in time goes without; the others are served, and so is the next."""

    async def slow() -> bool:
        await asyncio.sleep(0.06)
        return True

    answers = await asyncio.gather(*(server.call(slow) for _ in range(50)))

    assert {True, None} == set(answers)
    assert [] == logged()
    assert (await ping(server))[0]


async def test_it_is_found_again(server: RedisServer, proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the first call after the pause."""
    monkeypatch.setattr(server._breaker, "seconds", 0.2)
    proxy.flowing.clear()
    for _ in range(5):
        await ping(server)
    proxy.flowing.set()
    at_once = (await ping(server))[0]
    await asyncio.sleep(0.2)

    assert (None, True) == (at_once, (await ping(server))[0])


@pytest.mark.usefixtures("patience")
async def test_a_restart_is_not_noticed(server: RedisServer, proxy: Proxy, logged: Logged) -> None:
    """A connection that the server has closed is not used again."""
    await asyncio.gather(ping(server), ping(server))
    await proxy.cut()

    assert [True, True] == [answer for answer, _ in await asyncio.gather(ping(server), ping(server))]
    assert [] == logged("call_failed")


async def test_nobody_gets_the_answer_to_an_earlier_call(
    server: RedisServer, proxy: Proxy, logged: Logged
) -> None:
    """Not after a call that was given up or cancelled while its answer was under way."""
    redis = server.redis
    await ping(server)
    proxy.flowing.clear()
    calls = [asyncio.create_task(server.call(partial(redis.echo, "late"))) for _ in range(2)]
    await asyncio.sleep(0.02)
    calls[0].cancel()
    await asyncio.wait(calls)
    proxy.flowing.set()

    for number in range(10):
        assert str(number).encode() == await server.call(partial(redis.echo, str(number)))
    assert 1 == len(logged("call_failed"))


@pytest.mark.usefixtures("patience")
async def test_closing_leaves_no_connection(server: RedisServer, proxy: Proxy) -> None:
    """The server sees each of them end."""
    await asyncio.gather(ping(server), ping(server))
    assert proxy.pipes

    await server.close()
    await asyncio.wait(proxy.pipes, timeout=1)

    assert not proxy.pipes
