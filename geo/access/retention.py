"""Retention: expired data are erased in the store and in its copies, and the audit log records it."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from geo.store import erasure, sqlite
from geo.store.backup import COPIES
from geo.store.engine import now
from geo.store.erasure import Expiry, Past
from geo.store.pseudonyms import Pseudonyms
from geo.terms import Right

if TYPE_CHECKING:
    from pathlib import Path

    from geo.settings import RetentionSettings
    from geo.store.engine import Store
    from geo.viewer import Viewer

_UNFINISHED = ".petajaga-*"
#: No copy takes that long: an older incomplete one is left by a killed program.
_STALE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """Expired data.

    Parameters
    ----------
    past
        Expired rows in the store.
    copies
        Copies next to the store that are past their retention, and folders of interrupted copies.
    """

    past: Past
    copies: tuple[Path, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to erase."""
        return not any(self.counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """Numbers by the fields of `Past` and `copies`."""
        return {**asdict(self.past), "copies": len(self.copies)}


def _old_copies(store: Store, keep: RetentionSettings, at: datetime) -> tuple[Path, ...]:
    """Old copies by file time; only files with this program's naming, next to the store."""
    beside = store.path.parent
    copies = [*beside.glob(f"{store.path.stem}-sebelum-*.sqlite"), *(beside / COPIES).glob("*.sqlite")]
    kept = [(path, timedelta(days=keep.copy_days)) for path in copies if path.is_file()]
    kept += [(path, _STALE) for folder in (beside, beside / COPIES) for path in folder.glob(_UNFINISHED)]

    def age(path: Path) -> timedelta:
        return at - datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)

    return tuple(sorted(path for path, most in kept if path != store.path and age(path) > most))


def due(store: Store, viewer: Viewer, *, keep: RetentionSettings, at: datetime | None = None) -> Due:
    """Find expired data; changes nothing.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who requests it.
    keep
        Retention periods.
    at
        Time in UTC; now by default.

    Raises
    ------
    NotAllowedError
        When the viewer has no right to the audit.
    """
    at = at or now()
    with store.reading(viewer, Right.AUDIT) as connection:
        return Due(erasure.count(connection, Expiry.of(keep, at)), _old_copies(store, keep, at))


def erase_due(store: Store, viewer: Viewer, *, keep: RetentionSettings, at: datetime | None = None) -> Due:
    """Erase expired data and return what was erased.

    First the store in one transaction, together with the hashes of the rows and the audit row that records it; then
    its log is emptied. Then the copies are overwritten and removed. A copy that remains after a fault is due again.

    Parameters
    ----------
    store, viewer, keep, at
        As for `due`.

    Raises
    ------
    NotAllowedError
        When the viewer has no right to the audit; then nothing is erased.
    DataError
        When there is no store, it stays busy for too long, or a copy cannot be written.
    """
    viewer.require(Right.AUDIT)
    store.require_file()
    at = at or now()
    copies = _old_copies(store, keep, at)
    with store.writing(viewer, Right.AUDIT) as connection:
        pseudonyms = Pseudonyms(store.pseudonyms, ())
        past = erasure.erase(connection, viewer, Expiry.of(keep, at), pseudonyms, copies=len(copies))
    store.forget_deleted()
    for path in copies:
        for file in [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else [path]:
            sqlite.shred(file)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
    return Due(past, copies)
