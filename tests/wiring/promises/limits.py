"""Rate limits: the default of every route, and stricter ones where passwords and mails are at stake."""

import re
from functools import partial
from time import monotonic

from wiring.client import Answer, Client
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, LIMITED, enter_probe, probe
from wiring.site import Site

RATE_LIMIT = "app/http/rate_limit.py"
SHARED_STORE = "app/shared_store.py"


def _remaining(answer: Answer) -> int:
    found = re.fullmatch(r'"[\w-]+";r=(\d+);t=\d+', str(answer.header("RateLimit")).split(", ")[-1])
    assert found, answer.headers
    return int(found[1])


@probe(
    LIMITED,
    Cut("app/http/middleware.py", "Middleware(DefaultRateLimit, rate=settings.rate_limit),"),
    Cut(SHARED_STORE, "self._arrivals[key] = arrival", "pass"),
    Cut(RATE_LIMIT, 'headers={"Retry-After": str(verdict.retry_after)},'),
    Cut(
        RATE_LIMIT,
        'if scope["type"] == "http" and not scope["path"].startswith(PROBES):',
        'if scope["type"] == "http":',
    ),
    Cut(RATE_LIMIT, 'await check(scope, self.limit, scope["caller"])', 'await check(scope, self.limit, "")'),
)
def default_limit_holds_for_each_caller(site: Site) -> None:
    """Five an hour, announced; the sixth is 429 and says when to come back. Others still have all five."""
    client = site.anybody
    answers = [client.get("/problems") for _ in range(6)]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    assert [_remaining(answer) for answer in answers] == [4, 3, 2, 1, 0, 0]
    assert {answer.header("RateLimit-Policy") for answer in answers} == {'"default";q=5;w=3600'}
    refused = answers[-1]
    assert refused.error == (429, "too_many_requests")
    assert str(refused.header("Retry-After")).isdigit()
    assert 0 < int(str(refused.header("Retry-After"))) <= 3600 / 5
    assert site.anybody.get("/problems").status == 200
    assert [client.get("/health/live").status for _ in range(6)] == [200] * 6


@probe(
    LIMITED,
    Cut("app/http/caller.py", "identity.caller", "f\"address:{scope['client'][0]}\""),
)
def default_limit_is_by_user(site: Site) -> None:
    """Two users at one address do not eat each other's quota."""
    first, second = site.user(), site.user()
    second = second.having(X_Forwarded_For=first.headers["X-Forwarded-For"])
    assert [first.get("/problems").status for _ in range(6)] == [200] * 5 + [429]
    assert second.get("/problems").status == 200


def _is_limited(path: str, quota: int, site: Site) -> None:
    """Each route that takes passwords or mail addresses has a stricter limit, by address."""
    client, user, begin = site.anybody, site.user(), monotonic()
    answers = _until_refused(client, path, 2 * quota)
    refilled = (monotonic() - begin) * quota / 60
    assert quota < len(answers) <= quota + refilled + 2
    assert answers[-1].error == (429, "too_many_requests")
    assert f";q={quota};w=60" in str(answers[-1].headers.get_all("RateLimit-Policy"))
    assert answers[-1].header("Retry-After")
    there = user.having(X_Forwarded_For=client.headers["X-Forwarded-For"])
    assert _until_refused(there, path, quota // 2)[-1].status == 429, "a login does not help"
    assert site.anybody.post(path, {}).status != 429, "another address is not concerned"


def _until_refused(client: Client, path: str, at_most: int) -> list[Answer]:
    """The answers up to the first 429, or so many."""
    answers: list[Answer] = []
    while len(answers) < at_most and not (answers and answers[-1].status == 429):
        answers.append(client.post(path, {}))
    return answers


for name, quota, file, auth in (
    ("login", 10, "app/accounts/endpoints.py", None),
    ("register", 10, "app/accounts/endpoints.py", None),
    ("verify-email", 20, "app/accounts/endpoints.py", None),
    ("refresh", 60, "app/auth/credentials.py", "jwt"),
):
    rate = {"verify-email": "link"}.get(name, name)
    wire = f'dependencies=[rate_limit(POLICY.{rate}_rate, by="address", on_outage="refuse")]'
    enter_probe(
        f"{name.replace('-', '_')}_is_limited",
        DEVELOPMENT,
        # An empty body is refused without a look at any password, and is counted all the same.
        partial(_is_limited, f"/api/v1/auth/{name}", quota),
        Cut(file, wire, "dependencies=[]"),
        Cut(file, wire, wire.replace('"address"', '"caller"')),
        auth=auth,
    )
