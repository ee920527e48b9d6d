"""Compare each area with the whole: counts, expected counts at the overall rate, and the role of chance.

Plain arrays in, plain arrays out, for any areas. Counts are independent reports; persons in one report are not
independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, special

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

#: Above this shape the prior is practically a point at the mean: no visible over-dispersion.
_NO_SPREAD = 1e6
#: Share of the standardised residuals that is winsorised at each end before over-dispersion is estimated.
_WINSORISED = 0.1


def expected_counts(observed: ArrayLike, size: ArrayLike | None) -> NDArray[np.float64]:
    """Expected count of each area at the overall rate; without sizes all areas have the same size."""
    counts = np.asarray(observed, dtype=float)
    weight = np.ones_like(counts) if size is None else np.asarray(size, dtype=float)
    total = weight.sum()
    return counts.sum() * weight / total if total > 0 else np.zeros_like(counts)


def exact_interval(observed: ArrayLike, *, inside: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Exact Poisson interval of the mean of each count.

    References
    ----------
    Garwood (1936), Biometrika 28, 437-442.

    Examples
    --------
    >>> low, high = exact_interval([0, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 4.795], [3.689, 18.39])
    """
    counts = np.asarray(observed, dtype=float)
    tail = (1 - inside) / 2
    low = np.where(counts > 0, special.gammaincinv(np.maximum(counts, 1), tail), 0.0)
    return low, special.gammaincinv(counts + 1, 1 - tail)


def upper_tail(observed: ArrayLike, expected: ArrayLike) -> NDArray[np.float64]:
    """P(X >= observed) of a Poisson count with the expected mean; 1 for an observed 0."""
    counts, mean = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    return np.where(counts > 0, special.gammainc(np.maximum(counts, 1), mean), 1.0)


def critical_count(expected: ArrayLike, alpha: float) -> NDArray[np.float64]:
    """Smallest count whose upper tail is at most alpha."""
    mean = np.asarray(expected, dtype=float)
    count = np.maximum(1.0, np.floor(special.pdtrik(1 - alpha, np.maximum(mean, 1e-12))))
    # The continuous inverse may be off by one: step to the first count that satisfies the condition.
    while True:
        fails = upper_tail(count, mean) > alpha
        if not fails.any():
            break
        count = count + fails
    while True:
        holds = (count > 1) & (upper_tail(np.maximum(count - 1, 1), mean) <= alpha)
        if not holds.any():
            return count
        count = count - holds


def detection_power(expected: ArrayLike, critical: ArrayLike, risk: float) -> NDArray[np.float64]:
    """Probability that an area with this relative risk reaches its critical count."""
    return upper_tail(critical, risk * np.asarray(expected, dtype=float))


def smallest_visible_risk(expected: ArrayLike, critical: ArrayLike, *, power: float = 0.8) -> NDArray[np.float64]:
    """Smallest relative risk with which an area reaches its critical count with the given power.

    Infinite where the expected count is zero.
    """
    mean = np.asarray(expected, dtype=float)
    needed = special.gammaincinv(np.asarray(critical, dtype=float), power)
    return np.divide(needed, mean, out=np.full_like(mean, np.inf), where=mean > 0)


@dataclass(frozen=True, slots=True)
class Prior:
    """Gamma distribution of relative risks over the areas: shape `nu`, rate `alpha`.

    `nu` is None without over-dispersion: then all areas have the overall rate, as far as the data show.
    """

    nu: float | None
    alpha: float


def fit_prior(observed: ArrayLike, expected: ArrayLike) -> Prior:
    """Poisson-Gamma prior by maximum likelihood of the negative binomial.

    Parameters
    ----------
    observed
        Counts, not missing.
    expected
        Expected counts at the overall rate; positive.

    References
    ----------
    Clayton and Kaldor (1987), Biometrics 43, 671-681.
    """
    counts, mean = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)

    def loss(logged: NDArray[np.float64]) -> float:
        nu, alpha = np.exp(logged)
        terms = special.gammaln(counts + nu) - special.gammaln(nu)
        terms += nu * np.log(alpha / (mean + alpha)) + counts * np.log(mean / (mean + alpha))
        return -float(terms.sum())

    found = optimize.minimize(
        loss, np.zeros(2), method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-8, "fatol": 1e-10}
    )
    nu, alpha = np.exp(found.x)
    return Prior(None, np.inf) if nu > _NO_SPREAD else Prior(float(nu), float(alpha))


@dataclass(frozen=True, eq=False, slots=True)
class Shrunk:
    """Relative risks shrunk towards 1, more strongly with less data; each of shape (areas,).

    `mean`, `low`, `high` (95 %): posterior of the relative risk. `above`: P(risk > `times`).
    """

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    above: NDArray[np.float64]


def shrink(observed: ArrayLike, expected: ArrayLike, prior: Prior, *, times: float = 1.5) -> Shrunk:
    """Posterior of each relative risk: Gamma(observed + nu, expected + alpha).

    Without over-dispersion all risks are 1 as far as the data show, and the interval has no meaning.
    """
    counts, mean = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    if prior.nu is None:
        one = np.ones_like(counts)
        return Shrunk(one, one, one, np.full_like(counts, float(times < 1)))
    shape, rate = counts + prior.nu, mean + prior.alpha
    return Shrunk(
        shape / rate,
        special.gammaincinv(shape, 0.025) / rate,
        special.gammaincinv(shape, 0.975) / rate,
        special.gammaincc(shape, times * rate),
    )


def dispersion(observed: ArrayLike, expected: ArrayLike) -> float:
    """Over-dispersion of counts around their expectation, at least 1, from winsorised residuals.

    Variance-stabilised residuals, a tenth winsorised at each end, so that a few true excesses do not widen the limits
    that should detect them.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202, section 3.2.2 and appendix A.
    """
    counts, mean = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    counts, mean = counts[mean > 0], mean[mean > 0]
    if len(counts) < 2:  # noqa: PLR2004 - one residual tells nothing of a spread
        return 1.0
    residual = 2 * (np.sqrt(counts) - np.sqrt(mean))
    low, high = np.quantile(residual, [_WINSORISED, 1 - _WINSORISED])
    return max(1.0, float(np.mean(np.clip(residual, low, high) ** 2)))
