"""Keyed hashes of rows, persons and report keys, to recognise the same row or person for a limited time.

They are pseudonyms, not anonymous data: a person who has the file with its secret can test every NIK that is
plausible in the province within minutes. So they are in a separate file that no backup contains; those of a batch are
erased when a person has finished its review of duplicates; and the file is erased with its secret when the last
batch's are erased or after 30 days.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem
from geo.store.engine import now
from geo.store.sqlite import WAIT_S, problem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

#: Maximum age of a secret and of everything hashed with it.
LIFETIME = timedelta(days=30)
_KEY_BYTES = 32
_SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (key BLOB NOT NULL, made_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS row_hash (token TEXT NOT NULL, row_number INTEGER NOT NULL, hash BLOB NOT NULL,
                                     person BLOB, PRIMARY KEY (token, row_number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS report_hash (token TEXT NOT NULL, hash BLOB NOT NULL, report_no INTEGER NOT NULL,
                                        PRIMARY KEY (token, hash)) WITHOUT ROWID;
"""


def encoded(*parts: str) -> bytes:
    """Encoding of parts in order; no two lists of parts have the same encoding, and lists can be joined."""
    return b"".join(map(_framed, parts))


def _framed(part: str) -> bytes:
    raw = part.encode()
    return len(raw).to_bytes(4, "big") + raw


@dataclass(frozen=True)
class HashKey:
    """A secret that is never displayed: not in a message, not in a repr."""

    _bytes: bytes

    def __repr__(self) -> str:
        return "Key(...)"

    @classmethod
    def once(cls) -> HashKey:
        """New random secret."""
        return cls(secrets.token_bytes(_KEY_BYTES))

    def keep(self, connection: sqlite3.Connection) -> None:
        """Stores it as the secret of a file that has none."""
        connection.execute("INSERT INTO secret VALUES (?, ?)", (self._bytes, now().isoformat()))

    def hash(self, *parts: str) -> bytes:
        """Keyed hash of parts in order."""
        return self.hash_encoded(encoded(*parts))

    def hash_encoded(self, message: bytes) -> bytes:
        """Keyed hash of parts encoded by `encoded`."""
        return hmac.digest(self._bytes, message, hashlib.sha256)


@dataclass(frozen=True, eq=False)
class Hashes:
    """Hashes of one import.

    Parameters
    ----------
    rows
        Hash of the whole row, by its number.
    persons
        Hash of the fields that identify the person, where the row has enough of them.
    reports
        The store's own number, by hash of the report's key.
    """

    rows: Mapping[int, bytes]
    persons: Mapping[int, bytes]
    reports: Mapping[bytes, int]

    def __repr__(self) -> str:
        return f"Hashes of {len(self.rows)} rows"


@dataclass(frozen=True, eq=False)
class Held:
    """Content of the file at one time.

    Parameters
    ----------
    key
        The current secret; None where there is none, or it is too old.
    rows
        Token, row number, hash of the row and of the person, for every batch in the file.
    reports
        Token, hash of a report's key and the store's own number of the report.
    """

    key: HashKey | None = None
    rows: Sequence[tuple[str, int, bytes, bytes | None]] = field(default=(), repr=False)
    reports: Sequence[tuple[str, bytes, int]] = field(default=(), repr=False)


class Pseudonyms:
    """The file of hashes of one store, opened for one import.

    Parameters
    ----------
    path
        Its path; created when first needed.
    standing
        Tokens of the batches in the store. Hashes of any other token belong to an interrupted import or to a batch
        that was taken back: they are erased here.
    """

    def __init__(self, path: Path, standing: Iterable[str]) -> None:
        self._path = path
        self._standing = sorted(standing)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=WAIT_S, isolation_level=None)) as found:
                # No log next to the file: it would keep erased data.
                found.execute("PRAGMA journal_mode = DELETE")
                found.execute("PRAGMA secure_delete = ON")
                found.execute("PRAGMA synchronous = FULL")
                found.execute("PRAGMA temp_store = MEMORY")
                found.execute("BEGIN IMMEDIATE")
                try:
                    yield found
                    found.execute("COMMIT")
                except BaseException:
                    if found.in_transaction:
                        found.execute("ROLLBACK")
                    raise
        except sqlite3.Error as fault:
            problem = problem_of(fault) or Problem.NOT_WRITABLE
            raise DataError((Fault.of(self._path.name, "", problem),)) from None

    def key(self, *, fresh: HashKey | None = None) -> HashKey:
        """The current secret; a new one, in a new file, where there is none or it is too old.

        Parameters
        ----------
        fresh
            The new one, if one is needed: the caller has already hashed with it.
        """
        self.expire()
        with self._open() as found:
            for statement in _SCHEMA.split(";"):
                found.execute(statement)
            held = ",".join("?" * len(self._standing))
            for table in ("row_hash", "report_hash"):
                found.execute(f"DELETE FROM {table} WHERE token NOT IN ({held})", self._standing)  # noqa: S608 - names of ours
            row = found.execute("SELECT key FROM secret").fetchone()
            if row is None:
                (fresh or HashKey.once()).keep(found)
                row = found.execute("SELECT key FROM secret").fetchone()
        self._path.chmod(0o600)
        return HashKey(row[0])

    def held(self) -> Held:
        """The whole content at one time; changes nothing."""
        if not self._path.exists():
            return Held()
        with self._open() as found:
            row = found.execute("SELECT key, made_at FROM secret").fetchone()
            if row is None or row[1] <= (now() - LIFETIME).isoformat():
                # Hashes with a secret past its age are treated as erased.
                return Held()
            rows = found.execute("SELECT token, row_number, hash, person FROM row_hash").fetchall()
            return Held(
                HashKey(row[0]), rows, found.execute("SELECT token, hash, report_no FROM report_hash").fetchall()
            )

    def many(self) -> dict[tuple[str, str], int]:
        """Number of hashes of rows and reports of each active batch, by table and token.

        Hashes of a batch are written once and can only decrease: under one secret, equal counts mean equal hashes.
        """
        with self._open() as found:
            counts = {
                (table, token): many
                for table in ("row_hash", "report_hash")
                for token, many in found.execute(f"SELECT token, count(*) FROM {table} GROUP BY token")  # noqa: S608 - names of ours
            }
        return {where: many for where, many in counts.items() if where[1] in self._standing}

    def expire(self) -> bool:
        """Erases the file when its secret has reached its maximum age; returns whether it did."""
        if not self._path.exists():
            return False
        try:
            with self._open() as found:
                made = found.execute("SELECT made_at FROM secret").fetchone()
        except DataError:
            made = None
        if made is not None and made[0] > (now() - LIFETIME).isoformat():
            return False
        self.erase()
        return True

    def erase(self) -> None:
        """Erases the secret and all hashes."""
        if not self._path.exists():
            return
        with contextlib.suppress(DataError), self._open() as found:
            for table in ("secret", "row_hash", "report_hash"):
                # Overwritten before the file is deleted: a deleted file is easily recovered.
                found.execute(f"DROP TABLE IF EXISTS {table}")
        self._path.unlink(missing_ok=True)

    def forget(self, token: str) -> None:
        """Erases the hashes of one batch; the secret is erased with the last."""
        if not self._path.exists():
            return
        with self._open() as found:
            found.execute("DELETE FROM row_hash WHERE token = ?", (token,))
            found.execute("DELETE FROM report_hash WHERE token = ?", (token,))
            left = found.execute("SELECT EXISTS (SELECT 1 FROM row_hash)").fetchone()[0]
        if not left:
            self.erase()

    def forget_rows(self, rows: Iterable[tuple[str, int]]) -> None:
        """Erases the hashes of single rows, by token and row number; the secret is erased with the last."""
        rows = list(rows)
        if not rows or not self._path.exists():
            return
        with self._open() as found:
            found.executemany("DELETE FROM row_hash WHERE token = ? AND row_number = ?", rows)
            left = found.execute("SELECT EXISTS (SELECT 1 FROM row_hash)").fetchone()[0]
        if not left:
            self.erase()

    def keep_reports(self, numbers: Iterable[int]) -> None:
        """Erases the hashes of the keys of all other reports."""
        if not self._path.exists():
            return
        with self._open() as found:
            found.execute("CREATE TEMP TABLE kept (report_no INTEGER PRIMARY KEY)")
            found.executemany("INSERT INTO kept VALUES (?)", [(number,) for number in numbers])
            found.execute("DELETE FROM report_hash WHERE report_no NOT IN (SELECT report_no FROM kept)")

    def keep(self, token: str, hashes: Hashes) -> None:
        """Stores the hashes of one batch; all of them or none."""
        with self._open() as found:
            found.executemany(
                "INSERT INTO row_hash VALUES (?, ?, ?, ?)",
                [(token, number, hashed, hashes.persons.get(number)) for number, hashed in hashes.rows.items()],
            )
            found.executemany(
                "INSERT INTO report_hash VALUES (?, ?, ?)",
                [(token, hashed, number) for hashed, number in hashes.reports.items()],
            )

    def tokens(self) -> list[str]:
        """Batches that still have hashes."""
        if not self._path.exists():
            return []
        with self._open() as found:
            return [row[0] for row in found.execute("SELECT DISTINCT token FROM row_hash ORDER BY token")]
