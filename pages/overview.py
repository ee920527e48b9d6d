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
from pages.shell.caches import cached
from pages.shell.controls import draw_map, facts_box, kelurahan_control, measure_control
from pages.shell.figures import figures_of, rollout_of
from pages.shell.frame import banner, data_note, footer, guarded, what_to_bring
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from geo.present.numbers import KeyNumber
    from geo.release.released import Released
    from geo.words import Words
    from pages.shell.view import Shell

_MEASURES = (Measure.VICTIMS, Measure.CASES, Measure.WATCHERS)


def page(shell: Shell) -> None:
    """The map of need and coverage, the key figures, and the same facts as a table."""
    words, view = shell.words, shell.view
    if shell.source.is_unread:
        st.title(words("overview.title", city=shell.said.city))
        banner(shell)
        return
    # People come for the map: its place is further down, but it is sent first.
    above, drawn, below = st.container(), st.container(), st.container()
    with drawn:
        _map_and_table(shell)
    seen = shell.released()
    reached = rollout_of(shell, seen)
    with above:
        st.title(words("overview.title", city=shell.said.city))
        banner(shell)
        if shell.source.is_empty:
            what_to_bring(shell)
        row = st.container(horizontal=True)
        for number in cached(_numbers, seen, reached, words):
            with row.container(width=122, gap=None):
                st.metric(
                    number.label, number.value, number.change, delta_color="off", delta_arrow="off", help=number.help
                )
                st.caption(number.source)
        st.markdown(words("overview.question", period=str(view.period)))
    with below:
        for note in cached(notes, seen, reached, words):
            st.markdown(f"- {note}")
        st.caption(words("overview.source", period=str(view.period), day=words.day(view.on)))
        footer(shell)


def _numbers(seen: Released, reached: Rollout, words: Words) -> list[KeyNumber]:
    return key_numbers(seen, city(seen), reached, words)


@st.fragment
@guarded
def _map_and_table(shell: Shell) -> None:
    """Part that changes with the measure and the chosen kelurahan; the rest of the page is not sent again."""
    words, view, seen = shell.words, shell.view, shell.released()
    stages = rollout_of(shell, seen).stages
    figures = figures_of(shell, seen, _MEASURES)
    control, middle, below = st.container(), st.container(), st.container()
    with middle:
        wide, narrow = st.columns([7, 3])
    with wide:
        draw_map(shell, cached(need_and_coverage, seen, stages, figures, words, note=data_note(shell)))
    with control:
        measure_control(shell, seen, _MEASURES)
    with narrow:
        title = words(f"measure.{figures.measure}")
        st.html(legend(title, classify(figures)[0], stages["stage"], words))
        kelurahan_control(shell)
        facts_box(shell, cached(profile, seen, stages, view.kelurahan, words) if view.kelurahan else [])
    with below:
        st.info(words("overview.papers"), icon=":material/info:")
        st.subheader(words("overview.table"))
        draw_table(cached(facts, seen, stages, figures, words))
