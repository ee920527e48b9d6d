"""Local statistics: whether an area and its neighbours are similar. A second view besides the scan.

Both test whether nearby values are more similar than in a random arrangement; neither tests whether one area has more
than the whole. P-values come from conditional permutation: the area keeps its value, the others are shuffled over all
other places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.measures.chance import tie_margin, two_sided_p

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo.places.neighbours import Neighbours

#: Numbers drawn at a time; limits memory.
_BLOCK = 4_000_000


@dataclass(frozen=True, eq=False, slots=True)
class Local:
    """Local statistic of each area; missing without a neighbour or a value. Shape (areas,) each.

    Parameters
    ----------
    statistic
        Gi* as z, or local Moran's I.
    p
        Two-sided p from conditional permutation.
    value, around
        Deviation from the overall mean of the area itself, and of the mean of its neighbours (Moran) or its
        neighbourhood (Gi*); the signs give the kind of similarity.
    """

    statistic: NDArray[np.float64]
    p: NDArray[np.float64]
    value: NDArray[np.float64]
    around: NDArray[np.float64]


def standardised_rates(observed: ArrayLike, size: ArrayLike) -> NDArray[np.float64]:
    """Rates minus the overall rate, divided by their standard deviation under one common rate.

    Raw rates of small areas vary most, and would be the hot and cold spots of every map.

    Parameters
    ----------
    observed, size
        Shape (areas,), sizes positive.

    References
    ----------
    Assunção and Reis (1999), Statistics in Medicine 18, 2147-2162. If the moment estimate of an area's variance is
    negative, only the binomial part is used, as they do.

    Examples
    --------
    >>> standardised_rates([5, 10, 30], [100, 200, 300]).round(3).tolist()
    [-0.791, -1.0, 1.118]
    """
    counts, sizes = np.asarray(observed, dtype=float), np.asarray(size, dtype=float)
    rate, overall = counts / sizes, counts.sum() / sizes.sum()
    spread = float((sizes * (rate - overall) ** 2).sum() / sizes.sum())
    variance = spread - overall / sizes.mean() + overall / sizes
    variance = np.where(variance < 0, overall / sizes, variance)
    return np.divide(rate - overall, np.sqrt(variance), out=np.zeros_like(rate), where=variance > 0)


def _draws(rng: np.random.Generator, others: int, picked: int, replicates: int) -> NDArray[np.intp]:
    """Distinct numbers below `others`, `picked` in each row, one row per replicate."""
    if picked * picked > others:
        return rng.permuted(np.broadcast_to(np.arange(others), (replicates, others)), axis=1)[:, :picked]
    rows = rng.integers(0, others, (replicates, picked))
    again = np.arange(replicates)
    while len(again):
        ordered = np.sort(rows[again], axis=1)
        again = again[(ordered[:, 1:] == ordered[:, :-1]).any(axis=1)]
        rows[again] = rng.integers(0, others, (len(again), picked))
    return rows


def _sums(
    values: NDArray[np.float64], picked: int, places: NDArray[np.intp], replicates: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]]]:
    """Sum of `picked` values drawn without replacement, and the correction if an area draws itself.

    Areas with the same number of neighbours share their draws: numbers below n - 1 stand for all places but the last.
    If a draw gives the area itself, the last place is used instead. This is the only difference between the sums of
    two areas, and rare, so a replicate costs no more for many areas than for one.
    """
    others = len(values) - 1
    total = np.empty(replicates)
    where = np.full(len(values), -1)
    where[places] = np.arange(len(places))
    own: list[list[NDArray[np.intp]]] = [[] for _ in places]
    step = max(1, _BLOCK // (others if picked * picked > others else picked))
    for start in range(0, replicates, step):
        rows = _draws(rng, others, picked, min(step, replicates - start))
        total[start : start + len(rows)] = values[rows].sum(axis=1)
        replicate, slot = np.nonzero(where[rows] >= 0)
        if not len(replicate):
            continue
        area = where[rows[replicate, slot]]
        order = np.argsort(area, kind="stable")
        named, first = np.unique(area[order], return_index=True)
        for number, part in zip(named.tolist(), np.split(replicate[order], first[1:]), strict=True):
            own[number].append(part + start)
    return total, [np.concatenate(parts) if parts else np.empty(0, dtype=np.intp) for parts in own]


def _permuted(
    values: NDArray[np.float64], neighbours: Neighbours, replicates: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum of each area's neighbours and its two-sided p; both missing without neighbours."""
    observed, p = neighbours.sums(values), np.full(len(values), np.nan)
    degree, margin = neighbours.degree, tie_margin(values) * max(1, int(neighbours.degree.max(initial=1)))
    observed = np.where(degree > 0, observed, np.nan)
    last = len(values) - 1
    for picked in np.unique(degree[degree > 0]).tolist():
        places = np.flatnonzero(degree == picked)
        total, own = _sums(values, picked, places, replicates, rng)
        ordered = np.sort(total)
        above = replicates - np.searchsorted(ordered, observed[places] - margin, side="left")
        below = np.searchsorted(ordered, observed[places] + margin, side="right")
        for number, (place, changed) in enumerate(zip(places.tolist(), own, strict=True)):
            if place == last or not len(changed):
                continue
            before, now = total[changed], total[changed] + values[last] - values[place]
            low, high = observed[place] - margin, observed[place] + margin
            above[number] += int((now >= low).sum()) - int((before >= low).sum())
            below[number] += int((now <= high).sum()) - int((before <= high).sum())
        p[places] = two_sided_p(above, below, replicates)
    return observed, p


def getis_ord(values: ArrayLike, neighbours: Neighbours, *, replicates: int, seed: int) -> Local:
    """Gi*, the area itself included, binary weights: high where a neighbourhood is high.

    Parameters
    ----------
    values
        Any real numbers, shape (areas,).
    neighbours
        Of the same areas.
    replicates
        Permutations; with fewer than 9,999 a single strong area cannot pass a correction for many.
    seed
        Of the permutations.

    Returns
    -------
    `statistic` is z of the analytic mean and variance; missing without neighbours. Where all values are equal it is
    0 and p is 1.

    References
    ----------
    Ord and Getis (1995), Geographical Analysis 27, 286-306, equation 5.
    """
    given = np.asarray(values, dtype=float)
    n, mean, spread = len(given), float(given.mean()), float(given.std())
    around, p = _permuted(given, neighbours, replicates, np.random.default_rng(seed))
    members = neighbours.degree + 1.0
    total = around + given
    scale = spread * np.sqrt(members * (n - members) / max(1, n - 1))
    deviation = total - members * mean
    z = np.divide(deviation, scale, out=np.zeros(n), where=scale > tie_margin(given))
    return Local(np.where(np.isnan(around), np.nan, z), p, given - mean, deviation / members)


def local_moran(values: ArrayLike, neighbours: Neighbours, *, replicates: int, seed: int) -> Local:
    """Local Moran's I with row-standardised weights and the second moment over n.

    Parameters
    ----------
    values
        Any real numbers, shape (areas,).
    neighbours, replicates, seed
        As for `getis_ord`.

    References
    ----------
    Anselin (1995), Geographical Analysis 27, 93-115, equation 7 (its m2 divides by n; esda divides by n - 1).
    """
    given = np.asarray(values, dtype=float)
    deviation = given - given.mean()
    second = float((deviation**2).mean())
    sums, p = _permuted(deviation, neighbours, replicates, np.random.default_rng(seed))
    around = sums / np.maximum(neighbours.degree, 1)
    if second <= tie_margin(given) ** 2:
        return Local(np.where(np.isnan(around), np.nan, 0.0), p, deviation * 0, around * 0)
    # An area at the mean has I = 0 however its neighbours are shuffled.
    p = np.where((np.abs(deviation) <= tie_margin(given)) & ~np.isnan(p), 1.0, p)
    return Local(deviation * around / second, p, deviation, around)
