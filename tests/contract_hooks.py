"""What schemathesis must know of the project that no schema tells: hooks for test_contract.py."""

import os
import re
from itertools import count
from typing import Any

import hypothesis.strategies as st
import requests
import schemathesis
from schemathesis import AuthContext, Case, HookContext

from wiring.backends import open_database
from wiring.site import PASSWORD, add_account

BASE = os.environ["CONTRACT_URL"]
DATABASE = open_database(os.environ["CONTRACT_DATABASE"])
# Whoever sends these is not logged in any more.
LAST = {"POST /api/v1/auth/logout", "DELETE /api/v1/users/me"}
_KEY = re.compile(r'"?[A-Za-z0-9]{1,255}"?')
_CURSOR = re.compile(r"[A-Za-z0-9_-]{24,512}")
_calls = count(1)

# The format says what an address looks like; the project also refuses names that are reserved for tests.
schemathesis.openapi.format("email", st.from_regex(r"[a-z]{1,20}@[a-z]{1,20}\.(com|org)", fullmatch=True))


@schemathesis.auth(refresh_interval=None)
class Login:
    """One user asks for everything; whoever ends a login or an account ends one of their own."""

    shared: str | None = None

    def get(self, case: Case[Any], _context: AuthContext) -> str:
        """The token to send."""
        if case.operation.label in LAST:
            return _token()
        self.shared = self.shared or _token()
        return self.shared

    def set(self, case: Case[Any], data: str, _context: AuthContext) -> None:
        """Send it."""
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """No schema says it: quotas and keys are used up, cursors are signed, 5.0 is no number of cents."""
    call = next(_calls)
    case.headers["X-Forwarded-For"] = f"198.18.{call >> 8 & 255}.{call & 255}"
    if _KEY.fullmatch(case.headers.get("Idempotency-Key", "")):
        case.headers["Idempotency-Key"] = f"key-{call}"
    if _CURSOR.fullmatch(str(case.query.get("cursor", ""))):
        del case.query["cursor"]
    if isinstance(case.body, dict) and isinstance(cents := case.body.get("amount_cents"), float):
        case.body["amount_cents"] = int(cents) if cents.is_integer() else cents


def _token() -> str:
    """The access token of a new user."""
    body = {"email": add_account(DATABASE), "password": PASSWORD}
    headers = {"X-Forwarded-For": f"198.19.0.{next(_calls) & 255}"}
    answer = requests.post(f"{BASE}/api/v1/auth/login", json=body, headers=headers, timeout=30)
    return str(answer.json()["access_token"])
