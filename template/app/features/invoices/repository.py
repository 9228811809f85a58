"""Queries on invoices. Each starts from what is `mine`: nobody reaches another owner's rows."""

from sqlalchemy import func, select

from app.db import OwnedRepository
from app.features.invoices.models import Invoice, InvoiceStatus
from app.features.invoices.schemas import InvoiceRead, InvoiceSort, InvoiceSummary
from app.pagination import Page, PageParams, Sort, paginate_mine

SORTS = {
    InvoiceSort.CREATED_AT: Sort(Invoice.created_at, Invoice.id),
    InvoiceSort.CREATED_AT_DESC: Sort(Invoice.created_at, Invoice.id, descending=True),
    InvoiceSort.DUE_ON: Sort(Invoice.due_on, Invoice.id),
    InvoiceSort.DUE_ON_DESC: Sort(Invoice.due_on, Invoice.id, descending=True),
}


class InvoiceRepository(OwnedRepository[Invoice]):
    """The invoices of one user."""

    model = Invoice

    async def page(
        self, params: PageParams, sort: InvoiceSort, status: InvoiceStatus | None
    ) -> Page[InvoiceRead]:
        """One page, in this order, of all or of those in one state."""
        return await paginate_mine(self, SORTS[sort], params, InvoiceRead, status=status)

    async def summary(self) -> list[InvoiceSummary]:
        """Counts and sums by state and currency."""
        query = (
            select(
                Invoice.status,
                Invoice.currency,
                func.count().label("count"),
                func.sum(Invoice.amount_cents).label("amount_cents"),
            )
            .where(Invoice.owner_id == self.owner_id)
            .group_by(Invoice.status, Invoice.currency)
            .order_by(Invoice.status, Invoice.currency)
        )
        return [InvoiceSummary.model_validate(row) for row in await self.session.execute(query)]
