"""Content of the store as canonical tables, the input of all further steps."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import and_, case, func, select

from geo.schemas import StatementKey, Table, columns, typed
from geo.store import schema
from geo.store.batches import STORED_TABLES
from geo.terms import Kind, MatchBy, PairState, PlaceRole, PlaceStatus, RecordState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection, Select
    from sqlalchemy import Table as Stored

_OUTSIDE = PlaceStatus.OUTSIDE.value


_SAID = tuple(one.name for one in fields(StatementKey))

_KINDS = {
    Kind.COVERAGE: Table.COVERAGE,
    Kind.WATCHERS: Table.WATCHERS,
    Kind.REPORTS: Table.REPORTS,
    Kind.ROLLOUT: Table.ROLLOUT,
}
#: A code names the kelurahan; a spelling may still be decided differently.
_FINAL = MatchBy.CODE.value


def decided(place: Stored) -> tuple[Any, dict[str, Any]]:
    """Join and columns of the current place: an active decision, otherwise the result of the resolver.

    Parameters
    ----------
    place
        A table that has the columns of a place.
    """
    spelling, decision = schema.SPELLING, schema.DECISION
    joined = place.outerjoin(spelling, spelling.c.id == place.c.spelling_id).outerjoin(
        decision,
        and_(decision.c.key == spelling.c.key, decision.c.taken_back_at.is_(None), place.c.match_by != _FINAL),
    )
    has = decision.c.id.is_not(None)
    inside = and_(has, decision.c.answer != _OUTSIDE)
    return joined, {
        "kode": case((inside, decision.c.answer), (has, ""), else_=place.c.kode).label("kode"),
        "place_status": case((inside, PlaceStatus.MATCHED.value), (has, _OUTSIDE), else_=place.c.place_status).label(
            "place_status"
        ),
        "match_by": case((inside, MatchBy.DECISION.value), (has, ""), else_=place.c.match_by).label("match_by"),
    }


def _frame(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    found = connection.execute(query)
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype="object")


def _text(frame: pd.DataFrame) -> pd.DataFrame:
    """All cells in the form of the canonical files: text, None where empty."""
    return frame.map(lambda value: None if value is None or value == "" else str(value))


def _counted_elsewhere() -> Any:
    """Whether a person decided that a record is the same person as an earlier one that counts."""
    pair, earlier = schema.PAIR, schema.RECORD.alias("earlier")
    return (
        select(pair.c.id)
        .join(earlier, earlier.c.id == pair.c.earlier_id)
        .where(
            pair.c.later_id == schema.RECORD.c.id,
            pair.c.state == PairState.SAME.value,
            earlier.c.state == RecordState.COUNTED.value,
        )
        .exists()
    )


def documents() -> Any:
    """Current places of the documents: `record_id`, `kode`, `place_status`."""
    place = schema.RECORD_PLACE
    joined, now = decided(place)
    return (
        select(place.c.record_id, now["kode"], now["place_status"])
        .select_from(joined)
        .where(place.c.role == PlaceRole.DOCUMENT.value)
        .subquery()
    )


def case_rows(connection: Connection) -> pd.DataFrame:
    """The canonical table of cases: rows that count, each person once; `place` is the outcome for the place."""
    record, places = schema.RECORD, documents()
    query = (
        select(
            record.c.reported_on,
            record.c.reported_precision,
            record.c.report_no.label("report"),
            record.c.is_keyed,
            places.c.kode.label("document_kode"),
            record.c.origin_kode,
            record.c.status,
            record.c.sex,
            record.c.age_group,
            record.c.persons,
            func.coalesce(places.c.place_status, PlaceStatus.EMPTY.value).label("place"),
        )
        .select_from(record.outerjoin(places, places.c.record_id == record.c.id))
        .where(record.c.state == RecordState.COUNTED.value, ~_counted_elsewhere())
        .order_by(record.c.id)
    )
    found = _frame(connection, query)
    return typed(Table.CASES, _text(found[list(columns(Table.CASES))])).assign(
        place=found["place"].astype("string"), is_keyed=found["is_keyed"].astype(bool)
    )


def _others(connection: Connection, kind: Kind) -> pd.DataFrame:
    stored, table = STORED_TABLES[kind], _KINDS[kind]
    joined, now = decided(stored)
    wanted = [now["kode"] if name == "kode" else stored.c[name] for name in columns(table)]
    query = (
        select(*wanted)
        .select_from(joined)
        .where(stored.c.state == RecordState.COUNTED.value, now["kode"].element != "")
        .order_by(stored.c.id)
    )
    return typed(table, _text(_frame(connection, query)))


def standing_contradictions(connection: Connection) -> dict[StatementKey, date]:
    """Day (UTC) since which a statement on the city is set aside, by its content; active ones only."""
    table = schema.SET_ASIDE
    found = connection.execute(
        select(*(table.c[name] for name in _SAID), table.c.made_at).where(table.c.taken_back_at.is_(None))
    )
    return {StatementKey(*key): made_at.date() for *key, made_at in found}


def mark(rollout: pd.DataFrame, asides: Mapping[StatementKey, date]) -> pd.DataFrame:
    """A canonical table of the rollout, with `set_aside_on` where a statement is set aside.

    Parameters
    ----------
    rollout
        As returned by `geo.schemas.typed`.
    asides
        Like `set_asides`.
    """
    counted = rollout[rollout["count"].notna()]
    since = {
        row: asides.get(
            StatementKey(one["source"], one["on"].date(), one["counted_as"], one["claim"], int(one["count"]))
        )
        for row, one in counted[list(_SAID)].to_dict("index").items()
    }
    days = pd.to_datetime(pd.Series(since, index=rollout.index, dtype="object")).astype("datetime64[ns]")
    return rollout.assign(set_aside_on=days)


def canonical_tables(connection: Connection) -> dict[Table, pd.DataFrame]:
    """Canonical tables for which the store has rows.

    Cases include rows whose place waits for a decision, without a kelurahan; the other tables leave such rows out.
    Statements on the city that are set aside are included, with the day since which they are set aside.
    """
    found = {Table.CASES: case_rows(connection)} | {
        table: _others(connection, kind) for kind, table in _KINDS.items()
    }
    found[Table.ROLLOUT] = mark(found[Table.ROLLOUT], standing_contradictions(connection))
    return {table: frame for table, frame in found.items() if not frame.empty}


def denominator(connection: Connection) -> pd.Series[float]:
    """The city's own population of its kelurahan: from the newest batch that has one, by `kode`; otherwise empty."""
    stored = schema.DENOMINATOR
    joined, now = decided(stored)
    newest = select(func.max(stored.c.batch_id)).where(stored.c.state == RecordState.COUNTED.value).scalar_subquery()
    query = (
        select(now["kode"], stored.c.value)
        .select_from(joined)
        .where(stored.c.state == RecordState.COUNTED.value, stored.c.batch_id == newest, now["kode"].element != "")
        .order_by(stored.c.id)
    )
    found = _frame(connection, query)
    return found.drop_duplicates("kode", keep="last").set_index("kode")["value"].astype(float)
