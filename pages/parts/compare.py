"""Two periods side by side: before and from the first of January of a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.period import Period
from geo.present.legend import legend
from geo.present.verdicts import compare_sentence, compare_table, verdict_classes, verdict_map
from pages.shell.controls import draw_map
from pages.shell.figures import hotspots_of, rollout_of
from pages.shell.frame import data_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell

_HEIGHT = 430


def draw(shell: Shell) -> None:
    """Verdicts of the years before a year and of those from it on; periods are whole years, like releases."""
    words, years = shell.words, list(shell.source.years)
    if len(years) < 2:  # noqa: PLR2004 - there is no before and after in one year
        st.caption(words("compare.one_year"))
        return
    declared = min(max(shell.settings.hotspots.split_year, years[1]), years[-1])
    year = st.selectbox(
        words("compare.year"), years[1:], index=years[1:].index(declared), key="hotspots.split", format_func=str
    )
    is_declared = year == declared
    periods = (Period(years[0], year - 1), Period(year, years[-1]))
    seen = [shell.released(period) for period in periods]
    found = [hotspots_of(shell, one, is_declared=is_declared) for one in seen]
    names = seen[0].areas.names
    st.markdown(compare_sentence(found[0], found[1], shell.said.names, words))
    st.caption(words("compare.how") if is_declared else f"{words('verdict.exploration')} {words('compare.how')}")
    stages = rollout_of(shell, seen[0]).stages
    for column, at, one, judged in zip(st.columns(2), (".before", ".after"), seen, found, strict=True):
        with column:
            st.markdown(f"**{judged.counts.period}**")
            paint = verdict_map(one, judged, stages, words, note=data_note(shell))
            draw_map(shell, paint, at=at, height=_HEIGHT)
            st.html(legend(words("verdict.legend"), verdict_classes(judged)[0], stages["stage"].iloc[:0], words))
    st.subheader(words("compare.table"))
    table = compare_table(found[0], found[1], names, words)
    if table.empty:
        st.caption(words("compare.none"))
    else:
        draw_table(table)
