"""An import from start to end: a dry run that writes nothing, and the run that keeps one whole batch or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem
from geo.imports.comparison import compared, compared_with_nothing
from geo.imports.outcomes import decided_places
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.sheets.mapping import guess, known_mappings, read_mapping
from geo.sheets.prepare import RowFault, prepare_rows
from geo.sheets.reading import read_sheet
from geo.store.batches import Addition, Ready, add, as_inserts, standing_tokens
from geo.store.pseudonyms import Hashes, Held, Pseudonyms
from geo.terms import Kind, Outcome, Right

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, tzinfo

    import pandas as pd

    from geo.imports.comparison import Comparison
    from geo.places.boundaries import Areas
    from geo.settings import Settings
    from geo.sheets.mapping import Mapping
    from geo.sheets.prepare import Prepared
    from geo.sheets.reading import Sheet
    from geo.sheets.sources import KnownWords
    from geo.store.engine import Store
    from geo.terms import CodeSystem
    from geo.viewer import Viewer


@dataclass(frozen=True, eq=False)
class Report:
    """Result of an import or of a dry run.

    Parameters
    ----------
    kind, mapping
        Kind of the rows, and the mapping's name.
    batch
        Number of the batch; None for a dry run, or where there were no new rows.
    counts
        Rows by outcome, adding up to `read`.
    outcomes
        `Outcome` by row number.
    faults
        Reasons why rows were rejected, one for each faulty cell, in order of rows.
    refused
        Readable values of the rejected rows, by row number; typed values only, no original text.
    places
        Places as they were resolved: `row_number`, `role`, `place_status`, `kode`, `match_by`, `score`,
        `candidates`, `conflict`, `written`.
    replaced
        Rows that replaced an earlier version of themselves.
    resent
        Batches of earlier versions of this file.
    twins
        Pairs that may be one person, for a person to decide.
    left_empty, offered
        As in `geo.sheets.prepare.Prepared`.
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
    left_empty: dict[str, int]
    offered: dict[str, dict[str, int]] = field(repr=False)

    @property
    def read(self) -> int:
        """Rows read; each of them has one outcome."""
        return sum(self.counts.values())


def read_file(
    path: Path, settings: Settings, *, kind: Kind | None = None, mapping: str = "", sheet: str | None = None
) -> tuple[Sheet, Mapping]:
    """A file and its mapping: the named one, otherwise the most likely one.

    Parameters
    ----------
    path
        The file.
    settings
        Folder of the city's own mappings.
    kind
        Kind of the rows; None guesses it.
    mapping
        Name of a saved mapping, or a path of a mapping's file (ending in .toml); empty guesses.
    sheet
        Which sheet of a spreadsheet.

    Raises
    ------
    DataError
        When the file cannot be read, or there is no such mapping, or it is for another kind.
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


@lru_cache(maxsize=2)
def _resolver(areas: Areas) -> Resolver:
    """Made once for each layer in use: the names of the whole province take a tenth of a second."""
    return Resolver(areas, read_gazetteer(areas))


def prepared_for(
    sheet: Sheet,
    mapping: Mapping,
    areas: Areas,
    *,
    today: date,
    code_system: CodeSystem | None = None,
    zone: tzinfo | None = None,
    known: KnownWords | None = None,
) -> Prepared:
    """Rows of a sheet, read and resolved on a layer; see `geo.sheets.prepare.prepare_rows`."""
    return prepare_rows(
        sheet,
        mapping,
        areas=areas,
        resolver=_resolver(areas),
        today=today,
        code_system=code_system,
        zone=zone,
        known=known,
    )


def _report(found: Comparison, batch: int | None) -> Report:
    prepared, judged = found.prepared, found.judged
    places = decided_places(prepared.places, found.known.decisions)
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
        left_empty=prepared.left_empty,
        offered=prepared.offered,
    )


def dry_run(store: Store, viewer: Viewer, prepared: Prepared) -> Report:
    """Result that an import would have; writes nothing, and creates no store.

    Parameters
    ----------
    store
        The store to import into.
    viewer
        Who asks: the result reveals existing records.
    prepared
        The rows.

    Raises
    ------
    NotAllowedError
        When the viewer may not import records.
    """
    viewer.require(Right.BRING)
    if store.is_new:
        return _report(compared_with_nothing(prepared), None)
    with store.reading(viewer, Right.BRING) as connection:
        return _report(compared(connection, prepared, Pseudonyms(store.pseudonyms, ()).held()), None)


def accept(
    store: Store, viewer: Viewer, prepared: Prepared, *, progress: Callable[[float], None] | None = None
) -> Report:
    """Stores the accepted rows of a file as one batch: all of them, or none.

    The rows are compared with the store and prepared before the writer's lock is taken, so that others need not wait.
    Under the lock the comparison is used if nothing has changed since; after another import, the rows are compared
    again. The hashes are stored before the batch, so that every batch has them; hashes of a batch that was never
    written are erased by the next import.

    Parameters
    ----------
    store
        The store; created if there is none.
    viewer
        Who does it.
    prepared
        The rows.
    progress
        Called with the share that is done, 0 to 1; an exception from it stops the import, and nothing is kept.

    Raises
    ------
    NotAllowedError
        When the viewer may not import records.
    DataError
        When the store is in use for too long, the disk is full, or the store cannot be written.
    """
    viewer.require(Right.BRING)
    if store.is_new:
        store.make()
    found = _compared_ahead(store, viewer, prepared)
    addition = _addition(found)
    with store.writing(viewer, Right.BRING) as connection:
        pseudonyms = Pseudonyms(store.pseudonyms, standing_tokens(connection))
        key = pseudonyms.key(fresh=found.hashes.key)
        if not found.stands(connection, pseudonyms, key):
            found = compared(connection, prepared, pseudonyms.held(), hashes=found.hashes)
            addition = _addition(found)
        judged = found.judged
        if addition.ready.rows.empty and judged.counts[Outcome.DUPLICATE]:
            # The same file again: no empty batch is added.
            return _report(found, None)
        added = add(connection, viewer, addition, progress=progress)
        reports = {hashed: added.reports[group] for group, hashed in judged.report_hashes.items()}
        pseudonyms.keep(added.token, Hashes(judged.row_hashes, judged.person_hashes, reports))
    return _report(found, added.batch)


def _compared_ahead(store: Store, viewer: Viewer, prepared: Prepared) -> Comparison:
    """Comparison of a file with a store that others may change meanwhile."""
    try:
        held = Pseudonyms(store.pseudonyms, ()).held()
    except DataError:
        # Damaged, or in use: the holder of the lock compares again, or reports the error.
        held = Held()
    with store.reading(viewer, Right.BRING) as connection:
        return compared(connection, prepared, held)


def _addition(found: Comparison) -> Addition:
    """New rows, ready for the database."""
    prepared, judged = found.prepared, found.judged
    kept = judged.outcomes.index[judged.outcomes.isin([Outcome.ACCEPTED.value, Outcome.REVIEW.value])]
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
        laid_out=as_inserts(ready),
    )
