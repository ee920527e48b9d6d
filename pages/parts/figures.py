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

if TYPE_CHECKING:
    from pages.shell import Shell

_MEASURES = (Measure.CASES, Measure.VICTIMS, Measure.CASE_RATE, Measure.SMOOTH_RATE)


def draw(shell: Shell) -> None:
    """What changes with the measure, the denominator and the chosen kelurahan."""
    words, view, seen = shell.words, shell.view, shell.released()
    st.markdown(words("hotspots.figures", period=str(view.period)))
    stages = shell.rollout(seen).stages
    mapped = shell.figures(seen, _MEASURES)
    key = (mapped.measure, view.denominator, view.on)
    control, middle = st.container(), st.container()
    with middle:
        wide, narrow = st.columns([7, 3])
    with wide:
        shell.draw_map(
            shell.made("map", seen, lambda: need_and_coverage(seen, stages, mapped, words, note=shell.note()), *key)
        )
    with control:
        shell.measure_control(seen, _MEASURES)
    with narrow:
        st.html(legend(words(f"measure.{mapped.measure}"), classify(mapped)[0], stages["stage"], words))
        if mapped.denominator is not None:
            st.caption(f"{unit(mapped, words)}. {words('rate.not_a_risk')}")
        shell.kelurahan_control()
    found = None
    if not seen.has_reports:
        st.caption(words("hotspots.no_reports"))
    elif seen.denominators.empty:
        st.caption(words("hotspots.no_size"))
    else:
        found = shell.made("rates", seen, lambda: rates(seen, view.denominator), view.denominator)
        st.subheader(words("funnel.title"))
        st.markdown(funnel_sentence(found, seen.areas.names, words))
        st.altair_chart(funnel_chart(found, seen.areas.names, words, note=shell.note()))
        st.caption(words("funnel.how"))
    st.subheader(words("hotspots.table"))
    st.caption(words("hotspots.table.how"))
    st.table(shell.made("ranking", seen, lambda: ranking(seen, mapped, found, words), *key))
