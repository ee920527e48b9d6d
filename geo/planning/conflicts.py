"""Why no plan exists: a smallest set of rules that cannot all be kept.

What breaks the fewest rules does not name a conflict; what hits every way out does. So sets of rules whose breaking
makes a plan possible are gathered one by one, each found among the rules that the smallest set hitting all earlier
ones leaves out; once such a hitting set leaves no way out, it is itself a conflict, and none is smaller (Ignatiev,
Previti, Liffiton and Marques-Silva 2015).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.planning.model import relaxed
from geo.programmes import Ended, NotProvedError, Programme, maximise

if TYPE_CHECKING:
    from geo.planning.board import Board
    from geo.planning.limits import Rule

_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot all be kept.

    Parameters
    ----------
    rules
        In the order of the limits.
    is_smallest
        Whether no smaller set conflicts; else the search ran out of time, and the set may name more than it must.
    """

    rules: tuple[Rule, ...]
    is_smallest: bool


def _hitting(ways: list[set[int]], count: int, time_limit_s: float) -> set[int]:
    """Smallest set that has a member of each of some sets; of equals the one with the earliest rules."""
    rows = np.repeat(np.arange(len(ways)), [len(one) for one in ways])
    places = np.array([member for one in ways for member in sorted(one)], dtype=np.intp)
    # The share of a rule's place is too small for a whole rule, and makes the choice a fixed one.
    price = 1 + np.arange(count) / (2.0 * count * count + 1)
    programme = Programme(
        gain=-price, row=rows, column=places, factor=np.ones(len(places)),
        low=np.ones(len(ways)), high=np.full(len(ways), np.inf), least=np.zeros(count), most=np.ones(count),
        is_whole=np.ones(count, dtype=bool),
    )  # fmt: skip
    answer = maximise(programme, time_limit_s=time_limit_s)
    if answer.values is None or answer.ended is not Ended.SOLVED:
        raise NotProvedError
    return set(np.flatnonzero(answer.values > _HALF).tolist())


def _way_out(board: Board, rules: tuple[Rule, ...], kept: set[int], time_limit_s: float) -> set[int] | None:
    """Fewest rules beside those kept whose breaking makes a plan possible; None where nothing does."""
    is_kept = [number in kept for number in range(len(rules))]
    programme, first = relaxed(board, rules, is_kept)
    answer = maximise(programme, time_limit_s=time_limit_s)
    if answer.ended is Ended.INFEASIBLE:
        return None
    if answer.values is None or answer.ended is not Ended.SOLVED:
        raise NotProvedError
    others = [number for number in range(len(rules)) if number not in kept]
    return {others[number] for number in np.flatnonzero(answer.values[first:] > _HALF)}


def conflict(board: Board, *, time_limit_s: float) -> Conflict:
    """Smallest set of rules of a board that conflict, knowing that some do.

    Parameters
    ----------
    time_limit_s
        Seconds after which all rules that were found to matter so far, or all rules, have to do.
    """
    rules, ways = board.rules, list[set[int]]()
    end = time.monotonic() + time_limit_s
    try:
        chosen = set[int]()
        while (way := _way_out(board, rules, chosen, max(end - time.monotonic(), 0.0))) is not None:
            ways.append(way)
            chosen = _hitting(ways, len(rules), max(end - time.monotonic(), 0.0))
    except NotProvedError:
        return Conflict(rules, is_smallest=False)
    return Conflict(tuple(rules[number] for number in sorted(chosen)), is_smallest=True)
