"""`places match`: written places, or codes, to kelurahan."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.cli.areas import areas_of
from geo.cli.inputs import add_sheet_option, read_input
from geo.cli.output import RefusalError
from geo.cli.stores import refusing, store, viewer
from geo.errors import DataError, Fault, Problem, fit_to_show
from geo.files import TABLE_KINDS, check_output, write_table
from geo.places.gazetteer import read_gazetteer
from geo.places.keys import clean_key
from geo.places.names import fold
from geo.places.resolve import Resolver
from geo.settings import read_settings
from geo.sheets.tables import columns_told, missing_columns, with_column, without_nik
from geo.terms import CodeSystem, PlaceStatus

if TYPE_CHECKING:
    import argparse

    from geo.cli.output import Teller
    from geo.sheets.reading import Sheet
    from geo.words import Words

RESULT = ("match_status", "kode", "kelurahan", "match_by", "score", "candidates", "conflict")
#: Headers of a column of kecamatan: no name in it means a kelurahan of that name.
_ABOVE = frozenset({"kecamatan", "kec", "nama kecamatan", "district", "kecamatan asal", "kecamatan domisili"})


def add(inside: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the command to the parser of the group `places`."""
    command = inside.add_parser(
        "match",
        parents=[shared],
        help=words("cli.help.match"),
        description=words("cli.about.match"),
        epilog=words("cli.example.match"),
    )
    command.add_argument("file", metavar="FILE", type=Path, help=words("cli.help.match_file"))
    command.add_argument("--column", metavar="C", type=clean_key, help=words("cli.help.column"))
    command.add_argument("--kecamatan-column", metavar="K", type=clean_key, help=words("cli.help.kecamatan_column"))
    command.add_argument("--code-column", metavar="D", type=clean_key, help=words("cli.help.code_column"))
    command.add_argument(
        "--code-system", choices=[system.value for system in CodeSystem], help=words("cli.help.code_system")
    )
    command.add_argument("--areas", metavar="AREAS", type=Path, help=words("cli.help.areas"))
    command.add_argument("--id", metavar="COL", type=clean_key, help=words("cli.help.id"))
    command.add_argument("-o", metavar="OUT", type=Path, required=True, dest="out", help=words("cli.help.out_table"))
    command.add_argument("--db", metavar="URL", help=words("cli.help.match_db"))
    add_sheet_option(command, words)
    command.set_defaults(run=match)


def _columns(sheet: Sheet, chosen: argparse.Namespace) -> dict[str, pd.Series[str] | None]:
    """Cells of the named columns, as text.

    Raises
    ------
    DataError
        When neither a column of names nor one of codes is given, or one does not exist.
    """
    named = {"names": chosen.column, "kecamatan": chosen.kecamatan_column, "codes": chosen.code_column}
    if not chosen.column and not chosen.code_column:
        hint = columns_told(sheet.rows)
        raise RefusalError([Fault.of("--column", "", Problem.MISSING_VALUE, hint=hint)], "match")
    if missing := missing_columns(sheet, [column for column in named.values() if column]):
        raise RefusalError(missing, "table")
    return {role: _text(sheet.rows[column]) if column else None for role, column in named.items()}


def _text(column: pd.Series[Any]) -> pd.Series[str]:
    """Cells as text; a code that a parquet stores as a whole number gets no decimal point."""
    if pd.api.types.is_float_dtype(column.dtype):
        column = column.astype("Int64")
    return column.astype("str").fillna("").replace({"<NA>": "", "nan": "", "None": ""}).str.strip()


def _decisions(url: str | None) -> dict[str, str]:
    """Decisions from the store of `--db`, otherwise from the city's own store if it exists."""
    if not url and not read_settings().store_file.is_file():
        return {}
    # Not at the top: a command that needs no database must not wait for its import.
    from geo.store.decisions import standing_decisions

    with refusing():
        return standing_decisions(store(url), viewer())


def match(chosen: argparse.Namespace, teller: Teller) -> None:
    """Write the rows of a file with the kelurahan of each written place.

    Raises
    ------
    DataError
        When an option, the file or the areas are at fault; then nothing is written.
    """
    words = teller.words
    check_output(chosen.out, TABLE_KINDS)
    teller.progress(words("cli.reading"))
    areas = areas_of(chosen.areas, chosen.id)
    used = [chosen.column, chosen.kecamatan_column, chosen.code_column]
    sheet = read_input(chosen.file, chosen.sheet, teller, used=used, topic="table")
    columns = _columns(sheet, chosen)
    system = CodeSystem(chosen.code_system) if chosen.code_system else None
    resolver = Resolver(areas, read_gazetteer(areas), decisions=_decisions(chosen.db))

    begun = time.perf_counter()
    try:
        found = resolver.resolve(
            **columns, code_system=system, names_are_kecamatan=bool(chosen.column) and fold(chosen.column) in _ABOVE
        )
    except DataError as fault:
        bare = columns["codes"].str.fullmatch(r"\d{10}") if columns["codes"] is not None else pd.Series(dtype=bool)
        rows = bare.index[bare].tolist()
        wrong = Fault.of(chosen.file.name, chosen.code_column or "", Problem.BAD_KODE, rows=rows)
        raise RefusalError([wrong], "table") from fault
    seconds = time.perf_counter() - begun

    table, dropped = without_nik(sheet.rows)
    for column in dropped:
        teller.note(words("cli.nik_dropped", column=fit_to_show(column)))
    for name in RESULT:
        values = found[name].round(3) if name == "score" else found[name]
        table = with_column(table, name, values.to_numpy())
    teller.progress(words("cli.writing"))
    write_table(table, chosen.out)
    counted = found["match_status"].value_counts()
    counts = {status.value: int(counted.get(status.value, 0)) for status in PlaceStatus}
    teller.result(
        {"rows": len(table), **counts, "seconds": round(seconds, 4)},
        [words("cli.matched", rows=len(table), **counts), words("cli.written", file=chosen.out.name)],
    )
