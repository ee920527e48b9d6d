"""Rows that are totals of other rows: told by what they are called and by their numbers being the sum."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

#: Words before the name of something that has kelurahan in it.
_ABOVE = re.compile(r"(kota|kabupaten|kab\.?|kecamatan|kec\.?|prov(insi)?\.?|se-?\s?kota)\b.*", re.IGNORECASE)
_NEAR = 1e-9
_LEAST = 2


def names_above(cells: pd.Series[str]) -> pd.Series[bool]:
    """Cells that name a city, a district or a province: "Kota Kupang", "Kec. Alak"."""
    return cells.str.fullmatch(_ABOVE.pattern, case=False).astype(bool)


def _runs(candidates: NDArray[np.bool_], at: int) -> Iterator[NDArray[np.bool_]]:
    """Sets of rows of which the row `at` can be the sum: those above it, those below it, all."""
    ordinary = ~candidates
    place = np.arange(len(candidates))
    others = np.flatnonzero(candidates)
    before = max((one for one in others if one < at), default=-1)
    after = min((one for one in others if one > at), default=len(candidates))
    yield ordinary
    yield place != at
    yield ordinary & (place < at)
    yield ordinary & (place < at) & (place > before)
    yield ordinary & (place > at) & (place < after)


def sums(
    candidates: NDArray[np.bool_],
    values: NDArray[np.floating[Any]],
    *,
    least: int = _LEAST,
    only_of_all: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Which candidates are the sum of other rows in every column that they fill.

    Parameters
    ----------
    candidates
        Rows that may be totals, shape (rows,).
    values
        Shape (rows, columns), NaN where empty.
    least
        Rows that a sum has at least.
    only_of_all
        Candidates that are totals only where they are the sum of all other rows.
    """
    found = np.zeros(len(candidates), dtype=bool)
    for at in np.flatnonzero(candidates):
        filled = ~np.isnan(values[at])
        all_others = [~candidates, np.arange(len(candidates)) != at]
        runs = all_others if only_of_all is not None and only_of_all[at] else _runs(candidates, int(at))
        found[at] = filled.any() and any(
            run.sum() >= least and _are_equal(values[at, filled], np.nansum(values[run][:, filled], axis=0))
            for run in runs
        )
    return found


def _are_equal(one: NDArray[np.floating[Any]], other: NDArray[np.floating[Any]]) -> bool:
    return bool(np.all(np.abs(one - other) <= _NEAR * np.maximum(1, np.abs(other))))
