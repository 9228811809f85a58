"""The settings of this feature."""

from pydantic import Field

from app.settings import EnvSettings


class InvoiceSettings(EnvSettings):
    """How invoices are made."""

    invoice_payment_days: int = Field(14, ge=0, le=365)
