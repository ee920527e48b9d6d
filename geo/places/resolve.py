"""Resolve a written place to one kelurahan, or to an honest "not sure".

In this order: a code; the normalised name (`geo.places.names`); an alias; last of all the spelling distance, never
across a numeral or a side (Barat, Timur), never if two candidates are close, never if a place elsewhere is as
close. A wrong kelurahan is worse than a question.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.places.codes import codes_found
from geo.places.found import ELSEWHERE, MOST_CANDIDATES, NOTHING_WRITTEN, UNKNOWN, FoundPlace, best_first
from geo.places.kept import KeptSpellings
from geo.places.keys import clean_key
from geo.places.names import (
    Name,
    fold,
    glued_keys,
    kecamatan_named,
    key_of,
    parse_name,
    regency_named,
    unglued,
    unkeyed,
)
from geo.places.spelling import SHORTEST, SURE, Speller
from geo.terms import MatchBy, PlaceStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.places.boundaries import Areas
    from geo.places.gazetteer import Gazetteer
    from geo.terms import CodeSystem

RESOLVED_COLUMNS = (
    "match_status",
    "kode",
    "kelurahan",
    "match_by",
    "score",
    "candidates",
    "conflict",
    "spelling_key",
)
_PARTS = re.compile(
    r"[,;/()\n|]+|\s-\s|\bkec(?:amatan)?\b\.?|\b(?=(?:kota|kab|kabupaten|prov|provinsi)\b)", re.IGNORECASE
)
_SAID = re.compile(r"\b(?:kelurahan|kel)\b\.?\s+(.+)$", re.IGNORECASE)
#: A code of a kabupaten, or of a kecamatan or a village in it; any other number could be a person's.
_CODED = re.compile(r"([1-9]\d)\.?(\d{2})(?:\.?\d{2}(?:\.?\d{4})?)?")
_ADDRESS = re.compile(r"^(?:rt|rw|no|jl|jln|jalan)\b|\d{2,}", re.IGNORECASE)


class Resolver:
    """Resolver of written places to the areas of one layer.

    Parameters
    ----------
    areas
        The layer.
    gazetteer
        Other spellings, and places elsewhere.
    decisions
        Decisions of people: a kode, or `outside`, by `geo.places.names.spelling_key`.
    """

    def __init__(self, areas: Areas, gazetteer: Gazetteer, *, decisions: Mapping[str, str] | None = None) -> None:
        self._names = {str(kode): str(name) for kode, name in areas.names.items()}
        self._gazetteer = gazetteer
        self._decisions = dict(decisions or {})
        # Keyed by kelurahan, kecamatan and similarity, never by the written text: few entries, nothing personal.
        self._made: dict[tuple[str, MatchBy, float, str], FoundPlace] = {}
        self._layer = list(areas.index)
        self._city_code = areas.city_code
        parsed = {kode: parse_name(name) for kode, name in self._names.items()}
        self._group = {str(kode): parse_name(str(group)).key for kode, group in areas.groups.items()}
        self._exact: defaultdict[str, list[str]] = defaultdict(list)
        for kode, name in parsed.items():
            self._exact[name.key].append(kode)
        for kode, name in parsed.items():
            for key in glued_keys(name):
                if key not in self._exact:
                    self._exact[key].append(kode)
        self._by_stem: defaultdict[str, list[str]] = defaultdict(list)
        for kode, name in parsed.items():
            self._by_stem[name.stem].append(kode)
        self._halves = self._half_names(parsed)
        # Also without the space before a numeral or a side.
        self._districts = {key: key for key in sorted(gazetteer.districts)} | {
            glued: key for key in sorted(gazetteer.districts) for glued in glued_keys(unkeyed(key))
        }
        self._speller = Speller(parsed, gazetteer)
        #: Which written texts may be kept as spellings.
        self.kept = KeptSpellings(parsed, self._halves, gazetteer)

    def _half_names(self, parsed: Mapping[str, Name]) -> dict[str, list[str]]:
        """First and last words that occur in few names and are not names themselves: halves of names."""
        where: defaultdict[str, set[str]] = defaultdict(set)
        for kode, name in parsed.items():
            for cut in range(1, len(name.words)):
                where["".join(name.words[cut:])].add(kode)
                where["".join(name.words[:cut])].add(kode)
        return {
            half: sorted(kode)
            for half, kode in where.items()
            if len(kode) <= MOST_CANDIDATES and len(half) >= SHORTEST
        }

    # Names

    def _level_above(self, folded: str) -> str:
        """Key of the kecamatan in the text next to the name; empty if no known kecamatan."""
        if not folded:
            return ""
        named = kecamatan_named(folded)
        key = parse_name(folded if named is None else named, folded=True).key
        if key in self._gazetteer.districts or key in self._gazetteer.regions:
            return key
        known = self._districts
        if key in known:
            return known[key]
        best = (
            process.extractOne(key, known, scorer=OSA.normalized_similarity, score_cutoff=SURE)
            if len(key) >= SHORTEST
            else None
        )
        return known[str(best[0])] if best else ""

    def _matched(self, kode: str, by: MatchBy, score: float, above: str) -> FoundPlace:
        """A match, unless name and kecamatan together are a place elsewhere; equal matches share one object."""
        key = (kode, by, score, above)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._make_match(kode, by, score, above)
        return found

    def _make_match(self, kode: str, by: MatchBy, score: float, above: str) -> FoundPlace:
        pair = ((score, kode),)
        group = self._group.get(kode, "")
        if not above or not group or above == group or above in self._gazetteer.city:
            return FoundPlace(PlaceStatus.MATCHED, kode, by, score, pair)
        if above in self._gazetteer.elsewhere.get(parse_name(self._names[kode]).key, frozenset()):
            return FoundPlace(PlaceStatus.OUTSIDE, score=score, candidates=pair, conflict="kecamatan")
        return FoundPlace(PlaceStatus.MATCHED, kode, by, score, pair, "kecamatan")

    def _exactly(self, name: Name, above: str) -> FoundPlace | None:
        """Match of a name with the correct spelling or an alias."""
        own = self._exact.get(name.key, [])
        if len(own) == 1:
            return self._matched(own[0], MatchBy.NAME, 1.0, above)
        if own:
            inside = [kode for kode in own if above and self._group.get(kode) == above]
            if len(inside) == 1:
                return self._matched(inside[0], MatchBy.NAME, 1.0, above)
            return FoundPlace(PlaceStatus.REVIEW, score=1.0, candidates=best_first([(1.0, kode) for kode in own]))
        if name.key in self._gazetteer.aliases:
            return self._matched(self._gazetteer.aliases[name.key], MatchBy.ALIAS, 1.0, above)
        if name.key in self._gazetteer.elsewhere or name.key in self._gazetteer.regions:
            return ELSEWHERE
        return None

    def _nearly(self, name: Name) -> FoundPlace | None:
        """Review for a name with a missing or extra numeral or side, or for half a name: a person must choose."""
        others = self._by_stem.get(name.stem, [])
        if others:
            own = [parse_name(self._names[kode]) for kode in others]
            if name.numeral and all(one.numeral for one in own) and len(own) == 1:
                # A lone numeral is part of the name, not of a series: Kelapa Dua is not a misspelling of Kelapa Lima.
                return UNKNOWN
            # The name without a numeral first: a numeral that does not exist is most likely an extra one.
            pairs = [(0.9 if one.key == name.stem else 0.85, kode) for one, kode in zip(own, others, strict=True)]
            return FoundPlace(PlaceStatus.REVIEW, score=max(pairs)[0], candidates=best_first(pairs))
        half = self._halves.get(name.stem, [])
        if half and not name.numeral and not name.side:
            return FoundPlace(PlaceStatus.REVIEW, score=0.8, candidates=best_first([(0.8, kode) for kode in half]))
        return None

    def _split(self, written: str) -> tuple[str, str]:
        """Name and the rest of the same cell: "Oesapa, Kec. Kelapa Lima", "Oesapa (Kota Kupang)"."""
        said = _SAID.search(written)
        if said and said.start():
            written = said[1]
        parts = [part.strip(" .:-") for part in _PARTS.split(written)]
        parts = [part for part in parts if fold(part)]
        if not parts:
            return "", ""
        if _ADDRESS.search(parts[0]) and len(parts) > 1:
            parts = parts[1:]
        return parts[0], parts[1] if len(parts) > 1 else ""

    def _name(
        self, written: str, folded: str, name: Name, kecamatan: str, *, is_kecamatan: bool
    ) -> tuple[FoundPlace | None, Name, str]:
        """Result for a name from the lists; otherwise the name that is left for comparison."""
        if not folded:
            return NOTHING_WRITTEN, Name(""), ""
        named = kecamatan_named(folded)
        if is_kecamatan or named is not None:
            key = parse_name(named if named is not None else folded, folded=True).key
            is_known = key in self._gazetteer.districts or bool(self._level_above(folded))
            return ELSEWHERE if is_known else UNKNOWN, Name(""), ""
        above = self._level_above(fold(kecamatan)) if kecamatan else ""
        bare = unglued(folded)
        found = self._exactly(name, above) or (
            self._exactly(parse_name(bare, folded=True), above) if bare != folded else None
        )
        if found:
            return found, name, above
        regency = regency_named(folded)
        if regency is not None:
            known = {parse_name(regency, folded=True).key, name.key} & {
                *self._gazetteer.regions,
                *self._gazetteer.kabupaten,
            }
            if known:
                return ELSEWHERE, name, above
        if _PARTS.search(written) or _SAID.search(written, 1):
            first, beside = self._split(written)
            if beside or first != written.strip():
                return self._of_parts(first, beside, kecamatan)
        return self._nearly(name if bare == folded else parse_name(bare, folded=True)), name, above

    def _of_parts(self, first: str, beside: str, kecamatan: str) -> tuple[FoundPlace | None, Name, str]:
        """Cell with several parts: a name and its kecamatan or city, one name twice, or two names."""
        name, above = parse_name(first), self._level_above(fold(kecamatan)) or self._level_above(fold(beside))
        found = self._exactly(name, above) or self._nearly(name)
        other = self._exactly(parse_name(beside), "") if beside and not self._level_above(fold(beside)) else None
        both = {one.kode for one in (found, other) if one and one.kode}
        if len(both) > 1:
            return (
                FoundPlace(
                    PlaceStatus.REVIEW, score=0.9, candidates=best_first([(0.9, kode) for kode in sorted(both)])
                ),
                name,
                above,
            )
        if found is None and other is not None and other.kode:
            return FoundPlace(PlaceStatus.REVIEW, score=0.8, candidates=((0.8, other.kode),)), name, above
        return found, name, above

    def _names_found(
        self,
        pairs: Sequence[tuple[str, str]],
        folded: Sequence[str],
        parsed: Sequence[Name],
        *,
        are_kecamatan: bool,
    ) -> list[FoundPlace]:
        """Result for each distinct pair of name and kecamatan."""
        found: list[FoundPlace | None] = []
        left: list[tuple[int, Name, str]] = []
        for at, (written, kecamatan) in enumerate(pairs):
            got, name, above = self._name(written, folded[at], parsed[at], kecamatan, is_kecamatan=are_kecamatan)
            found.append(got)
            if got is None:
                left.append((at, name, above))
        spelled = self._speller.like([name for _, name, _ in left])
        glued = [at for at, got in enumerate(spelled) if got is UNKNOWN and left[at][1].stem.startswith("kel")]
        for at, got in zip(glued, self._speller.like([_without_kel(left[at][1]) for at in glued]), strict=True):
            spelled[at] = got
        for (at, _, above), got in zip(left, spelled, strict=True):
            found[at] = self._with_above(got, above)
        return [one or UNKNOWN for one in found]

    def _with_above(self, got: FoundPlace, above: str) -> FoundPlace:
        """Result with its kecamatan considered: a kecamatan elsewhere counts against a name that is only similar."""
        if got.status is PlaceStatus.MATCHED and got.by:
            got = self._matched(got.kode, got.by, got.score, above)
        is_elsewhere = bool(above) and above not in self._gazetteer.city and above not in self._group.values()
        return UNKNOWN if is_elsewhere and got.status in (PlaceStatus.MATCHED, PlaceStatus.REVIEW) else got

    def _decided(self, key: str) -> FoundPlace | None:
        answer = self._decisions.get(key)
        if answer is None or (answer != PlaceStatus.OUTSIDE and answer not in self._names):
            # Decided on another layer: this kode is unknown here.
            return None
        if answer == PlaceStatus.OUTSIDE:
            return ELSEWHERE
        return FoundPlace(PlaceStatus.MATCHED, answer, MatchBy.DECISION, 1.0, ((1.0, answer),))

    @staticmethod
    def _together(code: FoundPlace, name: FoundPlace) -> FoundPlace:  # noqa: PLR0911 - one return a case
        """Combined result of a code and a name."""
        if code.status is PlaceStatus.EMPTY:
            return name
        if name.status in (PlaceStatus.EMPTY, PlaceStatus.UNKNOWN):
            return code if code.status is not PlaceStatus.UNKNOWN or name.status is PlaceStatus.EMPTY else name
        if code.status is PlaceStatus.MATCHED:
            agrees = name.kode == code.kode or (
                name.status is PlaceStatus.REVIEW and code.kode in {kode for _, kode in name.candidates}
            )
            if agrees:
                return code
            pairs = {kode: score for score, kode in (*name.candidates, *code.candidates)}
            ranked = sorted(((score, kode) for kode, score in pairs.items()), key=lambda one: (-one[0], one[1]))
            # Both, the code's candidate first: the place is one of the two, whatever the names are similar to.
            ranked.sort(key=lambda one: one[1] not in {code.kode, name.kode})
            return FoundPlace(
                PlaceStatus.REVIEW, score=1.0, candidates=tuple(ranked[:MOST_CANDIDATES]), conflict="code"
            )
        # The code is uncertain or elsewhere: the name decides.
        if code.status is PlaceStatus.OUTSIDE and name.status is PlaceStatus.OUTSIDE:
            return code
        if code.status is PlaceStatus.OUTSIDE:
            return FoundPlace(PlaceStatus.REVIEW, score=name.score, candidates=name.candidates, conflict="code")
        conflict = (
            "" if code.status is PlaceStatus.REVIEW and name.kode in {kode for _, kode in code.candidates} else "code"
        )
        return FoundPlace(name.status, name.kode, name.by, name.score, name.candidates, conflict or name.conflict)

    # All together

    def resolve(
        self,
        *,
        names: pd.Series[str] | None = None,
        kecamatan: pd.Series[str] | None = None,
        codes: pd.Series[str] | None = None,
        code_system: CodeSystem | None = None,
        names_are_kecamatan: bool = False,
    ) -> pd.DataFrame:
        """Place of each row; every distinct spelling is resolved once.

        Parameters
        ----------
        names, kecamatan, codes
            Text on one index, empty where nothing is written; give names, codes or both.
        code_system
            System of the codes; None infers it from all codes.
        names_are_kecamatan
            Whether the column of names holds kecamatan: then a name never means a kelurahan.

        Returns
        -------
        DataFrame
            On the given index: `match_status`, `kode`, `kelurahan`, `match_by` (empty text unless matched), `score`
            (0 to 1, missing when unknown or empty), `candidates` (`kode:score`, at most three, `;` between),
            `conflict` (empty, `kecamatan`, `code`), `spelling_key` (empty where no name is written).

        Raises
        ------
        DataError
            When bare ten digits come with `kemendagri`, which has dots.
        """
        given = next(one for one in (names, codes) if one is not None)
        index = given.index
        pair_of, pairs = _distinct(names, kecamatan, len(index))
        code_of, distinct_codes = _distinct(codes, None, len(index))
        folded = [fold(written) for written, _ in pairs]
        parsed = [parse_name(one, folded=True) for one in folded]
        by_name = self._names_found(pairs, folded, parsed, are_kecamatan=names_are_kecamatan)
        above = {text: fold(text) for text in {text for _, text in pairs}}
        keys = [key_of(one, above[text], name) for one, name, (_, text) in zip(folded, parsed, pairs, strict=True)]
        decided = [self._decided(key) if key else None for key in keys]
        by_name = [choice or found for choice, found in zip(decided, by_name, strict=True)]
        by_code = codes_found(
            [clean_key(code) for code, _ in distinct_codes], code_system, layer=self._layer, city_code=self._city_code
        )
        if codes is None:
            found, row_of = by_name, pair_of
        else:
            both = pair_of.astype(np.int64) * len(by_code) + code_of
            combined, row_of = np.unique(both, return_inverse=True)
            found = [
                self._together(by_code[one % len(by_code)], by_name[one // len(by_code)]) for one in combined.tolist()
            ]
        shown = {id(one): self._shown(one) for one in {id(one): one for one in found}.values()}
        distinct = (
            zip(*(shown[id(one)] for one in found), strict=True) if found else [()] * (len(RESOLVED_COLUMNS) - 1)
        )
        # Built once for each distinct row and shared, so that a million rows do not need a million new texts.
        columns = {
            name: np.array(values, dtype="float64" if name == "score" else object)[row_of]
            for name, values in zip(RESOLVED_COLUMNS, distinct, strict=False)
        }
        columns["spelling_key"] = np.array(keys, dtype=object)[pair_of]
        return pd.DataFrame(
            {name: pd.Series(values, index=index, dtype=values.dtype) for name, values in columns.items()}
        )

    def _shown(self, found: FoundPlace) -> tuple[Any, ...]:
        is_match = found.status is PlaceStatus.MATCHED
        told = found.status not in (PlaceStatus.EMPTY, PlaceStatus.UNKNOWN)
        return (
            found.status.value,
            found.kode if is_match else "",
            self._names[found.kode] if is_match else "",
            found.by.value if is_match and found.by else "",
            round(found.score, 3) if told else np.nan,
            ";".join(f"{kode}:{score:.3f}" for score, kode in found.candidates) if told else "",
            found.conflict,
        )

    def kabupaten(self, codes: pd.Series[str], names: pd.Series[str]) -> pd.Series[str]:
        """Code of a kabupaten or kota (`53.02`) for each row; empty text if none is written or known."""

        def coded(text: str) -> str:
            found = _CODED.fullmatch(text.strip())
            return f"{found[1]}.{found[2]}" if found else ""

        def named(text: str) -> str:
            folded = fold(text)
            rest = regency_named(folded)
            keys = [parse_name(folded, folded=True).key, parse_name(rest, folded=True).key if rest else ""]
            # "Kota Kupang" and "Kab. Kupang" are two places; "Kupang" alone may be either, so it matches neither.
            if rest and folded.startswith("kab"):
                keys.insert(0, f"kab{parse_name(rest, folded=True).key}")
            return next((self._gazetteer.kabupaten[key] for key in keys if key in self._gazetteer.kabupaten), "")

        by_code = codes.map({text: coded(text) for text in codes.unique()})
        by_name = names.map({text: named(text) for text in names.unique()})
        return by_code.where(by_code.ne(""), by_name)


def _without_kel(name: Name) -> Name:
    return Name(unglued(name.stem), name.numeral, name.side)


def _distinct(
    first: pd.Series[str] | None, second: pd.Series[str] | None, rows: int
) -> tuple[Any, list[tuple[str, str]]]:
    """Number of each row's distinct pair, and the pairs."""
    if first is None:
        return np.zeros(rows, dtype=np.int64), [("", "")]
    numbers, values = pd.factorize(first.fillna(""))
    if second is None:
        return numbers, [(str(value), "") for value in values]
    others, above = pd.factorize(second.fillna(""))
    both, row_of = np.unique(numbers.astype(np.int64) * len(above) + others, return_inverse=True)
    return row_of, [(str(values[one // len(above)]), str(above[one % len(above)])) for one in both.tolist()]
