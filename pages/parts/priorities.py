"""Method of the order of the next kelurahan, and its evaluation, on the method page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from geo.facts import planning_study
from geo.present.planning import standing_table
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell

_ORDERS = ("priority", "posterior", "count", "kecamatan", "random", "best")
#: The first and third of the waves of five: the others give the same picture.
_TOLD = (5, 15)


def priorities(shell: Shell) -> None:
    """The rule as text, its three groups, and the table of the last run of the study."""
    words, chosen = shell.words, shell.settings.priority
    st.subheader(words("method.priority"))
    st.markdown(words("method.priority.how", draws=chosen.draws))
    draw_table(standing_table(words, chosen, first=chosen.first))
    st.markdown(words("method.priority.circle"))
    st.markdown(words("method.priority.study"))
    found = planning_study()
    rows = [
        {
            words("study.column.case"): words(f"priority.case.{row['case']}", n=str(row["n"])),
            words("priority.column.first"): words.number(int(row["first"])),
            **{words(f"priority.order.{name}"): f"{words.number(row[name])} %" for name in _ORDERS},
        }
        for row in found[found["first"].isin(_TOLD)].to_dict("records")
    ]
    draw_table(pd.DataFrame(rows).set_index(words("study.column.case")))
    error, lead = (words.number(float(found[name].max())) for name in ("error", "lead_error"))
    st.caption(words("method.priority.error", error=error, lead=lead))
