"""What becomes of the audit beside being added to (`note` in the engine): nothing else touches its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from geo.store.audit_chain import Head
from geo.store.schema import AUDIT

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CHUNK = 2_000
#: How a row stands that has lost what was changed.
_ERASED = {"change": "{}", "salt": ""}


def head(connection: Connection) -> Head | None:
    """End of the chain; None while nothing was written down."""
    last = connection.execute(select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)).first()
    return Head(last.id, last.hash) if last else None


def blank(connection: Connection, which: Any) -> int:
    """Erases what was changed, and the salt that would let it be guessed; who, when and what stay, and the hashes.

    Parameters
    ----------
    connection
        One that writes.
    which
        Condition on the rows.

    Returns
    -------
    int
        Rows that lost their content now.
    """
    return connection.execute(update(AUDIT).where(AUDIT.c.salt != "", which).values(_ERASED)).rowcount


def blanked(connection: Connection) -> int:
    """Rows that have lost their content; every erasure writes down how many there are."""
    return int(connection.scalar(select(func.count()).where(AUDIT.c.salt == "")) or 0)


def carry(source: Connection, connection: Connection) -> None:
    """Takes the audit of a copy over into a place where nothing was ever written down.

    Raises
    ------
    ValueError
        When the place has an audit of its own: that one stays.
    """
    if head(connection) is not None:
        msg = "an audit is not replaced by another"
        raise ValueError(msg)
    for rows in source.execute(select(AUDIT).order_by(AUDIT.c.id)).mappings().partitions(_CHUNK):
        connection.execute(insert(AUDIT), [dict(row) for row in rows])
