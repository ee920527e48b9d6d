"""Custody of the city's own store: what was done in it, what is past its time, what to tell of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from geo.access import incident, retention
from geo.access.audit import Verification, entries, verify
from geo.store.engine import open_store, path_of
from geo.terms import Right
from geo.words import Language, Words
from pages.shell.signed import saved

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import pandas as pd

    from geo.settings import Settings
    from geo.store.engine import Store
    from geo.terms import Act
    from geo.viewer import Viewer
    from pages.shell.view import Shell


@dataclass(frozen=True)
class Custody:
    """The audit of the city's own store, for one viewer.

    Parameters
    ----------
    settings
        Where it is, and how long what is kept.
    viewer
        Who asks.
    """

    settings: Settings
    viewer: Viewer

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever brought into it."""
        return not path_of(self.settings).is_file()

    @property
    def _store(self) -> Store:
        self.viewer.require(Right.AUDIT)
        return open_store(path_of(self.settings))

    def verified(self) -> Verification:
        """Whether the chain is whole."""
        with self._store.reading(self.viewer, Right.AUDIT) as connection:
            return verify(connection)

    def entries(
        self, acts: Iterable[Act] = (), first: date | None = None, last: date | None = None, *, limit: int
    ) -> pd.DataFrame:
        """What was done, the newest first."""
        with self._store.reading(self.viewer, Right.AUDIT) as connection:
            return entries(connection, acts=acts, first=first, last=last, limit=limit)

    def due(self) -> dict[str, int]:
        """How much is past its time."""
        found = retention.due(self._store, self.viewer, self.settings.retention)
        return {**asdict(found.past), "copies": len(found.copies)}

    def erase(self) -> None:
        """Erases what is past its time."""
        retention.erase_due(self._store, self.viewer, self.settings.retention)

    def pack(self, first: date, last: date) -> bytes:
        """The pack for an incident."""
        return incident.pack(
            self._store,
            self.viewer,
            self.settings,
            first=first,
            last=last,
            languages=[Words(one) for one in Language],
        )


def custody(shell: Shell) -> Custody | None:
    """Custody of the city's own store; None for whoever has no right to it."""
    return Custody(shell.settings, shell.who) if shell.who.may(Right.AUDIT) else None


def offer(shell: Shell, label: str, name: str, content: bytes, mime: str, right: Right) -> None:
    """A file made for whoever has a right."""
    saved(label, shell.offer_file(name, content, mime, right))
