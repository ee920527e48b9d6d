"""What is known of each kelurahan for a priority: a table made of what was released, and nothing else.

A count that is hidden or not known is missing here as it is everywhere: it counts as the median, is named as such,
and nothing made later can give it back.
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

#: Columns for which nothing is embedded; a city brings them.
OWN = (
    "documents_without_residents",
    "boarding_houses",
    "port_distance_m",
    "airport_distance_m",
    "candidates",
    "readiness",
    "cost",
)
#: A Community Watch that is quiet or dormant leaves half of the gap: it has to be woken, not founded.
_QUIET = 0.5


def _told(counts: Counts, *, reports: bool) -> pd.Series[float]:
    """Reports, missing unless they are told.

    Of an edition persons: those of one report are not independent, so draws of them vary less than they should.
    """
    table = counts.table
    told = table["state"].isin([State.SHOWN, State.ZERO])
    return table["cases" if reports else "victims"].astype(float).where(told)


def expected(cases: pd.Series[float], size: pd.Series[float]) -> pd.Series[float]:
    """What each kelurahan would have by its size: the rate of those told, times the size.

    As in `geo.measures.rates`; also where the count itself is not told, because the size is public.
    """
    told = cases.notna() & size.gt(0)
    total = float(size[told].sum())
    return (size * (float(cases[told].sum()) / total if total > 0 else np.nan)).where(size.gt(0))


def trend(now: pd.Series[float], before: pd.Series[float]) -> pd.Series[float]:
    """Course from the period before to this one: ln((now + m) / (before + m)), missing unless both are told.

    `m` is the mean count of a kelurahan in the two periods, so that 0 to 1 among kelurahan of about five is 0.18 and
    not without end: one report more or less means little where a few are the rule.
    """
    both = now.notna() & before.notna()
    middle = float((now[both] + before[both]).mean() / 2) if both.any() else np.nan
    if not middle > 0:
        # Nothing was recorded in either: nothing moved.
        return now.where(both) * 0.0
    return pd.Series(np.log((now + middle) / (before + middle)), index=now.index)


def gap(stages: pd.DataFrame, quiet: pd.Series[bool] | None = None) -> pd.Series[float]:
    """1 where no Community Watch is known, 0.5 where it is dormant or quiet, 0 where it is active.

    Parameters
    ----------
    stages
        Of `geo.measures.rollout.cw_stages`.
    quiet
        Kelurahan whose Community Watch is there and silent, on the same index.
    """
    stage = stages["stage"]
    found = pd.Series(1.0, index=stages.index).mask(stage.isin([one.value for one in REACHED]), 0.0)
    asleep = stage.eq(Stage.DORMANT)
    if quiet is not None:
        asleep |= quiet.reindex(stages.index, fill_value=False).astype(bool) & found.eq(0.0)
    return found.mask(asleep, _QUIET)


def _neighbours_without(gaps: pd.Series[float], neighbours: Mapping[str, tuple[str, ...]]) -> pd.Series[float]:
    """Share of the neighbours that have no active Community Watch; missing without neighbours."""
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
        What the viewer may see.
    stages
        Stage of Community Watch on a day, of `geo.measures.rollout.cw_stages`.
    neighbours
        Neighbours of each kelurahan by `kode`.
    size
        By which size counts are expected; the first there is by default.
    quiet
        Kelurahan whose Community Watch is silent.
    own
        Columns of `OWN` that the city brings, indexed by `kode`; kelurahan that it leaves out are missing.

    Returns
    -------
    DataFrame of float: `cases`, `expected`, `trend`, `without_cw`, `neighbours_without_cw`, `stations`,
    `kecamatan_without_cw` and what `own` brings. A column for which there is nothing is left out or all missing.

    Raises
    ------
    ValueError
        When `own` has another column, or a kelurahan twice.
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
