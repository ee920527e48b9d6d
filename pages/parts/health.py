"""Health of Community Watch: the board, the call list, neighbours, every kelurahan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.measures.health import active_neighbours, calls
from geo.measures.pace import Slip, plan_of, slips, starts
from geo.present.health import (
    beside_table,
    board,
    call_table,
    health_map,
    health_row,
    health_sentence,
    health_table,
    rules_text,
)
from geo.present.legend import legend
from pages.shell.controls import draw_map, facts_box, kelurahan_control
from pages.shell.figures import watches_of
from pages.shell.frame import data_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from geo.terms import Health
    from pages.shell.view import Shell

#: Most names in one column of the board.
_MOST = 12


def draw(shell: Shell, reached: Rollout) -> None:
    """Map and board by health, then the call list, neighbours, and the table."""
    words, view, seen = shell.words, shell.view, shell.released()
    areas, found = seen.areas, watches_of(shell, seen, known_on=view.known)
    st.markdown(health_sentence(found, shell.said, words))
    wide, narrow = st.columns([7, 3])
    paint = health_map(found, reached, areas, words, note=data_note(shell))
    with wide:
        draw_map(shell, paint)
    with narrow:
        st.html(legend(words("table.health"), paint.classes, paint.stages, words))
        kelurahan_control(shell)
        if view.kelurahan:
            facts_box(shell, health_row(found, view.kelurahan, words))
    _board(shell, board(found, shell.said))
    late = slips(
        plan_of(seen.rollout, areas, known_on=view.known),
        starts(seen.rollout, areas, on=view.on, known_on=view.known),
        on=view.on,
    )
    called = calls(found, shell.settings.health, overdue=late.index[late["slip"].eq(Slip.OVERDUE)])
    st.subheader(words("call.title", n=len(called)))
    if called:
        draw_table(call_table(called, areas, words))
    else:
        st.caption(words("call.none"))
    st.subheader(words("beside.title"))
    st.caption(words("beside.how"))
    around = active_neighbours(found, shell.next_to)
    next_door = beside_table(around, found, areas, words)
    if len(next_door):
        draw_table(next_door)
    st.subheader(words("health.table"))
    draw_table(health_table(found, areas, words))
    with st.expander(words("health.rules")):
        st.markdown(words("health.rules.source"))
        for state, rule in rules_text(shell.settings.health, words):
            st.markdown(f"- **{state}**: {rule}")


def _board(shell: Shell, columns: dict[Health, list[str]]) -> None:
    """One column per state, one name per line."""
    words = shell.words
    st.subheader(words("board.title"))
    for place, (state, names) in zip(st.columns(len(columns)), columns.items(), strict=True):
        with place.container(border=True):
            st.markdown(f"**{words(f'health.{state}')}** ({len(names)})")
            st.markdown("  \n".join(names[:_MOST]) or "\N{EN DASH}")
            if len(names) > _MOST:
                st.caption(words("board.more", n=len(names) - _MOST))
