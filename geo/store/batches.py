"""Batches: rows are added and removed together."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import bindparam, delete, func, insert, select, update

from geo.errors import DataError, Fault, Problem
from geo.store import schema
from geo.store.bulk import driver_values, insert_columns
from geo.store.engine import note, now
from geo.terms import Act, BatchState, Kind, Outcome, PairState, RecordState, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from sqlalchemy import Connection, Table

    from geo.store.engine import Store
    from geo.viewer import Viewer

STORED_TABLES: dict[Kind, Table] = {
    Kind.CASES: schema.RECORD,
    Kind.COVERAGE: schema.COVERAGE,
    Kind.WATCHERS: schema.WATCHER,
    Kind.REPORTS: schema.WATCH_REPORT,
    Kind.ROLLOUT: schema.ROLLOUT_EVENT,
    Kind.DENOMINATORS: schema.DENOMINATOR,
}
_RESOLVED = ("place_status", "kode", "match_by", "score")
#: Share of the writing that is done when the rows of cases are inserted and their places are not.
_ROWS_SHARE = 0.6
_ROW_COUNTER, _REPORT_COUNTER = COUNTERS = ("rows", "reports")


@dataclass(frozen=True, eq=False)
class Ready:
    """Rows of one kind, ready for the store.

    Parameters
    ----------
    kind
        Kind of the rows.
    rows
        Index: the row number in the file. Columns: those of the kind's table that have values; for cases without
        `report_no`.
    places
        One row for each place that a row names: `row_number`, `role` (for cases; otherwise empty), `place_status`,
        `kode`, `match_by`, `score` as resolved without any decision, and `key`, `written`, `kecamatan` of the
        spelling (all empty where there is none that may be kept).
    reports
        For cases: report of each row, by row number; rows of one report have the same number, -1 is a report of its
        own.
    """

    kind: Kind
    rows: pd.DataFrame
    places: pd.DataFrame
    reports: pd.Series[int] = field(default_factory=lambda: pd.Series(dtype=int))

    def __post_init__(self) -> None:
        strange = set(self.rows.columns) - set(STORED_TABLES[self.kind].c.keys())
        if strange:
            msg = f"no such columns of {self.kind}: {sorted(strange)}"
            raise ValueError(msg)
        if not self.rows.index.is_unique:
            msg = "a row number stands for one row"
            raise ValueError(msg)


@dataclass(frozen=True, eq=False)
class LaidOut:
    """Rows and their places in the form of the database, without the numbers that are assigned under the lock.

    Parameters
    ----------
    rows
        Values by column of the kind's table; for kinds other than cases, also those of the place.
    places
        For cases: values by column of the table of places.
    place_rows
        For cases: position in `rows` of the row of each place.
    keys
        Key of the spelling of each place, in order; for kinds other than cases, of each row.
    spellings
        The distinct spellings: `key`, `written`, `kecamatan`.
    """

    rows: Mapping[str, list[Any]]
    places: Mapping[str, list[Any]]
    place_rows: list[int]
    keys: list[str]
    spellings: pd.DataFrame


def as_inserts(ready: Ready) -> LaidOut:
    """Prepares rows for the database as far as possible before taking the lock.

    Raises
    ------
    ValueError
        When a place has no row, or a row of a kind other than cases does not have exactly one place.
    """
    table, places = STORED_TABLES[ready.kind], ready.places
    at = ready.rows.index.get_indexer(pd.Index(places["row_number"]))
    if (at < 0).any() or (ready.kind is not Kind.CASES and sorted(at.tolist()) != list(range(len(ready.rows)))):
        msg = "a place is of a row, and a row of a kind that is no case has one place"
        raise ValueError(msg)
    if ready.kind is not Kind.CASES:
        places = places.iloc[at.argsort()]
    rows = {str(name): driver_values(table.c[name], ready.rows[name]) for name in ready.rows.columns}
    named = schema.RECORD_PLACE if ready.kind is Kind.CASES else table
    columns = ("role", *_RESOLVED) if ready.kind is Kind.CASES else _RESOLVED
    where = {name: driver_values(named.c[name], places[name]) for name in columns}
    return LaidOut(
        rows=rows if ready.kind is Kind.CASES else rows | where,
        places=where if ready.kind is Kind.CASES else {},
        place_rows=at.tolist() if ready.kind is Kind.CASES else [],
        keys=places["key"].tolist(),
        spellings=places.loc[places["key"].ne(""), ["key", "written", "kecamatan"]].drop_duplicates("key"),
    )


@dataclass(frozen=True, eq=False)
class Addition:
    """Content of a new batch, and its links to existing rows.

    Parameters
    ----------
    ready
        Its rows.
    counts
        Rows by outcome; they add up to the rows read.
    mapping
        Name of the mapping used.
    by_hand
        Whether a person typed the rows in.
    replaces
        Number in the store of the row that a row replaces, by row number.
    known_reports
        The store's own number, by number in `ready.reports`, for reports that were imported before.
    twins
        Pairs (number in the store, row number) that may be one person, and pairs of row numbers within the file.
    laid_out
        The rows in the form of the database, if already prepared; this needs no lock.
    """

    ready: Ready
    counts: Mapping[Outcome, int]
    mapping: str = ""
    by_hand: bool = False
    replaces: Mapping[int, int] = field(default_factory=dict)
    known_reports: Mapping[int, int] = field(default_factory=dict)
    twins: Sequence[tuple[int, int]] = ()
    inner_twins: Sequence[tuple[int, int]] = ()
    laid_out: LaidOut | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """Result of adding: number and token of the batch, the store's number of each report of the file."""

    batch: int
    token: str
    reports: Mapping[int, int]
    rows: Mapping[int, int]


def _take(connection: Connection, counter: str, many: int) -> int:
    """First of `many` numbers that were never used and never will be used by others."""
    meta = schema.META
    held = connection.scalar(select(meta.c.value).where(meta.c.name == counter))
    first = int(held or 1)
    if held is None:
        connection.execute(insert(meta).values(name=counter, value=str(first + many)))
    else:
        connection.execute(update(meta).where(meta.c.name == counter).values(value=str(first + many)))
    return first


def _spellings(connection: Connection, wanted: pd.DataFrame) -> dict[str, int]:
    """Numbers of the spellings; new spellings are inserted."""
    table = schema.SPELLING
    known: dict[str, int] = dict(connection.execute(select(table.c.key, table.c.id)).all())
    fresh = wanted[~wanted["key"].isin(known)]
    if not fresh.empty:
        first = (connection.scalar(select(func.max(table.c.id))) or 0) + 1
        columns = {name: driver_values(table.c[name], fresh[name]) for name in fresh.columns}
        numbers = range(first, first + len(fresh))
        insert_columns(connection, table, {"id": numbers, **columns})
        known |= dict(zip(columns["key"], numbers, strict=True))
    return known


def add(
    connection: Connection, viewer: Viewer, addition: Addition, *, progress: Callable[[float], None] | None = None
) -> Added:
    """Adds a batch in the caller's transaction.

    Parameters
    ----------
    connection
        Of `Store.writing`.
    viewer
        Who does it.
    addition
        The new rows.
    progress
        Called with the share that is done; an exception from it stops the import, and no row is kept.
    """
    ready = addition.ready
    table = STORED_TABLES[ready.kind]
    token = uuid.uuid4().hex
    made = connection.execute(
        insert(schema.BATCH).values(
            token=token,
            kind=ready.kind.value,
            mapping=addition.mapping,
            by_hand=addition.by_hand,
            made_at=now(),
            made_by=viewer.name,
            read=sum(addition.counts.values()),
            **{outcome.value: addition.counts.get(outcome, 0) for outcome in Outcome},
            state=BatchState.STANDING.value,
        )
    )
    batch = int((made.inserted_primary_key or [0])[0])
    laid_out = addition.laid_out or as_inserts(ready)
    many = len(ready.rows)
    first = _take(connection, _ROW_COUNTER, many)
    row_numbers = ready.rows.index.tolist()
    number = dict(zip(row_numbers, range(first, first + many), strict=True))
    known = _spellings(connection, laid_out.spellings)
    spelled = [known.get(key) for key in laid_out.keys]
    columns: dict[str, Sequence[Any]] = {
        **laid_out.rows,
        "id": range(first, first + many),
        "batch_id": [batch] * many,
        "row_number": row_numbers,
        "state": [RecordState.COUNTED.value] * many,
        "version": [1] * many,
    }
    if addition.replaces:
        _replace(connection, table, batch, list(addition.replaces.values()))
    reports: dict[int, int] = {}
    if ready.kind is Kind.CASES:
        stated = ready.reports.loc[ready.rows.index].tolist()
        reports, columns["report_no"] = _report_numbers(connection, stated, addition.known_reports)
        # A manual entry is one report, by the person who enters it.
        columns["is_keyed"] = [1 if addition.by_hand or one >= 0 else 0 for one in stated]
        insert_columns(connection, table, columns, told=_part(progress, 0.0, _ROWS_SHARE))
        of = {"record_id": [first + at for at in laid_out.place_rows], **laid_out.places, "spelling_id": spelled}
        insert_columns(connection, schema.RECORD_PLACE, of, told=_part(progress, _ROWS_SHARE, 1.0))
        heirs = {old: number[row] for row, old in addition.replaces.items()}
        # First: a decision on the replaced row takes precedence over a suspected pair of its replacement.
        _pairs(connection, addition, number, _carry_pairs(connection, batch, heirs) if heirs else set())
    else:
        insert_columns(connection, table, {**columns, "spelling_id": spelled}, told=progress)
    counts = {outcome.value: addition.counts.get(outcome, 0) for outcome in Outcome}
    act = Act.ENTER if addition.by_hand else Act.IMPORT
    note(connection, viewer, act, "batch", batch, {**counts, "replaced": len(addition.replaces)})
    return Added(batch, token, reports, number)


def _part(progress: Callable[[float], None] | None, begin: float, end: float) -> Callable[[float], None] | None:
    """Progress of one part of the work, reported as a share of the whole."""
    return (lambda share: progress(begin + (end - begin) * share)) if progress else None


def _report_numbers(
    connection: Connection, stated: Sequence[int], known: Mapping[int, int]
) -> tuple[dict[int, int], list[int]]:
    """The store's own number of each report of the file, and of each row."""
    shared = [one for one in dict.fromkeys(stated) if one >= 0 and one not in known]
    alone = sum(one < 0 for one in stated)
    first = _take(connection, _REPORT_COUNTER, len(shared) + alone)
    numbers = dict(known) | {one: first + position for position, one in enumerate(shared)}
    own = iter(range(first + len(shared), first + len(shared) + alone))
    return numbers, [numbers[one] if one >= 0 else next(own) for one in stated]


def _replace(connection: Connection, table: Table, batch: int, replaced: Sequence[int]) -> None:
    """Marks rows of a batch as replaced; they no longer count."""
    connection.execute(
        update(table)
        .where(table.c.id == bindparam("old"))
        .values(state=RecordState.REPLACED.value, replaced_by=batch, version=table.c.version + 1),
        [{"old": number} for number in replaced],
    )


def _pairs(
    connection: Connection, addition: Addition, number: Mapping[int, int], carried: AbstractSet[tuple[int, int]]
) -> None:
    """Creates the pairs of the new rows, except pairs that were carried over; no other rows have their numbers."""
    found = {(earlier, number[row]) for earlier, row in addition.twins}
    found |= {(number[one], number[other]) for one, other in addition.inner_twins}
    sides = sorted(found - carried)
    if sides:
        earlier, later = zip(*sides, strict=True)
        columns = {"earlier_id": earlier, "later_id": later, "state": [PairState.OPEN.value] * len(sides)}
        insert_columns(connection, schema.PAIR, columns)


def _carry_pairs(connection: Connection, batch: int, heirs: Mapping[int, int]) -> set[tuple[int, int]]:
    """Puts a corrected row into the pairs of the row that it replaces, and keeps the decisions on them."""
    pair, record = schema.PAIR, schema.RECORD
    # Queried by batch: a list of many thousand numbers does not fit into one statement.
    replaced = select(record.c.id).where(record.c.replaced_by == batch)
    found = connection.execute(
        select(pair).where(pair.c.earlier_id.in_(replaced) | pair.c.later_id.in_(replaced)).order_by(pair.c.id)
    )
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for one in found.mappings():
        # The replacement has the higher number: on either side of the pair, it is the later one.
        earlier, later = sorted(heirs.get(one[side], one[side]) for side in ("earlier_id", "later_id"))
        told = {name: one[name] for name in ("state", "decided_at", "decided_by")}
        rows.setdefault((earlier, later), {"earlier_id": earlier, "later_id": later, **told})
    if rows:
        connection.execute(insert(pair), list(rows.values()))
    return set(rows)


def _refuse(problem: Problem, batch: int) -> DataError:
    return DataError((Fault.of(f"batch {batch}", "", problem),))


def undo_rows(connection: Connection, viewer: Viewer, batch: int) -> tuple[int, str]:
    """Takes a batch back in the caller's transaction: its rows are deleted, and rows that it replaced count again.

    Returns
    -------
    tuple of int and str
        Number of rows removed, and token of the batch's hashes.

    Raises
    ------
    DataError
        When there is no such batch, or it was already taken back.
    """
    batches = schema.BATCH
    found = connection.execute(select(batches).where(batches.c.id == batch)).mappings().first()
    if found is None:
        raise _refuse(Problem.NO_SUCH_BATCH, batch)
    if found["state"] == BatchState.UNDONE.value:
        raise _refuse(Problem.ALREADY_UNDONE, batch)
    table = STORED_TABLES[Kind(found["kind"])]
    connection.execute(
        update(table)
        .where(table.c.replaced_by == batch)
        .values(state=RecordState.COUNTED.value, replaced_by=None, version=table.c.version + 1)
    )
    removed = connection.execute(delete(table).where(table.c.batch_id == batch)).rowcount
    forget_spellings(connection)
    connection.execute(
        update(batches)
        .where(batches.c.id == batch)
        .values(state=BatchState.UNDONE.value, version=batches.c.version + 1)
    )
    note(connection, viewer, Act.UNDO, "batch", batch, {"removed": removed})
    return removed, str(found["token"])


def forget_spellings(connection: Connection) -> None:
    """Deletes spellings that no row uses; decisions on them are kept for later files with the same spelling."""
    spelling = schema.SPELLING
    used = [
        select(table.c.spelling_id).where(table.c.spelling_id == spelling.c.id).exists()
        for table in (
            schema.RECORD_PLACE,
            *(table for kind, table in STORED_TABLES.items() if kind is not Kind.CASES),
        )
    ]
    statement = delete(spelling)
    for one in used:
        statement = statement.where(~one)
    connection.execute(statement)


def batches(store: Store, viewer: Viewer) -> pd.DataFrame:
    """All batches, the newest first: the columns of the table `batch`, and `kept`, the number of remaining rows."""
    table = schema.BATCH
    kept: dict[int, int] = {}
    with store.reading(viewer, Right.BRING) as connection:
        frame = pd.DataFrame(connection.execute(select(table).order_by(table.c.id.desc())).mappings().all())
        if frame.empty:
            return pd.DataFrame(columns=[*table.c.keys(), "kept"])
        for rows in STORED_TABLES.values():
            kept |= dict(connection.execute(select(rows.c.batch_id, func.count()).group_by(rows.c.batch_id)).all())
    return frame.assign(kept=frame["id"].map(kept).fillna(0).astype(int))


def standing_tokens(connection: Connection) -> dict[str, int]:
    """Number of each active batch, by its token."""
    table = schema.BATCH
    found = connection.execute(select(table.c.token, table.c.id).where(table.c.state == BatchState.STANDING.value))
    return dict(found.all())
