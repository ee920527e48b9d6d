"""Single rows by manual entry: entered, corrected, withdrawn, each with its history."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import select, update

from geo.errors import DataError, Fault, Problem
from geo.sheets.sources import known_words
from geo.store import schema
from geo.store.batches import STORED_TABLES, Added, Addition, Ready, add
from geo.store.canonical import decided, documents
from geo.store.engine import note
from geo.terms import Act, Kind, MatchBy, NikCheck, Outcome, PlaceRole, PlaceStatus, Precision, RecordState, Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from geo.store.engine import Store
    from geo.viewer import Viewer

#: Fields of a record that a person may enter and correct; the others follow from the place or belong to the store.
RECORD_FIELDS = (
    "reported_on",
    "reported_precision",
    "status",
    "sex",
    "age_group",
    "persons",
    "origin_kode",
    "source",
)
_NEWEST, _ALL = 200, 20_000
_UNPLACED = {"": PlaceStatus.EMPTY.value, "outside": PlaceStatus.OUTSIDE.value}


def _place(kode: str) -> dict[str, Any]:
    """A place that a person chose: a kelurahan, outside, or not known."""
    if kode in _UNPLACED:
        return {"place_status": _UNPLACED[kode], "kode": "", "match_by": "", "score": None}
    return {"place_status": PlaceStatus.MATCHED.value, "kode": kode, "match_by": MatchBy.CODE.value, "score": 1.0}


def one_row(kind: Kind, values: Mapping[str, Any], kode: str) -> Addition:
    """One row that a person typed in, as a separate batch.

    Parameters
    ----------
    kind
        Kind of the row.
    values
        Columns of the kind's table.
    kode
        Where: a kelurahan, `outside`, or empty.
    """
    role = PlaceRole.DOCUMENT.value if kind is Kind.CASES else ""
    place = {"row_number": 1, "role": role, **_place(kode), "key": "", "written": "", "kecamatan": ""}
    rows = pd.DataFrame([dict(values)], index=[1], dtype="object")
    ready = Ready(kind, rows, pd.DataFrame([place]), pd.Series([-1], index=[1]))
    return Addition(ready, {Outcome.ACCEPTED: 1}, by_hand=True)


def enter_record(store: Store, viewer: Viewer, values: Mapping[str, Any], *, document_kode: str) -> Added:
    """Adds one record of cases as a separate batch.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who enters it.
    values
        Some of `RECORD_FIELDS`.
    document_kode
        Kelurahan of the documents, `outside`, or empty where it is not known.

    Raises
    ------
    DataError
        When nothing is known of it, or its source is in no list.
    """
    viewer.require(Right.BRING)
    _check(values)
    values = _with_source(store, values)
    _refuse_empty(values, has_place=bool(document_kode))
    whole = {
        "reported_on": None,
        "reported_precision": Precision.DAY.value,
        "status": "",
        "sex": "unknown",
        "age_group": "unknown",
        "persons": 1,
        "origin_kode": "",
        "source": "",
        "nik_check": NikCheck.EMPTY.value,
        **values,
    }
    with store.writing(viewer, Right.BRING) as connection:
        return add(connection, viewer, one_row(Kind.CASES, whole, document_kode))


def enter_coverage(store: Store, viewer: Viewer, *, kode: str, from_on: date, to_on: date, source: str) -> Added:
    """Adds one statement that reporting covered a place and a time, so that no rows mean zero (`nihil`).

    Raises
    ------
    DataError
        When it ends before it begins, or its source is in no list.
    """
    viewer.require(Right.BRING)
    if to_on < from_on:
        raise DataError((Fault.of("coverage", "to_on", Problem.DATES_REVERSED),))
    values = _with_source(store, {"from_on": from_on, "to_on": to_on, "source": source}, form="coverage")
    with store.writing(viewer, Right.BRING) as connection:
        return add(connection, viewer, one_row(Kind.COVERAGE, values, kode))


def _with_source(
    store: Store, values: Mapping[str, Any], *, before: str = "", form: str = "record"
) -> dict[str, Any]:
    """Values with their source as a word of the list; the stored one may stay.

    Raises
    ------
    DataError
        When it is in no list.
    """
    said = values.get("source")
    if not said or said == before:
        return dict(values)
    word = known_words(store.path.parent).word("source", str(said))
    if not word:
        raise DataError((Fault.of(form, "source", Problem.UNKNOWN_SOURCE),))
    return {**values, "source": word}


#: Fields of a record that are facts, with the texts that say nothing.
_FACTS = {"reported_on": (None,), "status": ("",), "sex": ("", "unknown"), "age_group": ("", "unknown")}


def _refuse_empty(values: Mapping[str, Any], *, has_place: bool) -> None:
    """Refuses a record of which nothing is known: no place, no day and no word about the person.

    Raises
    ------
    DataError
        When it is one.
    """
    has_fact = any(values.get(name, nothing[0]) not in nothing for name, nothing in _FACTS.items())
    if not (has_place or values.get("origin_kode") or has_fact):
        raise DataError((Fault.of("record", "", Problem.NOTHING_ENTERED),))


def _check(values: Mapping[str, Any]) -> None:
    strange = set(values) - set(RECORD_FIELDS)
    if strange:
        msg = f"not to be entered by hand: {sorted(strange)}"
        raise ValueError(msg)


def record(store: Store, viewer: Viewer, *, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Current state of one record (its columns, `document_kode` and `place_status`), and its `history`.

    Raises
    ------
    KeyError
        When there is no such record.
    """
    with store.reading(viewer, Right.BRING) as connection:
        return _record(connection, number), history(connection, subject=_subject(Kind.CASES), number=number)


def _record(connection: Connection, number: int) -> dict[str, Any]:
    table, place = schema.RECORD, schema.RECORD_PLACE
    found = connection.execute(select(table).where(table.c.id == number)).mappings().first()
    if found is None:
        msg = f"no record {number}"
        raise KeyError(msg)
    joined, current = decided(place)
    document = connection.execute(
        select(current["kode"], current["place_status"])
        .select_from(joined)
        .where(place.c.record_id == number, place.c.role == PlaceRole.DOCUMENT.value)
    ).first()
    kode, status = (document.kode, document.place_status) if document else ("", PlaceStatus.EMPTY.value)
    return {**found, "document_kode": kode, "place_status": status}


def changed(subject: str) -> DataError:
    """Message to the second of two people who change a row at once; nothing was overwritten."""
    return DataError((Fault.of(subject, "", Problem.CHANGED_MEANWHILE),))


def _subject(kind: Kind) -> str:
    """Name in the audit for the rows of a kind."""
    return "record" if kind is Kind.CASES else kind.value


def correct_record(
    store: Store,
    viewer: Viewer,
    *,
    number: int,
    version: int,
    values: Mapping[str, Any],
    document_kode: str | None = None,
) -> None:
    """Changes a record, unless another person has done so since it was read.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who corrects it.
    number, version
        The record as it was read.
    values
        Some of `RECORD_FIELDS`.
    document_kode
        Like `enter_record`; None leaves it unchanged.

    Raises
    ------
    DataError
        When it was changed or withdrawn meanwhile; nothing is overwritten then. When nothing would be known of it,
        or its source is in no list.
    """
    viewer.require(Right.BRING)
    _check(values)
    with store.writing(viewer, Right.BRING) as connection:
        before = _record(connection, number)
        values = _with_source(store, values, before=before["source"])
        kept = before["document_kode"] or _written(before)
        is_moved = document_kode is not None and document_kode != kept
        # A spelling that waits for a decision is a place too.
        has_place = bool(document_kode) if is_moved else before["place_status"] != PlaceStatus.EMPTY.value
        _refuse_empty({**before, **values}, has_place=has_place)
        if (
            "reported_on" in values
            and "reported_precision" not in values
            and values["reported_on"] != before["reported_on"]
        ):
            # A corrected day is exactly known.
            values = {**values, "reported_precision": Precision.DAY.value}
        _write(connection, values, number=number, version=version)
        change = {name: [before[name], value] for name, value in values.items() if before[name] != value}
        if document_kode is not None and is_moved:
            change["document_kode"] = [before["document_kode"], document_kode]
            _move(connection, number, document_kode)
        note(connection, viewer, Act.CORRECT, _subject(Kind.CASES), number, change)


def _write(connection: Connection, values: Mapping[str, Any], *, number: int, version: int) -> None:
    """Writes values of a record that counts and is unchanged since it was read."""
    table = schema.RECORD
    done = connection.execute(
        update(table)
        .where(table.c.id == number, table.c.version == version, table.c.state == RecordState.COUNTED.value)
        .values(**values, version=table.c.version + 1)
    )
    if done.rowcount != 1:
        raise changed("record")


def _move(connection: Connection, number: int, kode: str) -> None:
    """Changes the place of a record's documents."""
    place, role = schema.RECORD_PLACE, PlaceRole.DOCUMENT.value
    where = (place.c.record_id == number, place.c.role == role)
    done = connection.execute(update(place).where(*where).values(**_place(kode), spelling_id=None))
    if not done.rowcount:
        connection.execute(place.insert().values(record_id=number, role=role, **_place(kode)))


def _written(before: Mapping[str, Any]) -> str:
    return "outside" if before["place_status"] == PlaceStatus.OUTSIDE.value else ""


#: New state of a row that is withdrawn or reinstated.
_TURNS = {
    Act.WITHDRAW: (RecordState.COUNTED, RecordState.WITHDRAWN),
    Act.REINSTATE: (RecordState.WITHDRAWN, RecordState.COUNTED),
}


def turn_row(connection: Connection, viewer: Viewer, act: Act, kind: Kind, *, number: int, version: int) -> None:
    """Withdraws or reinstates a row in the caller's transaction.

    Raises
    ------
    DataError
        When it was changed meanwhile.
    """
    table, (before, after) = STORED_TABLES[kind], _TURNS[act]
    done = connection.execute(
        update(table)
        .where(table.c.id == number, table.c.version == version, table.c.state == before.value)
        .values(state=after.value, version=table.c.version + 1)
    )
    if done.rowcount != 1:
        raise changed(_subject(kind))
    note(connection, viewer, act, _subject(kind), number)


def withdraw_record(store: Store, viewer: Viewer, *, number: int, version: int) -> None:
    """Excludes a record from all counts; it is kept, with its history, and users who may edit can see it.

    Raises
    ------
    DataError
        When it was changed or withdrawn meanwhile.
    """
    with store.writing(viewer, Right.BRING) as connection:
        turn_row(connection, viewer, Act.WITHDRAW, Kind.CASES, number=number, version=version)


def records(store: Store, viewer: Viewer, *, batch: int | None = None) -> pd.DataFrame:
    """Records to choose from, the newest 200 or those of one batch: columns of the table and of the document's place.

    Returns
    -------
    DataFrame
        The newest first; for the place of the documents `document_kode` and `place_status`.
    """
    table, document = schema.RECORD, documents()
    query = (
        select(table, document.c.kode.label("document_kode"), document.c.place_status)
        .select_from(table.outerjoin(document, document.c.record_id == table.c.id))
        .order_by(table.c.id.desc())
        .limit(_NEWEST if batch is None else _ALL)
    )
    if batch is not None:
        query = query.where(table.c.batch_id == batch)
    with store.reading(viewer, Right.BRING) as connection:
        found = connection.execute(query)
        return pd.DataFrame(found.all(), columns=list(found.keys()))


def history(connection: Connection, *, subject: str, number: int) -> list[dict[str, Any]]:
    """Changes to a row, oldest first: `at`, `who`, `act`, `change` (column: before and after)."""
    table = schema.AUDIT
    found = connection.execute(
        select(table.c.at, table.c.who, table.c.act, table.c.change)
        .where(table.c.subject == subject, table.c.subject_id == number)
        .order_by(table.c.id)
    )
    return [{**row, "change": json.loads(row["change"])} for row in found.mappings()]
