"""Small files in the city's own folder: written completely or not at all, and what the system refuses is told."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def told_if_refused(name: str) -> Iterator[None]:
    """Makes a `DataError` that names the file of what the system refuses in the block.

    Raises
    ------
    DataError
        When something in the block cannot be written.
    """
    try:
        yield
    except OSError as fault:
        raise DataError((Fault.of(name, "", Problem.NOT_WRITABLE),)) from fault


def write_own(path: Path, text: str) -> None:
    """Writes a text in UTF-8, in one step; makes its folder if needed.

    Raises
    ------
    DataError
        When it cannot be written.
    """
    unfinished = path.with_suffix(".part")
    with told_if_refused(path.name):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, "utf-8")
        unfinished.replace(path)
