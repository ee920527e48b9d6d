"""Kelurahan berikutnya: which kelurahan come next, why, how certain that is, and in which wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts import next_compare, next_order, next_waves
from pages.shell.address import Step
from pages.shell.drafting import Drafting
from pages.shell.frame import banner, footer, guarded, what_to_bring

if TYPE_CHECKING:
    from pages.shell.view import Shell

_DRAWN = {Step.ORDER: next_order.draw, Step.WAVES: next_waves.draw, Step.COMPARE: next_compare.draw}


def page(shell: Shell) -> None:
    """Order of priority, waves under limits, and plans side by side; never from published editions."""
    words = shell.words
    st.title(words("page.next"))
    banner(shell)
    if shell.source.is_unread:
        return
    if shell.source.is_bound:
        # An edition hides small counts: an order from the rest would rank only what can be shown.
        st.info(words("next.closed"))
    elif shell.source.is_empty:
        what_to_bring(shell)
    else:
        _steps(shell)
    footer(shell)


@st.fragment
@guarded
def _steps(shell: Shell) -> None:
    """Part that changes with the step, the weights and the limits."""
    words = shell.words
    st.segmented_control(
        words("next.step"),
        list(Step),
        label_visibility="collapsed",
        format_func=lambda one: words(f"step.{one.name.lower()}"),
        **shell.widget("step"),
    )
    drafting = Drafting(shell)
    if drafting.is_of_other_data:
        st.warning(words("next.other_data"))
    _DRAWN[shell.view.step](shell, drafting)
