"""What a read costs: a list of 10 invoices, generated against bare FastAPI and SQLAlchemy doing the same."""

import json
import os
from argparse import ArgumentParser
from statistics import median
from typing import Any

import over_http
import rows
from measure import Call, compare, headline, run
from project import DATABASES, HOST, Project, load, rendered_project

ROUNDS, REQUESTS, REQUIRED, AIM = 60, 10, 1.0, 1.5
LIMIT = 10
ROUTE = f"/api/v1/invoices?limit={LIMIT}"

SAME = f"""Both: the same database (one user, {rows.SOME} invoices, one login) and pool size; verify an HS256
access token with joserfc (exp, iss, aud), know the user by one query, read {LIMIT} invoices, newest first,
and answer the same 12 fields of each as JSON by the route's response model.
Bare: FastAPI, a session in a dependency, the user and the invoices as ORM entities, a count for the
pages, the engine as it comes; no log, no middleware.
Generated: the whole stack with production settings (access log, request id, security headers, host
check, body limit, rate limit), a login that can be revoked, one row more for the signed cursor of the
next page instead of the count, and the Link header.
"""


async def prepare(project: Project) -> tuple[Any, str]:
    """The generated app and a token; what the bare app needs to verify it goes into the environment."""
    app = project.app()
    os.environ["BARE_KEY"] = app.state.settings.derived_key("access-token").hex()
    return app, await rows.some_invoices(app)


async def main(project: Project, database: str) -> None:
    """Measure and print. Exits with 1 where the generated app is slower."""
    app, token = await prepare(project)
    headers = ((b"authorization", f"Bearer {token}".encode()),)
    bare = load("bare_read:create_app")()
    calls = {"bare": Call(bare, ROUTE, headers), "generated": Call(app, ROUTE, headers)}
    await must_agree(calls)
    headline(f"read: GET {ROUTE} on {database}\n\n{SAME}")
    costs = await compare(calls, rounds=ROUNDS, requests=REQUESTS)
    for name, cost in costs.items():
        print(f"{name:12}{cost.best:7.0f} CPU µs a request, in process")
    await bare.state.engine.dispose()
    await app.state.database.close()
    served = await over_http.compare(
        {"bare": "bare_read:create_app", "generated": "app.asgi:create_app"},
        ROUTE,
        [f"Host: {HOST}", f"Authorization: Bearer {token}"],
    )
    for name, seen in served.items():
        print(f"{name:12}{seen}, over HTTP")
    best, middle = costs["bare"].over(costs["generated"])
    print(f"\nin process: the bare app takes {best:.2f} times the CPU time (median of rounds {middle:.2f})")
    times = served["generated"].over(served["bare"])
    print(
        f"over HTTP: {median(times):.2f} times the bare app's requests a second "
        f"({min(times):.2f} to {max(times):.2f} by round); at least {REQUIRED}, aim {AIM}"
    )
    raise SystemExit(median(times) < REQUIRED)


async def must_agree(calls: dict[str, Call]) -> None:
    """Both show the same fields of the same rows, or the comparison would be void."""
    bare, generated = [json.loads((await call())[1])["items"] for call in calls.values()]
    # Where the database keeps no time zone, the bare app loses it: its moments lack the `Z`.
    shown = [
        {name: str(value).removesuffix("Z") for name, value in row.items()} for row in (*bare, *generated)
    ]
    if len(bare) != LIMIT or shown[:LIMIT] != shown[LIMIT:]:
        raise SystemExit("the two apps do not answer alike")


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    chosen = parser.parse_args().database
    with rendered_project(chosen) as rendered:
        run(main(rendered, chosen))
