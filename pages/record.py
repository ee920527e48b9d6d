"""Catatan: one record by hand - entered, corrected, withdrawn - and the statement that there were no cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.present.faults import row_number
from geo.present.reviews import history_table, record_text
from geo.store import records
from geo.store.batches import batches
from geo.terms import RecordState, Right
from pages.parts.coverage import coverage_form
from pages.parts.record_form import is_complete, record_fields
from pages.shell.controls import do
from pages.shell.frame import desk_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.parts.record_form import Filled
    from pages.shell.view import Shell

#: Number of entered records: the next one gets a new, empty form.
_ENTERED = "record.entered"


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
    # The version is part of the key: after a change by another person the form is new, after an entry it is empty.
    with st.form(f"record.{number}.{found.get('version') or st.session_state.get(_ENTERED, 0)}"):
        filled = record_fields(shell, found)
        saved = st.form_submit_button(words("record.save" if number else "record.enter"), type="primary")
    saved = saved and is_complete(shell, filled)
    if saved and number:
        do(
            shell,
            lambda: records.correct_record(
                store, who, number=number, version=found["version"], values=filled.values, document_kode=filled.kode
            ),
            words("record.saved"),
        )
    elif saved:
        do(
            shell,
            lambda: _enter(shell, filled),
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
            draw_table(history_table(steps, words))
        else:
            st.caption(
                words(
                    "record.history.none",
                    batch=str(found["batch_id"]),
                    row=row_number(int(found["row_number"]), words),
                )
            )


def _enter(shell: Shell, filled: Filled) -> None:
    records.enter_record(shell.store, shell.who, filled.values, document_kode=filled.kode)
    st.session_state[_ENTERED] = st.session_state.get(_ENTERED, 0) + 1
