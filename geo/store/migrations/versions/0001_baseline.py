"""All tables of the store in the form that was released first.

Written out, not made from `geo.store.schema`: what a later form upgrades from must not change with that file.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

# Not "0001": forms before the first release were counted 0001 to 0006, and are refused by those names.
revision = "0001_baseline"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("password_hash", sa.String(length=200), server_default="", nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("role <> 'public'", name=op.f("ck_account_role_not_public")),
        sa.CheckConstraint("\"kind\" IN ('local', 'oidc')", name=op.f("ck_account_kind_listed")),
        sa.CheckConstraint(
            "\"role\" IN ('public', 'taskforce', 'planner', 'steward')", name=op.f("ck_account_role_listed")
        ),
        sa.CheckConstraint("\"state\" IN ('open', 'closed')", name=op.f("ck_account_state_listed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_key"), "attempt", ["key"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("change", sa.Text(), server_default="{}", nullable=False),
        sa.Column("salt", sa.String(length=32), server_default="", nullable=False),
        sa.Column("digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("hash", sa.String(length=64), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_subject_id"), "audit", ["subject_id"], unique=False)
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("mapping", sa.String(length=40), server_default="", nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("review", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("\"state\" IN ('standing', 'undone')", name=op.f("ck_batch_state_listed")),
        sa.CheckConstraint("accepted + review + rejected + duplicates = read", name=op.f("ck_batch_adds_up")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("token", name=op.f("uq_batch_token")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=81), nullable=False),
        sa.Column("answer", sa.String(length=13), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(), nullable=True),
        sa.Column("taken_back_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_key"), "decision", ["key"], unique=False)
    op.create_index(
        "ix_decision_standing", "decision", ["key"], unique=True, sqlite_where=sa.text("taken_back_at IS NULL")
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
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
        sa.CheckConstraint("\"claim\" IN ('actual', 'target')", name=op.f("ck_set_aside_claim_listed")),
        sa.CheckConstraint(
            "\"counted_as\" IN ('cw', 'gt_tppo', 'tim_anti_trafficking')", name=op.f("ck_set_aside_counted_as_listed")
        ),
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
        "spelling",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=81), nullable=False),
        sa.Column("written", sa.String(length=40), nullable=False),
        sa.Column("kecamatan", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spelling")),
        sa.UniqueConstraint("key", name=op.f("uq_spelling_key")),
    )
    op.create_table(
        "coverage",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("place_status", sa.String(length=24), nullable=False),
        sa.Column("kode", sa.String(length=13), server_default="", nullable=False),
        sa.Column("match_by", sa.String(length=24), server_default="", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("spelling_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=120), server_default="", nullable=False),
        sa.CheckConstraint(
            "\"match_by\" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')",
            name=op.f("ck_coverage_match_by_listed"),
        ),
        sa.CheckConstraint(
            "\"place_status\" IN ('matched', 'review', 'outside', 'unknown', 'empty')",
            name=op.f("ck_coverage_place_status_listed"),
        ),
        sa.CheckConstraint(
            "\"state\" IN ('counted', 'withdrawn', 'replaced')", name=op.f("ck_coverage_state_listed")
        ),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_coverage_in_order")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_coverage_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["batch.id"], name=op.f("fk_coverage_replaced_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["spelling_id"], ["spelling.id"], name=op.f("fk_coverage_spelling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
    )
    op.create_index(op.f("ix_coverage_batch_id"), "coverage", ["batch_id"], unique=False)
    op.create_index(op.f("ix_coverage_replaced_by"), "coverage", ["replaced_by"], unique=False)
    op.create_index(op.f("ix_coverage_spelling_id"), "coverage", ["spelling_id"], unique=False)
    op.create_table(
        "denominator",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("place_status", sa.String(length=24), nullable=False),
        sa.Column("kode", sa.String(length=13), server_default="", nullable=False),
        sa.Column("match_by", sa.String(length=24), server_default="", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("spelling_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("label", sa.String(length=120), server_default="", nullable=False),
        sa.Column("source", sa.String(length=120), server_default="", nullable=False),
        sa.Column("on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "\"match_by\" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')",
            name=op.f("ck_denominator_match_by_listed"),
        ),
        sa.CheckConstraint(
            "\"place_status\" IN ('matched', 'review', 'outside', 'unknown', 'empty')",
            name=op.f("ck_denominator_place_status_listed"),
        ),
        sa.CheckConstraint(
            "\"state\" IN ('counted', 'withdrawn', 'replaced')", name=op.f("ck_denominator_state_listed")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_denominator_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["batch.id"], name=op.f("fk_denominator_replaced_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["spelling_id"], ["spelling.id"], name=op.f("fk_denominator_spelling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denominator")),
    )
    op.create_index(op.f("ix_denominator_batch_id"), "denominator", ["batch_id"], unique=False)
    op.create_index(op.f("ix_denominator_replaced_by"), "denominator", ["replaced_by"], unique=False)
    op.create_index(op.f("ix_denominator_spelling_id"), "denominator", ["spelling_id"], unique=False)
    op.create_table(
        "record",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("reported_precision", sa.String(length=24), nullable=False),
        sa.Column("report_no", sa.Integer(), nullable=False),
        sa.Column(
            "is_keyed",
            sa.Integer(),
            sa.CheckConstraint("is_keyed IN (0, 1)", name=op.f("ck_record_is_keyed_flag")),
            server_default="0",
            nullable=False,
        ),
        sa.Column("status", sa.String(length=24), server_default="", nullable=False),
        sa.Column("sex", sa.String(length=24), nullable=False),
        sa.Column("age_group", sa.String(length=24), nullable=False),
        sa.Column(
            "persons",
            sa.Integer(),
            sa.CheckConstraint("persons BETWEEN 1 AND 10000", name=op.f("ck_record_persons_range")),
            nullable=False,
        ),
        sa.Column("origin_kode", sa.String(length=13), server_default="", nullable=False),
        sa.Column("source", sa.String(length=120), server_default="", nullable=False),
        sa.Column("nik_check", sa.String(length=24), nullable=False),
        sa.CheckConstraint("\"age_group\" IN ('child', 'adult', 'unknown')", name=op.f("ck_record_age_group_listed")),
        sa.CheckConstraint(
            "\"nik_check\" IN ('empty', 'not_possible', 'consistent', 'contradicts_sex', 'contradicts_birth', 'elsewhere')",
            name=op.f("ck_record_nik_check_listed"),
        ),
        sa.CheckConstraint(
            "\"reported_precision\" IN ('day', 'month', 'year')", name=op.f("ck_record_reported_precision_listed")
        ),
        sa.CheckConstraint("\"sex\" IN ('female', 'male', 'unknown')", name=op.f("ck_record_sex_listed")),
        sa.CheckConstraint("\"state\" IN ('counted', 'withdrawn', 'replaced')", name=op.f("ck_record_state_listed")),
        sa.CheckConstraint(
            "\"status\" IN ('', 'confirmed', 'suspected', 'prevented', 'deceased')",
            name=op.f("ck_record_status_listed"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_record_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["batch.id"], name=op.f("fk_record_replaced_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
    )
    op.create_index(op.f("ix_record_batch_id"), "record", ["batch_id"], unique=False)
    op.create_index(op.f("ix_record_replaced_by"), "record", ["replaced_by"], unique=False)
    op.create_index(op.f("ix_record_report_no"), "record", ["report_no"], unique=False)
    op.create_index(op.f("ix_record_reported_on"), "record", ["reported_on"], unique=False)
    op.create_table(
        "rollout_event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("place_status", sa.String(length=24), nullable=False),
        sa.Column("kode", sa.String(length=13), server_default="", nullable=False),
        sa.Column("match_by", sa.String(length=24), server_default="", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("spelling_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("on_precision", sa.String(length=24), nullable=False),
        sa.Column("counted_as", sa.String(length=24), nullable=False),
        sa.Column("claim", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("of", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("source_on", sa.Date(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("decree_no", sa.String(length=40), server_default="", nullable=False),
        sa.Column("course", sa.String(length=24), server_default="", nullable=False),
        sa.Column(
            "hours",
            sa.Integer(),
            sa.CheckConstraint("hours BETWEEN 1 AND 400", name=op.f("ck_rollout_event_hours_range")),
            nullable=True,
        ),
        sa.Column("reported_by", sa.String(length=24), server_default="", nullable=False),
        sa.Column("document", sa.String(length=40), server_default="", nullable=False),
        sa.Column("early_why", sa.String(length=24), server_default="", nullable=False),
        sa.CheckConstraint("\"claim\" IN ('actual', 'target')", name=op.f("ck_rollout_event_claim_listed")),
        sa.CheckConstraint(
            "\"counted_as\" IN ('cw', 'gt_tppo', 'tim_anti_trafficking')",
            name=op.f("ck_rollout_event_counted_as_listed"),
        ),
        sa.CheckConstraint(
            "\"course\" IN ('', 'basic', 'refresher', 'other')", name=op.f("ck_rollout_event_course_listed")
        ),
        sa.CheckConstraint(
            "\"early_why\" IN ('', 'held_jointly', 'decree_backdated', 'decree_lost', 'other_decree')",
            name=op.f("ck_rollout_event_early_why_listed"),
        ),
        sa.CheckConstraint(
            "\"match_by\" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')",
            name=op.f("ck_rollout_event_match_by_listed"),
        ),
        sa.CheckConstraint(
            "\"on_precision\" IN ('day', 'month', 'year')", name=op.f("ck_rollout_event_on_precision_listed")
        ),
        sa.CheckConstraint(
            "\"place_status\" IN ('matched', 'review', 'outside', 'unknown', 'empty')",
            name=op.f("ck_rollout_event_place_status_listed"),
        ),
        sa.CheckConstraint(
            "\"reported_by\" IN ('', 'dinas_p3a', 'kecamatan', 'kelurahan', 'watchers', 'police', 'press', 'other')",
            name=op.f("ck_rollout_event_reported_by_listed"),
        ),
        sa.CheckConstraint(
            "\"stage\" IN ('proposed', 'socialised', 'decree', 'recruited', 'trained', 'active', 'dormant', 'reactivated', 'dissolved')",
            name=op.f("ck_rollout_event_stage_listed"),
        ),
        sa.CheckConstraint(
            "\"state\" IN ('counted', 'withdrawn', 'replaced')", name=op.f("ck_rollout_event_state_listed")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_rollout_event_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["batch.id"], name=op.f("fk_rollout_event_replaced_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["spelling_id"], ["spelling.id"], name=op.f("fk_rollout_event_spelling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollout_event")),
    )
    op.create_index(op.f("ix_rollout_event_batch_id"), "rollout_event", ["batch_id"], unique=False)
    op.create_index(op.f("ix_rollout_event_replaced_by"), "rollout_event", ["replaced_by"], unique=False)
    op.create_index(op.f("ix_rollout_event_spelling_id"), "rollout_event", ["spelling_id"], unique=False)
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
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_session_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "watch_report",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("place_status", sa.String(length=24), nullable=False),
        sa.Column("kode", sa.String(length=13), server_default="", nullable=False),
        sa.Column("match_by", sa.String(length=24), server_default="", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("spelling_id", sa.Integer(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=24), server_default="", nullable=False),
        sa.Column("followed_up", sa.String(length=24), server_default="", nullable=False),
        sa.CheckConstraint(
            "\"match_by\" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')",
            name=op.f("ck_watch_report_match_by_listed"),
        ),
        sa.CheckConstraint(
            "\"place_status\" IN ('matched', 'review', 'outside', 'unknown', 'empty')",
            name=op.f("ck_watch_report_place_status_listed"),
        ),
        sa.CheckConstraint(
            "\"state\" IN ('counted', 'withdrawn', 'replaced')", name=op.f("ck_watch_report_state_listed")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_watch_report_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["batch.id"], name=op.f("fk_watch_report_replaced_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["spelling_id"], ["spelling.id"], name=op.f("fk_watch_report_spelling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_report")),
    )
    op.create_index(op.f("ix_watch_report_batch_id"), "watch_report", ["batch_id"], unique=False)
    op.create_index(op.f("ix_watch_report_replaced_by"), "watch_report", ["replaced_by"], unique=False)
    op.create_index(op.f("ix_watch_report_spelling_id"), "watch_report", ["spelling_id"], unique=False)
    op.create_table(
        "watcher",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("place_status", sa.String(length=24), nullable=False),
        sa.Column("kode", sa.String(length=13), server_default="", nullable=False),
        sa.Column("match_by", sa.String(length=24), server_default="", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("spelling_id", sa.Integer(), nullable=True),
        sa.Column("watcher", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("group", sa.String(length=24), server_default="", nullable=False),
        sa.Column("sex", sa.String(length=24), nullable=False),
        sa.CheckConstraint(
            "\"match_by\" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')",
            name=op.f("ck_watcher_match_by_listed"),
        ),
        sa.CheckConstraint(
            "\"place_status\" IN ('matched', 'review', 'outside', 'unknown', 'empty')",
            name=op.f("ck_watcher_place_status_listed"),
        ),
        sa.CheckConstraint("\"sex\" IN ('female', 'male', 'unknown')", name=op.f("ck_watcher_sex_listed")),
        sa.CheckConstraint("\"state\" IN ('counted', 'withdrawn', 'replaced')", name=op.f("ck_watcher_state_listed")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_watcher_batch_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["batch.id"], name=op.f("fk_watcher_replaced_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["spelling_id"], ["spelling.id"], name=op.f("fk_watcher_spelling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watcher")),
    )
    op.create_index(op.f("ix_watcher_batch_id"), "watcher", ["batch_id"], unique=False)
    op.create_index(op.f("ix_watcher_replaced_by"), "watcher", ["replaced_by"], unique=False)
    op.create_index(op.f("ix_watcher_spelling_id"), "watcher", ["spelling_id"], unique=False)
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
    op.create_table(
        "record_place",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("place_status", sa.String(length=24), nullable=False),
        sa.Column("kode", sa.String(length=13), server_default="", nullable=False),
        sa.Column("match_by", sa.String(length=24), server_default="", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("spelling_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "\"match_by\" IN ('', 'code', 'name', 'alias', 'spelling', 'decision')",
            name=op.f("ck_record_place_match_by_listed"),
        ),
        sa.CheckConstraint(
            "\"place_status\" IN ('matched', 'review', 'outside', 'unknown', 'empty')",
            name=op.f("ck_record_place_place_status_listed"),
        ),
        sa.CheckConstraint(
            "\"role\" IN ('document', 'residence', 'recruitment', 'transit', 'exploitation')",
            name=op.f("ck_record_place_role_listed"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["record.id"], name=op.f("fk_record_place_record_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["spelling_id"], ["spelling.id"], name=op.f("fk_record_place_spelling_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_place")),
        sa.UniqueConstraint("record_id", "role", name=op.f("uq_record_place_record_id")),
    )
    op.create_index(op.f("ix_record_place_spelling_id"), "record_place", ["spelling_id"], unique=False)
