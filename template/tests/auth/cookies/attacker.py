"""What an attacker sends: cookies by hand. Written apart from the code that makes and keeps them."""

from typing import Any

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

from app import about

NAME = f"{about.NAME}-session"
VICTIM, ATTACKER = "victim@example.com", "attacker@example.com"


async def ask(app: FastAPI, method: str, path: str, *cookies: str | bytes, **options: Any) -> Response:
    """Send a request with these Cookie headers and no others."""
    base = "https://api.example.com" if app.state.settings.production else "http://127.0.0.1:8000"
    async with AsyncClient(transport=ASGITransport(app), base_url=base) as client:
        request = client.build_request(method, f"/api/v1{path}", **options)
        request.headers["Sec-Fetch-Site"] = "same-origin"
        raw = [(b"Cookie", each if isinstance(each, bytes) else each.encode()) for each in cookies]
        request.headers = type(request.headers)([*request.headers.raw, *raw])
        return await client.send(request)


def given(answer: Response) -> str:
    """The one Set-Cookie header that gives a session, or takes it back."""
    [header] = [each for each in answer.headers.get_list("set-cookie") if f"{NAME}=" in each.split(";")[0]]
    return header


async def whoami(app: FastAPI, *cookies: str | bytes) -> str:
    """Whom these Cookie headers make one, or the code of the refusal."""
    answer = (await ask(app, "GET", "/users/me", *cookies)).json()
    return str(answer.get("email") or answer["code"])
