"""Which kelurahan start in which wave: the best plan under limits, with the proof of how good it is."""

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

#: A gap below this is none.
PROVED = 1e-6
GAP, PLAN_TIME_LIMIT_S = 0.01, 30.0
#: Seconds that the search for a smallest set of conflicting rules may take beyond the time limit.
CONFLICT_S = 20.0


class StoppedBy(StrEnum):
    """What ended the search for a better plan."""

    OPTIMAL = "optimal"
    GAP = "gap"
    TIME = "time"
    STOPPED = "stopped"


class NoPlanError(Exception):
    """No plan keeps all rules; carries a set of rules that conflict.

    Parameters
    ----------
    conflict
        The rules, and what is proved of their set.
    """

    def __init__(self, conflict: Conflict) -> None:
        super().__init__(f"{len(conflict.rules)} rules conflict")
        self.conflict = conflict


class NoPlanYetError(Exception):
    """The time was over before a plan was found or shown not to exist."""


@dataclass(frozen=True, eq=False, slots=True)
class WavePlan:
    """A plan of waves.

    Parameters
    ----------
    wave
        Wave by `kode`, Int64, in the order of the needs: 0 has Community Watch already, missing is not started.
    objective
        What it is worth: need reached, discounted by wave, spill included.
    bound
        No plan is worth more.
    stopped_by
        What ended the search.
    """

    wave: pd.Series[int]
    objective: float
    bound: float
    stopped_by: StoppedBy

    @property
    def gap(self) -> float:
        """Share by which the best plan there is may be better: (bound - objective) / max(1, |objective|)."""
        return gap_of(self.objective, self.bound)

    @property
    def optimal(self) -> bool:
        """Whether no plan is better."""
        return self.gap < PROVED

    @property
    def unplaced(self) -> tuple[str, ...]:
        """Kelurahan that it does not start, in the order of the needs."""
        return tuple(self.wave.index[self.wave.isna()])


def gap_of(objective: float, bound: float) -> float:
    """Share by which something better may exist, 0 or more."""
    return max(bound - objective, 0.0) / max(1.0, abs(objective))


def value(
    needs: pd.DataFrame, neighbours: Mapping[str, tuple[str, ...]], limits: Limits, wave: pd.Series[int]
) -> float:
    """What a plan is worth, a person's own or changed by hand; parameters as for `plan`, and its waves by `kode`."""
    board = Board.of(needs, neighbours, limits)
    return board.value(board.waves(wave))


def broken(needs: pd.DataFrame, limits: Limits, wave: pd.Series[int]) -> tuple[Rule, ...]:
    """Rules that a plan breaks; parameters as for `value`."""
    board = Board.of(needs, {}, limits)
    return board.broken(board.waves(wave))


def _most(board: Board) -> float:
    """A bound that needs no programme: everything in wave 1, or all of it reached by spill, whatever is more."""
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
        """Pass on how far it is, in the plan's own units and from its own beginning."""
        if self._progress is None:
            return
        best, bound = self.model.unit * found.best, self.model.unit * found.bound
        if not self._is_whole:
            best = -np.inf
        self._progress(Progress(max(self.objective(), best), min(self.bound, bound), self.seconds()))

    def begin(self, gap: float, time_limit_s: float) -> bool:
        """Look for a plan near one that may start by halves; whether it is good enough already.

        On thousands of areas that takes a third of the time of the search with whole numbers.
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
        """Solve once; whether that was the last time."""
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

    Worth is the need of what is started, discounted by wave, and `spill` times the need of what is never started but
    next to a start, discounted by the first wave in which a neighbour starts. The same input gives the same plan,
    whatever the order of its rows, unless time or a person ended the search.

    Parameters
    ----------
    needs
        Indexed by `kode`, columns `kecamatan`, `need` (not negative, in any unit), `cost` where the limits have a
        budget, `trainers` where they limit them.
    neighbours
        By `kode`: the kelurahan whose start reaches it; those that have no needs are left aside.
    limits
        What the plan keeps.
    gap
        The search ends when no plan is better by more than this share; 0 for the proof.
    time_limit_s
        Seconds after which the best plan so far is given.
    progress
        Told about twenty times a second how far it is, in the calling thread.
    stop
        Asked as often whether to end with the best plan so far.

    Raises
    ------
    DataError
        When the limits make no sense for these kelurahan.
    NoPlanError
        When no plan keeps all rules.
    NoPlanYetError
        When time or a person ended the search before there was any plan.
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
