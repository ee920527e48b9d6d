"""Publishing a period anew: refused where readers of all its issues together could tell what came in between."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.release.attacker import breaches
from geo.release.cells import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.release.cells import Cells
    from geo.release.editions import Draft
    from geo.release.ledger import LedgerEntry


def _aligned(cells: Cells, before: LedgerEntry) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
    """Counts and hidden cells of an earlier issue, as the new one lists them; None when that had cells of its own."""
    index = pd.MultiIndex.from_frame(cells.table[list(KEY)])
    old = before.cells.set_index(list(KEY))
    if not old.index.isin(index).all():
        return None
    listed = old.reindex(index)
    counts = listed["value"].fillna(0).to_numpy(dtype=np.int64)
    return counts, listed["hidden"].eq(other=True).to_numpy(dtype=np.bool_)


def _chained(cells: Cells, issues: Sequence[NDArray[np.int64]]) -> Cells:
    """All issues as one listing: every count once for each, and between two that follow one another what was added.

    An issue, what was added to it and the one after add up, cell by cell. Everything is non-negative, as it is for
    one who takes it that late records only add persons; where they only took persons away, the issues come the other
    way round.
    """
    n, changes = len(cells.table), np.diff(np.array(issues), axis=0)
    layers = [*issues, *changes]
    sums = [(total + n * layer, parts + n * layer) for layer in range(len(layers)) for total, parts in cells.sums]
    for step, change in enumerate(changes):
        low, high = (step, step + 1) if (change >= 0).all() else (step + 1, step)
        sums += [
            (cell + n * high, np.array([cell + n * low, cell + n * (len(issues) + step)], dtype=np.int64))
            for cell in range(n)
        ]
    return replace(
        cells,
        table=pd.DataFrame({"value": np.abs(np.concatenate(layers))}),
        sums=tuple(sums),
        related=np.tile(cells.related, (len(layers), len(layers))),
        order=np.arange(n * len(layers)),
    )


def _linked(issues: Sequence[NDArray[np.int64]], hidden: NDArray[np.bool_]) -> list[NDArray[np.int64]] | None:
    """Issues that tell different things of what is hidden; None when that cannot be judged.

    Where no shown count moved, a reader has the same edition twice; where no hidden one did, the same sums of hidden
    cells. Counts of which some rose and some fell could have come about in too many ways.
    """
    kept = [issues[0]]
    for one in issues[1:]:
        change = one - kept[-1]
        if not change[~hidden].any() or not change[hidden].any():
            kept[-1] = one
        elif (change >= 0).all() or (change <= 0).all():
            kept.append(one)
        else:
            return None
    return kept


def _tells(draft: Draft, earlier: Sequence[LedgerEntry]) -> bool:
    cells, hidden = draft.cells, draft.hidden
    k = max(draft.edition.scope.k, *(one.k for one in earlier))
    issues = []
    for one in earlier:
        aligned = _aligned(cells, one)
        # Of one that was shown and is hidden now the count is known all the same; one that was hidden and is shown
        # now tells what its sum still hides.
        if aligned is None or (aligned[1] != hidden).any():
            return True
        change = np.abs(cells.values - aligned[0])
        if not ((change == 0) | (change >= k) | hidden).all():
            return True
        issues.append(aligned[0])
    linked = _linked([*issues, cells.values], hidden)
    if linked is None:
        return True
    if len(linked) == 1:
        return False
    copies = 2 * len(linked) - 1
    whose = np.tile(np.arange(len(hidden)), copies)
    return bool(breaches(_chained(cells, linked), np.tile(hidden, copies), k, whose))


def check_reissue(draft: Draft, earlier: Sequence[LedgerEntry]) -> None:
    """Refuses a re-issue by which a reader of all issues of the period could tell what came in between.

    Against every earlier issue each cell has to count the same, or differ by k or more, or be hidden in both, and the
    same cells have to be hidden. Then the attacker reads all issues together, and how many persons came in between is
    protected like any other count: neither those nor what is hidden in an issue may stand out.

    Raises
    ------
    DataError
        That says nothing of where.
    """
    if _tells(draft, earlier):
        raise DataError((Fault.of("release", "", Problem.REISSUE_TELLS),))
