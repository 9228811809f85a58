"""The rules of invoices."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.auth import CurrentUser
from app.cache import Cache
from app.db import Session, after_commit, utc_now
from app.email import Email, send
from app.errors import Conflict
from app.features.invoices.models import Invoice, InvoiceStatus
from app.features.invoices.repository import InvoiceRepository
from app.features.invoices.schemas import InvoiceCreate, InvoiceSummary, InvoiceUpdate
from app.features.invoices.settings import InvoiceSettings
from app.http.preconditions import Precondition
from app.settings import load

SUMMARY_SECONDS = 60


class InvoiceNotDraft(Conflict):
    """The invoice was sent: it cannot be changed, deleted or sent again."""

    code, title = "invoice_not_draft", "Only a draft can be changed or sent"


class InvoiceService:
    """What the current user may do with invoices."""

    def __init__(self, session: Session, current: CurrentUser, cache: Cache) -> None:
        self.session = session
        self.current = current
        self.cache = cache
        self.invoices = InvoiceRepository(session, current.id)

    async def create(self, new: InvoiceCreate) -> Invoice:
        """Make a draft. Its number must be new among the user's invoices."""
        values = new.model_dump()
        if values["due_on"] is None:
            values["due_on"] = utc_now().date() + timedelta(days=load(InvoiceSettings).invoice_payment_days)
        invoice = await self.invoices.add(Invoice(**values))
        self._changed()
        return invoice

    async def update(self, invoice_id: UUID, changes: InvoiceUpdate, if_match: Precondition) -> Invoice:
        """Change a draft."""
        invoice = await self._draft(invoice_id, if_match)
        for name, value in changes.model_dump(exclude_unset=True).items():
            setattr(invoice, name, value)
        await self.session.flush()
        self._changed()
        return invoice

    async def delete(self, invoice_id: UUID, if_match: Precondition) -> None:
        """Delete a draft."""
        await self.invoices.delete(await self._draft(invoice_id, if_match))
        self._changed()

    async def send(self, invoice_id: UUID, if_match: Precondition) -> Invoice:
        """Mail a draft to the customer; from then on it stays as it is."""
        invoice = await self._draft(invoice_id, if_match)
        invoice.status, invoice.sent_at = InvoiceStatus.SENT, utc_now()
        await self.session.flush()
        context = {
            "number": invoice.number,
            "customer": invoice.customer_name,
            "sender": self.current.email,
            "amount": f"{invoice.amount_cents / 100:,.2f} {invoice.currency}",
            "due_on": invoice.due_on.isoformat(),
            "notes": invoice.notes,
        }
        await send(self.session, Email(invoice.customer_email, "invoices/sent", context))
        self._changed()
        return invoice

    async def summary(self) -> list[InvoiceSummary]:
        """Counts and sums, at most a minute old where several processes serve."""
        return await self.cache.get_or_load(
            self._summary_key, self.invoices.summary, of=list[InvoiceSummary], seconds=SUMMARY_SECONDS
        )

    async def _draft(self, invoice_id: UUID, if_match: Precondition) -> Invoice:
        invoice = await self.invoices.get(invoice_id)
        if_match.check(invoice)
        if invoice.status != InvoiceStatus.DRAFT:
            raise InvoiceNotDraft
        return invoice

    @property
    def _summary_key(self) -> str:
        return f"invoices:summary:{self.current.id}"

    def _changed(self) -> None:
        after_commit(self.session, lambda: self.cache.forget(self._summary_key))


# Not the class itself: FastAPI would call it in a thread.
async def _invoices(session: Session, current: CurrentUser, cache: Cache) -> InvoiceService:
    return InvoiceService(session, current, cache)


Invoices = Annotated[InvoiceService, Depends(_invoices)]
