"""Error rate and power of the verdicts: the study on the method page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.facts import verdict_study
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell


def study(shell: Shell) -> None:
    """Table of the last run, in percent of maps."""
    words = shell.words
    found = verdict_study()
    for column, prefix in (("case", "study.case."), ("beside", "study.beside.")):
        found[column] = [words(f"{prefix}{one}") for one in found[column]]
    for column in ("ours", "theirs"):
        found[column] = [words.number(round(one, 1)) + " %" for one in found[column]]
    found.columns = [words(f"study.column.{one}") for one in found.columns]
    st.subheader(words("method.study"))
    st.markdown(words("method.study.how"))
    draw_table(found.set_index(found.columns[0]))
