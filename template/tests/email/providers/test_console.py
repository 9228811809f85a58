"""The provider that prints."""

from pathlib import Path

import pytest

from app.db import new_id
from app.email.mailbox import Mailbox, part
from app.email.message import RenderedEmail
from app.email.providers.console import Console
from app.settings import Settings, load

MAIL = RenderedEmail(
    new_id(), "no-reply@shop.example", "ann@customer.example", "Hello", "Hello Ann!\n", "<p>Hello Ann!</p>"
)


async def test_it_prints_the_text(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    """To whom, about what, and the text; its id is the Message-ID."""
    provider_id = await Console(settings).send(MAIL)

    assert "\n--- Mail to ann@customer.example: Hello\nHello Ann!\n---\n" == capsys.readouterr().out
    assert MAIL.message_id == provider_id


async def test_it_keeps_the_mail_in_development(tmp_path: Path) -> None:
    """Whole, as one file, for the page at /dev/mailbox."""
    settings = load(Settings, environment="development", mailbox_dir=str(tmp_path / "mailbox"))

    await Console(settings).send(MAIL)

    [(name, message)] = Mailbox(tmp_path / "mailbox").newest()
    assert (str(MAIL.id), "Hello") == (name, message["Subject"])
    assert ["Hello Ann!\n", "<p>Hello Ann!</p>\n"] == [part(message, kind) for kind in ("plain", "html")]


@pytest.mark.parametrize("place", ["test", "production"])
async def test_it_keeps_nothing_elsewhere(tmp_path: Path, place: str) -> None:
    """One-time links do not pile up on a disk."""
    settings = load(
        Settings,
        environment=place,
        public_url="https://api.shop.example",
        allow_console_email_in_production=True,
        mailbox_dir=str(tmp_path),
    )

    await Console(settings).send(MAIL)

    assert [] == Mailbox(tmp_path).newest()
