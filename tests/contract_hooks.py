"""What schemathesis must know of the project that no schema tells: hooks for test_contract.py."""

import os
import re
from http.client import HTTPConnection
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import hypothesis.strategies as st
import schemathesis
from schemathesis import AuthContext, Case, HookContext, Response

from styles import PASSWORD, style_of
from wiring.backends import open_database
from wiring.client import Client
from wiring.site import add_account, invoice

BASE = os.environ["CONTRACT_URL"]
STYLE = style_of({"auth": os.environ["CONTRACT_AUTH"]})
TOKEN = os.environ["CONTRACT_TOKEN"]
DATABASE = open_database(os.environ["CONTRACT_DATABASE"])
# Whoever sends these is not logged in any more.
LAST = {
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/logout-all",
    "POST /api/v1/auth/password",
    "POST /api/v1/users/me/deletion",
}
_KEY = re.compile(r'"?[A-Za-z0-9]{1,255}"?')
_CURSOR = re.compile(r"[A-Za-z0-9_-]{24,512}")
_TAKEN_OUT = re.compile(r"[\x00-\x1f\x7f-\x9f]|^\s+|\s+$")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_made: dict[str, str] = {}
_calls = count(1)

# The format says what an address looks like; the project also refuses names that are reserved for tests.
schemathesis.openapi.format("email", st.from_regex(r"[a-z]{1,20}@[a-z]{1,20}\.(com|org)", fullmatch=True))


@schemathesis.hook
def after_call(_context: HookContext, case: Case[Any], response: Response) -> None:
    """No link says it: what was made can be asked for."""
    if case.operation.label == "POST /api/v1/invoices" and response.status_code == 201:
        _made["invoice_id"] = response.json()["id"]


class Service:
    """What is tried."""

    @staticmethod
    def connect() -> HTTPConnection:
        """A new connection."""
        return HTTPConnection(urlsplit(BASE).netloc, timeout=30)


@schemathesis.auth(refresh_interval=None)
class Login:
    """One administrator asks for everything, and another one when that login or account has ended."""

    shared: dict[str, str] | None = None

    def get(self, case: Case[Any], _context: AuthContext) -> dict[str, str]:
        """The headers to send."""
        if case.operation.label in LAST:
            return _logged_in()
        if self.shared is None or not _is_administrator(self.shared):
            self.shared = _logged_in()
            made = Client(Service(), self.shared).post("/api/v1/invoices", invoice())
            _made["invoice_id"] = made.json["id"]
        return self.shared

    def set(self, case: Case[Any], data: dict[str, str], _context: AuthContext) -> None:
        """Send them."""
        headers = dict(data)
        cookie = headers.pop("Cookie", "")
        case.headers.update(headers)
        case.cookies.update(pair.partition("=")[::2] for pair in cookie.split("; ") if pair)


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """No schema says it: quotas and keys are used up, cursors are signed, a password is the right one."""
    call = next(_calls)
    case.headers["X-Forwarded-For"] = f"198.18.{call >> 8 & 255}.{call & 255}"
    if _KEY.fullmatch(case.headers.get("Idempotency-Key", "")):
        case.headers["Idempotency-Key"] = f"key-{call}"
    if _CURSOR.fullmatch(str(case.query.get("cursor", ""))):
        del case.query["cursor"]
    if _UUID.fullmatch(str(case.path_parameters.get("invoice_id", ""))):
        case.path_parameters.update(_made)
    if isinstance(case.body, dict):
        case.body |= {name: _kept(text) for name, text in case.body.items() if isinstance(text, str)}
    if isinstance(case.body, dict) and str(case.body.get("email")).endswith(".invalid"):
        case.body["email"] = f"{call}@example.com"  # a program's address, learnt from an answer
    if isinstance(case.body, dict) and _is_secret(case.body.get("current_password")):
        case.body["current_password"] = PASSWORD
    if isinstance(case.body, dict) and isinstance(cents := case.body.get("amount_cents"), float):
        case.body["amount_cents"] = int(cents) if cents.is_integer() else cents


def _kept(text: str) -> str:
    """A text of the same length, of which nothing is taken out before its length is looked at."""
    return _TAKEN_OUT.sub(lambda found: "x" * len(found[0]), text)


def _is_secret(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 1024


def _is_administrator(headers: dict[str, str]) -> bool:
    """Whether whoever sends these still is one, and logged in."""
    return bool(Client(Service(), headers).get("/api/v1/users/me").json.get("role") == "admin")


def _logged_in() -> dict[str, str]:
    """What a new administrator sends who is logged in, or the one who needs no login."""
    if TOKEN:
        return {"Authorization": f"Bearer {TOKEN}"}
    _, headers = STYLE.log_in(Client.elsewhere(Service()), add_account(DATABASE, "admin"))
    return headers
