"""What whoever plans can do at the desk: events of the rollout, statements set aside, plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.store import contradictions, events, plans, records, scenarios
from geo.store.canonical import Said
from geo.store.engine import open_store, path_of
from geo.store.sqlite import forget_deleted
from geo.terms import Kind, Right

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from geo.measures.rollout import Statement
    from geo.places.boundaries import Areas
    from geo.settings import Settings
    from geo.store.engine import Store
    from geo.store.scenarios import Scenario
    from geo.terms import AsideWhy
    from geo.viewer import Viewer


@dataclass(frozen=True)
class PlanningDesk:
    """The city's own store, for one viewer.

    Parameters
    ----------
    settings
        Where it is.
    areas
        The layer that places are resolved on.
    viewer
        Who acts; stands in the audit.
    """

    settings: Settings
    areas: Areas
    viewer: Viewer

    @property
    def path(self) -> Path:
        """File of the store."""
        return path_of(self.settings)

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever brought into it."""
        return not self.path.is_file()

    @property
    def _store(self) -> Store:
        return open_store(self.path)

    @property
    def _places(self) -> frozenset[str]:
        """Where an event can be: a kelurahan, or the city."""
        return frozenset([*self.areas.index, self.areas.city_code])

    # Events

    def events(self, kode: str) -> pd.DataFrame:
        """Events of a kelurahan or of the city, the latest day first."""
        with self._store.reading(self.viewer, Right.PLAN) as connection:
            return events.events(connection, kode=kode)

    def event_history(self, number: int) -> list[dict[str, Any]]:
        """What was done to an event, oldest first."""
        with self._store.reading(self.viewer, Right.PLAN) as connection:
            return records.history(connection, subject=Kind.ROLLOUT.value, number=number)

    def enter_event(self, values: Mapping[str, Any], kode: str) -> None:
        """Adds one event."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            events.enter_event(connection, self.viewer, values, kode=kode, allowed=self._places, today=date.today())

    def correct_event(self, **what: Any) -> None:
        """Puts an event right, unless somebody else has changed it."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            events.correct_event(connection, self.viewer, today=date.today(), **what)

    def withdraw_event(self, number: int, version: int) -> None:
        """Takes an event out of everything that is made of them."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            events.withdraw_event(connection, self.viewer, number=number, version=version)

    def reinstate_event(self, number: int, version: int) -> None:
        """Lets an event that was withdrawn count again."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            events.reinstate_event(connection, self.viewer, number=number, version=version, today=date.today())

    # Statements on the city

    def set_asides(self) -> pd.DataFrame:
        """Statements that were set aside, the newest first; one that stands has no `taken_back_at`."""
        with self._store.reading(self.viewer, Right.PLAN) as connection:
            return contradictions.set_asides(connection)

    def set_aside(self, statement: Statement, why: AsideWhy) -> None:
        """Sets aside what a source says of the city."""
        said = Said(
            statement.source, statement.on, statement.counted_as.value, statement.claim.value, statement.count
        )
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            contradictions.set_aside(connection, self.viewer, said, why)

    def take_back_set_aside(self, number: int) -> None:
        """Lets a statement hold again."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            contradictions.take_back_set_aside(connection, self.viewer, number)

    # Plans

    def scenarios(self) -> pd.DataFrame:
        """Plans that were kept, the newest first, without their content."""
        with self._store.reading(self.viewer, Right.PLAN) as connection:
            return scenarios.scenarios(connection)

    def scenario(self, token: str) -> Scenario:
        """A plan by what it is called in an address."""
        with self._store.reading(self.viewer, Right.PLAN) as connection:
            return scenarios.scenario(connection, token)

    def save_scenario(self, name: str, content: Mapping[str, Any]) -> str:
        """Keeps a plan; gives what it is called in an address."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            return scenarios.save(connection, self.viewer, name, content)

    def withdraw_scenario(self, number: int, version: int) -> None:
        """Takes a plan away, with every word in it."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            scenarios.withdraw_scenario(connection, self.viewer, number=number, version=version)
        forget_deleted(self._store.engine)

    def plans(self) -> list[int]:
        """Batches that are the city's plan, the newest first."""
        with self._store.reading(self.viewer, Right.PLAN) as connection:
            return plans.plans(connection)

    def enter_plan(self, scenario: Scenario, waves: Mapping[str, date], *, source: str) -> int:
        """Makes a kept plan the city's, in place of the one before; the number of the batch of its planned events."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            added = plans.enter_plan(
                connection,
                self.viewer,
                waves,
                source=source,
                recorded_on=date.today(),
                allowed=self.areas.index,
                # Asked for while nobody else writes: two who do it at once leave one plan.
                replaces=plans.plans(connection),
            )
            scenarios.attach_plan(
                connection, self.viewer, number=scenario.id, version=scenario.version, batch=added.batch
            )
        return added.batch

    def undo_plan(self, batch: int) -> None:
        """Takes the city's plan back."""
        with self._store.writing(self.viewer, Right.PLAN) as connection:
            plans.undo_plan(connection, self.viewer, batch)
