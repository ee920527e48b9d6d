"""Where Community Watch is: the map of stages, statements of sources on the city, every kelurahan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.rollout import course
from geo.present.charts import timeline_chart
from geo.present.legend import legend
from geo.present.rollout import stage_map, stage_table, statement_table
from pages.shell.controls import draw_map, kelurahan_control
from pages.shell.frame import stages_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from pages.shell.view import Shell


def draw(shell: Shell, reached: Rollout) -> None:
    """Map, timeline, statements, table."""
    words, view, seen = shell.words, shell.view, shell.released()
    areas, note = seen.areas, stages_note(shell)
    wide, narrow = st.columns([7, 3])
    paint = stage_map(reached, areas, words, note=note)
    with wide:
        draw_map(shell, paint)
    with narrow:
        st.html(legend(words("rollout.legend"), paint.classes, paint.stages, words))
        kelurahan_control(shell)
    st.subheader(words("timeline.title"))
    known = course(seen.rollout, areas, until=view.on, known_on=view.known)
    st.altair_chart(timeline_chart(known, reached.series, len(areas.index), words, note=note))
    st.caption(words("timeline.how"))
    if reached.series:
        draw_table(statement_table(reached, words))
    st.subheader(words("rollout.table"))
    draw_table(stage_table(reached, areas, words))
