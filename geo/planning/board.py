"""Data of a plan as arrays: needs, neighbours and limits of kelurahan in text order of their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.planning.limits import RuleKind, check_limits, rules_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.planning.limits import Limits, Rule

#: Money and trainers are sums of decimal fractions: an excess of this share of a limit is rounding, not a breach.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Board:
    """Arrays of one plan, one entry per kelurahan in text order of `kode`, so the order of rows never matters.

    A plan is an array of waves: 0 for wave 0, 1 to `limits.waves`, and `never` for kelurahan that are not started.

    Parameters
    ----------
    kode
        Keys.
    need, cost, trainers
        Not negative; costs and trainers are 0 if they have no limit.
    kecamatan
        Name of the kecamatan.
    started
        Whether the kelurahan is in wave 0.
    starts, others
        Neighbours of each, as in `geo.places.neighbours.Neighbours`.
    limits
        Limits of the plan.
    """

    kode: tuple[str, ...]
    need: NDArray[np.float64]
    cost: NDArray[np.float64]
    trainers: NDArray[np.float64]
    kecamatan: NDArray[np.object_]
    started: NDArray[np.bool_]
    starts: NDArray[np.intp]
    others: NDArray[np.intp]
    limits: Limits

    @classmethod
    def of(cls, needs: pd.DataFrame, neighbours: Mapping[str, tuple[str, ...]], limits: Limits) -> Board:
        """Board of a table of needs.

        Raises
        ------
        ValueError
            When the table lacks a column, or a value is missing or negative.
        DataError
            When the limits are not valid for these kelurahan.
        """
        check_limits(limits, needs.index, needs.columns)
        table = needs.sort_index()
        if not table.index.is_unique or not {"kecamatan", "need"} <= set(table.columns):
            msg = "needs are indexed by kode, once each, and have kecamatan and need"
            raise ValueError(msg)

        def column(name: str, *, is_used: bool) -> NDArray[np.float64]:
            if not is_used:
                return np.zeros(len(table))
            values = table[name].to_numpy(dtype=np.float64)
            if not (np.isfinite(values).all() and (values >= 0).all()):
                msg = f"{name} holds a missing or a negative number"
                raise ValueError(msg)
            return values

        place = {kode: number for number, kode in enumerate(table.index)}
        near = [
            sorted({place[other] for other in neighbours.get(kode, ()) if other in place and other != kode})
            for kode in table.index
        ]
        return cls(
            kode=tuple(table.index),
            need=column("need", is_used=True),
            cost=column("cost", is_used=limits.budget is not None),
            trainers=column("trainers", is_used=limits.trainers is not None),
            kecamatan=table["kecamatan"].astype("str").to_numpy(dtype=object),
            started=np.array([kode in limits.started for kode in table.index], dtype=bool),
            starts=np.concatenate(([0], np.cumsum([len(one) for one in near], dtype=np.intp))).astype(np.intp),
            others=np.array([other for one in near for other in one], dtype=np.intp),
            limits=limits,
        )

    def __len__(self) -> int:
        return len(self.kode)

    @property
    def never(self) -> int:
        """Wave number of a kelurahan that is not started: one after the last."""
        return self.limits.waves + 1

    @property
    def discounts(self) -> NDArray[np.float64]:
        """Discount factor by wave number: wave 0 as wave 1, and 0 for never; shape (waves + 2,)."""
        waves = self.limits.discount ** np.arange(self.limits.waves)
        return np.concatenate(([1.0], waves, [0.0]))

    @property
    def owner(self) -> NDArray[np.intp]:
        """Kelurahan to whose neighbours each entry of `others` belongs."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All single rules of the limits."""
        return rules_of(self.limits, dict(zip(self.kode, self.kecamatan, strict=True)))

    def waves(self, wave: pd.Series[int]) -> NDArray[np.intp]:
        """Waves of a plan as an array.

        Raises
        ------
        ValueError
            When the waves are not those of these kelurahan.
        """
        found = wave.reindex(list(self.kode))
        waves = np.array(found.fillna(self.never), dtype=np.intp)
        if (
            len(wave) != len(self)
            or (waves < 0).any()
            or (waves > self.never).any()
            or ((waves == 0) != self.started).any()
        ):
            msg = "not the waves of these kelurahan"
            raise ValueError(msg)
        return waves

    def series(self, waves: NDArray[np.intp], index: pd.Index[str]) -> pd.Series[int]:
        """Waves of a plan by `kode`, Int64, missing where not started; in the order of `index`."""
        found = pd.Series(waves, index=pd.Index(self.kode), dtype="Int64", name="wave")
        return found.mask(waves == self.never).reindex(index)

    def first_near(self, waves: NDArray[np.intp]) -> NDArray[np.intp]:
        """First wave in which a neighbour of each kelurahan starts; `never` if none does."""
        first = np.full(len(self), self.never, dtype=np.intp)
        np.minimum.at(first, self.owner, waves[self.others])
        return first

    def value(self, waves: NDArray[np.intp]) -> float:
        """Value of a plan."""
        counts = self.discounts
        is_out = waves == self.never
        own = np.where(is_out | self.started, 0.0, counts[waves])
        spilt = np.where(is_out, self.limits.spill * counts[self.first_near(waves)], 0.0)
        return float(self.need @ (own + spilt))

    def is_broken(self, rule: Rule, waves: NDArray[np.intp]) -> bool:  # noqa: PLR0911 - one for each kind of rule
        """Whether a plan breaks a rule."""
        kinds, place = RuleKind, self.kode.index
        match rule.kind:
            case kinds.CAPACITY:
                return int((waves == rule.wave).sum()) > rule.number
            case kinds.BUDGET:
                return _exceeds(self.cost[waves == rule.wave], rule.number)
            case kinds.BUDGET_SO_FAR:
                return _exceeds(self.cost[(waves >= 1) & (waves <= rule.wave)], rule.number)
            case kinds.TRAINERS:
                return _exceeds(self.trainers[waves == rule.wave], rule.number)
            case kinds.MUST:
                return bool(waves[place(rule.kode)] > rule.wave)
            case kinds.NEVER:
                return bool(0 < waves[place(rule.kode)] < self.never)
            case kinds.NOT_IN_WAVE:
                return bool(waves[place(rule.kode)] == rule.wave)
            case kinds.BEFORE:
                later = waves[place(rule.other)]
                return bool(0 < later < self.never and waves[place(rule.kode)] >= later)
            case _:
                inside = (self.kecamatan == rule.kode) & (waves < self.never)
                count = int((inside & (self.limits.count_started | (waves > 0))).sum())
                return count < rule.number if rule.kind is kinds.MIN_PER_KECAMATAN else count > rule.number

    def broken(self, waves: NDArray[np.intp]) -> tuple[Rule, ...]:
        """Rules that a plan breaks, in the order of `rules`."""
        return tuple(rule for rule in self.rules if self.is_broken(rule, waves))


def _exceeds(values: NDArray[np.float64], limit: float) -> bool:
    return bool(values.sum() > limit + _ROUNDING * max(1.0, abs(limit)))
