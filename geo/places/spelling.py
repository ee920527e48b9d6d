"""Spelling distance: the last and most careful step of matching.

Optimal string alignment (the four kinds of typing error, each letter edited once) on normalised names. Never across
a numeral or a side, never if two candidates are close, never if a place elsewhere is as close.

References
----------
Damerau, F. J. (1964). A technique for computer detection and correction of spelling errors. Communications of the
ACM 7(3), 171-176.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.places.found import UNKNOWN, FoundPlace, best_first
from geo.places.names import Name, unkeyed
from geo.terms import MatchBy, PlaceStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.places.gazetteer import Gazetteer

#: Similarity (1 minus edits over the longer length) from which a spelling matches, and from which it needs review.
SURE, ASK = 0.8, 0.75
#: Margin of similarity that the best candidate needs over the next one and over any place elsewhere.
MARGIN = 0.12
#: Shorter stems are one edit away from too many others to be compared.
SHORTEST = 5
#: Most edits for a certain match, by smallest number of letters of the stem.
EDITS = {13: 3, 9: 2, 6: 1}
_NEGATIVE = 0.45


class Speller:
    """Compares normalised names with those of a layer.

    Parameters
    ----------
    parsed
        Normalised names of the layer by kode.
    gazetteer
        Its aliases, and places elsewhere that a spelling may mean instead.
    """

    def __init__(self, parsed: Mapping[str, Name], gazetteer: Gazetteer) -> None:
        self._spelled = _spellings(parsed, gazetteer)
        self._stems = [name.stem for name, _ in self._spelled]
        self._rivals = _rivals_of(sorted({*self._stems}), gazetteer)

    def like(self, names: Sequence[Name]) -> list[FoundPlace]:
        """Best match of names that are in no list; every distinct name is compared once."""
        signs = [name[:3] for name in names]
        distinct = {sign: Name(*sign) for sign in signs}
        found = dict(zip(distinct, self._compared(list(distinct.values())), strict=True))
        return [found[sign] for sign in signs]

    def _compared(self, names: Sequence[Name]) -> list[FoundPlace]:
        """Best match of distinct names, compared in blocks."""
        found: list[FoundPlace] = []
        step = 8_192
        for start in range(0, len(names), step):
            some = names[start : start + step]
            stems = [name.stem for name in some]
            alike = process.cdist(stems, self._stems, scorer=OSA.normalized_similarity, dtype=np.float32)
            rivals = self._rival_scores(some, alike)
            found += [self._judged(*one) for one in zip(some, alike, rivals, alike.max(axis=1), strict=True)]
        return found

    def _rival_scores(self, names: Sequence[Name], alike: Any) -> Any:
        """Similarity of each name to the most similar place elsewhere, among the relevant ones."""
        scores = np.zeros(len(names), dtype=np.float32)
        groups: defaultdict[tuple[int, str, str], list[int]] = defaultdict(list)
        best, top = alike.argmax(axis=1), alike.max(axis=1)
        for at in np.flatnonzero(top >= ASK).tolist():
            groups[int(best[at]), names[at].numeral, names[at].side].append(at)
        for (stem, numeral, side), members in groups.items():
            others = [one for one, *signs in self._rivals[self._stems[stem]] if signs == [numeral, side]]
            if others:
                written = [names[at].stem for at in members]
                scores[members] = process.cdist(
                    written, others, scorer=OSA.normalized_similarity, dtype=np.float32
                ).max(axis=1)
        return scores

    def _judged(self, name: Name, alike: Any, rival: float, top: float) -> FoundPlace:
        if top < ASK or len(name.stem) < SHORTEST - 1:
            return UNKNOWN
        near = np.flatnonzero(alike >= ASK - MARGIN).tolist()
        signs = (name.numeral, name.side)
        pairs = [
            (
                float(alike[at]),
                self._spelled[at][1],
                (self._spelled[at][0].numeral, self._spelled[at][0].side) == signs,
            )
            for at in near
        ]
        ranked = [(score if same else score * 0.9, kode) for score, kode, same in pairs]
        best = tuple(ranked) if len(ranked) == 1 else best_first(ranked)
        score, kode = best[0]
        if score < ASK:
            return UNKNOWN
        stem = self._stems[int(alike.argmax())]
        if rival >= score:
            # As close to a place elsewhere: there is no evidence for ours.
            return (
                UNKNOWN
                if rival - score > MARGIN / 2
                else FoundPlace(PlaceStatus.REVIEW, score=score, candidates=best)
            )
        same = any(one == kode and is_same and abs(likeness - score) < 1e-6 for likeness, one, is_same in pairs)  # noqa: PLR2004
        next_best = best[1][0] if len(best) > 1 else 0.0
        shorter = min(len(name.stem), len(stem))
        allowed = next((edits for letters, edits in EDITS.items() if shorter >= letters), 0)
        is_sure = (
            same
            and score >= SURE
            and score - max(next_best, rival) >= MARGIN
            and OSA.distance(name.stem, stem) <= allowed
        )
        if is_sure:
            return FoundPlace(PlaceStatus.MATCHED, kode, MatchBy.SPELLING, score, best)
        return FoundPlace(PlaceStatus.REVIEW, score=score, candidates=best)


def _spellings(parsed: Mapping[str, Name], gazetteer: Gazetteer) -> list[tuple[Name, str]]:
    """Names and longer aliases to compare a spelling with."""
    found = [(name, kode) for kode, name in parsed.items()]
    # A misspelled side ("Oesapa Brat") is only found in the whole name.
    found += [(Name(name.stem + name.side), kode) for name, kode in found if name.side and not name.numeral]
    aliases = [(unkeyed(key), kode) for key, kode in gazetteer.aliases.items()]
    return found + [(name, kode) for name, kode in aliases if len(name.stem) >= SHORTEST]


def _rivals_of(stems: Sequence[str], gazetteer: Gazetteer) -> dict[str, list[tuple[str, str, str]]]:
    """Places elsewhere that a misspelling of each stem may mean: stem, numeral, side.

    Only these must be compared with a spelling: if a spelling is close to a stem and to a place elsewhere, the two
    are close to each other.
    """
    others = sorted({(name.stem, name.numeral, name.side) for name in gazetteer.names.values()})
    others += sorted({(name.stem + name.side, name.numeral, "") for name in gazetteer.names.values() if name.side})
    others += sorted({(key.split("/")[0], "", "") for key in gazetteer.regions})
    if not others or not stems:
        return {stem: [] for stem in stems}
    alike = process.cdist(stems, [one[0] for one in others], scorer=OSA.normalized_similarity, score_cutoff=_NEGATIVE)
    return {stem: [others[at] for at in np.flatnonzero(row)] for stem, row in zip(stems, alike, strict=True)}
