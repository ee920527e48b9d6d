"""Rates: reports set against a size, shrunk where a size is small, and the limits that chance alone would keep to.

A denominator here is a size of a kelurahan, not its residents: most persons counted lived elsewhere. A rate says how
many reports there are for the size of the place whose papers they name, and is no risk to anyone who lives there.
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
    """Reports against a size, over the kelurahan of which both are told.

    Parameters
    ----------
    table
        Index: all kelurahan. Float columns, missing where no count is told: `observed`, `size`, `expected` (what the
        city's rate gives for that size), `rate`, `smooth`, `smooth_low`, `smooth_high` (empirical Bayes, 95 %), all
        rates per unit of size. `state` as of the count.
    city_rate
        Reports per unit of size, over the kelurahan told.
    denominator
        Which size.
    prior
        What the smoothing is made of.
    spread
        Over-dispersion of the counts, 1 for none: how much further than chance alone they lie from the city's rate.
    """

    table: pd.DataFrame
    city_rate: float
    denominator: Denominator
    prior: Prior
    spread: float = 1.0


def rates(released: Released, denominator: Denominator) -> Rates:
    """Rates of reports, crude and by empirical Bayes.

    Only kelurahan with a told count take part: one without a report is unknown, not zero, and a hidden one stays so.
    Reports are counted, not persons: persons of one report are not independent of each other.

    Parameters
    ----------
    released
        What the viewer may see.
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
    """Limits within which a share of kelurahan of each size would lie if all had the city's rate.

    Where the kelurahan differ among each other more than chance would have it, limits of chance alone would call too
    many unusual: they are widened by the spread that is there.

    Parameters
    ----------
    found
        The rates.
    sizes
        Positive sizes at which the limits are wanted.
    inside
        Share inside, for example 0.95 or 0.998.

    Returns
    -------
    DataFrame with `size`, `low`, `high` (rates per unit of size), from the Poisson quantile made continuous, its
    distance from the city's rate times the root of the over-dispersion.

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
    """Where each kelurahan lies: `above`, `below` or `inside` the limits; empty text where no count is told.

    The limits are one look at each of many kelurahan: with 51 and 99.8 % one in ten maps has a kelurahan outside by
    chance alone.
    """
    limits = funnel(found, found.table["size"].clip(lower=1e-9).tolist(), inside=inside).set_index(found.table.index)
    place = np.select(
        [found.table["rate"].isna(), found.table["rate"] > limits["high"], found.table["rate"] < limits["low"]],
        ["", "above", "below"],
        default="inside",
    )
    return pd.Series(place, index=found.table.index, dtype="object")
