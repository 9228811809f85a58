"""Routes where passwords and tokens could be guessed are limited, whatever happens."""

from fastapi import FastAPI
from httpx2 import AsyncClient

from app.http.rate_limit import Limit
from app.http.route import api_routes


class NobodyCounts:
    """The store is away."""

    async def hit(self, key: str, limit: Limit) -> None: ...


async def test_an_address_is_counted_whoever_calls_from_it(alice: AsyncClient, bob: AsyncClient) -> None:
    """by="address": valid credentials do not win a fresh quota for guessing passwords."""
    wrong = {"email": "carol@example.com", "password": "wrong"}
    # Both have logged in once already.
    codes = [(await who.post("/api/v1/auth/login", json=wrong)).status_code for who in (alice, bob) * 4]

    assert [401] * 8 == codes
    assert 429 == (await alice.post("/api/v1/auth/login", json=wrong)).status_code


async def test_while_nobody_counts_no_secret_can_be_guessed(app: FastAPI, client: AsyncClient) -> None:
    """Every route of `auth` that anybody may call is refused, with a time to come back."""
    app.state.shared_store.rate_limits = NobodyCounts()
    paths = [
        route.path_format
        for route in api_routes(app.routes)
        if route.path_format.startswith("/api/v1/auth/") and getattr(route.endpoint, "public", False)
    ]

    answers = [await client.post(path, json={}) for path in paths]

    assert "/api/v1/auth/login" in paths
    assert {(503, "5", "unavailable")} == {
        (answer.status_code, answer.headers.get("retry-after"), answer.json()["code"]) for answer in answers
    }
