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

if TYPE_CHECKING:
    from pages.shell import Shell


def draw(shell: Shell) -> None:
    """What may be said of each kelurahan, and how sure it is."""
    words, view, seen = shell.words, shell.view, shell.released()
    st.markdown(words("hotspots.question", period=str(view.period)))
    found = shell.hotspots(seen, is_declared=shell.is_declared)
    stages, names = shell.rollout(seen).stages, seen.areas.names
    st.markdown(verdict_sentence(found, names, words))
    if not shell.is_declared:
        st.caption(words("verdict.exploration"))
    wide, narrow = st.columns([7, 3])
    with wide:
        shell.draw_map(
            shell.made(
                "verdicts",
                seen,
                lambda: verdict_map(seen, found, stages, words, note=shell.note()),
                shell.is_declared,
                view.on,
            )
        )
    with narrow:
        st.html(legend(words("verdict.legend"), verdict_classes(found)[0], stages["stage"], words))
        for said in cluster_sentences(found, names, words):
            st.markdown(said)
        shell.kelurahan_control()
    st.caption(words("verdict.how"))
    if found.judged is not None:
        st.subheader(words("verdict.intervals"))
        st.caption(words("verdict.intervals.how"))
        st.altair_chart(interval_chart(found, names, words, note=shell.note()))
    st.subheader(words("verdict.table"))
    st.caption(words("verdict.table.how"))
    st.table(shell.made("verdict_table", seen, lambda: verdict_table(seen, found, words), shell.is_declared))
