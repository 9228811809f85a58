"""Calls from a browser's page on another origin."""

from httpx2 import AsyncClient

from tests.fixtures.apps import Serve

PAGE = "https://shop.example"


def preflight(origin: str = PAGE, method: str = "POST", headers: str = "authorization") -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }


async def test_closed_unless_configured(client: AsyncClient) -> None:
    """Without CORS_ORIGINS no page on another origin may read an answer."""
    response = await client.get("/problems", headers={"Origin": PAGE})

    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_a_named_origin_may_read(serve: Serve) -> None:
    """It sees our headers too, such as the ETag and the request id."""
    response = await serve(cors_origins=PAGE).get("/problems", headers={"Origin": PAGE})

    assert PAGE == response.headers["access-control-allow-origin"]
    assert {"ETag", "X-Request-ID"} <= set(response.headers["access-control-expose-headers"].split(", "))
    assert "access-control-allow-credentials" not in response.headers


async def test_another_origin_may_not(serve: Serve) -> None:
    """The answer goes out without leave to read it."""
    response = await serve(cors_origins=PAGE).get("/problems", headers={"Origin": "https://evil.example"})

    assert "access-control-allow-origin" not in response.headers


async def test_an_error_can_be_read_too(serve: Serve) -> None:
    """A page must be able to tell what went wrong."""
    response = await serve(cors_origins=PAGE).get("/api/v1/users/me", headers={"Origin": PAGE})

    assert (401, PAGE) == (response.status_code, response.headers["access-control-allow-origin"])


async def test_a_preflight_allows_what_this_api_takes(serve: Serve) -> None:
    """Method and headers of a request that is to come."""
    response = await serve(cors_origins=PAGE).options(
        "/api/v1/users/me", headers=preflight(method="PATCH", headers="if-match,idempotency-key")
    )

    assert (200, PAGE) == (response.status_code, response.headers["access-control-allow-origin"])


async def test_a_refused_preflight_is_a_problem_document(serve: Serve) -> None:
    """Whoever debugs it reads which origin, method or header it was."""
    response = await serve(cors_origins=PAGE).options(
        "/api/v1/users/me", headers=preflight(origin="https://evil.example")
    )

    problem = response.json()
    assert (403, "application/problem+json") == (response.status_code, response.headers["content-type"])
    assert ("cors_refused", "Disallowed CORS origin") == (problem["code"], problem["detail"])
    assert response.headers["x-request-id"] == problem["request_id"]
    assert "Origin" in response.headers["vary"]


async def test_credentials_are_allowed_when_asked_for(serve: Serve) -> None:
    """For logins by cookie."""
    client = serve(cors_origins=PAGE, cors_allow_credentials=True)

    response = await client.get("/problems", headers={"Origin": PAGE})

    assert "true" == response.headers["access-control-allow-credentials"]
