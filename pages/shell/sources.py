"""Where the figures of a visit come from: records as they are, or editions that are out."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import streamlit as st

from geo.errors import DataError
from geo.period import Period
from geo.terms import Right, StoreName
from pages.shell import caches

if TYPE_CHECKING:
    from datetime import date

    from geo.errors import Fault
    from geo.places.boundaries import Areas
    from geo.records.tables import Tables
    from geo.release.public import PublicEdition
    from geo.release.released import Released
    from geo.settings import Settings
    from geo.viewer import Viewer

_SAW = "shell.saw"


class Source(Protocol):
    """What a visit's figures come from."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with it."""

    @property
    def years(self) -> range:
        """Years that there are figures of; empty when there are none."""

    @property
    def periods(self) -> list[Period]:
        """Periods to choose from, the newest first."""

    @property
    def is_bound(self) -> bool:
        """Whether there are figures of those periods and of no others."""

    @property
    def is_empty(self) -> bool:
        """Whether there are no figures yet."""

    @property
    def is_unread(self) -> bool:
        """Whether it cannot be read, and nothing of before can serve on: whether it is empty is not known."""

    def released(self, layer: Areas, period: Period, on: date) -> Released:
        """What the viewer may see of a period."""

    def each(self, layer: Areas, on: date) -> list[Released]:
        """What the viewer may see of each of the shortest periods, in order."""


@dataclass(frozen=True)
class Live:
    """Records as they are now: the example for all, the city's own for whoever may see exact counts."""

    tables: Tables
    faults: tuple[Fault, ...]
    settings: Settings
    viewer: Viewer
    is_bound: bool = False

    @property
    def years(self) -> range:
        """Years that there are figures of."""
        return self.tables.years

    @property
    def periods(self) -> list[Period]:
        """Periods to choose from, the newest first."""
        years = self.years
        offered = [Period(year, year) for year in reversed(years)]
        return [*offered, Period(years[0], years[-1])] if len(years) > 1 else offered

    @property
    def is_empty(self) -> bool:
        """Whether there are no figures yet."""
        return self.tables.cases.empty and not self.is_unread

    @property
    def is_unread(self) -> bool:
        """Whether it cannot be read, and nothing of before can serve on."""
        return bool(self.tables.faults)

    def released(self, layer: Areas, period: Period, on: date) -> Released:
        """What the viewer may see of a period.

        Raises
        ------
        DataError
            When the records cannot be read.
        """
        if self.is_unread:
            raise DataError(self.tables.faults)
        if not self.tables.is_made_up:
            self._note(str(period))
        return caches.released(layer, self.tables, period, on, self.viewer)

    def each(self, layer: Areas, on: date) -> list[Released]:
        """What the viewer may see of each of the shortest periods."""
        return [self.released(layer, Period(year, year), on) for year in self.years]

    def _note(self, period: str) -> None:
        """Writes down who saw what, once a visit."""
        # Not at the top: the example needs no database.
        from geo.access.audit import saw
        from geo.store.engine import city_store

        seen = st.session_state.setdefault(_SAW, set())
        key = (self.viewer.name, period)
        if key not in seen and self.settings.store_file.is_file():
            # A store that is busy or damaged is told on the page; the next look tries again.
            with contextlib.suppress(DataError):
                saw(city_store(self.settings), self.viewer, period)
                seen.add(key)


@dataclass(frozen=True)
class Out:
    """Editions that are out: all that the public sees of real records."""

    editions: list[PublicEdition]
    faults: tuple[Fault, ...]
    is_bound: bool = True
    is_unread: bool = False

    @property
    def years(self) -> range:
        """Years that there are figures of."""
        periods = self.periods
        return range(periods[-1].first, periods[0].last + 1) if periods else range(0)

    @property
    def periods(self) -> list[Period]:
        """Periods to choose from, the newest first."""
        return [one.edition.scope.period for one in reversed(self.editions)]

    @property
    def is_empty(self) -> bool:
        """Whether there are no figures yet."""
        return not self.editions

    def released(self, layer: Areas, period: Period, on: date) -> Released:
        """What the viewer may see of a period."""
        return caches.released_to_public(layer, period, on)

    def each(self, layer: Areas, on: date) -> list[Released]:
        """What the viewer may see of each of the shortest periods."""
        return [self.released(layer, period, on) for period in reversed(self.periods)]


def source(store: StoreName, settings: Settings, viewer: Viewer) -> Source:
    """Where this viewer's figures of a store come from."""
    if store is StoreName.KOTA and not viewer.may(Right.SEE_EXACT):
        return Out(*caches.editions())
    tables, faults = caches.tables(store, viewer)
    return Live(tables, faults, settings, viewer)
