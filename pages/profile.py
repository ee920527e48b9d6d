"""Profil kelurahan: everything about one kelurahan and its neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.figures import case_figures, victims
from geo.measures.history import yearly_counts
from geo.present.charts import history_chart
from geo.present.classes import classify
from geo.present.health import health_row
from geo.present.legend import legend
from geo.present.markdown import plain_markdown
from geo.present.overview import need_and_coverage, profile
from geo.present.profile import (
    about,
    events_table,
    history_sentence,
    neighbours_sentence,
    neighbours_table,
    yearly_table,
)
from pages.shell.caches import cached
from pages.shell.controls import draw_map, kelurahan_control, search_control
from pages.shell.figures import rollout_of, watches_of
from pages.shell.frame import banner, data_note, footer
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell


def page(shell: Shell) -> None:
    """Search and map to choose a kelurahan, then its facts, its years, its neighbours and its events."""
    words, view = shell.words, shell.view
    st.title(shell.said.names[view.kelurahan] if view.kelurahan else words("profile.title"))
    banner(shell)
    if shell.source.is_unread:
        return
    seen = shell.released()
    search_control(shell)
    stages = rollout_of(shell, seen).stages
    wide, narrow = st.columns([6, 4])
    figures = cached(case_figures if seen.has_reports else victims, seen)
    with wide:
        draw_map(shell, cached(need_and_coverage, seen, stages, figures, words, note=data_note(shell)))
    with narrow:
        kelurahan_control(shell)
        if view.kelurahan:
            told = dict(
                [*about(seen, stages, view.kelurahan, words), *cached(profile, seen, stages, view.kelurahan, words)]
            )
            if seen.watch is not None:
                told |= dict(health_row(watches_of(shell, seen), view.kelurahan, words))
            for label, text in told.items():
                st.markdown(f"{label}: **{plain_markdown(text)}**")
        else:
            st.caption(words("overview.choose"))
            classes, _ = classify(figures)
            st.html(legend(words(f"measure.{figures.measure}"), classes, stages["stage"], words))
    if view.kelurahan:
        _years(shell, view.kelurahan)
        _around(shell, view.kelurahan)
    st.info(words("overview.papers"), icon=":material/info:")
    footer(shell)


def _years(shell: Shell, kode: str) -> None:
    """The kelurahan over the years."""
    words, found = shell.words, yearly_counts(shell.released_by_year(), kode)
    st.subheader(words("history.title"))
    if found.empty:
        st.caption(words("history.none"))
        return
    st.markdown(history_sentence(found, shell.said.names[kode], words))
    left, right = st.columns([6, 4])
    with left:
        st.altair_chart(history_chart(found, words, note=data_note(shell)))
    with right:
        draw_table(yearly_table(found, words))


def _around(shell: Shell, kode: str) -> None:
    """Its neighbours, and events from sources."""
    words, seen = shell.words, shell.released()
    stages = rollout_of(shell, seen).stages
    next_to = shell.next_to[kode]
    st.subheader(words("profile.neighbours"))
    st.markdown(neighbours_sentence(stages, next_to, words))
    draw_table(neighbours_table(seen, stages, next_to, words))
    st.subheader(words("profile.events"))
    events = events_table(seen, kode, words)
    if events.empty:
        st.caption(words("profile.no_events"))
    else:
        draw_table(events)
