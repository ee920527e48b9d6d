"""The course over the years, and clusters that emerge now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.hotspots import courses_of, emerging_now
from geo.period import Period
from geo.present.verdicts import course_table, emerging_sentence

if TYPE_CHECKING:
    from pages.shell import Shell


def draw(shell: Shell) -> None:
    """New, rising, persistent, falling, sporadic; and on request what emerges in the last months."""
    words, years = shell.words, shell.released_by_year()
    st.markdown(words("course.question"))
    if not years or years[0].denominators.empty:
        st.caption(words("hotspots.no_size"))
        return
    seen = shell.released_of(Period(shell.years[0], shell.years[-1]))
    found = shell.made("courses", seen, lambda: courses_of(years, seen.denominators))
    st.caption(words("course.how"))
    st.table(course_table(found, seen.areas.names, words))
    st.subheader(words("emerging.title"))
    st.caption(words("emerging.how"))
    if seen.months is None:
        st.caption(words("emerging.closed"))
        return
    if st.button(words("emerging.search"), key="hotspots.emerging") or st.session_state.get("hotspots.emerged"):
        st.session_state["hotspots.emerged"] = True
        now = shell.made("emerging", seen, lambda: emerging_now(seen))
        alpha = shell.settings.hotspots.alpha
        names = seen.areas.names
        st.markdown(words("emerging.few") if now is None else emerging_sentence(now, names, words, alpha=alpha))
