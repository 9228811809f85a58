"""What the edge costs: the generated app's cheapest route against the same route on bare FastAPI."""

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel

from measure import Call, Cost, compare, headline, run
from project import Project, load, rendered_project

ROUNDS, REQUESTS, AIM = 30, 200, 1.6
ROUTE, ORDINARY = "/health/live", "/ordinary"


class Health(BaseModel):
    """The same model as the generated app's."""

    status: Literal["ok"] = "ok"


async def live() -> Health:
    """The same endpoint as the generated app's."""
    return Health()


def bare() -> FastAPI:
    """FastAPI as it comes."""
    app = FastAPI()
    app.add_api_route(ROUTE, live)
    return app


def generated(project: Project, layers: int | None = None) -> Any:
    """The generated app, whole or with only its `layers` outermost middlewares."""
    app = project.app()
    app.user_middleware = app.user_middleware[:layers]
    app.add_api_route(
        ORDINARY, live
    )  # for comparison: unlike a probe, it passes the host check and the rate limit
    return app


def authorization() -> tuple[bytes, bytes]:
    """A header with a valid access token."""
    tokens = load("app.auth.access_tokens:open_access_tokens")(
        load("app.settings:load")(load("app.settings:Settings"))
    )
    new_id = load("app.db:new_id")
    login = load("app.auth.sessions:Login")(new_id(), new_id())
    return b"authorization", f"Bearer {tokens.issue(login)}".encode()


async def main(project: Project) -> None:
    """Measure and print."""
    whole = generated(project)
    names = [layer.cls.__name__ for layer in whole.user_middleware]
    calls = {"bare": Call(bare(), ROUTE), "app without middleware": Call(generated(project, 0), ROUTE)}
    calls |= {f"+ {name}": Call(generated(project, i), ROUTE) for i, name in enumerate(names, 1)}
    calls["ordinary route"] = Call(whole, ORDINARY)
    calls["ordinary route, access token"] = Call(whole, ORDINARY, (authorization(),))
    headline(f"edge: GET {ROUTE}, in process, production settings, JSON access log to /dev/null")
    show(await compare(calls, rounds=ROUNDS, requests=REQUESTS), names)


def show(costs: dict[str, Cost], names: list[str]) -> None:
    """Print one line for each step, and the ratio that counts."""
    base, before = costs["bare"], costs["bare"]
    print(f"{'':32}{'CPU µs':>8}{'share':>8}{'ratio':>8}{'median':>8}")
    for name, cost in costs.items():
        ratio, middle = cost.over(base)
        share = "" if name.startswith("ordinary") else f"{(cost.best - before.best) / base.best:+.2f}"
        print(f"{name:32}{cost.best:8.1f}{share:>8}{ratio:8.2f}{middle:8.2f}")
        before = cost
    ratio, middle = costs[f"+ {names[-1]}"].over(base)
    print(f"\nedge: {ratio:.2f} times bare FastAPI (median of rounds {middle:.2f}); aim at most {AIM}")


if __name__ == "__main__":
    with rendered_project() as rendered:
        run(main(rendered))
