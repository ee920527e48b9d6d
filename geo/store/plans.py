"""The city's plan: planned events in a separate batch, taken back together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import select

from geo.errors import DataError, Fault, Problem
from geo.sheets.sources import known_words
from geo.store import schema
from geo.store.batches import Addition, Ready, add, undo_rows
from geo.store.events import EMPTY_EVENT, as_stored, refusal, wrong_fields
from geo.store.scenarios import attach_plan
from geo.terms import BatchState, Claim, Kind, MatchBy, Outcome, PlaceStatus, Right, Stage

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from geo.sheets.sources import KnownWords
    from geo.store.engine import Store
    from geo.store.scenarios import Scenario
    from geo.viewer import Viewer

#: Name of the mapping that marks the batch of the city's plan.
PLAN = "rencana"


def plans(store: Store, viewer: Viewer) -> list[int]:
    """Batches of the city's plan, the newest first; those taken back are left out."""
    with store.reading(viewer, Right.PLAN) as connection:
        return _standing(connection)


def _standing(connection: Connection) -> list[int]:
    table = schema.BATCH
    query = select(table.c.id).where(*_is_plan(), table.c.state == BatchState.STANDING.value)
    return [int(one) for one in connection.scalars(query.order_by(table.c.id.desc()))]


def _is_plan() -> tuple[Any, ...]:
    table = schema.BATCH
    # A plan has no import mapping: an import with a mapping of this name is not a plan.
    return (table.c.kind == Kind.ROLLOUT.value, table.c.by_hand, table.c.mapping == PLAN)


def enter_plan(
    store: Store,
    viewer: Viewer,
    scenario: Scenario,
    waves: Mapping[str, date],
    *,
    source: str,
    recorded_on: date,
    allowed: Container[str],
) -> int:
    """Makes a saved plan the city's plan and replaces the previous one: one batch, one planned event per kelurahan.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who plans.
    scenario
        The saved plan, as it was read.
    waves
        Planned day on which Community Watch becomes active, by kelurahan.
    source
        Body that made the plan.
    recorded_on
        The day on which it was made.
    allowed
        The codes of all kelurahan.

    Returns
    -------
    int
        Number of the batch.

    Raises
    ------
    DataError
        When the source is none that may be stored, or the saved plan was changed or withdrawn meanwhile.
    ValueError
        When nothing is planned, or a planned kelurahan is not in the layer.
    """
    viewer.require(Right.PLAN)
    strange = [kode for kode in waves if kode not in allowed]
    if strange or not waves:
        msg = f"no plan for {strange or 'nothing'}"
        raise ValueError(msg)
    addition = _addition(waves, known_words(store.path.parent), source=source, recorded_on=recorded_on)
    with store.writing(viewer, Right.PLAN) as connection:
        # Read under the writer's lock: two people who do it at once leave one plan.
        for before in _standing(connection):
            undo_rows(connection, viewer, before)
        batch = add(connection, viewer, addition).batch
        attach_plan(connection, viewer, number=scenario.id, version=scenario.version, batch=batch)
    return batch


def _addition(waves: Mapping[str, date], known: KnownWords, *, source: str, recorded_on: date) -> Addition:
    """Planned events of a plan.

    Raises
    ------
    DataError
        When the source is in no list, and is no host and no decree.
    """
    event = {
        **EMPTY_EVENT,
        "stage": Stage.ACTIVE.value,
        "claim": Claim.TARGET.value,
        "source": source.strip(),
        "source_on": recorded_on,
        "recorded_on": recorded_on,
    }
    event = as_stored(event, known)
    wrong = wrong_fields({**event, "on": recorded_on}, known)
    if wrong:
        raise refusal(wrong)
    numbers = range(1, 1 + len(waves))
    rows = pd.DataFrame([{**event, "on": on} for on in waves.values()], index=numbers, dtype="object")
    place = {
        "role": "",
        "place_status": PlaceStatus.MATCHED.value,
        "match_by": MatchBy.CODE.value,
        "score": 1.0,
        "key": "",
        "written": "",
        "kecamatan": "",
    }
    places = pd.DataFrame(
        [{**place, "row_number": number, "kode": kode} for number, kode in zip(numbers, waves, strict=True)]
    )
    ready = Ready(Kind.ROLLOUT, rows, places, pd.Series(-1, index=numbers))
    return Addition(ready, {Outcome.ACCEPTED: len(waves)}, mapping=PLAN, by_hand=True)


def undo_plan(store: Store, viewer: Viewer, *, batch: int) -> None:
    """Takes the city's plan back; a user with the planning right only may not take back other batches.

    Raises
    ------
    DataError
        When it is not a plan, or was already taken back.
    """
    table = schema.BATCH
    with store.writing(viewer, Right.PLAN) as connection:
        if connection.scalar(select(table.c.id).where(table.c.id == batch, *_is_plan())) is None:
            raise DataError((Fault.of(f"batch {batch}", "", Problem.NO_SUCH_BATCH),))
        undo_rows(connection, viewer, batch)
