"""How a browser is given a session cookie: by a login with a password."""

from fastapi import FastAPI
from httpx2 import Response

from tests.auth.cookies.attacker import ask, given

PASSWORD = "correct horse battery"


async def knock(app: FastAPI, email: str, *cookies: str) -> Response:
    """The answer that gives the cookie."""
    return await ask(app, "POST", "/auth/login", *cookies, json={"email": email, "password": PASSWORD})


async def enter(app: FastAPI, email: str, *cookies: str) -> str:
    """The value of the cookie that a login gives."""
    answer = await knock(app, email, *cookies)
    assert answer.status_code == 200, answer.text
    return given(answer).split(";")[0].split("=", 1)[1]
