"""Passwords that everybody would try first (NIST SP 800-63B-4 section 3.1.1.2).

Only the whole password is compared, never a part of it; one that repeats another to be long enough is as
good as that other. The list is the 30,000 most common ones of zxcvbn.
"""

from functools import cache

from app import about
from app.accounts.passwords import normalised
from app.errors import InvalidRequest

ADVICE = "Take one that nobody would try: several words that do not belong together, for example."


class ExpectedPassword(InvalidRequest):
    """The password is one of those that are tried first; `errors` says why."""

    code, title = "expected_password", "This password would be guessed"


def refuse_expected(password: str, pointer: str, *, email: str, name: str | None) -> None:
    """Raise ExpectedPassword for a common password, and for what anybody knows of this service or user."""
    reason = _reason(normalised(password).casefold(), email, name)
    if reason is not None:
        code, detail = reason
        raise ExpectedPassword(errors=[{"pointer": pointer, "code": code, "detail": f"{detail} {ADVICE}"}])


def _reason(password: str, email: str, name: str | None) -> tuple[str, str] | None:
    unit = _unit(password)
    local, _, domain = email.partition("@")
    known = {"service": (about.TITLE, about.NAME), "user": (email, local, domain, name or "")}
    # Compared without blanks: "Ada Lovelace" is expected in one word, too.
    expected = {whose: {_unit(_joined(word)) for word in words if word} for whose, words in known.items()}
    if _joined(unit) in expected["service"]:
        return "service_name", "This is the name of the service."
    if _joined(unit) in expected["user"]:
        return "own_name", "This is your own name or address."
    if len(unit) < 4:
        return "repeated", "This repeats a few characters."
    if {password, unit} & _common():
        return "common", "This is one of the most common passwords."
    return None


def _joined(word: str) -> str:
    return "".join(word.casefold().split())


def _unit(text: str) -> str:
    """The shortest beginning that, repeated and cut, makes the whole: `abcabca` is `abc`."""
    for length in range(1, len(text)):
        if text[length:] == text[:-length]:
            return text[:length]
    return text


@cache
def _common() -> frozenset[str]:
    # A tenth of a second and some megabytes: only where passwords are chosen.
    from zxcvbn.frequency_lists import (  # type: ignore[import-untyped]  # noqa: PLC0415
        FREQUENCY_LISTS,
    )

    return frozenset(FREQUENCY_LISTS["passwords"])
