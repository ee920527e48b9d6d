"""A chain of hashes through the audit, by which a rewritten past shows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from geo.store import audit_chain

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the columns, and chains the rows that are there in their order."""
    for name, length in (("salt", 32), ("digest", 64), ("hash", 64)):
        op.add_column("audit", sa.Column(name, sa.String(length=length), server_default="", nullable=False))
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    audit = sa.table(
        "audit",
        sa.column("id", sa.Integer()),
        sa.column("at", sa.DateTime()),
        *(sa.column(name, sa.String()) for name in ("who", "act", "subject", "change", "salt", "digest", "hash")),
        sa.column("subject_id", sa.Integer()),
    )
    previous = audit_chain.START
    for row in op.get_bind().execute(sa.select(audit).order_by(audit.c.id)).all():
        salt = audit_chain.new_salt()
        digest = audit_chain.digest(salt, row.change)
        entry = audit_chain.AuditEntry(row.id, row.at, row.who, row.act, row.subject, row.subject_id)
        previous = audit_chain.chain_hash(previous, entry, digest)
        op.execute(audit.update().where(audit.c.id == row.id).values(salt=salt, digest=digest, hash=previous))
