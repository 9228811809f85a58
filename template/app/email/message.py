"""What a mail is: to a feature (Email), and to a provider (RenderedEmail)."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Protocol
from uuid import UUID

from app.db import utc_now


@dataclass(frozen=True)
class Email:
    """A mail to one recipient: the name of a template, and the JSON values it is filled with.

    A feature's own template is named after it, such as `invoices/sent`.
    """

    to: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RenderedEmail:
    """A mail ready to be sent. `id` is ours and stays the same over every attempt."""

    id: UUID
    sender: str
    to: str
    subject: str
    text: str
    html: str

    @property
    def message_id(self) -> str:
        """The Message-ID (RFC 5322 section 3.6.4): the same for each attempt, so that a receiver can tell."""
        return f"<{self.id}@{self.sender.rpartition('@')[2].rstrip('>')}>"

    def mime(self) -> EmailMessage:
        """The mail as a MIME message: text first, html as its better alternative."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = self.to
        message["Subject"] = self.subject
        message["Date"] = format_datetime(utc_now())
        message["Message-ID"] = self.message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


class EmailRefused(Exception):
    """The provider will never take this mail: trying again is useless."""


class Provider(Protocol):
    """What carries mail away."""

    async def send(self, email: RenderedEmail) -> str:
        """Send it and give the provider's id for it.

        Raises EmailRefused when it will never be taken; any other error means: try again later.
        """
