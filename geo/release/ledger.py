"""The ledger: which editions were published, with every count in them, hidden ones too. As confidential as the cases.

One line an edition, each with the hash of the line before it. A manifest names the hash of its own line, so that a
ledger that was rewritten is found out; a random salt in every line keeps that hash from telling the counts.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.period import Period
from geo.release.cells import KEY
from geo.terms import Audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.release.editions import Draft

_START = "0" * 64
_SALT_BYTES = 32


@dataclass(frozen=True, eq=False)
class Entry:
    """One published edition as the ledger knows it.

    Parameters
    ----------
    number
        1 for the first of the ledger.
    audience, period, k
        Of the edition.
    reissue_of
        Number of the edition whose place it took.
    unplaced, undated
        Persons without a place or day that the manifest told, and those without a day among them; missing where it
        told none.
    cells
        Columns of `KEY`, `value` (persons), `hidden`.
    hash
        Of the line.
    """

    number: int
    audience: Audience
    period: Period
    k: int
    reissue_of: int | None
    unplaced: int | None
    undated: int | None
    cells: pd.DataFrame
    hash: str

    def __repr__(self) -> str:
        return f"Entry {self.number}: {self.period} for {self.audience}"


def _hash(line: dict[str, Any]) -> str:
    written = json.dumps(line, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def _refuse(path: Path, problem: Problem) -> DataError:
    return DataError((Fault.of(path.name, "", problem),))


def _entry(line: dict[str, Any]) -> Entry:
    table = pd.DataFrame(line["cells"], columns=[*KEY, "value", "hidden"])
    return Entry(
        line["number"], Audience(line["audience"]), Period.parse(line["period"]), line["k"], line["reissue_of"],
        line["unplaced"], line["undated"], table.astype({"value": int, "hidden": bool}), line["hash"],
    )  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """One file of editions for one audience.

    Parameters
    ----------
    path
        The file; it need not be there yet.
    audience
        For whom.
    """

    path: Path
    audience: Audience

    def entries(self) -> list[Entry]:
        """Editions in the order of their publication.

        Raises
        ------
        DataError
            When the file is no ledger, was changed by hand, or is another audience's.
        """
        if not self.path.exists():
            return []
        found: list[Entry] = []
        before = _START
        try:
            for written in self.path.read_text("utf-8").splitlines():
                line = json.loads(written)
                own = {name: value for name, value in line.items() if name != "hash"}
                if line["previous"] != before or line["hash"] != _hash(own):
                    raise _refuse(self.path, Problem.LEDGER_BROKEN)
                before = line["hash"]
                found.append(_entry(line))
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise _refuse(self.path, Problem.LEDGER_BROKEN) from fault
        if any(one.audience is not self.audience for one in found):
            raise _refuse(self.path, Problem.WRONG_LEDGER)
        return found

    def line(self, draft: Draft, entries: Sequence[Entry], *, reissue_of: int | None) -> dict[str, Any]:
        """What would be written for an edition after the ones that are there."""
        edition = draft.edition
        told = draft.cells.table
        line: dict[str, Any] = {
            "number": len(entries) + 1,
            "audience": edition.scope.audience.value,
            "period": str(edition.scope.period),
            "k": edition.scope.k,
            "reissue_of": reissue_of,
            "unplaced": edition.unplaced,
            "undated": None if edition.unplaced is None else draft.undated,
            "cells": [
                [*key, int(value), bool(is_hidden)]
                for *key, value, is_hidden in zip(
                    *(told[name] for name in KEY), draft.cells.values, draft.hidden, strict=True
                )
            ],
            "salt": secrets.token_hex(_SALT_BYTES),
            "previous": entries[-1].hash if entries else _START,
        }
        return line | {"hash": _hash(line)}

    def append(self, line: dict[str, Any]) -> None:
        """Adds a line, whole or not at all.

        Raises
        ------
        DataError
            When somebody else published meanwhile, or the file cannot be written.
        """
        entries = self.entries()
        if line["previous"] != (entries[-1].hash if entries else _START):
            raise _refuse(self.path, Problem.CHANGED_MEANWHILE)
        held = self.path.read_bytes() if self.path.exists() else b""
        try:
            with tempfile.NamedTemporaryFile(dir=self.path.parent, prefix=".petajaga-", delete=False) as file:
                file.write(held + json.dumps(line, ensure_ascii=True).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).chmod(0o600)
            Path(file.name).replace(self.path)
        except OSError as fault:
            raise _refuse(self.path, Problem.NOT_WRITABLE) from fault


def standing(entries: Sequence[Entry]) -> dict[Period, Entry]:
    """The newest edition of every period."""
    return {one.period: one for one in entries}


def check_period(entries: Sequence[Entry], period: Period, *, reissue: bool) -> Entry | None:
    """The edition whose place the new one takes; None for the first of a period.

    Raises
    ------
    DataError
        When the period overlaps one that was published: what two overlapping counts differ by is a record. With
        `reissue`, when that very period was not published.
    """
    found = standing(entries)
    if reissue:
        if period not in found:
            raise DataError((Fault.of("--period", "", Problem.NOT_PUBLISHED_YET, values=[period]),))
        return found[period]
    if any(one.first <= period.last and period.first <= one.last for one in found):
        raise DataError((Fault.of("--period", "", Problem.PERIOD_PUBLISHED, values=[period]),))
    return None


def check_reissue(draft: Draft, before: Entry) -> None:
    """Refuses a re-issue by which a reader of both editions could tell what came in between.

    Every cell has to count the same, or differ by k or more, or be hidden in both. Beyond that the same cells have to
    be hidden: one that was shown and is hidden now is known all the same, and one that was hidden and is shown now
    tells what its sum still hides.

    Raises
    ------
    DataError
        That says nothing of where.
    """
    k = max(draft.edition.scope.k, before.k)
    now = draft.cells.table[list(KEY)].assign(now=draft.cells.values, hides=draft.hidden)
    both = before.cells.merge(now, on=list(KEY), how="outer")
    both[["value", "now"]] = both[["value", "now"]].fillna(0)
    hidden, hides = (both[name].fillna(value=False).astype(bool) for name in ("hidden", "hides"))
    change = np.abs(both["now"] - both["value"])
    is_safe = (change == 0) | (change >= k) | (hidden & hides)
    if not is_safe.all() or bool((hidden != hides).any()):
        raise DataError((Fault.of("release", "", Problem.REISSUE_TELLS),))


def unplaced_to_tell(draft: Draft, entries: Sequence[Entry], before: Entry | None) -> int | None:
    """Persons without place or day as the manifest may tell them: not where they moved by less than k since told."""
    k, told = draft.edition.scope.k, [one.undated for one in entries if one.undated is not None]
    moved = [draft.undated - one for one in told[-1:]]
    if before is not None and before.unplaced is not None and draft.edition.unplaced is not None:
        moved.append(draft.edition.unplaced - before.unplaced)
    return None if any(0 < abs(one) < k for one in moved) else draft.edition.unplaced
