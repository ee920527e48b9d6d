"""Data: a sheet comes in as it is - columns, dry run, accept - and goes out again with one click."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.present.reports import (
    batches_table,
    places_table,
    rejected_csv,
    rejected_table,
    report_notes,
    report_sentence,
)
from geo.records.fields import FIELDS
from geo.records.mapping import Mapping, guess
from geo.terms import BatchState, Kind, Outcome

if TYPE_CHECKING:
    from geo.records.imports import Report
    from geo.records.sheets import Sheet
    from pages.shell import Shell
    from pages.shell.desk import Desk

_SHEET, _SENT, _DONE = "data.sheet", "data.sent", "data.done"


def page(shell: Shell) -> None:
    """Upload, mapping, dry run, batches, copies."""
    words, desk = shell.words, shell.desk()
    st.title(words("page.data"))
    if desk is None:
        st.info(words("desk.closed"))
        return
    st.caption(words("desk.store"))
    st.markdown(words("data.lead"))
    _import(shell, desk)
    if not desk.is_new:
        _batches(shell, desk)
        _copies(shell, desk)
    st.caption(words("data.privacy"))


def _import(shell: Shell, desk: Desk) -> None:
    """The steps of an import, one below the other."""
    words = shell.words
    sent = st.file_uploader(words("data.upload"), type=["csv", "xlsx", "ods"], help=words("data.upload.help"))
    if sent is None:
        st.session_state.pop(_SHEET, None)
        if _DONE in st.session_state:
            st.success(st.session_state[_DONE])
        return
    if st.session_state.get(_SENT) != sent.file_id:
        for key in [key for key in st.session_state if str(key).startswith("map.")]:
            del st.session_state[key]
        st.session_state.pop(_SHEET, None)
        st.session_state.pop(_DONE, None)
        st.session_state[_SENT] = sent.file_id
    try:
        if _SHEET not in st.session_state:
            st.session_state[_SHEET] = desk.open_upload(sent.name, sent.getvalue())
        sheet: Sheet = st.session_state[_SHEET]
        mapping = _mapping(shell, desk, sheet)
        prepared = desk.prepared(sheet, mapping)
        report = desk.dry_run(prepared)
    except DataError as fault:
        shell.tell(fault)
        return
    st.subheader(words("data.dry_run"))
    _told(shell, report)
    new = report.counts[Outcome.ACCEPTED] + report.counts[Outcome.REVIEW]
    if not new:
        st.info(words("data.nothing_new"))
        return
    if st.button(words("data.accept", n=new), type="primary"):
        bar = st.progress(0.0, words("data.writing"))
        try:
            done = desk.accept(prepared, lambda share: bar.progress(min(1.0, share), words("data.writing")))
        except DataError as fault:
            shell.tell(fault)
            return
        st.session_state[_DONE] = words("data.done", batch=str(done.batch), said=report_sentence(done, words))
        # What was read of persons is in no session any more.
        del st.session_state[_SHEET]
        bar.empty()
        st.success(st.session_state[_DONE])


def _mapping(shell: Shell, desk: Desk, sheet: Sheet) -> Mapping:
    """Which column is what: guessed, shown, corrected, remembered."""
    words, known = shell.words, desk.mappings()
    guessed = guess(sheet.columns, known=known)
    left, right = st.columns(2)
    kind = Kind(
        left.selectbox(
            words("data.kind"), list(Kind), index=list(Kind).index(guessed.kind),
            format_func=lambda one: words(f"kind.{one}"), key="map.kind",
        )
    )  # fmt: skip
    fitting = ["", *(name for name, one in known.items() if one.kind is kind)]
    start = guessed.name if guessed.kind is kind and guessed.name in fitting else ""
    name = right.selectbox(
        words("data.mapping"), fitting, index=fitting.index(start),
        format_func=lambda one: one or words("data.mapping.guess"), key=f"map.name.{kind}",
    )  # fmt: skip
    base = guess(sheet.columns, kind=kind, known={name: known[name]} if name else {})
    headers = ["", *sheet.columns]
    columns: dict[str, str] = {}
    with st.expander(words("data.columns", n=len(base.columns), of=len(sheet.columns)), expanded=not base.columns):
        st.caption(words("data.columns.help"))
        places = st.columns(3)
        for at, field in enumerate(FIELDS[kind]):
            chosen = places[at % 3].selectbox(
                words(f"field.{field.name}"), headers,
                index=headers.index(base.columns.get(field.name, "")),
                format_func=lambda one: one or "-", key=f"map.{kind}.{name}.{field.name}",
            )  # fmt: skip
            if chosen:
                columns[field.name] = chosen
        mapping = replace(base, columns=columns)
        _remember(shell, desk, mapping)
    return mapping


def _remember(shell: Shell, desk: Desk, mapping: Mapping) -> None:
    """Keeps the mapping as corrected, under a name of the person's own."""
    words = shell.words
    called = st.text_input(words("data.remember"), max_chars=39, key="map.called")
    if st.button(words("data.remember.do"), disabled=not called):
        try:
            desk.remember(replace(mapping, name=called))
        except DataError as fault:
            shell.tell(fault)
        else:
            st.success(words("data.remembered", name=called))


def _told(shell: Shell, report: Report) -> None:
    """What would become of the rows, in a sentence, numbers and lists."""
    words = shell.words
    st.markdown(report_sentence(report, words))
    row = st.container(horizontal=True)
    for outcome in Outcome:
        row.metric(words(f"outcome.{outcome}"), words.number(report.counts[outcome]), width=150)
    for note in report_notes(report, words):
        st.markdown(f"- {note}")
    places = places_table(report, shell.areas.names, words)
    if len(places):
        with st.expander(words("data.places", n=len(places))):
            st.dataframe(places)
    if report.faults:
        with st.expander(words("data.rejected", n=report.counts[Outcome.REJECTED]), expanded=True):
            st.dataframe(rejected_table(report, words))
            st.download_button(
                words("data.rejected.download"), rejected_csv(report, words), "ditolak.csv", "text/csv"
            )


def _batches(shell: Shell, desk: Desk) -> None:
    """What was brought, and taking it back."""
    words, listed = shell.words, desk.batches()
    st.subheader(words("data.batches"))
    st.dataframe(batches_table(listed, words))
    standing = listed.loc[listed["state"] == BatchState.STANDING, "id"].tolist()
    with st.expander(words("data.undo")):
        batch = st.selectbox(words("batch.number"), standing, key="data.undo")
        sure = st.checkbox(words("data.undo.sure"), key="data.sure")
        if st.button(words("data.undo.do"), disabled=not (sure and batch)):
            try:
                st.success(words("cli.undone", batch=str(batch), n=desk.undo(batch)))
            except DataError as fault:
                shell.tell(fault)


def _copies(shell: Shell, desk: Desk) -> None:
    """Copies of the store beside it, and putting one back."""
    words = shell.words
    st.subheader(words("data.copies"))
    st.caption(words("data.copies.help"))
    try:
        if st.button(words("data.copy.do")):
            st.success(words("cli.backed_up", file=desk.copy().name))
        copies = desk.copies
        if not copies:
            return
        with st.expander(words("data.restore")):
            chosen = st.selectbox(words("data.copy"), copies, format_func=lambda one: one.name, key="data.copy")
            sure = st.checkbox(words("data.restore.sure"), key="data.restore.sure")
            if st.button(words("data.restore.do"), disabled=not sure):
                before = desk.put_back(chosen)
                st.success(words("cli.restored", file=chosen.name))
                if before:
                    st.caption(words("cli.before", file=before.name))
    except DataError as fault:
        shell.tell(fault)
