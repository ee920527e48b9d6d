"""Random order among kelurahan of near-equal need, drawn with a stored seed.

If chance decides when a kelurahan starts, the waves are a stepped wedge: the results after a start can be compared
with kelurahan that have not started yet (Hussey and Hughes 2007).
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

#: Complete draws that may break a rule before starts are exchanged pair by pair instead.
_DRAWINGS = 500
_EXCHANGES = 50


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """A plan whose waves were reassigned within tiers.

    Parameters
    ----------
    wave
        Wave by `kode`, as in a plan.
    objective
        Value of the plan.
    loss
        Loss of value against the previous plan; rarely below 0, if that one was not the best.
    tiers
        Kelurahan of each tier with more than one, by descending need.
    is_even
        Whether every order that keeps the rules was equally likely; otherwise starts were exchanged pair by pair in
        some tier, because nearly every complete draw broke a rule.
    """

    wave: pd.Series[int]
    objective: float
    loss: float
    tiers: tuple[tuple[str, ...], ...]
    is_even: bool


def drawn_order(tier: Sequence[str], seed: int) -> tuple[str, ...]:
    """Kelurahan of a tier in random order by a seed, independent of their input order.

    Examples
    --------
    >>> drawn_order(["b", "a", "c"], 7) == drawn_order(["c", "b", "a"], 7)
    True
    """
    keys = sorted(tier)
    return tuple(keys[number] for number in np.random.default_rng(seed).permutation(len(keys)))


def _tiers(board: Board, waves: NDArray[np.intp], tolerance: float) -> list[NDArray[np.intp]]:
    """Tiers of the started kelurahan, from the highest need down; the needs of a tier are close to its first."""
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
    """Reassign the waves of a tier in place; True if all orders that keep the rules were equally likely."""
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
    """Plan whose waves are reassigned at random among kelurahan of near-equal need, with all rules kept.

    Parameters
    ----------
    needs, neighbours, limits
        As for `geo.planning.waves.plan`.
    wave
        Waves of a plan that keeps the rules.
    tolerance
        Share by which the needs of a tier may be below its highest; 0 to 1.
    seed
        Seed; stored with the plan, it gives the same draw again.

    Raises
    ------
    ValueError
        When the plan breaks a rule already, or the tolerance is not a share.
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
    """Plan in which, among kelurahan of near-equal need, the first of an order starts first, with all rules kept.

    Parameters
    ----------
    needs, neighbours, limits, wave, tolerance
        As for `drawn`.
    order
        Kelurahan in order of priority, so that weights decide where need does not. Absent ones come last.

    Returns
    -------
    Drawn
        No part is random: `is_even` is False if there is a tier.

    Raises
    ------
    ValueError
        As for `drawn`.
    """
    place = {kode: number for number, kode in enumerate(order)}

    def arrange(board: Board, waves: NDArray[np.intp], tier: NDArray[np.intp]) -> bool:
        by_order = tier[np.argsort([place.get(board.kode[area], len(place)) for area in tier], kind="stable")]
        # From the front: each takes the earliest wave of those behind it that the rules allow.
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
