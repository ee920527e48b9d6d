"""Search for an area by a name as people write it. It offers, a person chooses."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.places.boundaries import Areas

_BEFORE = re.compile(r"^(kel|kelurahan|kantor lurah|lurah|desa)\b\.?\s*")
_NUMERALS = {"1": "satu", "i": "satu", "2": "dua", "ii": "dua", "3": "tiga", "iii": "tiga"}
_LIKE_ENOUGH = 0.6
_LONGEST = 60


def plain(name: str) -> str:
    """Name in lower case, without accents, punctuation and what stands before it; I, 1 and Satu are one.

    Examples
    --------
    >>> plain("Kel. Naikoten I"), plain("NAIKOTEN 1"), plain("Naikoten-Satu")
    ('naikoten satu', 'naikoten satu', 'naikoten satu')
    """
    text = unicodedata.normalize("NFKD", name[:_LONGEST]).encode("ascii", "ignore").decode().lower()
    text = _BEFORE.sub("", " ".join(re.sub(r"[^a-z0-9.]+", " ", text).split())).replace(".", " ")
    words = text.split()
    if len(words) > 1 and words[-1] in _NUMERALS:
        words[-1] = _NUMERALS[words[-1]]
    return " ".join(words)


def search(areas: Areas, written: str, *, most: int = 5) -> list[str]:
    """Keys of the areas whose names are most like what was written, best first.

    A name written in full comes first; then those that begin with what was written; then the most alike. Nothing
    alike gives an empty list.
    """
    wanted = plain(written)
    if not wanted:
        return []
    scored = []
    for kode, name in areas.names.items():
        known = plain(str(name))
        alike = difflib.SequenceMatcher(None, wanted, known).ratio()
        if known == wanted:
            alike = 2.0
        elif known.startswith(wanted):
            alike += 0.5
        if alike >= _LIKE_ENOUGH:
            scored.append((-alike, str(name), str(kode)))
    return [kode for _, _, kode in sorted(scored)[:most]]
