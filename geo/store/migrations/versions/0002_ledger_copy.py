"""Copies of the ledgers of editions, so that a backup of the store holds them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_ledger_copy"
down_revision = "0001_baseline"


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "ledger_copy",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ledger_copy")),
    )
