"""Ringkasan: where prevention is needed, and where Community Watch already stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.city import city
from geo.measures.figures import Measure
from geo.measures.rollout import rollout
from geo.present.classes import classify
from geo.present.legend import legend
from geo.present.numbers import key_numbers, notes
from geo.present.overview import need_and_coverage, profile
from geo.present.tables import facts

if TYPE_CHECKING:
    from pages.shell import Shell


_MEASURES = (Measure.VICTIMS, Measure.CASES, Measure.WATCHERS)


def page(shell: Shell) -> None:
    """The map of need and coverage, the few numbers that matter, and the same facts as a table."""
    words, view = shell.words, shell.view
    st.title(words("overview.title", city=shell.areas.city))
    shell.banner()
    if shell.is_empty:
        shell.what_to_bring()
    seen = shell.released()
    reached = rollout(seen.rollout, seen.areas, on=view.on)
    row = st.container(horizontal=True, horizontal_alignment="distribute")
    for number in key_numbers(seen, city(seen), reached, words):
        with row.container(width=150, gap=None):
            st.metric(
                number.label, number.value, number.change, delta_color="off", delta_arrow="off", help=number.help
            )
            st.caption(number.source)
    st.markdown(words("overview.question", period=str(view.period)))
    _map_and_table(shell)
    for note in notes(seen, reached, words):
        st.markdown(f"- {note}")
    st.caption(words("overview.source", period=str(view.period), day=words.day(view.on)))
    shell.footer()


@st.fragment
def _map_and_table(shell: Shell) -> None:
    """What changes with the measure and the chosen kelurahan; the rest of the page is not sent again for it."""
    words, view, seen = shell.words, shell.view, shell.released()
    stages = rollout(seen.rollout, seen.areas, on=view.on).stages
    figures = shell.measured(seen, _MEASURES)
    wide, narrow = st.columns([7, 3])
    with wide:
        shell.draw_map(
            need_and_coverage(
                seen, stages, figures, words, note=shell.note(), selected=view.kelurahan, tiles=shell.tiles()
            )
        )
    with narrow:
        classes, _ = classify(figures)
        st.html(legend(words(f"measure.{figures.measure}"), classes, stages["stage"], words))
        shell.kelurahan_control()
        _chosen(shell, profile(seen, stages, view.kelurahan, words) if view.kelurahan else [])
    st.info(words("overview.papers"), icon=":material/info:")
    st.subheader(words("overview.table"))
    st.table(facts(seen, stages, figures, words))


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
