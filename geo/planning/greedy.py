"""Greedy plans, one kelurahan after another: what a person would do by hand, and the start of the optimisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.planning.board import Board

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geo.planning.limits import Limits, Rule

    _Worth = Callable[[NDArray[np.intp], int], NDArray[np.float64]]

_TINY = 1e-12
#: Smallest cost of a start as a share of the highest, so that nearly free starts do not dominate.
_LEAST_PRICE = 0.05
#: What a gain counts beside a share.
_TIE = 1e-3


@dataclass(frozen=True, eq=False, slots=True)
class HighestFirst:
    """Plan that starts the highest need first.

    Parameters
    ----------
    wave
        As in `geo.planning.waves.WavePlan`.
    objective
        Value of the plan.
    unmet
        Rules that the plan does not meet.
    """

    wave: pd.Series[int]
    objective: float
    unmet: tuple[Rule, ...]


class _Filling:
    """One plan in progress, wave by wave.

    Minimum rules (must, at least per kecamatan) are reserved: once the remaining places are only enough for them,
    nothing else is started.

    Parameters
    ----------
    due
        Number that each kecamatan, in text order, should have started by each wave, up to its minimum; shape
        (kecamatan, waves), None for no such schedule.
    minimum_first
        Whether the minimum of a kecamatan comes before everything else.
    """

    def __init__(self, board: Board, due: NDArray[np.intp] | None = None, *, minimum_first: bool = False) -> None:
        limits = board.limits
        self.board, self.due, self.minimum_first = board, due, minimum_first
        self.waves = np.where(board.started, 0, board.never).astype(np.intp)
        self.place = {kode: number for number, kode in enumerate(board.kode)}
        names, self.group = np.unique(board.kecamatan, return_inverse=True)
        counted = board.started if limits.count_started else np.zeros(len(board), dtype=bool)
        self.count = np.bincount(self.group[counted], minlength=len(names))
        free = np.bincount(self.group[~board.started], minlength=len(names))
        self.least = np.minimum(limits.min_per_kecamatan or 0, free)
        most = limits.max_per_kecamatan
        self.most = np.full(len(names), len(board) if most is None else most)
        self.before = [(self.place[one], self.place[other]) for one, other in sorted(set(limits.before))]
        self.never = np.zeros(len(board), dtype=bool)
        self.closed = np.zeros((len(board), board.never), dtype=bool)
        for kode, wave in limits.not_in:
            if wave is None:
                self.never[self.place[kode]] = True
            else:
                self.closed[self.place[kode], wave] = True
        self.deadline = np.full(len(board), board.never, dtype=np.intp)
        for kode, wave in limits.must:
            self.deadline[self.place[kode]] = min(self.deadline[self.place[kode]], wave)
        for _ in range(limits.waves):
            for one, other in self.before:
                if self.deadline[other] < board.never:
                    self.deadline[one] = min(self.deadline[one], self.deadline[other] - 1)

    def _can(self, wave: int, left: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Kelurahan that may start in a wave with this much money and this many trainers left."""
        board = self.board
        can = (self.waves == board.never) & ~self.never & ~self.closed[:, wave]
        can &= (self.count < self.most)[self.group]
        can &= (board.cost <= left[1] * (1 + _TINY)) & (board.trainers <= left[2] * (1 + _TINY))
        for one, other in self.before:
            can[other] &= self.waves[one] < wave
        return can

    def _urgent(self, wave: int, room: float, can: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Kelurahan that may start while every minimum rule keeps a place."""
        board = self.board
        is_open = self.waves == board.never
        later = np.cumsum([room, *board.limits.capacity[wave:]])
        for until, places in enumerate(later, start=wave):
            due = is_open & (self.deadline <= until)
            # In the last wave money may run out before places do.
            if due.any() and (until == wave or due.sum() >= places) and (can & due).any():
                return can & due
        lacking = np.maximum(self.least - self.count, 0)
        if self.due is not None:
            now = can & (np.minimum(self.due[:, wave - 1], self.least) > self.count)[self.group]
            if now.any():
                return now
        short = can & (lacking > 0)[self.group]
        if short.any() and (self.minimum_first or lacking.sum() >= later[-1]):
            return short
        return can

    def fill(self, worth: _Worth) -> NDArray[np.intp]:
        """Plan that starts the most valuable kelurahan one after another; in a tie the lower key."""
        limits, saved = self.board.limits, 0.0
        for wave in range(1, limits.waves + 1):
            money = np.inf if limits.budget is None else limits.budget[wave - 1] + saved
            trainers = np.inf if limits.trainers is None else limits.trainers[wave - 1]
            left = np.array([limits.capacity[wave - 1], money, trainers], dtype=np.float64)
            while left[0] >= 1:
                can = self._can(wave, left)
                values = worth(self.waves, wave)
                urgent = self._urgent(wave, left[0], can)
                can = urgent if urgent is not can else can & (values > 0)
                if not can.any():
                    break
                chosen = int(np.argmax(np.where(can, values, -np.inf)))
                self.waves[chosen] = wave
                self.count[self.group[chosen]] += 1
                left -= [1, self.board.cost[chosen], self.board.trainers[chosen]]
            saved = left[1] if limits.carry_over and limits.budget is not None else 0.0
        return self.waves


def gains(board: Board, waves: NDArray[np.intp], wave: int) -> NDArray[np.float64]:
    """Value that a start of each kelurahan in a wave adds to a plan whose later waves are still empty."""
    counts, spill = board.discounts, board.limits.spill
    first = board.first_near(waves)
    gain = board.need * (counts[wave] - spill * counts[first])
    if spill:
        fresh = np.where((first == board.never) & (waves == board.never), board.need, 0.0)
        np.add.at(gain, board.others, spill * counts[wave] * fresh[board.owner])
    return gain


def by_gain(board: Board) -> NDArray[np.intp] | None:
    """The best of several plans made by the added value of each start; None if none keeps all rules."""
    ways: list[_Worth] = [lambda waves, wave: gains(board, waves, wave)]
    if board.limits.budget is not None:
        price = board.cost / max(float(board.cost.max(initial=0.0)), _TINY) + _LEAST_PRICE
        ways.append(lambda waves, wave: gains(board, waves, wave) / price)
    return _best(board, ways, [{"minimum_first": False}, {"minimum_first": True}])


def by_shares(board: Board, shares: NDArray[np.float64]) -> NDArray[np.intp] | None:
    """Plan that starts the kelurahan with the largest fractional starts; None if it breaks a rule.

    Parameters
    ----------
    shares
        Share of each kelurahan started by each wave, shape (kelurahan, waves).
    """
    most = max(float(board.need.max(initial=0.0)), _TINY)

    def worth(waves: NDArray[np.intp], wave: int) -> NDArray[np.float64]:
        return shares[:, wave - 1] + _TIE * gains(board, waves, wave) / most

    _, group = np.unique(board.kecamatan, return_inverse=True)
    due = np.zeros((group.max(initial=-1) + 1, shares.shape[1]))
    np.add.at(due, group[~board.started], shares[~board.started])
    return _best(board, [worth], [{"due": np.round(due).astype(np.intp)}, {"minimum_first": True}])


def _best(board: Board, ways: list[_Worth], manners: list[dict[str, Any]]) -> NDArray[np.intp] | None:
    """Best plan that keeps all rules, from the first manner that gives one."""
    for manner in manners:
        made = [_Filling(board, **manner).fill(way) for way in ways]
        kept = [waves for waves in made if not board.broken(waves)]
        if kept:
            return max(kept, key=board.value)
    return None


def highest_first(needs: pd.DataFrame, neighbours: Mapping[str, tuple[str, ...]], limits: Limits) -> HighestFirst:
    """Plan that takes the highest need first, or the next one if a limit forbids it.

    The difference to it is the benefit of an optimal plan. Must, before and the minimum per kecamatan are reserved as
    a careful person would; if that is not enough, the unmet rules are reported.

    Parameters
    ----------
    needs, neighbours, limits
        As for `geo.planning.waves.plan`.

    Raises
    ------
    DataError
        When the limits are not valid for these kelurahan.
    """
    board = Board.of(needs, neighbours, limits)
    # A need of 0 is started too, as by a person who works down a list.
    waves = _Filling(board).fill(lambda _waves, _wave: board.need + _TINY)
    return HighestFirst(board.series(waves, needs.index), board.value(waves), board.broken(waves))
