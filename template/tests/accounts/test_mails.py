"""The mails of accounts."""

from typing import Any

import pytest

from app import about
from app.db import new_id
from app.email.models import EmailMessage
from app.email.rendering import render


@pytest.mark.parametrize(
    ("template", "context"),
    [
        ("verify_email", {"url": "https://shop.example/#token=t0ken", "token": "t0ken", "hours": 24}),
        ("verify_email", {"url": "", "token": "t0ken", "hours": 24}),
        ("already_registered", {"url": "https://shop.example"}),
        ("already_registered", {"url": ""}),
    ],
)
def test_the_platforms_mails_are_whole(template: str, context: dict[str, Any]) -> None:
    """Each holds the link, or the token where there is no frontend, in both parts."""
    mail = render(
        EmailMessage(id=new_id(), recipient="ann@customer.example", template=template, context=context),
        "no-reply@shop.example",
    )

    for fact in (about.TITLE, context["url"] or context.get("token", "")):
        assert fact in mail.text
        assert fact in mail.html.replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
