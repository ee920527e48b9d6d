"""An import from end to end: a dry run that writes nothing, and the same thing kept, as one batch or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import select

from geo.errors import DataError, Fault, Problem
from geo.imports.conflicts import refused_beside
from geo.imports.outcomes import EarlierBatches, RowOutcomes, Stored, decided_places, judge
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.sheets.mapping import guess, known_mappings, read_mapping
from geo.sheets.prepare import NOT_TOLD, RowFault, prepare_rows
from geo.sheets.reading import read_sheet
from geo.store.batches import STORED_TABLES, Addition, Ready, add, standing_tokens
from geo.store.decisions import answers
from geo.store.pseudonyms import Hashes, HashKey, Pseudonyms
from geo.store.schema import BATCH, RECORD_PLACE, SPELLING
from geo.terms import BatchState, Kind, Outcome, PlaceRole, RecordState, Right

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sqlalchemy import Connection

    from geo.places.boundaries import Areas
    from geo.settings import Settings
    from geo.sheets.mapping import Mapping
    from geo.sheets.prepare import Prepared
    from geo.sheets.reading import Sheet
    from geo.store.engine import Store
    from geo.terms import CodeSystem
    from geo.viewer import Viewer


@dataclass(frozen=True, eq=False)
class Report:
    """What an import did, or would do.

    Parameters
    ----------
    kind, mapping
        Of the rows, and the mapping's name.
    batch
        Number of the batch; None of a dry run, or where there was nothing new to keep.
    counts
        Rows by outcome, adding up to `read`.
    outcomes
        `Outcome` by row number.
    faults
        Why rows were refused, one for each cell at fault, in order of rows.
    refused
        What could be read of the refused rows, by row number; typed values only, nothing as written.
    places
        Places as they were resolved: `row_number`, `role`, `place_status`, `kode`, `match_by`, `score`,
        `candidates`, `conflict`, `written`.
    replaced
        Rows that took the place of an earlier version of themselves.
    resent
        Batches of which this is the file sent again.
    twins
        Pairs that may be of one person, for a person to look at.
    """

    kind: Kind
    mapping: str
    batch: int | None
    counts: dict[Outcome, int]
    outcomes: pd.Series[str]
    faults: tuple[RowFault, ...]
    refused: pd.DataFrame
    places: pd.DataFrame
    replaced: int
    resent: tuple[int, ...]
    twins: int

    @property
    def read(self) -> int:
        """Rows read; every one of them has one outcome."""
        return sum(self.counts.values())


def read_file(
    path: Path, settings: Settings, *, kind: Kind | None = None, mapping: str = "", sheet: str | None = None
) -> tuple[Sheet, Mapping]:
    """A file and the mapping that reads it: the one named, else the most likely one.

    Parameters
    ----------
    path
        The file.
    settings
        Where the city keeps mappings of its own.
    kind
        What the rows are; None guesses it.
    mapping
        Name of a known mapping, or a path of a mapping's file (ending in .toml); empty guesses.
    sheet
        Which sheet of a spreadsheet.

    Raises
    ------
    DataError
        When the file cannot be read, or there is no such mapping, or it is one of another kind.
    """
    read = read_sheet(path, sheet=sheet)
    known = known_mappings(mappings_folder(settings))
    if not mapping:
        return read, guess(read.columns, kind=kind, known=known)
    if mapping.lower().endswith(".toml"):
        found = read_mapping(Path(mapping))
    elif mapping in known:
        found = known[mapping]
    else:
        raise DataError((Fault.of("mapping", "", Problem.NOT_IN_LIST, values=[mapping], hint=", ".join(known)),))
    if kind not in {None, found.kind}:
        raise DataError((Fault.of("mapping", "", Problem.NOT_IN_LIST, values=[str(kind)], hint=found.kind),))
    return read, found


def mappings_folder(settings: Settings) -> Path:
    """Folder of the city's own mappings."""
    return settings.kota / "pemetaan"


def prepared_for(
    sheet: Sheet, mapping: Mapping, areas: Areas, *, today: date, code_system: CodeSystem | None = None
) -> Prepared:
    """Rows of a sheet, read and resolved on a layer; see `geo.sheets.prepare.prepare_rows`."""
    resolver = Resolver(areas, read_gazetteer(areas))
    return prepare_rows(sheet, mapping, areas=areas, resolver=resolver, today=today, code_system=code_system)


def _kept_values(connection: Connection, kind: Kind, batch: int) -> dict[int, Stored]:
    """Rows of a batch by row number, with what is kept of each in a form to compare."""
    table = STORED_TABLES[kind]
    skipped = {"id", "batch_id", "row_number", "state", "replaced_by", "version", "report_no", "is_keyed", *NOT_TOLD}
    place_columns = {"place_status", "kode", "match_by", "score", "spelling_id"}
    values = [column for column in table.columns if column.name not in skipped | place_columns]
    if kind is Kind.CASES:
        place = RECORD_PLACE
        source = table.outerjoin(
            place, (place.c.record_id == table.c.id) & (place.c.role == PlaceRole.DOCUMENT.value)
        ).outerjoin(SPELLING, SPELLING.c.id == place.c.spelling_id)
    else:
        place = table
        source = table.outerjoin(SPELLING, SPELLING.c.id == place.c.spelling_id)
    query = (
        select(
            table.c.id,
            table.c.row_number,
            table.c.state,
            table.c.version,
            place.c.kode.label("_kode"),
            SPELLING.c.key.label("_key"),
            *values,
        )
        .select_from(source)
        .where(table.c.batch_id == batch)
        .order_by(table.c.row_number)
    )
    found = {}
    for row in connection.execute(query).mappings():
        kept = tuple(_comparable(row[column.name]) for column in sorted(values, key=lambda one: one.name))
        found[int(row["row_number"])] = Stored(
            number=int(row["id"]),
            counts=row["state"] == RecordState.COUNTED.value,
            by_hand=int(row["version"]) > 1 and row["state"] != RecordState.REPLACED.value,
            kept=(*kept, row["_kode"] or "", row["_key"] or ""),
        )
    return found


def _comparable(value: object) -> str:
    if value is None or value is pd.NaT:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)[:120]


def _known(
    connection: Connection, prepared: Prepared, pseudonyms: Pseudonyms, tokens: dict[str, int]
) -> EarlierBatches:
    """What there is of earlier batches of the same kind."""
    table = BATCH
    batches = connection.execute(
        select(table.c.id, table.c.mapping).where(
            table.c.kind == prepared.kind.value, table.c.state == BatchState.STANDING.value, ~table.c.by_hand
        )
    ).all()
    rows = {number: _kept_values(connection, prepared.kind, number) for number, _ in batches}
    hashes: dict[int, dict[int, bytes]] = {}
    persons: dict[bytes, list[tuple[int, int]]] = {}
    for token, row, hashed, person in pseudonyms.rows():
        batch = tokens.get(token, 0)
        if batch in rows:
            hashes.setdefault(batch, {})[row] = hashed
            if person is not None:
                persons.setdefault(person, []).append((batch, row))
    reports: dict[int, dict[bytes, int]] = {}
    for token, hashed, number in pseudonyms.reports():
        if tokens.get(token, 0) in rows:
            reports.setdefault(tokens[token], {})[hashed] = number
    return EarlierBatches(
        rows=rows,
        hashes=hashes,
        persons=persons,
        reports=reports,
        same_mapping=frozenset(number for number, mapping in batches if mapping == prepared.mapping),
        decisions=answers(connection),
    )


def _beside(connection: Connection, prepared: Prepared, known: EarlierBatches, key: HashKey) -> Prepared:
    """Rows without those that cannot be so beside what the store holds."""
    if prepared.kind is not Kind.ROLLOUT:
        return prepared
    return refused_beside(connection, prepared, judge(prepared, known, key))


def _report(prepared: Prepared, judged: RowOutcomes, known: EarlierBatches, batch: int | None) -> Report:
    places = decided_places(prepared.places, known.decisions)
    overruled = tuple(RowFault(row, "", Problem.CORRECTED_BY_HAND) for row in judged.overruled)
    return Report(
        kind=prepared.kind,
        mapping=prepared.mapping,
        batch=batch,
        counts=judged.counts,
        outcomes=judged.outcomes,
        faults=tuple(sorted((*prepared.faults, *overruled), key=lambda fault: (fault.row, fault.column))),
        refused=prepared.refused,
        places=places,
        replaced=len(judged.replaces),
        resent=tuple(judged.resent),
        twins=len(judged.twins) + len(judged.inner_twins),
    )


def dry_run(store: Store, viewer: Viewer, prepared: Prepared) -> Report:
    """What an import would do; writes nothing, and makes no store where there is none.

    Parameters
    ----------
    store
        Where they would go.
    viewer
        Who asks: the answer tells what is there already.
    prepared
        The rows.

    Raises
    ------
    NotAllowedError
        When the viewer may bring no records.
    """
    viewer.require(Right.BRING)
    if store.is_new:
        known = EarlierBatches()
        return _report(prepared, judge(prepared, known, HashKey.once()), known, None)
    with store.reading(viewer, Right.BRING) as connection:
        tokens = standing_tokens(connection)
        pseudonyms = Pseudonyms(store.pseudonyms, tokens)
        key = pseudonyms.held_key()
        known = _known(connection, prepared, pseudonyms, tokens)
        key = key or HashKey.once()
        prepared = _beside(connection, prepared, known, key)
    return _report(prepared, judge(prepared, known, key), known, None)


def accept(
    store: Store, viewer: Viewer, prepared: Prepared, *, progress: Callable[[float], None] | None = None
) -> Report:
    """Keeps the rows of a file as one batch: all that are fit for it, or nothing.

    The rows are judged again under the writer's lock: another import may have come between. The hashes are kept
    before the batch, so that no batch can be there without them; those of a batch that never came are erased by the
    next import.

    Parameters
    ----------
    store
        Made if there is none.
    viewer
        Who does it.
    prepared
        The rows.
    progress
        Told the share that is done, 0 to 1; whatever it raises stops the import, and nothing of it stays.

    Raises
    ------
    NotAllowedError
        When the viewer may bring no records.
    DataError
        When the store is in use for too long, the disk is full, or the store cannot be written.
    """
    with store.writing(viewer, Right.BRING) as connection:
        tokens = standing_tokens(connection)
        pseudonyms = Pseudonyms(store.pseudonyms, tokens)
        key = pseudonyms.key()
        known = _known(connection, prepared, pseudonyms, tokens)
        prepared = _beside(connection, prepared, known, key)
        judged = judge(prepared, known, key)
        kept = judged.outcomes.index[judged.outcomes.isin([Outcome.ACCEPTED.value, Outcome.REVIEW.value])]
        if kept.empty and judged.counts[Outcome.DUPLICATE]:
            # The same file again: not even a batch of nothing.
            return _report(prepared, judged, known, None)
        added = add(connection, viewer, _addition(prepared, judged, kept), progress=progress)
        reports = {hashed: added.reports[group] for group, hashed in judged.report_hashes.items()}
        pseudonyms.keep(added.token, Hashes(judged.row_hashes, judged.person_hashes, reports))
    return _report(prepared, judged, known, added.batch)


def _addition(prepared: Prepared, judged: RowOutcomes, kept: pd.Index[int]) -> Addition:
    places = prepared.places[prepared.places["row_number"].isin(kept)]
    ready = Ready(
        prepared.kind,
        prepared.values.loc[kept],
        places.drop(columns=["candidates", "conflict"]),
        prepared.reports.reindex(kept, fill_value=-1),
    )
    return Addition(
        ready=ready,
        counts=judged.counts,
        mapping=prepared.mapping,
        replaces=judged.replaces,
        known_reports=judged.known_reports,
        twins=judged.twins,
        inner_twins=judged.inner_twins,
    )
