"""What tells which page has made a request, and which cookies came along."""

import pytest
from fastapi import APIRouter
from starlette.datastructures import Headers

from app.auth import credentials
from app.auth.cookies import SessionCookies
from app.http.csrf import CsrfRefused, cookies_named, demand_own_page, origin_of_url
from app.http.middleware import middleware
from app.marks import public
from app.settings import Settings, load
from tests.fixtures.apps import Serve


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://API.example.com:443/path?query#part", "https://api.example.com"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("https://api.example.com:80", "https://api.example.com:80"),
        ("http://[::1]:8000/x", "http://[::1]:8000"),
        ("https://user:password@api.example.com", "https://api.example.com"),
        *(
            (nothing, "")
            for nothing in ("", "*", "null", "ftp://a.example", "https://", "http://[", "http://a:b")
        ),
    ],
)
def test_the_origin_of_a_url(url: str, origin: str) -> None:
    """As a browser writes it: lower case, no port that the scheme implies."""
    assert origin == origin_of_url(url)


@pytest.mark.parametrize(
    ("sent", "values"),
    [
        ([b"id=1"], [b"1"]),
        ([b"a=b; id=1; c=d"], [b"1"]),
        ([b"a=b;id=1;\tc=d"], [b"1"]),
        ([b"id=a=b=="], [b"a=b=="]),
        ([b"id=1; id=2"], [b"1", b"2"]),
        ([b"id=1", b"id=1"], [b"1", b"1"]),
        ([b"id"], [b""]),
        ([b"ID=1; idx=1; xid=1; id =1; =id=1; a,id=1"], []),
        ([b"\xe2\x80\x80id=1", b"\xa0id=1", b"\x0bid=1"], []),
        ([b"", b";;;", b"="], []),
        ([], []),
    ],
)
def test_cookies_are_read_as_they_are(sent: list[bytes], values: list[bytes]) -> None:
    """In every field, and each value as often as it came."""
    headers = [(b"host", b"id=1"), *((b"cookie", value) for value in sent)]

    assert values == cookies_named(b"id", headers)


@pytest.mark.parametrize(
    "url", ["https://API.example.com", "https://api.example.com:443", "https://api.example.com/v1"]
)
def test_public_url_may_be_spelt_in_any_way(url: str) -> None:
    """Its origin is what counts."""
    settings = load(Settings, public_url=url)

    demand_own_page(Headers({"Origin": "https://api.example.com"}), settings)
    with pytest.raises(CsrfRefused):
        demand_own_page(Headers({"Origin": "http://api.example.com"}), settings)


def test_the_guard_stands_behind_the_limits(settings: Settings) -> None:
    """What is refused is counted too."""
    stack = middleware(settings, lambda headers: None, credentials.guards(settings))

    names = [entry.cls.__name__ for entry in stack]  # type: ignore[attr-defined]
    assert names.index("DefaultRateLimit") < names.index("CsrfGuard") < names.index("ErrorBoundary")


async def test_a_feature_is_guarded_without_a_word_of_its_own(serve: Serve) -> None:
    """Even a plain public route, where the session cookie comes along."""
    router = APIRouter()

    @router.post("/anything")
    @public
    async def anything() -> str:
        return "done"

    client = serve(router)
    del client.headers["Sec-Fetch-Site"]
    client.cookies.set(SessionCookies(load(Settings)).name, "whatever")

    refused = await client.post("/anything")
    client.cookies.clear()

    assert (403, "csrf_refused") == (refused.status_code, refused.json()["code"])
    assert 200 == (await client.post("/anything")).status_code
