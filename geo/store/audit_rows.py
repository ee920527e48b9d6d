"""Changes to existing audit rows; `note` in the engine adds rows, and nothing else writes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from geo.store.audit_chain import Head
from geo.store.schema import AUDIT

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CHUNK = 2_000
#: State of a row whose change was erased.
_ERASED = {"change": "{}", "salt": ""}


def head(connection: Connection) -> Head | None:
    """End of the chain; None while the audit is empty."""
    last = connection.execute(select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)).first()
    return Head(last.id, last.hash) if last else None


def blank(connection: Connection, which: Any) -> int:
    """Erases the change and the salt that would allow guessing it; keeps who, when, what and the hashes.

    Parameters
    ----------
    connection
        One that writes.
    which
        Condition on the rows.

    Returns
    -------
    int
        Rows whose content was erased now.
    """
    return connection.execute(update(AUDIT).where(AUDIT.c.salt != "", which).values(_ERASED)).rowcount


def blanked(connection: Connection) -> int:
    """Rows whose content was erased; every erasure records this number."""
    return int(connection.scalar(select(func.count()).where(AUDIT.c.salt == "")) or 0)


def carry(source: Connection, connection: Connection) -> None:
    """Copies the audit of a backup into a store whose audit is empty.

    Raises
    ------
    ValueError
        When the store has an audit of its own: that one is kept.
    """
    if head(connection) is not None:
        msg = "an audit is not replaced by another"
        raise ValueError(msg)
    for rows in source.execute(select(AUDIT).order_by(AUDIT.c.id)).mappings().partitions(_CHUNK):
        connection.execute(insert(AUDIT), [dict(row) for row in rows])
