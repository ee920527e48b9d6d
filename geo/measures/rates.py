"""Rates: reports relative to a size, shrunk for small sizes, and the limits of pure chance.

A denominator here is a size of a kelurahan, not its residents: most counted persons lived elsewhere. A rate is the
number of reports relative to the size of the place that issued the papers, not a risk for its residents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from geo.measures.poisson import Prior, dispersion, fit_prior, shrink
from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.release.released import Released
    from geo.terms import Denominator


@dataclass(frozen=True, eq=False)
class Rates:
    """Rates over the kelurahan whose count and size are both shown.

    Parameters
    ----------
    table
        Index: all kelurahan. Float columns, missing where no count is shown: `observed`, `size`, `expected` (at the
        city's rate for that size), `rate`, `smooth`, `smooth_low`, `smooth_high` (empirical Bayes, 95 %), all rates
        per unit of size. `state` of the count.
    city_rate
        Reports per unit of size, over the kelurahan with a shown count.
    denominator
        Which size.
    prior
        Prior of the smoothing.
    spread
        Over-dispersion of the counts around the city's rate; 1 means chance alone.
    """

    table: pd.DataFrame
    city_rate: float
    denominator: Denominator
    prior: Prior
    spread: float = 1.0


def rates(released: Released, denominator: Denominator) -> Rates:
    """Rates of reports, crude and by empirical Bayes.

    Only kelurahan with a shown count are used: one without a report is unknown, not zero, and a hidden one stays
    hidden. Reports are counted, not persons, because persons in one report are not independent.

    Parameters
    ----------
    released
        Release for this viewer.
    denominator
        A column of `released.denominators`.

    Raises
    ------
    KeyError
        When the layer has no such denominator.
    """
    size = released.denominators[denominator.value]
    told = released.now.table["state"].isin([State.SHOWN, State.ZERO]) & size.gt(0)
    observed = released.now.table["cases"].astype(float).where(told)
    total = float(observed.sum())
    city_rate = total / float(size[told].sum()) if told.any() else np.nan
    table = pd.DataFrame({"observed": observed, "size": size, "expected": (size * city_rate).where(told)})
    table["rate"] = table["observed"] / table["size"]
    prior = Prior(None, np.inf)
    if total > 0:
        prior = fit_prior(table.loc[told, "observed"], table.loc[told, "expected"])
    relative = shrink(table["observed"], table["expected"], prior)
    for column, risk in (("smooth", relative.mean), ("smooth_low", relative.low), ("smooth_high", relative.high)):
        table[column] = pd.Series(risk * city_rate, index=table.index).where(told)
    table["state"] = released.now.table["state"]
    spread = dispersion(table.loc[told, "observed"], table.loc[told, "expected"]) if total > 0 else 1.0
    return Rates(table, city_rate, denominator, prior, spread)


def funnel(found: Rates, sizes: Sequence[float], *, inside: float) -> pd.DataFrame:
    """Limits that contain a given share of kelurahan of each size if all had the city's rate.

    If kelurahan differ more than by chance, limits of chance alone flag too many: the limits are widened by the
    observed over-dispersion.

    Parameters
    ----------
    found
        The rates.
    sizes
        Positive sizes at which to compute the limits.
    inside
        Share inside, for example 0.95 or 0.998.

    Returns
    -------
    DataFrame with `size`, `low`, `high` (rates per unit of size), from the continuous Poisson quantile, its distance
    from the city's rate multiplied by the root of the over-dispersion.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202.
    """
    size = np.asarray(sizes, dtype=float)
    expected = size * found.city_rate
    low = np.maximum(0.0, special.pdtrik((1 - inside) / 2, expected))
    high = np.maximum(0.0, special.pdtrik((1 + inside) / 2, expected))
    low[np.isnan(low)] = 0.0
    wider = np.sqrt(found.spread)
    low, high = np.maximum(0.0, expected - (expected - low) * wider), expected + (high - expected) * wider
    return pd.DataFrame({"size": size, "low": low / size, "high": high / size})


def outside(found: Rates, *, inside: float) -> pd.Series[str]:
    """Position of each kelurahan: `above`, `below` or `inside` the limits; empty text if its count is not shown.

    The limits test each of many kelurahan: with 51 and 99.8 % one in ten maps has a kelurahan outside by chance
    alone.
    """
    limits = funnel(found, found.table["size"].clip(lower=1e-9).tolist(), inside=inside).set_index(found.table.index)
    place = np.select(
        [found.table["rate"].isna(), found.table["rate"] > limits["high"], found.table["rate"] < limits["low"]],
        ["", "above", "below"],
        default="inside",
    )
    return pd.Series(place, index=found.table.index, dtype="object")
