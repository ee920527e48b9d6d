"""One kelurahan over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.release.released import Released


def yearly_counts(years: Sequence[Released], kode: str) -> pd.DataFrame:
    """Reports and victims of one kelurahan by period.

    Parameters
    ----------
    years
        Release of each period for this viewer, in order.
    kode
        The kelurahan.

    Returns
    -------
    DataFrame with `period` (text), `victims`, `cases` (nullable integers, missing unless shown) and `state`.
    """
    rows = []
    for seen in years:
        row = seen.now.table.loc[kode]
        rows.append({"period": str(seen.now.period), **{name: row[name] for name in ("victims", "cases", "state")}})
    found = pd.DataFrame(rows, columns=["period", "victims", "cases", "state"])
    return found.astype({"victims": "Int64", "cases": "Int64"})
