"""How a browser is given a session cookie: on its way back from the identity provider."""

from urllib.parse import urlsplit

from fastapi import FastAPI
from httpx2 import Response

from tests.auth.cookies.attacker import ask, given
from tests.fixtures import credentials


async def knock(app: FastAPI, email: str, *cookies: str) -> Response:
    """The answer that gives the cookie."""
    person = await credentials.introduce(app, email)
    leaving = await ask(app, "GET", "/auth/login")
    back = urlsplit(credentials.PROVIDER.visit(leaving.headers["location"], **person))
    flight = leaving.headers["set-cookie"].split(";")[0]
    path = back.path.removeprefix("/api/v1")
    return await ask(app, "GET", f"{path}?{back.query}", "; ".join((flight, *cookies)))


async def enter(app: FastAPI, email: str, *cookies: str) -> str:
    """The value of the cookie that a login gives."""
    answer = await knock(app, email, *cookies)
    assert answer.status_code == 303, answer.text
    return given(answer).split(";")[0].split("=", 1)[1]
