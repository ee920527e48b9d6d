"""How far a priority depends on its weights and on chance in its counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.measures.poisson import Prior, fit_prior
from geo.planning.priority import comparable, scaled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator
    from numpy.typing import NDArray

    from geo.planning.criteria import Criterion
    from geo.planning.priority import Ranking

#: Numbers in memory at a time for each drawn criterion; limits memory for any number of areas.
_AT_ONCE = 2_000_000
_LOW, _HIGH = 0.05, 0.95


class Standing(StrEnum):
    """Three groups, by the share of draws in which an area is among the first."""

    ALWAYS = "always"
    DEPENDS = "depends"
    NOT_NOW = "not_now"


@dataclass(frozen=True, eq=False)
class Stability:
    """Result of the draws for each area.

    Parameters
    ----------
    table
        On the index of the ranking: `first_share` (share of draws among the first), `rank_low`, `rank_high`
        (integers; 90 % of the draws lie between them, both included).
    first
        Number of first areas.
    draws, concentration, seed
        Parameters of the draws.
    """

    table: pd.DataFrame
    first: int
    draws: int
    concentration: float
    seed: int

    def standings(self, *, always: float, never: float) -> pd.Series[str]:
        """Group of each area as text of `Standing`.

        Parameters
        ----------
        always, never
            Smallest share of draws for the first group, and largest for the last (`settings.priority`).
        """
        share = self.table["first_share"]
        found = np.select([share >= always, share <= never], [Standing.ALWAYS, Standing.NOT_NOW], Standing.DEPENDS)
        return pd.Series(found, index=share.index, dtype="object")


def draw_weights(
    weights: NDArray[np.float64], draws: int, concentration: float, rng: Generator
) -> NDArray[np.float64]:
    """Random weights, shape (draws, criteria): Dirichlet with the given weights as mean; a weight of 0 stays 0.

    A larger concentration keeps them closer: at 30 a weight of a half has a standard deviation of 0.09.
    """
    found = np.zeros((draws, len(weights)))
    there = weights > 0
    found[:, there] = rng.dirichlet(concentration * weights[there], size=draws)
    return found


@dataclass(frozen=True, eq=False, slots=True)
class Uncertain:
    """Posterior of one criterion's counts: Gamma(shape, 1 / rate) of the relative risk, times the expected count.

    Each of shape (areas,). If the rate is infinite nothing is uncertain and the value is `fixed`.
    """

    shape: NDArray[np.float64]
    rate: NDArray[np.float64]
    fixed: NDArray[np.float64]

    @classmethod
    def of(cls, counts: NDArray[np.float64], expected: NDArray[np.float64], known: NDArray[np.bool_]) -> Uncertain:
        """Posterior as in the smoothed rates: Gamma(O + nu, E + alpha) x E, with the prior of the given areas.

        An area with an unknown count gets the prior for its size. If the expected count is zero or unknown, the value
        stays as it is. Without over-dispersion every area gets its expected count.

        References
        ----------
        Clayton and Kaldor (1987), Biometrics 43, 671-681.
        """
        usable = np.isfinite(expected) & (expected > 0)
        told = usable & known
        total = counts[told].sum()
        none = np.full(len(counts), np.inf)
        if total <= 0:
            return cls(np.ones(len(counts)), none, counts)
        # Expected counts may be in any unit of size.
        mean = np.where(usable, expected, 0.0) * (total / expected[told].sum())
        prior = fit_prior(counts[told], mean[told]) if told.sum() > 1 else Prior(None, np.inf)
        if prior.nu is None:
            return cls(np.ones(len(counts)), none, np.where(usable, mean, counts))
        shape = np.where(told, counts, 0.0) + prior.nu
        rate = (np.where(told, mean, 0.0) + prior.alpha) / np.where(usable, mean, 1.0)
        return cls(shape, np.where(usable, rate, np.inf), counts)

    def draw(self, draws: int, rng: Generator) -> NDArray[np.float64]:
        """Values of shape (draws, areas)."""
        fixed = np.isinf(self.rate)
        if fixed.all():
            return np.broadcast_to(self.fixed, (draws, len(self.fixed)))
        found = rng.standard_gamma(self.shape, size=(draws, len(self.shape)))
        found /= np.where(fixed, 1.0, self.rate)
        found[:, fixed] = self.fixed[fixed]
        return found


def uncertain(ranking: Ranking) -> dict[str, Uncertain]:
    """Posterior of each criterion whose counts are uncertain."""
    found = {}
    for name in ranking.expected.columns:
        gone = {area for criterion, area in ranking.filled if criterion == name}
        known = np.array([area not in gone for area in ranking.values.index])
        found[name] = Uncertain.of(ranking.values[name].to_numpy(), ranking.expected[name].to_numpy(), known)
    return found


def draw_scores(ranking: Ranking, *, draws: int, concentration: float, seed: int) -> Iterator[NDArray[np.float64]]:
    """Scores of the draws in blocks, each of shape (draws of the block, areas), areas in the order of the ranking.

    Values are scaled again in each draw. The weights and the counts of each criterion have their own random numbers,
    so that the draws do not depend on the size of a block.
    """
    mine, *others = np.random.SeedSequence(seed).spawn(1 + len(ranking.criteria))
    weights = draw_weights(
        np.asarray(ranking.weights, dtype=float), draws, concentration, np.random.default_rng(mine)
    )
    posterior = uncertain(ranking)
    streams = {one.name: np.random.default_rng(other) for one, other in zip(ranking.criteria, others, strict=True)}
    is_fixed = np.array([one.name not in posterior for one in ranking.criteria])
    plain = ranking.scaled.to_numpy()[:, is_fixed].T
    step = max(1, _AT_ONCE // max(1, len(ranking.table)))
    for start in range(0, draws, step):
        some = weights[start : start + step]
        scores = some[:, is_fixed] @ plain
        for at, one in enumerate(ranking.criteria):
            if one.name in posterior:
                drawn = _drawn(posterior[one.name], one, len(some), streams[one.name])
                scores += some[:, at, None] * drawn
        yield scores


def _drawn(posterior: Uncertain, criterion: Criterion, draws: int, rng: Generator) -> NDArray[np.float64]:
    return scaled(posterior.draw(draws, rng), criterion)


def stability(
    ranking: Ranking, *, first: int, draws: int = 10_000, concentration: float = 30.0, seed: int = 1
) -> Stability:
    """Share of draws in which each area is among the first, and the interval of its rank.

    Weights are drawn around the planner's, counts from their posterior, both together, because both are uncertain
    together. The same seed gives the same result, whatever the order of the rows.

    Parameters
    ----------
    ranking
        From `geo.planning.priority.rank`.
    first
        Number of areas chosen.
    draws
        Number of draws; the error of a share is at most 0.5 / sqrt(draws).
    concentration
        How close the weights stay to the planner's.
    seed
        Seed of the random numbers.
    """
    if min(first, draws) < 1 or not concentration > 0:
        msg = f"first and draws are 1 or more and the concentration above 0, not {first}, {draws}, {concentration}"
        raise ValueError(msg)
    # Lower areas first: then a stable sort resolves ties to the lower one, and row order does not matter.
    by_index = np.argsort(ranking.table.index.to_numpy(), kind="stable")
    ordered = _taken(ranking, by_index)
    areas = len(by_index)
    ranks = np.empty((draws, areas), dtype=np.uint16 if areas < np.iinfo(np.uint16).max else np.uint32)
    places = np.arange(1, areas + 1, dtype=ranks.dtype)
    done = 0
    for scores in draw_scores(ordered, draws=draws, concentration=concentration, seed=seed):
        order = np.argsort(-comparable(scores), axis=1, kind="stable")
        some = ranks[done : done + len(scores)]
        np.put_along_axis(some, order, places[None, :], axis=1)
        done += len(scores)
    low, high = _interval(ranks)
    found = pd.DataFrame(
        {"first_share": (ranks <= first).mean(axis=0), "rank_low": low, "rank_high": high},
        index=ordered.table.index,
    ).reindex(ranking.table.index)
    return Stability(found, first, draws, concentration, seed)


def _taken(ranking: Ranking, rows: NDArray[np.intp]) -> Ranking:
    frames = {name: getattr(ranking, name).iloc[rows] for name in ("table", "values", "scaled", "expected")}
    return replace(ranking, **frames)


def _interval(ranks: NDArray[np.unsignedinteger]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Smallest ranks that at least 5 %, and at least 95 %, of the draws do not exceed."""
    draws = len(ranks)
    at = [int(np.ceil(share * draws - 1e-9)) - 1 for share in (_LOW, _HIGH)]
    low, high = np.empty(ranks.shape[1], dtype=np.int64), np.empty(ranks.shape[1], dtype=np.int64)
    step = max(1, _AT_ONCE // draws)
    for start in range(0, ranks.shape[1], step):
        some = np.partition(ranks[:, start : start + step], sorted(set(at)), axis=0)
        low[start : start + step], high[start : start + step] = some[at[0]], some[at[1]]
    return low, high
