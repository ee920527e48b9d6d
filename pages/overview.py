"""Ringkasan: where prevention is needed, and where Community Watch already stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.city import city
from geo.measures.figures import MEASURES
from geo.measures.rollout import rollout
from geo.present.classes import classify
from geo.present.legend import legend
from geo.present.numbers import key_numbers, notes
from geo.present.overview import need_and_coverage, profile
from geo.present.tables import facts
from geo.schemas import Table, required

if TYPE_CHECKING:
    from pages.shell import Shell


def page(shell: Shell) -> None:
    """The map of need and coverage, the few numbers that matter, and the same facts as a table."""
    words, view = shell.words, shell.view
    st.title(words("overview.title", city=shell.areas.city))
    shell.banner()
    if shell.is_empty:
        _what_to_bring(shell)
    seen = shell.released()
    reached = rollout(seen.rollout, seen.areas, on=view.on)
    for column, number in zip(st.columns(5), key_numbers(seen, city(seen), reached, words), strict=True):
        with column:
            st.metric(
                number.label, number.value, number.change, delta_color="off", delta_arrow="off", help=number.help
            )
            st.caption(number.source)
    st.markdown(words("overview.question", period=str(view.period)))
    _map_and_table(shell)
    for note in notes(seen, reached, words):
        st.markdown(f"- {note}")
    st.caption(words("overview.source", period=str(view.period), day=words.day(view.on)))


@st.fragment
def _map_and_table(shell: Shell) -> None:
    """What changes with the measure and the chosen kelurahan; the rest of the page is not sent again for it."""
    words, view, seen = shell.words, shell.view, shell.released()
    stages = rollout(seen.rollout, seen.areas, on=view.on).stages
    shell.measure_control()
    wide, narrow = st.columns([7, 3])
    with wide:
        shell.draw_map(
            need_and_coverage(seen, stages, view.measure, words, selected=view.kelurahan, tiles=shell.tiles())
        )
    with narrow:
        classes, _ = classify(MEASURES[view.measure](seen))
        st.html(legend(words(f"measure.{view.measure}"), classes, stages["stage"], words))
        shell.kelurahan_control()
        _chosen(shell, profile(seen, stages, view.kelurahan, words) if view.kelurahan else [])
    st.info(words("overview.papers"), icon=":material/info:")
    st.subheader(words("overview.table"))
    st.table(facts(seen, stages, view.measure, words))


def _chosen(shell: Shell, told: list[tuple[str, str]]) -> None:
    """Facts of the chosen kelurahan, or how to choose one."""
    if not told:
        st.caption(shell.words("overview.choose"))
        return
    kode = shell.view.kelurahan
    with st.container(border=True):
        st.markdown(f"**{shell.areas.names[kode]}** · {shell.areas.groups[kode]}")
        for label, text in told:
            st.markdown(f"{label}: **{text}**")


def _what_to_bring(shell: Shell) -> None:
    """The empty state of the city's own store: which files it waits for, and where."""
    words = shell.words
    with st.container(border=True):
        st.markdown(words("empty.city"))
        for table in Table:
            st.markdown(f"- `{table}.csv`: {words(f'empty.{table}')} ({', '.join(required(table))})")
