"""What comes in: bounded, without control characters, and refused when it is not what was asked for."""

from collections.abc import Callable

from wiring.client import Answer, Client
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site, invoice

INVOICES = "/api/v1/invoices"


@probe(DEVELOPMENT, Cut("app/validation.py", 'extra="forbid"', 'extra="ignore"'))
def unknown_field_is_refused(site: Site) -> None:
    """A misspelt field is an error, told by its place, not a silent loss."""
    answer = site.user().post("/api/v1/invoices", invoice(amount=1))
    assert answer.error == (422, "invalid_request")
    assert answer.json["errors"][0]["pointer"] == "/body/amount"


Hostile = Callable[[Client], Answer]
HOSTILE: dict[str, tuple[Hostile, set[int]]] = {
    "lone surrogate": (lambda user: user.post(INVOICES, invoice(customer_name="\ud800")), {422}),
    "lone surrogate in a name": (lambda user: user.post(INVOICES, {"\ud800": 1}), {422}),
    "lone surrogate in a secret": (
        lambda user: user.post("/api/v1/auth/login", {"email": "a@example.com", "password": "\ud800"}),
        {422},
    ),
    "deep JSON": (lambda user: user.send("POST", INVOICES, body=b"[" * 5000 + b"]" * 5000), {400, 422}),
    "huge integer": (
        lambda user: user.send("POST", INVOICES, body=b'{"amount_cents":' + b"9" * 5000 + b"}"),
        {400, 422},
    ),
    "integer beyond the column": (lambda user: user.post(INVOICES, invoice(amount_cents=2**63)), {422}),
    "NUL in an address": (lambda user: user.post(INVOICES, invoice(customer_email="a\0@example.com")), {422}),
    "broken UTF-8": (lambda user: user.send("POST", INVOICES, body=b'{"number":"\xff\xfe"}'), {400, 422}),
    "no JSON": (lambda user: user.send("POST", INVOICES, body=b"{"), {400, 422}),
    "NaN": (lambda user: user.send("POST", INVOICES, body=b'{"amount_cents":NaN}'), {400, 422}),
    "broken query": (lambda user: user.get(f"{INVOICES}?limit=%ff%00"), {422}),
    "broken path": (lambda user: user.get(f"{INVOICES}/%ff%00"), {404, 422}),
    "page too long": (lambda user: user.get(f"{INVOICES}?limit=101"), {422}),
}


@probe(
    DEVELOPMENT,
    Cut(
        "app/validation.py",
        'raise ValueError("holds characters that are not valid Unicode text") from None',
        "pass",
    ),
    Cut("app/features/invoices/schemas.py", "le=2_000_000_000, "),
    Cut("app/pagination/cursor.py", "le=MAX_LIMIT, "),
)
def hostile_input_is_refused(site: Site) -> None:
    """Whatever comes in, the answer is a problem of the caller's, never of ours."""
    user = site.user()
    for name, (ask, statuses) in HOSTILE.items():
        answer = ask(user)
        assert answer.status in statuses, name
        assert answer.error[1], name
        assert answer.status != 422 or answer.json.get("errors"), f"{name}: refused by the database only"


@probe(DEVELOPMENT, Cut("app/validation.py", 'if c in keep or (c >= " " and not "\\x7f" <= c <= "\\x9f")'))
def control_characters_are_dropped(site: Site) -> None:
    """No NUL, escape sequence or line break gets into a line of text."""
    made = site.user().invoice(customer_name=" Ada\0\x1b[31m\r\nLovelace\x85 ", notes="one\r\ntwo\0")
    assert made.status == 201
    assert (made.json["customer_name"], made.json["notes"]) == ("Ada[31mLovelace", "one\ntwo")
