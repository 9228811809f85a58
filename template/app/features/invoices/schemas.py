"""What an invoice looks like from outside."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.features.invoices.models import InvoiceStatus
from app.validation import Email, Line, PatchModel, RequestModel, ResponseModel, Text

# Money is an integer number of cents, within what every database holds in an INTEGER.
Cents = Annotated[int, Field(ge=1, le=2_000_000_000, strict=True)]
Number = Annotated[Line, Field(max_length=40)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", max_length=3, description="ISO 4217, such as EUR")]
Notes = Annotated[Text, Field(max_length=2000)]


class InvoiceCreate(RequestModel):
    """A new draft. Without `due_on` it is due INVOICE_PAYMENT_DAYS from today."""

    number: Number
    customer_name: Line
    customer_email: Email
    amount_cents: Cents
    currency: Currency = "EUR"
    notes: Notes | None = None
    due_on: date | None = None


class InvoiceUpdate(PatchModel):
    """Changes to a draft. Fields left out stay as they are."""

    customer_name: Line | None = None
    customer_email: Email | None = None
    amount_cents: Cents | None = None
    notes: Notes | None = None
    due_on: date | None = None

    nullable = frozenset({"notes"})


class InvoiceRead(ResponseModel):
    """An invoice."""

    id: UUID
    number: str
    customer_name: str
    customer_email: str
    amount_cents: int
    currency: str
    notes: str | None
    due_on: date
    status: InvoiceStatus
    sent_at: datetime | None
    created_at: datetime
    updated_at: datetime


class InvoiceSort(StrEnum):
    """The orders in which invoices can be listed; `-` is newest or latest first."""

    CREATED_AT = "created_at"
    CREATED_AT_DESC = "-created_at"
    DUE_ON = "due_on"
    DUE_ON_DESC = "-due_on"


class InvoiceSummary(ResponseModel):
    """How many invoices there are in one state and currency, and what they add up to."""

    status: InvoiceStatus
    currency: str
    count: int
    amount_cents: int
