"""Need covered by an order of kelurahan, wave by wave, where the need is simulated or was held back.

A ranking that finds the first seven again would prove nothing: they are all in Kecamatan Oebobo, a unit of the
rollout and not a measured place. So an order is evaluated on need it has not seen: simulated need of which it sees
the counts, or the years after its data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.measures.poisson import expected_counts, fit_prior, shrink
from geo.measures.rollout import cw_stages
from geo.planning.inputs import criteria_table, trend
from geo.planning.priority import rank
from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geo.planning.criteria import Criterion
    from geo.release.released import Released


class OrderRule(StrEnum):
    """Rules that order kelurahan."""

    PRIORITY = "priority"  # all criteria that have data
    POSTERIOR = "posterior"  # posterior expected cases: what the waves maximise
    COUNT = "count"  # highest count first
    KECAMATAN = "kecamatan"  # one kecamatan after another, the one with the most first
    RANDOM = "random"
    BEST = "best"  # by the true need, which nobody knows


def falling(values: pd.Series[float]) -> pd.Index[str]:
    """Areas by descending value; in a tie the lower key first, unknown values last."""
    frame = pd.DataFrame({"value": -values.fillna(-np.inf), "area": values.index})
    return pd.Index(frame.sort_values(["value", "area"])["area"].to_numpy())


def by_kecamatan(counts: pd.Series[float], groups: pd.Series[str]) -> pd.Index[str]:
    """Areas of one kecamatan after another, the one with the most first, within it by descending count."""
    total = counts.groupby(groups).transform("sum")
    frame = pd.DataFrame({"total": -total, "group": groups, "count": -counts.fillna(-1.0), "area": counts.index})
    return pd.Index(frame.sort_values(["total", "group", "count", "area"])["area"].to_numpy())


def posterior_cases(cases: pd.Series[float], mean: pd.Series[float]) -> pd.Series[float]:
    """Expected cases of each area: its posterior relative risk times the expected count for its size.

    Only the count where the other areas give no information.
    """
    told = cases.notna() & mean.gt(0)
    if told.sum() <= 1 or not cases[told].sum() > 0:
        return cases
    prior = fit_prior(cases[told], mean[told])
    risk = pd.Series(shrink(cases[told], mean[told], prior).mean, index=cases.index[told])
    # If an area's count is not shown, only its size is known.
    return mean * risk.reindex(cases.index).fillna(1.0)


def covered(need: pd.Series[float], order: pd.Index[str], firsts: Sequence[int]) -> NDArray[np.float64]:
    """Share of all need in the first areas of an order; `need` is 0 or more and not missing.

    Examples
    --------
    >>> covered(pd.Series([1.0, 3.0], index=["a", "b"]), pd.Index(["b", "a"]), [1, 2]).tolist()
    [0.75, 1.0]
    """
    summed = np.cumsum(need.loc[order].to_numpy(dtype=float))
    return np.array([summed[min(first, len(summed)) - 1] / summed[-1] for first in firsts])


def orders(
    table: pd.DataFrame, groups: pd.Series[str], criteria: Sequence[Criterion]
) -> dict[OrderRule, pd.Index[str]]:
    """Orders of areas from the available data.

    Parameters
    ----------
    table
        From `geo.planning.inputs.criteria_table`.
    groups
        Kecamatan of each.
    criteria
        Criteria of the priority.
    """
    cases = table["cases"]
    return {
        OrderRule.PRIORITY: rank(table, criteria).order,
        OrderRule.POSTERIOR: falling(posterior_cases(cases, table["expected"])),
        OrderRule.COUNT: falling(cases),
        OrderRule.KECAMATAN: by_kecamatan(cases, groups),
    }


def _row(need: pd.Series[float], found: Mapping[OrderRule, pd.Index[str]], firsts: Sequence[int]) -> pd.DataFrame:
    """Share covered, a row per number of first areas, a column per order; by chance it is their share of areas."""
    told = {order.value: covered(need, areas, firsts) for order, areas in found.items()}
    told[OrderRule.RANDOM.value] = np.array([min(1.0, first / len(need)) for first in firsts])
    told[OrderRule.BEST.value] = covered(need, falling(need), firsts)
    return pd.DataFrame(told, index=pd.Index(firsts, name="first"))


@dataclass(frozen=True, eq=False)
class Town:
    """A simulated town whose need is known.

    Parameters
    ----------
    size
        Size of each area that an order sees.
    groups
        Kecamatan of each.
    true_size
        Size that determines the need. The true size is unknown in reality.
    reports
        Expected total.
    shape
        Shape of the gamma distribution of relative risks: at 4 the standard deviation is a half.
    """

    size: pd.Series[float]
    groups: pd.Series[str]
    true_size: pd.Series[float]
    reports: int
    shape: float = 4.0


def simulate_orders(
    town: Town, criteria: Sequence[Criterion], *, firsts: Sequence[int], runs: int, seed: int
) -> pd.DataFrame:
    """Share of a known need that orders cover when they see only its counts.

    Each run draws relative risks with mean 1. Needs are risk times true size, and counts are Poisson around them, for
    the period and for the previous one (for the trend). No kelurahan has a Community Watch yet.

    Returns
    -------
    DataFrame indexed by `first` and `figure` (`mean`, and `error`, its Monte Carlo standard error), one column per
    order, and `lead`: how much better the posterior order is than highest count first.
    """
    size, reports = town.size, town.reports
    rng = np.random.default_rng([seed, reports])
    found = []
    for _ in range(runs):
        weight = rng.gamma(town.shape, 1 / town.shape, len(size)) * town.true_size.to_numpy()
        need = pd.Series(reports * weight / weight.sum(), index=size.index)
        cases, before = (pd.Series(rng.poisson(need).astype(float), index=size.index) for _ in range(2))
        table = pd.DataFrame(
            {
                "cases": cases,
                "expected": expected_counts(cases, size),
                "trend": trend(cases, before),
                "without_cw": 1.0,
                "neighbours_without_cw": 1.0,
                "kecamatan_without_cw": 1.0,
                "stations": size,
            }
        )
        one = _row(need, orders(table, town.groups, criteria), firsts)
        found.append(one.assign(lead=one[OrderRule.POSTERIOR.value] - one[OrderRule.COUNT.value]))
    every = pd.concat(found).groupby(level="first")
    return pd.concat({"mean": every.mean(), "error": every.std() / np.sqrt(runs)}, names=["figure"]).swaplevel()


def held_back(
    past: Released,
    after: Released,
    neighbours: Mapping[str, tuple[str, ...]],
    criteria: Sequence[Criterion],
    *,
    firsts: Sequence[int],
) -> pd.DataFrame:
    """Share of the documented need of a later period that orders from an earlier one cover.

    Kelurahan whose later count is not shown have no documented need; that is a limit of the records, not a zero.

    Parameters
    ----------
    past, after
        Releases of the two periods; stages of Community Watch are those on the last day of `past`.
    """
    stages = cw_stages(past.rollout, past.areas, past.now.period.ends_on)
    table = criteria_table(past, stages, neighbours)
    counted = after.now.table
    told = counted["state"].isin([State.SHOWN, State.ZERO])
    need = counted["cases" if after.has_reports else "victims"].where(told).astype(float).fillna(0.0)
    return _row(need, orders(table, past.areas.groups, criteria), firsts)
