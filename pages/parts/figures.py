"""Counts and rates of the chosen period: map, funnel, ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.figures import Measure
from geo.measures.rates import rates
from geo.present.charts import funnel_chart
from geo.present.classes import classify
from geo.present.hotspots import funnel_sentence, ranking
from geo.present.legend import legend
from geo.present.overview import need_and_coverage, unit
from pages.shell.caches import cached
from pages.shell.controls import draw_map, kelurahan_control, measure_control
from pages.shell.figures import figures_of, rollout_of
from pages.shell.frame import data_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell

_MEASURES = (Measure.CASES, Measure.VICTIMS, Measure.CASE_RATE, Measure.SMOOTH_RATE)


def draw(shell: Shell) -> None:
    """Part that changes with the measure, the denominator and the chosen kelurahan."""
    words, view, seen = shell.words, shell.view, shell.released()
    st.markdown(words("hotspots.figures", period=str(view.period)))
    stages = rollout_of(shell, seen).stages
    mapped = figures_of(shell, seen, _MEASURES)
    control, middle = st.container(), st.container()
    with middle:
        wide, narrow = st.columns([7, 3])
    with wide:
        draw_map(shell, cached(need_and_coverage, seen, stages, mapped, words, note=data_note(shell)))
    with control:
        measure_control(shell, seen, _MEASURES)
    with narrow:
        st.html(legend(words(f"measure.{mapped.measure}"), classify(mapped)[0], stages["stage"], words))
        if mapped.denominator is not None:
            st.caption(f"{unit(mapped, words)}. {words('rate.not_a_risk')}")
        kelurahan_control(shell)
    found = None
    if not seen.has_reports:
        st.caption(words("hotspots.no_reports"))
    elif seen.denominators.empty:
        st.caption(words("hotspots.no_size"))
    else:
        found = cached(rates, seen, view.denominator)
        st.subheader(words("funnel.title"))
        st.markdown(funnel_sentence(found, shell.said.names, words))
        st.altair_chart(funnel_chart(found, seen.areas.names, words, note=data_note(shell)))
        st.caption(words("funnel.how"))
    st.subheader(words("hotspots.table"))
    st.caption(words("hotspots.table.how"))
    draw_table(cached(ranking, seen, mapped, found, words))
