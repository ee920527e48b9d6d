"""Incident report: the facts that the city must give within 3 x 24 hours, without personal data.

The data controller must inform the persons and the authority in writing within 3 x 24 hours which data were
disclosed, when and how, and what is done about it (UU 27/2022, article 46).
"""

from __future__ import annotations

import io
import json
import platform
import sqlite3
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import extract, func, select

import geo
from geo.access.audit import verify_chain
from geo.files import csv_text
from geo.store.audit_rows import head
from geo.store.batches import STORED_TABLES
from geo.store.engine import note, now, revisions
from geo.store.schema import ACCOUNT, AUDIT, BATCH, METADATA, RECORD, SESSION, WATCH_REPORT
from geo.terms import Act, Kind, Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy import Connection, Select

    from geo.settings import Settings
    from geo.store.engine import Store
    from geo.viewer import Viewer
    from geo.words import Words

#: Files in the order of the report; README.txt, which explains each, comes first.
FILES = (
    "rows.csv",
    "columns.csv",
    "batches.csv",
    "accounts.csv",
    "sessions.csv",
    "left.csv",
    "acts.csv",
    "audit.json",
    "program.json",
    "settings.json",
)
#: Acts that export figures or records; only for these the report says what was taken.
_LEFT = (Act.EXPORT, Act.BACKUP, Act.PUBLISH)
#: Fixed date of every file in the report: the same content gives the same bytes.
_STAMP = (1980, 1, 1, 0, 0, 0)


def _json(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, indent=1, default=str) + "\n"


def _table(connection: Connection, query: Select[Any]) -> str:
    found = connection.execute(query)
    return csv_text(list(found.keys()), found.all())


def _held(connection: Connection) -> Iterable[tuple[Any, ...]]:
    """Row counts of each table; for cases and watchers' reports also by year and state."""
    for table in METADATA.sorted_tables:
        yield table.name, "", "", connection.scalar(select(func.count()).select_from(table))
    for kind, dated in ((Kind.CASES, RECORD.c.reported_on), (Kind.REPORTS, WATCH_REPORT.c.reported_on)):
        table = STORED_TABLES[kind]
        year = extract("year", dated)
        counted = (
            select(year, table.c.state, func.count()).group_by(year, table.c.state).order_by(year, table.c.state)
        )
        for one, state, many in connection.execute(counted):
            yield table.name, "" if one is None else one, state, many


def _contents(connection: Connection, settings: Settings, first: datetime, last: datetime) -> dict[str, str]:
    """Current files by name."""
    span = AUDIT.c.at.between(first, last)
    plain = [AUDIT.c[name] for name in ("id", "at", "who", "act", "subject", "subject_id")]
    batch = [column for column in BATCH.columns if column.name != "token"]
    account = [ACCOUNT.c[name] for name in ("name", "kind", "role", "state", "made_at", "made_by")]
    session = [ACCOUNT.c.name, *(SESSION.c[name] for name in ("made_at", "seen_at", "expires_at"))]
    verified = verify_chain(connection)
    access, keep = settings.access, settings.retention
    return {
        "rows.csv": csv_text(["table", "year", "state", "rows"], _held(connection)),
        "columns.csv": csv_text(
            ["table", "column", "type"],
            [(table.name, column.name, column.type) for table in METADATA.sorted_tables for column in table.columns],
        ),
        "batches.csv": _table(connection, select(*batch).order_by(BATCH.c.id)),
        "accounts.csv": _table(connection, select(*account).order_by(ACCOUNT.c.id)),
        "sessions.csv": _table(
            connection,
            select(*session)
            .join(ACCOUNT, ACCOUNT.c.id == SESSION.c.account_id)
            .where(SESSION.c.made_at <= last, SESSION.c.expires_at >= first)
            .order_by(SESSION.c.id),
        ),
        "left.csv": _table(
            connection,
            select(*plain, AUDIT.c.change.label("what"))
            .where(span, AUDIT.c.act.in_([act.value for act in _LEFT]))
            .order_by(AUDIT.c.id),
        ),
        "acts.csv": _table(connection, select(*plain).where(span).order_by(AUDIT.c.id)),
        "audit.json": _json(
            {
                "rows": verified.rows,
                "whole": verified.whole,
                "first_broken": verified.first_broken,
                "head": str(verified.head or ""),
                "from": first,
                "to": last,
            }
        ),
        "program.json": _json(
            {
                "program": geo.__version__,
                "store": revisions()[-1],
                "python": platform.python_version(),
                "sqlite": sqlite3.sqlite_version,
                "system": platform.system(),
            }
        ),
        "settings.json": _json(
            {
                "owner": access.owner,
                "rights": {role: sorted(rights) for role, rights in access.rights.items()},
                "session_hours": access.session_hours,
                "idle_minutes": access.idle_minutes,
                "issuer": access.issuer,
                "k": settings.k,
                "record_years": keep.record_years,
                "audit_years": keep.audit_years,
                "copy_days": keep.copy_days,
            }
        ),
    }


def _readme(languages: Sequence[Words], made_at: datetime, first: date, last: date) -> str:
    """Purpose of the report and content of each file, in each language."""
    parts, at = [], f"{made_at:%Y-%m-%d %H:%M}"
    for words in languages:
        lines = [
            words("incident.title"),
            "",
            words("incident.span", first=first.isoformat(), last=last.isoformat(), at=at),
            "",
            words("incident.duty"),
            "",
            words("incident.nobody"),
            "",
            *(f"{name}: " + words(f"incident.file.{name.partition('.')[0]}") for name in FILES),
        ]
        parts.append("\n".join(lines))
    return "\n\n----\n\n".join(parts) + "\n"


def pack(
    store: Store, viewer: Viewer, settings: Settings, *, first: date, last: date, languages: Sequence[Words]
) -> bytes:
    """The report as one zip; its creation is recorded before anybody gets it.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who requests it.
    settings
        Settings of access and retention.
    first, last
        First and last day of the acts in UTC, both included.
    languages
        Languages of its README.

    Raises
    ------
    NotAllowedError
        When the viewer has no right to the audit.
    DataError
        When there is no store, or it stays busy for too long.
    """
    viewer.require(Right.AUDIT)
    store.require_file()
    with store.writing(viewer, Right.AUDIT) as connection:
        begins, ends = datetime.combine(first, datetime.min.time()), datetime.combine(last, datetime.max.time())
        contents = _contents(connection, settings, begins, ends)
        span = {"from": first.isoformat(), "to": last.isoformat(), "head": str(head(connection) or "")}
        note(connection, viewer, Act.INCIDENT, "store", None, span)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        readme = _readme(languages, now(), first, last)
        for name, text in (("README.txt", readme), *((name, contents[name]) for name in FILES)):
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            archive.writestr(entry, text)
    return made.getvalue()
