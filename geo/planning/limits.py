"""Limits of a plan of waves, as a planner sets them, and the single rules they consist of."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

DISCOUNT, SPILL = 0.85, 0.25
MOST_WAVES = 60
_TABLE = "plan"


class RuleKind(StrEnum):
    """Kinds of rules; the catalogues hold a sentence for each (`plan.rule.`)."""

    CAPACITY = "capacity"
    BUDGET = "budget"
    BUDGET_SO_FAR = "budget_so_far"
    TRAINERS = "trainers"
    MUST = "must"
    NEVER = "never"
    NOT_IN_WAVE = "not_in_wave"
    BEFORE = "before"
    MIN_PER_KECAMATAN = "min_per_kecamatan"
    MAX_PER_KECAMATAN = "max_per_kecamatan"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One rule that a plan keeps or breaks.

    Parameters
    ----------
    kind
        Kind of the rule.
    kode
        The kelurahan, or the kecamatan of a rule on one; empty for rules on a wave.
    other
        The second kelurahan of `before`.
    wave
        The wave it concerns; 0 if none.
    number
        The limit; 0 if it has none.
    """

    kind: RuleKind
    kode: str = ""
    other: str = ""
    wave: int = 0
    number: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a plan; they apply to what the plan starts, not to what exists already.

    Parameters
    ----------
    waves
        Number of waves; they are numbered 1 to `waves`.
    capacity
        Most kelurahan started in each wave.
    budget
        Most money in each wave; None for no limit.
    carry_over
        Whether money left in one wave may be spent in a later one.
    trainers
        Most trainers in each wave; None for no limit.
    discount
        Factor by which a start counts less for each later wave; above 0, at most 1.
    spill
        Share of its need that counts for a kelurahan that is never started but has a started neighbour; -1 to 1,
        negative if need moves to the neighbours.
    started
        Kelurahan that already have Community Watch: wave 0.
    count_started
        Whether these count towards the limits of their kecamatan.
    must
        Pairs of kelurahan and the latest wave of its start.
    not_in
        Pairs of kelurahan and a wave in which it may not start; None for never.
    before
        Pairs of kelurahan: the second may start only in a wave after the first.
    min_per_kecamatan, max_per_kecamatan
        Fewest (if enough are outside wave 0) and most started in each kecamatan over the whole plan.
    """

    waves: int
    capacity: tuple[int, ...]
    budget: tuple[float, ...] | None = None
    carry_over: bool = False
    trainers: tuple[int, ...] | None = None
    discount: float = DISCOUNT
    spill: float = SPILL
    started: frozenset[str] = frozenset()
    count_started: bool = False
    must: tuple[tuple[str, int], ...] = ()
    not_in: tuple[tuple[str, int | None], ...] = ()
    before: tuple[tuple[str, str], ...] = ()
    min_per_kecamatan: int | None = None
    max_per_kecamatan: int | None = None

    def plain(self) -> dict[str, Any]:
        """Limits in a form for JSON; `Limits.of` reads it."""
        return asdict(self) | {"started": sorted(self.started)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Limits:
        """Limits from their plain form.

        Examples
        --------
        >>> limits = Limits(2, (3, 3), must=(("53.71.04.1001", 1),), started=frozenset({"53.71.04.1002"}))
        >>> Limits.of(limits.plain()) == limits
        True
        """
        values = dict(plain)
        for name in ("capacity", "budget", "trainers"):
            values[name] = None if values.get(name) is None else tuple(values[name])
        for name in ("must", "not_in", "before"):
            values[name] = tuple((one, other) for one, other in values.get(name, ()))
        values["started"] = frozenset(values.get("started", ()))
        return cls(**values)


def _numbers(limits: Limits) -> Iterable[tuple[str, Problem, list[object], str]]:
    """Faults of the numbers."""
    if not 1 <= limits.waves <= MOST_WAVES:
        yield "waves", Problem.OUT_OF_RANGE, [limits.waves], f"1 .. {MOST_WAVES}"
    for name, values in (("capacity", limits.capacity), ("budget", limits.budget), ("trainers", limits.trainers)):
        if values is None:
            continue
        if len(values) != limits.waves:
            yield name, Problem.WRONG_LENGTH, [len(values)], str(limits.waves)
        wrong = [value for value in values if not (math.isfinite(value) and value >= 0)]
        if wrong:
            yield name, Problem.NEGATIVE, list(wrong), ""
    if not 0 < limits.discount <= 1:
        yield "discount", Problem.OUT_OF_RANGE, [limits.discount], "0 < .. 1"
    if not -1 <= limits.spill <= 1:
        yield "spill", Problem.OUT_OF_RANGE, [limits.spill], "-1 .. 1"
    for name, most in (
        ("min_per_kecamatan", limits.min_per_kecamatan),
        ("max_per_kecamatan", limits.max_per_kecamatan),
    ):
        if most is not None and most < 0:
            yield name, Problem.NEGATIVE, [most], ""


def faults_of(limits: Limits, kelurahan: Collection[str], columns: Collection[str]) -> tuple[Fault, ...]:
    """All faults of limits for these kelurahan; empty if there is none.

    Parameters
    ----------
    kelurahan
        Keys of all kelurahan of the plan.
    columns
        Available columns; a budget needs `cost`, a limit of trainers `trainers`.
    """
    known = set(kelurahan)
    found = [
        Fault.of(_TABLE, name, problem, values=values, hint=hint) for name, problem, values, hint in _numbers(limits)
    ]
    named = {
        "started": list(limits.started),
        "must": [kode for kode, _ in limits.must],
        "not": [kode for kode, _ in limits.not_in],
        "before": [kode for pair in limits.before for kode in pair],
    }
    for name, codes in named.items():
        unknown = sorted(set(codes) - known)
        if unknown:
            found.append(Fault.of(_TABLE, name, Problem.NOT_IN_LIST, values=unknown))
    for name, waves in (("must", limits.must), ("not", limits.not_in)):
        wrong = [wave for _, wave in waves if wave is not None and not 1 <= wave <= limits.waves]
        if wrong:
            found.append(Fault.of(_TABLE, name, Problem.OUT_OF_RANGE, values=wrong, hint=f"1 .. {limits.waves}"))
    itself = sorted({one for one, other in limits.before if one == other})
    if itself:
        found.append(Fault.of(_TABLE, "before", Problem.BEFORE_ITSELF, values=itself))
    for name, column, given in (("budget", "cost", limits.budget), ("trainers", "trainers", limits.trainers)):
        if given is not None and column not in columns:
            found.append(Fault.of(_TABLE, name, Problem.MISSING_COLUMN, hint=column))
    return tuple(found)


def check_limits(limits: Limits, kelurahan: Collection[str], columns: Collection[str]) -> None:
    """Refuse limits that are not valid for these kelurahan; parameters as for `faults_of`.

    Raises
    ------
    DataError
        With every fault.
    """
    found = faults_of(limits, kelurahan, columns)
    if found:
        raise DataError(found)


def rules_of(limits: Limits, kecamatan: Mapping[str, str]) -> tuple[Rule, ...]:
    """All single rules of limits, in a fixed order.

    Parameters
    ----------
    kecamatan
        Kecamatan by `kode` of all kelurahan.
    """
    waves = range(1, limits.waves + 1)
    rules = [Rule(RuleKind.CAPACITY, wave=wave, number=limits.capacity[wave - 1]) for wave in waves]
    if limits.budget is not None:
        kind = RuleKind.BUDGET_SO_FAR if limits.carry_over else RuleKind.BUDGET
        so_far = [math.fsum(limits.budget[:wave]) for wave in waves] if limits.carry_over else limits.budget
        rules += [Rule(kind, wave=wave, number=so_far[wave - 1]) for wave in waves]
    if limits.trainers is not None:
        rules += [Rule(RuleKind.TRAINERS, wave=wave, number=limits.trainers[wave - 1]) for wave in waves]
    rules += [Rule(RuleKind.MUST, kode, wave=wave) for kode, wave in sorted(set(limits.must))]
    rules += [
        Rule(RuleKind.NEVER, kode) if wave is None else Rule(RuleKind.NOT_IN_WAVE, kode, wave=wave)
        for kode, wave in sorted(set(limits.not_in), key=lambda one: (one[0], one[1] or 0))
    ]
    rules += [Rule(RuleKind.BEFORE, one, other) for one, other in sorted(set(limits.before))]
    free = Counter(group for kode, group in kecamatan.items() if kode not in limits.started)
    groups = sorted(set(kecamatan.values()))
    if limits.min_per_kecamatan:
        least = limits.min_per_kecamatan
        rules += [
            Rule(RuleKind.MIN_PER_KECAMATAN, group, number=min(least, free[group])) for group in groups if free[group]
        ]
    if limits.max_per_kecamatan is not None:
        rules += [Rule(RuleKind.MAX_PER_KECAMATAN, group, number=limits.max_per_kecamatan) for group in groups]
    return tuple(rules)
