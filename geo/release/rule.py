"""Conditions of the sums of an edition: what a reader who knows the rule may conclude about its hidden cells.

Only one of them reads hidden counts: that enough is left without the largest part, and in long sums without the
largest cell inside a part. In long sums it gives the reader upper bounds, which the attacker of this project uses
(`most`); in sums of three nobody knows whether it was asked for. Everything else depends on the shown counts and on
which cells are hidden.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.release.cells import KELURAHAN_KIND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.release.cells import Cells

#: Fewest hidden parts of a sum with a shown total: whoever knows one of four still has three to guess.
FEWEST = 4
#: Fewest hidden parts of a sum with a hidden total: otherwise the total follows from what is shown.
_BELOW = 2
_PAIR = 2


def is_long(parts: NDArray[np.int64]) -> bool:
    """Whether a sum has so many parts that one of them may be known."""
    return len(parts) >= FEWEST


def hides_total(cells: Cells, parts: NDArray[np.int64]) -> bool:
    """Whether a sum with a hidden part must hide its total: of two parts, and of fewer than four kelurahan.

    The years of a kelurahan count as such. In such a sum whoever knows one or two parts knows the others.
    """
    is_kelurahan = bool(cells.kind[parts[0]] == KELURAHAN_KIND)
    return len(parts) <= _PAIR or (is_kelurahan and not is_long(parts))


def floors(cells: Cells, hidden: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Least count of every cell that follows from the shown ones inside it, shape (n,)."""
    found = np.where(hidden, 0, cells.values)
    while True:
        before = found.copy()
        for total, parts in cells.sums:
            if hidden[total]:
                found[total] = max(found[total], found[parts].sum())
            if len(parts) == 1:
                found[parts] = np.maximum(found[parts], found[total])
        if (before == found).all():
            return found


def lacks(cells: Cells, hidden: NDArray[np.bool_], at: int, k: int, *, is_exempt: bool) -> bool:
    """Whether a sum needs another hidden cell.

    Parameters
    ----------
    cells, hidden, k
        The listing, its hidden cells, the smallest count shown.
    at
        Number of the sum.
    is_exempt
        Whether the largest part of a sum of three parts may be any size.
    """
    total, parts = cells.sums[at]
    own = parts[hidden[parts]]
    if hidden[total]:
        is_few = len(own) < min(_BELOW, len(parts))
        return is_few or (len(own) < len(parts) and _tells(floors(cells, hidden), total, parts, hidden))
    if not own.size:
        return False
    if hides_total(cells, parts) or len(own) < min(FEWEST, len(parts)):
        return True
    over, levels = cells.values - floors(cells, hidden), _levels(cells, hidden, own) if is_long(parts) else [own]
    return _too_little([over[level] for level in levels], k, is_long=is_long(parts), is_exempt=is_exempt)


def _levels(cells: Cells, hidden: NDArray[np.bool_], parts: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Hidden parts of a sum, then the hidden cells inside them of which one may tell another, and so on.

    A lone hidden part is passed over: it is the only part, so it has the count of its total, and the same years.
    """
    found = [parts]
    while True:
        inside = [own[hidden[own]] for total, own in cells.sums if total in found[-1]]
        below = [own for own in inside if len(own) >= _BELOW]
        if not below:
            return found
        found.append(np.unique(np.concatenate(below)))


def crowded(cells: Cells, hidden: NDArray[np.bool_]) -> list[int]:
    """Hidden totals of two hidden parts that are known to be large: one of the parts tells of the other."""
    least = floors(cells, hidden)
    return sorted({int(total) for total, parts in cells.sums if _tells(least, total, parts, hidden)})


def _tells(least: NDArray[np.int64], total: int, parts: NDArray[np.int64], hidden: NDArray[np.bool_]) -> bool:
    """Whether a hidden total is known to hold more than one above its parts, of which two are hidden.

    What is shown inside a total may be years or words of a breakdown, which no sum of places says.
    """
    return bool(hidden[total] and hidden[parts].sum() == _BELOW and least[total] - least[parts].sum() > 1)


def _too_little(levels: list[NDArray[np.int64]], k: int, *, is_long: bool, is_exempt: bool) -> bool:
    """Whether the hidden parts of a sum leave too little for any cell in them; counts above the floor, by level.

    Without the largest part k-1 must be left: whoever knows one part cannot exclude k-1 for another. In a long sum
    this bounds the part, so without the largest cell inside it k-1 more must be left, and so on; and the lowest
    bound must itself allow k-1. In a sum of three only the rest counts when it is exempt.
    """
    rest, asked = int(levels[0].sum()), (len(levels) + is_long) * (k - 1)
    if rest < asked:
        return True
    return (is_long or not is_exempt) and any(
        rest - int(level.max()) < depth * (k - 1) for depth, level in enumerate(levels, start=1)
    )


def most(cells: Cells, hidden: NDArray[np.bool_], k: int) -> NDArray[np.float64]:
    """Upper bound of every hidden cell that follows from the rule, shape (n,); infinite where there is none.

    In a long sum with a shown total the hidden parts without the largest leave k-1, without the largest cell inside
    them twice that, and so on. In a sum of three parts the reader does not know whether it was exempt.
    """
    found, least = np.full(len(hidden), np.inf), floors(cells, hidden)
    for total, parts in cells.sums:
        own = parts[hidden[parts]]
        if own.size and not hidden[total] and is_long(parts) and not hides_total(cells, parts):
            rest = (cells.values[own] - least[own]).sum()
            for depth, level in enumerate(_levels(cells, hidden, own), start=1):
                left = max(int(rest) - depth * (k - 1), 0)
                found[level] = np.minimum(found[level], least[level] + left)
    return found
