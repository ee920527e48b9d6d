"""Comparison of a file with earlier files in the store: most of the work of an import, done without the lock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import select

from geo.imports.conflicts import refused_beside
from geo.imports.outcomes import EarlierBatches, Stored, hash_rows, judge
from geo.sheets.prepare import NOT_TOLD
from geo.store.batches import STORED_TABLES, standing_tokens
from geo.store.decisions import answers
from geo.store.engine import content_state
from geo.store.pseudonyms import HashKey, Pseudonyms
from geo.store.schema import BATCH, RECORD_PLACE, SPELLING
from geo.terms import BatchState, Kind, PlaceRole, RecordState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Connection

    from geo.imports.outcomes import RowHashes, RowOutcomes
    from geo.sheets.prepare import Prepared
    from geo.store.pseudonyms import Held


@dataclass(frozen=True, eq=False)
class Comparison:
    """Outcomes of the rows of a file for one state of the store.

    Parameters
    ----------
    prepared
        The rows, without those that contradict the content of the store.
    known
        Earlier batches.
    hashes
        Hashes of the rows.
    judged
        Outcome of each row.
    state
        State of the store's content.
    many
        Number of hashes of each batch; with the secret, the state of their file.
    """

    prepared: Prepared
    known: EarlierBatches = field(repr=False)
    hashes: RowHashes
    judged: RowOutcomes
    state: str
    many: Mapping[tuple[str, str], int] = field(repr=False)

    def stands(self, connection: Connection, pseudonyms: Pseudonyms, key: HashKey) -> bool:
        """Whether the compared content is still unchanged.

        Parameters
        ----------
        connection
            One that writes: nothing can change while it is open.
        pseudonyms
            Tokens of the active batches.
        key
            The current secret.
        """
        return key == self.hashes.key and self.state == content_state(connection) and self.many == pseudonyms.many()


def compared(
    connection: Connection, prepared: Prepared, held: Held, *, hashes: RowHashes | None = None
) -> Comparison:
    """Comparison of a file with the store as a connection sees it.

    Parameters
    ----------
    connection
        It sees one consistent state of the store.
    prepared
        The rows.
    held
        The hashes of earlier rows.
    hashes
        Hashes of the file, if already computed; of no use under another secret.
    """
    key = held.key or (hashes.key if hashes else HashKey.once())
    if hashes is None or hashes.key != key:
        hashes = hash_rows(prepared, key)
    tokens = standing_tokens(connection)
    known = _earlier(connection, prepared, held, tokens)
    judged = judge(prepared, known, hashes)
    if prepared.kind is Kind.ROLLOUT:
        beside = refused_beside(connection, prepared, judged)
        if beside is not prepared:
            prepared, judged = beside, judge(beside, known, hashes)
    return Comparison(prepared, known, hashes, judged, content_state(connection), _many(held, tokens))


def compared_with_nothing(prepared: Prepared) -> Comparison:
    """Comparison of a file with a store that does not exist yet."""
    known, hashes = EarlierBatches(), hash_rows(prepared, HashKey.once())
    return Comparison(prepared, known, hashes, judge(prepared, known, hashes), "", {})


def _many(held: Held, tokens: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """Like `Pseudonyms.many`, for the content that was read."""
    many: dict[tuple[str, str], int] = {}
    for table, rows in (("row_hash", held.rows), ("report_hash", held.reports)):
        for token in (str(row[0]) for row in rows):
            if token in tokens:
                many[table, token] = many.get((table, token), 0) + 1
    return many


def _earlier(connection: Connection, prepared: Prepared, held: Held, tokens: Mapping[str, int]) -> EarlierBatches:
    """Stored data of earlier batches of the same kind."""
    table = BATCH
    batches = connection.execute(
        select(table.c.id, table.c.mapping).where(
            table.c.kind == prepared.kind.value, table.c.state == BatchState.STANDING.value, ~table.c.by_hand
        )
    ).all()
    numbers = {number for number, _ in batches}
    hashes: dict[int, dict[int, bytes]] = {}
    persons: dict[bytes, list[tuple[int, int]]] = {}
    for token, row, row_hash, person in held.rows:
        batch = tokens.get(token, 0)
        if batch in numbers:
            hashes.setdefault(batch, {})[row] = row_hash
            if person is not None:
                persons.setdefault(person, []).append((batch, row))
    reports: dict[int, dict[bytes, int]] = {}
    for token, report_hash, report in held.reports:
        if tokens.get(token, 0) in numbers:
            reports.setdefault(tokens[token], {})[report_hash] = report
    return EarlierBatches(
        # Stored values of a row are read only where it has no hash.
        rows={
            number: _stored_rows(connection, prepared.kind, number, is_hashed=number in hashes)
            for number, _ in batches
        },
        hashes=hashes,
        persons=persons,
        reports=reports,
        same_mapping=frozenset(number for number, mapping in batches if mapping == prepared.mapping),
        decisions=answers(connection),
    )


def _stored_rows(connection: Connection, kind: Kind, batch: int, *, is_hashed: bool) -> dict[int, Stored]:
    """Rows of a batch by row number; rows without a hash with their stored values in comparable form."""
    table = STORED_TABLES[kind]
    own = (table.c.id, table.c.row_number, table.c.state, table.c.version)
    if is_hashed:
        query, many = select(*own).select_from(table), 0
    else:
        query, many = _with_values(table, kind, own)
    rows = connection.execute(query.where(table.c.batch_id == batch).order_by(table.c.row_number))
    return {row[1]: _stored(row, many) for row in rows}


def _stored(row: Any, many: int) -> Stored:
    number, _, state, version = row[:4]
    places = (place or "" for place in row[4 + many :])
    return Stored(
        number=number,
        counts=state == RecordState.COUNTED.value,
        by_hand=version > 1 and state != RecordState.REPLACED.value,
        kept=(*map(_comparable, row[4 : 4 + many]), *places),
    )


def _with_values(table: Any, kind: Kind, own: tuple[Any, ...]) -> tuple[Any, int]:
    """Query for rows with their values, and the number of columns before those of the place."""
    skipped = {"id", "batch_id", "row_number", "state", "replaced_by", "version", "report_no", "is_keyed", *NOT_TOLD}
    skipped |= {"place_status", "kode", "match_by", "score", "spelling_id"}
    values = sorted((column for column in table.columns if column.name not in skipped), key=lambda one: str(one.name))
    place, source = table, table
    if kind is Kind.CASES:
        place = RECORD_PLACE
        is_document = (place.c.record_id == table.c.id) & (place.c.role == PlaceRole.DOCUMENT.value)
        source = table.outerjoin(place, is_document)
    source = source.outerjoin(SPELLING, SPELLING.c.id == place.c.spelling_id)
    return select(*own, *values, place.c.kode, SPELLING.c.key).select_from(source), len(values)


def _comparable(value: object) -> str:
    if value is None or value is pd.NaT:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)[:120]
