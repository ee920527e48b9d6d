"""Boundaries of the areas that all counts refer to, read from any common format and checked completely."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.errors import DataError, Fault, Problem
from geo.places.files import opened
from geo.places.keys import clean_columns, clean_key, clean_keys, repeated_keys

if TYPE_CHECKING:
    from pathlib import Path

    from geo.settings import AreaSettings

_POLYGONAL = ("Polygon", "MultiPolygon")
_DEGREES = 360.0
#: A repaired polygon may gain or lose at most this share of its area; beyond that it is refused.
_MEND_TOLERANCE = 0.01


class Mended(StrEnum):
    """Kinds of repair in a layer of boundaries; shown with the layer."""

    INVALID = "invalid"


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


def _read(path: Path) -> gpd.GeoDataFrame:
    if path.suffix.lower() == ".parquet":
        return gpd.read_parquet(path)
    layers = pyogrio.list_layers(path)
    polygons = [name for name, kind in layers if kind is not None and "Polygon" in kind] or [
        name for name, _ in layers
    ]
    if len(polygons) > 1:
        msg = Fault.of(path.name, "", Problem.WRONG_KIND, values=polygons)
        raise DataError((msg,))
    with warnings.catch_warnings():
        # pyogrio 0.13 warns about oddities of a file; the checks below report them with their rows.
        warnings.simplefilter("ignore", RuntimeWarning)
        return gpd.read_file(path, layer=polygons[0] if polygons else None)


def _columns_of(options: AreaSettings) -> list[str]:
    return list(dict.fromkeys(column for column in (options.key, options.name, options.group) if column))


def _check_columns(frame: pd.DataFrame, table: str, options: AreaSettings) -> list[Fault]:
    there = ", ".join(str(column) for column in frame.columns if column != "geometry")
    return [
        Fault.of(table, column, Problem.MISSING_COLUMN, hint=there)
        for column in _columns_of(options)
        if column not in frame.columns
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
    return faults + repeated_keys(table, options.key, text[options.key])


def _named(frame: gpd.GeoDataFrame, table: str) -> gpd.GeoDataFrame:
    """A layer whose columns have the names that people see.

    Raises
    ------
    DataError
        When two of them are the same then.
    """
    names, faults = clean_columns(table, [str(column) for column in frame.columns if column != "geometry"])
    if faults:
        raise DataError(tuple(faults))
    return frame.rename(columns=dict(zip(frame.columns.drop("geometry"), names, strict=True)))


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


def _polygons_of(geometry: Any) -> Any:
    """Polygonal part of a geometry after it was made valid."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in _POLYGONAL]
    return shapely.union_all(parts) if geometry.geom_type == "GeometryCollection" else geometry


def _mend(frame: gpd.GeoDataFrame, table: str, names: pd.Series[str]) -> tuple[gpd.GeoSeries, tuple[Note, ...]]:
    """Valid geometry in EPSG:4326; refused where a repair would change an area by more than 1 %."""
    invalid = ~frame.geometry.is_valid
    geometry = frame.geometry.copy()
    if invalid.any():
        mended = shapely.make_valid(geometry[invalid].to_numpy(), method="structure", keep_collapsed=False)
        geometry[invalid] = [_polygons_of(one) for one in mended]
        # Ratios of planar areas: the unit cancels out, so degrees are fine.
        before = shapely.area(frame.geometry[invalid].to_numpy())
        after = shapely.area(geometry[invalid].to_numpy())
        lost = pd.Series(data=False, index=frame.index)
        lost[invalid] = (after == 0) | (np.abs(after - before) > _MEND_TOLERANCE * np.maximum(before, after))
        if lost.any():
            wrong = Fault.of(table, "geometry", Problem.UNREADABLE, values=names[lost], rows=_rows(lost))
            raise DataError((wrong,))
    notes = (Note(Mended.INVALID, tuple(names[invalid])),) if invalid.any() else ()
    return geometry.to_crs("EPSG:4326"), notes


def read_layer(options: AreaSettings) -> tuple[gpd.GeoDataFrame, tuple[Note, ...]]:
    """A checked layer with all its columns, in the file's order, and the repairs made.

    Returns
    -------
    GeoDataFrame with valid polygons in EPSG:4326; key, name and group are text that is safe to show.

    Raises
    ------
    DataError
        As for `read_areas`.
    """
    table = options.path.name
    try:
        with opened(options.path) as path:
            frame = _read(path)
    except (DataSourceError, DataLayerError, ValueError, OSError) as fault:
        # GDAL's message holds a path and does not help an office worker.
        raise DataError((Fault.of(table, "", Problem.UNREADABLE, hint=options.path.suffix),)) from fault
    if not isinstance(frame, gpd.GeoDataFrame) or "geometry" not in frame:
        raise DataError((Fault.of(table, "geometry", Problem.NO_GEOMETRY),))
    if frame.empty:
        raise DataError((Fault.of(table, "", Problem.EMPTY),))
    frame = _named(frame, table)
    options = replace(
        options, key=clean_key(options.key), name=clean_key(options.name), group=clean_key(options.group)
    )
    faults = _check_columns(frame, table, options)
    there = {column: clean_keys(frame[column]) for column in _columns_of(options) if column in frame}
    if not faults:
        faults += _check_keys(there, table, options)
    faults += _check_geometry(frame, table, options)
    if faults:
        raise DataError(tuple(faults))
    geometry, notes = _mend(frame, table, there[options.name])
    return gpd.GeoDataFrame(frame.drop(columns="geometry").assign(**there), geometry=geometry, crs="EPSG:4326"), notes


def read_areas(options: AreaSettings) -> Areas:
    """Boundaries of the file in the settings.

    Columns other than key, name and group are dropped: each fact about an area has one source.

    Raises
    ------
    DataError
        With every fault of the file: a missing part, a missing or contradicting CRS, coordinates outside the country,
        unknown columns, no areas, a duplicate area, no polygon, a polygon that cannot be repaired.
    """
    frame, notes = read_layer(options)
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
