"""Verdicts of the chosen period: map, clusters, ranked intervals, table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.present.legend import legend
from geo.present.verdicts import (
    cluster_sentences,
    interval_chart,
    verdict_classes,
    verdict_map,
    verdict_sentence,
    verdict_table,
)
from pages.shell.caches import cached
from pages.shell.controls import draw_map, kelurahan_control
from pages.shell.figures import hotspots_of, rollout_of
from pages.shell.frame import data_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell


def draw(shell: Shell) -> None:
    """Verdict on each kelurahan, and its certainty."""
    words, view, seen = shell.words, shell.view, shell.released()
    st.markdown(words("hotspots.question", period=str(view.period)))
    found = hotspots_of(shell, seen, is_declared=shell.is_declared)
    stages, names = rollout_of(shell, seen).stages, seen.areas.names
    st.markdown(verdict_sentence(found, shell.said.names, words))
    if not shell.is_declared:
        st.caption(words("verdict.exploration"))
    wide, narrow = st.columns([7, 3])
    with wide:
        draw_map(shell, cached(verdict_map, seen, found, stages, words, note=data_note(shell)))
    with narrow:
        st.html(legend(words("verdict.legend"), verdict_classes(found)[0], stages["stage"], words))
        for said in cluster_sentences(found, shell.said.names, words):
            st.markdown(said)
        kelurahan_control(shell)
    st.caption(words("verdict.how"))
    if found.judged is not None:
        st.subheader(words("verdict.intervals"))
        st.caption(words("verdict.intervals.how"))
        st.altair_chart(interval_chart(found, names, words, note=data_note(shell)))
    st.subheader(words("verdict.table"))
    st.caption(words("verdict.table.how"))
    draw_table(cached(verdict_table, seen, found, words))
