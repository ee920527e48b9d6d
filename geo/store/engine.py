"""The handle of a store: its location, its schema upgrades, and its transactions."""

from __future__ import annotations

import contextlib
import json
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import DBAPIError

from geo.errors import DataError, Fault, Problem
from geo.store import audit_chain, sqlite
from geo.store.schema import AUDIT, META
from geo.terms import Act

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Engine

    from geo.settings import Settings
    from geo.terms import Right
    from geo.viewer import Viewer

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Schemas from before the first release: there is no upgrade from them.
_UNRELEASED = {"0001", "0002", "0003", "0004", "0005", "0006"}
_PREFIX = "sqlite:///"
_GENERATION = "generation"
#: Acts that change no stored record: viewing a page must not empty a cache.
QUIET = frozenset(
    {
        Act.SEE.value,
        Act.EXPORT.value,
        Act.PUBLISH.value,
        Act.BACKUP.value,
        Act.INCIDENT.value,
        Act.ACCOUNT.value,
        Act.SIGN_IN.value,
        Act.SIGN_OUT.value,
        Act.REFUSE.value,
    }
)
#: Named plans are not records.
_NO_RECORDS = ("scenario",)
#: One engine for each file in this process, shared by all handles; and the identity of the file.
_OPEN: dict[Path, tuple[Engine, tuple[int, int]]] = {}
_OPENING = threading.Lock()


@dataclass(frozen=True)
class Store:
    """Handle of one store; it opens the file only at the first read or write.

    Opening upgrades the store to the newest schema. Only a writer creates a missing file.

    Parameters
    ----------
    path
        The file; a link or a relative path is resolved.
    """

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", self.path.resolve())

    @property
    def pseudonyms(self) -> Path:
        """File of the keyed hashes, next to the store and in no backup."""
        return self.path.with_name(f"{self.path.stem}-sementara.sqlite")

    @property
    def is_new(self) -> bool:
        """Whether the store has never been written: there is no file yet."""
        return not self.path.is_file()

    def require_file(self) -> None:
        """Checks that the store exists, for changes of existing rows; such a change does not create a store.

        Raises
        ------
        DataError
            When there is no file.
        """
        if not self.path.exists():
            raise DataError((Fault.of(self.path.name, "", Problem.MISSING_FILE),))

    @contextlib.contextmanager
    def reading(self, viewer: Viewer, right: Right, *others: Right) -> Iterator[Connection]:
        """Connection that sees one consistent state of the store.

        Parameters
        ----------
        viewer
            Who reads.
        right, others
            Required rights; one of them is enough.

        Raises
        ------
        NotAllowedError
            When the viewer has none of the rights; no connection was opened.
        DataError
            When there is no store, or it is in use for too long, is damaged, has a newer schema, or belongs to
            another program.
        """
        viewer.require(right, *others)
        with self._connected(writes=False) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, viewer: Viewer, right: Right, *others: Right) -> Iterator[Connection]:
        """The only connection that may write; it commits everything at the end, or nothing after an error.

        It creates the store where there is none.

        Parameters
        ----------
        viewer
            Who writes.
        right, others
            Required rights; one of them is enough.

        Raises
        ------
        NotAllowedError
            When the viewer has none of the rights; no connection was opened.
        DataError
            When another writer takes too long, the disk is full, or the store cannot be written; otherwise like
            `reading`.
        """
        viewer.require(right, *others)
        with self._connected(writes=True) as connection:
            yield connection

    @contextlib.contextmanager
    def keeping(self, *, writes: bool = True, wait_s: float | None = None) -> Iterator[Connection]:
        """Connection for internal tasks that show data to nobody and so need no right.

        These are: sessions and failed sign-ins, which come before the user is known; and the schema of a copy.

        Parameters
        ----------
        writes
            Whether it is the only writer, like `writing`; otherwise like `reading`.
        wait_s
            Seconds to wait for another writer; by default the general limit.

        Raises
        ------
        DataError
            Like `writing` or `reading`.
        """
        with self._connected(writes=writes, wait_s=wait_s) as connection:
            yield connection

    def make(self) -> None:
        """Creates the file where there is none, or upgrades it to the newest schema.

        Raises
        ------
        DataError
            When the file is not a store of this program, is damaged, has a newer schema, or cannot be written.
        """
        with _OPENING:
            self._engine(makes=True)

    def close(self) -> None:
        """Closes the file; the next read or write opens it again."""
        with _OPENING:
            found = _OPEN.pop(self.path, None)
        if found is not None:
            found[0].dispose()

    def forget_deleted(self) -> None:
        """Removes deleted data from the file's log too; if a reader blocks this, the next call does it."""
        with _OPENING:
            engine = self._engine(makes=False)
        sqlite.forget_deleted(engine)

    @contextlib.contextmanager
    def _connected(self, *, writes: bool, wait_s: float | None = None) -> Iterator[Connection]:
        with _OPENING:
            engine = self._engine(makes=writes)
        # Errors on opening are reported too: the file may have been damaged since.
        with _told(self.path), engine.connect() as opened:
            connection = opened.execution_options(writes=writes, wait_s=wait_s)
            with connection.begin():
                yield connection

    def _engine(self, *, makes: bool) -> Engine:
        """Connections to the file, under the lock; opens the file again if another file has replaced it.

        Only a writer may start with an empty file: for all others the file has lost its content.
        """
        path = self.path
        found = _OPEN.get(path)
        if found is not None:
            if path.exists() and found[1] == _which(path):
                return found[0]
            del _OPEN[path]
            found[0].dispose()
        if not makes:
            self.require_file()
            if not path.stat().st_size:
                raise DataError((Fault.of(path.name, "", Problem.NOT_A_STORE),))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise DataError((Fault.of(path.name, "", Problem.NOT_WRITABLE),)) from fault
        if path.exists() and path.stat().st_size:
            sqlite.check_start(path)
        engine = sqlite.make_engine(path)
        with _told(path):
            _upgrade(engine, path)
        # No other account of this machine needs access.
        path.chmod(0o600)
        _OPEN[path] = engine, _which(path)
        return engine

    def state(self) -> str:
        """Token of the content that reveals nothing about it; it changes with every change of the content.

        Raises
        ------
        DataError
            Like `reading`.
        """
        with self._connected(writes=False) as connection:
            return content_state(connection)


def content_state(connection: Connection) -> str:
    """Like `Store.state`, for the content that a connection sees."""
    tells = (AUDIT.c.act.not_in(QUIET), AUDIT.c.subject.not_in(_NO_RECORDS))
    last = select(AUDIT.c.id).where(*tells).order_by(AUDIT.c.id.desc()).limit(1)
    generation = connection.scalar(select(META.c.value).where(META.c.name == _GENERATION))
    return f"{generation}/{connection.scalar(last) or 0}"


def _which(path: Path) -> tuple[int, int]:
    """Identity of the file at a path; read from the folder: opening and closing a database would free its locks."""
    found = path.stat()
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Translates a database error into a message on which a person can act."""
    try:
        yield
    except DBAPIError as fault:
        problem = sqlite.problem_of(fault)
        if problem is None:
            # Its message quotes the values of the row that failed: only the error's type is passed on.
            msg = f"the store refused a statement: {type(fault.orig).__name__}"
            raise RuntimeError(msg) from None
        raise DataError((Fault.of(path.name, "", problem),)) from None


def now() -> datetime:
    """Time of a change in UTC, without the time zone, which SQLite would not keep."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def note(
    connection: Connection,
    viewer: Viewer,
    act: Act,
    subject: str,
    subject_id: int | None,
    change: Mapping[str, Any] | None = None,
) -> None:
    """Adds an audit row in the transaction of the change, as the next link of the chain.

    Parameters
    ----------
    connection
        Must be a writing one: nobody else adds a row meanwhile.
    viewer
        The user.
    act
        The act.
    subject, subject_id
        The object: the name of a table and a row's number, where there is one.
    change
        Column: before and after, or counts; no personal data.
    """
    last = connection.execute(select(AUDIT.c.id, AUDIT.c.hash).order_by(AUDIT.c.id.desc()).limit(1)).first()
    number, previous = (last.id + 1, last.hash) if last else (1, audit_chain.START)
    entry = audit_chain.AuditEntry(number, now(), viewer.name, act.value, subject, subject_id)
    salt, written = audit_chain.new_salt(), json.dumps(change or {}, ensure_ascii=False, default=str)
    digest = audit_chain.digest(salt, written)
    connection.execute(
        insert(AUDIT).values(
            id=number,
            at=entry.at,
            who=entry.who,
            act=entry.act,
            subject=subject,
            subject_id=subject_id,
            change=written,
            salt=salt,
            digest=digest,
            hash=audit_chain.chain_hash(previous, entry, digest),
        )
    )


def new_generation(connection: Connection) -> None:
    """Marks the content as changed, even if its counters repeat."""
    connection.execute(META.delete().where(META.c.name == _GENERATION))
    connection.execute(insert(META).values(name=_GENERATION, value=uuid.uuid4().hex))


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.as_posix())
    config.attributes["connection"] = connection
    return config


def revisions() -> list[str]:
    """Schema versions of the store, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def _upgrade(engine: Engine, path: Path) -> None:
    """Upgrades a store to the newest schema, completely or not at all.

    Raises
    ------
    DataError
        When its schema is from a newer version of the program, or from before the first release.
    """
    # Read first: a writer's lock at every start would keep two servers from starting at the same time.
    known = revisions()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == known[-1]:
            return
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        found = MigrationContext.configure(connection).get_current_revision()
        if found in _UNRELEASED:
            raise DataError((Fault.of(path.name, "", Problem.STORE_UNRELEASED),))
        if found is not None and found not in known:
            raise DataError((Fault.of(path.name, "", Problem.STORE_NEWER),))
        if found is None and inspect(connection).get_table_names():
            # The database of another program: write nothing into it.
            raise DataError((Fault.of(path.name, "", Problem.NOT_A_STORE),))
        command.upgrade(_config(connection), "head")
        if found is None:
            new_generation(connection)


def city_store(settings: Settings) -> Store:
    """The city's own."""
    return Store(settings.store_file)


def store_of(url: str) -> Store:
    """The store named by `--db`: a path, or `sqlite:///` and a path.

    Raises
    ------
    DataError
        When it is the address of another type of database.

    Examples
    --------
    >>> store_of("sqlite:///var/cadangan/lama.sqlite").path.name
    'lama.sqlite'
    """
    if "://" in url and not url.startswith(_PREFIX):
        raise DataError((Fault.of("--db", "", Problem.WRONG_KIND, hint=f"{_PREFIX}..."),))
    return Store(Path(url.removeprefix(_PREFIX)))
