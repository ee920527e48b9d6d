"""Files that leave for one person: written down when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.store.engine import note
from geo.terms import Act

if TYPE_CHECKING:
    from geo.store.engine import Store
    from geo.viewer import Viewer


def note_file(store: Store, viewer: Viewer, *, name: str) -> None:
    """Writes down who got a file; where nothing was ever brought, nothing of the city's can have left.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who got it.
    name
        Of the file, as the program calls it.

    Raises
    ------
    DataError
        When it cannot be written down: then the file stays here.
    """
    if not store.is_new:
        with store.keeping() as connection:
            note(connection, viewer, Act.EXPORT, "file", None, {"name": [None, name]})
