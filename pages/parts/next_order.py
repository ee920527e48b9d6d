"""The order of priority: weights, map, the first kelurahan with reasons, the whole list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.planning.priority import NothingToRankError
from geo.planning.stability import stability
from geo.present.legend import legend
from geo.present.planning import (
    criteria_list,
    criterion_label,
    priority_table,
    reasons,
    standing_table,
    swap_table,
)
from geo.present.waves import standing_map
from pages.shell.caches import cached
from pages.shell.controls import draw_map, kelurahan_control
from pages.shell.figures import rollout_of
from pages.shell.frame import data_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from geo.planning.priority import Ranking
    from geo.planning.stability import Stability
    from geo.release.released import Released
    from geo.settings import PrioritySettings
    from pages.shell.drafting import Drafting
    from pages.shell.view import Shell

_MOST_WEIGHT = 50.0


def draw(shell: Shell, drafting: Drafting) -> None:
    """Sliders, then everything that follows from them."""
    words, seen = shell.words, drafting.seen
    _weights(shell, drafting)
    try:
        ranking = drafting.ranking
    except NothingToRankError:
        st.warning(words("next.nothing"))
        return
    own, first = shell.settings.priority, min(drafting.proposal.first, len(ranking.table))
    found = cached(_stability, seen, ranking, first, drafting.proposal.seed, own)
    standings = found.standings(always=own.always, never=own.never)
    wide, narrow = st.columns([7, 3])
    reached = rollout_of(shell, seen)
    paint = standing_map(standings, ranking.table["rank"], reached, seen.areas, words, note=data_note(shell))
    with wide:
        draw_map(shell, paint)
    with narrow:
        st.html(legend(words("next.legend", first=first), paint.classes, reached.stages["stage"], words))
        kelurahan_control(shell)
        _one(shell, ranking, first)
    _first(shell, ranking, first)
    st.subheader(words("next.list"))
    st.caption(words("next.list.how", first=first))
    st.dataframe(
        priority_table(ranking, found, seen.areas, words, own),
        height=420,
        column_config={words("priority.reason"): st.column_config.TextColumn(width="large")},
    )
    _details(shell, ranking, first)


def _stability(
    seen: Released,  # noqa: ARG001 - stands in the key
    ranking: Ranking,
    first: int,
    seed: int,
    own: PrioritySettings,
) -> Stability:
    return stability(ranking, first=first, draws=own.draws, concentration=own.concentration, seed=seed)


def _weights(shell: Shell, drafting: Drafting) -> None:
    """One slider per criterion with data, and the number of next kelurahan."""
    words, weights = shell.words, dict(drafting.proposal.weights)
    with st.expander(words("next.weights"), expanded=True):
        places = st.columns(3)
        there = drafting.table.columns[drafting.table.notna().any()]
        told = [one for one in drafting.criteria if one.column in there]
        for number, one in enumerate(told):

            def put(value: float, name: str = one.name) -> None:
                now = dict(drafting.proposal.weights)
                drafting.change(weights=tuple((now | {name: value}).items()))

            places[number % 3].slider(
                criterion_label(one, words),
                0.0,
                _MOST_WEIGHT,
                step=1.0,
                format="%d",
                **drafting.widget(f"weight.{one.name}", min(weights.get(one.name, one.weight), _MOST_WEIGHT), put),
            )
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        left.slider(
            words("next.first"),
            1,
            20,
            **drafting.widget("first", drafting.proposal.first, lambda value: drafting.change(first=value)),
        )
        right.button(words("next.again"), on_click=drafting.begin_again, width="stretch")


def _one(shell: Shell, ranking: Ranking, first: int) -> None:
    """Rank and reason of the chosen kelurahan."""
    words, kode = shell.words, shell.view.kelurahan
    if not kode:
        st.caption(words("overview.choose"))
        return
    with st.container(border=True):
        st.markdown(f"**{shell.said.names[kode]}** · {shell.said.groups[kode]}")
        if kode not in ranking.table.index:
            st.markdown(words("standing.has"))
            return
        st.markdown(words("next.rank", n=int(ranking.table["rank"][kode])))
        st.markdown(reasons(ranking, words, first=first)[kode])


def _first(shell: Shell, ranking: Ranking, first: int) -> None:
    """The next kelurahan, one sentence each."""
    words = shell.words
    st.subheader(words("next.chosen", n=first))
    said = reasons(ranking, words, first=first)
    for number, kode in enumerate(ranking.order[:first], start=1):
        st.markdown(f"{number}. **{shell.said.names[kode]}** ({shell.said.groups[kode]}). {said[kode]}")
    if ranking.filled:
        names = sorted({str(shell.said.names[kode]) for _, kode in ranking.filled})
        st.caption(words("next.filled", n=len(names), names=", ".join(names)))
    st.info(words("next.gap"), icon=":material/info:")


def _details(shell: Shell, ranking: Ranking, first: int) -> None:
    """Criteria of the order, the groups, and the smallest changes that alter it."""
    words, own = shell.words, shell.settings.priority
    with st.expander(words("next.criteria")):
        draw_table(criteria_list(ranking, words))
    with st.expander(words("next.standings")):
        draw_table(standing_table(words, own, first=first))
    with st.expander(words("next.swaps")):
        st.caption(words("next.swaps.how"))
        draw_table(swap_table(ranking, shell.areas, words))
