"""Everything specific to SQLite. Another database needs a module like this one, and no other change."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.dialects import sqlite as dialects

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Engine, Table
    from sqlalchemy.types import TypeEngine

_MAGIC = b"SQLite format 3\x00"
#: Seconds that a writer waits for another before the user gets the message that the store is in use.
WAIT_S = 10.0
_BLOCK = 1 << 20
#: Values of one statement; SQLite accepts four times as many since 3.32, and is not faster with them.
MOST_VALUES = 8_000
_DIALECT = dialects.dialect()
_CODES = {
    "SQLITE_BUSY": Problem.STORE_BUSY,
    "SQLITE_LOCKED": Problem.STORE_BUSY,
    "SQLITE_FULL": Problem.DISK_FULL,
    # Error code of a write beyond a quota or a file size limit.
    "SQLITE_IOERR": Problem.DISK_FULL,
    "SQLITE_READONLY": Problem.NOT_WRITABLE,
    "SQLITE_CANTOPEN": Problem.NOT_WRITABLE,
    "SQLITE_NOTADB": Problem.NOT_A_STORE,
    "SQLITE_CORRUPT": Problem.NOT_A_STORE,
}


def make_engine(path: Path, *, wait_s: float = WAIT_S) -> Engine:
    """Engine on one file: write-ahead log, foreign keys, and deleted rows overwritten with zeros."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": wait_s, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not begin transactions by itself: it would begin them as readers.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A writer takes the lock at once: two connections that read first and write later would both fail.
        options = connection.get_execution_options()
        writes = options.get("writes", False)
        # Set at every beginning: the connection may have had a shorter timeout before.
        wait = options.get("wait_s")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(1000 * (wait_s if wait is None else wait))}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def bound(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """Converter from values of a column's type to those of the driver; needs no connection."""
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT) or (lambda value: value)


def insert_text(table: Table, names: Sequence[str], rows: int) -> str:
    """Statement that inserts this many rows, with a placeholder for every value."""
    quoted = _DIALECT.identifier_preparer
    columns = ", ".join(quoted.format_column(table.c[name]) for name in names)
    row = f"({', '.join('?' * len(names))})"
    return f"INSERT INTO {quoted.format_table(table)} ({columns}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of ours


def problem_of(fault: BaseException) -> Problem | None:
    """Message for a person about a database error; None when the error is a fault of this program."""
    origin = getattr(fault, "orig", fault)
    name = str(getattr(origin, "sqlite_errorname", ""))
    return next((problem for code, problem in _CODES.items() if name.startswith(code)), None)


def forget_deleted(engine: Engine) -> None:
    """Removes deleted data from the write-ahead log too; if a reader blocks this, the next call does it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        waited = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        # A long reader would be waited for as long as a writer is.
        connection.exec_driver_sql("PRAGMA busy_timeout = 500")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {waited}")


def _refuse(path: Path, problem: Problem) -> DataError:
    return DataError((Fault.of(path.name, "", problem),))


def check_start(path: Path) -> None:
    """Rejects a file without the header of an SQLite database.

    Raises
    ------
    DataError
        When it is missing or of another type.
    """
    if not path.is_file():
        raise _refuse(path, Problem.MISSING_FILE)
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise _refuse(path, Problem.NOT_A_STORE)


def check_file(path: Path) -> None:
    """Rejects a file that is not a complete SQLite database.

    Raises
    ------
    DataError
        When it is missing, of another type, or damaged.
    """
    check_start(path)
    try:
        # Read only and without a log next to it: nothing that a backup contains may run here.
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as found:
            whole = found.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            # A foreign trigger or view would act on our data.
            foreign = found.execute("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()
            tied = found.execute("PRAGMA foreign_key_check").fetchone() is None
    except sqlite3.DatabaseError as fault:
        raise _refuse(path, Problem.NOT_A_STORE) from fault
    if not whole or foreign[0] or not tied:
        raise _refuse(path, Problem.NOT_A_STORE)


@contextlib.contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """Path next to the target, deleted afterwards unless it was moved there."""
    with tempfile.TemporaryDirectory(prefix=".petajaga-", dir=target.parent) as folder:
        yield Path(folder) / "store.sqlite"


@contextlib.contextmanager
def copy_out(store: Path, target: Path, *, without: Iterable[str] = ()) -> Iterator[None]:
    """Copies a store that may be in use into one file, completely or not at all.

    The copy is in its place at the end of the block, unless the block raises.

    Parameters
    ----------
    store, target
        The files.
    without
        Tables whose rows are left out of the copy.

    Raises
    ------
    DataError
        When the target cannot be written or the copy is not complete.
    """
    try:
        with _unfinished(target) as unfinished:
            with (
                contextlib.closing(sqlite3.connect(store, timeout=WAIT_S)) as source,
                contextlib.closing(sqlite3.connect(unfinished, isolation_level=None)) as copy,
            ):
                unfinished.chmod(0o600)
                source.backup(copy)
                # One file that needs no other file.
                copy.execute("PRAGMA journal_mode = DELETE")
                copy.execute("PRAGMA secure_delete = ON")
                for table in without:
                    copy.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of ours
            check_file(unfinished)
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())
            yield
            unfinished.replace(target)
    except (sqlite3.Error, OSError) as fault:
        raise _refuse(target, problem_of(fault) or Problem.NOT_WRITABLE) from fault


def shred(path: Path) -> None:
    """Overwrites a file and deletes it, with the files that a database may have left next to it.

    Raises
    ------
    DataError
        When it cannot be written.
    """
    try:
        for one in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))):
            if not one.is_file():
                continue
            with one.open("r+b") as file:
                for start in range(0, one.stat().st_size, _BLOCK):
                    file.write(bytes(min(_BLOCK, one.stat().st_size - start)))
                file.flush()
                os.fsync(file.fileno())
            one.unlink()
    except OSError as fault:
        raise _refuse(path, Problem.NOT_WRITABLE) from fault
