"""Reports and cases before and after the start of each Community Watch: a description, not an effect estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from geo.release.released import Watch

#: Months shown on each side of a start.
MONTHS = 12


def _started(started: pd.DataFrame) -> pd.Series[int]:
    """Month of each start, counted through the years; of those that are known to the month at least."""
    begun = started.loc[started["on"].notna() & started["precision"].ne("year"), "on"]
    return (begun.dt.year * 12 + begun.dt.month).astype(int)


def left_out_around(without_month: pd.DataFrame, started: pd.DataFrame, *, most: int = MONTHS) -> int:
    """Reports of the years looked at that are in no month, of all kelurahan that have a start.

    Parameters
    ----------
    without_month
        Reports by kelurahan and year of which nobody knows the month (`Released.without_month`).
    started, most
        As of `around_starts`.
    """
    at = _started(started)
    # Month 12 of a year divides by twelve: the year of a month is that of the month before it.
    first, last = (at - most - 1) // 12, (at + most - 2) // 12
    long = without_month.loc[at.index].melt(ignore_index=False, var_name="year", value_name="reports")
    is_near = long["year"].astype(int).between(first.reindex(long.index), last.reindex(long.index))
    return int(long.loc[is_near, "reports"].sum())


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
        Cases by kelurahan and month, from all records (`Released.months`); a case of which only the year is known is
        in no month (`left_out_around`).
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
    at = _started(started)
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
        where = pd.MultiIndex.from_arrays([long["kode"], long["first"]])
        listed = long["month"].ge(0) & long["first"].le(watch.reports["reported_on"].max())
        long["heard"] = counted.reindex(where).fillna(0).to_numpy()
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
