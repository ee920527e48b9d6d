"""Manual moves against the plan, with a stored reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.planning.proposal import Override, holds
from geo.present.markdown import plain_markdown
from geo.present.waves import wave_label
from geo.terms import OverrideReason

if TYPE_CHECKING:
    import pandas as pd

    from pages.shell.drafting import Drafting
    from pages.shell.view import Shell

_LONGEST = 120
#: Entry "not started" in the list of waves.
_NOT = 0


def moves_control(shell: Shell, drafting: Drafting, wave: pd.Series[int]) -> None:
    """A form to move one kelurahan, and the moves so far."""
    words, names, own = shell.words, shell.areas.names, drafting.proposal
    with st.expander(words("moves.title", n=len(own.overrides))):
        st.caption(words("moves.how"))
        offered = [kode for kode in names.sort_values().index if kode not in drafting.active]
        with st.form("next.move", clear_on_submit=True):
            one, two = st.columns(2)
            one.selectbox(
                words("filter.kelurahan"),
                offered,
                key="next.move.kode",
                format_func=lambda one: f"{names[one]} ({wave_label(wave[one], words)})",
            )
            two.selectbox(
                words("moves.to"),
                [*range(1, own.limits.waves + 1), _NOT],
                key="next.move.to",
                format_func=lambda one: wave_label(one or None, words),
            )
            one.selectbox(
                words("moves.reason"),
                list(OverrideReason),
                key="next.move.reason",
                format_func=lambda one: words(f"override_reason.{one}"),
            )
            two.text_input(
                words("moves.note"), max_chars=_LONGEST, help=words("moves.note.help"), key="next.move.note"
            )
            st.form_submit_button(words("moves.do"), on_click=_moved, args=(drafting,))
        for moved in own.overrides:
            said, way = st.columns([8, 2], vertical_alignment="center")
            where = wave_label(moved.wave, words)
            if not holds(moved, wave, own.limits.waves):
                where = words("moves.void", where=where)
            name = shell.said.names.get(moved.kode, moved.kode)
            said.markdown(f"{name}: {where}, {words(f'override_reason.{moved.reason}')}")
            if moved.note:
                said.caption(plain_markdown(moved.note))
            way.button(
                words("pin.let_go"),
                key=f"next.moved.{moved.kode}",
                on_click=drafting.override,
                args=(None, moved.kode),
            )


def _moved(drafting: Drafting) -> None:
    """Read the move from the form."""
    kode, to, reason, written = (st.session_state[f"next.move.{name}"] for name in ("kode", "to", "reason", "note"))
    drafting.override(Override(kode, to or None, reason, written.strip()), kode)
