"""Hidden cells of an edition: the small ones, and as many others as their protection needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import DataError, Fault, Problem
from geo.programmes import NotProvedError
from geo.release.attacker import partly
from geo.release.rule import crowded, hides_total, lacks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.release.cells import Cells
    from geo.release.secret import KeyedNumbers


def small(cells: Cells, k: int) -> NDArray[np.bool_]:
    """Cells of 1 to k-1 persons, shape (n,)."""
    found: NDArray[np.bool_] = (cells.values >= 1) & (cells.values < k)
    return found


def _first(numbers: KeyedNumbers, candidates: NDArray[np.int64]) -> int:
    return int(candidates[np.argmin(numbers.order[candidates])])


def _missing(cells: Cells, hidden: NDArray[np.bool_], at: int, numbers: KeyedNumbers) -> int:
    """Next cell to hide in a sum: its total where the rule says so, else a part, else the total."""
    total, parts = cells.sums[at]
    left = parts[~hidden[parts]]
    if not hidden[total] and (hides_total(cells, parts) or not left.size):
        return int(total)
    return _first(numbers, left)


def _complete(cells: Cells, hidden: NDArray[np.bool_], k: int, numbers: KeyedNumbers) -> None:
    """Hide further cells until every sum meets its conditions; in place.

    All pads come before any condition: a condition of one sum depends on what other sums hide.
    """
    both = [np.append(parts, total) for total, parts in cells.sums]
    while True:
        _hide_pads(both, hidden, numbers.is_pad)
        before = hidden.sum()
        for at, own in enumerate(both):
            while hidden[own].any() and lacks(cells, hidden, at, k, is_exempt=bool(numbers.is_exempt[at])):
                hidden[_missing(cells, hidden, at, numbers)] = True
        if hidden.sum() == before:
            return


def _hide_pads(sums: list[NDArray[np.int64]], hidden: NDArray[np.bool_], is_pad: NDArray[np.bool_]) -> None:
    """Hide the pads of every sum with a hidden cell, until there are no more; in place."""
    while True:
        before = hidden.sum()
        for own in sums:
            if hidden[own].any():
                hidden[own[is_pad[own]]] = True
        if hidden.sum() == before:
            return


def _help(cells: Cells, hidden: NDArray[np.bool_], target: int, numbers: KeyedNumbers) -> int | None:
    """A further cell to hide for one that can be narrowed: from its own sums first, then from adjacent sums."""
    near = {target}
    while True:
        touching = [np.append(parts, total) for total, parts in cells.sums if near & {total, *parts.tolist()}]
        members = np.unique(np.concatenate(touching)) if touching else np.array([], dtype=np.int64)
        left = members[~hidden[members]]
        if left.size:
            return _first(numbers, left)
        if set(members.tolist()) <= near:
            return None
        near |= set(members.tolist())


def protect(cells: Cells, k: int, numbers: KeyedNumbers, start: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Cells to hide, shape (n,).

    Beyond one condition of `geo.release.rule`, no step reads a hidden count: any table that agrees with the shown
    counts and with that condition, and has a small count in each group of linked hidden cells, gives the same pattern
    under the numbers whose pads are exactly the hidden cells. So the pattern excludes no such table.

    Parameters
    ----------
    cells
        The edition.
    k
        Smallest count shown; 1 hides nothing.
    numbers
        Order, pads and exempt sums under the secret.
    start
        Cells that are hidden whatever their count.

    Raises
    ------
    DataError
        When there are too few cells to protect them, or a programme ended without a result.
    """
    hidden = small(cells, k)
    if start is not None:
        hidden |= start
    refused = DataError((Fault.of("release", "", Problem.NOT_PROTECTED),))
    while True:
        _complete(cells, hidden, k, numbers)
        try:
            found = crowded(cells, hidden) or partly(cells, hidden, k)
        except NotProvedError as fault:
            raise refused from fault
        if not found:
            return hidden
        helped = [one for one in (_help(cells, hidden, target, numbers) for target in found) if one is not None]
        if not helped:
            # All cells linked to these are hidden already, including zeros.
            raise refused
        hidden[helped] = True
