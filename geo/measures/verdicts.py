"""One verdict for each kelurahan, by rules that are fixed before anyone sees the data.

Two separate questions are tested. "Has this kelurahan more reports than its share of the city?" is tested for each
one alone; "is there an excess somewhere?" by the scan, for all places and sizes together. `sure` needs the first
under every available size: sizes of a kelurahan are stand-ins, and a finding that depends on one of them is not
reliable. A kelurahan in a significant circle without a significant result of its own is `in_cluster`. Whether
neighbours are similar (Gi*, local Moran) is another question: `python -m geo measure` answers it, and no verdict uses
it.

The probability of any false `sure` on a map without differences is at most `alpha`, over all methods and all periods
that a page shows together. A period or setting that a user tries out is not part of this: its result is never `sure`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.measures.chance import adjusted
from geo.measures.poisson import (
    critical_count,
    detection_power,
    dispersion,
    exact_interval,
    expected_counts,
    fit_prior,
    shrink,
    smallest_visible_risk,
    upper_tail,
)
from geo.measures.scan import Circles, Cluster, circles, cluster_of, log_likelihood_ratio, strongest
from geo.measures.ways import Ways

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: With fewer reports nothing is called an excess (as SaTScan does for clusters).
_MIN_CASES = 2
#: A kelurahan has too few data if even this relative risk would be missed more often than found.
STRONG, _EVEN = 4.0, 0.5
#: Posterior probability above which the smoothed risk counts as raised.
_PROBABLE = 0.8
TIMES = 1.5


class Verdict(StrEnum):
    """Verdict on a kelurahan."""

    SURE = "sure"
    LIKELY = "likely"
    IN_CLUSTER = "in_cluster"
    NO_DIFFERENCE = "no_difference"
    TOO_FEW = "too_few"


class Sign(StrEnum):
    """A method that flags a kelurahan as raised, and its question."""

    OWN = "own"  # more than its share, corrected for multiple testing?
    SCAN = "scan"  # part of an area with more than its share?
    POSTERIOR = "posterior"  # smoothed risk likely above one and a half times the city's?


def sign_column(sign: Sign) -> str:
    """Column of a table of verdicts: whether a method flags the kelurahan as raised."""
    return f"sign_{sign}"


@dataclass(frozen=True, slots=True)
class Rules:
    """Parameters of the verdicts, fixed in advance.

    Parameters
    ----------
    alpha
        Probability of any false `sure` on a map without differences, over all methods and all `looks`.
    looks
        Number of periods shown together.
    max_share
        Largest share of the city in a circle of the scan.
    replicates, seed
        Replicates and seed of the Monte Carlo tests.
    is_declared
        Whether period and settings are those fixed in advance. If not, nothing is `sure`.
    """

    alpha: float = 0.05
    looks: int = 1
    max_share: float = 0.25
    replicates: int = 9999
    seed: int = 1
    is_declared: bool = True

    @property
    def level(self) -> float:
        """Largest p for a `sure`, after adjustment for all kelurahan, areas and both tests."""
        return self.alpha / self.looks


@dataclass(frozen=True, slots=True)
class Area:
    """A circle of the scan with its verdict: `sure`, `likely` or `no_difference`; `p_worst` over all sizes."""

    cluster: Cluster
    verdict: Verdict
    p_worst: float


@dataclass(frozen=True, eq=False)
class MapVerdicts:
    """Verdicts of one map.

    Parameters
    ----------
    table
        On the index of the kelurahan with a verdict: `observed`, `expected`, `smr`, `smr_low`, `smr_high` (95 %, one
        test), `p`, `q` (under all sizes together, adjusted for all areas and both tests by random maps), `q_best`,
        `smallest` (relative risk that would be `sure` in four of five maps), `above` (P(risk > 1.5 x city), with the
        first size), `verdict` (`Verdict` as text), `cluster` (number of its area, 0 for none), and one yes/no column
        per `sign_column`.
    areas
        Circles of the scan with an excess under every size, the strongest first.
    spread
        Over-dispersion of the counts relative to the first size, 1 for none.
    rules
        Rules of the verdicts.
    """

    table: pd.DataFrame
    areas: list[Area]
    spread: float
    rules: Rules


@dataclass(eq=False)
class Judge:
    """Gives verdicts on maps of the same areas; everything independent of the counts is prepared once.

    Parameters
    ----------
    sizes
        On the index of the areas, one column per size, all positive; the first is the main one, all must agree for a
        `sure`.
    centres
        Shape (areas, 2), metres in one plane.
    rules
        Rules of the verdicts.
    """

    sizes: pd.DataFrame
    centres: NDArray[np.float64]
    rules: Rules = field(default_factory=Rules)

    def __post_init__(self) -> None:
        if self.sizes.empty or not bool((self.sizes > 0).all(axis=None)):
            msg = "sizes must be there, and positive"
            raise ValueError(msg)
        first = self.sizes.iloc[:, 0]
        self._circles: Circles = circles(self.centres, first, max_share=self.rules.max_share, is_on_sphere=False)
        self._by_total: dict[int, Ways] = {}

    def ways(self, expected: NDArray[np.float64], total: int) -> Ways:
        """Random maps; they depend only on the total of reports, so they are drawn once."""
        if total not in self._by_total:
            self._by_total[total] = Ways.drawn(
                self._circles,
                expected,
                total=total,
                min_cases=_MIN_CASES,
                replicates=self.rules.replicates,
                seed=self.rules.seed,
            )
        return self._by_total[total]

    def _areas(
        self, counts: NDArray[np.float64], expected: NDArray[np.float64], ways: Ways, is_keyed: NDArray[np.bool_]
    ) -> list[Area]:
        """Circles with an excess under every size; their figures are those of the first size."""
        total = int(counts.sum())
        judged = []
        for inside, centre in strongest(counts, expected, self._circles, min_cases=_MIN_CASES):
            one = cluster_of(inside, centre, counts, expected[0], ways.alone)
            least = log_likelihood_ratio(one.observed, expected[:, inside].sum(axis=1), total).min()
            worst = float(ways.of_ratio(least))
            verdict = Verdict.LIKELY if one.p <= self.rules.alpha else Verdict.NO_DIFFERENCE
            if worst <= self.rules.level and self.rules.is_declared and is_keyed[inside].all():
                verdict = Verdict.SURE
            judged.append(Area(one, verdict, worst))
        return judged

    def judge(self, observed: pd.Series[int], is_keyed: pd.Series[bool] | None = None) -> MapVerdicts:
        """Verdicts of one map.

        Parameters
        ----------
        observed
            Reports, integers without missing values, on the index of the sizes.
        is_keyed
            Whether the reports of each area are known to be independent; by default all are. If not, several persons
            of one report may look like an excess, and nothing is `sure`.

        Raises
        ------
        ValueError
            When a count is missing, negative or not an integer, or the index differs.
        """
        counts = np.asarray(observed.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
        if not observed.index.equals(self.sizes.index) or np.isnan(counts).any() or (counts < 0).any():
            msg = "reports must be counts of the very areas that the sizes are of"
            raise ValueError(msg)
        if (counts != np.round(counts)).any():
            msg = "reports must be whole"
            raise ValueError(msg)
        keyed = np.ones(len(counts), dtype=bool) if is_keyed is None else is_keyed.to_numpy(dtype=bool)
        rules, level = self.rules, self.rules.level
        expected = np.array([expected_counts(counts, column) for _, column in self.sizes.items()])
        mean, largest = expected[0], expected.max(axis=0)
        tails = upper_tail(counts, expected)
        best = np.array([adjusted(tail) for tail in tails]).min(axis=0)
        # Without any report there is no verdict, and no risk would be visible.
        worst, areas, critical = np.ones(len(counts)), list[Area](), np.full(len(counts), float(_MIN_CASES))
        if counts.sum() > 0:
            ways = self.ways(expected, int(counts.sum()))
            worst, areas = ways.of_tail(tails.max(axis=0)), self._areas(counts, expected, ways, keyed)
            critical = np.maximum(critical, critical_count(largest, ways.critical_tail(level)))
        number, significant = np.zeros(len(counts), dtype=int), np.zeros(len(counts), dtype=bool)
        for position, area in enumerate(areas, start=1):
            if area.verdict is Verdict.NO_DIFFERENCE:
                continue
            inside = list(area.cluster.members)
            number[inside] = position
            significant[inside] = area.p_worst <= level and bool(keyed[inside].all())
        enough = counts >= _MIN_CASES
        own_sure, own_likely = enough & (worst <= level), enough & (best <= rules.alpha)
        power = detection_power(mean, critical, STRONG)
        verdict = np.select(
            [own_sure & keyed & rules.is_declared, own_sure | own_likely, significant, power < _EVEN],
            [Verdict.SURE, Verdict.LIKELY, Verdict.IN_CLUSTER, Verdict.TOO_FEW],
            Verdict.NO_DIFFERENCE,
        )
        low, high = exact_interval(counts)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = [np.where(mean > 0, values / mean, np.nan) for values in (counts, low, high)]
        above = np.zeros(len(counts))
        if counts.sum() > 0:
            above = shrink(counts, mean, fit_prior(counts, mean), times=TIMES).above
        table = pd.DataFrame(
            {
                "observed": counts.astype(int),
                "expected": mean,
                "smr": ratio[0],
                "smr_low": ratio[1],
                "smr_high": ratio[2],
                "p": tails.max(axis=0),
                "q": worst,
                "q_best": best,
                "smallest": smallest_visible_risk(mean, critical),
                "above": above,
                "verdict": [str(one) for one in verdict],
                "cluster": number,
                sign_column(Sign.OWN): own_sure | own_likely,
                sign_column(Sign.SCAN): number > 0,
                sign_column(Sign.POSTERIOR): above >= _PROBABLE,
            },
            index=observed.index,
        )
        return MapVerdicts(table, areas, dispersion(counts, mean), rules)
