"""Catatan: one record by hand - entered, corrected, withdrawn - and the statement that there were no cases."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.present.reviews import history_table, place_text, record_text
from geo.store import records
from geo.store.batches import batches
from geo.terms import AgeGroup, PlaceStatus, Precision, RecordState, Right, Sex, Status
from pages.parts.coverage import coverage_form
from pages.shell.controls import do, with_now
from pages.shell.frame import desk_note

if TYPE_CHECKING:
    from pages.shell.view import Shell

_OUTSIDE = PlaceStatus.OUTSIDE.value
_EARLIEST = date(1990, 1, 1)


def page(shell: Shell) -> None:
    """Choose a record or start a new one; its form; its history; coverage."""
    words = shell.words
    st.title(words("page.record"))
    if not shell.may_work(Right.BRING):
        st.info(words("access.closed"))
        return
    if not desk_note(shell):
        return
    st.markdown(words("record.lead"))
    _record(shell)
    coverage_form(shell)


def _record(shell: Shell) -> None:
    """The form of one record, empty for a new one."""
    words, names, store, who = shell.words, shell.areas.names, shell.store, shell.who
    rows: dict[int, Any] = {}
    if not store.is_new:
        numbers = [0, *(int(one) for one in batches(store, who)["id"])]
        batch = st.selectbox(
            words("record.batch"),
            numbers,
            key="record.batch",
            format_func=lambda one: f"{words('batch.number')} {one}" if one else words("record.newest"),
        )
        rows = {int(row["id"]): row for row in records.records(store, who, batch=batch or None).to_dict("records")}
    number = st.selectbox(
        words("record.which"),
        [0, *rows],
        key="record.number",
        format_func=lambda one: record_text(rows[one], names, words) if one else words("record.new"),
    )
    found, steps = records.record(store, who, number=number) if number else ({}, [])
    if found.get("state", RecordState.COUNTED) != RecordState.COUNTED:
        st.warning(words(f"record.{found['state']}"))
    # The version is part of the key: after a change by another person the form is new.
    with st.form(f"record.{number}.{found.get('version', 0)}"):
        values, kode = _fields(shell, found)
        saved = st.form_submit_button(words("record.save" if number else "record.enter"), type="primary")
    if saved and number:
        do(
            shell,
            lambda: records.correct_record(
                store, who, number=number, version=found["version"], values=values, document_kode=kode
            ),
            words("record.saved"),
        )
    elif saved:
        do(
            shell,
            lambda: records.enter_record(store, who, values, document_kode=kode),
            words("record.entered"),
        )
    if number:
        if found["state"] == RecordState.COUNTED and st.button(words("record.withdraw")):
            do(
                shell,
                lambda: records.withdraw_record(store, who, number=number, version=found["version"]),
                words("record.withdrawn"),
            )
        st.subheader(words("record.history"))
        if steps:
            st.table(history_table(steps, words))
        else:
            st.caption(words("record.history.none", batch=str(found["batch_id"]), row=str(found["row_number"])))


def _fields(shell: Shell, found: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The fields of a record as they are in the form."""
    words, names = shell.words, shell.areas.names
    left, right = st.columns(2)
    on = None if pd.isna(found.get("reported_on")) else found["reported_on"]
    values: dict[str, Any] = {
        "reported_on": left.date_input(
            words("field.reported_on"),
            on,
            format="DD/MM/YYYY",
            min_value=min(_EARLIEST, on or _EARLIEST),
            max_value=max(date.today(), on or _EARLIEST),
        )
    }
    kode = str(found.get("document_kode") or (_OUTSIDE if found.get("place_status") == _OUTSIDE else ""))
    places = with_now(["", *names.sort_values().index, _OUTSIDE], kode)
    label = words("field.document_place")
    at, told = places.index(kode), partial(place_text, names=names, words=words)
    chosen = right.selectbox(label, places, index=at, format_func=told)
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
    values["persons"] = int(
        right.number_input(words("field.persons"), min_value=1, max_value=10_000, value=int(found.get("persons", 1)))
    )
    return values, str(chosen)
