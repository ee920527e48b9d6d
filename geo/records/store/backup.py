"""Copies of the store, and putting one back. The file of pseudonyms is in no copy."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from geo.errors import DataError, Fault, Problem
from geo.records.store import sqlite
from geo.records.store.engine import close_store, new_generation, note, now, open_store
from geo.records.store.pseudonyms import Pseudonyms
from geo.records.store.schema import METADATA
from geo.terms import Act

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from geo.records.store.engine import Store
    from geo.viewer import Viewer


def backup(store: Store, target: Path) -> None:
    """Copies a store that may be in use into one file, whole or not at all.

    Raises
    ------
    DataError
        When the target cannot be written, or is the store itself.
    """
    if target.resolve() == store.path:
        raise DataError((Fault.of(target.name, "", Problem.NOT_WRITABLE),))
    if not target.parent.is_dir():
        raise DataError((Fault.of(target.name, "", Problem.NOT_WRITABLE),))
    sqlite.copy_out(store.path, target)
    target.chmod(0o600)


def restore(path: Path, source: Path, viewer: Viewer) -> Path | None:
    """Puts a copy into the place of a store, in one step, though pages have it open.

    A copy of an older form is upgraded first, aside; a copy of a newer form or a damaged one changes nothing.

    Parameters
    ----------
    path
        The store; made if there is none.
    source
        The copy.
    viewer
        Who does it.

    Returns
    -------
    Path or None
        Copy of what the store held before, beside it; None where there was none.

    Raises
    ------
    DataError
        When the copy is no store, damaged, of a newer form, or the store is in use for too long.
    """
    sqlite.check_file(source)
    is_new = not path.exists()
    store = open_store(path)
    with tempfile.TemporaryDirectory(prefix=".petajaga-", dir=store.path.parent) as folder:
        aside = Path(folder) / "aside.sqlite"
        shutil.copyfile(source, aside)
        try:
            with open_store(aside).writing() as connection:
                _check_form(connection, source.name)
                new_generation(connection)
                note(connection, viewer, Act.RESTORE, "store", None)
        finally:
            close_store(aside)
        # Only the file itself is copied: what its log still holds has to be in it.
        sqlite.settle(aside)
        before = None
        if not is_new:
            before = store.path.with_name(f"{store.path.stem}-sebelum-{now():%Y%m%d-%H%M%S}.sqlite")
            backup(store, before)
        sqlite.copy_in(aside, store.path)
    # They belong to batches that may not be the same any more.
    Pseudonyms(store.pseudonyms, ()).erase()
    return before


def _check_form(connection: Connection, name: str) -> None:
    """Refuses a database that has the marks of a store but other tables or columns than ours."""
    if compare_metadata(MigrationContext.configure(connection), METADATA):
        raise DataError((Fault.of(name, "", Problem.NOT_A_STORE),))
