"""Smallest change of the weights that makes two areas change places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.planning.priority import Ranking


def swap_distance(
    ahead: NDArray[np.float64], behind: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Smallest weight that must move between criteria to make two areas equal; beyond it they swap.

    Weights stay 0 or more and sum to 1, and a criterion without weight stays without. The moved weight is half the
    sum of the absolute changes (L1 on the simplex). A unit moved from criterion i to j closes the gap by d_i - d_j,
    where d is the lead of the area ahead in each criterion. So all weight goes to the criterion with its smallest
    lead (or largest deficit), and comes first from the one with its largest lead, as much as available, then from the
    next. This is the exact optimum of the linear programme, because given and taken weight are linked only by their
    total.

    Parameters
    ----------
    ahead, behind
        Scaled values 0 to 1, shape (pairs, criteria).
    weights
        Shape (criteria,), sum 1; `ahead` scores at least as much as `behind` with them.

    Returns
    -------
    moved
        Shape (pairs,), 0 to 1; infinite if no weights put `behind` first.
    toward
        Position of the criterion that receives the weight; -1 where infinite.
    """
    there = np.flatnonzero(weights > 0)
    share = weights[there]
    lead = ahead[:, there] - behind[:, there]
    gap = np.maximum(lead @ share, 0.0)
    least = lead.argmin(axis=1)
    worst = lead.min(axis=1)
    order = np.argsort(-lead, axis=1, kind="stable")
    # Gap closed by a unit moved from each criterion, largest first, and the weight available.
    closes = np.take_along_axis(lead, order, axis=1) - worst[:, None]
    available = share[order]
    closed = np.cumsum(closes * available, axis=1)
    before = closed - closes * available
    needed = np.clip((gap[:, None] - before) / np.where(closes > 0, closes, np.inf), 0.0, available)
    moved = np.where(closes > 0, needed, 0.0).sum(axis=1)
    never = worst >= 0
    return np.where(never, np.inf, moved), np.where(never, -1, there[least])


def _told(ranking: Ranking, moved: NDArray[np.float64], toward: NDArray[np.intp]) -> dict[str, list[object]]:
    names = [one.name for one in ranking.criteria]
    return {"moved": moved.tolist(), "toward": [names[at] if at >= 0 else "" for at in toward]}


def swaps(ranking: Ranking) -> pd.DataFrame:
    """For each area but the last of the list, the change that puts the next one in front of it.

    Returns
    -------
    DataFrame in the order of the list, indexed by area: `behind` (the next one), `moved` (weight, infinite if no
    weights do it), `toward` (criterion that receives the weight, empty if none).
    """
    order = ranking.order
    values = ranking.scaled.loc[order].to_numpy()
    moved, toward = swap_distance(values[:-1], values[1:], np.asarray(ranking.weights, dtype=float))
    return pd.DataFrame({"behind": order[1:], **_told(ranking, moved, toward)}, index=order[:-1])


def edges(ranking: Ranking, *, first: int) -> pd.DataFrame:
    """For each area, the smallest change that puts it on the other side of the line below the first ones.

    For an area among the first: the smallest change with which any of the others passes it. For another area: the
    smallest with which it passes any of the first. The true change may be larger, because others move too; never
    smaller.

    Returns
    -------
    DataFrame on the index of the ranking: `other` (the area it changes places with, empty if none),
    `moved`, `toward`.
    """
    order, weights = ranking.order, np.asarray(ranking.weights, dtype=float)
    values = ranking.scaled.loc[order].to_numpy()
    inside, outside = values[:first], values[first:]
    if not len(outside):
        gone = [np.inf] * len(order)
        return pd.DataFrame({"other": "", "moved": gone, "toward": ""}, index=ranking.table.index)
    moved = np.empty((len(inside), len(outside)))
    toward = np.empty((len(inside), len(outside)), dtype=np.intp)
    for row, one in enumerate(inside):
        moved[row], toward[row] = swap_distance(np.broadcast_to(one, outside.shape), outside, weights)
    best_out, best_in = moved.argmin(axis=1), moved.argmin(axis=0)
    rows, columns = np.arange(len(inside)), np.arange(len(outside))
    least = np.append(moved[rows, best_out], moved[best_in, columns])
    other = np.append(order[first + best_out], order[best_in])
    told = _told(ranking, least, np.append(toward[rows, best_out], toward[best_in, columns]))
    found = pd.DataFrame({"other": np.where(np.isinf(least), "", other), **told}, index=order)
    return found.reindex(ranking.table.index)
