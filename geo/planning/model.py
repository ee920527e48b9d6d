"""A plan of waves as an integer programme.

The variables say whether a kelurahan has started *by* a wave, not in it. So orders and carried-over money become
plain differences, spill needs no products, and the linear relaxation is within a few tenths of a per cent of the
integer programme.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geo.planning.limits import RuleKind
from geo.programmes import Programme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.planning.board import Board
    from geo.planning.limits import Rule

#: Rules on sums of decimal fractions; the solver meets them only to within its tolerance.
_SUMS = {RuleKind.BUDGET, RuleKind.BUDGET_SO_FAR, RuleKind.TRAINERS}
_WAVE_KINDS = {RuleKind.CAPACITY, *_SUMS}


class _Rows:
    """Collected rows of a programme."""

    def __init__(self) -> None:
        self.count = 0
        self._entries: list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]] = []
        self._low: list[NDArray[np.float64]] = []
        self._high: list[NDArray[np.float64]] = []

    def add(
        self,
        columns: Sequence[NDArray[np.intp]],
        factors: Sequence[float],
        low: float = -np.inf,
        high: float = np.inf,
    ) -> None:
        """Add many rows of one form: entry k of each array of columns belongs to row k, with that array's factor."""
        number = np.arange(self.count, self.count + len(columns[0]), dtype=np.intp)
        for places, factor in zip(columns, factors, strict=True):
            self._entries.append((number, places, np.full(len(places), factor)))
        self._end(len(number), low, high)

    def add_one(self, places: NDArray[np.intp], factors: NDArray[np.float64], low: float, high: float) -> None:
        """Add one row."""
        self._entries.append((np.full(len(places), self.count, dtype=np.intp), places, factors))
        self._end(1, low, high)

    def add_sums(
        self, row: NDArray[np.intp], places: NDArray[np.intp], factor: float, left: NDArray[np.intp], high: float
    ) -> None:
        """Add rows left[k] + factor * (sum of the places whose row is k) <= high."""
        number = np.arange(self.count, self.count + len(left), dtype=np.intp)
        self._entries.append((number, left, np.ones(len(left))))
        self._entries.append((self.count + row, places, np.full(len(places), factor)))
        self._end(len(left), -np.inf, high)

    def _end(self, rows: int, low: float, high: float) -> None:
        self._low.append(np.full(rows, low))
        self._high.append(np.full(rows, high))
        self.count += rows

    def programme(self, gain: NDArray[np.float64], is_whole: NDArray[np.bool_]) -> Programme:
        """Programme of these rows, with all values between 0 and 1."""
        empty = (np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0))
        rows, places, factors = (np.concatenate(part) for part in zip(empty, *self._entries, strict=True))
        return Programme(
            gain=gain,
            row=rows,
            column=places,
            factor=factors,
            low=np.concatenate([[], *self._low]),
            high=np.concatenate([[], *self._high]),
            least=np.zeros(len(gain)),
            most=np.ones(len(gain)),
            is_whole=is_whole,
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """One row of a rule over the variables of starts.

    Parameters
    ----------
    places, factors
        Variables and their factors.
    low, high
        Limits of their sum.
    """

    places: NDArray[np.intp]
    factors: NDArray[np.float64]
    low: float = -np.inf
    high: float = np.inf


class Starts:
    """Start variables of a board: the column of each kelurahan outside wave 0 and wave, and the rows of rules."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.free = np.flatnonzero(~board.started)
        self.waves = board.limits.waves
        self._first = np.full(len(board), -1, dtype=np.intp)
        self._first[self.free] = np.arange(len(self.free)) * self.waves
        self._place = {kode: number for number, kode in enumerate(board.kode)}

    @property
    def count(self) -> int:
        """Number of variables."""
        return len(self.free) * self.waves

    def by(self, areas: NDArray[np.intp], wave: int) -> NDArray[np.intp]:
        """Columns that say whether these kelurahan (none in wave 0) have started by a wave."""
        return self._first[areas] + wave - 1

    def order(self, rows: _Rows) -> None:
        """Add rows that keep a started kelurahan started."""
        for wave in range(1, self.waves):
            rows.add([self.by(self.free, wave), self.by(self.free, wave + 1)], [1, -1], high=0)

    def shares(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share of each kelurahan started by each wave, 1 for wave 0; shape (kelurahan, waves)."""
        shares = np.ones((len(self.board), self.waves))
        shares[self.free] = values[: self.count].reshape(len(self.free), self.waves)
        return shares

    def plan(self, values: NDArray[np.float64]) -> NDArray[np.intp]:
        """Plan from values of the variables."""
        by = self.shares(values) > 0.5  # noqa: PLR2004 - they are 0 or 1
        return np.where(self.board.started, 0, self.waves + 1 - by.sum(axis=1)).astype(np.intp)

    def inside(self, areas: NDArray[np.intp], wave: int, weights: NDArray[np.float64], high: float) -> _Line:
        """Sum of the weights of all starts in one wave, at most `high`."""
        places, factors = self.by(areas, wave), weights
        if wave > 1:
            places, factors = np.append(places, self.by(areas, wave - 1)), np.append(factors, -weights)
        return _Line(places, factors, high=high)

    def lines(self, rule: Rule) -> list[_Line]:  # noqa: PLR0911 - one for each kind of rule
        """Rows of a rule; none if it concerns only wave 0."""
        board, free, one = self.board, self.free, np.ones(1)
        if rule.kind in _WAVE_KINDS:
            weights = {RuleKind.CAPACITY: np.ones(len(board)), RuleKind.TRAINERS: board.trainers}.get(
                rule.kind, board.cost
            )[free]
            # Next to coefficients of 1, millions of rupiah would exceed the solver's tolerance.
            unit = weights.max(initial=0.0) or 1.0
            if rule.kind is RuleKind.BUDGET_SO_FAR:
                return [_Line(self.by(free, rule.wave), weights / unit, high=rule.number / unit)]
            return [self.inside(free, rule.wave, weights / unit, rule.number / unit)]
        if rule.kind in {RuleKind.MIN_PER_KECAMATAN, RuleKind.MAX_PER_KECAMATAN}:
            inside = board.kecamatan == rule.kode
            counted = int((inside & board.started).sum()) if board.limits.count_started else 0
            places = self.by(np.flatnonzero(inside & ~board.started), self.waves)
            number = rule.number - counted
            is_least = rule.kind is RuleKind.MIN_PER_KECAMATAN
            return [_Line(places, np.ones(len(places)), **{"low" if is_least else "high": number})]
        area = np.array([self._place[rule.kode]])
        if board.started[area[0]]:
            return []
        if rule.kind is RuleKind.MUST:
            return [_Line(self.by(area, rule.wave), one, low=1)]
        if rule.kind is RuleKind.NEVER:
            return [_Line(self.by(area, self.waves), one, high=0)]
        if rule.kind is RuleKind.NOT_IN_WAVE:
            return [self.inside(area, rule.wave, one, 0)]
        later = np.array([self._place[rule.other]])
        if board.started[later[0]]:
            return []
        after = [
            _Line(np.append(self.by(later, wave), self.by(area, wave - 1)), np.array([1.0, -1.0]), high=0)
            for wave in range(2, self.waves + 1)
        ]
        return [_Line(self.by(later, 1), one, high=0), *after]


class Model:
    """The programme of a board, and the conversion from and to its plans."""

    def __init__(self, board: Board) -> None:
        self.board, self.starts = board, Starts(board)
        # Needs of hundreds of thousands would exceed the solver's tolerances.
        self.unit = max(1.0, float(board.need.max(initial=0.0)) / 1000)
        self._rows = _Rows()
        self.starts.order(self._rows)
        self._spill()
        for rule in board.rules:
            for line in self.starts.lines(rule):
                self._rows.add_one(line.places, line.factors, line.low, line.high)

    def _spill(self) -> None:
        """Add columns that say whether spill reaches a kelurahan by a wave, with their gain."""
        board, starts, limits = self.board, self.starts, self.board.limits
        steps = -np.diff(board.discounts[1:])
        gain = np.repeat(board.need[starts.free], limits.waves) * np.tile(steps, len(starts.free))
        owner, other = board.owner, board.others
        reached = np.zeros(len(board), dtype=bool)
        reached[owner[board.started[other]]] = True
        # Next to wave 0 spill exists from the beginning, and is lost when the kelurahan itself starts.
        beside = np.flatnonzero(reached & ~board.started)
        self._constant = limits.spill * float(board.need[beside].sum())
        gain[starts.by(beside, limits.waves)] -= limits.spill * board.need[beside]
        is_open = ~reached & ~board.started & (board.need > 0) & (np.diff(board.starts) > 0)
        self.touched = np.flatnonzero(is_open) if limits.spill else np.empty(0, dtype=np.intp)
        self._earning = [wave for wave in range(1, limits.waves + 1) if steps[wave - 1] > 0]
        pairs = np.isin(owner, self.touched)
        row = np.searchsorted(self.touched, owner[pairs])
        last = starts.by(self.touched, limits.waves)
        columns = []
        for number, wave in enumerate(self._earning):
            column = starts.count + number * len(self.touched) + np.arange(len(self.touched), dtype=np.intp)
            columns.append(column)
            near = starts.by(other[pairs], wave)
            if limits.spill > 0:
                self._rows.add_sums(row, near, -1.0, column, 0)
            else:
                self._rows.add([near, last[row], column[row]], [1, -1, -1], high=0)
            gain = np.append(gain, limits.spill * board.need[self.touched] * steps[wave - 1])
        if limits.spill > 0 and len(self.touched):
            for sooner, later in pairwise(columns):
                self._rows.add([sooner, later], [1, -1], high=0)
            self._rows.add([columns[-1], last], [1, 1], high=1)
        self._gain = gain

    def forbid(self, rule: Rule, waves: NDArray[np.intp]) -> None:
        """Exclude plans that start the same or more in a wave whose sum exceeds the limit by rounding."""
        if rule.kind not in _SUMS:
            msg = f"the solver broke {rule}"
            raise RuntimeError(msg)
        so_far = rule.kind is RuleKind.BUDGET_SO_FAR
        members = np.flatnonzero((waves >= 1) & (waves <= rule.wave) if so_far else waves == rule.wave)
        most, ones = len(members) - 1.0, np.ones(len(members))
        line = (
            _Line(self.starts.by(members, rule.wave), ones, high=most)
            if so_far
            else self.starts.inside(members, rule.wave, ones, most)
        )
        self._rows.add_one(line.places, line.factors, line.low, line.high)

    def programme(self) -> Programme:
        """Programme in units of `unit`."""
        made = self._rows.programme(self._gain / self.unit, np.arange(len(self._gain)) < self.starts.count)
        return replace(made, offset=self._constant / self.unit)

    def linear(self) -> Programme:
        """Linear relaxation: fractional starts are allowed, so its value is as high or higher."""
        made = self.programme()
        return replace(made, is_whole=np.zeros(len(made.gain), dtype=bool))


def relaxed(board: Board, rules: Sequence[Rule], kept: Sequence[bool]) -> tuple[Programme, int]:
    """Programme that breaks as few of the other rules as possible, and the column of the first of them.

    A kept rule must hold; each other rule has a variable, in order, that is 1 if it is broken.
    """
    starts, rows = Starts(board), _Rows()
    starts.order(rows)
    elastic = [rule for rule, is_kept in zip(rules, kept, strict=True) if not is_kept]
    column = {rule: starts.count + number for number, rule in enumerate(elastic)}
    for rule in rules:
        for line in starts.lines(rule):
            places, factors = line.places, line.factors
            if rule in column:
                most, least = factors[factors > 0].sum(), factors[factors < 0].sum()
                excess = line.high - most if np.isfinite(line.high) else line.low - least
                places, factors = np.append(places, column[rule]), np.append(factors, excess)
            rows.add_one(places, factors, line.low, line.high)
    is_rule = np.arange(starts.count + len(elastic)) >= starts.count
    return rows.programme(np.where(is_rule, -1.0, 0.0), np.ones(len(is_rule), dtype=bool)), starts.count


def kept_only(board: Board, rules: Sequence[Rule]) -> Programme:
    """Programme without an objective that only requires these rules."""
    starts, rows = Starts(board), _Rows()
    starts.order(rows)
    for rule in rules:
        for line in starts.lines(rule):
            rows.add_one(line.places, line.factors, line.low, line.high)
    return rows.programme(np.zeros(starts.count), np.ones(starts.count, dtype=bool))
