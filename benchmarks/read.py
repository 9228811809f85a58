"""What a read costs: a list of 50 invoices, generated against bare FastAPI and SQLAlchemy doing the same."""

import json
import os
from statistics import median
from typing import Any

import bare_read
import over_http
from measure import Call, compare, headline, run
from project import HOST, Project, load, rendered_project

ROUNDS, REQUESTS, AIM = 120, 6, 1.25
ROUTE, ROWS, LIMIT = "/api/v1/invoices", 200, 50

SAME = f"""Both: the same SQLite file (one user, {ROWS} invoices, one login); verify an HS256 access token
with joserfc (exp, iss, aud), know the user by one query, read {LIMIT} invoices, newest first, and answer
the same 12 fields of each as JSON by the route's response model.
Bare: FastAPI, a session in a dependency, ORM entities, the engine as it comes; no log, no middleware.
Generated: the whole stack with production settings (access log, request id, security headers, host
check, body limit, rate limit), a login that can be revoked, one row more for the signed cursor of the
next page, and the Link header.
"""


async def seed(app: Any) -> str:
    """One user with a login and invoices, as the app makes them; gives an access token."""
    models = load("app.features.invoices.models")
    user = load("app.users:User")(id=load("app.db:new_id")(), email="jane@example.com")
    today = load("app.db:utc_now")().date()

    async def fill(session: Any) -> Any:
        session.add(user)
        await session.flush()
        for number in range(ROWS):
            session.add(
                models.Invoice(
                    owner_id=user.id,
                    number=f"2026-{number:04}",
                    customer_name=f"Customer {number}",
                    customer_email=f"customer{number}@example.com",
                    amount_cents=100 + number,
                    currency="EUR",
                    notes="Thank you for your order.",
                    due_on=today,
                )
            )
        return await load("app.auth.sessions:open_login")(session, user.id, "192.0.2.1", "benchmark/1.0")

    login = await app.state.database.run(fill)
    token: str = load("app.auth.credentials:AccessTokens")(app.state.settings).issue(login)
    return token


async def main(project: Project) -> None:
    """Measure and print."""
    app = project.app()
    token = await seed(app)
    headers = ((b"authorization", f"Bearer {token}".encode()),)
    os.environ["BARE_KEY"] = app.state.settings.derived_key("access-token").hex()
    bare = bare_read.create_app()
    calls = {"bare": Call(bare, ROUTE, headers), "generated": Call(app, ROUTE, headers)}
    await must_agree(calls)
    headline(f"read: GET {ROUTE}, in process\n\n{SAME}")
    costs = await compare(calls, rounds=ROUNDS, requests=REQUESTS)
    for name, cost in costs.items():
        print(f"{name:12}{cost.best:8.0f} CPU µs a request")
    ratio, middle = costs["generated"].over(costs["bare"])
    await bare.state.engine.dispose()
    await app.state.database.close()
    rates = await over_http.compare(
        {"bare": "bare_read:create_app", "generated": "app.main:create_app"},
        ROUTE,
        [f"Host: {HOST}", f"Authorization: Bearer {token}"],
    )
    print()
    for name, rate in rates.items():
        print(
            f"{name:12}{median(rate):8.0f} requests a second over HTTP ({min(rate):.0f} to {max(rate):.0f})"
        )
    print(f"\nread: {ratio:.2f} times the bare app (median of rounds {middle:.2f}); aim at most {AIM}")
    pairs = [bare / ours for bare, ours in zip(rates["bare"], rates["generated"], strict=True)]
    print(
        f"over HTTP, by the clock: {median(pairs):.2f} times ({min(pairs):.2f} to {max(pairs):.2f} by round)"
    )


async def must_agree(calls: dict[str, Call]) -> None:
    """Both show the same fields of the same rows, or the comparison would be void."""
    bare, generated = [json.loads((await call())[1]) for call in calls.values()]
    # On SQLite the bare app loses the time zone: its moments lack the `Z`.
    shown = [
        {name: str(value).removesuffix("Z") for name, value in row.items()} for row in generated["items"]
    ]
    if len(bare) != LIMIT or shown != [{name: str(value) for name, value in row.items()} for row in bare]:
        raise SystemExit("the two apps do not answer alike")


if __name__ == "__main__":
    with rendered_project() as rendered:
        load("app.cli.database:migrate")("heads")
        run(main(rendered))
