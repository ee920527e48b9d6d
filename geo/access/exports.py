"""Record of files that one person downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.store.engine import note
from geo.terms import Act

if TYPE_CHECKING:
    from geo.store.engine import Store
    from geo.viewer import Viewer


def note_file(store: Store, viewer: Viewer, *, name: str) -> None:
    """Record who got a file; without a store there are no city data in it, so nothing is recorded.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who gets it.
    name
        Name of the file in the program.

    Raises
    ------
    DataError
        When it cannot be recorded: then the file is not sent.
    """
    if not store.is_new:
        with store.keeping() as connection:
            note(connection, viewer, Act.EXPORT, "file", None, {"name": [None, name]})
