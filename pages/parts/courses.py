"""The trend over the years, and currently emerging clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.hotspots import courses_of, emerging_now
from geo.period import Period
from geo.present.pace import left_out_sentence
from geo.present.verdicts import course_table, emerging_sentence
from pages.shell.caches import cached
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    import pandas as pd

    from geo.release.released import Released
    from pages.shell.view import Shell


def _courses(seen: Released, years: tuple[Released, ...]) -> pd.DataFrame:
    return courses_of(years, seen.denominators)


def draw(shell: Shell) -> None:
    """New, rising, persistent, falling, sporadic; and on request the clusters of the last months."""
    words, years = shell.words, shell.released_by_year()
    st.markdown(words("course.question"))
    if not years or years[0].denominators.empty:
        st.caption(words("hotspots.no_size"))
        return
    seen = shell.released(Period(shell.source.years[0], shell.source.years[-1]))
    found = cached(_courses, seen, tuple(years))
    st.caption(words("course.how"))
    draw_table(course_table(found, seen.areas.names, words))
    st.subheader(words("emerging.title"))
    st.caption(words("emerging.how"))
    if seen.months is None:
        st.caption(words("emerging.closed"))
        return
    st.markdown(left_out_sentence(seen.left_out_of_months, words))
    if st.button(words("emerging.search"), key="hotspots.emerging") or st.session_state.get("hotspots.emerged"):
        st.session_state["hotspots.emerged"] = True
        now = cached(emerging_now, seen)
        alpha = shell.settings.hotspots.alpha
        names = shell.said.names
        st.markdown(words("emerging.few") if now is None else emerging_sentence(now, names, words, alpha=alpha))
