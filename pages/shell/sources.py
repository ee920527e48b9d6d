"""Source of the figures of a visit: current records, or published editions."""

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
    """Source of a visit's figures."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Its faults."""

    @property
    def years(self) -> range:
        """Years with figures; empty when there are none."""

    @property
    def periods(self) -> list[Period]:
        """Periods to choose from, the newest first."""

    @property
    def is_bound(self) -> bool:
        """Whether there are figures of those periods only."""

    @property
    def is_empty(self) -> bool:
        """Whether there are no figures yet."""

    @property
    def is_unread(self) -> bool:
        """Whether it cannot be read and there are no earlier data to use: whether it is empty is unknown."""

    def released(self, layer: Areas, period: Period, on: date) -> Released:
        """The part of a period that the viewer may see."""

    def each(self, layer: Areas, on: date) -> list[Released]:
        """The part of each of the shortest periods that the viewer may see, in order."""


@dataclass(frozen=True)
class Live:
    """Current records: the example for everybody, the city's own for a viewer who may see exact counts."""

    tables: Tables
    faults: tuple[Fault, ...]
    settings: Settings
    viewer: Viewer
    is_bound: bool = False

    @property
    def years(self) -> range:
        """Years with figures."""
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
        """Whether it cannot be read and there are no earlier data to use."""
        return bool(self.tables.faults)

    def released(self, layer: Areas, period: Period, on: date) -> Released:
        """The part of a period that the viewer may see.

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
        """The part of each of the shortest periods that the viewer may see."""
        return [self.released(layer, Period(year, year), on) for year in self.years]

    def _note(self, period: str) -> None:
        """Records in the audit who saw what, once a visit."""
        # Not at the top: the example needs no database.
        from geo.access.audit import saw
        from geo.store.engine import city_store

        seen = st.session_state.setdefault(_SAW, set())
        key = (self.viewer.name, period)
        if key not in seen and self.settings.store_file.is_file():
            # The page reports a store that is busy or damaged; the next view tries again.
            with contextlib.suppress(DataError):
                saw(city_store(self.settings), self.viewer, period)
                seen.add(key)


@dataclass(frozen=True)
class Out:
    """Published editions: all that the public sees of real records."""

    editions: list[PublicEdition]
    faults: tuple[Fault, ...]
    is_bound: bool = True
    is_unread: bool = False

    @property
    def years(self) -> range:
        """Years with figures."""
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
        """The part of a period that the viewer may see."""
        return caches.released_to_public(layer, period, on)

    def each(self, layer: Areas, on: date) -> list[Released]:
        """The part of each of the shortest periods that the viewer may see."""
        return [self.released(layer, period, on) for period in reversed(self.periods)]


def source(store: StoreName, settings: Settings, viewer: Viewer) -> Source:
    """Source of this viewer's figures of a store."""
    if store is StoreName.KOTA and not viewer.may(Right.SEE_EXACT):
        return Out(*caches.editions())
    tables, faults = caches.tables(store, viewer)
    return Live(tables, faults, settings, viewer)
