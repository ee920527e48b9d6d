"""Files that leave for one person: written down when they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.access.doors import keeping
from geo.store.engine import note
from geo.terms import Act

if TYPE_CHECKING:
    from pathlib import Path

    from geo.viewer import Viewer


def note_file(path: Path, viewer: Viewer, name: str) -> None:
    """Writes down who got a file; where nothing was ever brought, nothing of the city's can have left.

    Parameters
    ----------
    path
        File of the store.
    viewer
        Who got it.
    name
        Of the file, as the program calls it.

    Raises
    ------
    DataError
        When it cannot be written down: then the file stays here.
    """
    if path.is_file():
        with keeping(path) as connection:
            note(connection, viewer, Act.EXPORT, "file", None, {"name": [None, name]})
