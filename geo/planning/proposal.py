"""A planner's proposal: its options, its result, manual moves, and the difference between two proposals."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.planning.evaluation import posterior_cases
from geo.planning.greedy import HighestFirst, highest_first
from geo.planning.limits import Limits
from geo.planning.waves import GAP, NoPlanYetError, WavePlan, plan_waves, value
from geo.terms import OverrideReason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from geo.places.boundaries import Areas
    from geo.programmes import Progress

_VERSIONS = ("highspy", "numpy", "scipy", "pandas")


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision against the plan.

    Parameters
    ----------
    kode
        The kelurahan.
    wave
        New wave; None for not started.
    reason
        Reason from a closed list.
    note
        Short extra text; shown only to planners.
    """

    kode: str
    wave: int | None
    reason: OverrideReason
    note: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """All options that a planner set.

    Parameters
    ----------
    weights
        Weight of each criterion, by its name.
    first
        Number of kelurahan that come next.
    limits
        Limits of the waves; `started` is filled from the data when the plan is solved.
    cost, trainers
        Money and trainers per kelurahan; the same for all, because nothing else is known.
    begins_on, months
        First day of wave 1, and months from one wave to the next.
    overrides
        Manual moves.
    tolerance
        Share by which needs may differ within a tier; 0 keeps the plan as it is.
    by_score
        Whether the priority decides the order within a tier; otherwise a random draw does.
    seed
        Seed of all random draws.
    """

    weights: tuple[tuple[str, float], ...]
    first: int
    limits: Limits
    cost: float
    trainers: int
    begins_on: date
    months: int = 3
    overrides: tuple[Override, ...] = ()
    tolerance: float = 0.0
    by_score: bool = False
    seed: int = 1

    def content(self, wave: pd.Series[int], fingerprint: str, *, period: str, on: date) -> dict[str, Any]:
        """The proposal and its waves in the form of the store (`geo.store.scenarios`).

        Parameters
        ----------
        wave
            The plan, with manual moves.
        fingerprint
            Fingerprint of its inputs.
        period, on
            Years of the records and day of the stages behind it.
        """
        return {
            "weights": dict(self.weights),
            "limits": {
                "rules": self.limits.plain(),
                "first": self.first,
                "cost": self.cost,
                "trainers": self.trainers,
                "begins_on": self.begins_on.isoformat(),
                "months": self.months,
                "tolerance": self.tolerance,
                "by_score": self.by_score,
                "period": period,
                "on": on.isoformat(),
            },
            "pins": {one.kode: one.wave for one in self.overrides},
            "overrides": [{"kode": one.kode, "reason": one.reason.value, "note": one.note} for one in self.overrides],
            "seed": self.seed,
            "fingerprint": fingerprint,
            "versions": {name: version(name) for name in _VERSIONS},
            "waves": {kode: None if pd.isna(number) else int(number) for kode, number in wave.items()},
        }

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Proposal:
        """The saved proposal."""
        kept = content["limits"]
        return cls(
            weights=tuple(content["weights"].items()),
            first=kept["first"],
            limits=Limits.of(kept["rules"]),
            cost=kept["cost"],
            trainers=kept["trainers"],
            begins_on=pd.Timestamp(kept["begins_on"]).date(),
            months=kept["months"],
            tolerance=kept["tolerance"],
            by_score=kept["by_score"],
            overrides=tuple(
                Override(
                    one["kode"], content["pins"][one["kode"]], OverrideReason(one["reason"]), one.get("note", "")
                )
                for one in content["overrides"]
            ),
            seed=content["seed"],
        )


def waves_of(content: Mapping[str, Any], index: pd.Index[str] | None = None) -> pd.Series[int]:
    """Waves of a saved proposal, as in `geo.planning.waves.WavePlan`: on an index, or of all saved kelurahan."""
    kept = pd.Series(content["waves"], dtype="Int64")
    return kept if index is None else kept.reindex(index)


def needs_of(
    table: pd.DataFrame,
    areas: Areas,
    *,
    cost: float,
    trainers: int,
) -> pd.DataFrame:
    """Input of the waves: the expected cases of each kelurahan, and the cost of its start.

    A small count of one period is mostly chance: need is its posterior mean, given the size and the other kelurahan.
    Weights of criteria play no part. Without any report the expected count for the size is used.

    Parameters
    ----------
    table
        From `geo.planning.inputs.criteria_table`.
    areas
        The kelurahan.
    cost, trainers
        Cost and trainers of one start, the same for all.

    Returns
    -------
    DataFrame on the kelurahan index: `kecamatan`, `need`, `cost`, `trainers`.
    """
    cases = table["cases"]
    size = (
        table["expected"].where(lambda one: one.gt(0)) if "expected" in table else pd.Series(1.0, index=table.index)
    )
    size = size.fillna(size.median()).fillna(1.0)
    told = cases.notna()
    mean = size * (float(cases[told].sum()) / float(size[told].sum()) if told.any() else 0.0)
    need = posterior_cases(cases, mean) if told.sum() > 1 and cases[told].sum() > 0 else cases
    need = need.fillna(mean)
    return pd.DataFrame(
        {"kecamatan": areas.groups, "need": need, "cost": cost, "trainers": trainers},
        index=areas.index,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Solved:
    """A plan, the plan with the opposite sign of spill, and the plan of working down a list.

    Parameters
    ----------
    needs, limits
        Inputs of the plan.
    best
        The plan.
    mirrored
        The plan with the opposite sign of spill; None if spill is 0, or no plan was found in time.
    listed
        The plan that starts the highest need first.
    """

    needs: pd.DataFrame
    limits: Limits
    best: WavePlan
    mirrored: WavePlan | None
    listed: HighestFirst

    @property
    def gain(self) -> float | None:
        """Share by which the plan's value exceeds that of working down the list; None if the latter is 0."""
        return self.best.objective / self.listed.objective - 1 if self.listed.objective > 0 else None


def solve(
    needs: pd.DataFrame,
    neighbours: Mapping[str, tuple[str, ...]],
    limits: Limits,
    *,
    gap: float = GAP,
    time_limit_s: float = 30.0,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solved:
    """Plan of waves for both signs of spill, and working down the list; parameters and faults as `plan`.

    The time limit applies to both together. A plan found for one sign is kept if time runs out for the other.
    """
    began = time.monotonic()
    best = plan_waves(needs, neighbours, limits, gap=gap, time_limit_s=time_limit_s, progress=progress, stop=stop)
    other = None
    if limits.spill:
        turned = replace(limits, spill=-limits.spill)
        left = max(1.0, time_limit_s - (time.monotonic() - began))
        with contextlib.suppress(NoPlanYetError):
            other = plan_waves(needs, neighbours, turned, gap=max(gap, GAP), time_limit_s=left, stop=stop)
    return Solved(needs, limits, best, other, highest_first(needs, neighbours, limits))


def holds(one: Override, wave: pd.Series[int], waves: int) -> bool:
    """Whether a move is possible: of a kelurahan of the plan without Community Watch, to an existing wave."""
    return one.kode in wave.index and bool(wave.ne(0).fillna(value=True)[one.kode]) and (one.wave or 0) <= waves


def moved_by_hand(wave: pd.Series[int], overrides: tuple[Override, ...], waves: int) -> pd.Series[int]:
    """Waves with manual moves, as far as they are possible."""
    found = wave.copy()
    for one in overrides:
        if holds(one, wave, waves):
            found.loc[one.kode] = pd.NA if one.wave is None else one.wave  # type: ignore[assignment]
    return found


def worth(
    needs: pd.DataFrame, neighbours: Mapping[str, tuple[str, ...]], limits: Limits, wave: pd.Series[int]
) -> float:
    """Value of any plan by the discount and spill of some limits, whatever its number of waves and its wave 0."""
    waves = max(limits.waves, int(wave.max()) if wave.notna().any() else 0)
    own = Limits(
        waves,
        (len(wave),) * waves,
        discount=limits.discount,
        spill=limits.spill,
        started=frozenset(wave.index[wave.eq(0).fillna(value=False)]),
    )
    return value(needs, neighbours, own, wave)


def days_of(wave: pd.Series[int], begins_on: date, months: int) -> dict[str, date]:
    """First day of the wave of every kelurahan that a plan starts."""
    first = pd.Timestamp(begins_on)
    return {
        str(kode): (first + pd.DateOffset(months=months * (int(number) - 1))).date()
        for kode, number in wave.items()
        if pd.notna(number) and number > 0
    }


def moves(one: pd.Series[int], other: pd.Series[int]) -> pd.DataFrame:
    """Kelurahan whose wave differs between two plans.

    Returns
    -------
    DataFrame on `kode`: `one`, `other` (Int64, missing where not started), sorted by the wave in the first plan.
    """
    both = pd.DataFrame({"one": one, "other": other.reindex(one.index)}, dtype="Int64")
    differ = both["one"].fillna(-1).ne(both["other"].fillna(-1))
    return both[differ].sort_values(["one", "other"], na_position="last", kind="stable")
