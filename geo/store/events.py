"""Dated events of the rollout by manual entry: entered, corrected, withdrawn, reinstated, each with its history.

A correction repairs a typing error: it applies to every day on which the event was known. A change in the world is a
new event. The audit keeps both texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import select, update

from geo.errors import DataError, Fault, Problem
from geo.facts import rollout_facts
from geo.records import timeline
from geo.schemas import MOST_HOURS, holds_long_number, is_reference
from geo.sheets.sources import known_words
from geo.store import records, schema
from geo.store.batches import Added, add
from geo.store.canonical import decided
from geo.store.engine import note
from geo.terms import (
    Act,
    Claim,
    CountedAs,
    Course,
    EarlyWhy,
    Kind,
    Precision,
    RecordState,
    ReportedBy,
    Right,
    Stage,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from geo.sheets.sources import KnownWords
    from geo.store.engine import Store
    from geo.viewer import Viewer

#: Fields of an event that a person may enter; the day of entry is the day on which it became known here.
EVENT_FIELDS = (
    "stage",
    "on",
    "on_precision",
    "counted_as",
    "claim",
    "count",
    "of",
    "source",
    "source_on",
    "decree_no",
    "course",
    "hours",
    "reported_by",
    "document",
    "early_why",
)
#: Default values of the optional fields.
EMPTY_EVENT: dict[str, Any] = {
    "on_precision": Precision.DAY.value,
    "counted_as": CountedAs.CW.value,
    "claim": Claim.ACTUAL.value,
    "count": None,
    "of": None,
    "decree_no": "",
    "course": "",
    "hours": None,
    "reported_by": "",
    "document": "",
    "early_why": "",
}
_LISTED = {
    "stage": Stage,
    "on_precision": Precision,
    "counted_as": CountedAs,
    "claim": Claim,
    "course": Course,
    "reported_by": ReportedBy,
    "early_why": EarlyWhy,
}
_MAY_BE_EMPTY = ("course", "reported_by", "early_why")
_SUBJECT, _FORM = Kind.ROLLOUT.value, "event"
_MOST_COUNTED = 10_000


def events(store: Store, viewer: Viewer, *, kode: str | None = None) -> pd.DataFrame:
    """Events of the store, latest day first: those that count and those that were withdrawn.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who looks.
    kode
        Only those of this kelurahan, or of the city; all by default.

    Returns
    -------
    DataFrame
        `id`, `version`, `batch_id`, `state`, current `kode` (empty where a spelling waits for a decision),
        `recorded_on` and `EVENT_FIELDS`; of its batch `made_at` (UTC), `made_by`, `by_hand`; Python dates, None where
        unknown.
    """
    with store.reading(viewer, Right.PLAN) as connection:
        return _events(connection, kode=kode)


def codes_elsewhere(store: Store, viewer: Viewer, *, known: Container[str]) -> list[str]:
    """Codes of events that the current layer does not have, in order.

    Parameters
    ----------
    store, viewer
        Like `events`.
    known
        Codes of the layer, and of the city.
    """
    found = events(store, viewer)["kode"]
    return sorted({str(kode) for kode in found[found.ne("") & found.notna()] if kode not in known})


def _events(connection: Connection, *, kode: str | None = None) -> pd.DataFrame:
    """Like `events`, in the caller's transaction."""
    table, batch = schema.ROLLOUT_EVENT, schema.BATCH
    joined, now = decided(table)
    own = [table.c[name] for name in ("id", "version", "batch_id", "state", "recorded_on", *EVENT_FIELDS)]
    shown = [RecordState.COUNTED.value, RecordState.WITHDRAWN.value]
    query = (
        select(*own, now["kode"], batch.c.made_at, batch.c.made_by, batch.c.by_hand)
        .select_from(joined.join(batch, batch.c.id == table.c.batch_id))
        .where(table.c.state.in_(shown))
        .order_by(table.c.on.desc(), table.c.id.desc())
    )
    if kode is not None:
        query = query.where(now["kode"].element == kode)
    found = connection.execute(query)
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype="object")


def event_steps(store: Store, viewer: Viewer, *, number: int) -> list[dict[str, Any]]:
    """Changes to an event, like `geo.store.records.history`."""
    with store.reading(viewer, Right.PLAN) as connection:
        return records.history(connection, subject=_SUBJECT, number=number)


def _said(values: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Values in stored form; a stored word may be kept even if the form no longer offers it.

    Raises
    ------
    ValueError
        When a field or a word is not in the form.
    """
    strange = set(values) - set(EVENT_FIELDS)
    if strange:
        msg = f"not to be entered by hand: {sorted(strange)}"
        raise ValueError(msg)
    said = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    for name, words in _LISTED.items():
        is_as_before = before is not None and said.get(name) == before.get(name)
        if name in said and not is_as_before and not (name in _MAY_BE_EMPTY and not said[name]):
            said[name] = words(said[name]).value
    return said


def _start(event: Mapping[str, Any]) -> date | None:
    """Stored day: the first day of the month or year, where only these are known."""
    return timeline.first_day(event) if event.get("on") else None


def as_stored(event: Mapping[str, Any], known: KnownWords) -> dict[str, Any]:
    """An event with its source as it is stored; one that may not be stored stays, for `wrong_fields` to refuse."""
    source = str(event.get("source") or "")
    return {**event, "source": known.event_source(source) or source}


def wrong_fields(event: Mapping[str, Any], known: KnownWords, *, before: str = "") -> list[timeline.Wrong]:
    """Errors in single fields of an event.

    Parameters
    ----------
    event
        The event.
    known
        Words that may be stored as sources.
    before
        The source of the event as stored: it may stay even if the list no longer has it.
    """
    found: list[timeline.Wrong] = [
        (name, Problem.MISSING_VALUE, "") for name in ("on", "source", "source_on") if not event.get(name)
    ]
    source = str(event.get("source") or "")
    if source and source != before and not known.event_source(source):
        is_personal = holds_long_number(source) or "@" in source
        found.append(("source", Problem.LOOKS_PERSONAL if is_personal else Problem.UNKNOWN_SOURCE, ""))
    found += [
        (name, Problem.BAD_REFERENCE, "")
        for name in ("decree_no", "document")
        if event[name] and not is_reference(event[name])
    ]
    for name, most in (("hours", MOST_HOURS), ("count", _MOST_COUNTED), ("of", _MOST_COUNTED)):
        if event[name] is not None and not 1 <= event[name] <= most:
            found.append((name, Problem.BAD_NUMBER, ""))
    return found


def refusal(wrong: Iterable[timeline.Wrong]) -> DataError:
    """Error messages for the user who filled in the form."""
    return DataError(tuple(Fault.of(_FORM, name, problem, hint=hint) for name, problem, hint in wrong))


def counted_events(
    connection: Connection, *, kode: str | None = None, without: Container[int] = ()
) -> dict[int, Mapping[Any, Any]]:
    """Events that count, by number: of the store, and the embedded facts with negative numbers.

    Parameters
    ----------
    connection
        Of the store.
    kode
        Only those of this kelurahan; all by default.
    without
        Batches to leave out.
    """
    stored = _events(connection, kode=kode).to_dict("records")
    found: dict[int, Mapping[Any, Any]] = {
        row["id"]: row for row in stored if row["state"] == RecordState.COUNTED and row["batch_id"] not in without
    }
    for at, row in enumerate(rollout_facts().to_dict("records"), start=1):
        if kode in {None, row["kode"]}:
            found[-at] = row
    return found


def _check(
    connection: Connection,
    event: Mapping[str, Any],
    known: KnownWords,
    *,
    kode: str,
    number: int,
    today: date,
    before: str = "",
) -> None:
    """Rejects an event that is impossible, or that makes another existing event impossible.

    Raises
    ------
    DataError
        With all errors.
    """
    wrong = wrong_fields(event, known, before=before)
    if not wrong:
        others = counted_events(connection, kode=kode)
        others.pop(number, None)
        already = timeline.timeline_faults(others, today=today)
        found = timeline.timeline_faults({**others, number: {**event, "kode": kode}}, today=today)
        wrong = [one for row, told in found.items() for one in told if one not in already.get(row, [])]
    if wrong:
        raise refusal(wrong)


def enter_event(
    store: Store,
    viewer: Viewer,
    values: Mapping[str, Any],
    *,
    kode: str,
    allowed: Container[str],
    today: date,
) -> Added:
    """Adds one event as a separate batch.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who enters it.
    values
        Some of `EVENT_FIELDS`, at least `stage`, `on`, `source`, `source_on`.
    kode
        A kelurahan, or the city.
    allowed
        The codes of all kelurahan, and of the city.
    today
        The day on which it became known here.

    Raises
    ------
    DataError
        With all errors: a training before the decree without a reason, a day in the future, a source dated before the
        day it reports, an end before any beginning, a decree's number that could identify a person.
    ValueError
        When the kelurahan is not in the layer.
    """
    viewer.require(Right.PLAN)
    if kode not in allowed:
        msg = f"{kode!r} is no place of the layer"
        raise ValueError(msg)
    known = known_words(store.path.parent)
    event = as_stored({**EMPTY_EVENT, **_said(values)}, known)
    event["on"] = _start(event)
    with store.writing(viewer, Right.PLAN) as connection:
        _check(connection, event, known, kode=kode, number=0, today=today)
        return add(connection, viewer, records.one_row(Kind.ROLLOUT, {**event, "recorded_on": today}, kode))


def _event(connection: Connection, number: int) -> dict[str, Any]:
    """Current state of an event.

    Raises
    ------
    DataError
        When it no longer exists.
    """
    found = _events(connection)
    rows = found[found["id"].eq(number)].to_dict("records")
    if not rows:
        raise records.changed(_FORM)
    return {str(name): value for name, value in rows[0].items()}


def correct_event(
    store: Store, viewer: Viewer, *, number: int, version: int, values: Mapping[str, Any], today: date
) -> None:
    """Corrects an event, unless another person has changed it since it was read.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who corrects it.
    number, version
        The event as it was read.
    values
        Some of `EVENT_FIELDS`.
    today
        No stage can be reached after it.

    Raises
    ------
    DataError
        When it was changed or withdrawn meanwhile, and like `enter_event`; nothing is overwritten then.
    """
    viewer.require(Right.PLAN)
    table, known = schema.ROLLOUT_EVENT, known_words(store.path.parent)
    with store.writing(viewer, Right.PLAN) as connection:
        before = _event(connection, number)
        said = _said(values, before)
        if before["version"] != version or before["state"] != RecordState.COUNTED:
            raise records.changed(_FORM)
        if "source" in said and said["source"] != before["source"]:
            said = as_stored(said, known)
        event = {name: before[name] for name in EVENT_FIELDS} | said
        event["on"] = said["on"] = _start(event)
        kode, source = before["kode"], before["source"]
        _check(connection, event, known, kode=kode, number=number, today=today, before=source)
        connection.execute(update(table).where(table.c.id == number).values(**said, version=table.c.version + 1))
        change = {name: [before[name], value] for name, value in said.items() if before[name] != value}
        note(connection, viewer, Act.CORRECT, _SUBJECT, number, change)


def withdraw_event(store: Store, viewer: Viewer, *, number: int, version: int) -> None:
    """Excludes an event from all results; it is kept, with its history.

    Raises
    ------
    DataError
        When it was changed or withdrawn meanwhile.
    """
    with store.writing(viewer, Right.PLAN) as connection:
        records.turn_row(connection, viewer, Act.WITHDRAW, Kind.ROLLOUT, number=number, version=version)


def reinstate_event(store: Store, viewer: Viewer, *, number: int, version: int, today: date) -> None:
    """Makes a withdrawn event count again, if it is still possible.

    Raises
    ------
    DataError
        When it was changed meanwhile, and like `enter_event`.
    """
    with store.writing(viewer, Right.PLAN) as connection:
        event = _event(connection, number)
        kode, source = event["kode"], event["source"]
        _check(
            connection, event, known_words(store.path.parent), kode=kode, number=number, today=today, before=source
        )
        records.turn_row(connection, viewer, Act.REINSTATE, Kind.ROLLOUT, number=number, version=version)
