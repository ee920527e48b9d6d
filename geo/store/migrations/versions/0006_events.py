"""What an event of the rollout can tell beside stage and day; statements set aside; plans kept under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds the columns, empty, and the two tables."""
    for name, allowed in (
        ("course", "'', 'basic', 'refresher', 'other'"),
        ("reported_by", "'', 'dinas_p3a', 'kecamatan', 'kelurahan', 'watchers', 'police', 'press', 'other'"),
        ("early_why", "'', 'held_jointly', 'decree_backdated', 'decree_lost', 'other_decree'"),
    ):
        listed = sa.CheckConstraint(f'"{name}" IN ({allowed})', name=op.f(f"ck_rollout_event_{name}_listed"))
        op.add_column(
            "rollout_event", sa.Column(name, sa.String(length=24), listed, server_default="", nullable=False)
        )
    for name in ("decree_no", "document"):
        op.add_column("rollout_event", sa.Column(name, sa.String(length=40), server_default="", nullable=False))
    op.add_column(
        "rollout_event",
        sa.Column(
            "hours",
            sa.Integer(),
            sa.CheckConstraint("hours BETWEEN 1 AND 400", name=op.f("ck_rollout_event_hours_range")),
            nullable=True,
        ),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("counted_as", sa.String(length=24), nullable=False),
        sa.Column("claim", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(), nullable=True),
        sa.Column("taken_back_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "\"counted_as\" IN ('cw', 'gt_tppo', 'tim_anti_trafficking')", name=op.f("ck_set_aside_counted_as_listed")
        ),
        sa.CheckConstraint("\"claim\" IN ('actual', 'target')", name=op.f("ck_set_aside_claim_listed")),
        sa.CheckConstraint(
            "\"why\" IN ('newer_source', 'closer_source', 'counts_other', 'asked_source', 'misprint')",
            name=op.f("ck_set_aside_why_listed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    op.create_index(
        "ix_set_aside_standing",
        "set_aside",
        ["source", "on", "counted_as", "claim", "count"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
    )
    op.create_table(
        "scenario",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("plan_batch", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("\"state\" IN ('standing', 'withdrawn')", name=op.f("ck_scenario_state_listed")),
        sa.ForeignKeyConstraint(
            ["plan_batch"], ["batch.id"], name=op.f("fk_scenario_plan_batch"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scenario")),
        sa.UniqueConstraint("token", name=op.f("uq_scenario_token")),
    )
    op.create_index(op.f("ix_scenario_plan_batch"), "scenario", ["plan_batch"], unique=False)
