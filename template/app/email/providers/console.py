"""Prints mail instead of sending it, and keeps it for the page at /dev/mailbox."""

import asyncio
import sys
from pathlib import Path

from app.email.mailbox import Mailbox, part
from app.email.message import RenderedEmail
from app.settings import Settings


class Console:
    """The provider for development."""

    def __init__(self, settings: Settings) -> None:
        self.mailbox = Mailbox(Path(settings.mailbox_dir)) if settings.development else None

    async def send(self, email: RenderedEmail) -> str:
        """Print the text of the mail."""
        message = email.mime()
        sys.stdout.write(f"\n--- Mail to {email.to}: {email.subject}\n{part(message, 'plain')}---\n")
        sys.stdout.flush()
        if self.mailbox is not None:
            await asyncio.to_thread(self.mailbox.put, str(email.id), message)
        return email.message_id
