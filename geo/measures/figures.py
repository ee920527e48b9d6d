"""`Figures`: one number per kelurahan, with the state of each, and the list of all measures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import pandas as pd

from geo.terms import Denominator, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.release.released import Released


class Measure(StrEnum):
    """Measures that a page can map."""

    VICTIMS = "victims"
    CASES = "cases"
    WATCHERS = "watchers"
    CASE_RATE = "case_rate"
    SMOOTH_RATE = "smooth_rate"


#: A rate is stated per this many units of size, so that people read numbers from about 0.1 to 100.
PER: dict[Denominator, int] = {
    Denominator.STATIONS_2024: 10,
    Denominator.STATIONS_2014: 10,
    Denominator.UNDER_FIVE_2022: 1000,
}
COUNTS = frozenset({Measure.VICTIMS, Measure.CASES, Measure.WATCHERS})


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
        Layer of boundaries of the computation.
    denominator
        Denominator of a rate; None for a count.
    """

    measure: Measure
    values: pd.Series[float]
    states: pd.Series[str]
    layer: str
    denominator: Denominator | None = None

    def __post_init__(self) -> None:
        told = self.states.isin([State.SHOWN, State.ZERO])
        if not self.values.index.equals(self.states.index) or not self.values.notna().equals(told):
            msg = f"{self.measure}: a value goes with the states shown and zero, and with no other"
            raise ValueError(msg)

    @property
    def is_count(self) -> bool:
        """Whether the values are whole numbers."""
        return self.measure in COUNTS


def victims(released: Released) -> Figures:
    """Persons by the kelurahan in their documents: where papers were issued, not where anyone lives."""
    table = released.now.table
    return Figures(Measure.VICTIMS, table["victims"].astype(float), table["state"], released.areas.layer)


def case_figures(released: Released) -> Figures:
    """Reports by the kelurahan in the documents; one report can cover several persons."""
    table = released.now.table
    told = table["state"].isin([State.SHOWN, State.ZERO])
    state = table["state"] if released.has_reports else table["state"].mask(told, State.OUT_OF_SCOPE.value)
    return Figures(Measure.CASES, table["cases"].astype(float), state, released.areas.layer)


def watchers(released: Released) -> Figures:
    """Active members of Community Watch on the day shown. No listed member means zero: the list is the city's own.

    Without a list every kelurahan is unknown.
    """
    values = released.watchers
    states = pd.Series(State.SHOWN.value, index=values.index, dtype="object")
    states[values.eq(0).fillna(value=False)] = State.ZERO.value
    states[values.isna()] = State.HIDDEN.value
    if not released.has_watchers:
        states[:] = State.NO_REPORT.value
    states[released.now.table["state"].eq(State.OUT_OF_SCOPE)] = State.OUT_OF_SCOPE.value
    told = states.isin([State.SHOWN, State.ZERO])
    return Figures(Measure.WATCHERS, values.astype(float).where(told), states, released.areas.layer)


def _rate(released: Released, denominator: Denominator, column: str, measure: Measure) -> Figures:
    # Not at the top: the first page shows counts, and loading what rates need takes a third of a second.
    from geo.measures.rates import rates

    table = rates(released, denominator).table
    values = table[column] * PER[denominator]
    states = table["state"].where(table["state"].ne(State.ZERO) | values.eq(0), State.SHOWN.value)
    # No size, no rate, whatever the count.
    states = states.mask(values.isna() & states.isin([State.SHOWN, State.ZERO]), State.OUT_OF_SCOPE.value)
    return Figures(measure, values, states, released.areas.layer, denominator)


def case_rate(released: Released, denominator: Denominator) -> Figures:
    """Reports per size: a measure of size, not a risk to residents."""
    return _rate(released, denominator, "rate", Measure.CASE_RATE)


def smooth_rate(released: Released, denominator: Denominator) -> Figures:
    """Reports per size, shrunk towards the city's rate, more strongly for smaller kelurahan (empirical Bayes)."""
    return _rate(released, denominator, "smooth", Measure.SMOOTH_RATE)


#: Every measure by its key: the only list for pages, the method page and the tests.
MEASURES: dict[Measure, Callable[[Released, Denominator], Figures]] = {
    Measure.VICTIMS: lambda released, _: victims(released),
    Measure.CASES: lambda released, _: case_figures(released),
    Measure.WATCHERS: lambda released, _: watchers(released),
    Measure.CASE_RATE: case_rate,
    Measure.SMOOTH_RATE: smooth_rate,
}


def available(released: Released) -> list[Measure]:
    """Available measures: no rates without a size; only persons from an edition."""
    if not released.has_reports:
        return [Measure.VICTIMS]
    return [one for one in Measure if one in COUNTS or not released.denominators.empty]
