"""Rate limits by GCRA, the generic cell rate algorithm: a quota that refills smoothly, one number a caller.

Headers after draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` tells the quota (q) and window (w, in
seconds), `RateLimit` what remains (r) and the seconds until the whole quota is back (t).

Where requests are counted: shared_store.py.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from fastapi import Depends, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import TooManyRequests, Unavailable, problem
from app.http.route import route_template

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
PROBES = "/health/"
OnOutage = Literal["allow", "refuse"]


@dataclass(frozen=True)
class Limit:
    """A named quota of requests in a window of seconds."""

    name: str
    quota: int
    window: int

    @classmethod
    def parse(cls, name: str, rate: str) -> "Limit":
        """Read a rate such as `5/minute`."""
        quota, _, unit = rate.partition("/")
        return cls(name, int(quota), SECONDS[unit])

    @property
    def interval(self) -> float:
        """The seconds in which one request comes back."""
        return self.window / self.quota

    def verdict(self, allowed: bool, used: float) -> "Verdict":
        """What to tell a caller whose whole quota is back in `used` seconds."""
        return Verdict(
            allowed,
            # The tolerance keeps a whole number from being missed by the rounding of floats.
            remaining=max(0, math.floor((self.window - used) / self.interval + 1e-6)),
            reset_seconds=math.ceil(used - 1e-6),
            retry_after=max(1, math.ceil(used + self.interval - self.window - 1e-6)),
        )


@dataclass(frozen=True)
class Verdict:
    """Whether the request may pass, what remains, and after how many seconds it is worth another try."""

    allowed: bool
    remaining: int
    reset_seconds: int
    retry_after: int


class RateLimitStore(Protocol):
    """Where the quotas are counted."""

    async def hit(self, key: str, limit: Limit) -> Verdict | None:
        """Count one request. No verdict: the store is away, and says so in the log once."""


async def check(scope: Scope, limit: Limit, caller: str, on_outage: OnOutage = "allow") -> None:
    """Count the request and announce the quota. Raises TooManyRequests when it is used up."""
    store: RateLimitStore = scope["app"].state.shared_store.rate_limits
    verdict = await store.hit(f"{limit.name}:{limit.quota}/{limit.window}:{caller}", limit)
    if verdict is None:
        if on_outage == "refuse":
            raise Unavailable("Requests cannot be counted at the moment; try again soon.", retry_after=5)
        return
    scope["response_headers"] += (
        (b"ratelimit-policy", f'"{limit.name}";q={limit.quota};w={limit.window}'.encode()),
        (b"ratelimit", f'"{limit.name}";r={verdict.remaining};t={verdict.reset_seconds}'.encode()),
    )
    if not verdict.allowed:
        raise TooManyRequests(
            f"At most {limit.quota} requests in {limit.window} seconds.",
            headers={"Retry-After": str(verdict.retry_after)},
            **{"violated-policies": [limit.name]},
        )


class DefaultRateLimit:
    """The limit of every route, by user or else by address."""

    def __init__(self, app: ASGIApp, rate: str) -> None:
        self.app = app
        self.limit = Limit.parse("default", rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request within the quota pass; probes are not counted."""
        if scope["type"] == "http" and not scope["path"].startswith(PROBES):
            try:
                await check(scope, self.limit, scope["caller"])
            except TooManyRequests as error:
                await problem(error, scope)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def rate_limit(
    rate: str, *, by: Literal["caller", "address"] = "caller", on_outage: OnOutage = "allow"
) -> Any:
    """A stricter limit for one route: `@router.post("/login", dependencies=[rate_limit("5/minute")])`.

    `by="address"` counts an address even when its requests carry valid credentials.
    `on_outage="refuse"` answers 503 while nobody counts: for routes where secrets could be guessed.
    """

    async def limit_route(request: Request) -> None:
        scope = request.scope
        counted = scope.setdefault("rate_limited", set())
        if limit_route in counted:  # the transaction is run again: one request counts once
            return
        counted.add(limit_route)
        address = request.client.host if request.client else "unknown"
        caller = f"address:{address}" if by == "address" else scope["caller"]
        # Two features may both have a route called `list`: each counts for itself.
        counter = f"{scope['method']} {route_template(scope)} {caller}"
        await check(scope, Limit.parse(scope["route"].name, rate), counter, on_outage)

    return Depends(limit_route)
