"""Joint p of the two tests for `sure`: how often chance alone passes either of them.

One test is on a single kelurahan (the smallest tail), the other on an area (the largest ratio of the scan). Both
react to the same excess: on one random map both are often extreme, or neither. Halving alpha would correct as if they
were independent; the smaller of their two p on the same maps corrects exactly.

The true size is unknown. Both tests require an excess under every size, and their p is the worst over random maps of
each size in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.measures.chance import upper_p
from geo.measures.poisson import upper_tail
from geo.measures.scan import largest_ratios, random_maps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.measures.scan import Circles

#: Numbers with a relative difference below this are equal except for rounding.
_SAME = 1e-12


def _p(ordered: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Monte Carlo p of each value among sorted ones: how often chance gives one as small."""
    return upper_p(np.searchsorted(ordered, value + _SAME * np.abs(value), side="right"), len(ordered))


@dataclass(frozen=True, eq=False, slots=True)
class _World:
    """Random maps in which one size is the true one; each sorted, the most extreme first, shape (maps,).

    `tails`: the smallest tail of a map. `ratios`: its largest ratio, negative. `either`: the smaller p of the two.
    """

    tails: NDArray[np.float64]
    ratios: NDArray[np.float64]
    either: NDArray[np.float64]

    @classmethod
    def of(cls, tails: NDArray[np.float64], ratios: NDArray[np.float64]) -> _World:
        ordered = np.sort(tails), np.sort(-ratios)
        either = np.minimum(_p(ordered[0], tails), _p(ordered[1], -ratios))
        return cls(*ordered, np.sort(either))

    def of_tail(self, tails: NDArray[np.float64]) -> NDArray[np.float64]:
        return _p(self.either, _p(self.tails, tails))

    def of_ratio(self, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        return _p(self.either, _p(self.ratios, -ratios))


@dataclass(frozen=True, eq=False, slots=True)
class Ways:
    """Distribution of both tests over random maps with one total.

    Parameters
    ----------
    worlds
        One per size that is assumed to be the true one.
    alone
        Largest ratio of each map by the first size, in its own world: the usual scan.
    """

    worlds: list[_World]
    alone: NDArray[np.float64]

    @classmethod
    def drawn(
        cls, found: Circles, expected: NDArray[np.float64], *, total: int, min_cases: int, replicates: int, seed: int
    ) -> Ways:
        """Both tests on the same random maps, for each size.

        Parameters
        ----------
        found
            Circles of the scan.
        expected
            Expected counts at the overall rate by each size, shape (sizes, areas).
        total
            Reports, at least one.
        min_cases
            Fewest reports in an area or circle.
        replicates, seed
            Number of random maps per size, and their seed.
        """
        places = np.arange(expected.shape[1])[:, None]
        table = upper_tail(np.arange(total + 1)[:, None], expected.max(axis=0))
        table[:min_cases] = 1.0
        worlds, alone = [], np.empty(0)
        for number, mean in enumerate(expected):
            tails, ratios, first = [], [], []
            for maps in random_maps(mean, total, replicates=replicates, seed=seed):
                tails.append(table[maps, places].min(axis=0))
                ratios.append(largest_ratios(maps, expected, found, min_cases=min_cases))
                if number == 0:
                    first.append(largest_ratios(maps, mean, found, min_cases=min_cases))
            worlds.append(_World.of(np.concatenate(tails), np.concatenate(ratios)))
            alone = np.concatenate(first) if number == 0 else alone
        return cls(worlds, alone)

    def of_tail(self, tails: NDArray[np.float64]) -> NDArray[np.float64]:
        """Adjusted p of tails under all sizes: how often either test is as extreme by chance, at worst.

        References
        ----------
        Westfall and Young (1993), Resampling-Based Multiple Testing, chapter 2 (the smallest p over all tests, from
        maps drawn jointly); Berger (1982), Technometrics 24, 295-300 (every size has to be rejected).
        """
        return np.max([world.of_tail(tails) for world in self.worlds], axis=0)

    def of_ratio(self, ratios: NDArray[np.float64]) -> NDArray[np.float64]:
        """Adjusted p of the ratios of circles under all sizes, in the same way."""
        return np.max([world.of_ratio(ratios) for world in self.worlds], axis=0)

    def critical_tail(self, level: float) -> float:
        """Largest tail that passes at this level: just below the first random one that does not."""
        seen = np.unique(np.concatenate([world.tails for world in self.worlds]))
        return float(np.nextafter(seen[np.argmax(self.of_tail(seen) > level)], 0))
