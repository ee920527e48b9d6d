"""Titik rawan: which kelurahan stand out, and which only by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import compare, courses, figures, province, verdicts
from pages.shell.address import Aspect
from pages.shell.controls import aspect_control
from pages.shell.frame import banner, footer, guarded, store_told, what_to_bring

if TYPE_CHECKING:
    from pages.shell.view import Shell

_DRAWN = {
    Aspect.VERDICT: verdicts.draw,
    Aspect.MEASURE: figures.draw,
    Aspect.COMPARE: compare.draw,
    Aspect.COURSE: courses.draw,
}


def page(shell: Shell) -> None:
    """Verdicts first; then counts and rates, two periods, the trend over the years, and the province."""
    words = shell.words
    st.title(words("hotspots.title"))
    _aspects(shell)


@st.fragment
@guarded
def _aspects(shell: Shell) -> None:
    """Part that changes with the aspect, the measure and the chosen kelurahan."""
    aspect_control(shell)
    if shell.view.aspect is Aspect.PROVINCE:
        # Real and public data: the banner of the store does not apply.
        store_told(shell)
        province.draw(shell)
        return
    banner(shell)
    if shell.source.is_unread:
        return
    if shell.source.is_empty:
        what_to_bring(shell)
        return
    _DRAWN[shell.view.aspect](shell)
    st.info(shell.words("overview.papers"), icon=":material/info:")
    footer(shell)
