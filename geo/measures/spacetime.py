"""Emerging clusters: places with more reports now than their own past and the city's trend predict.

Cylinders: a circle of kelurahan and a time span that ends now. The expected count of a cell is its place's share of
all reports times its month's share. A place that always has many reports is not news, and no size is needed, so no
stand-in for a size can mislead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.measures.chance import gumbel_p, upper_p
from geo.measures.scan import log_likelihood_ratio

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geo.measures.scan import Circles


@dataclass(frozen=True, slots=True)
class Emerging:
    """A cylinder that ends now.

    Parameters
    ----------
    members
        Positions of its areas, from the centre outwards.
    months
        Number of last months in its span.
    observed, expected
        Reports inside, and expected reports from its places and months.
    llr, p, p_gumbel
        Log likelihood ratio; Monte Carlo p against the largest ratio of each shuffled table; p from a Gumbel
        distribution.
    """

    members: tuple[int, ...]
    months: int
    observed: int
    expected: float
    llr: float
    p: float
    p_gumbel: float


def _ratios(recent: NDArray[np.float64], expected: NDArray[np.float64], total: int, min_cases: int) -> Any:
    """Ratio of each circle and span, shape (circles, spans); 0 for too few cases."""
    ratio = log_likelihood_ratio(recent, expected, total)
    ratio[recent < min_cases] = 0.0
    return ratio


def _members(found: Circles, areas: int) -> tuple[NDArray[np.float64], list[NDArray[np.intp]]]:
    """Every circle once: its areas, shape (circles, areas), and their order from the centre."""
    rows, orders, known = [], [], set()
    for order, whole in zip(found.order, found.whole, strict=True):
        for count in (np.flatnonzero(whole) + 1).tolist():
            inside = np.zeros(areas)
            inside[order[:count]] = 1
            key = inside.tobytes()
            if key not in known:
                known.add(key)
                rows.append(inside)
                orders.append(order[:count])
    return np.array(rows), orders


def emerging(
    cases: ArrayLike,
    found: Circles,
    *,
    longest: int,
    min_cases: int = 2,
    replicates: int = 999,
    seed: int = 1,
) -> list[Emerging]:
    """Cylinders with an excess that end in the last month, the strongest first; no two share an area.

    Parameters
    ----------
    cases
        Reports by area and month, shape (areas, months), integers.
    found
        Circles of the same areas, a few hundred at most.
    longest
        Longest span in months; at most half of all.
    min_cases
        Fewest reports in a cylinder.
    replicates, seed
        Replicates and seed of the Monte Carlo test, which shuffles the months over all reports.

    Raises
    ------
    ValueError
        When the span is longer than half of the months.

    References
    ----------
    Kulldorff et al. (2005), PLoS Medicine 2, e59 (space-time permutation); Kulldorff (2001), Journal of the Royal
    Statistical Society A 164, 61-72 (cylinders that reach the present).
    """
    table = np.asarray(cases, dtype=float)
    months = table.shape[1]
    if not 0 < longest <= months // 2:
        msg = f"a stretch of {longest} of {months} months"
        raise ValueError(msg)
    total = int(table.sum())
    if total == 0:
        return []
    inside, orders = _members(found, len(table))
    if not orders:
        return []

    def recent(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.cumsum(counts[:, ::-1], axis=1)[:, :longest]

    expected = np.outer(inside @ table.sum(axis=1), recent(table.sum(axis=0)[None, :])[0]) / total
    area, month = np.repeat(np.indices(table.shape).reshape(2, -1), table.ravel().astype(int), axis=1)
    rng = np.random.default_rng(seed)
    maxima = np.zeros(replicates)
    for number in range(replicates):
        shuffled = np.bincount(area * months + rng.permutation(month), minlength=table.size).reshape(table.shape)
        maxima[number] = _ratios(inside @ recent(shuffled.astype(float)), expected, total, min_cases).max()
    observed = inside @ recent(table)
    ratio = _ratios(observed, expected, total, min_cases)
    taken, kept = np.zeros(len(table), dtype=bool), []
    spans, strongest = ratio.argmax(axis=1), ratio.max(axis=1)
    for circle in np.argsort(-strongest, kind="stable").tolist():
        if strongest[circle] <= 0 or taken[orders[circle]].any():
            continue
        taken[orders[circle]] = True
        span, llr = int(spans[circle]), float(strongest[circle])
        kept.append(
            Emerging(
                members=tuple(orders[circle].tolist()),
                months=span + 1,
                observed=int(observed[circle, span]),
                expected=float(expected[circle, span]),
                llr=llr,
                p=float(upper_p((maxima >= llr * (1 - 1e-12)).sum(), replicates)),
                p_gumbel=float(gumbel_p(llr, maxima)),
            )
        )
    return kept
