"""One log line for each request."""

from httpx2 import AsyncClient

from app.http import Router
from tests.fixtures.apps import Serve
from tests.fixtures.logs import Logged


async def test_it_tells_what_was_asked_and_answered(client: AsyncClient, logged: Logged) -> None:
    """Method, route, path, status, caller and address stand in the line."""
    await client.get("/health/live")

    [line] = logged("request")
    expected = {
        "method": "GET",
        "route": "/health/live",
        "path": "/health/live",
        "status": 200,
        "db_queries": 0,
        "caller": "address:127.0.0.1",
        "client": "127.0.0.1",
    }
    assert expected == {key: line[key] for key in expected}
    assert line["duration_ms"] >= 0


async def test_it_counts_and_times_the_queries(alice: AsyncClient, logged: Logged) -> None:
    """The database's share of the time is told apart."""
    await alice.get("/api/v1/users/me")

    line = logged("request")[-1]
    assert line["db_queries"] >= 2
    assert 0 < line["db_ms"] <= line["duration_ms"]


async def test_it_names_the_user_and_the_full_route(alice: AsyncClient, logged: Logged) -> None:
    """A caller is named by id, of the user or of the key, and the route with the prefixes of every router."""
    me = (await alice.get("/api/v1/users/me")).json()

    line = logged("request")[-1]
    assert line["caller"] == f"user:{me['id']}" or line["caller"].startswith("key:")
    assert "/api/v1/users/me" == line["route"]


async def test_an_unknown_path_has_no_route(client: AsyncClient, logged: Logged) -> None:
    """Whoever groups by route does not get one group for each path a scanner tries."""
    await client.get("/wp-login.php")

    assert [(None, 404)] == [(line["route"], line["status"]) for line in logged("request")]


async def test_a_failure_is_logged_too(serve: Serve, logged: Logged) -> None:
    """A request that ends in an unexpected error has its line, with status 500."""
    router = Router()

    @router.get("/broken")
    async def broken() -> None:
        raise RuntimeError

    await serve(router).get("/broken")

    assert [("/broken", 500)] == [(line["route"], line["status"]) for line in logged("request")]
