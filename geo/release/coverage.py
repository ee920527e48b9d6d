"""Which kelurahan were covered by reporting for the whole of a period: only there does no record mean zero."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from geo.period import Period


def _spans(statements: pd.DataFrame, period: Period) -> bool:
    """Whether the statements together leave no day of the period uncovered."""
    reached = period.starts_on - timedelta(days=1)
    for start, end in sorted(zip(statements["from_on"].dt.date, statements["to_on"].dt.date, strict=True)):
        if start > reached + timedelta(days=1):
            return False
        reached = max(reached, end)
    return reached >= period.ends_on


def is_covered(coverage: pd.DataFrame, index: pd.Index[str], period: Period) -> pd.Series[bool]:
    """Whether reporting covered each kelurahan for the whole period.

    Parameters
    ----------
    coverage
        Canonical table; a statement on a kecamatan (`53.71.04`) or the city (`53.71`) holds for all below it.
    index
        Keys of the kelurahan.
    period
        The period; a statement may begin earlier and end later, and several may follow one another without a gap.

    Returns
    -------
    Series of bool on `index`.
    """
    near = coverage[
        (coverage["from_on"] <= pd.Timestamp(period.ends_on)) & (coverage["to_on"] >= pd.Timestamp(period.starts_on))
    ]
    by_place = dict(list(near.groupby("kode")))
    above: dict[str, bool] = {}
    result = {}
    for kode in index:
        parts = kode.split(".")
        own = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
        stated = tuple(place for place in own if place in by_place)
        if not stated:
            result[kode] = False
            continue
        key = "/".join(stated)
        if key not in above:
            above[key] = _spans(pd.concat([by_place[place] for place in stated]), period)
        result[kode] = above[key]
    return pd.Series(result, index=index, name="is_covered").astype(bool)
