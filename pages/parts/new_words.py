"""New words of the city's list of sources: offered from the sheet that is open, chosen by a steward."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.sheets.sources import remember_words
from geo.terms import Right
from pages.shell.controls import tell

if TYPE_CHECKING:
    from geo.imports.run import Report
    from pages.shell.view import Shell


def new_words(shell: Shell, report: Report) -> None:
    """Texts of the open sheet that could be offices; they are shown to a steward only, and stored only if chosen."""
    if not report.offered or not shell.may_work(Right.DECIDE):
        return
    words = shell.words
    with st.expander(words("report.offered.title"), expanded=True):
        st.caption(words("report.offered.help"))
        chosen = {name: _choice(shell, name, rows) for name, rows in report.offered.items()}
        if st.button(words("report.offered.do"), disabled=not any(chosen.values()), key="data.offered.do"):
            try:
                for name, picked in chosen.items():
                    remember_words(shell.store.path.parent, shell.who, name, picked)
            except DataError as fault:
                tell(shell, fault)
            else:
                st.rerun()


def _choice(shell: Shell, name: str, rows: dict[str, int]) -> list[str]:
    """The offered words of one column that the steward picks; none at first."""
    words = shell.words
    chosen: list[str] = st.multiselect(
        words(f"report.offered.{name}"),
        list(rows),
        key=f"data.offered.{name}",
        format_func=lambda one: words("report.offered.word", word=one, rows=rows.get(one, 0)),
    )
    return chosen
