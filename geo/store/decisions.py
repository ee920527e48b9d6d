"""Decisions by people: which kelurahan a spelling means, and which records are one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from geo.errors import DataError, Fault, Problem
from geo.store import schema
from geo.store.batches import STORED_TABLES
from geo.store.engine import note, now
from geo.terms import Act, Kind, PairState, PlaceStatus, Reason, RecordState, Right

if TYPE_CHECKING:
    from collections.abc import Container

    from sqlalchemy import Connection, Select

    from geo.places.resolve import Resolver
    from geo.store.engine import Store
    from geo.viewer import Viewer

_UNSURE = (PlaceStatus.REVIEW.value, PlaceStatus.UNKNOWN.value)


def _changed(subject: str) -> DataError:
    return DataError((Fault.of(subject, "", Problem.CHANGED_MEANWHILE),))


def answers(connection: Connection) -> dict[str, str]:
    """Answer (a kode, or `outside`) for each spelling that a person decided, by its key."""
    table = schema.DECISION
    found = connection.execute(select(table.c.key, table.c.answer).where(table.c.taken_back_at.is_(None)))
    return dict(found.all())


def standing_decisions(store: Store, viewer: Viewer) -> dict[str, str]:
    """Answer (a kode, or `outside`) for each spelling that a person decided, by its key."""
    with store.reading(viewer, Right.DECIDE) as connection:
        return answers(connection)


def decide(store: Store, viewer: Viewer, *, key: str, answer: str, why: Reason, allowed: Container[str]) -> int:
    """Records what a spelling means; applies to all present and later rows with this spelling.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who decides.
    key
        Key of the spelling.
    answer
        A kelurahan, or `outside`.
    why
        On what grounds.
    allowed
        The codes of all kelurahan.

    Returns
    -------
    int
        Number of the decision.

    Raises
    ------
    DataError
        When another person has decided it meanwhile; the first decision is kept.
    ValueError
        When the answer is not a kelurahan of the layer.
    """
    viewer.require(Right.DECIDE)
    if answer != PlaceStatus.OUTSIDE and answer not in allowed:
        msg = f"{answer!r} is no kelurahan of the layer"
        raise ValueError(msg)
    table = schema.DECISION
    values = {"key": key, "answer": answer, "why": why.value, "made_at": now(), "made_by": viewer.name}
    with store.writing(viewer, Right.DECIDE) as connection:
        try:
            with connection.begin_nested():
                made = connection.execute(insert(table).values(values))
        except IntegrityError:
            raise _changed("decision") from None
        number = int((made.inserted_primary_key or [0])[0])
        note(connection, viewer, Act.DECIDE, "decision", number, {"answer": ["", answer], "why": ["", why.value]})
    return number


def take_back_decision(store: Store, viewer: Viewer, *, number: int) -> None:
    """Takes a decision back: its rows return to the result of the resolver.

    Raises
    ------
    DataError
        When the decision is no longer active.
    """
    table = schema.DECISION
    with store.writing(viewer, Right.DECIDE) as connection:
        done = connection.execute(
            update(table)
            .where(table.c.id == number, table.c.taken_back_at.is_(None))
            .values(taken_back_at=now(), taken_back_by=viewer.name)
        )
        if done.rowcount != 1:
            raise _changed("decision")
        note(connection, viewer, Act.TAKE_BACK, "decision", number)


def decisions(store: Store, viewer: Viewer) -> pd.DataFrame:
    """All decisions, the newest first: the columns of the table, and `written` and `kecamatan` where still known."""
    table, spelling = schema.DECISION, schema.SPELLING
    query = (
        select(table, spelling.c.written, spelling.c.kecamatan)
        .select_from(table.outerjoin(spelling, spelling.c.key == table.c.key))
        .order_by(table.c.id.desc())
    )
    return _read(store, viewer, query)


def _read(store: Store, viewer: Viewer, query: Select[Any]) -> pd.DataFrame:
    with store.reading(viewer, Right.DECIDE) as connection:
        found = connection.execute(query)
        return pd.DataFrame(found.all(), columns=list(found.keys()))


def queue(store: Store, viewer: Viewer, *, resolver: Resolver) -> pd.DataFrame:
    """Spellings that wait for a decision, most rows first.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who looks.
    resolver
        Finds the kelurahan that a spelling may mean.

    Returns
    -------
    DataFrame
        `key`, `written`, `kecamatan`, `kind`, `role`, `rows`, and `candidates` from the resolver.
    """
    with store.reading(viewer, Right.DECIDE) as connection:
        waiting = _waiting(connection)
    found = resolver.resolve(names=waiting["written"].astype("str"), kecamatan=waiting["kecamatan"].astype("str"))
    return waiting.assign(candidates=found["candidates"])


def _waiting(connection: Connection) -> pd.DataFrame:
    """Spellings that wait for a decision, by kind and role."""
    spelling, decision = schema.SPELLING, schema.DECISION
    decided = select(decision.c.id).where(decision.c.key == spelling.c.key, decision.c.taken_back_at.is_(None))
    found = []
    for kind, stored in STORED_TABLES.items():
        place = schema.RECORD_PLACE if kind is Kind.CASES else stored
        role = place.c.role if kind is Kind.CASES else None
        named = [spelling.c.key, spelling.c.written, spelling.c.kecamatan, *([role] if role is not None else [])]
        source = place.join(spelling, spelling.c.id == place.c.spelling_id)
        if kind is Kind.CASES:
            source = source.join(stored, stored.c.id == place.c.record_id)
        query = (
            select(*named, func.count().label("rows"))
            .select_from(source)
            .where(
                place.c.place_status.in_(_UNSURE),
                stored.c.state == RecordState.COUNTED.value,
                ~decided.exists(),
            )
            .group_by(*named)
        )
        rows = connection.execute(query)
        found.append(pd.DataFrame(rows.all(), columns=list(rows.keys())).assign(kind=kind.value))
    columns = ["key", "written", "kecamatan", "kind", "role", "rows"]
    frame = pd.concat(
        [one.reindex(columns=columns) for one in found if not one.empty] or [pd.DataFrame(columns=columns)]
    )
    frame["role"] = frame["role"].fillna("")
    return frame.sort_values(["rows", "key", "kind", "role"], ascending=[False, True, True, True], ignore_index=True)


def refused_spellings(store: Store, viewer: Viewer) -> pd.DataFrame:
    """Places that wait for a decision and have no stored spelling: `batch_id`, `row_number`, `role`, `record_id`."""
    record, place = schema.RECORD, schema.RECORD_PLACE
    query = (
        select(record.c.batch_id, record.c.row_number, place.c.role, record.c.id.label("record_id"))
        .select_from(place.join(record, record.c.id == place.c.record_id))
        .where(
            place.c.place_status.in_(_UNSURE),
            place.c.spelling_id.is_(None),
            record.c.state == RecordState.COUNTED.value,
        )
        .order_by(record.c.batch_id, record.c.row_number)
    )
    return _read(store, viewer, query)


def pairs_to_judge(store: Store, viewer: Viewer, *, state: PairState | None = PairState.OPEN) -> pd.DataFrame:
    """Pairs of records that may be one person.

    Returns
    -------
    DataFrame
        `id`, `version`, `state`, `decided_by`, `earlier_id`, `later_id`, and for each side its `batch_id`,
        `row_number`, `reported_on`, `reported_precision`, `status`, `sex` and `source` as `earlier_...` and
        `later_...`.
    """
    pair = schema.PAIR
    earlier, later = schema.RECORD.alias("earlier"), schema.RECORD.alias("later")
    query = select(
        pair.c.id,
        pair.c.version,
        pair.c.state,
        pair.c.decided_by,
        pair.c.earlier_id,
        pair.c.later_id,
        *(
            side.c[name].label(f"{side.name}_{name}")
            for side in (earlier, later)
            for name in ("batch_id", "row_number", "reported_on", "reported_precision", "status", "sex", "source")
        ),
    ).select_from(pair.join(earlier, earlier.c.id == pair.c.earlier_id).join(later, later.c.id == pair.c.later_id))
    counted = RecordState.COUNTED.value
    query = query.where(earlier.c.state == counted, later.c.state == counted).order_by(pair.c.id)
    if state is not None:
        query = query.where(pair.c.state == state.value)
    return _read(store, viewer, query)


def judge_pair(store: Store, viewer: Viewer, *, number: int, version: int, state: PairState) -> None:
    """Decides whether two records are one person; if they are, the later one no longer counts.

    Raises
    ------
    DataError
        When another person has changed it meanwhile.
    """
    pair = schema.PAIR
    with store.writing(viewer, Right.DECIDE) as connection:
        done = connection.execute(
            update(pair)
            .where(pair.c.id == number, pair.c.version == version)
            .values(state=state.value, decided_at=now(), decided_by=viewer.name, version=pair.c.version + 1)
        )
        if done.rowcount != 1:
            raise _changed("pair")
        later = connection.scalar(select(pair.c.later_id).where(pair.c.id == number))
        note(connection, viewer, Act.LINK, "record", later, {"pair": number, "state": state.value})
