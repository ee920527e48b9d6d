"""Length of the list of a zip, before anything reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: First bytes of each entry of the list at the end.
_ENTRY, _PIECE = b"PK\x01\x02", 1 << 24
_MOST_ENTRIES = 20_000


def has_endless_list(path: Path) -> bool:
    """Whether a zip lists so many members that reading the list alone would take minutes.

    Parameters
    ----------
    path
        Any file; it is read once, in pieces.
    """
    found, rest = 0, b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found += (rest + piece).count(_ENTRY)
            if found > _MOST_ENTRIES:
                return True
            rest = piece[1 - len(_ENTRY) :]
    return False
