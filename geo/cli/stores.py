"""Store and viewer of a command."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from geo.cli.output import RefusalError
from geo.errors import DataError
from geo.settings import read_settings
from geo.terms import Role

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from geo.store.engine import Store
    from geo.viewer import Viewer
    from geo.words import Words


def store_command(
    commands: Any, shared: argparse.ArgumentParser, words: Words, name: str, run: Any
) -> argparse.ArgumentParser:
    """Parser of a command on a store, added to the parser of all commands."""
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        parents=[shared],
        help=words(f"cli.help.{name}"),
        description=words(f"cli.help.{name}"),
        epilog=words(f"cli.example.{name}"),
    )
    made.add_argument("--db", metavar="URL", help=words("cli.help.db"))
    made.set_defaults(run=run)
    return made


def viewer() -> Viewer:
    """Viewer of the command line: anyone who runs commands here can read the file anyway; the audit log names it."""
    return read_settings().viewer("baris perintah", Role.STEWARD)


def store(url: str | None) -> Store:
    """Store of `--db`, otherwise the city's own; expired hashes are erased from it.

    Raises
    ------
    DataError
        When the address is that of another kind of database.
    """
    # Not at the top: a command that needs no database must not wait for its import.
    from geo.imports.undo import expire
    from geo.store.engine import city_store, store_of

    with refusing():
        found = store_of(url) if url else city_store(read_settings())
    expire(found)
    return found


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Report faults of a store with the texts for commands."""
    try:
        yield
    except DataError as fault:
        raise RefusalError(fault.faults, "store") from fault
