"""Hidden cells of an edition: the small ones, and as many others as their protection needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.errors import DataError, Fault, Problem
from geo.release.attacker import breaches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.release.cells import Cells

#: Fewest hidden parts of a sum: with two, a person who knows one knows both.
_FEWEST = 3


def small(cells: Cells, k: int) -> NDArray[np.bool_]:
    """Cells of 1 to k-1 persons, shape (n,)."""
    found: NDArray[np.bool_] = (cells.values >= 1) & (cells.values < k)
    return found


def _next(cells: Cells, candidates: NDArray[np.int64]) -> int:
    """The next cell to hide: cells with reports first, then in the public order."""
    return int(min(candidates, key=lambda one: (cells.values[one] == 0, cells.order[one])))


def _complete(cells: Cells, hidden: NDArray[np.bool_], k: int) -> None:
    """Hide further parts in every sum with a hidden part until none of them can be inferred; in place."""
    changed = True
    while changed:
        changed = False
        for total, parts in cells.sums:
            while not hidden[total] and hidden[parts].any():
                one = _missing(cells, hidden, total, parts, k)
                if one is None:
                    break
                hidden[one] = changed = True


def _missing(cells: Cells, hidden: NDArray[np.bool_], total: int, parts: NDArray[np.int64], k: int) -> int | None:
    """Cell to hide because of a shown total: a part, the total itself, or None if its parts are mixed."""
    values = cells.values[parts[hidden[parts]]]
    is_large = values.sum() - values.max() >= k - 1
    if is_large and len(values) >= _FEWEST:
        return None
    left = parts[~hidden[parts]]
    # A zero adds to the number of hidden parts, but not to their sum.
    useful = left if is_large else left[cells.values[left] > 0]
    return _next(cells, useful) if useful.size else total


def _help(cells: Cells, hidden: NDArray[np.bool_], target: int) -> int | None:
    """A further cell to hide for an unprotected one: from its own sums first, then from adjacent sums."""
    near = {target}
    while True:
        touching = [np.append(parts, total) for total, parts in cells.sums if near & {total, *parts.tolist()}]
        members = np.unique(np.concatenate(touching)) if touching else np.array([], dtype=np.int64)
        left = members[~hidden[members]]
        if left.size:
            return _next(cells, left)
        if set(members.tolist()) <= near:
            return None
        near |= set(members.tolist())


def protect(cells: Cells, k: int, start: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Cells to hide, shape (n,).

    Further cells are chosen by public size, not by counts, so that the pattern reveals nothing about the counts. Then
    the attacker is run on the result; if he can infer too much, more is hidden.

    Parameters
    ----------
    cells
        The edition.
    k
        Smallest count shown; 1 hides nothing.
    start
        Cells that are hidden whatever their count.

    Raises
    ------
    DataError
        When there are too few cells to protect them.
    """
    hidden = small(cells, k)
    if start is not None:
        hidden |= start
    while True:
        _complete(cells, hidden, k)
        found = breaches(cells, hidden, k)
        if not found:
            return hidden
        helped = [one for one in (_help(cells, hidden, target) for target in found) if one is not None]
        if not helped:
            # All cells linked to these are hidden already, including zeros.
            raise DataError((Fault.of("release", "", Problem.NOT_PROTECTED),))
        hidden[helped] = True
