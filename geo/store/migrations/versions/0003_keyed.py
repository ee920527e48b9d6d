"""Whether a row came with the key of its report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the flag; of rows that are there, those that share a report had its key, of the others nobody knows."""
    op.add_column(
        "record",
        sa.Column(
            "is_keyed",
            sa.Integer(),
            sa.CheckConstraint("is_keyed IN (0, 1)", name=op.f("ck_record_is_keyed_flag")),
            server_default="0",
            nullable=False,
        ),
    )
    record = sa.table("record", sa.column("is_keyed"), sa.column("report_no"))
    shared = sa.select(record.c.report_no).group_by(record.c.report_no).having(sa.func.count() > 1)
    op.execute(record.update().where(record.c.report_no.in_(shared)).values(is_keyed=1))
