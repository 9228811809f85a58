"""Values that no database should see, and what happens when one does."""

from uuid import uuid4

import pytest

from faults.site import INVOICES, Site
from faults.trials import VALUES
from styles import PASSWORD
from wiring.client import Answer
from wiring.site import invoice

HOSTILE: dict[str, object] = {
    "NUL": "several words\0 of no list",
    "lone surrogate": "\ud800",
    "long": "x" * 100_000,
    "30 digits": 10**29,
    "33 bits": 2**31,
    "65 bits": 2**63,
}
BODIES: dict[str, dict[str, object]] = {
    "/api/v1/auth/register": {"email": "ada@example.com", "password": PASSWORD, "name": "Ada"},
    "/api/v1/auth/login": {"email": "ada@example.com", "password": PASSWORD},
    INVOICES: {**invoice(), "notes": "None", "currency": "EUR", "due_on": "2026-01-01"},
}
# Control characters are left out of texts for people, and are as good as others in a password.
TAKE_NUL = {"name", "number", "customer_name", "notes", "password"}
# In 5,000 levels, alone and as the value of a field; a body that is none.
RAW = (
    b"[" * 5000 + b"]" * 5000,
    b'{"email":' * 5000 + b"1" + b"}" * 5000,
    b"\xff\xfe",
    b'{"amount_cents":NaN}',
)
PLACES = (
    "/%00",
    "/%ED%A0%80",
    f"/{'x' * 5000}",
    f"/{10**29}",
    "?cursor=%00",
    "?cursor=%ED%A0%80",
    f"?cursor={'x' * 5000}",
    f"?limit={10**29}",
    f"?limit={2**63}",
    "?status=%00",
    "?sort=%ED%A0%80",
)


@pytest.mark.parametrize("path", BODIES)
def test_hostile_field_is_refused(site: Site, path: str) -> None:
    """Each field of the body takes what it is made for, and nothing else."""
    user = site.user()
    for field in BODIES[path]:
        for name, value in HOSTILE.items():
            number = {"number": uuid4().hex[:12]} if path == INVOICES else {}
            # Each from an address of its own: only so many may register or log in from one.
            client = user if path == INVOICES else site.anybody
            answer = client.post(path, {**BODIES[path], **number, field: value})
            if name == "NUL" and field in TAKE_NUL:
                assert answer.status in {201, 202, 401}, (field, answer.text)
            else:
                _assert_refused(answer, f"{field}: {name}")


@pytest.mark.parametrize("path", BODIES)
def test_hostile_body_is_refused(site: Site, path: str) -> None:
    """However deep it is, or no JSON at all."""
    user = site.user()
    for body in RAW:
        _assert_refused(user.send("POST", path, body=body), str(body[:20]))


def test_hostile_path_or_query_is_refused(site: Site) -> None:
    """Before the database is asked."""
    user = site.user()
    for place in PLACES:
        _assert_refused(user.get(INVOICES + place), place)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("number", "lone surrogate"),
        ("number", "long"),
        ("amount_cents", "33 bits"),
        ("amount_cents", "65 bits"),
        ("amount_cents", "30 digits"),
        ("amount_cents", "long"),
    ],
)
def test_value_that_the_database_refuses(site: Site, field: str, name: str) -> None:
    """One that a feature lets pass is the client's mistake, too, and the connection is none the worse."""
    user = site.user()
    assert (422, "invalid_request") == user.post(VALUES, {field: HOSTILE[name]}).error
    assert 201 == user.invoice().status


def test_nul_that_reaches_the_database(site: Site) -> None:
    """PostgreSQL cannot store it; MariaDB can."""
    expected = 422 if site.backend.answer == "postgresql" else 200
    assert expected == site.user().post(VALUES, {"number": HOSTILE["NUL"]}).status


def _assert_refused(answer: Answer, what: str) -> None:
    assert answer.status in {400, 404, 422}, f"{what}: {answer.text}"
    assert answer.error[1], what
