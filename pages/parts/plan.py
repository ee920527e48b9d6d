"""Plan against actual: targets, the city's own plan, the required pace, a forecast, and every delay."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.pace import forecast, needed_pace, plan_of, slips, starts, target_day
from geo.measures.rollout import bounds_course
from geo.present.pace import pace_sentences, plan_chart, slip_table
from pages.shell.address import LAST_DAY
from pages.shell.caches import cached
from pages.shell.frame import stages_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    import pandas as pd

    from geo.measures.pace import Forecast
    from geo.measures.rollout import Rollout
    from geo.release.released import Released
    from pages.shell.view import Shell


def _forecast(seen: Released, on: date, known_on: date | None, by: date) -> Forecast | None:
    return forecast(starts(seen.rollout, seen.areas, on=on, known_on=known_on), on=on, by=by)


def _bounds(seen: Released, on: date, known_on: date | None) -> pd.DataFrame:
    return bounds_course(seen.rollout, seen.areas, until=on, known_on=known_on)


def draw(shell: Shell, reached: Rollout) -> None:
    """Target day for all starts, the pace it requires, and how well the plan is kept."""
    words, view, seen = shell.words, shell.view, shell.released()
    areas = seen.areas
    first = min(target_day(reached), LAST_DAY)
    by = st.date_input(
        words("pace.by"),
        first,
        format="DD/MM/YYYY",
        min_value=min(date(2018, 1, 1), first),
        max_value=LAST_DAY,
        key="rollout.by",
    )
    begun = starts(seen.rollout, areas, on=view.on, known_on=view.known)
    planned = plan_of(seen.rollout, areas, known_on=view.known)
    needed = needed_pace(len(reached.known), len(areas.index), on=view.on, by=by)
    found = cached(_forecast, seen, view.on, view.known, by)
    for said in pace_sentences(reached, needed, found, areas, words, by=by):
        st.markdown(said)
    bounds = cached(_bounds, seen, view.on, view.known)
    st.altair_chart(plan_chart(bounds, planned, found, reached, words, note=stages_note(shell)))
    st.caption(words("plan.chart.how"))
    st.subheader(words("slip.title"))
    table = slip_table(slips(planned, begun, on=view.on), areas, words)
    if table.empty:
        st.caption(words("slip.none"))
    else:
        draw_table(table)
