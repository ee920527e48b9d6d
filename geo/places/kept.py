"""Which written texts may be kept as a spelling: those that could mean a place.

Decisions are made on spellings, so they are stored and shown. A name of a person, an address or a note in the column
of the kelurahan must therefore not become one: a text is kept if it is short and without numbers (`keepable`), and
if each of its parts is a known name or close to a name of the layer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.places.names import (
    Name,
    fold,
    glued_keys,
    kecamatan_named,
    keepable,
    parse_name,
    regency_named,
    unglued,
    unkeyed,
)
from geo.places.spelling import ASK, SHORTEST, SURE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from geo.places.gazetteer import Gazetteer

#: Between the parts of a cell: "Oesapa, Kec. Kelapa Lima", "Oesapa (Kota Kupang)".
_BETWEEN = re.compile(
    r"[,;/()\n|]+|\s-\s|\b(?=kec(?:amatan)?\b)|\b(?=(?:kota|kab|kabupaten|prov|provinsi)\b)", re.IGNORECASE
)


class KeptSpellings:
    """Decides which texts are kept as the spelling of a place.

    Parameters
    ----------
    parsed
        Normalised names of the layer by kode.
    halves
        Halves of names that a person must complete.
    gazetteer
        Its aliases, and places elsewhere.
    """

    def __init__(self, parsed: Mapping[str, Name], halves: Collection[str], gazetteer: Gazetteer) -> None:
        names = list(parsed.values())
        # Also without the space before a numeral: KelapaLima.
        glued = {one for key in gazetteer.districts for one in glued_keys(unkeyed(key))}
        self._above = {*gazetteer.districts, *glued, *gazetteer.regions, *gazetteer.kabupaten, *gazetteer.city}
        self._known = {
            *(name.key for name in names),
            *(name.stem for name in names),
            *(key for name in names for key in glued_keys(name)),
            *halves,
            *gazetteer.aliases,
            *gazetteer.elsewhere,
            *self._above,
        }
        aliases = (unkeyed(key).stem for key in gazetteer.aliases)
        stems = {*(name.stem for name in names), *(name.stem + name.side for name in names), *aliases}
        self._stems = sorted(stem for stem in stems if len(stem) >= SHORTEST)
        self._districts = sorted(gazetteer.districts)

    def place(self, text: str) -> str:
        """The text as it may be kept for a kelurahan; empty if it could be anything but a place."""
        shown = keepable(text)
        return shown if shown and self._is_place(shown) else ""

    def kecamatan(self, text: str) -> str:
        """The text as it may be kept for a kecamatan; empty if it is not a known one, nor close to one."""
        shown = keepable(text)
        return shown if shown and self._is_above(fold(shown)) else ""

    def _is_place(self, shown: str) -> bool:
        if self._is_named(shown):
            return True
        parts = [part for part in _BETWEEN.split(shown) if fold(part)]
        # Every part: "Oesapa, rumah Maria" names a kelurahan and tells on a person.
        return len(parts) > 1 and all(self._is_named(part) for part in parts)

    def _is_named(self, text: str) -> bool:
        folded = fold(text)
        if self._is_above(folded):
            return True
        return any(
            name.key in self._known or name.stem in self._known or self._is_like(name) for name in _names(folded)
        )

    def _is_like(self, name: Name) -> bool:
        return any(_is_near(stem, self._stems, ASK) for stem in {name.stem, name.stem + name.side})

    def _is_above(self, folded: str) -> bool:
        """Whether a text names a kecamatan, a kabupaten or a province."""
        named, regency = kecamatan_named(folded), regency_named(folded)
        keys = {parse_name(one, folded=True).key for one in (folded, named, regency) if one}
        return bool(keys & self._above) or any(_is_near(key, self._districts, SURE) for key in keys)


def _names(folded: str) -> Iterator[Name]:
    """Readings of a text as a name; "kel" may be joined to it."""
    yield parse_name(folded, folded=True)
    if (bare := unglued(folded)) != folded:
        yield parse_name(bare, folded=True)


def _is_near(text: str, known: list[str], likeness: float) -> bool:
    """Whether a text that is long enough to be compared is close to one of some names."""
    if len(text) < SHORTEST:
        return False
    found = process.extractOne(text, known, scorer=OSA.normalized_similarity, score_cutoff=likeness)
    return found is not None
