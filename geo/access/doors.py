"""The only place where accounts, sessions and failed tries open the store."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from geo.terms import Right

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from geo.viewer import Viewer


def store_file(folder: Path) -> Path:
    """File of the city's own store in its folder; known without waiting for a database to be imported."""
    return folder / "kota.sqlite"


@contextlib.contextmanager
def looking(path: Path) -> Iterator[Connection]:
    """Reading for the sign-in itself, before anybody is known."""
    from geo.store.engine import open_store

    with open_store(path).keeping(writes=False) as connection:
        yield connection


@contextlib.contextmanager
def keeping(path: Path) -> Iterator[Connection]:
    """Writing for the sign-in itself: sessions and failed tries."""
    from geo.store.engine import open_store

    with open_store(path).keeping() as connection:
        yield connection


@contextlib.contextmanager
def seeing(path: Path, viewer: Viewer) -> Iterator[Connection]:
    """Reading for whoever may manage accounts.

    Raises
    ------
    NotAllowedError
        For everybody else; nothing is opened.
    """
    from geo.store.engine import open_store

    with open_store(path).reading(viewer, Right.ACCOUNTS) as connection:
        yield connection


@contextlib.contextmanager
def managing(path: Path, viewer: Viewer) -> Iterator[Connection]:
    """Writing for whoever may manage accounts.

    Raises
    ------
    NotAllowedError
        For everybody else; nothing is opened.
    """
    from geo.store.engine import open_store

    with open_store(path).writing(viewer, Right.ACCOUNTS) as connection:
        yield connection
