"""What attackers do with keys. Nothing here is shared with the tests of what works."""

from typing import Any

from httpx2 import AsyncClient, Response

ME, USERS = "/api/v1/users/me", "/api/v1/users"
ALICE, MALLORY = "alice@example.com", "mallory@example.com"
REFUSED = (401, "invalid_credential")


async def ask(client: AsyncClient, key: str, path: str = ME, method: str = "GET", **options: Any) -> Response:
    headers = {b"Authorization": b"Bearer " + key.encode("latin-1")}
    return await client.request(method, path, headers=headers, **options)


def outcome(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def other(letter: str) -> str:
    return "a" if letter != "a" else "b"


def changed(key: str, place: int) -> str:
    place %= len(key)
    return key[:place] + other(key[place]) + key[place + 1 :]
