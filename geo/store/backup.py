"""Copies of the store, and putting one back. The file of pseudonyms is in no copy, nor is who is signed in."""

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
from geo.store import audit_rows, erasure, sqlite
from geo.store.batches import COUNTERS
from geo.store.engine import Store, new_generation, note, now
from geo.store.pseudonyms import Pseudonyms
from geo.store.schema import ACCOUNT, ATTEMPT, AUDIT, META, METADATA, SESSION
from geo.terms import Act, Right

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from geo.settings import RetentionSettings
    from geo.viewer import Viewer

#: Folder of copies beside a store.
COPIES = "cadangan"
_CHUNK = 2_000
#: Who is signed in, and who tried: of a place, not of its records.
_PASSING = (SESSION, ATTEMPT)
_OF_THE_PLACE = {META, AUDIT, ACCOUNT, *_PASSING}


def backup(store: Store, viewer: Viewer, *, target: Path) -> None:
    """Copies a store that may be in use into one file, whole or not at all.

    It is written down before the copy stands in its place: none is ever there that the audit does not know.

    Raises
    ------
    NotAllowedError
        When the viewer may bring no records.
    DataError
        When there is no store, the target cannot be written or is the store itself, or somebody writes for too long.
    """
    viewer.require(Right.BRING)
    store.require_file()
    if target.resolve() == store.path or not target.parent.is_dir():
        raise DataError((Fault.of(target.name, "", Problem.NOT_WRITABLE),))
    with _copied(store, target), store.writing(viewer, Right.BRING) as connection:
        note(connection, viewer, Act.BACKUP, "store", None)


def copies(store: Store) -> list[Path]:
    """Copies of a store in the folder beside it, the newest first."""
    return sorted((store.path.parent / COPIES).glob("*.sqlite"), reverse=True)


def back_up_beside(store: Store, viewer: Viewer) -> Path:
    """Copies a store into the folder beside it, as of `backup`; gives the file."""
    viewer.require(Right.BRING)
    folder = store.path.parent / COPIES
    folder.mkdir(exist_ok=True)
    target = folder / f"{store.path.stem}-{datetime.now():%Y%m%d-%H%M%S}.sqlite"  # noqa: DTZ005 - the clock on the wall
    backup(store, viewer, target=target)
    return target


def _copied(store: Store, target: Path) -> AbstractContextManager[None]:
    return sqlite.copy_out(store.path, target, without=[table.name for table in _PASSING])


def restore(store: Store, viewer: Viewer, *, source: Path, keep: RetentionSettings) -> Path | None:
    """Puts the records of a copy into the place of a store's, in one step, though pages have it open.

    A copy of an older form is upgraded first, aside; a copy of a newer form or a damaged one changes nothing. The
    audit and the accounts of the place stay; only where nothing was ever written down the copy's come along. What is
    past its time in the copy is erased in the same step.

    Parameters
    ----------
    store
        Made if there is none.
    viewer
        Who does it.
    source
        The copy.
    keep
        How long what is kept.

    Returns
    -------
    Path or None
        Copy of what the store held before, beside it; None where there was none.

    Raises
    ------
    NotAllowedError
        When the viewer may bring no records.
    DataError
        When the copy is no store, damaged, of a newer form, or the store is in use for too long.
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
                        # Under the lock of the writer: nothing comes between what is kept and what replaces it.
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
    # They belong to batches that may not be the same any more.
    pseudonyms.erase()
    store.forget_deleted()
    return before


def _take_over(copy: Connection, connection: Connection) -> None:
    """Replaces the content of a store by that of a copy, row by row; numbers once given are not given again."""
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
    new_generation(connection)


def _check_form(connection: Connection, name: str) -> None:
    """Refuses a database that has the marks of a store but other tables or columns than ours."""
    if compare_metadata(MigrationContext.configure(connection), METADATA):
        raise DataError((Fault.of(name, "", Problem.NOT_A_STORE),))
