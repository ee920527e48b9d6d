"""Batches: rows come and go together."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import delete, func, insert, select, update

from geo.errors import DataError, Fault, Problem
from geo.store import schema
from geo.store.engine import note, now
from geo.terms import Act, BatchState, Kind, Outcome, PairState, RecordState, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
PLACE_COLUMNS = ("place_status", "kode", "match_by", "score", "spelling_id")
_CHUNK = 2_000
_ROW_COUNTER, _REPORT_COUNTER = COUNTERS = ("rows", "reports")


@dataclass(frozen=True, eq=False)
class Ready:
    """Rows fit for the store, of one kind.

    Parameters
    ----------
    kind
        What they are.
    rows
        Index: the row number in the file. Columns: those of the kind's table that hold values; for cases without
        `report_no`.
    places
        One row for each place that a row names: `row_number`, `role` (of cases; empty else), `place_status`, `kode`,
        `match_by`, `score` as resolved without anybody's decision, and `key`, `written`, `kecamatan` of the spelling
        (all empty where there is none that may be kept).
    reports
        Of cases: which rows are of one report, by row number; rows of one report have the same number, -1 is a report
        of its own.
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
class Addition:
    """What a batch adds, and how it hangs together with what is there.

    Parameters
    ----------
    ready
        Its rows.
    counts
        Rows by outcome, adding up to those read.
    mapping
        Name of the mapping used.
    by_hand
        Whether a person typed it in.
    replaces
        Number in the store of the row that a row takes the place of, by row number.
    known_reports
        Number of the store's own by number in `ready.reports`, for reports that came before.
    twins
        Pairs (number in the store, row number) that may be of one person, and pairs of row numbers within the file.
    """

    ready: Ready
    counts: Mapping[Outcome, int]
    mapping: str = ""
    by_hand: bool = False
    replaces: Mapping[int, int] = field(default_factory=dict)
    known_reports: Mapping[int, int] = field(default_factory=dict)
    twins: Sequence[tuple[int, int]] = ()
    inner_twins: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What was added: number and token of the batch, the store's number of each report of the file."""

    batch: int
    token: str
    reports: Mapping[int, int]
    rows: Mapping[int, int]


def _take(connection: Connection, counter: str, many: int) -> int:
    """First of `many` numbers that were never used before, nor will be."""
    meta = schema.META
    held = connection.scalar(select(meta.c.value).where(meta.c.name == counter))
    first = int(held or 1)
    if held is None:
        connection.execute(insert(meta).values(name=counter, value=str(first + many)))
    else:
        connection.execute(update(meta).where(meta.c.name == counter).values(value=str(first + many)))
    return first


def _spellings(connection: Connection, places: pd.DataFrame) -> dict[str, int]:
    """Numbers of the spellings, made where they are new."""
    table = schema.SPELLING
    wanted = places.loc[places["key"].ne(""), ["key", "written", "kecamatan"]].drop_duplicates("key")
    known: dict[str, int] = dict(connection.execute(select(table.c.key, table.c.id)).all())
    fresh = wanted[~wanted["key"].isin(known)]
    if not fresh.empty:
        connection.execute(insert(table), _records(fresh))
        known = dict(connection.execute(select(table.c.key, table.c.id)).all())
    return known


def _plain(value: Any) -> Any:
    """A value as the database takes it."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    columns = [[_plain(value) for value in frame[name].astype("object")] for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _chunks(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _place_values(places: pd.DataFrame, spellings: Mapping[str, int]) -> pd.DataFrame:
    return places.assign(spelling_id=places["key"].map(spellings).astype("object"))


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
        What.
    progress
        Told the share that is done; whatever it raises stops the import, and nothing of it stays.
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
    first = _take(connection, _ROW_COUNTER, len(ready.rows))
    number = pd.Series(range(first, first + len(ready.rows)), index=ready.rows.index, dtype="int64")
    places = _place_values(ready.places, _spellings(connection, ready.places))
    rows = ready.rows.assign(
        id=number, batch_id=batch, row_number=ready.rows.index, state=RecordState.COUNTED.value, version=1
    )
    reports: dict[int, int] = {}
    if ready.kind is Kind.CASES:
        reports, rows["report_no"] = _report_numbers(connection, ready.reports, addition.known_reports)
        # What a person enters by hand is one report, said by that person.
        rows["is_keyed"] = 1 if addition.by_hand else ready.reports.ge(0).astype(int)
    else:
        rows = rows.join(places.set_index("row_number")[list(PLACE_COLUMNS)])
    _insert(connection, table, rows, progress, share=0.6 if ready.kind is Kind.CASES else 1.0)
    if ready.kind is Kind.CASES:
        named = places.assign(record_id=places["row_number"].map(number))[["record_id", "role", *PLACE_COLUMNS]]
        _insert(connection, schema.RECORD_PLACE, named, progress, done=0.6, share=0.4)
        if addition.replaces:
            # First: what people decided of the row of before goes before what is only supposed of its heir.
            _carry_pairs(connection, {old: int(number[row]) for row, old in addition.replaces.items()})
        _pairs(connection, addition, number)
    if addition.replaces:
        connection.execute(
            update(table)
            .where(table.c.id.in_(list(addition.replaces.values())))
            .values(state=RecordState.REPLACED.value, replaced_by=batch, version=table.c.version + 1)
        )
    counts = {outcome.value: addition.counts.get(outcome, 0) for outcome in Outcome}
    act = Act.ENTER if addition.by_hand else Act.IMPORT
    note(connection, viewer, act, "batch", batch, {**counts, "replaced": len(addition.replaces)})
    # Whole numbers of Python: the database driver would store numpy's as bytes.
    return Added(batch, token, reports, dict(zip(number.index.tolist(), number.tolist(), strict=True)))


def _insert(
    connection: Connection,
    table: Table,
    frame: pd.DataFrame,
    progress: Callable[[float], None] | None,
    *,
    done: float = 0.0,
    share: float = 1.0,
) -> None:
    rows = _records(frame)
    for position, chunk in enumerate(_chunks(rows), start=1):
        connection.execute(insert(table), chunk)
        if progress:
            progress(done + share * min(1.0, position * _CHUNK / len(rows)))


def _report_numbers(
    connection: Connection, reports: pd.Series[int], known: Mapping[int, int]
) -> tuple[dict[int, int], pd.Series[int]]:
    """Number of the store's own for each report of the file, and for each row."""
    shared = [one for one in reports.unique() if one >= 0 and one not in known]
    alone = int(reports.lt(0).sum())
    first = _take(connection, _REPORT_COUNTER, len(shared) + alone)
    numbers = {**{int(key): int(value) for key, value in known.items()}}
    numbers |= {int(one): first + position for position, one in enumerate(shared)}
    own = iter(range(first + len(shared), first + len(shared) + alone))
    return numbers, pd.Series([numbers[one] if one >= 0 else next(own) for one in reports], index=reports.index)


def _pairs(connection: Connection, addition: Addition, number: pd.Series[int]) -> None:
    found = {(earlier, int(number[row])) for earlier, row in addition.twins}
    found |= {(int(number[one]), int(number[other])) for one, other in addition.inner_twins}
    pair = schema.PAIR
    found -= set(map(tuple, connection.execute(select(pair.c.earlier_id, pair.c.later_id))))
    if found:
        rows = [
            {"earlier_id": earlier, "later_id": later, "state": PairState.OPEN.value}
            for earlier, later in sorted(found)
        ]
        connection.execute(insert(schema.PAIR), rows)


def _carry_pairs(connection: Connection, heirs: Mapping[int, int]) -> None:
    """Lets a mended row stand in the pairs of the row whose place it takes, with what people decided of them."""
    pair = schema.PAIR
    found = connection.execute(select(pair).where(pair.c.earlier_id.in_(heirs) | pair.c.later_id.in_(heirs)))
    known = set(map(tuple, connection.execute(select(pair.c.earlier_id, pair.c.later_id))))
    rows = []
    for one in found.mappings():
        # The heir has the higher number: whichever side it stands for, it is the later one.
        sides = sorted((heirs.get(one["earlier_id"], one["earlier_id"]), heirs.get(one["later_id"], one["later_id"])))
        if (sides[0], sides[1]) not in known:
            known.add((sides[0], sides[1]))
            rows.append(
                {
                    "earlier_id": sides[0],
                    "later_id": sides[1],
                    **{name: one[name] for name in ("state", "decided_at", "decided_by")},
                }
            )
    if rows:
        connection.execute(insert(pair), rows)


def _refuse(problem: Problem, batch: int) -> DataError:
    return DataError((Fault.of(f"batch {batch}", "", problem),))


def undo_rows(connection: Connection, viewer: Viewer, batch: int) -> tuple[int, str]:
    """Takes a batch back in the caller's transaction: its rows go, and rows that it replaced count again.

    Returns
    -------
    tuple of int and str
        Rows removed, and the token under which its hashes are kept.

    Raises
    ------
    DataError
        When there is no such batch, or it was taken back already.
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
    """Deletes spellings that no row has any more; decisions on them stay, for the next file that writes so."""
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
    """All batches, the newest first: the columns of the table `batch`, and `kept`, the rows still there."""
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
    """Number of each batch that stands, by its token."""
    table = schema.BATCH
    found = connection.execute(select(table.c.token, table.c.id).where(table.c.state == BatchState.STANDING.value))
    return dict(found.all())
