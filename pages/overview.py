"""Ringkasan: where prevention is needed, and where Community Watch already stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.city import city
from geo.measures.figures import Measure
from geo.present.classes import classify
from geo.present.legend import legend
from geo.present.numbers import key_numbers, notes
from geo.present.overview import need_and_coverage, profile
from geo.present.tables import facts
from pages.shell.guard import guarded

if TYPE_CHECKING:
    from pages.shell import Shell

_MEASURES = (Measure.VICTIMS, Measure.CASES, Measure.WATCHERS)


def page(shell: Shell) -> None:
    """The map of need and coverage, the few numbers that matter, and the same facts as a table."""
    words, view = shell.words, shell.view
    # The map is what people come for: its place is further down, but it is sent first.
    above, drawn, below = st.container(), st.container(), st.container()
    with drawn:
        _map_and_table(shell)
    seen = shell.released()
    reached = shell.rollout(seen)
    with above:
        st.title(words("overview.title", city=shell.areas.city))
        shell.banner()
        if shell.is_empty:
            shell.what_to_bring()
        row = st.container(horizontal=True, horizontal_alignment="distribute")
        numbers = shell.made("numbers", seen, lambda: key_numbers(seen, city(seen), reached, words), view.on)
        for number in numbers:
            with row.container(width=150, gap=None):
                st.metric(
                    number.label, number.value, number.change, delta_color="off", delta_arrow="off", help=number.help
                )
                st.caption(number.source)
        st.markdown(words("overview.question", period=str(view.period)))
    with below:
        for note in shell.made("notes", seen, lambda: notes(seen, reached, words), view.on):
            st.markdown(f"- {note}")
        st.caption(words("overview.source", period=str(view.period), day=words.day(view.on)))
        shell.footer()


@st.fragment
@guarded
def _map_and_table(shell: Shell) -> None:
    """What changes with the measure and the chosen kelurahan; the rest of the page is not sent again for it."""
    words, view, seen = shell.words, shell.view, shell.released()
    stages = shell.rollout(seen).stages
    figures = shell.figures(seen, _MEASURES)
    key = (figures.measure, view.on)
    control, middle, below = st.container(), st.container(), st.container()
    with middle:
        wide, narrow = st.columns([7, 3])
    with wide:
        paint = shell.made(
            "map", seen, lambda: need_and_coverage(seen, stages, figures, words, note=shell.note()), *key
        )
        shell.draw_map(paint)
    with control:
        shell.measure_control(seen, _MEASURES)
    with narrow:
        title = words(f"measure.{figures.measure}")
        st.html(shell.made("legend", seen, lambda: legend(title, classify(figures)[0], stages["stage"], words), *key))
        shell.kelurahan_control()
        shell.chosen(profile(seen, stages, view.kelurahan, words) if view.kelurahan else [])
    with below:
        st.info(words("overview.papers"), icon=":material/info:")
        st.subheader(words("overview.table"))
        st.table(shell.made("facts", seen, lambda: facts(seen, stages, figures, words), *key))
