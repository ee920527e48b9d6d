"""The audit log: checking its chain, reading its entries, and recording who saw and exported what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import String, cast, select

from geo.store import audit_chain
from geo.store.audit_chain import Head
from geo.store.engine import note, now
from geo.store.schema import AUDIT
from geo.terms import Act, Right, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from sqlalchemy import Connection

    from geo.store.engine import Store
    from geo.terms import Audience
    from geo.viewer import Viewer

_LONGEST = 60
_CHUNK = 2_000
_NAMES = ("id", "at", "who", "act", "subject", "subject_id", "change", "salt", "digest", "hash")


@dataclass(frozen=True, slots=True)
class Verification:
    """Result of checking whether the past was rewritten.

    Parameters
    ----------
    rows
        Number of rows of the audit log.
    first_broken
        Number of the first row that does not follow from the one before it, or whose content was changed; None if
        there is none.
    head
        End of the chain; None while it is empty.
    missing
        Requested heads that are not in the chain: it was cut or rewritten since they were printed.
    """

    rows: int
    first_broken: int | None
    head: Head | None
    missing: tuple[Head, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the chain passes all checks."""
        return self.first_broken is None and not self.missing


def _rows(connection: Connection) -> Iterator[Any]:
    """All rows in order; the time as text, because a manipulated value may not be a time."""
    columns = [cast(AUDIT.c.at, String).label("at") if name == "at" else AUDIT.c[name] for name in _NAMES]
    yield from connection.execute(select(*columns).order_by(AUDIT.c.id)).yield_per(_CHUNK)


def _follows(row: Any, previous: str) -> bool:
    """Whether a row is the original one after the row with that hash."""
    try:
        entry = audit_chain.AuditEntry(
            row.id, datetime.fromisoformat(row.at), row.who, row.act, row.subject, row.subject_id
        )
        # A row without its content must have empty fields.
        content = audit_chain.digest(row.salt, row.change) == row.digest if row.salt else row.change == "{}"
        return content and audit_chain.chain_hash(previous, entry, row.digest) == row.hash
    except (TypeError, ValueError, AttributeError):
        # A manipulated column has a wrong type.
        return False


def verify(store: Store, viewer: Viewer, *, heads: Iterable[Head] = ()) -> Verification:
    """Check that the chain is complete, and holds the heads that were printed earlier.

    Every hash is computed again. A row may lack its content only if an erasure records it: each erasure records how
    many rows have none since, and the last one's number must match.

    A person who can write the file can compute the whole chain again. Then only a head that someone else keeps, in
    the manifest of an edition, shows the change.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who checks.
    heads
        Heads from manifests.

    Raises
    ------
    NotAllowedError
        When the viewer has no right to the audit.
    DataError
        When there is no store.
    """
    with store.reading(viewer, Right.AUDIT) as connection:
        return verify_chain(connection, heads)


def verify_chain(connection: Connection, heads: Iterable[Head] = ()) -> Verification:
    """The check of `verify`, in the caller's transaction."""
    wanted = list(heads)
    known, found = set(wanted), set()
    previous, rows, last, broken = audit_chain.START, 0, None, None
    erased: list[int] = []
    accounted = 0
    for row in _rows(connection):
        rows += 1
        if broken is None and not _follows(row, previous):
            broken = row.id
        previous, last = row.hash, Head(row.id, row.hash)
        if last in known:
            found.add(last)
        if not row.salt:
            erased.append(row.id)
        elif row.act == Act.ERASE.value:
            accounted = _accounted(row.change)
    if broken is None and len(erased) != accounted:
        broken = erased[-1] if erased else last.number if last else None
    return Verification(rows, broken, last, tuple(one for one in wanted if one not in found))


def _accounted(change: str) -> int:
    """Number of rows without content that an erasure records."""
    try:
        return int(json.loads(change)["audit_erased"])
    except (ValueError, KeyError, TypeError):
        return 0


def entries(
    store: Store,
    viewer: Viewer,
    *,
    acts: Iterable[Act] = (),
    first: date | None = None,
    last: date | None = None,
    limit: int = 200,
) -> pd.DataFrame:
    """Entries, newest first: `id`, `at`, `who`, `act`, `subject`, `subject_id`, `change`, `is_erased`.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who reads.
    acts
        Only these acts; empty means all.
    first, last
        Days in UTC, both included.
    limit
        Most rows.

    Returns
    -------
    DataFrame
        `change` is a dictionary, empty if there was none or if `is_erased` says that its retention has ended.
    """
    columns = [AUDIT.c[name] for name in ("id", "at", "who", "act", "subject", "subject_id", "change", "salt")]
    query = select(*columns).order_by(AUDIT.c.id.desc()).limit(limit)
    wanted = [act.value for act in acts]
    if wanted:
        query = query.where(AUDIT.c.act.in_(wanted))
    if first is not None:
        query = query.where(AUDIT.c.at >= datetime.combine(first, datetime.min.time()))
    if last is not None:
        query = query.where(AUDIT.c.at <= datetime.combine(last, datetime.max.time()))
    with store.reading(viewer, Right.AUDIT) as connection:
        found = connection.execute(query)
        frame = pd.DataFrame(found.all(), columns=list(found.keys()))
    return frame.assign(change=[json.loads(one) for one in frame["change"]], is_erased=frame["salt"].eq("")).drop(
        columns="salt"
    )


def _what(what: str) -> str:
    if not what or len(what) > _LONGEST:
        msg = f"a word for what was seen has 1 to {_LONGEST} letters, not {len(what)}"
        raise ValueError(msg)
    return what


def saw(store: Store, viewer: Viewer, what: str) -> None:
    """Record that a signed-in person saw exact figures, once for each day (UTC) and `what`.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who; nothing is recorded for the public.
    what
        A page and a period, in the program's own words: never user input.

    Raises
    ------
    NotAllowedError
        When the viewer may not see exact figures.
    """
    if viewer.role is Role.PUBLIC:
        return
    change = {"what": _what(what)}
    seen = select(AUDIT.c.id).where(
        AUDIT.c.at >= datetime.combine(now().date(), datetime.min.time()),
        AUDIT.c.act == Act.SEE.value,
        AUDIT.c.who == viewer.name,
        AUDIT.c.change == json.dumps(change, ensure_ascii=False),
    )
    # Read first: nearly every view is a repeated one, and need not wait for another writer.
    with store.reading(viewer, Right.SEE_EXACT) as connection:
        if connection.execute(seen.limit(1)).first():
            return
    with store.writing(viewer, Right.SEE_EXACT) as connection:
        if not connection.execute(seen.limit(1)).first():
            note(connection, viewer, Act.SEE, "page", None, change)


def note_export(store: Store, viewer: Viewer, what: str, audience: Audience) -> None:
    """Record that a signed-in person exports a file of figures, and for which audience.

    Parameters
    ----------
    store, viewer, what
        As for `saw`.
    audience
        Audience of the figures.

    Raises
    ------
    NotAllowedError
        When the viewer may not export.
    """
    if viewer.role is Role.PUBLIC:
        return
    with store.writing(viewer, Right.EXPORT) as connection:
        note(connection, viewer, Act.EXPORT, "file", None, {"what": _what(what), "audience": audience.value})
