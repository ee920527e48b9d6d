"""An import from end to end: a dry run that writes nothing, and the same thing kept, as one batch or not at all."""

from __future__ import annotations

from dataclasses import dataclass
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
    from datetime import date

    import pandas as pd

    from geo.imports.comparison import Comparison
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
        return _report(compared_with_nothing(prepared), None)
    with store.reading(viewer, Right.BRING) as connection:
        return _report(compared(connection, prepared, Pseudonyms(store.pseudonyms, ()).held()), None)


def accept(
    store: Store, viewer: Viewer, prepared: Prepared, *, progress: Callable[[float], None] | None = None
) -> Report:
    """Keeps the rows of a file as one batch: all that are fit for it, or nothing.

    The rows are compared with the store, and made ready for it, before the writer's lock is taken, so that others
    need not wait. Under the lock that stands where nothing has changed since; where another import came between, they
    are compared again. The hashes are kept before the batch, so that no batch can be there without them; those of a
    batch that never came are erased by the next import.

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
            # The same file again: not even a batch of nothing.
            return _report(found, None)
        added = add(connection, viewer, addition, progress=progress)
        reports = {hashed: added.reports[group] for group, hashed in judged.report_hashes.items()}
        pseudonyms.keep(added.token, Hashes(judged.row_hashes, judged.person_hashes, reports))
    return _report(found, added.batch)


def _compared_ahead(store: Store, viewer: Viewer, prepared: Prepared) -> Comparison:
    """A file compared with a store that others may change meanwhile."""
    try:
        held = Pseudonyms(store.pseudonyms, ()).held()
    except DataError:
        # Damaged, or in use: whoever has the lock makes it anew, or says so.
        held = Held()
    with store.reading(viewer, Right.BRING) as connection:
        return compared(connection, prepared, held)


def _addition(found: Comparison) -> Addition:
    """What is to be added, ready for the database."""
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
