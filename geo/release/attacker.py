"""What an attacker can infer about hidden cells: linear programmes over all tables that agree with the edition.

The attacker knows every shown cell and zero, every sum, k, the rule and the code, everything but the secret, and may
know one other hidden cell exactly, as a lurah knows his own kelurahan; but not one that contains the target or lies
inside it (a kelurahan of 3 makes its kecamatan at least 3, whatever is hidden).

The tables considered are non-negative and meet the upper bounds that follow from the rule (`geo.release.rule.most`).
What else the rule says depends on the pattern alone: the tests give every such table to the rule, with a secret under
which it leaves the same edition. Integrality would only narrow an interval where the sums are not those of
nested tables; here every listed table nests in the next, and its bounds are integers. Source of the method: Fischetti
and Salazar-Gonzalez, Management Science 47 (2001) 1008-1027.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import block_diag, coo_array, csr_array, hstack
from scipy.sparse.csgraph import connected_components

from geo.programmes import NotProvedError, minimise
from geo.release.rule import most

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.release.cells import Cells

#: A bound of this size has no meaning; no city has as many persons.
_FAR = 1e7
_EXACT = 1e-6
_TOGETHER = 32


@dataclass(frozen=True, eq=False)
class _Knot:
    """Hidden cells that are linked by sums; no cell outside gives information about them."""

    members: NDArray[np.int64]  # numbers of the cells
    equations: csr_array  # sums over the members; the right-hand side comes from the true counts
    truth: NDArray[np.float64]
    most: NDArray[np.float64]  # upper bounds that follow from the rule


def _knots(cells: Cells, hidden: NDArray[np.bool_], k: int, bounds: NDArray[np.float64] | None = None) -> list[_Knot]:
    bounds = np.minimum(most(cells, hidden, k) if bounds is None else bounds, _FAR)
    rows, columns, signs, used = [], [], [], 0
    for total, parts in cells.sums:
        both = np.append(parts, total)
        sign = np.append(np.ones(len(parts)), -1.0)
        own = hidden[both]
        if own.any():
            rows += [used] * int(own.sum())
            columns += both[own].tolist()
            signs += sign[own].tolist()
            used += 1
    n = len(hidden)
    matrix = coo_array((signs, (rows, columns)), shape=(used, n)).tocsr()
    _, label = connected_components(matrix.T @ matrix != 0, directed=False)
    found = []
    for one in np.unique(label[hidden]):
        members = np.flatnonzero(hidden & (label == one))
        own = matrix[:, members]
        own = own[np.diff(own.indptr) > 0]
        found.append(_Knot(members, own, cells.values[members].astype(float), bounds[members]))
    return found


@dataclass(frozen=True, eq=False)
class _Question:
    """Whether a cell can have a value, for an attacker who knows some others."""

    target: int
    value: float
    weight: NDArray[np.float64]  # cost of moving each cell from its true count
    known: NDArray[np.bool_] | None = None


def _bounds_of(knot: _Knot, asked: _Question) -> NDArray[np.float64]:
    """How far cells may go up from the true count, then how far down, shape (2n, 2)."""
    n = len(knot.truth)
    up = np.column_stack([np.zeros(n), np.maximum(knot.most - knot.truth, 0)])
    down = np.column_stack([np.zeros(n), knot.truth])
    if asked.known is not None:
        up[asked.known] = down[asked.known] = 0
    move = asked.value - knot.truth[asked.target]
    up[asked.target] = down[asked.target] = 0
    (up if move > 0 else down)[asked.target] = abs(move)
    return np.concatenate([up, down])


def _nearest(knot: _Knot, asked: Sequence[_Question]) -> list[NDArray[np.float64] | None]:
    """For each question the table nearest to the true one, as differences; None if none was found in time."""
    found: list[NDArray[np.float64] | None] = []
    equations, n = hstack([knot.equations, -knot.equations], format="csr"), len(knot.truth)
    waiting = [list(asked[first : first + _TOGETHER]) for first in range(0, len(asked), _TOGETHER)][::-1]
    while waiting:
        some = waiting.pop()
        costs = np.array([[one.weight, one.weight] for one in some]).reshape(len(some), -1)
        bounds = np.array([_bounds_of(knot, one) for one in some])
        try:
            solved = _side_by_side(costs, equations, np.zeros(equations.shape[0]), bounds)
        except NotProvedError:
            solved = None
        if solved is not None:
            found += list(solved[:, :n] - solved[:, n:])
        elif len(some) == 1:
            found.append(None)
        else:
            # One of the questions has no table: find it.
            waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
    return found


def _side_by_side(
    costs: NDArray[np.float64], equations: csr_array, right: NDArray[np.float64], bounds: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Minimisers of programmes with the same equations, shape (programmes, n); None if one of them has none.

    Many small programmes combined into one are solved in a fraction of the time.
    """
    many = len(costs)
    together = block_diag([equations] * many, format="csr")
    found = minimise(costs.ravel(), together, np.tile(right, many), np.concatenate(bounds))
    return None if found is None else found.reshape(many, -1)


def _told_in(knot: _Knot, k: int, related: NDArray[np.bool_], whose: NDArray[np.int64]) -> set[int]:
    """Members of 1 to k-1 without a proof that they can be both 1 and k-1, whatever the attacker knows.

    If two tables with the value change no other cell in common, the cell is safe; otherwise each cell that both
    change is tested.
    """
    others = ~related
    weights = np.where(others, 1.0, 0.01)
    small = np.flatnonzero((knot.truth >= 1) & (knot.truth < k)).tolist()
    wanted = [(one, float(value)) for one in small for value in (1, k - 1) if value != knot.truth[one]]
    told = {one for one, value in wanted if value > knot.most[one] + _EXACT}

    def moved_by(way: NDArray[np.float64] | None, target: int) -> NDArray[np.bool_]:
        moved: NDArray[np.bool_] = others[target] & (True if way is None else np.abs(way) > _EXACT)
        return moved

    firsts = _nearest(knot, [_Question(one, value, weights[one]) for one, value in wanted])
    seconds, moved = [], []
    for (one, value), way in zip(wanted, firsts, strict=True):
        if way is None:
            told.add(one)
        elif (own := moved_by(way, one)).any():
            seconds.append(_Question(one, value, np.where(own, 1000.0, weights[one])))
            moved.append(own)
    knowing = []
    for asked, own, way in zip(seconds, moved, _nearest(knot, seconds), strict=True):
        one = asked.target
        both = np.intersect1d(whose[own], whose[moved_by(way, one)])
        knowing += [_Question(one, asked.value, weights[one], whose == other) for other in both]
    ways = _nearest(knot, knowing)
    return told | {asked.target for asked, way in zip(knowing, ways, strict=True) if way is None}


def breaches(
    cells: Cells,
    hidden: NDArray[np.bool_],
    k: int,
    bounds: NDArray[np.float64] | None = None,
    whose: NDArray[np.int64] | None = None,
) -> list[int]:
    """Numbers of the hidden cells of 1 to k-1 for which an attacker can exclude 1 or k-1.

    A cell without a proof in time is included.

    Parameters
    ----------
    cells, hidden, k
        The listing, its hidden cells, the smallest count shown.
    bounds
        Shape (n,): upper bounds that the attacker knows; by default those of the rule.
    whose
        Shape (n,): cells with the same number are known together; by default each alone.
    """
    found: list[int] = []
    whose = np.arange(len(hidden)) if whose is None else whose
    for knot in _knots(cells, hidden, k, bounds):
        related = cells.related[np.ix_(knot.members, knot.members)]
        told = _told_in(knot, k, related, whose[knot.members])
        found += [int(knot.members[one]) for one in sorted(told)]
    return found


def partly(cells: Cells, hidden: NDArray[np.bool_], k: int, bounds: NDArray[np.float64] | None = None) -> list[int]:
    """Numbers of the hidden cells, whatever their count, whose interval covers a part of 1 to k-1 and not all of it.

    What it returns follows from the shown counts, the pattern and the bounds of the rule: a reader can compute it.

    Raises
    ------
    NotProvedError
        When a programme ended without a result.
    """
    found: list[int] = []
    for knot in _knots(cells, hidden, k, bounds):
        low, high = _ends(knot, k)
        covers = (low <= 1 + _EXACT) & (high >= k - 1 - _EXACT)
        misses = (high < 1 - _EXACT) | (low > k - 1 + _EXACT)
        found += knot.members[~(covers | misses)].tolist()
    return found


def _ends(knot: _Knot, k: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and largest value of each cell; where some table has at most 1, or at least k-1, the value in that table.

    Every table that was found answers for all cells, the true one first.
    """
    n, right = len(knot.truth), knot.equations @ knot.truth
    low, high = knot.truth.copy(), knot.truth.copy()
    waiting = [(one, sign) for sign in (1.0, -1.0) for one in range(n)]

    def is_open(one: int, sign: float) -> bool:
        return bool(low[one] > 1 + _EXACT if sign > 0 else high[one] < k - 1 - _EXACT)

    while waiting := [ask for ask in waiting if is_open(*ask)]:
        some, waiting = waiting[:_TOGETHER], waiting[_TOGETHER:]
        costs = np.zeros((len(some), n))
        for row, (one, sign) in enumerate(some):
            costs[row, one] = sign
        bounds = np.tile(np.column_stack([np.zeros(n), knot.most]), (len(some), 1, 1))
        found = _side_by_side(costs, knot.equations, right, bounds)
        if found is None:
            # The true table is always a solution: only numerical limits of the solver can say otherwise.
            raise NotProvedError
        low, high = np.minimum(low, found.min(axis=0)), np.maximum(high, found.max(axis=0))
    return low, high


def _bounds(knot: _Knot, target: int, sign: float, known: Sequence[int | None]) -> list[float]:
    """Least (sign 1) or, negated, largest (sign -1) value of the target for each other cell that is known in turn."""
    n = len(knot.truth)
    bounds = np.tile(np.column_stack([np.zeros(n), knot.most]), (len(known), 1, 1))
    for own, one in zip(bounds, known, strict=True):
        if one is not None:
            own[one] = knot.truth[one]
    cost = np.zeros(n)
    cost[target] = sign
    ends: list[float] = []
    for first in range(0, len(known), _TOGETHER):
        some = bounds[first : first + _TOGETHER]
        found = _side_by_side(np.tile(cost, (len(some), 1)), knot.equations, knot.equations @ knot.truth, some)
        if found is None:
            # The true table is always a solution: only numerical limits of the solver can say otherwise.
            raise NotProvedError
        ends += (found @ cost).tolist()
    return ends


def _knowing_one(knot: _Knot, target: int, sign: float, alone: float, others: NDArray[np.bool_]) -> float:
    """The bound if the attacker knows the most informative other cell."""
    # The table at the bound nearest to the true one: cells that do not change in it give no information.
    weight = np.where(others, 1.0, 0.01)
    way = _nearest(knot, [_Question(target, sign * alone, weight)])[0]
    moved = np.flatnonzero(others if way is None else others & (np.abs(way) > _EXACT)).tolist()
    return max([alone, *(_bounds(knot, target, sign, moved) if moved else ())])


def intervals(cells: Cells, hidden: NDArray[np.bool_], k: int) -> pd.DataFrame:
    """What an attacker can infer about each hidden cell.

    Returns
    -------
    Indexed by the cell: `low`, `high`, `low_knowing_one`, `high_knowing_one`; missing if there is no bound.

    Raises
    ------
    NotProvedError
        When a programme ended without a result.
    """
    rows = {}
    for knot in _knots(cells, hidden, k):
        for target, cell in enumerate(knot.members):
            others = ~cells.related[cell, knot.members]
            low, high = (_bounds(knot, target, sign, [None])[0] for sign in (1.0, -1.0))
            rows[int(cell)] = (
                low,
                -high,
                _knowing_one(knot, target, 1.0, low, others),
                -_knowing_one(knot, target, -1.0, high, others),
            )
    found = pd.DataFrame.from_dict(
        rows, orient="index", columns=["low", "high", "low_knowing_one", "high_knowing_one"], dtype=float
    ).sort_index()
    return found.mask(found > _FAR / 2).round(6)
