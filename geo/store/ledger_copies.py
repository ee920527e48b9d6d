"""Copies of the ledgers of editions in the store: every backup holds them, and every restore brings them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from geo.store.schema import LEDGER_COPY

if TYPE_CHECKING:
    from sqlalchemy import Connection


def keep_ledger(connection: Connection, name: str, content: str) -> None:
    """Replace the copy of a ledger."""
    connection.execute(delete(LEDGER_COPY).where(LEDGER_COPY.c.name == name))
    connection.execute(insert(LEDGER_COPY).values(name=name, content=content))


def kept_ledger(connection: Connection, name: str) -> str:
    """Copy of a ledger; empty if there is none."""
    return connection.scalar(select(LEDGER_COPY.c.content).where(LEDGER_COPY.c.name == name)) or ""


def take_over_ledgers(copy: Connection, connection: Connection) -> None:
    """Take the ledgers of another store, where they continue one's own; a ledger never gets shorter."""
    for name, content in copy.execute(select(LEDGER_COPY.c.name, LEDGER_COPY.c.content)):
        if content.startswith(kept_ledger(connection, name)):
            keep_ledger(connection, name, content)
