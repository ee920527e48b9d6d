"""Files that somebody sent, on the disk only while they are read."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEMPORARY, _STALE_S = "petajaga-", 3_600


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
