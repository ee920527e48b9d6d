"""Boundaries of the areas that all counts refer to, read from any common format and checked completely."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.errors import DataError, Fault, Problem
from geo.outside.limits import Budget
from geo.outside.pool import read_outside
from geo.places.files import placed
from geo.places.keys import clean_columns, clean_key, clean_keys, repeated_keys
from geo.places.layer_file import layer_job
from geo.places.layer_safety import reaches_elsewhere
from geo.places.letters import DAMAGED
from geo.settings import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from geo.settings import AreaSettings

_POLYGONAL = ("Polygon", "MultiPolygon")
_DEGREES = 360.0
_UPLOADED = Budget(written_mib=512)
_BUDGET = Budget(memory_mib=4_096, seconds=300, written_mib=512, answer_mib=4_096)
#: Layers that come with the program are not from outside.
_OWN = ROOT / "data"
#: What may describe a coordinate system; anything else the projection library might take for the name of a file.
_CRS_TEXT = re.compile(r"(EPSG|ESRI|OGC|IAU_\d{4}):\w+|[A-Z_]+\s*[\[(].*|\{.*", re.DOTALL | re.IGNORECASE)


class Mended(StrEnum):
    """What was repaired in a layer of boundaries, or guessed; shown with the layer."""

    INVALID = "invalid"
    LETTERS = "letters"


@dataclass(frozen=True, slots=True)
class Note:
    """A repair made while reading, reported to the person who uploaded the file."""

    what: Mended
    areas: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Areas:
    """The areas of one layer of boundaries.

    Parameters
    ----------
    frame
        One row per area, indexed by `kode` in text order; columns `name`, `group` (empty where the layer has none),
        `geometry` (valid polygons, EPSG:4326).
    layer
        Short name of the layer, recorded with every figure computed on it.
    metric_crs
        CRS for areas and distances.
    city, city_code
        Name of the whole city, and its code in statements.
    notes
        Repairs made while reading.
    """

    frame: gpd.GeoDataFrame
    layer: str
    metric_crs: str
    city: str
    city_code: str
    notes: tuple[Note, ...] = ()

    def __repr__(self) -> str:
        return f"Areas of {len(self.frame)} kelurahan of {self.city} ({self.layer})"

    @property
    def index(self) -> pd.Index[str]:
        """Keys of all areas: the index of every table on these areas."""
        return self.frame.index

    @property
    def names(self) -> pd.Series[str]:
        """Name by `kode`."""
        return self.frame["name"]

    @property
    def groups(self) -> pd.Series[str]:
        """Name of the parent area (kecamatan) by `kode`; empty text where the layer has none."""
        return self.frame["group"]

    @cached_property
    def metric(self) -> gpd.GeoSeries:
        """Geometry in metres."""
        return self.frame.geometry.to_crs(self.metric_crs)

    @cached_property
    def area_km2(self) -> pd.Series[float]:
        """Area in square kilometres, by `kode`."""
        return pd.Series(self.metric.area / 1e6, index=self.index, name="area_km2")

    @cached_property
    def fingerprint(self) -> str:
        """Hash of keys, names and geometry."""
        digest = hashlib.sha256(self.layer.encode())
        for column in (self.index, self.names, self.groups):
            digest.update("\x1f".join(column).encode() + b"\x1e")
        for geometry in shapely.to_wkb(self.frame.geometry.to_numpy()):
            digest.update(geometry)
        return digest.hexdigest()[:16]


def _crs_of(text: str | None, table: str) -> CRS | None:
    if text is None:
        return None
    wrong = DataError((Fault.of(table, "", Problem.NO_CRS),))
    if not _CRS_TEXT.fullmatch(text) or reaches_elsewhere(text):
        raise wrong
    try:
        return CRS.from_user_input(text)
    except CRSError as fault:
        raise wrong from fault


def _answer(options: AreaSettings, asked: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Answer of the process that reads the file."""
    if options.path.resolve().is_relative_to(_OWN):
        return layer_job(options.path, asked)
    budget = _UPLOADED if asked["most"] else _BUDGET
    with placed(options.path) as (path, parts, folder):
        return read_outside("layer", path, asked, budget=budget, readable=parts, folder=folder)


def _read(
    options: AreaSettings, *, most: int, all_columns: bool
) -> tuple[gpd.GeoDataFrame, dict[str, Any], list[Fault]]:
    """Columns and shapes as they are in the file, what was found out about it, and the columns that it lacks."""
    table, texts = options.path.name, [one for one in (options.name, options.group) if one]
    asked = {"name": table, "key": options.key, "texts": texts, "only": not all_columns, "most": most}
    facts, rows = _answer(options, asked)
    names, faults = clean_columns(table, [*facts["columns"], "geometry"])
    if faults:
        raise DataError(tuple(faults))
    shapes = shapely.from_wkb(rows.column(rows.num_columns - 1).to_numpy())
    frame = rows.drop_columns(rows.column_names[-1:]).to_pandas(ignore_metadata=True)
    frame = frame.set_axis([names[at] for at in facts["sent"]], axis="columns")
    missing = _missing(names[:-1], table, options)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=_crs_of(facts["crs"], table)), facts, missing


def _columns_of(options: AreaSettings) -> list[str]:
    return list(dict.fromkeys(column for column in (options.key, options.name, options.group) if column))


def _missing(there: list[str], table: str, options: AreaSettings) -> list[Fault]:
    return [
        Fault.of(table, column, Problem.MISSING_COLUMN, hint=", ".join(there))
        for column in _columns_of(options)
        if column not in there
    ]


def _rows(flags: Any) -> list[int]:
    """Rows with a flag, numbered as in a spreadsheet of the attribute table."""
    return [int(position) + 2 for position in flags.to_numpy().nonzero()[0]]


def _check_keys(text: dict[str, pd.Series[str]], table: str, options: AreaSettings) -> list[Fault]:
    faults = []
    for column in dict.fromkeys((options.key, options.name)):
        blank = text[column].eq("")
        if blank.any():
            faults.append(Fault.of(table, column, Problem.MISSING_VALUE, rows=_rows(blank)))
    for column, cells in text.items():
        damaged = cells.str.contains(DAMAGED, regex=False)
        if damaged.any():
            found = Fault.of(table, column, Problem.UNREADABLE, rows=_rows(damaged), hint=options.path.suffix)
            faults.append(found)
    return faults + repeated_keys(table, options.key, text[options.key])


def _check_geometry(frame: gpd.GeoDataFrame, table: str, options: AreaSettings) -> list[Fault]:
    gone = frame.geometry.isna() | frame.geometry.is_empty
    if gone.any():
        return [Fault.of(table, "geometry", Problem.NO_GEOMETRY, rows=_rows(gone))]
    flat = ~frame.geom_type.isin(_POLYGONAL)
    if flat.any():
        return [Fault.of(table, "geometry", Problem.NOT_POLYGON, values=frame.geom_type[flat], rows=_rows(flat))]
    if frame.crs is None:
        return [Fault.of(table, "", Problem.NO_CRS)]
    if frame.crs.is_projected and frame.geometry.bounds.abs().to_numpy().max() <= _DEGREES:
        return [Fault.of(table, "geometry", Problem.CRS_CONTRADICTS, values=[frame.crs.to_string()[:30]])]
    west, south, east, north = options.bounds
    try:
        box = frame.geometry.to_crs("EPSG:4326").bounds
    except Exception as fault:  # pyproj raises several kinds for a CRS that does not fit the numbers
        wrong = Fault.of(table, "geometry", Problem.CRS_CONTRADICTS, values=[frame.crs.to_string()[:30]])
        raise DataError((wrong,)) from fault
    inside = (box.minx >= west) & (box.miny >= south) & (box.maxx <= east) & (box.maxy <= north)
    if inside.all():
        return []
    hint = f"{west:g}..{east:g}, {south:g}..{north:g}"
    return [Fault.of(table, "geometry", Problem.OUT_OF_RANGE, rows=_rows(~inside), hint=hint)]


def _repairs(facts: dict[str, Any], table: str, names: pd.Series[str]) -> tuple[Note, ...]:
    """What was repaired while reading; refused where a repair would change an area by more than 1 %."""
    if facts["lost"]:
        rows = [at + 2 for at in facts["lost"]]
        raise DataError(
            (Fault.of(table, "geometry", Problem.UNREADABLE, values=names.iloc[facts["lost"]], rows=rows),)
        )
    return (Note(Mended.INVALID, tuple(names.iloc[facts["mended"]])),) if facts["mended"] else ()


def _guessed(frame: pd.DataFrame, names: pd.Series[str], *, is_guess: bool) -> tuple[Note, ...]:
    """Names of areas with letters, in any column that is used, whose encoding nothing states."""
    if not is_guess:
        return ()
    has = [any(isinstance(cell, str) and not cell.isascii() for cell in row) for row in frame.to_numpy()]
    return (Note(Mended.LETTERS, tuple(names[has])),) if any(has) else ()


def read_layer(
    options: AreaSettings, *, most: int = 0, all_columns: bool = True
) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """A checked layer in the file's order, and what was found out or repaired while reading it.

    Parameters
    ----------
    options
        The file and its columns.
    most
        Most vertices that it may have; 0: any number.
    all_columns
        Whether columns other than key, name and group are wanted.

    Returns
    -------
    GeoDataFrame with valid polygons in EPSG:4326; key, name and group are text that is safe to show.

    Raises
    ------
    DataError
        As for `read_areas`.
    """
    table = options.path.name
    options = replace(
        options, key=clean_key(options.key), name=clean_key(options.name), group=clean_key(options.group)
    )
    frame, facts, faults = _read(options, most=most, all_columns=all_columns)
    if frame.empty:
        raise DataError((Fault.of(table, "", Problem.EMPTY),))
    there = {column: clean_keys(frame[column]) for column in _columns_of(options) if column in frame}
    if not faults:
        faults += _check_keys(there, table, options)
    faults += _check_geometry(frame, table, options)
    if faults:
        raise DataError(tuple(faults))
    repairs = _repairs(facts, table, there[options.name])
    tidy = frame.assign(**there).to_crs("EPSG:4326")
    return tidy, (
        *_guessed(pd.DataFrame(tidy.drop(columns="geometry")), there[options.name], is_guess=facts["is_guess"]),
        *repairs,
    )


def layer_columns(path: Path) -> list[str]:
    """Columns of a file of boundaries, as far as they can be found out.

    Raises
    ------
    DataError
        When the file is no layer that can be read.
    """
    with placed(path) as (file, parts, folder):
        asked = {"name": path.name}
        found = read_outside("layer_columns", file, asked, budget=_UPLOADED, readable=parts, folder=folder)[0]
    return [clean_key(str(one)) for one in found["columns"]]


def read_areas(options: AreaSettings, *, most: int = 0) -> Areas:
    """Boundaries of the file in the settings.

    Columns other than key, name and group are dropped: each fact about an area has one source.

    Parameters
    ----------
    options, most
        As for `read_layer`.

    Raises
    ------
    DataError
        With every fault of the file: a missing part, a missing or contradicting CRS, coordinates outside the country,
        unknown columns, no areas, a duplicate area, no polygon, a polygon that cannot be repaired.
    """
    frame, notes = read_layer(options, most=most, all_columns=False)
    tidy = gpd.GeoDataFrame(
        {
            "kode": frame[clean_key(options.key)],
            "name": frame[clean_key(options.name)],
            "group": frame[clean_key(options.group)] if options.group else "",
        },
        geometry=frame.geometry,
        crs="EPSG:4326",
    )
    return Areas(
        frame=tidy.set_index("kode").sort_index(),
        layer=options.layer,
        metric_crs=options.metric_crs,
        city=options.city,
        city_code=options.city_code,
        notes=notes,
    )
