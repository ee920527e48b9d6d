"""Outcome of each row of a file, and its relation to rows that are already in the store.

A row is recognised by a keyed hash over all its cells, with its multiplicity (two equal rows of one file are two
victims), and only between files that are evidently the same file sent again: equal rows of two different files are
two victims too. After the hashes are erased, batch and row number replace them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

import pandas as pd

from geo.store.pseudonyms import encoded
from geo.terms import MatchBy, Outcome, PlaceRole, PlaceStatus

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from geo.sheets.prepare import Prepared
    from geo.store.pseudonyms import HashKey

#: A file with at least this share of an earlier batch's rows is that batch's file, sent again.
SAME_FILE = 0.5
#: The same by row number and stored values, after the hashes are erased: weaker evidence, so the share is higher.
SAME_FILE_BY_NUMBER = 0.9
_UNSURE = (PlaceStatus.REVIEW.value, PlaceStatus.UNKNOWN.value)
_OUTSIDE = PlaceStatus.OUTSIDE.value
_SHORTEST_KEY = 6
#: Rows whose cells are encoded at once for hashing.
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Stored:
    """Data of a stored row that are needed to recognise it.

    Parameters
    ----------
    number
        Its number in the store.
    counts
        Whether it counts (is not withdrawn, nor replaced).
    by_hand
        Whether a person has corrected it.
    kept
        Its stored values, to compare with a row that has no hash.
    """

    number: int
    counts: bool
    by_hand: bool
    kept: Hashable


@dataclass(frozen=True, eq=False)
class EarlierBatches:
    """Data of earlier batches of the same kind, from the store and the file of pseudonyms.

    Parameters
    ----------
    rows
        Rows by batch and row number, of the active batches.
    hashes
        Hash of each row by batch and row number; batches whose hashes are erased are missing.
    persons
        Batch and row number of the rows that have a person's hash, by that hash.
    reports
        The store's own number, by batch and hash of a report's key.
    same_mapping
        Batches that were read with the current mapping.
    decisions
        Active decisions on spellings.
    """

    rows: Mapping[int, Mapping[int, Stored]] = field(default_factory=dict)
    hashes: Mapping[int, Mapping[int, bytes]] = field(default_factory=dict)
    persons: Mapping[bytes, list[tuple[int, int]]] = field(default_factory=dict)
    reports: Mapping[int, Mapping[bytes, int]] = field(default_factory=dict)
    same_mapping: frozenset[int] = frozenset()
    decisions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RowHashes:
    """Hashes of a file under one secret; they do not depend on the content of the store.

    Parameters
    ----------
    key
        The secret.
    rows
        Hash of all cells of the accepted rows, by row number.
    persons
        Hash of the identifying data of the person, for rows that have enough of them.
    reports
        Hash of a report's key, by the file's number of the report.
    """

    key: HashKey
    rows: dict[int, bytes] = field(repr=False)
    persons: dict[int, bytes] = field(repr=False)
    reports: dict[int, bytes] = field(repr=False)


@dataclass(frozen=True, eq=False)
class RowOutcomes:
    """Outcome of each row.

    Parameters
    ----------
    outcomes
        `Outcome` by row number, for every row read.
    replaces
        Number in the store of the row that a row replaces.
    overruled
        Rows rejected because a person has corrected by hand the row they would replace.
    resent
        Batches of earlier versions of this file, the newest first.
    known_reports
        The store's own number, by the file's number of a report.
    twins, inner_twins
        Pairs that may be one person: with a row of the store, within the file.
    row_hashes, person_hashes, report_hashes
        Hashes that are kept to recognise the new rows; never shown.
    """

    outcomes: pd.Series[str]
    replaces: dict[int, int]
    overruled: list[int]
    resent: list[int]
    known_reports: dict[int, int]
    twins: list[tuple[int, int]]
    inner_twins: list[tuple[int, int]]
    row_hashes: dict[int, bytes] = field(repr=False)
    person_hashes: dict[int, bytes] = field(repr=False)
    report_hashes: dict[int, bytes] = field(repr=False)

    @property
    def counts(self) -> dict[Outcome, int]:
        """Rows by outcome; all four outcomes, adding up to the rows read."""
        found = self.outcomes.value_counts()
        return {outcome: int(found.get(outcome.value, 0)) for outcome in Outcome}


def decided_places(places: pd.DataFrame, decisions: Mapping[str, str]) -> pd.DataFrame:
    """Places with the decisions on their spellings applied; a name does not overrule a code.

    Parameters
    ----------
    places
        As in `geo.store.batches.Ready`.
    decisions
        Kode or `outside` by the key of a spelling.
    """
    answer = places["key"].map(decisions).where(places["match_by"].ne(MatchBy.CODE.value))
    has, inside = answer.notna(), answer.notna() & answer.ne(_OUTSIDE)
    return places.assign(
        kode=places["kode"].mask(has, "").mask(inside, answer),
        place_status=places["place_status"].mask(has, _OUTSIDE).mask(inside, PlaceStatus.MATCHED.value),
        match_by=places["match_by"].mask(has, "").mask(inside, MatchBy.DECISION.value),
    )


def waits(prepared: Prepared, decisions: Mapping[str, str]) -> set[int]:
    """Rows whose main place - for cases that of the documents - waits for a decision."""
    places = decided_places(prepared.places, decisions)
    main = places["role"].isin([PlaceRole.DOCUMENT.value, ""]) & places["place_status"].isin(_UNSURE)
    return set(places.loc[main, "row_number"].tolist())


def _written_out(prepared: Prepared, rows: list[int]) -> Iterator[bytes]:
    """All cells of each row with their headers, for hashing; never to be stored."""
    lead = encoded("row", prepared.kind)
    for start in range(0, len(rows), _AT_ONCE):
        columns = []
        for header, cells in prepared.cells(rows[start : start + _AT_ONCE]):
            named = encoded(header)
            # A column repeats few texts many times; an empty cell is not part of the row.
            known = {text: named + encoded(text) for text in set(cells) if text}
            columns.append([known.get(text, b"") for text in cells])
        yield from map(b"".join, zip(repeat(lead, len(columns[0])), *columns, strict=True))


def hash_rows(prepared: Prepared, key: HashKey) -> RowHashes:
    """Hashes of a file.

    Parameters
    ----------
    prepared
        The rows, read and checked.
    key
        The current secret.
    """
    good = [row for row in prepared.numbers.tolist() if row not in prepared.rejected]
    groups = sorted({group for group in prepared.reports.reindex(good).tolist() if group >= 0})
    identities = ((row, prepared.identity(row)) for row in good)
    return RowHashes(
        key=key,
        rows=dict(zip(good, map(key.hash_encoded, _written_out(prepared, good)), strict=True)),
        persons={row: key.hash("person", *identity) for row, identity in identities if identity},
        reports={group: key.hash("report", prepared.report_key(group)) for group in groups},
    )


def judge(prepared: Prepared, known: EarlierBatches, hashes: RowHashes) -> RowOutcomes:
    """Outcome of every row of a file; the same file and the same store always give the same result.

    Parameters
    ----------
    prepared
        The rows, read and checked.
    known
        Earlier batches.
    hashes
        Hashes of the rows, under the secret of the known rows.
    """
    good = {row: hashes.rows[row] for row in prepared.numbers.tolist() if row not in prepared.rejected}
    duplicates, replaces, resent = _sent_again(prepared, good, known)
    overruled = [row for row, old in replaces.items() if old.by_hand]
    waiting = waits(prepared, known.decisions)
    outcomes = pd.Series(Outcome.ACCEPTED.value, index=prepared.numbers, dtype="object")
    outcomes[outcomes.index.isin(waiting)] = Outcome.REVIEW.value
    outcomes[outcomes.index.isin(duplicates)] = Outcome.DUPLICATE.value
    outcomes[outcomes.index.isin([*prepared.rejected, *overruled])] = Outcome.REJECTED.value
    left_out = {*duplicates, *overruled}
    kept = [row for row in good if row not in left_out]
    persons = {row: hashes.persons[row] for row in kept if row in hashes.persons}
    groups = sorted({group for group in prepared.reports.reindex(kept).tolist() if group >= 0})
    reports = {group: hashes.reports[group] for group in groups}
    twins, inner = _twins(persons, known)
    replaced = {old.number for row, old in replaces.items() if row not in overruled}
    return RowOutcomes(
        outcomes=outcomes,
        replaces={row: old.number for row, old in replaces.items() if row not in overruled},
        overruled=sorted(overruled),
        resent=resent,
        known_reports=_reports_known(prepared, reports, known, resent),
        twins=[(number, row) for number, row in twins if number not in replaced],
        inner_twins=inner,
        row_hashes={row: good[row] for row in kept},
        person_hashes=persons,
        report_hashes=reports,
    )


def _sent_again(
    prepared: Prepared, hashes: Mapping[int, bytes], known: EarlierBatches
) -> tuple[set[int], dict[int, Stored], list[int]]:
    """Rows that are already in the store, rows that replace an existing one, and the batches of these rows."""
    again: dict[int, dict[int, int]] = {}
    free: dict[bytes, dict[int, None]] = defaultdict(dict)
    for row, hashed in hashes.items():
        free[hashed][row] = None
    duplicates: set[int] = set()
    for batch in sorted(known.rows, reverse=True):
        stored = known.rows[batch]
        if not stored:
            continue
        found = (
            _found_by_hash(known.hashes[batch], free)
            if batch in known.hashes
            else _found_by_number(prepared, stored, set(hashes) - duplicates)
        )
        share = SAME_FILE if batch in known.hashes else SAME_FILE_BY_NUMBER
        if len(found) < share * len(stored):
            continue
        again[batch] = found
        duplicates |= set(found.values())
        for row in found.values():
            free[hashes[row]].pop(row)
    replaces: dict[int, Stored] = {}
    for batch, found in again.items():
        for number, old in known.rows[batch].items():
            is_new = number in hashes and number not in duplicates and number not in replaces
            if is_new and number not in found and old.counts:
                replaces[number] = old
    return duplicates, replaces, sorted(again, reverse=True)


def _found_by_hash(batch: Mapping[int, bytes], free: Mapping[bytes, Mapping[int, None]]) -> dict[int, int]:
    """Row of the new file by row number of the batch, each new row at most once, the same number first."""
    again = {number: hashed for number, hashed in batch.items() if hashed in free}
    found = {number: number for number, hashed in again.items() if number in free[hashed]}
    taken = set(found)
    left: dict[bytes, Iterator[int]] = {}
    for number, hashed in again.items():
        if number not in found:
            if hashed not in left:
                left[hashed] = iter([row for row in free[hashed] if row not in taken])
            row = next(left[hashed], None)
            if row is not None:
                found[number] = row
    return found


def _found_by_number(prepared: Prepared, stored: Mapping[int, Stored], rows: set[int]) -> dict[int, int]:
    return {
        number: number
        for number, old in stored.items()
        if number in rows and (old.by_hand or old.kept == prepared.kept(number))
    }


def _twins(
    persons: Mapping[int, bytes], known: EarlierBatches
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pairs with the store's rows, and pairs within the file (each with the first of its person)."""
    outer, inner = [], []
    first: dict[bytes, int] = {}
    for row, hashed in persons.items():
        for batch, number in known.persons.get(hashed, ()):
            old = known.rows.get(batch, {}).get(number)
            if old is not None and old.counts:
                outer.append((old.number, row))
        if hashed in first:
            inner.append((first[hashed], row))
        else:
            first[hashed] = row
    return outer, inner


def _reports_known(
    prepared: Prepared, reports: Mapping[int, bytes], known: EarlierBatches, resent: Iterable[int]
) -> dict[int, int]:
    """Known reports: in an earlier version of the file, or under a key that is more than a serial number."""
    same = set(resent)
    found: dict[int, int] = {}
    for group, hashed in reports.items():
        written = prepared.report_key(group)
        is_telling = (
            len(written) >= _SHORTEST_KEY and any(c.isalpha() for c in written) and any(c.isdigit() for c in written)
        )
        for batch, numbers in known.reports.items():
            if hashed in numbers and (batch in same or (is_telling and batch in known.same_mapping)):
                found[group] = numbers[hashed]
    return found
