"""Perluasan CW: the progress and the state of Community Watch, with the sources."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from geo.present.rollout import rollout_numbers, rollout_sentence
from geo.present.statements import series_sentences
from geo.terms import Right, StoreName
from pages.parts import around, health, plan, recorded, stages
from pages.shell.address import Part
from pages.shell.figures import rollout_of
from pages.shell.frame import banner, footer, guarded

if TYPE_CHECKING:
    from pages.shell.view import Shell

_FROM = date(2017, 1, 1)
_DRAWN = {
    Part.STATE: stages.draw,
    Part.BOARD: health.draw,
    Part.PLAN: plan.draw,
    Part.AROUND: around.draw,
    Part.EVENTS: recorded.draw,
}


def page(shell: Shell) -> None:
    """The day and the knowledge of it, the numbers in one sentence, then the chosen part."""
    words = shell.words
    st.title(words("rollout.title"))
    banner(shell)
    if shell.source.is_unread:
        return
    view, seen = shell.view, shell.released()
    # Both widgets offer the days that an address named, whichever of the two is later.
    named = (view.on, view.known or view.on)
    first, today = min(_FROM, *named), max(date.today(), *named)
    wide, narrow = st.columns([7, 3])
    with wide:
        st.slider(words("filter.on"), first, today, format="DD/MM/YYYY", **shell.widget("on", at=".slider"))
    with narrow:
        st.date_input(
            words("filter.known"),
            format="DD/MM/YYYY",
            min_value=first,
            max_value=today,
            help=words("filter.known.help"),
            **shell.widget("known"),
        )
    reached = rollout_of(shell, seen, known_on=shell.view.known)
    row = st.container(horizontal=True)
    for body, numbers in rollout_numbers(reached, seen.areas, words):
        # A frame for each body: their numbers never share one row.
        with row.container(border=True, width="content", height="stretch"):
            st.markdown(f"**{body}**")
            inside = st.container(horizontal=True)
            for number in numbers:
                with inside.container(width=136, gap=None):
                    st.metric(number.label, number.value, help=number.help)
                    st.caption(number.source)
    st.markdown(rollout_sentence(reached, shell.said, words))
    for line in series_sentences(reached, words):
        st.caption(line)
    _parts(shell)


@st.fragment
@guarded
def _parts(shell: Shell) -> None:
    """The content that depends on the part and the chosen kelurahan."""
    words, offered = shell.words, _offered(shell)
    # A part from another viewer's address that this one may not open is replaced by the first.
    if shell.view.part not in offered:
        shell.change(part=offered[0])
    st.segmented_control(
        words("filter.part"),
        offered,
        label_visibility="collapsed",
        format_func=lambda one: words(f"part.{one.name.lower()}"),
        **shell.widget("part"),
    )
    _DRAWN[shell.view.part](shell, rollout_of(shell, shell.released(), known_on=shell.view.known))
    footer(shell)


def _offered(shell: Shell) -> list[Part]:
    """Parts this viewer may open: events need the right to plan, before and after needs every count."""
    may_edit = shell.view.store is StoreName.KOTA and shell.who.may(Right.PLAN)
    closed = {Part.EVENTS} if not may_edit else set()
    if shell.source.is_bound:
        closed |= {Part.AROUND}
    return [part for part in Part if part not in closed]
