"""Rows that are totals of other rows: told by what they are called and by their numbers being the sum."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

#: Words before the name of something that has kelurahan in it.
_ABOVE = re.compile(r"(kota|kabupaten|kab\.?|kecamatan|kec\.?|prov(insi)?\.?|se-?\s?kota)\b.*", re.IGNORECASE)
_NEAR = 1e-9
_LEAST = 2


def names_above(cells: pd.Series[str]) -> pd.Series[bool]:
    """Cells that name a city, a district or a province: "Kota Kupang", "Kec. Alak"."""
    return cells.str.fullmatch(_ABOVE.pattern, case=False).astype(bool)


def are_sums(
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
    at = np.flatnonzero(candidates)
    filled, own = ~np.isnan(values[at]), np.nan_to_num(values[at])
    # Rows between two candidates are added up once: a sheet may have nothing but candidates.
    ordinary = np.flatnonzero(~candidates)
    block = np.searchsorted(at, ordinary)
    many = np.bincount(block, minlength=len(at) + 1)
    sums = np.zeros((len(at) + 1, values.shape[1]))
    for column in range(values.shape[1]):
        weights = np.nan_to_num(values[ordinary, column])
        sums[:, column] = np.bincount(block, weights, minlength=len(at) + 1)
    whole, many_above = sums.sum(axis=0), np.cumsum(many)[:-1]

    def is_sum(rows: NDArray[Any] | int, total: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
        near = np.abs(own - total) <= _NEAR * np.maximum(1, np.abs(total))
        equal: NDArray[np.bool_] = np.all(near | ~filled, axis=1) & (rows >= least)
        return equal

    of_all = is_sum(len(ordinary), whole[None, :]) | is_sum(len(candidates) - 1, whole + own.sum(axis=0) - own)
    # Of the rows above, of those since the candidate above, of those until the one below.
    of_some = (
        is_sum(many_above, np.cumsum(sums, axis=0)[:-1]) | is_sum(many[:-1], sums[:-1]) | is_sum(many[1:], sums[1:])
    )
    if only_of_all is not None:
        of_some &= ~only_of_all[at]
    found[at] = filled.any(axis=1) & (of_all | of_some)
    return found
