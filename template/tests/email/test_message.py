"""A rendered mail as a MIME message."""

from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import time_machine

from app.db import new_id, utc_now
from app.email.message import RenderedEmail

SENDER = "The Shop <no-reply@shop.example>"
MAIL = RenderedEmail(new_id(), SENDER, "ann@customer.example", "Grüße", "Tschüß\n", "<p>Tschüß</p>")


def test_the_text_comes_first_and_the_html_is_better() -> None:
    """RFC 2046 section 5.1.4: the last alternative is the preferred one."""
    message = message_from_bytes(MAIL.mime().as_bytes(), policy=policy.default)

    assert "multipart/alternative" == message.get_content_type()
    assert [("text/plain", "Tschüß\n"), ("text/html", "<p>Tschüß</p>\n")] == [
        (part.get_content_type(), part.get_content()) for part in message.iter_parts()
    ]


def test_the_headers_say_whose_it_is() -> None:
    """From, To, Subject, and that no person wrote it (RFC 3834: no out-of-office replies)."""
    message = message_from_bytes(MAIL.mime().as_bytes(), policy=policy.default)

    expected = {
        "From": SENDER,
        "To": "ann@customer.example",
        "Subject": "Grüße",
        "Auto-Submitted": "auto-generated",
    }
    assert expected == {name: message[name] for name in expected}


def test_the_date_is_that_of_the_attempt() -> None:
    """In UTC (RFC 5322 section 3.6.1)."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False):
        assert utc_now() == parsedate_to_datetime(MAIL.mime()["Date"])


def test_each_attempt_has_the_same_id() -> None:
    """So that a receiver who has got it already can tell; its domain is the sender's."""
    ids = [MAIL.mime()["Message-ID"] for _ in range(2)]

    assert [f"<{MAIL.id}@shop.example>"] * 2 == ids
