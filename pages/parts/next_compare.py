"""Two plans side by side: which kelurahan move, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.planning.proposal import moves, waves_of, worth
from geo.present.waves import moves_table, wave_map
from geo.store.scenarios import scenario, scenarios
from geo.terms import Right, StoreName
from pages.shell.controls import draw_map
from pages.shell.figures import rollout_of
from pages.shell.frame import data_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    import pandas as pd

    from pages.shell.drafting import Drafting
    from pages.shell.view import Shell

_HEIGHT = 380


def draw(shell: Shell, drafting: Drafting) -> None:
    """Compare two of: the current plan, working down the list, the opposite sign of spill, and saved plans."""
    words, areas = shell.words, drafting.seen.areas
    offered = _offered(shell, drafting)
    if len(offered) < 2:  # noqa: PLR2004 - two sides
        st.caption(words("side.none"))
        return
    left, right = st.columns(2)
    one = left.selectbox(words("side.one"), list(offered), key="next.compare.one")
    other = right.selectbox(words("side.other"), list(offered), index=1, key="next.compare.other")
    reached, needs, limits = rollout_of(shell, drafting.seen), drafting.needs, drafting.limits
    reach = []
    for place, name, at in ((left, one, ".one"), (right, other, ".other")):
        wave = offered[name]
        many = max(1, int(wave.max()) if wave.notna().any() else 1)
        reach.append(worth(needs, shell.next_to, limits, wave))
        with place:
            paint = wave_map(wave, many, reached, areas, words, note=data_note(shell))
            draw_map(shell, paint, at=at, height=_HEIGHT)
            st.markdown(
                words(
                    "side.worth",
                    worth=words.number(round(reach[-1], 1)),
                    cost=words.number(round(float(needs["cost"][wave.gt(0).fillna(value=False)].sum()))),
                )
            )
    found = moves(offered[one], offered[other])
    st.markdown(words("side.moves", n=len(found), loss=words.signed(round(reach[1] - reach[0], 2))))
    if len(found):
        draw_table(moves_table(found, (one, other), areas, words))


def _offered(shell: Shell, drafting: Drafting) -> dict[str, pd.Series[int]]:
    """Plans by label."""
    words, found = shell.words, drafting.solved
    plans: dict[str, pd.Series[int]] = {}
    if found is not None:
        plans[words("side.now")] = drafting.shown if drafting.shown is not None else found.best.wave
        plans[words("side.listed")] = found.listed.wave
        if found.mirrored is not None:
            plans[words("side.mirrored")] = found.mirrored.wave
    store, who = shell.store, shell.who
    if shell.view.store is StoreName.KOTA and shell.may_work(Right.PLAN) and not store.is_new:
        for row in scenarios(store, who).to_dict("records"):
            kept = scenario(store, who, token=row["token"])
            name = words("keep.called", name=kept.name, day=words.day(kept.made_at.date()))
            plans[name if name not in plans else f"{name} ({kept.id})"] = waves_of(kept.content, shell.areas.index)
    return plans
