"""Manual entry of rollout events, and the decision between two sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.terms import Right
from pages.parts.contradictions import contradictions_control
from pages.parts.events import elsewhere_control, events_control
from pages.shell.controls import kelurahan_control

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from pages.shell.view import Shell


def draw(shell: Shell, reached: Rollout) -> None:
    """Events of the chosen kelurahan, then statements of sources on the whole city."""
    if not shell.may_work(Right.PLAN):
        return
    kelurahan_control(shell)
    if shell.view.kelurahan:
        events_control(shell, shell.view.kelurahan)
    else:
        st.caption(shell.words("overview.choose"))
    elsewhere_control(shell)
    contradictions_control(shell, [one for told in reached.series.values() for one in told])
