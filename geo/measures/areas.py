"""One statistic over any areas, selected by name; shared by the command `measure` and the page of the province."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.measures.chance import adjusted
from geo.measures.local import getis_ord, local_moran, standardised_rates
from geo.measures.poisson import exact_interval, expected_counts, fit_prior, shrink, upper_tail
from geo.measures.scan import circles, scan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.measures.local import Local
    from geo.measures.scan import Cluster
    from geo.places.neighbours import Neighbours


class Method(StrEnum):
    """What `measure` computes."""

    SMR = "smr"
    EB = "eb"
    GI = "gi"
    LISA = "lisa"
    SCAN = "scan"


class AreaClass(StrEnum):
    """Class of an area according to a statistic."""

    HOT = "hot"
    COLD = "cold"
    HIGH_LOW = "high_low"  # a high value among low neighbours
    LOW_HIGH = "low_high"
    NONE = "none"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Needs:
    """Input that a method requires."""

    is_poisson: bool = False
    needs_neighbours: bool = False
    needs_centres: bool = False


METHODS: dict[Method, Needs] = {
    Method.SMR: Needs(is_poisson=True),
    Method.EB: Needs(is_poisson=True),
    Method.GI: Needs(needs_neighbours=True),
    Method.LISA: Needs(needs_neighbours=True),
    Method.SCAN: Needs(is_poisson=True, needs_centres=True),
}


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the methods.

    Parameters
    ----------
    max_share, min_cases
        Largest share of the population and fewest cases of a cluster; fewest cases of a hot area.
    replicates, seed
        Number and seed of permutations and simulated maps.
    alpha
        Largest q of a significant class.
    is_adjusted
        Whether q corrects for the many areas (Benjamini-Hochberg), or is p.
    """

    max_share: float = 0.25
    min_cases: int = 2
    replicates: int = 9999
    seed: int = 1
    alpha: float = 0.05
    is_adjusted: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class Statistics:
    """Result of a method.

    Parameters
    ----------
    total
        Sum of the cases.
    columns
        Columns by name, shape (areas,) each; missing where a value has no meaning.
    told
        Figures for all areas together.
    clusters
        Clusters; from the scan only.
    """

    total: float
    columns: dict[str, NDArray[Any]]
    told: dict[str, float] = field(default_factory=dict)
    clusters: list[Cluster] | None = None


def _smr(cases: NDArray[np.float64], size: NDArray[np.float64] | None, options: Options) -> Statistics:
    expected = expected_counts(cases, size)
    there = np.ones(len(cases), dtype=bool) if size is None else size > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (bound / expected for bound in exact_interval(cases))
        smr = cases / expected
    some = there & (expected > 0)
    p = np.where(there, upper_tail(cases, expected), np.nan)
    q = adjusted(p) if options.is_adjusted else p
    kind = np.select(
        [~there | (cases < options.min_cases), q <= options.alpha], [AreaClass.TOO_FEW, AreaClass.HOT], AreaClass.NONE
    )
    blank = {
        name: np.where(some, values, np.nan) for name, values in (("smr", smr), ("smr_low", low), ("smr_high", high))
    }
    columns = {"expected": expected, **blank, "p": p, "q": q, "class": kind.astype(object)}
    return Statistics(float(cases.sum()), columns)


def _eb(cases: NDArray[np.float64], size: NDArray[np.float64] | None) -> Statistics:
    weight = np.ones_like(cases) if size is None else size
    expected, there = expected_counts(cases, weight), weight > 0
    total = float(cases.sum())
    rate = total / float(weight.sum()) if there.any() else np.nan
    columns = {name: np.full(len(cases), np.nan) for name in ("raw_rate", "eb_rate", "eb_low", "eb_high")}
    columns["raw_rate"][there] = cases[there] / weight[there]
    told: dict[str, float] = {"rate": rate}
    if total > 0:
        prior = fit_prior(cases[there], expected[there])
        risk = shrink(cases[there], expected[there], prior)
        for name, values in (("eb_rate", risk.mean), ("eb_low", risk.low), ("eb_high", risk.high)):
            columns[name][there] = values * rate
        told |= {"nu": np.nan if prior.nu is None else prior.nu, "alpha": prior.alpha}
    else:
        for name in ("eb_rate", "eb_low", "eb_high"):
            columns[name][there] = 0.0
    return Statistics(total, columns, told)


def _local_kinds(found: Local, significant: NDArray[np.bool_], *, is_moran: bool) -> NDArray[Any]:
    """Class of each area: similar or dissimilar to its neighbours, where significant."""
    high, around = found.value > 0, found.around > 0
    if is_moran:
        kinds = np.select(
            [high & around, ~high & ~around, high],
            [AreaClass.HOT, AreaClass.COLD, AreaClass.HIGH_LOW],
            AreaClass.LOW_HIGH,
        )
    else:
        kinds = np.where(found.statistic > 0, AreaClass.HOT, AreaClass.COLD)
    named = np.where(significant & (found.statistic != 0), kinds, AreaClass.NONE).astype(object)
    named[np.isnan(found.p)] = AreaClass.TOO_FEW
    return named


def _local(
    method: Method,
    cases: NDArray[np.float64],
    size: NDArray[np.float64] | None,
    neighbours: Neighbours,
    options: Options,
) -> Statistics:
    # An area without a size has no rate: it is left out, also as a neighbour.
    there = np.ones(len(cases), dtype=bool) if size is None else size > 0
    values = cases if size is None else standardised_rates(cases[there], size[there])
    used = neighbours if there.all() else neighbours.within(there)
    statistic = local_moran if method is Method.LISA else getis_ord
    found = statistic(values, used, replicates=options.replicates, seed=options.seed)
    q = adjusted(found.p) if options.is_adjusted else found.p
    with np.errstate(invalid="ignore"):
        kinds = _local_kinds(found, q <= options.alpha, is_moran=method is Method.LISA)

    def spread(given: NDArray[Any], blank: Any) -> NDArray[Any]:
        whole = np.full(len(cases), blank, dtype=given.dtype)
        whole[there] = given
        return whole

    name = "i" if method is Method.LISA else "z"
    numbers = {name: found.statistic, "p": found.p, "q": q}
    columns = {key: spread(values, np.nan) for key, values in numbers.items()}
    return Statistics(float(cases.sum()), {**columns, "class": spread(kinds, AreaClass.TOO_FEW)})


def measure_areas(
    method: Method,
    cases: NDArray[np.float64],
    size: NDArray[np.float64] | None,
    options: Options,
    *,
    neighbours: Neighbours | None = None,
    centres: NDArray[np.float64] | None = None,
    is_on_sphere: bool = False,
) -> Statistics:
    """Result of a method for some areas.

    Parameters
    ----------
    method
        Which method.
    cases
        Shape (areas,), not missing; non-negative integers where `METHODS` requires it.
    size
        Population or another size, not negative; None gives all areas the same size.
    options
        Settings.
    neighbours
        For `gi` and `lisa`.
    centres, is_on_sphere
        For `scan`, as in `geo.measures.scan.circles`.

    Raises
    ------
    ValueError
        When the neighbours or centres for the method are missing.
    """
    if method is Method.SMR:
        return _smr(cases, size, options)
    if method is Method.EB:
        return _eb(cases, size)
    if method is Method.SCAN:
        if centres is None:
            msg = "a scan needs centres"
            raise ValueError(msg)
        weight = np.ones_like(cases) if size is None else size
        found = circles(centres, weight, max_share=options.max_share, is_on_sphere=is_on_sphere)
        clusters = scan(
            cases,
            expected_counts(cases, weight),
            found,
            min_cases=options.min_cases,
            replicates=options.replicates,
            seed=options.seed,
        )
        numbered = np.full(len(cases), None, dtype=object)
        for number, one in enumerate(clusters, start=1):
            numbered[list(one.members)] = number
        return Statistics(float(cases.sum()), {"cluster": numbered}, clusters=clusters)
    if neighbours is None:
        msg = f"{method} needs neighbours"
        raise ValueError(msg)
    return _local(method, cases, size, neighbours, options)
