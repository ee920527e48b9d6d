"""Statements on the whole city that a person set aside: two sources contradict until a person decides.

Only counts by one body can contradict: the body is part of the key of a statement.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from geo.facts import rollout_facts
from geo.store import schema
from geo.store.canonical import mark
from geo.store.engine import note, now
from geo.store.records import changed
from geo.terms import Act, AsideWhy, RecordState, Right

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from geo.schemas import StatementKey
    from geo.store.engine import Store
    from geo.viewer import Viewer


def _is_there(connection: Connection, said: StatementKey) -> bool:
    """Whether the statement exists, embedded or in the store: free text never becomes a key."""
    facts = rollout_facts()
    if pd.notna(mark(facts, {said: said.on})["set_aside_on"]).any():
        return True
    table = schema.ROLLOUT_EVENT
    same = (table.c[name] == value for name, value in asdict(said).items())
    found = select(table.c.id).where(*same, table.c.state == RecordState.COUNTED.value).limit(1)
    return connection.scalar(found) is not None


def set_aside(store: Store, viewer: Viewer, said: StatementKey, *, why: AsideWhy) -> int:
    """Sets aside a source's statement on the city; it stays visible, and no longer bounds any figure.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who decides.
    said
        The statement.
    why
        On what grounds.

    Returns
    -------
    int
        Number of the decision.

    Raises
    ------
    DataError
        When another person has set it aside meanwhile, or it no longer exists.
    """
    values = {**asdict(said), "why": why.value, "made_at": now(), "made_by": viewer.name}
    with store.writing(viewer, Right.PLAN) as connection:
        if not _is_there(connection, said):
            raise changed("set_aside")
        try:
            with connection.begin_nested():
                made = connection.execute(insert(schema.SET_ASIDE).values(values))
        except IntegrityError:
            raise changed("set_aside") from None
        number = int((made.inserted_primary_key or [0])[0])
        note(connection, viewer, Act.SET_ASIDE, "set_aside", number, {**asdict(said), "why": why.value})
    return number


def take_back_set_aside(store: Store, viewer: Viewer, *, number: int) -> None:
    """Makes a statement that was set aside valid again.

    Raises
    ------
    DataError
        When it is no longer set aside.
    """
    table = schema.SET_ASIDE
    with store.writing(viewer, Right.PLAN) as connection:
        done = connection.execute(
            update(table)
            .where(table.c.id == number, table.c.taken_back_at.is_(None))
            .values(taken_back_at=now(), taken_back_by=viewer.name)
        )
        if done.rowcount != 1:
            raise changed("set_aside")
        note(connection, viewer, Act.TAKE_BACK, "set_aside", number)


def set_asides(store: Store, viewer: Viewer) -> pd.DataFrame:
    """All such decisions, the newest first: the columns of the table; an active one has no `taken_back_at`."""
    table = schema.SET_ASIDE
    with store.reading(viewer, Right.PLAN) as connection:
        found = connection.execute(select(table).order_by(table.c.id.desc()))
        return pd.DataFrame(found.all(), columns=list(found.keys()), dtype="object")
