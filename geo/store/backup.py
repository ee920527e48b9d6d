"""Backup and restore of the store. No copy contains the file of pseudonyms or the sessions."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, insert, select

from geo.errors import DataError, Fault, Problem
from geo.own_files import told_if_refused
from geo.store import audit_rows, erasure, sqlite
from geo.store.batches import COUNTERS
from geo.store.engine import Store, new_generation, note, now
from geo.store.ledger_copies import take_over_ledgers
from geo.store.pseudonyms import Pseudonyms
from geo.store.schema import ACCOUNT, ATTEMPT, AUDIT, LEDGER_COPY, META, METADATA, SESSION
from geo.terms import Act, Right

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from geo.settings import RetentionSettings
    from geo.viewer import Viewer

#: Folder of copies, next to a store.
COPIES = "cadangan"
_CHUNK = 2_000
#: Sessions and failed sign-ins: they belong to an installation, not to its records.
_PASSING = (SESSION, ATTEMPT)
_OF_THE_PLACE = {META, AUDIT, ACCOUNT, LEDGER_COPY, *_PASSING}


def backup(store: Store, viewer: Viewer, *, target: Path) -> None:
    """Copies a store that may be in use into one file, completely or not at all.

    The audit records the copy before the copy exists: every copy is in the audit.

    Raises
    ------
    NotAllowedError
        When the viewer may not import records.
    DataError
        When there is no store, the target cannot be written or is the store itself, or another writer takes too long.
    """
    viewer.require(Right.BRING)
    store.require_file()
    if target.resolve() == store.path or not target.parent.is_dir():
        raise DataError((Fault.of(target.name, "", Problem.NOT_WRITABLE),))
    with _copied(store, target), store.writing(viewer, Right.BRING) as connection:
        note(connection, viewer, Act.BACKUP, "store", None)


def copies(store: Store) -> list[Path]:
    """Copies of a store in the folder next to it, the newest first."""
    return sorted((store.path.parent / COPIES).glob("*.sqlite"), reverse=True)


def back_up_beside(store: Store, viewer: Viewer) -> Path:
    """Copies a store into the folder next to it, like `backup`; returns the file."""
    viewer.require(Right.BRING)
    folder = store.path.parent / COPIES
    with told_if_refused(folder.name):
        folder.mkdir(exist_ok=True)
    target = folder / f"{store.path.stem}-{datetime.now():%Y%m%d-%H%M%S}.sqlite"  # noqa: DTZ005 - the clock on the wall
    backup(store, viewer, target=target)
    return target


def _copied(store: Store, target: Path) -> AbstractContextManager[None]:
    return sqlite.copy_out(store.path, target, without=[table.name for table in _PASSING])


def restore(store: Store, viewer: Viewer, *, source: Path, keep: RetentionSettings) -> Path | None:
    """Replaces the records of a store by those of a copy, in one step, even while pages have the store open.

    A copy with an older schema is first upgraded separately; a copy that is newer or damaged changes nothing. The
    store keeps its own audit and accounts; it takes those of the copy only when its audit is empty. Records of the
    copy that are past their retention time are erased in the same step.

    Parameters
    ----------
    store
        The store; created if there is none.
    viewer
        Who does it.
    source
        The copy.
    keep
        Retention times.

    Returns
    -------
    Path or None
        Copy of the previous content of the store, next to it; None where there was none.

    Raises
    ------
    NotAllowedError
        When the viewer may not import records.
    DataError
        When the copy is not a store, is damaged or has a newer schema, or the store is in use for too long.
    """
    viewer.require(Right.BRING)
    sqlite.check_file(source)
    is_new = store.is_new
    store.make()
    pseudonyms = Pseudonyms(store.pseudonyms, ())
    before = None if is_new else store.path.with_name(f"{store.path.stem}-sebelum-{now():%Y%m%d-%H%M%S}.sqlite")
    with tempfile.TemporaryDirectory(prefix=".petajaga-", dir=store.path.parent) as folder:
        aside = Store(Path(folder) / "aside.sqlite")
        shutil.copyfile(source, aside.path)
        try:
            with aside.keeping(writes=False) as copy:
                _check_form(copy, source.name)
                with store.writing(viewer, Right.BRING) as connection:
                    if before is not None:
                        # Under the writer's lock: no change can come between the backup and the restore.
                        with _copied(store, before):
                            note(connection, viewer, Act.BACKUP, "store", None)
                    _take_over(copy, connection)
                    note(
                        connection,
                        viewer,
                        Act.RESTORE,
                        "store",
                        None,
                        {"copy_head": str(audit_rows.head(copy) or "")},
                    )
                    erasure.erase(connection, viewer, erasure.Expiry.of(keep, now()), pseudonyms)
        finally:
            aside.close()
    # They belong to batches that may have changed.
    pseudonyms.erase()
    store.forget_deleted()
    return before


def _take_over(copy: Connection, connection: Connection) -> None:
    """Replaces the content of a store by that of a copy, row by row; used numbers are not assigned again."""
    content = [table for table in METADATA.sorted_tables if table not in _OF_THE_PLACE]
    for table in reversed(content):
        connection.execute(delete(table))
    if audit_rows.head(connection) is None and connection.execute(select(ACCOUNT.c.id).limit(1)).first() is None:
        audit_rows.carry(copy, connection)
        content = [ACCOUNT, *content]
    for table in content:
        for rows in copy.execute(select(table)).mappings().partitions(_CHUNK):
            connection.execute(insert(table), [dict(row) for row in rows])
    counted = select(META.c.name, META.c.value).where(META.c.name.in_(COUNTERS))
    held = [dict(side.execute(counted).all()) for side in (copy, connection)]
    connection.execute(delete(META).where(META.c.name.in_(COUNTERS)))
    for name in COUNTERS:
        most = max(int(one.get(name, 1)) for one in held)
        connection.execute(insert(META).values(name=name, value=str(most)))
    take_over_ledgers(copy, connection)
    new_generation(connection)


def _check_form(connection: Connection, name: str) -> None:
    """Rejects a database that is marked as a store but has other tables or columns."""
    if compare_metadata(MigrationContext.configure(connection), METADATA):
        raise DataError((Fault.of(name, "", Problem.NOT_A_STORE),))
