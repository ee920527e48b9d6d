"""Which kelurahan start in which wave: the best plan under limits, with a proof of its quality."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geo.planning.board import Board
from geo.planning.conflicts import Conflict, conflict
from geo.planning.greedy import by_gain, by_shares
from geo.planning.model import Model
from geo.programmes import Ended, Progress, maximise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from geo.planning.limits import Limits, Rule

#: A gap below this counts as zero.
PROVED = 1e-6
GAP, PLAN_TIME_LIMIT_S = 0.01, 30.0
#: Seconds that the search for a smallest set of conflicting rules may take after the time limit.
CONFLICT_S = 20.0


class StoppedBy(StrEnum):
    """Why the search for a better plan ended."""

    OPTIMAL = "optimal"
    GAP = "gap"
    TIME = "time"
    STOPPED = "stopped"


class NoPlanError(Exception):
    """No plan keeps all rules; holds a set of conflicting rules.

    Parameters
    ----------
    conflict
        The rules, and what is proved about their set.
    """

    def __init__(self, conflict: Conflict) -> None:
        super().__init__(f"{len(conflict.rules)} rules conflict")
        self.conflict = conflict


class NoPlanYetError(Exception):
    """The time limit was reached before a plan was found or proved impossible."""


@dataclass(frozen=True, eq=False, slots=True)
class WavePlan:
    """A plan of waves.

    Parameters
    ----------
    wave
        Wave by `kode`, Int64, in the order of the needs: 0 already has Community Watch, missing is not started.
    objective
        Value: need reached, discounted by wave, including spill.
    bound
        Upper bound of the value of any plan.
    stopped_by
        Why the search ended.
    """

    wave: pd.Series[int]
    objective: float
    bound: float
    stopped_by: StoppedBy

    @property
    def gap(self) -> float:
        """Share by which the best possible plan may be better: (bound - objective) / max(1, |objective|)."""
        return gap_of(self.objective, self.bound)

    @property
    def optimal(self) -> bool:
        """Whether no plan is better."""
        return self.gap < PROVED

    @property
    def unplaced(self) -> tuple[str, ...]:
        """Kelurahan that are not started, in the order of the needs."""
        return tuple(self.wave.index[self.wave.isna()])


def gap_of(objective: float, bound: float) -> float:
    """Share by which a better plan may exist, 0 or more."""
    return max(bound - objective, 0.0) / max(1.0, abs(objective))


def value(
    needs: pd.DataFrame, neighbours: Mapping[str, tuple[str, ...]], limits: Limits, wave: pd.Series[int]
) -> float:
    """Value of any plan, also one made or changed by hand; parameters as for `plan`, and its waves by `kode`."""
    board = Board.of(needs, neighbours, limits)
    return board.value(board.waves(wave))


def broken(needs: pd.DataFrame, limits: Limits, wave: pd.Series[int]) -> tuple[Rule, ...]:
    """Rules that a plan breaks; parameters as for `value`."""
    board = Board.of(needs, {}, limits)
    return board.broken(board.waves(wave))


def _most(board: Board) -> float:
    """Upper bound without a programme: everything in wave 1, or all reached by spill, whichever is larger."""
    return float(board.need[~board.started].sum())


class _Search:
    """One search for a plan."""

    def __init__(
        self, board: Board, progress: Callable[[Progress], None] | None, stop: Callable[[], bool] | None
    ) -> None:
        self.board, self.model = board, Model(board)
        self.begun = time.monotonic()
        self._progress, self.stop, self._is_whole = progress, stop, False
        self.best = by_gain(board)
        self.bound = _most(board)
        self.ended = Ended.STOPPED if stop is not None and stop() else None

    def seconds(self) -> float:
        return time.monotonic() - self.begun

    def objective(self) -> float:
        return -np.inf if self.best is None else self.board.value(self.best)

    def tell(self, found: Progress) -> None:
        """Report progress, in the plan's own units and from its own start."""
        if self._progress is None:
            return
        best, bound = self.model.unit * found.best, self.model.unit * found.bound
        if not self._is_whole:
            best = -np.inf
        self._progress(Progress(max(self.objective(), best), min(self.bound, bound), self.seconds()))

    def begin(self, gap: float, time_limit_s: float) -> bool:
        """Search for a plan near the fractional one; True if it is good enough already.

        On thousands of areas this takes a third of the time of the integer search.
        """
        answer = maximise(
            self.model.linear(), time_limit_s=time_limit_s - self.seconds(), progress=self.tell, stop=self.stop
        )
        self.ended = answer.ended
        if answer.ended is not Ended.SOLVED or answer.values is None:
            return answer.ended in {Ended.TIME, Ended.STOPPED}
        self.bound = min(self.bound, self.model.unit * answer.bound)
        waves = by_shares(self.board, self.model.starts.shares(answer.values))
        if waves is not None and self.board.value(waves) > self.objective():
            self.best = waves
        return gap_of(self.objective(), self.bound) <= gap

    def step(self, gap: float, time_limit_s: float) -> bool:
        """Solve once; True if that was the last time."""
        self._is_whole = True
        answer = maximise(
            self.model.programme(),
            gap=gap,
            unit=1.0 / self.model.unit,
            time_limit_s=time_limit_s - self.seconds(),
            progress=self.tell,
            stop=self.stop,
        )
        self.ended = answer.ended
        if answer.values is None:
            return True
        self.bound = min(self.bound, self.model.unit * answer.bound)
        waves = self.model.starts.plan(answer.values)
        wrong = self.board.broken(waves)
        for rule in wrong:
            self.model.forbid(rule, waves)
        if not wrong and self.board.value(waves) > self.objective():
            self.best = waves
        return not wrong or answer.ended is not Ended.SOLVED


def plan_waves(
    needs: pd.DataFrame,
    neighbours: Mapping[str, tuple[str, ...]],
    limits: Limits,
    *,
    gap: float = GAP,
    time_limit_s: float = PLAN_TIME_LIMIT_S,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> WavePlan:
    """Best plan of waves under limits, or one that is proved to be within a gap of it.

    The value is the need of started kelurahan, discounted by wave, plus `spill` times the need of those that are
    never started but have a started neighbour, discounted by the first wave in which a neighbour starts. The same
    input gives the same plan, whatever the order of its rows, unless the time limit or a person ended the search.

    Parameters
    ----------
    needs
        Indexed by `kode`, columns `kecamatan`, `need` (not negative, in any unit), `cost` if the limits have a
        budget, `trainers` if they limit trainers.
    neighbours
        By `kode`: the kelurahan whose start reaches it; those without needs are ignored.
    limits
        Limits of the plan.
    gap
        The search ends when no plan is better by more than this share; 0 for a proof of the optimum.
    time_limit_s
        Time limit in seconds; then the best plan so far is returned.
    progress
        Called about twenty times a second with the progress, in the calling thread.
    stop
        Called as often; True ends the search with the best plan so far.

    Raises
    ------
    DataError
        When the limits make no sense for these kelurahan.
    NoPlanError
        When no plan keeps all rules.
    NoPlanYetError
        When the time limit or a person ended the search before a plan was found.
    """
    board = Board.of(needs, neighbours, limits)
    search = _Search(board, progress, stop)
    is_done = search.ended is Ended.STOPPED or (gap > PROVED and search.begin(gap, time_limit_s))
    while not is_done:
        is_done = search.step(gap, time_limit_s)
    if search.ended is Ended.INFEASIBLE:
        raise NoPlanError(conflict(board, time_limit_s=max(CONFLICT_S, time_limit_s - search.seconds())))
    if search.best is None:
        raise NoPlanYetError
    return _plan(search, search.best, needs.index, gap)


def _plan(search: _Search, waves: NDArray[np.intp], index: pd.Index[str], gap: float) -> WavePlan:
    objective = search.board.value(waves)
    bound = max(objective, search.bound)
    reached = gap_of(objective, bound)
    if reached < PROVED:
        by = StoppedBy.OPTIMAL
    elif search.ended is Ended.SOLVED or reached <= gap:
        by = StoppedBy.GAP
    else:
        by = StoppedBy.TIME if search.ended is Ended.TIME else StoppedBy.STOPPED
    return WavePlan(search.board.series(waves, index), objective, bound, by)
