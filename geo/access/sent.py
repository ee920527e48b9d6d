"""Files that somebody sent: on the disk only while they are read, in memory only while they are worked on."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TEMPORARY, _STALE_S = "petajaga-", 3_600
_HELD: dict[str, HeldFile] = {}
_LOCK = threading.Lock()


class HeldFile:
    """One file that somebody sent, and what was read of it.

    It is kept here and not in a visit, so that it goes though nobody does anything any more: a visit has no clock,
    and a tab may stay open for days.

    Parameters
    ----------
    file_id
        One an upload.
    owner
        Whose it is, in a word that opens nothing.
    """

    def __init__(self, file_id: str, owner: str) -> None:
        self.file_id, self.owner = file_id, owner
        self.token = secrets.token_hex(8)
        self.content: Any = None
        self._erase: list[Callable[[], None]] = []
        self._clock: threading.Timer | None = None

    def seen(self, erase: Callable[[], None], *, life_s: float) -> None:
        """Starts the clock anew.

        Parameters
        ----------
        erase
            Lets go of copies that are kept elsewhere; all that were ever given are called at the end.
        life_s
            Seconds after which the file goes when nobody looked at it meanwhile.
        """
        self._erase.append(erase)
        self._stop()
        self._clock = threading.Timer(life_s, drop_file, (self.token,))
        self._clock.daemon = True
        self._clock.start()

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()

    def erase(self) -> None:
        """Lets go of what was read and of every copy."""
        self._stop()
        self.content = None
        while self._erase:
            self._erase.pop()()


def owner_of(token: str) -> str:
    """Owner of the files of a browser's session."""
    return hashlib.sha256(token.encode()).hexdigest()


def hold_file(file_id: str, owner: str) -> HeldFile:
    """A file that is kept from now on; parameters as of `HeldFile`."""
    made = HeldFile(file_id, owner)
    with _LOCK:
        _HELD[made.token] = made
    return made


def held_file(token: str) -> HeldFile | None:
    """A file that is still kept."""
    return _HELD.get(token)


def drop_file(token: str) -> None:
    """Lets go of a file, if it is still kept."""
    with _LOCK:
        found = _HELD.pop(token, None)
    if found is not None:
        found.erase()


def drop_files_of(token: str) -> None:
    """Lets go of all files of a browser's session, whatever its visits do."""
    if token:
        for name in [name for name, one in list(_HELD.items()) if one.owner == owner_of(token)]:
            drop_file(name)


@contextlib.contextmanager
def on_disk(name: str, raw: bytes) -> Iterator[Path]:
    """Path of a file that somebody sent; gone at the end of the block.

    Parameters
    ----------
    name
        As the browser called it: its last part is kept, for the ending.
    raw
        Its content.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"):
        # Of a server that was killed while it read: nobody reads for an hour.
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY) as folder:
        path = Path(folder) / Path(name.replace("\\", "/")).name
        path.write_bytes(raw)
        yield path
