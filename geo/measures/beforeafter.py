"""Reports and cases before and after the start of each Community Watch: a description, not an effect estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from geo.release.released import Watch

#: Months shown on each side of a start.
MONTHS = 12


def around_starts(
    months: pd.DataFrame, covered: pd.DataFrame, watch: Watch | None, started: pd.DataFrame, *, most: int = MONTHS
) -> pd.DataFrame:
    """Cases and watchers' reports by month relative to the start, for every kelurahan with a start.

    Month 0 begins on the first day of the month of the start. No data is not zero: months without a case and without
    known coverage are missing. Watchers' reports are missing before the first and after the last one of any
    kelurahan.

    Parameters
    ----------
    months
        Cases by kelurahan and month, from all records (`Released.months`).
    covered
        Place and time of coverage (`Released.covered`).
    watch
        The watchers' own reports; None if the viewer may not see them.
    started
        From `geo.measures.pace.starts`; starts known only to the year are left out.
    most
        Months on each side.

    Returns
    -------
    DataFrame with `kode`, `month` (from -most to most - 1), `cases`, `heard` (Int64, missing where unknown).
    """
    begun = started.loc[started["on"].notna() & started["precision"].ne("year"), "on"]
    at = (begun.dt.year * 12 + begun.dt.month).astype(int)
    long = months[months.index.isin(at.index)].melt(ignore_index=False, var_name="first", value_name="cases")
    long = long.reset_index(names="kode").astype({"first": "datetime64[ns]"})
    long["month"] = long["first"].dt.year * 12 + long["first"].dt.month - at.reindex(long["kode"]).to_numpy(int)
    long = long[long["month"].between(-most, most - 1)]
    known = covered.stack().reindex(pd.MultiIndex.from_arrays([long["kode"], long["first"]])).to_numpy(bool)  # noqa: PD013
    long["cases"] = long["cases"].astype("Int64").where(long["cases"].gt(0) | known)
    long["heard"] = pd.NA
    if watch is not None and not watch.reports.empty:
        first = watch.reports["reported_on"].dt.to_period("M").dt.start_time
        counted = watch.reports.groupby(["kode", first]).size()
        at = pd.MultiIndex.from_arrays([long["kode"], long["first"]])
        listed = long["month"].ge(0) & long["first"].le(watch.reports["reported_on"].max())
        long["heard"] = counted.reindex(at).fillna(0).to_numpy()
        long["heard"] = long["heard"].where(listed)
    long["heard"] = long["heard"].astype("Int64")
    return long[["kode", "month", "cases", "heard"]].sort_values(["kode", "month"]).reset_index(drop=True)


def sums(around: pd.DataFrame) -> pd.DataFrame:
    """For each kelurahan: months with known cases, cases before and after its start, watchers' reports.

    Returns
    -------
    DataFrame on `kode`: `months_before`, `cases_before`, `months_after`, `cases_after`, `heard_after`.
    """
    is_after = around["month"].ge(0)
    before, after = around[~is_after].groupby("kode"), around[is_after].groupby("kode")
    columns = {
        "months_before": before["cases"].count(),
        "cases_before": before["cases"].sum(),
        "months_after": after["cases"].count(),
        "cases_after": after["cases"].sum(),
        "heard_after": after["heard"].sum(min_count=1),
    }
    return pd.DataFrame(columns).fillna({name: 0 for name in columns if name != "heard_after"}).astype("Int64")
