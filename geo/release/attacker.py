"""What can be worked out of an edition about its hidden cells: linear programmes over all tables that agree with it.

The attacker knows every shown cell and zero, every sum, k and the rule, and may know one other hidden cell exactly,
as a lurah knows his own kelurahan; not one that contains the target or lies in it (a kelurahan of 3 makes its
kecamatan at least 3, whatever is hidden).

Tables over which he looks are non-negative. Whole numbers would only narrow an interval where the sums are not those
of nested tables; here every listed table nests in the next, and its bounds are whole. Source of the method:
Fischetti and Salazar-Gonzalez, Management Science 47 (2001) 1008-1027.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import block_diag, coo_array, csr_array, hstack
from scipy.sparse.csgraph import connected_components

from geo.release.programmes import NotProvedError, minimise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.release.cells import Cells

#: A bound that reaches this far says nothing; no city has as many persons.
_FAR = 1e7
_EXACT = 1e-6
_TOGETHER = 32


@dataclass(frozen=True, eq=False)
class _Knot:
    """Hidden cells that hang together by sums; nothing outside tells anything about them."""

    members: NDArray[np.int64]  # numbers of the cells
    equations: csr_array  # sums over the members; their right-hand side is what the truth gives
    truth: NDArray[np.float64]


def _knots(cells: Cells, hidden: NDArray[np.bool_]) -> list[_Knot]:
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
        found.append(_Knot(members, own, cells.values[members].astype(float)))
    return found


def _nearest(
    knot: _Knot,
    target: int,
    value: float,
    weight: NDArray[np.float64],
    known: Sequence[NDArray[np.bool_]] = (),
) -> NDArray[np.float64] | None:
    """The table nearest to the truth, by weighted differences, in which the target has a value; differences.

    With several things `known`, such a table for each, one after another; None when there is none for one of them.
    """
    n = len(knot.truth)
    up = np.column_stack([np.zeros(n), np.full(n, _FAR)])
    down = np.column_stack([np.zeros(n), knot.truth])
    move = value - knot.truth[target]
    up[target] = down[target] = 0
    (up if move > 0 else down)[target] = abs(move)
    bounds = np.tile(np.concatenate([up, down]), (max(1, len(known)), 1, 1))
    for own, fixed in zip(bounds, known, strict=False):
        own[np.concatenate([fixed, fixed])] = 0
    equations = hstack([knot.equations, -knot.equations], format="csr")
    found = _solved(np.concatenate([weight, weight]), equations, np.zeros(equations.shape[0]), bounds)
    return None if found is None else (found[:, :n] - found[:, n:]).ravel()


def _solved(
    cost: NDArray[np.float64], equations: csr_array, right: NDArray[np.float64], bounds: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Minimisers of programmes that differ in their bounds alone, shape (programmes, n); None when one has none.

    Many small programmes side by side are one that is solved in a fraction of the time.
    """
    found = []
    for first in range(0, len(bounds), _TOGETHER):
        some = bounds[first : first + _TOGETHER]
        many = len(some)
        solved = minimise(
            np.tile(cost, many),
            block_diag([equations] * many, format="csr"),
            np.tile(right, many),
            np.concatenate(some),
        )
        if solved is None:
            return None
        found.append(solved.reshape(many, -1))
    return np.concatenate(found)


def _can_be(knot: _Knot, target: int, value: float, others: NDArray[np.bool_], whose: NDArray[np.int64]) -> bool:
    """Whether the target can have the value for one who knows any one of the others, with all that are whose it is.

    Two ways to it that move no common other cell leave nothing to ask; else each cell that both move is asked about.
    """
    weight = np.where(others, 1.0, 0.01)
    first = _nearest(knot, target, value, weight)
    if first is None:
        return False
    moved = np.isin(whose, whose[others & (np.abs(first) > _EXACT)])
    if not moved.any():
        return True
    second = _nearest(knot, target, value, np.where(moved, 1000.0, weight))
    both = moved if second is None else moved & np.isin(whose, whose[others & (np.abs(second) > _EXACT)])
    known = [whose == one for one in np.unique(whose[both])]
    return not known or _nearest(knot, target, value, weight, known) is not None


def breaches(cells: Cells, hidden: NDArray[np.bool_], k: int, whose: NDArray[np.int64] | None = None) -> list[int]:
    """Numbers of the hidden cells of 1 to k-1 of which somebody can tell that they are not 1, or not k-1.

    A cell about which nothing could be proved in time is among them.

    Parameters
    ----------
    cells, hidden, k
        The listing, what is hidden of it, the smallest count shown.
    whose
        Shape (n,): cells with the same number are known together; by default each alone.
    """
    found = []
    whose = np.arange(len(hidden)) if whose is None else whose
    for knot in _knots(cells, hidden):
        for target in np.flatnonzero((knot.truth >= 1) & (knot.truth < k)).tolist():
            others = ~cells.related[knot.members[target], knot.members]
            try:
                is_safe = all(
                    value == knot.truth[target] or _can_be(knot, target, value, others, whose[knot.members])
                    for value in (1.0, k - 1.0)
                )
            except NotProvedError:
                is_safe = False
            if not is_safe:
                found.append(int(knot.members[target]))
    return found


def _bounds(knot: _Knot, target: int, sign: float, known: Sequence[int | None]) -> list[float]:
    """Least (sign 1) or, negated, largest (sign -1) value of the target for one who knows another, each in turn."""
    n = len(knot.truth)
    bounds = np.tile(np.column_stack([np.zeros(n), np.full(n, _FAR)]), (len(known), 1, 1))
    for own, one in zip(bounds, known, strict=True):
        if one is not None:
            own[one] = knot.truth[one]
    cost = np.zeros(n)
    cost[target] = sign
    found = _solved(cost, knot.equations, knot.equations @ knot.truth, bounds)
    if found is None:
        # The truth agrees with itself: only a solver at its limits says otherwise.
        raise NotProvedError
    ends: list[float] = (found @ cost).tolist()
    return ends


def _knowing_one(knot: _Knot, target: int, sign: float, alone: float, others: NDArray[np.bool_]) -> float:
    """The bound for one who knows whichever of the others tells most."""
    # A table at the bound that is nearest to the truth: cells it does not move tell nothing when known.
    weight = np.where(others, 1.0, 0.01)
    way = _nearest(knot, target, sign * alone, weight)
    moved = np.flatnonzero(others if way is None else others & (np.abs(way) > _EXACT)).tolist()
    return max([alone, *(_bounds(knot, target, sign, moved) if moved else ())])


def intervals(cells: Cells, hidden: NDArray[np.bool_]) -> pd.DataFrame:
    """What an attacker can say about each hidden cell.

    Returns
    -------
    Indexed by the cell: `low`, `high`, `low_knowing_one`, `high_knowing_one`; missing where there is no bound.

    Raises
    ------
    NotProvedError
        When a programme ended without an answer.
    """
    rows = {}
    for knot in _knots(cells, hidden):
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
