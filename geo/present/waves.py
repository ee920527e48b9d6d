"""Waves as a map, tables and sentences; the order of priority as a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.planning.stability import Standing
from geo.present.classes import Class
from geo.present.overview import stage_line
from geo.present.paint import Paint
from geo.present.palette import SEQUENCE
from geo.present.planning_rules import rule_text
from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geo.measures.rollout import Rollout
    from geo.places.boundaries import Areas
    from geo.planning.limits import Rule
    from geo.planning.proposal import Solved
    from geo.planning.tiers import Drawn
    from geo.words import Words

_DARK, _PALE = "#0b4488", "#d3e3f3"
_HAS, _OUT = "#f3d9bd", "#ffffff"
_STANDING = {Standing.ALWAYS: SEQUENCE[3][2], Standing.DEPENDS: SEQUENCE[3][1], Standing.NOT_NOW: SEQUENCE[3][0]}


def _names(areas: Areas) -> dict[str, str]:
    return dict(zip(areas.index, areas.names, strict=True))


def _shades(many: int) -> list[str]:
    """Dark to pale blue, one per wave."""
    dark, pale = (tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in (_DARK, _PALE))
    steps = [number / max(1, many - 1) for number in range(many)]
    return [
        "#" + "".join(f"{round(low + (high - low) * step):02x}" for low, high in zip(dark, pale, strict=True))
        for step in steps
    ]


def _painted(
    labels: pd.Series[str], fills: Mapping[str, str], reached: Rollout, tips: list[list[str]], title: str, note: str
) -> Paint:
    """Map whose classes have the texts in `labels`; empty classes are left out."""
    shown = [text for text in fills if labels.eq(text).any()]
    classes = [Class(State.SHOWN, None, None, fills[text], int(labels.eq(text).sum()), text=text) for text in shown]
    position = labels.map({label: number for number, label in enumerate(shown)})
    return Paint(classes, position, reached.stages["stage"], tips, title, note)


def standing_map(
    standings: pd.Series[str], ranks: pd.Series[int], reached: Rollout, areas: Areas, words: Words, *, note: str
) -> Paint:
    """Fill: the group of each candidate; kelurahan with an active Community Watch are no candidates, in sand.

    Parameters
    ----------
    standings, ranks
        Group and rank of the candidates, by `kode`.
    """
    has = words("standing.has")
    fills = {words(f"standing.{one}"): fill for one, fill in _STANDING.items()} | {has: _HAS}
    labels = standings.map(lambda one: words(f"standing.{one}")).reindex(areas.index).fillna(has)
    tips = [
        [areas.groups[kode], str(labels[kode])]
        + ([words("next.rank", n=int(ranks[kode]))] if kode in ranks.index else [])
        for kode in areas.index
    ]
    return _painted(labels, fills, reached, tips, words("next.map"), note)


def wave_label(number: Any, words: Words) -> str:
    """A wave as text."""
    if pd.isna(number):
        return words("wave.none")
    return words("wave.started") if number == 0 else words("wave.number", n=int(number))


def wave_map(wave: pd.Series[int], waves: int, reached: Rollout, areas: Areas, words: Words, *, note: str) -> Paint:
    """Fill: the wave, the first one darkest."""
    fills = {wave_label(number, words): shade for number, shade in enumerate(_shades(waves), start=1)}
    fills |= {wave_label(0, words): _HAS, wave_label(None, words): _OUT}
    labels = pd.Series([wave_label(one, words) for one in wave], index=wave.index)
    tips = [[areas.groups[kode], str(labels[kode]), stage_line(reached.stages, kode, words)] for kode in areas.index]
    return _painted(labels, fills, reached, tips, words("wave.map"), note)


def wave_table(wave: pd.Series[int], days: Mapping[str, date], areas: Areas, words: Words) -> pd.DataFrame:
    """The plan as a list: wave, day, kelurahan; only started ones, in order of waves."""
    placed = wave[wave.notna() & wave.gt(0).fillna(value=False)]
    keys = pd.DataFrame({"wave": placed.astype(int), "name": areas.names[placed.index]})
    rows = keys.sort_values(["wave", "name"])
    return pd.DataFrame(
        {
            words("wave.wave"): [words.number(number) for number in rows["wave"]],
            words("wave.day"): [words.day(days[kode]) for kode in rows.index],
            words("table.kecamatan"): areas.groups[rows.index].tolist(),
        },
        index=pd.Index(rows["name"], name=words("table.kelurahan")),
    )


def plan_sentences(found: Solved, areas: Areas, words: Words) -> list[str]:
    """Value of the plan, its proof, the benefit of planning, and the effect of the sign of spill."""
    best = found.best
    told = [
        words(
            "plan.worth",
            worth=words.number(round(best.objective, 1)),
            bound=words.number(round(best.bound, 1)),
            started=int(best.wave.gt(0).sum()),
            left=len(best.unplaced),
        ),
        words("plan.proved")
        if best.optimal
        else words(f"plan.gap.{best.stopped_by}", gap=words.number(round(100 * best.gap, 2))),
        words("plan.gain.cases", gain=words.number(round(best.objective - found.listed.objective, 1)))
        if found.gain is None
        else words("plan.gain", gain=words.number(round(100 * found.gain, 1))),
    ]
    if found.listed.unmet:
        said = "; ".join(rule_text(rule, _names(areas), words) for rule in found.listed.unmet)
        told.append(words("plan.listed.unmet", rules=said))
    if found.mirrored is not None:
        differ = int(found.mirrored.wave.fillna(-1).ne(best.wave.fillna(-1)).sum())
        told.append(words("plan.mirrored" if differ else "plan.mirrored.same", n=differ))
    return told


def conflict_sentences(rules: Sequence[Rule], areas: Areas, words: Words) -> list[str]:
    """Rules that cannot all hold, each as text."""
    return [rule_text(rule, _names(areas), words) for rule in rules]


def drawn_sentence(found: Drawn, areas: Areas, words: Words, *, seed: int | None) -> str:
    """What was drawn (without a seed: ordered by priority) among near-equal kelurahan, and what it costs."""
    if not found.tiers:
        return words("drawn.none")
    names = "; ".join(", ".join(areas.names[kode] for kode in tier) for tier in found.tiers)
    loss = words.number(round(found.loss, 2))
    if seed is None:
        return words("drawn.ordered", tiers=names, loss=loss)
    return words("drawn.told", tiers=names, loss=loss, seed=seed)


def moves_table(found: pd.DataFrame, called: tuple[str, str], areas: Areas, words: Words) -> pd.DataFrame:
    """Kelurahan that move between two plans."""
    one, other = called
    heads = (one, other if other != one else f"{other} (2)")
    return pd.DataFrame(
        {
            words("table.kecamatan"): areas.groups[found.index].tolist(),
            **{
                head: [wave_label(number, words) for number in found[side]]
                for head, side in zip(heads, ("one", "other"), strict=True)
            },
        },
        index=pd.Index(areas.names[found.index], name=words("table.kelurahan")),
    )
