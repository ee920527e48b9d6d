"""`Figures`: one number per kelurahan, with the state of each, and the declarations of the measures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.release.released import Released


class Measure(StrEnum):
    """Measures that a page can map."""

    VICTIMS = "victims"
    CASES = "cases"
    WATCHERS = "watchers"


@dataclass(frozen=True, eq=False)
class Figures:
    """One measure over all kelurahan.

    Parameters
    ----------
    measure
        Which measure.
    values
        Float on the kelurahan index; missing unless `states` is `shown` or `zero`.
    states
        `State` as text, on the same index.
    layer
        Boundaries it was computed on.
    """

    measure: Measure
    values: pd.Series[float]
    states: pd.Series[str]
    layer: str

    def __post_init__(self) -> None:
        told = self.states.isin([State.SHOWN, State.ZERO])
        if not self.values.index.equals(self.states.index) or not self.values.notna().equals(told):
            msg = f"{self.measure}: a value goes with the states shown and zero, and with no other"
            raise ValueError(msg)


def victims(released: Released) -> Figures:
    """Persons by the kelurahan that their documents name: where papers were issued, not where anyone lives."""
    table = released.now.table
    return Figures(Measure.VICTIMS, table["victims"].astype(float), table["state"], released.areas.layer)


def cases(released: Released) -> Figures:
    """Reports by the kelurahan that the documents name; one report can tell of many persons."""
    table = released.now.table
    return Figures(Measure.CASES, table["cases"].astype(float), table["state"], released.areas.layer)


def watchers(released: Released) -> Figures:
    """Active members of Community Watch on the day shown. None listed reads as zero: it is the city's own list."""
    values = released.watchers
    states = pd.Series(State.SHOWN.value, index=values.index, dtype="object")
    states[values.eq(0).fillna(value=False)] = State.ZERO.value
    states[values.isna()] = State.HIDDEN.value
    states[released.now.table["state"].eq(State.OUT_OF_SCOPE)] = State.OUT_OF_SCOPE.value
    told = states.isin([State.SHOWN, State.ZERO])
    return Figures(Measure.WATCHERS, values.astype(float).where(told), states, released.areas.layer)


#: Every measure by its key: the one place where a page, the method page and the tests find them.
MEASURES: dict[Measure, Callable[[Released], Figures]] = {
    Measure.VICTIMS: victims,
    Measure.CASES: cases,
    Measure.WATCHERS: watchers,
}
