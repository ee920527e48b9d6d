"""Form of one record: its fields, and what must be filled in or said to be unknown."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import streamlit as st

from geo.present.reviews import place_text
from geo.terms import AgeGroup, PlaceStatus, Precision, Sex, Status
from pages.shell.controls import with_now

if TYPE_CHECKING:
    from pages.shell.view import Shell

_OUTSIDE = PlaceStatus.OUTSIDE.value
_EARLIEST = date(1990, 1, 1)


class Filled(NamedTuple):
    """What the form says.

    Parameters
    ----------
    values
        Fields of the record.
    kode
        Kelurahan of the documents, `outside`, or empty.
    missing
        Fields that are neither filled in nor said to be unknown.
    both
        Fields that are filled in and said to be unknown.
    """

    values: dict[str, Any]
    kode: str
    missing: list[str]
    both: list[str]


def record_fields(shell: Shell, found: dict[str, Any]) -> Filled:
    """Fields of a record, empty for a new one.

    Parameters
    ----------
    shell
        Words, layer.
    found
        The record; empty for a new one.
    """
    left, right = st.columns(2)
    day = _day(shell, left, found)
    kode = _place(shell, right, found)
    told = {"reported_on": day is not None, "document_place": bool(kode) or _waits(found)}
    ticks = {
        name: column.checkbox(shell.words(f"record.unknown.{name}"), value=_was_unknown(found, name))
        for column, name in ((left, "reported_on"), (right, "document_place"))
    }
    values: dict[str, Any] = {"reported_on": day, **_words(shell, left, right, found)}
    values["persons"] = int(
        right.number_input(
            shell.words("field.persons"), min_value=1, max_value=10_000, value=int(found.get("persons", 1))
        )
    )
    missing = [name for name, is_told in told.items() if not is_told and not ticks[name]]
    return Filled(values, kode, missing, [name for name, is_told in told.items() if is_told and ticks[name]])


def is_complete(shell: Shell, filled: Filled) -> bool:
    """Whether a form may be saved; otherwise the message says which fields are missing."""
    words = shell.words
    for key, names in (("record.needs", filled.missing), ("record.both", filled.both)):
        if names:
            st.error(words(key, fields=", ".join(words(f"field.{name}") for name in names)))
    return not filled.missing and not filled.both


def _waits(found: dict[str, Any]) -> bool:
    """Whether the record has a spelling that waits for a decision."""
    return found.get("place_status") in {PlaceStatus.REVIEW.value, PlaceStatus.UNKNOWN.value}


def _was_unknown(found: dict[str, Any], name: str) -> bool:
    """Whether a stored record was entered or imported without the day or the place."""
    if not found:
        return False
    if name == "reported_on":
        return bool(pd.isna(found["reported_on"]))
    return found.get("place_status") == PlaceStatus.EMPTY.value


def _day(shell: Shell, column: Any, found: dict[str, Any]) -> date | None:
    on = None if pd.isna(found.get("reported_on")) else found["reported_on"]
    chosen: date | None = column.date_input(
        shell.words("field.reported_on"),
        on,
        format="DD/MM/YYYY",
        min_value=min(_EARLIEST, on or _EARLIEST),
        max_value=max(date.today(), on or _EARLIEST),
    )
    return chosen


def _place(shell: Shell, column: Any, found: dict[str, Any]) -> str:
    words, names = shell.words, shell.areas.names
    kode = str(found.get("document_kode") or (_OUTSIDE if found.get("place_status") == _OUTSIDE else ""))
    places = with_now(["", *names.sort_values().index, _OUTSIDE], kode)
    told = partial(place_text, names=names, words=words)
    chosen = column.selectbox(words("field.document_place"), places, index=places.index(kode), format_func=told)
    return str(chosen)


def _words(shell: Shell, left: Any, right: Any, found: dict[str, Any]) -> dict[str, str]:
    words = shell.words
    values: dict[str, str] = {}
    for column, name, called, listed, usual in (
        (left, "reported_precision", "precision", Precision, Precision.DAY),
        (left, "status", "status", ["", *Status], ""),
        (right, "sex", "sex", Sex, Sex.UNKNOWN),
        (left, "age_group", "age_group", AgeGroup, AgeGroup.UNKNOWN),
    ):
        offered, now = [str(one) for one in listed], str(found.get(name, usual))
        options = with_now(offered, now)
        said = {one: words(f"{called}.{one}") if one in offered else one for one in options if one} | {"": "-"}
        at = options.index(now)
        values[name] = column.selectbox(words(f"field.{name}"), options, index=at, format_func=said.__getitem__)
    return values
