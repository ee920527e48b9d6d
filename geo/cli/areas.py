"""Areas as commands take and give them: a file of boundaries or a plain table, and the same with columns added."""

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
from geo.places.keys import clean_keys, repeated_keys
from geo.sheets.tables import INPUTS, columns_told, read_table, with_column, without_nik

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.cli.output import Teller

_SHAPES = (".gpkg", ".geojson")


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """Rows of a file of areas, and where they are.

    Parameters
    ----------
    name
        Of the file.
    table
        All columns but the geometry.
    keys
        Text, one an area, distinct.
    polygons
        Valid, in EPSG:4326; None for a plain table.
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
        Column of the areas' keys.
    topic
        Of the words for what is wrong with a table (`RefusalError`).

    Raises
    ------
    DataError
        When the file cannot be read, or a key is missing or there twice.
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
    keys = clean_keys(table[key])
    faults = []
    if (keys == "").any():
        rows = (np.flatnonzero(keys == "") + 2).tolist()
        faults.append(Fault.of(path.name, key, Problem.MISSING_VALUE, rows=rows))
    faults += repeated_keys(path.name, key, keys)
    if faults:
        raise RefusalError(faults, topic)
    return Given(path.name, table, keys, None)


def check_shapes(given: Given, out: Path, *, topic: str) -> None:
    """Refuse a file of shapes as output of what has none, before any work is done.

    Raises
    ------
    DataError
        When the ending of `out` is that of such a file and there are no polygons.
    """
    if out.suffix.lower() in _SHAPES and given.polygons is None:
        raise RefusalError([Fault.of("-o", "", Problem.NO_PLACE)], topic)


def write_beside(given: Given, columns: Mapping[str, Any], out: Path, teller: Teller) -> None:
    """Write what was given with more columns at its end; a column that had such a name becomes `<name>_input`.

    Columns of NIK are left out, with a note.

    Raises
    ------
    DataError
        When the place cannot be written to.
    """
    table, dropped = without_nik(given.table)
    for column in dropped:
        teller.note(teller.words("cli.nik_dropped", column=fit_to_show(column)))
    for name, values in columns.items():
        table = with_column(table, name, values)
    shapes = given.polygons.to_numpy() if out.suffix.lower() in _SHAPES else None
    write_table(table, out, shapes=shapes)
