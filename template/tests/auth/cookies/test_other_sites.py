"""Another site makes a logged-in user's browser send a request."""

import pytest
from fastapi import FastAPI

from tests.auth.cookies.browser import (
    EVIL,
    PARTNER,
    PASSED,
    REFUSED,
    SIBLING,
    VICTIM,
    Browser,
    victim,
)
from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import MakeApp


@pytest.mark.parametrize("headers", REFUSED, ids=str)
async def test_nobody_acts_for_a_user_from_elsewhere(
    app: FastAPI, add_user: AddUser, headers: dict[str, str]
) -> None:
    """The refusal says why, and nothing has changed."""
    await add_user(VICTIM)
    browser = await victim(app)

    answer = await browser.send("PATCH", "/users/me", headers, json={"name": "evil"})

    assert (403, "csrf_refused") == (answer.status_code, answer.json()["code"])
    assert await browser.name() is None


@pytest.mark.parametrize("headers", PASSED, ids=str)
async def test_a_page_of_this_service_may(app: FastAPI, add_user: AddUser, headers: dict[str, str]) -> None:
    """Or all of the above would prove nothing."""
    await add_user(VICTIM)

    assert 200 == await (await victim(app)).rename(headers)


@pytest.mark.parametrize("site", ["same-site", "cross-site", None])
async def test_an_origin_of_cors_origins_is_trusted_and_no_other(
    make_app: MakeApp, add_user: AddUser, site: str | None
) -> None:
    """`*` names nobody."""
    await add_user(VICTIM)
    fetch = {"Sec-Fetch-Site": site} if site else {}
    browser = await victim(make_app(cors_origins=f"{PARTNER}/,*", cors_allow_credentials=False))

    codes = [
        await browser.rename({**fetch, "Origin": origin}) for origin in (PARTNER, SIBLING, EVIL, "*", "null")
    ]

    assert [200, 403, 403, 403, 403] == codes


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY", "post", "X"]
)
async def test_no_method_but_reading_passes(app: FastAPI, add_user: AddUser, method: str) -> None:
    """Whether there is such a route or not."""
    await add_user(VICTIM)
    browser = await victim(app)

    answer = await browser.send(method, "/users/me", {"Sec-Fetch-Site": "cross-site", "Origin": EVIL})

    assert 403 == answer.status_code


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        *(
            ({name: "DELETE"}, "")
            for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
        ),
        ({}, "?_method=DELETE"),
        ({}, "?method=DELETE&X-HTTP-Method-Override=DELETE"),
    ],
    ids=str,
)
async def test_a_link_does_nothing_whatever_method_it_asks_for(
    app: FastAPI, add_user: AddUser, headers: dict[str, str], query: str
) -> None:
    """A link brings the cookie along (SameSite=Lax): it can only read."""
    await add_user(VICTIM)
    browser = await victim(app)

    await browser.send("GET", f"/users/me{query}", {"Sec-Fetch-Site": "cross-site", **headers})

    assert await browser.name() is None


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain;application/json",
    ],
)
async def test_a_form_is_no_json(app: FastAPI, add_user: AddUser, content_type: str) -> None:
    """What a page may send without asking first is refused by every JSON route, even from here."""
    await add_user(VICTIM)
    browser = await victim(app)
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": content_type}

    assert 415 == await browser.rename(headers, content=b'{"name": "evil"}')
    assert await browser.name() is None


@pytest.mark.parametrize("value", ["Basic dXNlcjpwYXNz", "Bearer x", "Bearer", "", "Cookie"])
async def test_an_authorization_header_switches_nothing_off(
    app: FastAPI, add_user: AddUser, value: str
) -> None:
    """A URL with a password in it makes a browser send one: then the cookie does not count."""
    await add_user(VICTIM)
    browser = await victim(app)

    code = await browser.rename({"Authorization": value, "Sec-Fetch-Site": "cross-site", "Origin": EVIL})

    assert 401 == code
    assert await browser.name() is None


async def test_a_public_route_is_guarded_where_a_cookie_comes_along(app: FastAPI, add_user: AddUser) -> None:
    """And asks nothing of whoever has none: a program has no page to name."""
    await add_user(VICTIM)
    browser, body = await victim(app), {"token": "x"}

    with_cookie = await browser.send("POST", "/auth/verify-email", {}, json=body)
    browser.cookie = ""
    without = await browser.send("POST", "/auth/verify-email", {}, json=body)

    assert [True, False] == [answer.status_code == 403 for answer in (with_cookie, without)]


async def test_answers_are_kept_apart_by_what_they_depend_on(app: FastAPI) -> None:
    """No cache gives one asker's answer, or refusal, to another."""
    for method in ("GET", "PATCH"):
        answer = await Browser(app).send(method, "/users/me", {})

        assert {"Cookie", "Sec-Fetch-Site", "Origin"} <= set(answer.headers["vary"].split(", "))
