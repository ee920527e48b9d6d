"""`places`: points to areas, and written places to them (`geo.cli.match`)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyproj import Transformer

from geo.cli import match
from geo.cli.areas import KODE, areas_of, coordinate_system, tell_of_layer
from geo.cli.inputs import add_sheet_option, read_input
from geo.errors import fit_to_show
from geo.files import check_output, write_table
from geo.places.keys import clean_key
from geo.places.locate import Locator
from geo.sheets.tables import coordinates, with_column, without_nik

if TYPE_CHECKING:
    import argparse

    from geo.cli.output import Teller
    from geo.words import Words

#: Longitude and latitude of a point on Earth.
_DEGREES = (-180.0, 180.0)


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the group to the parser of all commands."""
    group = commands.add_parser("places", help=words("cli.help.places"), description=words("cli.help.places"))
    inside = group.add_subparsers(metavar=words("cli.command"), required=True)
    command = inside.add_parser(
        "locate",
        parents=[shared],
        help=words("cli.help.locate"),
        description=words("cli.about.locate"),
        epilog=words("cli.example.locate"),
    )
    command.add_argument("file", metavar="FILE", type=Path, help=words("cli.help.file"))
    command.add_argument("--x", metavar="COL", type=clean_key, required=True, help=words("cli.help.x"))
    command.add_argument("--y", metavar="COL", type=clean_key, required=True, help=words("cli.help.y"))
    command.add_argument("--crs", default="EPSG:4326", help=words("cli.help.crs"))
    command.add_argument("--areas", metavar="AREAS", type=Path, help=words("cli.help.areas"))
    command.add_argument("--id", metavar="COL", type=clean_key, help=words("cli.help.id"))
    command.add_argument("-o", metavar="OUT", type=Path, required=True, dest="out", help=words("cli.help.out"))
    add_sheet_option(command, words)
    command.set_defaults(run=locate_points)
    match.add(inside, shared, words)


def _to_degrees(crs: str) -> Transformer | None:
    """Transformer from coordinates to longitude and latitude; None if they are that already."""
    system = coordinate_system(crs)
    return None if system.to_epsg() == 4326 else Transformer.from_crs(system, "EPSG:4326", always_xy=True)  # noqa: PLR2004


def locate_points(chosen: argparse.Namespace, teller: Teller) -> None:
    """Write the rows of a file with the area of each point.

    Raises
    ------
    DataError
        When an option, the file or the areas are at fault; then nothing is written.
    """
    words = teller.words
    check_output(chosen.out)
    to_degrees = _to_degrees(chosen.crs)
    teller.progress(words("cli.reading"))
    areas = areas_of(chosen.areas, chosen.id)
    tell_of_layer(areas.notes, teller)
    sheet = read_input(chosen.file, chosen.sheet, teller, used=[chosen.x, chosen.y], topic="table")
    x, y = coordinates(sheet, chosen.x, chosen.y, within=_DEGREES if to_degrees is None else None)
    table, dropped = without_nik(sheet.rows)
    for column in dropped:
        teller.note(words("cli.nik_dropped", column=fit_to_show(column)))

    begun = time.perf_counter()
    if to_degrees is not None:
        # A point outside the domain of the projection becomes infinite and lies in no area.
        x, y = to_degrees.transform(x, y)
    kode = Locator(areas.index, areas.frame.geometry.to_numpy()).keys_at(x, y)
    seconds = time.perf_counter() - begun

    placed = int(pd.notna(kode).sum())
    if len(table) and not placed:
        teller.note(words("cli.none_placed"))
    teller.progress(words("cli.writing"))
    write_table(with_column(table, chosen.id or KODE, kode), chosen.out, np.column_stack((x, y)))
    teller.result(
        {"rows": len(table), "placed": placed, "seconds": round(seconds, 4)},
        [words("cli.located", rows=len(table), placed=placed), words("cli.written", file=chosen.out.name)],
    )
