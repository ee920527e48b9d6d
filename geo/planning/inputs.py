"""Data of each kelurahan for a priority: a table made from a release only.

A hidden or unknown count is missing here too: it counts as the median, is reported as filled, and nothing computed
later can reveal it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.measures.rollout import REACHED
from geo.terms import Denominator, Stage, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.release.released import Counts, Released

#: Columns without embedded data; a city provides them.
OWN = (
    "documents_without_residents",
    "boarding_houses",
    "port_distance_m",
    "airport_distance_m",
    "candidates",
    "readiness",
    "cost",
)
#: A quiet or dormant Community Watch leaves half of the gap: it must be reactivated, not founded.
_QUIET = 0.5


def _told(counts: Counts, *, reports: bool) -> pd.Series[float]:
    """Reports, missing unless shown.

    An edition has only persons: persons in one report are not independent, so their draws vary less than they should.
    """
    table = counts.table
    told = table["state"].isin([State.SHOWN, State.ZERO])
    return table["cases" if reports else "victims"].astype(float).where(told)


def expected(cases: pd.Series[float], size: pd.Series[float]) -> pd.Series[float]:
    """Expected count of each kelurahan by size: the rate of those with a shown count, times the size.

    As in `geo.measures.rates`; also where the count itself is not shown, because the size is public.
    """
    told = cases.notna() & size.gt(0)
    total = float(size[told].sum())
    return (size * (float(cases[told].sum()) / total if total > 0 else np.nan)).where(size.gt(0))


def trend(now: pd.Series[float], before: pd.Series[float]) -> pd.Series[float]:
    """Trend from the previous period to this one: ln((now + m) / (before + m)), missing unless both are shown.

    `m` is the mean count of a kelurahan in the two periods. With a mean of about five, a change from 0 to 1 is 0.18
    and not infinite: one report more or less means little where counts are small.
    """
    both = now.notna() & before.notna()
    middle = float((now[both] + before[both]).mean() / 2) if both.any() else np.nan
    if not middle > 0:
        # No report in either period: no change.
        return now.where(both) * 0.0
    return pd.Series(np.log((now + middle) / (before + middle)), index=now.index)


def gap(stages: pd.DataFrame, quiet: pd.Series[bool] | None = None) -> pd.Series[float]:
    """1 if no Community Watch is known, 0.5 if it is dormant or quiet, 0 if it is active.

    Parameters
    ----------
    stages
        From `geo.measures.rollout.cw_stages`.
    quiet
        Kelurahan with an existing but quiet Community Watch, on the same index.
    """
    stage = stages["stage"]
    found = pd.Series(1.0, index=stages.index).mask(stage.isin([one.value for one in REACHED]), 0.0)
    asleep = stage.eq(Stage.DORMANT)
    if quiet is not None:
        asleep |= quiet.reindex(stages.index, fill_value=False).astype(bool) & found.eq(0.0)
    return found.mask(asleep, _QUIET)


def _neighbours_without(gaps: pd.Series[float], neighbours: Mapping[str, tuple[str, ...]]) -> pd.Series[float]:
    """Share of neighbours without an active Community Watch; missing without neighbours."""
    return pd.Series(
        [float((gaps[list(neighbours[kode])] > 0).mean()) if neighbours.get(kode) else np.nan for kode in gaps.index],
        index=gaps.index,
    )


def criteria_table(
    seen: Released,
    stages: pd.DataFrame,
    neighbours: Mapping[str, tuple[str, ...]],
    *,
    size: Denominator | None = None,
    quiet: pd.Series[bool] | None = None,
    own: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Columns of the criteria on the kelurahan index.

    Parameters
    ----------
    seen
        Release for this viewer.
    stages
        Stage of Community Watch on a day, from `geo.measures.rollout.cw_stages`.
    neighbours
        Neighbours of each kelurahan by `kode`.
    size
        Size to which expected counts are proportional; by default the first available.
    quiet
        Kelurahan whose Community Watch is quiet.
    own
        Columns of `OWN` that the city provides, indexed by `kode`; absent kelurahan are missing.

    Returns
    -------
    DataFrame of float: `cases`, `expected`, `trend`, `without_cw`, `neighbours_without_cw`, `stations`,
    `kecamatan_without_cw` and the columns of `own`. A column without data is left out or all missing.

    Raises
    ------
    ValueError
        When `own` has an unknown column, or a duplicate kelurahan.
    """
    areas = seen.areas
    cases = _told(seen.now, reports=seen.has_reports)
    gaps = gap(stages.loc[areas.index], quiet)
    found = pd.DataFrame({"cases": cases}, index=areas.index)
    sizes = seen.denominators
    if len(sizes.columns):
        chosen = size.value if size is not None else sizes.columns[0]
        found["expected"] = expected(cases, sizes[chosen])
    if seen.before is not None:
        found["trend"] = trend(cases, _told(seen.before, reports=seen.has_reports))
    found["without_cw"] = gaps
    found["neighbours_without_cw"] = _neighbours_without(gaps, neighbours)
    if Denominator.STATIONS_2024.value in sizes.columns:
        found["stations"] = sizes[Denominator.STATIONS_2024.value]
    if areas.groups.ne("").all():
        found["kecamatan_without_cw"] = gaps.eq(1.0).groupby(areas.groups).transform("all").astype(float)
    if own is None:
        return found
    unknown = [column for column in own.columns if column not in OWN]
    if unknown or own.index.has_duplicates:
        msg = f"columns that no criterion knows ({unknown}), or a kelurahan twice; known: {', '.join(OWN)}"
        raise ValueError(msg)
    return found.join(own.astype(float))
