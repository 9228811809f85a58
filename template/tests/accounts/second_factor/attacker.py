"""What an attacker has: RFC 6238 from the standard library, and requests written by hand."""

import hmac
import struct
import time
from base64 import b32decode
from dataclasses import dataclass
from typing import Any

from httpx2 import AsyncClient, Response

from tests.fixtures import credentials

FACTOR = "/api/v1/users/me/second-factor"
LOGIN = "/api/v1/auth/login"
ALICE, MALLORY = "alice@example.com", "mallory@example.com"
PASSWORD = "correct horse battery"


@dataclass
class Victim:
    """An account with a second factor, and all that its owner was shown."""

    client: AsyncClient
    email: str
    secret: str
    recovery_codes: list[str]

    def code(self, steps: int = 0) -> str:
        """What the app shows, or has shown so many steps ago."""
        return totp(self.secret, steps)

    def wrong_code(self) -> str:
        """A code that is none of those that are good now."""
        good = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in good)


def totp(secret: str, steps: int = 0) -> str:
    """RFC 6238 with SHA-1, 30 seconds, six digits."""
    counter = int(time.time()) // 30 + steps
    digest = hmac.digest(b32decode(secret), struct.pack(">Q", counter), "sha1")
    (number,) = struct.unpack(">I", digest[(start := digest[-1] & 15) : start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


async def enrol(client: AsyncClient, email: str = ALICE) -> Victim:
    """Give the account of a client a second factor; the code of the step before is the one it took."""
    begun = await client.post(FACTOR, json={"current_password": PASSWORD})
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    body = {"current_password": PASSWORD, "code": totp(secret, -1)}
    confirmed = await client.post(f"{FACTOR}/confirmation", json=body)
    assert confirmed.status_code == 200, confirmed.text
    credentials.present(client, confirmed)
    return Victim(client, email, secret, confirmed.json()["recovery_codes"])


async def log_in(
    client: AsyncClient, code: Any = None, *, email: str = ALICE, password: str = PASSWORD
) -> Response:
    """A login, with a code or without the field."""
    given = {} if code is None else {"code": code}
    return await client.post(LOGIN, json={"email": email, "password": password, **given})


def meaning(response: Response) -> tuple[int, str]:
    """What an answer says."""
    return response.status_code, response.json()["code"] if response.status_code >= 400 else ""


REFUSED = (401, "second_factor_required")
LOCKED = (401, "invalid_login")
