"""Data past its retention time in a store: counted, and erased with everything that depends on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, or_, select

from geo.store import audit_rows
from geo.store.batches import forget_spellings
from geo.store.engine import note
from geo.store.schema import ATTEMPT, AUDIT, BATCH, RECORD, SCENARIO, SESSION, WATCH_REPORT
from geo.terms import Act, Kind

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from geo.settings import RetentionSettings
    from geo.store.pseudonyms import Pseudonyms
    from geo.viewer import Viewer

#: Failed sign-ins are used for minutes only; the audit records refused sign-ins.
_TRIES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expiry:
    """Times before which data is past its retention time.

    Parameters
    ----------
    records_on
        Day; records and plans made before it are erased.
    audit_at, tries_at, sessions_at
        Times in UTC: for changes in the audit, failed sign-ins, the end of sessions.
    """

    records_on: date
    audit_at: datetime
    tries_at: datetime
    sessions_at: datetime

    @classmethod
    def of(cls, keep: RetentionSettings, at: datetime) -> Expiry:
        """Limits at a given time (UTC)."""
        return cls(
            records_on=_years_before(at.date(), keep.record_years),
            audit_at=datetime.combine(_years_before(at.date(), keep.audit_years), datetime.min.time()),
            tries_at=at - _TRIES,
            sessions_at=at,
        )


@dataclass(frozen=True, slots=True)
class Past:
    """Amount of data that is past its retention time, or was erased.

    Parameters
    ----------
    records, reports
        Records of cases, reports of watchers.
    audit
        Rows of the audit whose change is erased.
    scenarios
        Named plans, with the notes in them.
    sessions, tries
        Sessions that have ended, failed sign-ins.
    """

    records: int = 0
    reports: int = 0
    audit: int = 0
    scenarios: int = 0
    sessions: int = 0
    tries: int = 0


def _years_before(day: date, years: int) -> date:
    """The same day a number of years earlier; for 29 February the 28th.

    Examples
    --------
    >>> _years_before(date(2028, 2, 29), 10)
    datetime.date(2018, 2, 28)
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _rows(limits: Expiry) -> dict[Kind, tuple[Table, Any]]:
    """Table and condition of the rows past their retention time; undated rows use their day of import."""
    midnight = datetime.combine(limits.records_on, datetime.min.time())
    old = select(BATCH.c.id).where(BATCH.c.made_at < midnight)
    undated = and_(RECORD.c.reported_on.is_(None), RECORD.c.batch_id.in_(old))
    return {
        Kind.CASES: (RECORD, or_(RECORD.c.reported_on < limits.records_on, undated)),
        Kind.REPORTS: (WATCH_REPORT, WATCH_REPORT.c.reported_on < limits.records_on),
    }


def _audit(limits: Expiry) -> Any:
    """Rows of the audit whose content is erased: old rows, and rows about a record that is erased."""
    told = [
        and_(
            AUDIT.c.subject == ("record" if kind is Kind.CASES else kind.value),
            AUDIT.c.subject_id.in_(select(table.c.id).where(past)),
        )
        for kind, (table, past) in _rows(limits).items()
    ]
    return or_(AUDIT.c.at < limits.audit_at, *told)


def _ended(limits: Expiry) -> dict[str, tuple[Table, Any]]:
    midnight = datetime.combine(limits.records_on, datetime.min.time())
    return {
        "scenarios": (SCENARIO, SCENARIO.c.made_at < midnight),
        "sessions": (SESSION, SESSION.c.expires_at < limits.sessions_at),
        "tries": (ATTEMPT, ATTEMPT.c.at < limits.tries_at),
    }


def count(connection: Connection, limits: Expiry) -> Past:
    """Amount of data past its retention time; changes nothing."""

    def many(table: Table, past: Any) -> int:
        return int(connection.scalar(select(func.count()).select_from(table).where(past)) or 0)

    rows, ended = _rows(limits), _ended(limits)
    return Past(
        records=many(*rows[Kind.CASES]),
        reports=many(*rows[Kind.REPORTS]),
        audit=many(AUDIT, and_(AUDIT.c.salt != "", _audit(limits))),
        **{name: many(*of) for name, of in ended.items()},
    )


def erase(connection: Connection, viewer: Viewer, limits: Expiry, pseudonyms: Pseudonyms, *, copies: int = 0) -> Past:
    """Erases data past its retention time, in the caller's transaction, and records how much; keeps batch counts.

    The hashes of the rows are erased first: they are in a separate file, and none may remain after its row.

    Parameters
    ----------
    connection
        One that writes.
    viewer
        Who does it.
    limits
        The time limits.
    pseudonyms
        Hashes of the store.
    copies
        Copies of the store that are deleted too, for the audit.
    """
    found = count(connection, limits)
    rows = _rows(limits)
    # Before the rows are deleted: the condition refers to them.
    audit_rows.blank(connection, _audit(limits))
    for table, past in rows.values():
        named = select(BATCH.c.token, table.c.row_number).join(BATCH, BATCH.c.id == table.c.batch_id).where(past)
        pseudonyms.forget_rows([(row.token, row.row_number) for row in connection.execute(named)])
        connection.execute(delete(table).where(past))
    left = select(RECORD.c.report_no).distinct()
    pseudonyms.keep_reports(connection.scalars(left).all())
    forget_spellings(connection)
    for table, past in _ended(limits).values():
        connection.execute(delete(table).where(past))
    counts = asdict(found) | {"copies": copies}
    if any(counts.values()):
        note(connection, viewer, Act.ERASE, "store", None, {**counts, "audit_erased": audit_rows.blanked(connection)})
    return found
