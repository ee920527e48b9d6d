"""A drawn order among kelurahan whose needs are near enough: who is first is left to a seed that is kept.

Where chance decides when a kelurahan starts, the waves are a stepped wedge: what happens after a start can be
compared with what happens meanwhile where it has not come yet (Hussey and Hughes 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.planning.board import Board

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geo.planning.limits import Limits

#: Whole drawings that may break a rule before starts are exchanged two by two instead.
_DRAWINGS = 500
_EXCHANGES = 50


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """A plan whose waves were dealt anew within tiers.

    Parameters
    ----------
    wave
        Wave by `kode`, as in a plan.
    objective
        What it is worth.
    loss
        What the plan before was worth more; seldom below 0, where that one was not the best.
    tiers
        Kelurahan of each tier with more than one, by falling need.
    is_even
        Whether every order that keeps the rules was as likely as any other; else starts were exchanged two by two in
        some tier, because nearly every whole drawing broke a rule.
    """

    wave: pd.Series[int]
    objective: float
    loss: float
    tiers: tuple[tuple[str, ...], ...]
    is_even: bool


def drawn_order(tier: Sequence[str], seed: int) -> tuple[str, ...]:
    """Kelurahan of a tier in an order drawn by a seed, whatever order they come in.

    Examples
    --------
    >>> drawn_order(["b", "a", "c"], 7) == drawn_order(["c", "b", "a"], 7)
    True
    """
    keys = sorted(tier)
    return tuple(keys[number] for number in np.random.default_rng(seed).permutation(len(keys)))


def _tiers(board: Board, waves: NDArray[np.intp], tolerance: float) -> list[NDArray[np.intp]]:
    """Tiers of what a plan starts: from the highest need down, each as far as its needs are near its first."""
    placed = np.flatnonzero((waves > 0) & (waves < board.never))
    order = placed[np.argsort(-board.need[placed], kind="stable")]
    found: list[list[int]] = []
    for area in order.tolist():
        if found and board.need[area] >= (1 - tolerance) * board.need[found[-1][0]]:
            found[-1].append(area)
        else:
            found.append([area])
    return [np.array(tier, dtype=np.intp) for tier in found if len(tier) > 1]


def _deal(board: Board, waves: NDArray[np.intp], tier: NDArray[np.intp], rng: np.random.Generator) -> bool:
    """Deal the waves of a tier anew, in place; whether all orders that keep the rules were as likely."""
    before = waves[tier].copy()
    for _ in range(_DRAWINGS):
        waves[tier] = rng.permutation(before)
        if not board.broken(waves):
            return True
    waves[tier] = before
    for _ in range(_EXCHANGES * len(tier)):
        pair = tier[rng.choice(len(tier), 2, replace=False)]
        waves[pair] = waves[pair[::-1]]
        if board.broken(waves):
            waves[pair] = waves[pair[::-1]]
    return False


def drawn(
    needs: pd.DataFrame,
    neighbours: Mapping[str, tuple[str, ...]],
    limits: Limits,
    wave: pd.Series[int],
    *,
    tolerance: float,
    seed: int,
) -> Drawn:
    """Plan whose waves are dealt anew at random among kelurahan of near-equal need, all rules kept.

    Parameters
    ----------
    needs, neighbours, limits
        As for `geo.planning.waves.plan`.
    wave
        Of a plan that keeps the rules.
    tolerance
        Share by which the needs of a tier may lie below its highest; 0 to 1.
    seed
        Kept with the plan, it draws the same again.

    Raises
    ------
    ValueError
        When the plan breaks a rule already, or the tolerance is no share.
    """
    rng = np.random.default_rng(seed)
    return _dealt(
        needs, neighbours, limits, wave, tolerance, lambda board, waves, tier: _deal(board, waves, tier, rng)
    )


def ordered(
    needs: pd.DataFrame,
    neighbours: Mapping[str, tuple[str, ...]],
    limits: Limits,
    wave: pd.Series[int],
    *,
    tolerance: float,
    order: Sequence[str],
) -> Drawn:
    """Plan in which, among kelurahan of near-equal need, who comes first in an order starts first, all rules kept.

    Parameters
    ----------
    needs, neighbours, limits, wave, tolerance
        As for `drawn`.
    order
        Kelurahan, the first first: of the priority, so that weights decide where need does not. Those that it leaves
        out come last.

    Returns
    -------
    Drawn
        Nothing of it is drawn: `is_even` is False wherever there is a tier.

    Raises
    ------
    ValueError
        As for `drawn`.
    """
    place = {kode: number for number, kode in enumerate(order)}

    def arrange(board: Board, waves: NDArray[np.intp], tier: NDArray[np.intp]) -> bool:
        by_order = tier[np.argsort([place.get(board.kode[area], len(place)) for area in tier], kind="stable")]
        # From the front: each takes the earliest wave of those behind it that the rules let it have.
        for number, area in enumerate(by_order):
            behind = by_order[number + 1 :]
            for other in behind[np.argsort(waves[behind], kind="stable")]:
                if waves[other] >= waves[area]:
                    break
                pair = np.array([area, other])
                waves[pair] = waves[pair[::-1]]
                if not board.broken(waves):
                    break
                waves[pair] = waves[pair[::-1]]
        return False

    return _dealt(needs, neighbours, limits, wave, tolerance, arrange)


def _dealt(
    needs: pd.DataFrame,
    neighbours: Mapping[str, tuple[str, ...]],
    limits: Limits,
    wave: pd.Series[int],
    tolerance: float,
    deal: Callable[[Board, NDArray[np.intp], NDArray[np.intp]], bool],
) -> Drawn:
    board = Board.of(needs, neighbours, limits)
    waves = board.waves(wave)
    if board.broken(waves) or not 0 <= tolerance <= 1:
        msg = "a drawing begins with a plan that keeps the rules, and a tolerance of 0 to 1"
        raise ValueError(msg)
    worth = board.value(waves)
    tiers = _tiers(board, waves, tolerance)
    even = [deal(board, waves, tier) for tier in tiers]
    objective = board.value(waves)
    named = tuple(tuple(board.kode[area] for area in tier) for tier in tiers)
    return Drawn(board.series(waves, needs.index), objective, worth - objective, named, all(even))
