"""`places`: points to areas, and written places to them (`geo.cli.match`)."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geo.cli import match
from geo.cli.output import RefusalError
from geo.errors import DataError, Fault, Problem, fit_to_show
from geo.files import check_output, write_table
from geo.places.boundaries import read_areas
from geo.places.files import opened
from geo.places.keys import clean_key
from geo.places.locate import Locator
from geo.settings import read_settings
from geo.sheets.tables import coordinates, read_table, with_column, without_nik

if TYPE_CHECKING:
    import argparse

    from geo.cli.output import Teller
    from geo.places.boundaries import Areas
    from geo.settings import AreaSettings
    from geo.words import Words

KODE = "kode"
_WORLD = (-180.0, -90.0, 180.0, 90.0)


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Make the group known to the parser of all commands."""
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
    command.set_defaults(run=locate_points)
    match.add(inside, shared, words, areas_of)


def coordinate_system(crs: str) -> CRS:
    """Coordinate system of an option.

    Only a number of the EPSG register is taken: nothing else that a user types may reach the projection library,
    which would open files it is told to.
    """
    found = re.fullmatch(r"EPSG:([0-9]{4,6})", crs.strip(), re.IGNORECASE)
    try:
        # A system of heights or of time has no place on a map.
        system = CRS.from_epsg(int(found[1])) if found else None
    except CRSError as fault:
        raise RefusalError([Fault.of("--crs", "", Problem.NOT_IN_LIST)], "option") from fault
    if system is None or not (system.is_geographic or system.is_projected):
        raise RefusalError([Fault.of("--crs", "", Problem.NOT_IN_LIST)], "option")
    return system


def _to_degrees(crs: str) -> Transformer | None:
    """What turns coordinates into longitude and latitude; None where they are that already."""
    system = coordinate_system(crs)
    return None if system.to_epsg() == 4326 else Transformer.from_crs(system, "EPSG:4326", always_xy=True)  # noqa: PLR2004


def _columns(path: Path) -> set[str]:
    """Columns of a file of boundaries, as far as they can be found out; `read_areas` says what is wrong with it."""
    try:
        with opened(path) as file:
            if file.suffix.lower() == ".parquet":
                return set(map(clean_key, pq.read_schema(file).names))
            layers = pyogrio.list_layers(file)
            polygons = [name for name, kind in layers if kind is not None and "Polygon" in kind]
            fields = pyogrio.read_info(file, layer=polygons[0])["fields"] if polygons else ()
            return {clean_key(str(one)) for one in fields}
    except (DataSourceError, DataLayerError, ValueError, OSError):
        return set()


def options_of(path: Path | None, key: str | None) -> AreaSettings:
    """How to read the areas that a command is to work on; parameters as for `areas_of`."""
    options = read_settings().areas
    if path is None:
        return replace(options, key=key or options.key)
    key = key or KODE
    there = _columns(path)
    name = next((column for column in ("kelurahan", "nama") if column in there), key)
    group = "kecamatan" if "kecamatan" in there else ""
    return replace(options, path=path, key=key, name=name, group=group, bounds=_WORLD, layer=path.stem)


def areas_of(path: Path | None, key: str | None) -> Areas:
    """Areas that a command is to work on.

    Parameters
    ----------
    path
        File of `--areas`, anywhere in the world; None for the layer of the settings.
    key
        Column of `--id`; None for `kode`, or as the settings say for their own layer.

    Raises
    ------
    DataError
        With every fault of the file.
    """
    try:
        return read_areas(options_of(path, key))
    except DataError as fault:
        raise RefusalError(fault.faults, "areas") from fault


def locate_points(chosen: argparse.Namespace, teller: Teller) -> None:
    """Write the rows of a file with the area that each point lies in.

    Raises
    ------
    DataError
        When an option, the file or the areas are at fault; nothing is written then.
    """
    words = teller.words
    check_output(chosen.out)
    to_degrees = _to_degrees(chosen.crs)
    teller.progress(words("cli.reading"))
    areas = areas_of(chosen.areas, chosen.id)
    for mended in areas.notes:
        teller.note(words("cli.mended", areas=", ".join(mended.areas[:10]), n=len(mended.areas)))
    table = read_table(chosen.file)
    x, y = coordinates(table, chosen.file.name, chosen.x, chosen.y)
    table, dropped = without_nik(table)
    for column in dropped:
        teller.note(words("cli.nik_dropped", column=fit_to_show(column)))

    begun = time.perf_counter()
    if to_degrees is not None:
        # A point that the projection cannot reach comes back infinite, and lies in no area.
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
