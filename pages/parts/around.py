"""Before and after the start of each Community Watch: a chart that proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.beforeafter import MONTHS, around_starts, left_out_around, sums
from geo.measures.pace import starts
from geo.period import Period
from geo.present.pace import around_chart, around_table, left_out_sentence
from pages.shell.frame import data_note, what_to_bring
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from pages.shell.view import Shell


def draw(shell: Shell, _: Rollout) -> None:
    """Months relative to the start, for all kelurahan together, then for each."""
    words, view = shell.words, shell.view
    st.warning(words("around.warning"))
    if not shell.source.years:
        what_to_bring(shell)
        return
    seen = shell.released(Period(shell.source.years[0], shell.source.years[-1]))
    if seen.months is None or seen.covered is None or seen.without_month is None:
        st.caption(words("around.closed"))
        return
    begun = starts(seen.rollout, seen.areas, on=view.on, known_on=view.known)
    found = around_starts(seen.months, seen.covered, seen.watch, begun)
    if found.empty:
        st.caption(words("around.none"))
        return
    st.markdown(words("around.how", n=int(found["kode"].nunique()), months=MONTHS))
    st.markdown(left_out_sentence(left_out_around(seen.without_month, begun), words))
    st.altair_chart(around_chart(found, words, note=data_note(shell)))
    draw_table(around_table(sums(found), seen.areas, words))
