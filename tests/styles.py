"""How a client shows who it is, in each style of authentication: the one place where these tests know it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wiring.client import Answer, Client

PASSWORD = "seven words that stand in no list"


def _with_a_token(login: Answer) -> dict[str, str]:
    return {"Authorization": f"Bearer {login.json['access_token']}"}


def _with_a_cookie(login: Answer) -> dict[str, str]:
    return {"Cookie": str(login.header("Set-Cookie")).partition(";")[0]}


@dataclass(frozen=True)
class Style:
    """What clients send of themselves: everybody, and whoever has got the answer to a login."""

    everybody: Mapping[str, str]
    shown: Callable[[Answer], Mapping[str, str]]

    def log_in(self, client: Client, email: str) -> tuple[Answer, dict[str, str]]:
        """Log in to an account with PASSWORD: the answer, and the headers of a client that is logged in."""
        client = client.having(**self.everybody)
        answer = client.post("/api/v1/auth/login", {"email": email, "password": PASSWORD})
        assert answer.status == 200, answer.text
        return answer, {**client.headers, **self.shown(answer)}


# For each answer to `auth` that has accounts with a password.
STYLES = {
    "jwt": Style({}, _with_a_token),
    "session": Style({"Sec-Fetch-Site": "same-origin"}, _with_a_cookie),
}


WITH_PASSWORDS = frozenset(STYLES)
# Whoever probes another style brings what opens it.
_BARE = Style({}, lambda _: {})


def style_of(answers: Mapping[str, object]) -> Style:
    """The style of a project with these answers."""
    return STYLES.get(str(answers.get("auth", "jwt")), _BARE)
