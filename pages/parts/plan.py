"""Plan against actual: targets, the city's own plan, the pace needed, a forecast, and every slip."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.pace import forecast, needed_pace, plan_of, slips, starts
from geo.measures.rollout import bounds_course
from geo.present.pace import pace_sentences, plan_chart, slip_table
from geo.present.rollout import target_sentences

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from pages.shell import Shell

#: The last day of the published target.
_BY = date(2020, 12, 31)


def draw(shell: Shell, reached: Rollout) -> None:
    """The day by which all shall have begun, what that takes, and how the plan is kept."""
    words, view, seen = shell.words, shell.view, shell.released()
    areas = seen.areas
    for said in target_sentences(reached, words):
        st.markdown(said)
    first = _BY if view.on < _BY else date(view.on.year + 2, 12, 31)
    by = st.date_input(
        words("pace.by"),
        first,
        format="DD/MM/YYYY",
        min_value=date(2018, 1, 1),
        max_value=date(2100, 12, 31),
        key="rollout.by",
    )
    begun = starts(seen.rollout, areas, on=view.on, known_on=view.known)
    planned = plan_of(seen.rollout, areas, known_on=view.known)
    needed = needed_pace(len(reached.known), len(areas.index), on=view.on, by=by)
    found = shell.made("forecast", seen, lambda: forecast(begun, on=view.on, by=by), view.on, view.known, by)
    for said in pace_sentences(reached, needed, found, areas, words, by=by):
        st.markdown(said)
    bounds = shell.made(
        "bounds",
        seen,
        lambda: bounds_course(seen.rollout, areas, until=view.on, known_on=view.known),
        view.on,
        view.known,
    )
    st.altair_chart(plan_chart(bounds, planned, found, reached, words, note=shell.stages_note()))
    st.caption(words("plan.chart.how"))
    st.subheader(words("slip.title"))
    table = slip_table(slips(planned, begun, on=view.on), areas, words)
    if table.empty:
        st.caption(words("slip.none"))
    else:
        st.table(table)
