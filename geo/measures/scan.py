"""Kulldorff's spatial scan: places with an excess, and how often chance alone gives one as strong anywhere.

One test for all places and sizes together: the largest log likelihood ratio over all circles is compared with the
largest ones of maps in which every area has the same risk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from geo.measures.chance import gumbel_p, upper_p
from geo.places.neighbours import in_space

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

#: Distances with a relative difference below this are equal: their areas enter a circle together.
_SAME = 1e-9
#: Circles around one centre are processed in runs: first this many areas, then this share of the circle so far.
_RUN, _GROWTH = 8, 1.06
#: Maps at a time: limits memory, and keeps the data in the processor's cache.
_MAPS = 500
_NOTHING = 1e-300


@dataclass(frozen=True, slots=True)
class Cluster:
    """One circle with an excess.

    Parameters
    ----------
    members
        Positions of its areas, from the centre outwards.
    centre
        Position of the area at its centre.
    observed, expected
        Cases inside, and expected cases at the overall rate.
    relative_risk
        Risk inside divided by risk outside; infinite if all cases are inside.
    llr
        Log likelihood ratio.
    p, p_gumbel
        Monte Carlo p against the largest ratio of each simulated map, and p of a Gumbel distribution fitted to those.
    """

    members: tuple[int, ...]
    centre: int
    observed: int
    expected: float
    relative_risk: float
    llr: float
    p: float
    p_gumbel: float


@dataclass(frozen=True, eq=False, slots=True)
class Circles:
    """All circles of a scan, by centre.

    Parameters
    ----------
    order
        For each centre the positions of the areas from it outwards, up to its largest circle.
    whole
        For each centre, whether a circle may end after an area; it may not end between equally distant areas.
    """

    order: list[NDArray[np.intp]]
    whole: list[NDArray[np.bool_]]


def circles(points: NDArray[np.float64], size: ArrayLike, *, max_share: float, is_on_sphere: bool) -> Circles:
    """Circles around every area that grow by distance and hold at most a share of the total size.

    Parameters
    ----------
    points
        Centres, shape (areas, 2); longitude and latitude on the sphere, else plane coordinates of one unit.
    size
        Population or another size to which expected cases are proportional, shape (areas,).
    max_share
        Fixed before the analysis: trying several values and keeping the best finds clusters in pure chance.
    is_on_sphere
        Whether distances are great circles.
    """
    space, sizes = in_space(points, is_on_sphere=is_on_sphere), np.asarray(size, dtype=float)
    limit = max_share * sizes.sum() * (1 + 1e-12)
    order, whole = [], []
    for centre in space:
        distance = np.sqrt(((space - centre) ** 2).sum(axis=1))
        near = np.argsort(distance, kind="stable")
        far, inside = distance[near], np.cumsum(sizes[near]) <= limit
        ends = np.append(far[1:] > far[:-1] * (1 + _SAME), True)
        # Equally distant areas enter together or not at all.
        reach = np.flatnonzero(inside & ends)
        count = int(reach[-1]) + 1 if len(reach) else 0
        order.append(near[:count])
        whole.append(ends[:count])
    return Circles(order, whole)


def log_likelihood_ratio(observed: ArrayLike, expected: ArrayLike, total: float) -> NDArray[np.float64]:
    """Poisson log likelihood ratio of an excess; 0 without an excess.

    References
    ----------
    Kulldorff (1997), Communications in Statistics: Theory and Methods 26, 1481-1496.
    """
    inside, mean = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = special.xlogy(inside, inside / mean) + special.xlogy(
            total - inside, (total - inside) / (total - mean)
        )
    return np.where(inside > mean, ratio, 0.0)


def largest_ratios(
    maps: NDArray[np.int32], expected: NDArray[np.float64], found: Circles, *, min_cases: int
) -> NDArray[np.float64]:
    """Largest ratio over all circles for each of many maps with the same total, shape (maps,).

    The ratio is A(c) + c (log(C - E) - log E) - C log(C - E), with A a table of the count only: one look-up and one
    product per circle instead of two logarithms. Within a run of circles around one centre no ratio exceeds that of
    the run's last count with its first expectation; only maps in which this exceeds the current maximum are computed
    in full.

    Parameters
    ----------
    maps
        Counts, shape (areas, maps).
    expected
        Shape (areas,); or (sizes, areas): then the ratio of a circle is the smallest over all sizes.
    found
        Circles of the same areas.
    min_cases
        Fewest cases in a circle.
    """
    total = int(maps[:, 0].sum())
    counts = np.arange(total + 1, dtype=float)
    table = special.xlogy(counts, counts) + special.xlogy(total - counts, total - counts)
    table[:min_cases] = -np.inf
    best = np.zeros(maps.shape[1])
    for order, whole in zip(found.order, found.whole, strict=True):
        if not len(order):  # an area larger than the largest circle
            continue
        # With several expectations the largest gives the smallest excess; it too never falls as a circle grows.
        mean = np.cumsum(expected[..., order], axis=-1).reshape(-1, len(order)).max(axis=0)
        outside = np.log(np.maximum(total - mean, _NOTHING))
        slope, base = outside - np.log(np.maximum(mean, _NOTHING)), total * outside
        before = np.zeros(maps.shape[1], dtype=maps.dtype)
        start = 0
        while start < len(order):
            end = min(len(order), max(start + _RUN, int(start * _GROWTH)))
            part = maps.take(order[start:end], axis=0)
            after = part.sum(axis=0, dtype=maps.dtype) + before
            bound = table.take(after) + after * slope[start] - base[start]
            live = np.flatnonzero((bound > best) & (after > mean[start]))
            if len(live):
                inside = np.cumsum(part[:, live], axis=0, dtype=maps.dtype) + before[live]
                ratio = table.take(inside) + inside * slope[start:end, None] - base[start:end, None]
                ratio[~((inside > mean[start:end, None]) & whole[start:end, None])] = 0.0
                best[live] = np.maximum(best[live], ratio.max(axis=0))
            before, start = after, end
    return best


def random_maps(
    expected: NDArray[np.float64], total: int, *, replicates: int, seed: int
) -> Iterator[NDArray[np.int32]]:
    """Maps with equal risk in every area and the same total of cases, shape (areas, maps) per block."""
    rng, probability = np.random.default_rng(seed), expected / expected.sum()
    for start in range(0, replicates, _MAPS):
        drawn = rng.multinomial(total, probability, size=min(_MAPS, replicates - start))
        yield np.ascontiguousarray(drawn.T, dtype=np.int32)


def simulate_maxima(
    found: Circles, expected: NDArray[np.float64], total: int, *, min_cases: int, replicates: int, seed: int
) -> NDArray[np.float64]:
    """Largest ratio of each of many maps with equal risk, shape (replicates,)."""
    if total == 0:
        return np.zeros(replicates)
    blocks = random_maps(expected, total, replicates=replicates, seed=seed)
    return np.concatenate([largest_ratios(maps, expected, found, min_cases=min_cases) for maps in blocks])


def strongest(
    cases: NDArray[np.float64], expected: NDArray[np.float64], found: Circles, *, min_cases: int
) -> list[tuple[NDArray[np.intp], int]]:
    """Members and centre of circles with an excess, the strongest first; no two share an area.

    Parameters
    ----------
    cases
        Shape (areas,).
    expected
        Shape (areas,); or (sizes, areas): then the ratio of a circle is the smallest over all sizes.
    found
        Circles of the same areas.
    min_cases
        Fewest cases in a circle.
    """
    total, best = int(cases.sum()), list[tuple[float, int, int]]()
    for centre, (order, whole) in enumerate(zip(found.order, found.whole, strict=True)):
        inside = np.cumsum(cases[order])
        mean = np.cumsum(expected[..., order], axis=-1)
        ratio = log_likelihood_ratio(inside, mean if mean.ndim == 1 else mean.max(axis=0), total)
        ratio[~whole | (inside < min_cases)] = 0.0
        if len(ratio) and ratio.max() > 0:
            best.append((float(ratio.max()), centre, int(ratio.argmax()) + 1))
    taken, kept = np.zeros(len(cases), dtype=bool), []
    for _, centre, count in sorted(best, key=lambda one: (-round(one[0], 9), one[1])):
        members = found.order[centre][:count]
        if not taken[members].any():
            taken[members] = True
            kept.append((members, centre))
    return kept


def cluster_of(
    members: NDArray[np.intp],
    centre: int,
    cases: NDArray[np.float64],
    expected: NDArray[np.float64],
    simulated: NDArray[np.float64],
) -> Cluster:
    """One circle with its figures and its p from simulated maxima."""
    total, seen, mean = int(cases.sum()), int(cases[members].sum()), float(expected[members].sum())
    rest, llr = total - seen, float(log_likelihood_ratio(seen, mean, total))
    return Cluster(
        members=tuple(members.tolist()),
        centre=centre,
        observed=seen,
        expected=mean,
        relative_risk=seen / mean / (rest / (total - mean)) if rest > 0 and mean > 0 else np.inf,
        llr=llr,
        # A simulated map that differs from the observed one only by rounding has reached it.
        p=float(upper_p((simulated >= llr * (1 - 1e-12)).sum(), len(simulated))),
        p_gumbel=float(gumbel_p(llr, simulated)),
    )


def scan(
    observed: ArrayLike,
    expected: ArrayLike,
    found: Circles,
    *,
    min_cases: int = 2,
    replicates: int = 9999,
    seed: int = 1,
    simulated: NDArray[np.float64] | None = None,
) -> list[Cluster]:
    """Circles with an excess, the strongest first; no two share an area.

    Parameters
    ----------
    observed
        Integer counts of independent cases, shape (areas,).
    expected
        Expected cases at the overall rate, with the same sum.
    found
        Circles of the same areas.
    min_cases
        Smallest number of cases in a cluster.
    replicates, seed
        Replicates and seed of the Monte Carlo test.
    simulated
        Maxima that were already simulated for the same total, expectation and circles.

    Returns
    -------
    For each centre its best circle; of those, in descending order of ratio, the ones that share no area with an
    earlier one. Their p says whether they are more than chance.

    References
    ----------
    Kulldorff (1997), as above; secondary clusters after Kulldorff and Nagarwalla (1995), Statistics in Medicine 14,
    799-810.
    """
    cases, mean = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    best = strongest(cases, mean, found, min_cases=min_cases)
    if not best:
        return []
    if simulated is None:
        simulated = simulate_maxima(
            found, mean, int(cases.sum()), min_cases=min_cases, replicates=replicates, seed=seed
        )
    return [cluster_of(members, centre, cases, mean, simulated) for members, centre in best]
