"""Mail. A feature calls `send(session, Email(…))`; the mail goes out if the transaction commits."""

from app.email.message import Email
from app.email.outbox import send

__all__ = ["Email", "send"]
