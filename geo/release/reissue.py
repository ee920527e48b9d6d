"""Re-issue of a period: refused if readers of all its issues together could infer what changed in between."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.programmes import NotProvedError
from geo.release.attacker import breaches, partly
from geo.release.cells import KEY
from geo.release.rule import most

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.release.cells import Cells
    from geo.release.editions import Draft
    from geo.release.ledger import LedgerEntry


def _aligned(cells: Cells, before: LedgerEntry) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
    """Counts and hidden cells of an earlier issue in the listing of the new one; None if it had other cells."""
    index = pd.MultiIndex.from_frame(cells.table[list(KEY)])
    old = before.cells.set_index(list(KEY))
    if not old.index.isin(index).all():
        return None
    listed = old.reindex(index)
    counts = listed["value"].fillna(0).to_numpy(dtype=np.int64)
    return counts, listed["hidden"].eq(other=True).to_numpy(dtype=np.bool_)


def _chained(cells: Cells, issues: Sequence[NDArray[np.int64]]) -> Cells:
    """All issues as one listing: every count once per issue, and the additions between consecutive issues.

    An issue and the additions to it sum to the next issue, cell by cell. All values are non-negative: the attacker
    assumes that late records only add persons. If they only removed persons, the issues are in reverse order.
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
        kind=np.tile(cells.kind, len(layers)),
    )


def _different(issues: Sequence[NDArray[np.int64]], hidden: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Issues that give different information about hidden cells.

    If no shown count changed, a reader has the same edition twice; if no hidden one changed, the same sums of hidden
    cells.
    """
    kept = [issues[0]]
    for one in issues[1:]:
        change = one - kept[-1]
        if change[~hidden].any() and change[hidden].any():
            kept.append(one)
        else:
            kept[-1] = one
    return kept


def _tells(draft: Draft, earlier: Sequence[LedgerEntry]) -> bool:
    cells, hidden = draft.cells, draft.hidden
    k = max(draft.edition.scope.k, *(one.k for one in earlier))
    issues = []
    for one in earlier:
        aligned = _aligned(cells, one)
        # A cell that was shown and is now hidden has a known count; a cell that was hidden and is now shown reveals
        # what its sum still hides.
        if aligned is None or (aligned[1] != hidden).any():
            return True
        change = np.abs(cells.values - aligned[0])
        if not ((change == 0) | (change >= k) | hidden).all():
            return True
        issues.append(aligned[0])
    different = _different([*issues, cells.values], hidden)
    if len(different) == 1:
        return False
    changes = np.diff(np.array(different), axis=0)
    # If some counts rose and some fell, there are too many possible explanations.
    if not all((one >= 0).all() or (one <= 0).all() for one in changes):
        return True
    copies = 2 * len(different) - 1
    chained, both = _chained(cells, different), np.tile(hidden, copies)
    of_issues = [most(replace(cells, table=cells.table.assign(value=one)), hidden, k) for one in different]
    bounds = np.concatenate([*of_issues, np.full(len(changes) * len(hidden), np.inf)])
    whose = np.tile(np.arange(len(hidden)), copies)
    return bool(partly(chained, both, k, bounds)) or bool(breaches(chained, both, k, bounds, whose))


def check_reissue(draft: Draft, earlier: Sequence[LedgerEntry]) -> None:
    """Refuse a re-issue if a reader of all issues of the period could infer what changed in between.

    Against every earlier issue each cell must have the same count, or differ by k or more, or be hidden in both, and
    the same cells must be hidden. Then the attacker reads all issues together, and the number of persons added in
    between is protected like any other count: neither these nor the hidden cells of an issue may be inferable, also
    for somebody who knows one other cell in all issues.

    Raises
    ------
    DataError
        Without the location.
    """
    fault = DataError((Fault.of("release", "", Problem.REISSUE_TELLS),))
    try:
        tells = _tells(draft, earlier)
    except NotProvedError as not_proved:
        raise fault from not_proved
    if tells:
        raise fault
