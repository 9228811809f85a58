"""Invoices over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from app.auth import require
from app.features.invoices.models import Invoice, InvoiceStatus
from app.features.invoices.permissions import READ, WRITE
from app.features.invoices.schemas import (
    InvoiceCreate,
    InvoiceRead,
    InvoiceSort,
    InvoiceSummary,
    InvoiceUpdate,
)
from app.features.invoices.service import Invoices
from app.http import IfMatch, Router, etag
from app.marks import bounded
from app.pagination import Page, Paging

router = Router(prefix="/invoices", tags=["invoices"])


@router.post("", status_code=201, response_model=InvoiceRead)
@require(WRITE)
async def create_invoice(invoices: Invoices, new: InvoiceCreate, response: Response) -> Invoice:
    """Make a draft."""
    invoice = await invoices.create(new)
    response.headers["Location"] = f"/api/v1/invoices/{invoice.id}"
    etag(response, invoice)
    return invoice


@router.get("")
@require(READ)
async def list_invoices(
    invoices: Invoices,
    paging: Paging,
    status: Annotated[InvoiceStatus | None, Query(description="Only those in this state")] = None,
    sort: InvoiceSort = InvoiceSort.CREATED_AT_DESC,
) -> Page[InvoiceRead]:
    """Your invoices, a page at a time."""
    return await invoices.invoices.page(paging, sort, status)


@router.get("/summary")
@require(READ)
@bounded
async def get_summary(invoices: Invoices) -> list[InvoiceSummary]:
    """How many invoices you have, and what they add up to."""
    return await invoices.summary()


@router.get("/{invoice_id}", response_model=InvoiceRead)
@require(READ)
async def get_invoice(invoices: Invoices, invoice_id: UUID, response: Response) -> Invoice:
    """One invoice."""
    invoice = await invoices.invoices.get(invoice_id)
    etag(response, invoice)
    return invoice


@router.patch("/{invoice_id}", response_model=InvoiceRead)
@require(WRITE)
async def update_invoice(
    invoices: Invoices, invoice_id: UUID, changes: InvoiceUpdate, if_match: IfMatch, response: Response
) -> Invoice:
    """Change a draft."""
    invoice = await invoices.update(invoice_id, changes, if_match)
    etag(response, invoice)
    return invoice


@router.delete("/{invoice_id}", status_code=204)
@require(WRITE)
async def delete_invoice(invoices: Invoices, invoice_id: UUID, if_match: IfMatch) -> None:
    """Delete a draft."""
    await invoices.delete(invoice_id, if_match)


@router.post("/{invoice_id}/send", response_model=InvoiceRead)
@require(WRITE)
async def send_invoice(
    invoices: Invoices, invoice_id: UUID, if_match: IfMatch, response: Response
) -> Invoice:
    """Mail a draft to the customer."""
    invoice = await invoices.send(invoice_id, if_match)
    etag(response, invoice)
    return invoice
