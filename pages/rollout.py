"""Perluasan CW: how far Community Watch is, and who says so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.rollout import course
from geo.present.charts import timeline_chart
from geo.present.legend import legend
from geo.present.rollout import rollout_sentence, stage_map, stage_table, statement_table

if TYPE_CHECKING:
    from pages.shell import Shell

_FROM = date(2017, 1, 1)


def page(shell: Shell) -> None:
    """Stages on a day, the sourced events up to it, and what was reached against the published target."""
    words, view, seen = shell.words, shell.view, shell.released()
    areas = seen.areas
    st.title(words("rollout.title"))
    shell.banner()
    today = max(date.today(), view.on)
    st.slider(words("filter.on"), min(_FROM, view.on), today, format="DD/MM/YYYY", **shell.widget("on", at=".slider"))
    reached = shell.rollout(seen)
    row = st.container(horizontal=True)
    numbers = (len(reached.known), reached.at_least, reached.at_most)
    for name, number in zip(("known", "least", "most"), numbers, strict=True):
        with row.container(width=180):
            value = words("number.reached.of", count=number, of=len(areas.index))
            st.metric(words(f"rollout.{name}"), value, help=words(f"rollout.{name}.help"))
    st.markdown(rollout_sentence(reached, areas, words))
    wide, narrow = st.columns([7, 3])
    note = words("banner.stages")
    paint = stage_map(reached, areas, words, note=note)
    with wide:
        shell.draw_map(paint)
    with narrow:
        st.html(legend(words("rollout.legend"), paint.classes, paint.stages, words))
        shell.kelurahan_control()
    st.subheader(words("timeline.title"))
    known = course(seen.rollout, areas, until=view.on)
    st.altair_chart(timeline_chart(known, reached.published, len(areas.index), words, note=note))
    st.markdown(words("rollout.unknown"))
    if reached.published:
        st.table(statement_table(reached, words))
    st.subheader(words("rollout.table"))
    st.table(stage_table(reached, areas, words))
    shell.footer()
