"""Invoices, the example feature.

Revision: a0001
"""

import sqlalchemy as sa
from alembic import op

from app.db import columns

revision = "a0001"
down_revision = None
branch_labels = ("app",)
depends_on = "p0001"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "invoices",
        sa.Column("owner_id", columns.Id(), nullable=False),
        sa.Column("id", columns.Id(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("customer_name", sa.String(length=200), nullable=False),
        sa.Column("customer_email", sa.String(length=254), nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("sent_at", columns.UtcDateTime(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("updated_at", columns.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_invoices_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner_id", "number", name=op.f("uq_invoices_owner_id_number")),
    )
    op.create_index(op.f("ix_invoices_owner_id_created_at_id"), "invoices", ["owner_id", "created_at", "id"])
    op.create_index(op.f("ix_invoices_owner_id_due_on_id"), "invoices", ["owner_id", "due_on", "id"])
    op.create_index(
        op.f("ix_invoices_owner_id_status_created_at_id"),
        "invoices",
        ["owner_id", "status", "created_at", "id"],
    )
    op.create_index(
        op.f("ix_invoices_owner_id_status_due_on_id"),
        "invoices",
        ["owner_id", "status", "due_on", "id"],
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("invoices")
