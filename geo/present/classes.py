"""Classes of a map: ranges of round numbers, the states without a number, and the number of kelurahan in each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.present.palette import BLANK, SEQUENCE
from geo.terms import State

if TYPE_CHECKING:
    from geo.measures.figures import Figures

_MOST = 5
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class Class:
    """One entry of a legend.

    Parameters
    ----------
    state
        `shown` for a range of values, otherwise the state without a number.
    low, high
        First and last value of the range; for measures that are not counts, its start and the start of the next one.
        None for the others.
    fill
        Colour, or address of a pattern.
    areas
        Number of kelurahan in it.
    label
        Key of its text, if it is neither a range nor a state.
    text
        The text itself, if no catalogue has it.
    """

    state: State
    low: float | None
    high: float | None
    fill: str
    areas: int
    label: str = ""
    text: str = ""


def _round_up(value: float, *, whole: bool) -> float:
    """The next round number at or above a positive value."""
    if whole and value <= _MOST:
        return max(1, math.ceil(value))
    scale = 10.0 ** math.floor(math.log10(value))
    return next(float(f"{step * scale:.3g}") for step in _STEPS if step * scale >= value * (1 - 1e-9))


def breaks(values: pd.Series[float]) -> list[float]:
    """First values of the classes of positive numbers: quantiles, rounded up to round numbers.

    Integers get integer ranges from 1, other numbers ranges from 0.

    Examples
    --------
    >>> breaks(pd.Series([1.0, 2, 3, 8, 12, 19, 40, 83]))
    [1, 2, 8, 15, 40]
    >>> breaks(pd.Series([0.12, 0.3, 0.31, 0.9, 2.2]))
    [0.0, 0.15, 0.3, 0.4, 1.0]
    """
    positive = values[values > 0].dropna()
    if positive.empty:
        return []
    wanted = min(_MOST, positive.nunique())
    inner = np.quantile(positive, [one / wanted for one in range(1, wanted)], method="inverted_cdf")
    whole = bool((positive % 1 == 0).all())
    starts = {1 if whole else 0.0, *(_round_up(float(value), whole=whole) for value in inner)}
    return sorted(int(start) if whole else float(start) for start in starts if start <= positive.max())


def classify(figures: Figures) -> tuple[list[Class], pd.Series[int]]:
    """Legend of a measure, and the class of each kelurahan as its position in the legend.

    A class without kelurahan is left out, except `zero` and `no_report`: their emptiness is information.
    """
    starts = breaks(figures.values)
    position = pd.Series(-1, index=figures.values.index)
    ranges: list[Class] = []
    colours = SEQUENCE.get(len(starts), ())
    for number, low in enumerate(starts):
        after = starts[number + 1] if number + 1 < len(starts) else None
        inside = figures.values.ge(low) & (True if after is None else figures.values.lt(after))
        inside &= figures.states.eq(State.SHOWN)
        last = float(figures.values[inside].max()) if inside.any() else low
        high = last if after is None else after - 1 if figures.is_count else after
        position[inside] = len(ranges)
        ranges.append(Class(State.SHOWN, low, high, colours[number], int(inside.sum())))
    for state, fill in BLANK.items():
        inside = figures.states.eq(state)
        if not inside.any() and state not in {State.ZERO, State.NO_REPORT}:
            continue
        position[inside] = len(ranges)
        ranges.append(Class(state, None, None, fill, int(inside.sum())))
    return ranges, position
