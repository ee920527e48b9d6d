"""One kelurahan over the years, and beside its neighbours."""

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
        What the viewer may see of each period, one after the other.
    kode
        The kelurahan.

    Returns
    -------
    DataFrame with `period` (text), `victims`, `cases` (nullable whole numbers, missing unless told) and `state`.
    """
    rows = []
    for seen in years:
        row = seen.now.table.loc[kode]
        rows.append({"period": str(seen.now.period), **{name: row[name] for name in ("victims", "cases", "state")}})
    found = pd.DataFrame(rows, columns=["period", "victims", "cases", "state"])
    return found.astype({"victims": "Int64", "cases": "Int64"})
