"""Trend of each kelurahan's reports over the years, relative to the trend of the city."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.measures.chance import adjusted
from geo.measures.poisson import upper_tail

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: With fewer years or reports no trend is stated.
_LEAST_YEARS, _LEAST_REPORTS = 3, 8
#: Share of the years in which a kelurahan must stand out to be persistent.
_MOSTLY = 0.75


class Trend(StrEnum):
    """Trend of a kelurahan's reports."""

    NEW = "new"
    RISING = "rising"
    PERSISTENT = "persistent"
    FALLING = "falling"
    SPORADIC = "sporadic"
    NONE = "none"
    TOO_FEW = "too_few"


def trend_p(counts: ArrayLike, shares: ArrayLike) -> tuple[float, float]:
    """Exact p of a rise and of a fall at least as strong, given the number of reports.

    Each report falls into a year with that year's share; the statistic is the sum over the reports of the number of
    their year. The distribution is exact, so years without a report and ties need no correction.

    Parameters
    ----------
    counts
        Reports by year, whole numbers.
    shares
        Expected share of reports of each year, positive, sum 1.

    References
    ----------
    Cox and Lewis (1966), The Statistical Analysis of Series of Events, section 3.3 (the grouped, conditional form).

    Examples
    --------
    Four reports in the last of two equal years: one chance in sixteen.

    >>> trend_p([0, 4], [0.5, 0.5])
    (0.0625, 1.0)
    """
    years = np.asarray(counts, dtype=int)
    one = np.asarray(shares, dtype=float)
    whole, power, left = np.ones(1), one, int(years.sum())
    while left:
        if left % 2:
            whole = np.convolve(whole, power)
        power, left = np.convolve(power, power), left // 2
    at = int((years * np.arange(len(years))).sum())
    return min(1.0, float(whole[at:].sum())), min(1.0, float(whole[: at + 1].sum()))


def _course(
    counts: NDArray[np.float64], expected: NDArray[np.float64], rise: float, fall: float, alpha: float
) -> Trend:
    level = alpha / len(counts)
    stands_out = (upper_tail(counts, expected) <= level) & (counts > expected)
    if stands_out[-1] and not counts[:-1].any():
        return Trend.NEW
    if rise <= alpha:
        return Trend.RISING
    if fall <= alpha:
        return Trend.FALLING
    if stands_out.mean() >= _MOSTLY:
        return Trend.PERSISTENT
    return Trend.SPORADIC if stands_out.any() else Trend.NONE


def courses(counts: pd.DataFrame, size: pd.Series[float], *, alpha: float = 0.05) -> pd.DataFrame:
    """Trend of each kelurahan.

    Parameters
    ----------
    counts
        Reports, kelurahan by year in order; missing where hidden or unknown.
    size
        Size to which the expected reports of a year are proportional, on the same index.
    alpha
        Level of each test, after correction for the number of kelurahan.

    Returns
    -------
    DataFrame on the same index: `course` (`Course` as text), `rise`, `fall` (adjusted p; missing without enough
    data). `too_few` with fewer than three years or eight reports, or with a year unknown.
    """
    told = counts.astype(float)
    known = told.notna().all(axis=1)
    yearly = told[known].sum()
    enough = known & (told.sum(axis=1) >= _LEAST_REPORTS)
    found = pd.DataFrame({"course": Trend.TOO_FEW.value, "rise": np.nan, "fall": np.nan}, index=counts.index)
    if counts.shape[1] < _LEAST_YEARS or not enough.any() or (yearly <= 0).any():
        return found
    expected = np.outer(size[known] / size[known].sum(), yearly)
    of = pd.DataFrame(expected, index=counts.index[known], columns=counts.columns)
    # Relative to the others: if reports grow in all kelurahan alike, no kelurahan rises.
    p = []
    for kode in counts.index[enough]:
        others = yearly - told.loc[kode] + 0.5
        p.append(trend_p(told.loc[kode].to_numpy(), (others / others.sum()).to_numpy()))
    found.loc[enough, "rise"] = adjusted([one[0] for one in p])
    found.loc[enough, "fall"] = adjusted([one[1] for one in p])
    rise, fall = found.loc[enough, "rise"].to_numpy(), found.loc[enough, "fall"].to_numpy()
    for number, kode in enumerate(counts.index[enough]):
        years, mean = told.loc[kode].to_numpy(), of.loc[kode].to_numpy()
        found.loc[kode, "course"] = _course(years, mean, float(rise[number]), float(fall[number]), alpha).value
    return found
