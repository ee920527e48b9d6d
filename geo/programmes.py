"""Linear and integer programmes: the only module that calls the solver, with a time limit."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

#: Time limit in seconds for one programme. A programme that takes longer proves nothing.
TIME_LIMIT_S = 20.0
_OPTIMAL, _INFEASIBLE = 0, 2
#: Seconds between two checks of the clock, of the stop request and of the progress.
_LOOK_S = 0.05
_STDOUT = 1


class NotProvedError(Exception):
    """A programme ended without a result."""


def minimise(
    cost: NDArray[np.float64],
    equations: csr_array,
    right: NDArray[np.float64],
    bounds: NDArray[np.float64],
    *,
    time_limit_s: float = TIME_LIMIT_S,
) -> NDArray[np.float64] | None:
    """Minimiser of a linear programme, shape (n,); None when no value meets the equations.

    Parameters
    ----------
    cost
        Shape (n,).
    equations, right
        Shapes (m, n) and (m,); m may be 0.
    bounds
        Shape (n, 2), least and largest value.
    time_limit_s
        Time limit in seconds.

    Raises
    ------
    NotProvedError
        When the solver ended for any other reason.
    """
    has = equations.shape[0] > 0
    found = linprog(
        cost,
        A_eq=equations if has else None,
        b_eq=right if has else None,
        bounds=bounds,
        method="highs",
        options={"time_limit": time_limit_s},
    )
    if found.status == _INFEASIBLE:
        return None
    if found.status != _OPTIMAL:
        raise NotProvedError
    solved: NDArray[np.float64] = found.x
    return solved


class Ended(StrEnum):
    """Why an integer programme ended."""

    SOLVED = "solved"
    INFEASIBLE = "infeasible"
    TIME = "time"
    STOPPED = "stopped"


@dataclass(frozen=True, eq=False, slots=True)
class Programme:
    """Find x with the largest gain with low <= rows x <= high and least <= x <= most, some of x integers.

    Parameters
    ----------
    gain, least, most
        Shape (n,).
    row, column, factor
        Entries of the rows, shape (entries,); entries at the same position are added.
    low, high
        Shape (m,), infinite where no limit applies.
    is_whole
        Shape (n,): which values must be integers.
    offset
        Constant gain outside x; a gap is a share of the total gain.
    """

    gain: NDArray[np.float64]
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    factor: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    is_whole: NDArray[np.bool_]
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a programme.

    Parameters
    ----------
    best
        Gain of the best answer so far; minus infinity before the first one.
    bound
        Upper bound of the gain; infinity before the first bound.
    seconds
        Since the start.
    """

    best: float
    bound: float
    seconds: float


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """Result of an integer programme.

    Parameters
    ----------
    values
        Shape (n,); None if no answer was found.
    bound
        Upper bound of the gain.
    ended
        Why it ended.
    """

    values: NDArray[np.float64] | None
    bound: float
    ended: Ended


class _Silence:
    """HiGHS 1.16 prints a banner on stdout at the first programme, whatever its options say."""

    lock = threading.Lock()
    is_kept = False

    @classmethod
    def keep(cls) -> None:
        """Suppress the banner, once per process: stdout may have to carry exactly one JSON object."""
        with cls.lock:
            if cls.is_kept:
                return
            # Not at the top: only plans need it.
            import highspy

            if sys.stdout is not None:
                sys.stdout.flush()
            try:
                kept = os.dup(_STDOUT)
            except OSError:
                kept = None  # a process without a stdout
            try:
                if kept is not None:
                    with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - a device, no path
                        os.dup2(nothing.fileno(), _STDOUT)
                empty = highspy.Highs()
                empty.setOptionValue("output_flag", False)  # noqa: FBT003 - its way
                empty.passModel(highspy.HighsLp())
                empty.run()
                # The banner waits in the C buffer, which would otherwise be written at the end of the process.
                (ctypes.cdll.ucrtbase if sys.platform == "win32" else ctypes.CDLL(None)).fflush(None)
            finally:
                if kept is not None:
                    os.dup2(kept, _STDOUT)
                    os.close(kept)
            cls.is_kept = True


class _Run:
    """One run of the solver in its own thread, so the caller can stop waiting at any moment.

    The solver checks for an interruption only between its steps, and the first linear programme of a large problem is
    a single step of many seconds. An abandoned thread ends at its next check.
    """

    def __init__(self, programme: Programme, options: dict[str, Any]) -> None:
        # Not at the top: only plans need it.
        import highspy

        _Silence.keep()
        self.best, self.bound = -np.inf, np.inf
        self._gain, self._offset = programme.gain, programme.offset
        self._is_mixed = bool(programme.is_whole.any())
        self.values: NDArray[np.float64] | None = None
        self.status: Any = None
        self.fault: BaseException | None = None
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._highs, self._status = highspy.Highs(), highspy.HighsModelStatus
        for name, value in {"output_flag": False, "random_seed": 1, **options}.items():
            if self._highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
                msg = f"HiGHS takes no {name}={value!r}"
                raise ValueError(msg)
        self._highs.passModel(_model(programme))
        self._highs.cbMipInterrupt += self._look
        self._highs.cbSimplexInterrupt += self._look
        self._highs.cbMipLogging += self._told
        self._highs.cbMipImprovingSolution += self._improve
        self._thread = threading.Thread(target=self._solve, name="programme")
        self._thread.start()

    def _look(self, event: Any) -> None:
        if self._wanted.is_set():
            event.interrupt()

    def _improve(self, event: Any) -> None:
        self._keep(np.array(event.data_out.mip_solution, dtype=np.float64))
        self._told(event)

    def _told(self, event: Any) -> None:
        if np.isfinite(event.data_out.mip_dual_bound):
            self.bound = min(self.bound, -event.data_out.mip_dual_bound)
        self._look(event)

    def _keep(self, values: NDArray[np.float64]) -> None:
        gain = float(self._gain @ values) + self._offset
        if gain > self.best:
            self.best, self.values = gain, values

    def _solve(self) -> None:
        try:
            self._highs.run()
            self.status = self._highs.getModelStatus()
            told = self._highs.getInfo()
            if self._is_mixed and np.isfinite(told.mip_dual_bound):
                self.bound = min(self.bound, -told.mip_dual_bound)
            if told.primal_solution_status == int(self._feasible()):
                self._keep(np.array(self._highs.getSolution().col_value, dtype=np.float64))
        except BaseException as fault:  # noqa: BLE001 - raised again where somebody waits
            self.fault = fault
        finally:
            self._ended.set()

    @staticmethod
    def _feasible() -> Any:
        import highspy

        return highspy.SolutionStatus.kSolutionStatusFeasible

    def wait(
        self, time_limit_s: float, progress: Callable[[Progress], None] | None, stop: Callable[[], bool] | None
    ) -> Ended:
        """Why the run ended. The calling thread reports progress and checks whether to stop."""
        begun = time.monotonic()
        try:
            while not self._ended.wait(_LOOK_S):
                seconds = time.monotonic() - begun
                if progress is not None:
                    progress(Progress(self.best, self.bound, seconds))
                if stop is not None and stop():
                    return Ended.STOPPED
                if seconds > time_limit_s:
                    return Ended.TIME
        finally:
            self._wanted.set()
        if self.fault is not None:
            raise self.fault
        if self.status == self._status.kOptimal:
            if not self._is_mixed:
                self.bound = self.best
            return Ended.SOLVED
        if self.status in {self._status.kInfeasible, self._status.kUnboundedOrInfeasible}:
            return Ended.INFEASIBLE
        if self.status == self._status.kTimeLimit:
            return Ended.TIME
        msg = f"HiGHS ended with {self.status}"
        raise NotProvedError(msg)


def _model(programme: Programme) -> Any:
    """Programme in the solver's form; the solver minimises."""
    import highspy

    shape = (len(programme.low), len(programme.gain))
    columns = csc_array((programme.factor, (programme.row, programme.column)), shape=shape)
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = columns.shape
    model.col_cost_, model.offset_ = -programme.gain, -programme.offset
    model.col_lower_, model.col_upper_ = programme.least, programme.most
    model.row_lower_, model.row_upper_ = programme.low, programme.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = columns.indptr, columns.indices
    model.a_matrix_.value_ = columns.data.astype(np.float64)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[int(whole)] for whole in programme.is_whole]
    return model


def maximise(
    programme: Programme,
    *,
    gap: float = 0.0,
    unit: float = 1.0,
    time_limit_s: float = TIME_LIMIT_S,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Answer:
    """Answer to an integer programme; deterministic, unless the time limit or a person ended it.

    Parameters
    ----------
    gap
        The solver ends when bound minus gain is at most gap * max(unit, |gain|); 0 for a proof of the optimum.
    unit
        Smallest gain to which a gap is relative.
    time_limit_s
        Time limit in seconds; then the best answer so far is returned.
    progress
        Called about twenty times a second with the progress, in the calling thread.
    stop
        Called as often; True ends the run with the best answer so far.
    """
    if not len(programme.gain):
        # The solver reports a programme without variables as empty, whatever its rows require.
        holds = bool((programme.low <= 0).all() and (programme.high >= 0).all())
        return Answer(np.empty(0), programme.offset, Ended.SOLVED) if holds else Answer(None, 0.0, Ended.INFEASIBLE)
    options = {
        # One thread: several run in an order that depends on the machine.
        "threads": 1,
        "time_limit": float(max(time_limit_s, 0.0)),
        "mip_rel_gap": float(gap),
        "mip_abs_gap": max(float(gap * unit), 1e-9),
        # This heuristic took 7 of 12 seconds on 3,352 areas and found nothing useful.
        "mip_heuristic_run_feasibility_jump": False,
    }
    run = _Run(programme, options)
    ended = run.wait(time_limit_s, progress, stop)
    return Answer(run.values if ended is not Ended.INFEASIBLE else None, run.bound, ended)
