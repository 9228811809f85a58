"""Rate limits."""

import pytest
from httpx2 import AsyncClient

from app.http import Router, rate_limit
from app.http.rate_limit import Limit, RateLimitStore, Verdict
from app.shared_store import SharedStore
from tests.fixtures.accounts import Login
from tests.fixtures.apps import Connect, MakeApp, Serve
from tests.fixtures.shared_store import Clock


def limited(rate: str) -> Router:
    router = Router()

    @router.get("/limited", dependencies=[rate_limit(rate)])
    async def endpoint() -> None: ...

    @router.get("/other")
    async def other() -> None: ...

    return router


async def statuses(client: AsyncClient, path: str, times: int) -> list[int]:
    return [(await client.get(path)).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("rate", "quota", "window"),
    [("5/second", 5, 1), ("7/minute", 7, 60), ("2/hour", 2, 3600), ("1/day", 1, 86400)],
)
def test_a_rate_is_read(rate: str, quota: int, window: int) -> None:
    """As number/unit."""
    assert Limit("x", quota, window) == Limit.parse("x", rate)


async def hit(store: SharedStore, limit: Limit, key: str = "somebody") -> Verdict:
    limits: RateLimitStore = store.rate_limits
    verdict = await limits.hit(key, limit)
    assert verdict is not None
    return verdict


async def test_a_quota_is_used_up_and_refills_smoothly(shared_store: SharedStore, clock: Clock) -> None:
    """GCRA: four a minute may come at once; then one more each quarter of a minute."""
    limit = Limit("x", 4, 60)

    burst = [(await hit(shared_store, limit)).allowed for _ in range(5)]
    await clock.advance(10)
    too_early = await hit(shared_store, limit)
    await clock.advance(5)
    in_time = await hit(shared_store, limit)
    at_once = await hit(shared_store, limit)

    assert [True, True, True, True, False] == burst
    assert (False, True, False) == (too_early.allowed, in_time.allowed, at_once.allowed)


async def test_a_verdict_tells_what_remains_and_when_to_come_back(
    shared_store: SharedStore, clock: Clock
) -> None:
    """After one request of four, three remain and the whole quota is back in 15 seconds."""
    limit = Limit("x", 4, 60)

    first = await hit(shared_store, limit)
    for _ in range(3):
        last = await hit(shared_store, limit)
    refused = await hit(shared_store, limit)

    assert Verdict(allowed=True, remaining=3, reset_seconds=15, retry_after=1) == first
    assert Verdict(allowed=True, remaining=0, reset_seconds=60, retry_after=15) == last
    assert Verdict(allowed=False, remaining=0, reset_seconds=60, retry_after=15) == refused


async def test_a_refused_request_costs_nothing(shared_store: SharedStore, clock: Clock) -> None:
    """Whoever keeps knocking is let in as early as whoever waits."""
    limit = Limit("x", 1, 60)
    await hit(shared_store, limit)

    for _ in range(5):
        await clock.advance(10)
        assert not (await hit(shared_store, limit)).allowed
    await clock.advance(10)

    assert (await hit(shared_store, limit)).allowed


async def test_each_key_is_counted_for_itself(shared_store: SharedStore) -> None:
    """One caller does not eat the quota of another."""
    limit = Limit("x", 1, 60)

    verdicts = [await hit(shared_store, limit, key) for key in ("one", "other", "one")]

    assert [True, True, False] == [verdict.allowed for verdict in verdicts]


async def test_every_route_has_the_default_limit(serve: Serve, clock: Clock) -> None:
    """RATE_LIMIT counts the requests of one caller to any route, unknown paths included."""
    client = serve(rate_limit="3/minute")

    assert [200, 404, 200, 429] == [
        (await client.get(path)).status_code for path in ("/problems", "/nowhere", "/problems", "/problems")
    ]


async def test_the_headers_tell_the_quota(serve: Serve, clock: Clock) -> None:
    """As draft-ietf-httpapi-ratelimit-headers writes them."""
    response = await serve(rate_limit="3/minute").get("/problems")

    assert '"default";q=3;w=60' == response.headers["ratelimit-policy"]
    assert '"default";r=2;t=20' == response.headers["ratelimit"]


async def test_a_refusal_tells_when_to_come_back(serve: Serve, clock: Clock) -> None:
    """429 with Retry-After and the name of the policy."""
    client = serve(rate_limit="1/minute")
    await client.get("/problems")

    refused = await client.get("/problems")

    problem = refused.json()
    assert (429, "60") == (refused.status_code, refused.headers["retry-after"])
    assert ("too_many_requests", ["default"]) == (problem["code"], problem["violated-policies"])
    assert "https://iana.org/assignments/http-problem-types#quota-exceeded" == problem["type"]


async def test_probes_are_not_counted(serve: Serve) -> None:
    """A load balancer must never be told to come back later."""
    assert [200, 200] == await statuses(serve(rate_limit="1/minute"), "/health/live", 2)


async def test_each_address_has_a_quota_of_its_own(make_app: MakeApp, connect: Connect) -> None:
    """Anonymous callers are told apart by address."""
    app = make_app(rate_limit="1/minute")
    here, there = connect(app, "192.0.2.1"), connect(app, "192.0.2.2")

    assert ([200, 429], [200]) == (
        await statuses(here, "/problems", 2),
        await statuses(there, "/problems", 1),
    )


async def test_each_user_has_a_quota_of_its_own(make_app: MakeApp, login: Login) -> None:
    """Users behind one address are told apart; the quota goes with the user."""
    app = make_app(rate_limit="3/hour")
    alice, bob = [await login(f"{name}@example.com", app=app) for name in ("alice", "bob")]

    before = (await bob.get("/problems")).headers["ratelimit"]
    await alice.get("/problems")
    after = (await bob.get("/problems")).headers["ratelimit"]

    assert ('"default";r=2;t=1200', '"default";r=1;t=2400') == (before, after)


async def test_a_route_can_be_stricter(serve: Serve, clock: Clock) -> None:
    """Its own limit holds besides the default, and for this route alone."""
    client = serve(limited("2/minute"))

    assert [200, 200, 429] == await statuses(client, "/limited", 3)
    assert [200] == await statuses(client, "/other", 1)


async def test_a_stricter_route_announces_both_quotas(serve: Serve, clock: Clock) -> None:
    """One header line for each policy."""
    response = await serve(limited("2/minute")).get("/limited")

    assert ['"default";q=300;w=60', '"endpoint";q=2;w=60'] == response.headers.get_list("ratelimit-policy")


async def test_an_address_is_counted_whoever_calls_from_it(make_app: MakeApp, login: Login) -> None:
    """by="address": valid credentials do not win a fresh quota for guessing."""
    router = Router()

    @router.get("/guess", dependencies=[rate_limit("4/hour", by="address")])
    async def guess() -> None: ...

    app = make_app(router)
    alice, bob = [await login(f"{name}@example.com", app=app) for name in ("alice", "bob")]

    assert [200, 200, 200, 200, 429] == [
        (await who.get("/guess")).status_code for who in (alice, bob, alice, bob, alice)
    ]


async def test_two_limits_on_one_route_both_count(serve: Serve, clock: Clock) -> None:
    """By address and by caller, for example."""
    router = Router()

    @router.get("/both", dependencies=[rate_limit("100/minute"), rate_limit("1/minute", by="address")])
    async def both() -> None: ...

    assert [200, 429] == await statuses(serve(router), "/both", 2)


class NobodyCounts:
    """The store is away."""

    async def hit(self, key: str, limit: Limit) -> None: ...


async def test_while_nobody_counts_requests_pass(make_app: MakeApp, connect: Connect) -> None:
    """Unless the route would rather refuse them; no quota is announced."""
    router = Router()

    @router.get("/open", dependencies=[rate_limit("1/minute")])
    async def open_route() -> None: ...

    @router.get("/guarded", dependencies=[rate_limit("1/minute", on_outage="refuse")])
    async def guarded() -> None: ...

    app = make_app(router)
    app.state.shared_store.rate_limits = NobodyCounts()
    client = connect(app)

    assert [200, 200, 200, 503] == [
        (await client.get(path)).status_code for path in ("/problems", "/open", "/open", "/guarded")
    ]
    assert "ratelimit" not in (await client.get("/open")).headers
