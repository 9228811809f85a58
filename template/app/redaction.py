"""Keeps secrets and personal data out of the logs: by the key they stand under and by what they look like."""

import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"

_SENSITIVE_KEY = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|credential|api.?key|private.?key|signature|card|cvv",
    re.IGNORECASE,
)
_HARMLESS = frozenset({int, float, bool, type(None)})
# Cheap to look for: a text with none of these, in lower case, and without a long number needs no closer look.
_SUSPICIOUS = ("@", "%40", "=", "://", "eyj", "bearer", "basic", "':", '":')
_LONG_NUMBER = re.compile(r"\d[\d -]{11}")
_ID_OF_API_KEY = re.compile(r"_[0-9A-Za-z]{22}_")
# A caller chooses some of what is logged, such as the path: each pattern begins at the start of a word or has
# a length, so that no text makes it search again and again.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), f"://{REDACTED}@"),  # credentials in a URL
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), REDACTED),  # a JSON Web Token
    (
        re.compile(r"(?<![\w-])([\w-]{0,64}?(?:passw|secret|token|key)[\w-]{0,64}=)[^\s&]+", re.IGNORECASE),
        rf"\1{REDACTED}",
    ),
    # An API key keeps its id, by which its owner can revoke it.
    (re.compile(r"(_[0-9A-Za-z]{22}_)[0-9A-Za-z]{54}"), rf"\1{REDACTED}"),
    # A dictionary or JSON object in the text of a message.
    (
        re.compile(
            r"""(['"][\w-]{0,64}?(?:passw|secret|token|key)[\w-]{0,64}['"]:\s*['"])[^'"]*""", re.IGNORECASE
        ),
        rf"\1{REDACTED}",
    ),
    # An email address, also one in a URL, keeps its domain.
    (re.compile(r"(?<![\w.+%-])[\w.+%-]+(@|%40)(?=[\w-]+\.)", re.IGNORECASE), rf"{REDACTED}\1"),
)
_CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")


def redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last processor before a log line is rendered."""
    texts = []
    for key, value in event.items():
        if _is_sensitive(key):
            event[key] = REDACTED
        elif value.__class__ is str:
            texts.append(value)
        elif value.__class__ not in _HARMLESS:
            event[key] = _redact(value)
    # One look at all of a line's texts: most lines hold nothing to redact.
    if _is_suspect("\n".join(texts)):
        for key, value in event.items():
            if value.__class__ is str:
                event[key] = redact_text(value)
    return event


def redact_text(text: str) -> str:
    """Replace what looks like a secret, an address or a card number."""
    if not _is_suspect(text):
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return _CARD.sub(lambda match: REDACTED if _is_card(match[0]) else match[0], text)


def _is_suspect(text: str) -> bool:
    lower = text.lower()
    if any(sign in lower for sign in _SUSPICIOUS) or _LONG_NUMBER.search(text) is not None:
        return True
    return _ID_OF_API_KEY.search(text) is not None


def _redact(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {k: REDACTED if _is_sensitive(str(k)) else _redact(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact(item) for item in value]
    if value.__class__ in _HARMLESS:
        return value
    return redact_text(str(value))


@lru_cache(maxsize=1024)
def _is_sensitive(key: str) -> bool:
    return _SENSITIVE_KEY.search(key) is not None


def _is_card(text: str) -> bool:
    """Whether the digits pass the Luhn check (ISO/IEC 7812-1 annex B), as every card number does."""
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
