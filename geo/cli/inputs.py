"""The tables that commands are given: read, and what was left out of them told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.cli.output import RefusalError
from geo.errors import fit_to_show
from geo.present.faults import row_numbers
from geo.sheets.tables import read_table, without_totals

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from pathlib import Path

    from geo.cli.output import Teller
    from geo.sheets.reading import Sheet
    from geo.words import Words


def add_sheet_option(command: argparse.ArgumentParser, words: Words) -> None:
    """Add `--sheet` to a command that reads a table."""
    command.add_argument("--sheet", metavar="NAME", help=words("cli.help.sheet"))


def tell_of(read: Sheet, teller: Teller) -> None:
    """Tell which sheets there are and which were read, and which cells could not be read."""
    words = teller.words
    if len(read.sheets) > 1:
        there, sheets = (", ".join(map(fit_to_show, names)) for names in (read.sheets, read.read))
        teller.note(words("cli.sheets_read", there=there, sheets=sheets))
    for key, cells in (("cli.cells_left", read.unreadable), ("cli.cells_damaged", read.damaged)):
        for column in dict.fromkeys(name for _, name in sorted(cells, key=lambda cell: cell[1])):
            rows = sorted(row for row, name in cells if name == column)
            teller.note(words(key, column=fit_to_show(column), rows=row_numbers(rows, words)))


def read_input(path: Path, sheet: str | None, teller: Teller, *, used: Iterable[str | None], topic: str) -> Sheet:
    """Table that a command is given.

    Parameters
    ----------
    path, sheet
        The file, and which sheet of it; see `geo.sheets.tables.read_table`.
    teller
        Tells which sheets were read, and which cells of other columns could not be read.
    used
        Columns that the command works on, as far as they are named.
    topic
        Topic of the messages (`RefusalError`).

    Raises
    ------
    DataError
        When the file cannot be read, or a cell of a used column holds an error or a formula without a value.
    """
    read = read_table(path, sheet=sheet)
    wanted = {column for column in used if column}
    faults = [one for column in sorted(wanted) for one in read.unreadable_in(column)]
    if faults:
        raise RefusalError(faults, topic)
    tell_of(read, teller)
    return read


def read_areas_table(
    path: Path, sheet: str | None, teller: Teller, *, key: str, counts: Iterable[str | None], topic: str
) -> Sheet:
    """Table with one row for each area: rows that are totals, notes or signatures are left out, which is told.

    Parameters
    ----------
    key
        Column with the keys.
    counts
        Columns of numbers.

    Raises
    ------
    DataError
        As `read_input`.
    """
    counted = [column for column in counts if column]
    read = read_input(path, sheet, teller, used=[key, *counted], topic=topic)
    kept, gone = without_totals(read, counted)
    if gone:
        teller.note(teller.words("cli.totals_left_out", rows=row_numbers(gone, teller.words), n=len(gone)))
    return kept
