"""A layer of boundaries as plain columns and shapes: read in the process for files from outside.

`geo.places.boundaries` makes its checked layer of the answer.
"""

from __future__ import annotations

import contextlib
import json
import math
import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import read_arrow
from shapely.errors import ShapelyError

from geo.errors import DataError, Fault, Problem
from geo.places.files import checked
from geo.places.keys import clean_key
from geo.places.layer_safety import MOST_COLUMNS, check_geojson, check_package
from geo.places.letters import DAMAGED, letters_of
from geo.places.mending import are_polygons, mended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BROKEN = (
    *(DataSourceError, DataLayerError, ShapelyError, pa.ArrowException, sqlite3.Error),
    *(ValueError, TypeError, KeyError, OSError, RecursionError),
)
#: Declared kinds that leave open what the shapes are.
_OPEN_KINDS = {
    f"{kind}{more}" for kind in ("Unknown", "Geometry", "GeometryCollection") for more in ("", " Z", " M", " ZM")
} | {"Unknown (any)"}
#: Beyond it a number with a fraction part no longer holds every whole number.
_EXACT = 2**53
_INDEX = re.compile(r"__index_level_\d+__")


def _fault(name: str, problem: Problem, column: str = "", **told: Any) -> DataError:
    return DataError((Fault.of(name, column, problem, **told),))


@contextlib.contextmanager
def _told(name: str, ending: str) -> Iterator[None]:
    """What a library raises is a fault of the file; its message holds a path and does not help an office worker."""
    try:
        yield
    except MemoryError:
        raise
    except _BROKEN as fault:
        raise _fault(name, Problem.UNREADABLE, hint=ending) from fault


def _check_number(columns: list[str], name: str) -> None:
    if len(columns) > MOST_COLUMNS:
        raise _fault(name, Problem.READER_STOPPED)


def _has_polygons(path: Path, layer: str) -> bool:
    _, table = read_arrow(path, layer=layer, columns=[])
    shapes = shapely.from_wkb(_storage(table.column(table.num_columns - 1)).to_numpy())
    return bool(are_polygons(shapes).any())


def _layer(path: Path, name: str) -> str:
    """The only layer of polygons of a file, by its shapes where its declaration does not say."""
    # A table of attributes or of styles has no kind.
    layers = [(str(one), str(kind)) for one, kind in pyogrio.list_layers(path) if kind is not None]
    if not layers:
        raise _fault(name, Problem.NO_GEOMETRY, "geometry")
    if len(layers) == 1:
        return layers[0][0]
    found = [one for one, kind in layers if "Polygon" in kind or (kind in _OPEN_KINDS and _has_polygons(path, one))]
    found = found or [one for one, _ in layers]
    if len(found) > 1:
        raise _fault(name, Problem.SEVERAL_LAYERS, values=found)
    return found[0]


def _primary(schema: pa.Schema, name: str) -> tuple[str, str | None]:
    """Column with the shapes of a GeoParquet, and its coordinate system."""
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        raise _fault(name, Problem.NO_GEOMETRY, "geometry")
    told = json.loads(raw)
    primary = told["primary_column"]
    column = told["columns"].get(primary, {})
    if primary not in schema.names:
        raise _fault(name, Problem.NO_GEOMETRY, "geometry")
    if column.get("encoding") != "WKB":
        raise _fault(name, Problem.IS_OTHER_LAYER, hint="GeoArrow")
    system = column.get("crs", "OGC:CRS84")
    return str(primary), json.dumps(system) if isinstance(system, dict) else system


def _safe(path: Path, options: dict[str, Any]) -> Path:
    """The file, unpacked, after all checks that need no geometry library."""
    name = str(options["name"])
    path = checked(path, name, options.get("folder"))
    if path.suffix.lower() == ".gpkg":
        check_package(path, name)
    if path.suffix.lower() in {".geojson", ".json"}:
        check_geojson(path, name)
    return path


def _from_parquet(path: Path, name: str) -> tuple[list[str], list[Any], Any, str | None]:
    primary, system = _primary(pq.read_schema(path), name)
    table = pq.ParquetFile(path).read(use_threads=False)
    kept = [one for one in table.column_names if one != primary and not _INDEX.fullmatch(one)]
    return kept, [table.column(one) for one in kept], table.column(primary), system


def _from_gdal(path: Path, name: str) -> tuple[list[str], list[Any], Any, str | None, bool]:
    layer = _layer(path, name)
    encoding, is_guess = letters_of(path) if path.suffix.lower() == ".shp" else (None, False)
    meta, table = read_arrow(path, layer=layer, encoding=encoding)
    fields = [str(one) for one in meta["fields"]]
    if table.num_columns != len(fields) + 1:
        raise _fault(name, Problem.NO_GEOMETRY, "geometry")
    columns = [table.column(at) for at in range(table.num_columns)]
    return fields, columns, _storage(columns.pop()), meta["crs"], is_guess


def _storage(column: Any) -> Any:
    """A column of a type of its own (JSON, WKB) as the plain one that it is kept in."""
    if not isinstance(column.type, pa.BaseExtensionType):
        return column
    return pa.chunked_array([part.storage for part in column.chunks], column.type.storage_type)


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return json.dumps(value, ensure_ascii=False, default=_text)


def _readable(column: Any, *, may_be_cut: bool) -> Any:
    """A column of text in which bytes that are no letters are `DAMAGED`; a last letter that was cut off is gone."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        found = [
            one if one is None else one.decode("utf-8", "replace")
            for one in column.cast(pa.large_binary()).to_pylist()
        ]
        if may_be_cut:
            found = [one and one.removesuffix(DAMAGED) for one in found]
        return pa.chunked_array([pa.array(found, pa.string())])
    return column


def _simple(column: Any, *, may_be_cut: bool) -> Any:
    """A column that any table file can hold: lists, objects and bytes as text."""
    column = _readable(_storage(column), may_be_cut=may_be_cut)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    is_far = pa.types.is_timestamp(kind) and kind.tz is not None
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or is_far:
        return pa.chunked_array([pa.array([_text(one) for one in column.to_pylist()], pa.string())])
    return column


def _is_whole(value: Any) -> bool:
    return math.isfinite(value) and value == int(value) and abs(value) <= _EXACT


def _as_key(column: Any, name: str, label: str, *, is_key: bool) -> Any:
    """A column of keys as text, whatever its type: a code that was kept as a number with a fraction part has none."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return column.cast(pa.string())
    if not (pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return column
    # An empty cell of a shapefile may be no number at all.
    values = [None if one is None or math.isnan(one) else one for one in column.to_pylist()]
    wrong = [at for at, one in enumerate(values) if one is not None and not _is_whole(one)]
    if wrong and is_key:
        rows = [at + 2 for at in wrong]
        raise _fault(name, Problem.NOT_WHOLE, label, values=[values[at] for at in wrong], rows=rows)
    texts = [None if one is None else str(int(one)) if _is_whole(one) else str(one) for one in values]
    return pa.chunked_array([pa.array(texts, pa.string())])


def layer_job(path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], pa.Table]:
    """Attributes and shapes of a layer.

    Parameters
    ----------
    path
        As `geo.places.files.placed` gives it.
    options
        `name`: of the file, for faults; `folder`: to unpack in; `key`: column of the keys; `texts`: further columns
        that are compared; `only`: whether other columns stay behind; `most`: vertices it may have, 0: any number.

    Returns
    -------
    Names of all columns, positions of those in the table, coordinate system (or None), whether letters are a guess,
    positions of rows whose shape was repaired and of those where that was not possible; and a table whose last column
    is WKB.

    Raises
    ------
    DataError
        When there is no layer of polygons that can be read, or a key is a number that is not exact.
    """
    name = str(options["name"])
    with _told(name, path.suffix):
        path = _safe(path, options)
        if path.suffix.lower() == ".parquet":
            (fields, columns, shapes, system), is_guess = _from_parquet(path, name), False
        else:
            fields, columns, shapes, system, is_guess = _from_gdal(path, name)
        _check_number(fields, name)
        # Here, and not in the process that asked: bytes that are no shapes, and shapes that take hours to repair.
        found = shapely.from_wkb(shapes.to_numpy())
        if options["most"] and shapely.get_num_coordinates(found).sum() > options["most"]:
            raise _fault(name, Problem.TOO_MANY_VERTICES, "geometry", hint=f"{options['most']:,}")
        found, mends, lost = mended(found)
        key, texts = clean_key(options["key"]), {clean_key(one) for one in options["texts"]}
        labels = [clean_key(one) for one in fields]
        sent = [at for at, one in enumerate(labels) if not options["only"] or one == key or one in texts]
        made = [_simple(columns[at], may_be_cut=path.suffix.lower() == ".shp") for at in sent]
        for place, at in enumerate(sent):
            if labels[at] == key or labels[at] in texts:
                made[place] = _as_key(made[place], name, labels[at], is_key=labels[at] == key)
        shape = pa.array(shapely.to_wkb(found, include_srid=False), pa.large_binary())
        table = pa.table([*made, shape], names=[*(f"c{at}" for at in sent), "shape"])
    facts = {"columns": fields, "sent": sent, "crs": system, "is_guess": is_guess, "mended": mends, "lost": lost}
    return facts, table


def layer_columns_job(path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], None]:
    """Names of the attributes of a layer.

    Parameters
    ----------
    path, options
        As for `layer_job`; of the options, `name` and `folder`.

    Raises
    ------
    DataError
        When the file is no layer that can be read.
    """
    name = str(options["name"])
    with _told(name, path.suffix):
        path = _safe(path, options)
        if path.suffix.lower() == ".parquet":
            schema = pq.read_schema(path)
            primary = _primary(schema, name)[0]
            found = [one for one in schema.names if one != primary and not _INDEX.fullmatch(one)]
        else:
            encoding = letters_of(path)[0] if path.suffix.lower() == ".shp" else None
            found = list(pyogrio.read_info(path, layer=_layer(path, name), encoding=encoding)["fields"])
        _check_number(found, name)
    return {"columns": [str(one) for one in found]}, None
