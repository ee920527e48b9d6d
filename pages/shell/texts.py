"""What Streamlit reads as Markdown, from files and forms: it stays text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.present.markdown import plain_table

if TYPE_CHECKING:
    import pandas as pd


def draw_table(table: pd.DataFrame) -> None:
    """Draw all rows of a table, every cell and heading as plain text."""
    st.table(plain_table(table))
