"""Metode & sumber: meaning, source and limits of each number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from geo.facts import read_origins
from geo.measures.figures import Measure
from geo.measures.verdicts import Verdict
from geo.present.health import rules_text
from geo.terms import Denominator, Stage, State
from pages.parts.priorities import priorities
from pages.parts.study import study
from pages.shell.frame import banner, footer
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from pages.shell.view import Shell

_LIMITS = ("papers", "silence", "small", "watch", "bodies", "layer", "compare")
_GLOSSARY = ("case", "victim", "watcher", "report", "stage", "kelurahan", "cw", "gt_tppo", "tppo")


def page(shell: Shell) -> None:
    """Definitions, states, sizes, limits, glossary and sources, from the lists that the code itself uses."""
    words = shell.words
    st.title(words("page.method"))
    banner(shell)
    if not shell.settings.is_closed:
        # The embedded k says nothing about a city whose settings cannot be read.
        st.markdown(words("method.line", k=shell.settings.k))
    for title, prefix, told in (
        ("method.measures", "measure.", Measure),
        ("method.states", "state.", [one for one in State if one is not State.SHOWN]),
        ("method.denominators", "denominator.", Denominator),
        ("method.stages", "stage.", Stage),
        ("method.verdicts", "verdict.", Verdict),
    ):
        st.subheader(words(title))
        draw_table(_list(shell, prefix, told))
    st.markdown(words("method.verdicts.alike"))
    st.subheader(words("method.health"))
    st.markdown(words("health.rules.source"))
    rules = pd.DataFrame(
        rules_text(shell.settings.health, words), columns=[words("table.health"), words("method.meaning")]
    )
    draw_table(rules.set_index(words("table.health")))
    st.markdown(words("method.pace"))
    study(shell)
    priorities(shell)
    st.subheader(words("method.limits"))
    for one in _LIMITS:
        if one == "small" and shell.settings.is_closed:
            continue
        st.markdown(f"- {words(f'limit.{one}', k=shell.settings.k)}")
    st.subheader(words("method.glossary"))
    for one in _GLOSSARY:
        st.markdown(f"- **{words(f'glossary.{one}')}**: {words(f'glossary.{one}.what')}")
    st.subheader(words("method.sources"))
    for source in read_origins():
        with st.expander(source.title):
            for part in ("what", "origin", "licence", "date", "quality"):
                if getattr(source, part):
                    st.markdown(f"**{words(f'source.{part}')}**: {getattr(source, part)}")
            st.caption(", ".join(source.files))
    footer(shell)


def _list(shell: Shell, prefix: str, told: Iterable[StrEnum]) -> pd.DataFrame:
    """A closed list with the definition of each term."""
    words = shell.words
    rows = [(words(f"{prefix}{one}"), words(f"method.{prefix}{one}")) for one in told]
    return pd.DataFrame(rows, columns=[words("method.word"), words("method.meaning")]).set_index(words("method.word"))
