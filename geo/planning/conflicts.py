"""Why no plan exists: a smallest set of rules that cannot all hold.

The fewest rules to break are not a conflict; a set that hits every way out is. So the search collects, one by one,
sets of rules whose breaking makes a plan possible. Each is found among the rules outside the smallest set that hits
all earlier ones. As soon as such a hitting set leaves no way out, it is itself a conflict, and none is smaller
(Ignatiev, Previti, Liffiton and Marques-Silva 2015). If that takes too long, halves, quarters and so on of the rules
are left out as long as the rest conflicts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geo.planning.model import kept_only, relaxed
from geo.programmes import Ended, NotProvedError, Programme, maximise

if TYPE_CHECKING:
    from geo.planning.board import Board
    from geo.planning.limits import Rule

_HALF = 0.5


class Proof(StrEnum):
    """What is proved about a set of conflicting rules."""

    SMALLEST = "smallest"
    IRREDUCIBLE = "irreducible"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot all hold.

    Parameters
    ----------
    rules
        In the order of the limits.
    proof
        `smallest`: no smaller set conflicts. `irreducible`: without any one of them the others can hold. `none`: the
        time limit was reached, and the set may hold more rules than necessary.
    """

    rules: tuple[Rule, ...]
    proof: Proof


def _hitting(ways: list[set[int]], count: int, time_limit_s: float) -> set[int]:
    """Smallest set that has a member of each given set; in a tie, the one with the earliest rules."""
    rows = np.repeat(np.arange(len(ways)), [len(one) for one in ways])
    places = np.array([member for one in ways for member in sorted(one)], dtype=np.intp)
    # The extra cost by position is too small to equal a whole rule, and makes the choice deterministic.
    price = 1 + np.arange(count) / (2.0 * count * count + 1)
    programme = Programme(
        gain=-price,
        row=rows,
        column=places,
        factor=np.ones(len(places)),
        low=np.ones(len(ways)),
        high=np.full(len(ways), np.inf),
        least=np.zeros(count),
        most=np.ones(count),
        is_whole=np.ones(count, dtype=bool),
    )
    answer = maximise(programme, time_limit_s=time_limit_s)
    if answer.values is None or answer.ended is not Ended.SOLVED:
        raise NotProvedError
    return set(np.flatnonzero(answer.values > _HALF).tolist())


def _way_out(board: Board, rules: tuple[Rule, ...], kept: set[int], time_limit_s: float) -> set[int] | None:
    """Fewest rules outside `kept` whose breaking makes a plan possible; None if nothing does."""
    is_kept = [number in kept for number in range(len(rules))]
    programme, first = relaxed(board, rules, is_kept)
    answer = maximise(programme, time_limit_s=time_limit_s)
    if answer.ended is Ended.INFEASIBLE:
        return None
    if answer.values is None or answer.ended is not Ended.SOLVED:
        raise NotProvedError
    others = [number for number in range(len(rules)) if number not in kept]
    return {others[number] for number in np.flatnonzero(answer.values[first:] > _HALF)}


def _smallest(board: Board, rules: tuple[Rule, ...], end: float) -> set[int]:
    """Smallest set of conflicting rules.

    Raises
    ------
    NotProvedError
        When the time limit is reached first.
    """
    ways, chosen = list[set[int]](), set[int]()
    while (way := _way_out(board, rules, chosen, end - time.monotonic())) is not None:
        ways.append(way)
        chosen = _hitting(ways, len(rules), end - time.monotonic())
    return chosen


def _shrunk(board: Board, rules: tuple[Rule, ...], end: float) -> tuple[set[int], bool]:
    """Conflicting rules, reduced until the time limit, and whether none of them can be left out."""
    kept, size = list(range(len(rules))), max(1, len(rules) // 2)
    while True:
        for at in reversed(range(0, len(kept), size)):
            fewer = kept[:at] + kept[at + size :]
            answer = maximise(
                kept_only(board, [rules[number] for number in fewer]), time_limit_s=end - time.monotonic()
            )
            if answer.ended is Ended.INFEASIBLE:
                kept = fewer
            elif answer.ended is not Ended.SOLVED:
                return set(kept), False
        if size == 1:
            return set(kept), True
        size = max(1, size // 2)


def conflict(board: Board, *, time_limit_s: float) -> Conflict:
    """Smallest set of conflicting rules of a board; a conflict must exist.

    Half of the time is for the smallest set; after that the result is only a set from which no rule can be removed.

    Parameters
    ----------
    time_limit_s
        Time limit in seconds; then the current set is returned.
    """
    rules, begun = board.rules, time.monotonic()
    try:
        found, proof = _smallest(board, rules, begun + time_limit_s / 2), Proof.SMALLEST
    except NotProvedError:
        found, is_irreducible = _shrunk(board, rules, begun + time_limit_s)
        proof = Proof.IRREDUCIBLE if is_irreducible else Proof.NONE
    return Conflict(tuple(rules[number] for number in sorted(found)), proof)
