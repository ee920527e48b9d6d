"""Input and output of areas in commands: a file of boundaries or a plain table, and the same with columns added."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.cli.inputs import read_areas_table
from geo.cli.output import RefusalError
from geo.errors import DataError, Fault, Problem, fit_to_show
from geo.files import write_table
from geo.places.boundaries import Areas, layer_columns, read_areas, read_layer
from geo.places.keys import clean_keys, repeated_keys
from geo.settings import AreaSettings, read_settings
from geo.sheets.reading import Sheet
from geo.sheets.tables import INPUTS, missing_columns, with_column, without_nik

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from geo.cli.output import Teller
    from geo.places.boundaries import Note

_SHAPES = (".gpkg", ".geojson")

KODE = "kode"
_WORLD = (-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """Rows of a file of areas, with their polygons.

    Parameters
    ----------
    sheet
        All columns but the geometry.
    keys
        Text, one per area, distinct.
    polygons
        Valid polygons in EPSG:4326; None for a plain table.
    """

    sheet: Sheet
    keys: pd.Series[str]
    polygons: Any

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.sheet.name

    @property
    def table(self) -> pd.DataFrame:
        """All columns but the geometry, indexed by the row numbers of the spreadsheet."""
        return self.sheet.rows

    def rows(self, wrong: Any) -> list[int]:
        """Row numbers, as in a spreadsheet, of a mask of the rows."""
        return self.table.index[np.asarray(wrong, dtype=bool)].tolist()


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


def _columns(path: Path) -> set[str]:
    """Columns of a file of boundaries, as far as they can be found out; `read_areas` says what is wrong with it."""
    try:
        return set(layer_columns(path))
    except DataError:
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


def tell_of_layer(notes: Iterable[Note], teller: Teller) -> None:
    """What was repaired in a layer or guessed, with the first of its areas."""
    for note in notes:
        shown = ", ".join(map(fit_to_show, note.areas[:10]))
        teller.note(teller.words(f"cli.layer_{note.what}", areas=shown, n=len(note.areas)))


def _is_plain(path: Path) -> bool:
    """Whether a file is a table without geometry."""
    if path.suffix.lower() == ".parquet" and path.is_file():
        try:
            return b"geo" not in (pq.read_schema(path).metadata or {})
        except (OSError, ValueError):
            return False
    return path.suffix.lower() in INPUTS


def read_given(chosen: argparse.Namespace, teller: Teller, *, counts: Iterable[str | None], topic: str) -> Given:
    """Areas of the file that a command is given, with or without geometry.

    Parameters
    ----------
    chosen
        Options: `areas` (the file), `id` (the column with the keys) and `sheet`.
    counts
        Columns of numbers: a row that is their total is left out.
    topic
        Topic of the messages about the table (`RefusalError`).

    Raises
    ------
    DataError
        When the file cannot be read, or a key is missing or duplicated.
    """
    path, key = chosen.areas, chosen.id
    if not _is_plain(path):
        try:
            frame, notes = read_layer(options_of(path, key))
        except DataError as fault:
            raise RefusalError(fault.faults, "areas") from fault
        tell_of_layer(notes, teller)
        table = pd.DataFrame(frame.drop(columns="geometry"))
        table.index = pd.RangeIndex(2, len(table) + 2)
        sheet = Sheet(path.name, tuple(table.columns), table, (), (), path.suffix.lower())
        return Given(sheet, table[key].astype("str"), frame.geometry)
    sheet = read_areas_table(path, chosen.sheet, teller, key=key, counts=counts, topic=topic)
    if faults := missing_columns(sheet, [key]):
        raise RefusalError(faults, topic)
    given = Given(sheet, clean_keys(sheet.rows[key]), None)
    faults = repeated_keys(path.name, key, given.keys)
    if (given.keys == "").any():
        faults.insert(0, Fault.of(path.name, key, Problem.MISSING_VALUE, rows=given.rows(given.keys == "")))
    if faults:
        raise RefusalError(faults, topic)
    return given


def check_shapes(given: Given, out: Path, *, topic: str) -> None:
    """Refuse a file of shapes as output without polygons, before any work is done.

    Raises
    ------
    DataError
        When the ending of `out` is that of such a file and there are no polygons.
    """
    if out.suffix.lower() in _SHAPES and given.polygons is None:
        raise RefusalError([Fault.of("-o", "", Problem.NO_PLACE)], topic)


def write_beside(given: Given, columns: Mapping[str, Any], out: Path, teller: Teller) -> None:
    """Write the given rows with added columns at the end; an input column of the same name becomes `<name>_input`.

    Columns with NIK are left out, with a note.

    Raises
    ------
    DataError
        When the location is not writable.
    """
    table, dropped = without_nik(given.table)
    for column in dropped:
        teller.note(teller.words("cli.nik_dropped", column=fit_to_show(column)))
    for name, values in columns.items():
        table = with_column(table, name, values)
    shapes = given.polygons.to_numpy() if out.suffix.lower() in _SHAPES else None
    write_table(table, out, shapes=shapes)
