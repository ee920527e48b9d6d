"""Search for an area by a written name. The search suggests, a person chooses."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from geo.places.names import plain_name

if TYPE_CHECKING:
    from geo.places.boundaries import Areas

_LIKE_ENOUGH = 0.6
_LONGEST = 60


def search(areas: Areas, written: str, *, most: int = 5) -> list[str]:
    """Keys of the areas with the names most similar to the written text, best first.

    A complete name comes first, then names that begin with the text, then the most similar. The list is empty if
    nothing is similar.
    """
    wanted = plain_name(written[:_LONGEST])
    if not wanted:
        return []
    scored = []
    for kode, name in areas.names.items():
        known = plain_name(str(name))
        alike = difflib.SequenceMatcher(None, wanted, known).ratio()
        if known == wanted:
            alike = 2.0
        elif known.startswith(wanted):
            alike += 0.5
        if alike >= _LIKE_ENOUGH:
            scored.append((-alike, str(name), str(kode)))
    return [kode for _, _, kode in sorted(scored)[:most]]
