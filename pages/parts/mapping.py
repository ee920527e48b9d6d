"""Mapping of a file's columns, and the preview of the import."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.imports.run import mappings_folder
from geo.present.markdown import plain_markdown
from geo.present.reports import places_table, rejected_csv, rejected_table, report_notes, report_sentence
from geo.sheets.fields import FIELDS
from geo.sheets.mapping import Mapping, guess, known_mappings, remember
from geo.terms import Kind, Outcome, Right
from pages.shell.controls import file_link, tell

if TYPE_CHECKING:
    from geo.imports.run import Report
    from geo.sheets.reading import Sheet
    from pages.shell.view import Shell


def mapping_control(shell: Shell, sheet: Sheet) -> Mapping:
    """Mapping of columns: guessed, shown, corrected, saved."""
    words, known = shell.words, known_mappings(mappings_folder(shell.settings))
    guessed = guess(sheet.columns, known=known)
    left, right = st.columns(2)
    kind = Kind(
        left.selectbox(
            words("data.kind"),
            list(Kind),
            index=list(Kind).index(guessed.kind),
            format_func=lambda one: words(f"kind.{one}"),
            key="map.kind",
        )
    )
    fitting = ["", *(name for name, one in known.items() if one.kind is kind)]
    start = guessed.name if guessed.kind is kind and guessed.name in fitting else ""
    name = right.selectbox(
        words("data.mapping"),
        fitting,
        index=fitting.index(start),
        format_func=lambda one: one or words("data.mapping.guess"),
        key=f"map.name.{kind}",
    )
    base = guess(sheet.columns, kind=kind, known={name: known[name]} if name else {})
    headers = ["", *sheet.columns]
    columns: dict[str, str] = {}
    with st.expander(words("data.columns", n=len(base.columns), of=len(sheet.columns)), expanded=not base.columns):
        st.caption(words("data.columns.help"))
        places = st.columns(3)
        for at, field in enumerate(FIELDS[kind]):
            chosen = places[at % 3].selectbox(
                words(f"field.{field.name}"),
                headers,
                index=headers.index(base.columns.get(field.name, "")),
                format_func=lambda one: one or "-",
                key=f"map.{kind}.{name}.{field.name}",
            )
            if chosen:
                columns[field.name] = chosen
        mapping = replace(base, columns=columns)
        _remember(shell, mapping)
    return mapping


def _remember(shell: Shell, mapping: Mapping) -> None:
    """Save the corrected mapping under a name that the person chooses."""
    words = shell.words
    called = st.text_input(words("data.remember"), max_chars=39, key="map.called")
    if st.button(words("data.remember.do"), disabled=not called):
        try:
            remember(replace(mapping, name=called), mappings_folder(shell.settings), shell.who)
        except DataError as fault:
            tell(shell, fault)
        else:
            st.success(words("data.remembered", name=plain_markdown(called)))


def report_told(shell: Shell, report: Report) -> None:
    """Preview of the import as a sentence, numbers and lists."""
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
            label, made = words("data.rejected.download"), rejected_csv(report, words)
            file_link(shell, label, "ditolak.csv", made, "text/csv", Right.BRING)
