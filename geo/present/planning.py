"""Priority as sentences and tables: why a kelurahan comes next, why not yet, and what would change that.

Sentences name criteria and never a number. A criterion without data for a kelurahan is no reason for or against it.
The sentences say where prevention can grow, not which place is bad.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.planning.criteria import Direction
from geo.planning.stability import Standing
from geo.planning.swaps import edges, swaps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.places.boundaries import Areas
    from geo.planning.criteria import Criterion
    from geo.planning.priority import Ranking
    from geo.planning.stability import Stability
    from geo.settings import PrioritySettings
    from geo.words import Words

#: A part is a reason only if it differs by at least this from the others': a fiftieth of the whole score.
_LEAST = 0.02
_FOR, _AGAINST = 2, 1


def criterion_label(criterion: Criterion, words: Words) -> str:
    """Name of a criterion: from the catalogue, otherwise its own label, otherwise its key."""
    key = f"criterion.{criterion.name}"
    return words(key) if words.has(key) else criterion.label or criterion.name


def _phrase(criterion: Criterion, words: Words, *, speaks_for: bool) -> str:
    """Phrase of a criterion for or against an area, as part of a sentence."""
    key = f"criterion.{criterion.name}.{'for' if speaks_for else 'against'}"
    if words.has(key):
        return words(key)
    is_high = speaks_for is (criterion.direction is Direction.UP)
    return words(f"reason.any.{'high' if is_high else 'low'}", label=criterion_label(criterion, words))


def _joined(parts: Iterable[str], words: Words) -> str:
    return words("reason.and").join(parts)


def _against_others(ranking: Ranking, first: int) -> pd.DataFrame:
    """Difference of each part from the mean of the areas on the other side of the line; missing where unknown."""
    parts = ranking.scaled * ranking.weights
    chosen = ranking.table["rank"] <= first
    others = {True: parts[~chosen] if (~chosen).any() else parts, False: parts[chosen]}
    lead = pd.concat([parts[chosen == side] - others[side].mean() for side in (True, False)]).reindex(parts.index)
    for criterion, area in ranking.filled:
        lead.at[area, criterion] = np.nan
    return lead


def reasons(ranking: Ranking, words: Words, *, first: int) -> pd.Series[str]:
    """One sentence for each area, on the index of the ranking.

    For one among the first: why, what speaks against it, and which weight would change that. For another: why not
    yet, and which weight would move it forward. The parts of an area are compared with those of the other side.

    Parameters
    ----------
    first
        Number of areas chosen.
    """
    lead, edge = _against_others(ranking, first), edges(ranking, first=first)
    by_name = {one.name: one for one in ranking.criteria}
    unknown: dict[str, list[str]] = {}
    for criterion, area in ranking.filled:
        unknown.setdefault(area, []).append(criterion_label(by_name[criterion], words))
    among, told = set(ranking.order[:first]), {}
    for area in ranking.table.index:
        row = lead.loc[area].dropna().sort_values(kind="stable")
        behind = [by_name[name] for name in row.index[row <= -_LEAST]]
        ahead = [by_name[name] for name in row.index[::-1] if row[name] >= _LEAST]
        chosen = area in among
        toward = by_name.get(str(edge.at[area, "toward"]))
        said = _chosen(ahead, behind, words) if chosen else _later(behind, words)
        gone = words("reason.unknown", criteria=", ".join(unknown[area])) if area in unknown else ""
        told[area] = f"{said}{_shift(toward, words, chosen=chosen)}{gone}."
    return pd.Series(told, index=ranking.table.index, dtype="object")


def _chosen(ahead: list[Criterion], behind: list[Criterion], words: Words) -> str:
    because = [_phrase(one, words, speaks_for=True) for one in ahead[:_FOR]]
    said = words("reason.chosen", because=_joined(because, words)) if because else words("reason.chosen.even")
    despite = [_phrase(one, words, speaks_for=False) for one in behind[:_AGAINST]]
    return said + (words("reason.despite", despite=_joined(despite, words)) if despite else "")


def _later(behind: list[Criterion], words: Words) -> str:
    because = [_phrase(one, words, speaks_for=False) for one in behind[:_FOR]]
    return words("reason.later", because=_joined(because, words)) if because else words("reason.later.even")


def _shift(toward: Criterion | None, words: Words, *, chosen: bool) -> str:
    side = "out" if chosen else "in"
    if toward is None:
        return words(f"reason.shift.{side}.never")
    return words(f"reason.shift.{side}", criterion=criterion_label(toward, words))


def priority_table(
    ranking: Ranking, found: Stability, areas: Areas, words: Words, settings: PrioritySettings
) -> pd.DataFrame:
    """Readable list: every area in order with score, share of draws, range of ranks, group and reason.

    All cells are text; the index is the names.
    """
    order = ranking.order
    standings = found.standings(always=settings.always, never=settings.never)
    said = reasons(ranking, words, first=found.first)
    rows = found.table.loc[order]
    columns = {
        words("priority.rank"): [words.number(int(rank)) for rank in ranking.table["rank"][order]],
        words("table.kecamatan"): areas.groups[order].tolist(),
        words("priority.score"): [words.number(round(float(one), 2)) for one in ranking.table["score"][order]],
        words("priority.share", first=found.first): [words.percent(float(one)) for one in rows["first_share"]],
        words("priority.span"): [
            f"{low}\N{EN DASH}{high}" for low, high in zip(rows["rank_low"], rows["rank_high"], strict=True)
        ],
        words("priority.standing"): [words(f"standing.{one}") for one in standings[order]],
        words("priority.reason"): said[order].tolist(),
    }
    return pd.DataFrame(columns, index=pd.Index(areas.names[order], name=words("table.kelurahan")))


def standing_table(words: Words, settings: PrioritySettings, *, first: int) -> pd.DataFrame:
    """The three groups and the rule of each."""
    rules = {
        Standing.ALWAYS: {"share": words.percent(settings.always)},
        Standing.DEPENDS: {"share": words.percent(settings.never), "most": words.percent(settings.always)},
        Standing.NOT_NOW: {"share": words.percent(settings.never)},
    }
    rows = [(words(f"standing.{one}"), words(f"standing.{one}.what", first=first, **rules[one])) for one in Standing]
    return pd.DataFrame(rows, columns=[words("method.word"), words("method.meaning")]).set_index(words("method.word"))


def criteria_list(ranking: Ranking, words: Words) -> pd.DataFrame:
    """Every criterion with group, weight among those in use, unit and source.

    A criterion that is left out shows the reason instead of its weight.
    """
    rows = []
    told = [(one, words.percent(one.weight)) for one in ranking.criteria]
    told += [(one, words(f"criteria.left_out.{reason}")) for one, reason in ranking.left_out]
    for one, weight in told:
        key = f"criteria.group.{one.group}"
        rows.append(
            {
                words("criteria.name"): criterion_label(one, words),
                words("criteria.group"): words(key) if words.has(key) else one.group,
                words("criteria.weight"): weight,
                words("criteria.direction"): words(f"criteria.direction.{one.direction}"),
                words("criteria.unit"): one.unit,
                words("criteria.source"): one.source,
            }
        )
    return pd.DataFrame(rows).set_index(words("criteria.name"))


def swap_table(ranking: Ranking, areas: Areas, words: Words) -> pd.DataFrame:
    """Each adjacent pair in the list, and the weight that must move to which criterion to swap them."""
    by_name = {one.name: one for one in ranking.criteria}
    found = swaps(ranking)
    never = words("swap.never")
    return pd.DataFrame(
        {
            words("swap.behind"): areas.names[found["behind"]].tolist(),
            words("swap.moved"): [never if np.isinf(one) else words.percent(one) for one in found["moved"]],
            words("swap.toward"): [criterion_label(by_name[one], words) if one else "" for one in found["toward"]],
        },
        index=pd.Index(areas.names[found.index], name=words("swap.ahead")),
    )
