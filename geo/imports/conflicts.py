"""Conflicts between events of a file and known events: those of the store, and the embedded facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.records import timeline
from geo.sheets.prepare import WRITTEN, RowFault
from geo.store.events import counted_events
from geo.terms import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from geo.imports.outcomes import RowOutcomes
    from geo.sheets.prepare import Prepared

_KEPT = [Outcome.ACCEPTED.value, Outcome.REVIEW.value]


def refused_beside(connection: Connection, prepared: Prepared, judged: RowOutcomes) -> Prepared:
    """Rows of a file, without the events that contradict known ones; existing events are not checked again.

    Rows that already exist stay unchanged. Batches of earlier versions of this file are ignored: this file has their
    rows.

    Parameters
    ----------
    connection
        The store.
    prepared
        Rows of events.
    judged
        Outcomes of the rows.
    """
    kode = dict(zip(prepared.places["row_number"], prepared.places["kode"], strict=True))
    fresh = prepared.values[prepared.values.index.isin(judged.outcomes.index[judged.outcomes.isin(_KEPT)])]
    rows: dict[Any, dict[Any, Any]] = fresh.to_dict("index")
    file = {("file", row): {**one, "kode": kode.get(row, "")} for row, one in rows.items()}
    known = counted_events(connection, without=judged.resent)
    both: dict[Any, Mapping[Any, Any]] = {**known, **file}
    wrong = timeline.together(both)
    faults = [RowFault(row, "", *wrong["file", row][1:]) for row in rows if ("file", row) in wrong]
    return _without(prepared, faults) if faults else prepared


def _without(prepared: Prepared, faults: list[RowFault]) -> Prepared:
    bad = prepared.values.index.isin([fault.row for fault in faults])
    shown = prepared.values[bad].drop(columns=list(WRITTEN), errors="ignore")
    return replace(
        prepared,
        values=prepared.values[~bad],
        places=prepared.places[~prepared.places["row_number"].isin(prepared.values.index[bad])],
        faults=tuple(sorted((*prepared.faults, *faults), key=lambda fault: (fault.row, fault.column))),
        refused=pd.concat([prepared.refused, shown]) if len(prepared.refused) else shown,
    )
