"""The ledger: all published editions with every count, including hidden ones. As confidential as the cases.

One line per edition, each with the hash of the line before it, and one for the secret under which their cells were
hidden. A manifest holds the hash of its own line, so a rewritten ledger is detected; a random salt in every line
prevents that hash from revealing the counts.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.period import Period
from geo.release.cells import KEY
from geo.release.secret import parsed
from geo.terms import Audience

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geo.release.editions import Draft

_START = "0" * 64
_SALT_BYTES = 32


@dataclass(frozen=True, eq=False)
class LedgerEntry:
    """One published edition in the ledger.

    Parameters
    ----------
    number
        1 for the first of the ledger.
    audience, period, k
        Audience, period and smallest count of the edition.
    reissue_of
        Number of the edition that it replaced.
    unplaced
        Persons without a place or day in the manifest; missing if it has no number.
    cells
        Columns of `KEY`, `value` (persons), `hidden`.
    hash
        Hash of the line.
    """

    number: int
    audience: Audience
    period: Period
    k: int
    reissue_of: int | None
    unplaced: int | None
    cells: pd.DataFrame
    hash: str

    def __repr__(self) -> str:
        return f"Entry {self.number}: {self.period} for {self.audience}"


def _hash(line: dict[str, Any]) -> str:
    written = json.dumps(line, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _refuse(path: Path, problem: Problem) -> DataError:
    return DataError((Fault.of(path.name, "", problem),))


def _entry(line: dict[str, Any]) -> LedgerEntry:
    table = pd.DataFrame(line["cells"], columns=[*KEY, "value", "hidden"])
    return LedgerEntry(
        line["number"],
        Audience(line["audience"]),
        Period.parse(line["period"]),
        line["k"],
        line["reissue_of"],
        line["unplaced"],
        table.astype({"value": int, "hidden": bool}),
        line["hash"],
    )


@dataclass(frozen=True, eq=False)
class LedgerContent:
    """A ledger as it was read.

    Parameters
    ----------
    entries
        Editions in order of publication.
    secret
        The secret of its editions; missing in an empty ledger, and in one whose editions are all from before secrets.
    head
        Hash of its last line.
    """

    entries: tuple[LedgerEntry, ...] = ()
    secret: bytes | None = None
    head: str = _START

    def __repr__(self) -> str:
        return f"Ledger of {len(self.entries)} editions"


@dataclass(frozen=True)
class Ledger:
    """One file of editions for one audience.

    Parameters
    ----------
    path
        The file; it may not exist yet.
    audience
        Audience of the editions.
    """

    path: Path
    audience: Audience

    def content(self) -> LedgerContent:
        """Editions and secret.

        Raises
        ------
        DataError
            When the file is not a ledger, was changed by hand, or is for another audience.
        """
        if not self.path.exists():
            return LedgerContent()
        found: list[LedgerEntry] = []
        before, secret = _START, None
        try:
            for written in self.path.read_text("utf-8").splitlines():
                line = dict(json.loads(written))
                own = {name: value for name, value in line.items() if name != "hash"}
                if line["previous"] != before or line["hash"] != _hash(own):
                    raise _refuse(self.path, Problem.LEDGER_BROKEN)
                before = line["hash"]
                if "secret" not in line:
                    found.append(_entry(line))
                elif (secret := parsed(line["secret"])) is None:
                    raise _refuse(self.path, Problem.LEDGER_BROKEN)
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise _refuse(self.path, Problem.LEDGER_BROKEN) from fault
        if any(one.audience is not self.audience for one in found):
            raise _refuse(self.path, Problem.WRONG_LEDGER)
        return LedgerContent(tuple(found), secret, before)

    def lines(
        self, draft: Draft, held: LedgerContent, secret: bytes | None, *, reissue_of: int | None
    ) -> list[dict[str, Any]]:
        """Lines for a new edition after the existing ones: the secret's, unless the ledger has one, and its own."""
        edition = draft.edition
        told = draft.cells.table
        content: dict[str, Any] = {
            "number": len(held.entries) + 1,
            "audience": edition.scope.audience.value,
            "period": str(edition.scope.period),
            "k": edition.scope.k,
            "reissue_of": reissue_of,
            "unplaced": edition.unplaced,
            "cells": [
                [*key, int(value), bool(is_hidden)]
                for *key, value, is_hidden in zip(
                    *(told[name] for name in KEY), draft.cells.values, draft.hidden, strict=True
                )
            ],
            "salt": secrets.token_hex(_SALT_BYTES),
        }
        found, before = [], held.head
        for plain in ([{"secret": secret.hex()}] if secret and not held.secret else []) + [content]:
            line = plain | {"previous": before}
            before = _hash(line)
            found.append(line | {"hash": before})
        return found

    def append(self, lines: Sequence[dict[str, Any]]) -> None:
        """Append lines, completely or not at all.

        Raises
        ------
        DataError
            When someone else published meanwhile, or the file cannot be written.
        """
        try:
            with _alone(self.path.absolute().parent):
                if lines[0]["previous"] != self.content().head:
                    raise _refuse(self.path, Problem.CHANGED_MEANWHILE)
                held = self.path.read_bytes() if self.path.exists() else b""
                self._replace(held.rstrip() + b"\n" if held.strip() else b"", lines)
        except OSError as fault:
            raise _refuse(self.path, Problem.NOT_WRITABLE) from fault

    def recover(self, content: str) -> None:
        """Bring back lines that were lost at the end, or the whole file, from a copy that continues what is there.

        Raises
        ------
        DataError
            When the file cannot be written.
        """
        copy = content.encode()
        try:
            with _alone(self.path.absolute().parent):
                held = self.path.read_bytes() if self.path.exists() else b""
                if len(copy) > len(held) and copy.startswith(held):
                    self._replace(copy, ())
        except OSError as fault:
            raise _refuse(self.path, Problem.NOT_WRITABLE) from fault

    def _replace(self, held: bytes, lines: Sequence[dict[str, Any]]) -> None:
        prefix = f".petajaga-{self.path.name}-"
        for left in self.path.absolute().parent.glob(f"{glob.escape(prefix)}*"):
            # Left by a run that was killed while writing: the lock excludes other writers.
            left.unlink()
        with tempfile.NamedTemporaryFile(dir=self.path.absolute().parent, prefix=prefix, delete=False) as file:
            written = Path(file.name)
        try:
            # Only the owner can read the file, from its first byte on.
            with written.open("wb") as file:
                file.write(held + b"".join(json.dumps(line, ensure_ascii=True).encode() + b"\n" for line in lines))
                file.flush()
                os.fsync(file.fileno())
            written.replace(self.path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lock the ledgers of the folder against other writers, where the system has such locks."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # not on Windows

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
        # The line is on disk before any file of its edition.
        os.fsync(handle)
    finally:
        os.close(handle)


def newest_editions(entries: Sequence[LedgerEntry]) -> dict[Period, LedgerEntry]:
    """The newest edition of every period."""
    return {one.period: one for one in entries}


def check_period(entries: Sequence[LedgerEntry], period: Period, *, reissue: bool) -> LedgerEntry | None:
    """The edition that the new one replaces; None for the first of a period.

    Raises
    ------
    DataError
        When the period overlaps a published one: the difference of two overlapping counts may be a single record.
        With `reissue`, when exactly that period was not published.
    """
    found = newest_editions(entries)
    if reissue:
        if period not in found:
            raise DataError((Fault.of("--period", "", Problem.NOT_PUBLISHED_YET, values=[period]),))
        return found[period]
    if any(one.first <= period.last and period.first <= one.last for one in found):
        raise DataError((Fault.of("--period", "", Problem.PERIOD_PUBLISHED, values=[period]),))
    return None


def unplaced_to_tell(draft: Draft, entries: Sequence[LedgerEntry]) -> int | None:
    """Persons without place or day for the manifest; None for no number.

    Rows without a day belong to every period and so to none: only the first period of a ledger counts them, otherwise
    the difference between two editions would be another kind of count. A number that moved by less than k since an
    earlier issue of the period is not given either.
    """
    told, scope = draft.edition.unplaced, draft.edition.scope
    if told is not None and entries and entries[0].period != scope.period:
        told -= draft.undated
    if told is None or told < scope.k:
        return None
    earlier = [one for one in entries if one.period == scope.period and one.unplaced is not None]
    return None if any(0 < abs(told - (one.unplaced or 0)) < max(scope.k, one.k) for one in earlier) else told
