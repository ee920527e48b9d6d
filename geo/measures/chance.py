"""P-values that are correct with ties, and their correction for many tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Sums of the same numbers in another order differ by rounding; a relative difference below this is a tie.
_TIE = 1e-9


def adjusted(p: ArrayLike) -> NDArray[np.float64]:
    """Benjamini-Hochberg adjusted p of each p; a missing p stays missing and is not counted.

    Parameters
    ----------
    p
        Shape (areas,), 0 to 1 or NaN.

    References
    ----------
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.03, np.nan]).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    given = np.asarray(p, dtype=float)
    found = np.full(given.shape, np.nan)
    there = np.flatnonzero(~np.isnan(given))
    order = there[np.argsort(given[there], kind="stable")[::-1]]
    ranks = np.arange(len(order), 0, -1)
    found[order] = np.minimum(1.0, np.minimum.accumulate(given[order] * len(order) / ranks))
    return found


def upper_p(reached: ArrayLike, replicates: int) -> NDArray[np.float64]:
    """Monte Carlo p: share of the replicates, including the observed one, that reach the observed value.

    Parameters
    ----------
    reached
        Number of replicates that are at least as large.
    replicates
        Number of replicates.

    References
    ----------
    Dwass (1957), Annals of Mathematical Statistics 28, 181-187.
    """
    return (np.asarray(reached, dtype=float) + 1) / (replicates + 1)


def two_sided_p(above: ArrayLike, below: ArrayLike, replicates: int) -> NDArray[np.float64]:
    """Two-sided Monte Carlo p that is correct with ties.

    Replicates equal to the observed value count on both sides. Counting them on one side only, or taking the smaller
    side without doubling it, makes pure chance significant where many counts are zero (esda 2.9.0 does both).

    Parameters
    ----------
    above, below
        Number of replicates that are at least, and at most, the observed value.
    replicates
        Number of replicates.
    """
    smaller = np.minimum(np.asarray(above, dtype=float), np.asarray(below, dtype=float))
    return np.minimum(1.0, 2 * (smaller + 1) / (replicates + 1))


def gumbel_p(value: ArrayLike, maxima: ArrayLike) -> NDArray[np.float64]:
    """P of a maximum from a Gumbel distribution fitted to simulated maxima by moments; finer than 1 / replicates.

    Parameters
    ----------
    value
        Observed value.
    maxima
        One maximum per replicate.

    References
    ----------
    Abrams, Kulldorff and Kleinman (2010), International Journal of Health Geographics 9, 61.
    """
    simulated = np.asarray(maxima, dtype=float)
    spread = float(simulated.std(ddof=1)) if len(simulated) > 1 else 0.0
    if spread == 0:
        return np.where(np.asarray(value, dtype=float) > simulated.max(initial=0.0), 0.0, 1.0)
    scale = spread * np.sqrt(6) / np.pi
    middle = float(simulated.mean()) - np.euler_gamma * scale
    return -np.expm1(-np.exp(-(np.asarray(value, dtype=float) - middle) / scale))


def tie_margin(values: ArrayLike) -> float:
    """Difference below which two sums of these values count as equal."""
    return _TIE * float(np.abs(np.asarray(values, dtype=float)).max(initial=0.0)) + np.finfo(float).tiny
