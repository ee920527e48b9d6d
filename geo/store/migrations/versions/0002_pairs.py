"""Records that may be of one person, brought by two agencies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the pairs that a person decides on."""
    op.create_table(
        "pair",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("later_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("\"state\" IN ('open', 'same', 'different')", name=op.f("ck_pair_state_listed")),
        sa.ForeignKeyConstraint(["earlier_id"], ["record.id"], name=op.f("fk_pair_earlier_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["later_id"], ["record.id"], name=op.f("fk_pair_later_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair")),
        sa.UniqueConstraint("earlier_id", "later_id", name=op.f("uq_pair_earlier_id")),
    )
    op.create_index(op.f("ix_pair_earlier_id"), "pair", ["earlier_id"], unique=False)
    op.create_index(op.f("ix_pair_later_id"), "pair", ["later_id"], unique=False)
