"""The press: what is out, what would be, and publishing it, for one viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.period import Period
from geo.release import files, public, publish
from geo.release.editions import closed_years
from geo.terms import Right, StoreName
from pages.shell import caches

if TYPE_CHECKING:
    from geo.errors import Fault
    from geo.places.boundaries import Areas
    from geo.records.tables import Tables
    from geo.release.public import PublicEdition
    from geo.release.publish import CheckedEdition
    from geo.settings import Settings
    from geo.viewer import Viewer
    from pages.shell import Shell


@st.cache_resource(show_spinner=False, max_entries=16)
def _attacked(key: str, _plan: CheckedEdition) -> list[dict[str, Any]]:  # noqa: ARG001 - the key
    return publish.attack(_plan.draft)


@st.cache_resource(show_spinner=False, max_entries=8)
def _bundle(folder: str, mark: str, _one: PublicEdition) -> bytes:  # noqa: ARG001 - the key
    return public.bundle(_one)


@dataclass(frozen=True)
class Press:
    """Editions of the city's own store.

    Parameters
    ----------
    settings
        Where they are.
    areas
        The layer.
    viewer
        Who asks.
    """

    settings: Settings
    areas: Areas
    viewer: Viewer

    def published(self) -> tuple[list[PublicEdition], tuple[Fault, ...]]:
        """Editions that are out, and what is wrong with those left out."""
        return caches.editions()

    def bundle(self, one: PublicEdition) -> bytes:
        """All files of an edition as one zip."""
        return _bundle(one.folder.name, public.state(self.settings), one)

    def workbook(self, one: PublicEdition) -> bytes:
        """Its workbook."""
        return (one.folder / files.WORKBOOK).read_bytes()

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever brought into the store."""
        return not self.settings.store_file.is_file()

    @property
    def _tables(self) -> Tables:
        return caches.tables(StoreName.KOTA, self.viewer)[0]

    def periods(self) -> list[Period]:
        """Periods that may be published: years that are over after the last edition, and each edition anew."""
        issued = public.issued(self.settings, self.viewer)
        last = max((one.last for one in issued), default=0)
        years = [year for year in closed_years(self._tables.cases, date.today()) if year > last]
        fresh = [Period(years[0], year) for year in reversed(years)]
        return [*fresh, *reversed(issued)]

    def plan(self, period: Period) -> CheckedEdition:
        """What would be published."""
        return public.plan_public(
            self._tables, self.areas, self.settings, self.viewer, period=period, today=date.today()
        )

    def attacked(self, plan: CheckedEdition) -> list[dict[str, Any]]:
        """What an attacker could tell of it."""
        self.viewer.require(Right.PUBLISH)
        key = f"{self._tables.fingerprint}/{self.areas.fingerprint}/{plan.draft.edition.scope}/{len(plan.entries)}"
        return _attacked(key, plan)

    def publish(self, plan: CheckedEdition) -> None:
        """Publishes it."""
        public.publish_public(plan, self.settings, self.viewer, today=date.today())

    def exact(self, period: Period) -> bytes:
        """Exact counts of a period, for the task force alone."""
        return public.exact(self._tables, self.areas, self.settings, self.viewer, period, date.today())


def press(shell: Shell) -> Press:
    """The press, for this viewer."""
    return Press(shell.settings, shell.areas, shell.who)
