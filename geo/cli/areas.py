"""Input and output of areas in commands: a file of boundaries or a plain table, and the same with columns added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from geo.cli.output import RefusalError
from geo.cli.places import options_of
from geo.errors import DataError, Fault, Problem, fit_to_show
from geo.files import write_table
from geo.places.boundaries import read_layer
from geo.sheets.tables import INPUTS, columns_told, read_table, with_column, without_nik

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.cli.output import Teller

_SHAPES = (".gpkg", ".geojson")


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """Rows of a file of areas, with their polygons.

    Parameters
    ----------
    name
        Name of the file.
    table
        All columns but the geometry.
    keys
        Text, one per area, distinct.
    polygons
        Valid polygons in EPSG:4326; None for a plain table.
    """

    name: str
    table: pd.DataFrame
    keys: pd.Series[str]
    polygons: Any


def _is_plain(path: Path) -> bool:
    """Whether a file is a table without geometry."""
    if path.suffix.lower() == ".parquet" and path.is_file():
        try:
            return b"geo" not in (pq.read_schema(path).metadata or {})
        except (OSError, ValueError):
            return False
    return path.suffix.lower() in INPUTS


def read_given(path: Path, key: str, teller: Teller, *, topic: str) -> Given:
    """Areas of a file, with or without geometry.

    Parameters
    ----------
    key
        Column with the keys of the areas.
    topic
        Topic of the messages about the table (`RefusalError`).

    Raises
    ------
    DataError
        When the file cannot be read, or a key is missing or duplicated.
    """
    if not _is_plain(path):
        try:
            frame, notes = read_layer(options_of(path, key))
        except DataError as fault:
            raise RefusalError(fault.faults, "areas") from fault
        for mended in notes:
            shown = ", ".join(mended.areas[:10])
            teller.note(teller.words("cli.mended", areas=shown, n=len(mended.areas)))
        table = pd.DataFrame(frame.drop(columns="geometry")).reset_index(drop=True)
        return Given(path.name, table, table[key].astype("str"), frame.geometry)
    table = read_table(path).reset_index(drop=True)
    if key not in table.columns:
        raise RefusalError([Fault.of(path.name, key, Problem.MISSING_COLUMN, hint=columns_told(table))], topic)
    keys = table[key].astype("str").fillna("").str.strip()
    faults = []
    if (keys == "").any():
        rows = (np.flatnonzero(keys == "") + 2).tolist()
        faults.append(Fault.of(path.name, key, Problem.MISSING_VALUE, rows=rows))
    twice = keys.duplicated(keep=False) & keys.ne("")
    if twice.any():
        rows = (np.flatnonzero(twice) + 2).tolist()
        faults.append(Fault.of(path.name, key, Problem.DUPLICATE, values=keys[twice], rows=rows))
    if faults:
        raise RefusalError(faults, topic)
    return Given(path.name, table, keys, None)


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
