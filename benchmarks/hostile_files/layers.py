"""Layers of boundaries made to do harm: to take all memory, to take hours, to reach files or the network."""

from __future__ import annotations

import io
import json
import math
import random
import sqlite3
import struct
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_SQUARE = shapely.box(123.5, -10.2, 123.51, -10.19)
_RING = "[[123.5,-10.2],[123.51,-10.2],[123.51,-10.19],[123.5,-10.2]]"
_WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]]'
)
_GIB = 1 << 30


def _frame(shape: Any = _SQUARE, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"kode": ["1"], "kelurahan": ["a"]} | columns, geometry=[shape], crs="EPSG:4326")


def _package(folder: Path, *statements: str, shape: Any = _SQUARE) -> Path:
    path = folder / "a.gpkg"
    _frame(shape).to_file(path, layer="batas")
    with closing(sqlite3.connect(path)) as database:
        database.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            database.create_function(name, 1, lambda _: 0.0)
        for statement in statements:
            database.execute(statement)
        database.commit()
    return path


def _layers(count: int) -> Iterable[str]:
    for at in range(count):
        yield f"CREATE TABLE t{at} (fid INTEGER PRIMARY KEY, geom BLOB)"
        yield f"INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('t{at}', 'features', 4326)"  # noqa: S608
        yield f"INSERT INTO gpkg_geometry_columns VALUES ('t{at}', 'geom', 'GEOMETRY', 4326, 0, 0)"  # noqa: S608


def _damaged_package(folder: Path, change: Callable[[bytearray], None]) -> Path:
    path = _package(folder)
    raw = bytearray(path.read_bytes())
    change(raw)
    path.write_bytes(raw)
    return path


def _noise(raw: bytearray) -> None:
    found = random.Random(1)  # noqa: S311 - the same damage each time
    for at in found.sample(range(4096, len(raw)), 3_000):
        raw[at] = found.randrange(256)


def _cycle(raw: bytearray) -> None:
    """Every page says that it is an inner one whose child is page 1."""
    size = int.from_bytes(raw[16:18], "big")
    for at in range(size, len(raw), size):
        raw[at : at + 12] = struct.pack(">BHHHBI", 5, 0, 1, size - 8, 0, 1)


def _geometry(raw: bytes) -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        path = _package(folder)
        with closing(sqlite3.connect(path)) as database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            database.execute("UPDATE batas SET geom=?", (b"GP\x00\x01" + struct.pack("<i", 4326) + raw,))
            database.commit()
        return path

    return made


def _json(text: str, *, head: str = "") -> Callable[[Path], Path]:
    def made(folder: Path) -> Path:
        path = folder / "a.geojson"
        path.write_text(f'{{"type":"FeatureCollection",{head}"features":[{text}]}}', "utf-8")
        return path

    return made


def _feature(properties: str = '"kode":"1","kelurahan":"a"', coordinates: str = f"[{_RING}]") -> str:
    shape = f'{{"type":"Polygon","coordinates":{coordinates}}}'
    return f'{{"type":"Feature","properties":{{{properties}}},"geometry":{shape}}}'


def _scribble(points: int) -> Any:
    """A ring that crosses itself about as often as it has pairs of edges."""
    found = np.random.default_rng(1).random((points, 2)) / 100 + [123.5, -10.2]
    return shapely.Polygon(found)


def _shapefile(folder: Path, **parts: Callable[[bytearray], bytes]) -> Path:
    _frame().to_file(folder / "a.shp")
    for part, change in parts.items():
        path = folder / f"a.{part}"
        path.write_bytes(change(bytearray(path.read_bytes()) if path.is_file() else bytearray()))
    return folder / "a.shp"


def _put(at: int, value: bytes) -> Callable[[bytearray], bytes]:
    def changed(raw: bytearray) -> bytes:
        raw[at : at + len(value)] = value
        return bytes(raw)

    return changed


def _zipped(folder: Path, members: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in members:
            packed.writestr(name, content)
    return path


def _bomb(folder: Path) -> Path:
    """A GB of blanks as the table of attributes."""
    path = folder / "a.zip"
    shapefile = _shapefile(folder)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for part in ("shp", "shx", "prj"):
            packed.write(shapefile.with_suffix(f".{part}"), f"a.{part}")
        with packed.open("a.dbf", "w", force_zip64=True) as target:
            target.write(shapefile.with_suffix(".dbf").read_bytes())
            piece = b" " * (1 << 24)
            for _ in range(_GIB // len(piece)):
                target.write(piece)
    return path


def _overlapping(folder: Path) -> Path:
    """Thousands of entries that all lead to the same compressed bytes."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.shp", bytes(50 << 20))
    raw = held.getvalue()
    start = raw.index(b"PK\x01\x02")
    end = raw.index(b"PK\x05\x06")
    entry, count = raw[start:end], 150
    entries = b"".join(entry.replace(b"a.shp", f"a.{at:03}".encode()) for at in range(count - 1)) + entry
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(entries), start, 0)
    path = folder / "a.zip"
    path.write_bytes(raw[:start] + entries + tail)
    return path


def _entries(count: int) -> Callable[[Path], Path]:
    """A zip whose list of members is very long."""

    def made(folder: Path) -> Path:
        def entry(at: int) -> bytes:
            name = f"{at}.shp".encode()
            return (
                struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *(20, 20, 0, 0, 0, 33), 0, 0, 0, len(name), *(0,) * 6)
                + name
            )

        listed = b"".join(entry(at) for at in range(count))
        first = b"PK\x03\x04" + bytes(26)
        wide = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(listed), len(first))
        where = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(first) + len(listed), 1)
        tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
        path = folder / "a.zip"
        path.write_bytes(first + listed + wide + where + tail)
        return path

    return made


def _link(folder: Path) -> Path:
    link = zipfile.ZipInfo("a.shp")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return _zipped(folder, [(link, b"/etc/passwd"), *((f"a.{part}", b"") for part in ("shx", "dbf", "prj"))])


def _parquet(folder: Path, columns: dict[str, Any], **geo: Any) -> Path:
    told = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"} | geo}}
    table = pa.table(columns).replace_schema_metadata({"geo": json.dumps(told)})
    pq.write_table(table, folder / "a.parquet", compression="zstd")
    return folder / "a.parquet"


def _wkb(raw: bytes) -> Callable[[Path], Path]:
    return lambda folder: _parquet(
        folder, {"kode": ["1"], "kelurahan": ["a"], "geometry": pa.array([raw], pa.binary())}
    )


def _repeated(folder: Path) -> Path:
    """Sixty-seven million rows that are all the same: a dictionary and a count."""
    rows, piece = 1 << 26, 1 << 22
    schema = pa.schema([("kode", pa.string()), ("kelurahan", pa.string()), ("geometry", pa.binary())])
    told = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB"}}}
    part = pa.table(
        {
            name: pa.DictionaryArray.from_arrays(pa.array(np.zeros(piece, np.int8)), pa.array([value], kind))
            for (name, value), kind in zip(
                (("kode", "1"), ("kelurahan", "a"), ("geometry", shapely.to_wkb(_SQUARE))), schema.types, strict=True
            )
        }
    )
    with pq.ParquetWriter(
        folder / "a.parquet",
        part.schema.with_metadata({"geo": json.dumps(told)}),
        compression="zstd",
        use_dictionary=True,
    ) as writer:
        for _ in range(rows // piece):
            writer.write_table(part.replace_schema_metadata({"geo": json.dumps(told)}))
    return folder / "a.parquet"


def _footer(folder: Path) -> Path:
    path = _wkb(shapely.to_wkb(_SQUARE))(folder)
    raw = bytearray(path.read_bytes())
    raw[-8:-4] = struct.pack("<I", 0x7FFFFFFF)
    path.write_bytes(raw)
    return path


def _nested_wkb(depth: int) -> bytes:
    return struct.pack("<BII", 1, 7, 1) * depth + shapely.to_wkb(_SQUARE)


MAKERS: dict[str, Callable[[Path], Path]] = {
    # SQL in a GeoPackage.
    "gpkg: view that never ends": lambda folder: _package(
        folder,
        "CREATE VIEW lama AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n) SELECT x AS fid FROM n",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('lama', 'attributes', 'lama')",
    ),
    "gpkg: trigger that deletes": lambda folder: _package(
        folder, "CREATE TRIGGER t AFTER UPDATE ON batas BEGIN DELETE FROM batas; END"
    ),
    "gpkg: full-text table": lambda folder: _package(folder, "CREATE VIRTUAL TABLE f USING fts4(x)"),
    "gpkg: column of a thousand million bytes": lambda folder: _package(
        folder, "ALTER TABLE batas ADD COLUMN besar BLOB AS (zeroblob(999999999))"
    ),
    "gpkg: 5,000 layers": lambda folder: _package(folder, *_layers(5_000)),
    "gpkg: 3,000 bytes changed": lambda folder: _damaged_package(folder, _noise),
    "gpkg: pages in a circle": lambda folder: _damaged_package(folder, _cycle),
    "gpkg: four thousand million points": _geometry(struct.pack("<BIII", 1, 3, 1, 0xFFFFFFFF)),
    "gpkg: 100,000 nested collections": _geometry(_nested_wkb(100_000)),
    "gpkg: polygon that crosses itself a million times": lambda folder: _package(folder, shape=_scribble(2_000)),
    # GeoJSON.
    "geojson: system at an address": _json(
        _feature(), head='"crs":{"type":"link","properties":{"href":"http://127.0.0.1:9/x","type":"proj4"}},'
    ),
    "geojson: system at a hidden address": _json(
        _feature(), head='"\\u0063rs":{"type":"url","properties":{"url":"http://127.0.0.1:9/x"}},'
    ),
    "geojson: 5 million nested lists": _json(_feature(coordinates="[" * 5_000_000 + "]" * 5_000_000)),
    "geojson: 3 million vertices": _json(
        _feature(
            coordinates="[["
            + ",".join(
                f"[{123.5 + math.cos(at / 477464.8) / 100:.9f},{-10.2 + math.sin(at / 477464.8) / 100:.9f}]"
                for at in range(3_000_000)
            )
            + ",[123.51,-10.2]]]"
        )
    ),
    "geojson: numbers without end": _json(
        _feature(coordinates="[[[1e999,NaN],[Infinity,1],[1,-1e999],[1e999,NaN]]]")
    ),
    "geojson: a million columns": _json(_feature(properties=",".join(f'"k{at}":{at}' for at in range(1_000_000)))),
    "geojson: another column in each of 50,000 rows": _json(
        ",".join(_feature(properties=f'"k{at}":1') for at in range(50_000))
    ),
    "geojson: a value of 200 MB": _json(_feature(properties=f'"kode":"{"1" * (200 << 20)}","kelurahan":"a"')),
    "geojson: half of a letter": _json(_feature(properties='"kode":"\\ud800","kelurahan":"a"')),
    # Shapefiles.
    "shp: 2 thousand million parts": lambda folder: _shapefile(
        folder, shp=_put(100 + 8 + 36, struct.pack("<ii", 0x7FFFFFFF, 0x7FFFFFFF))
    ),
    "shp: record beyond the file": lambda folder: _shapefile(
        folder, shx=_put(100, struct.pack(">ii", 0x3FFFFFFF, -1))
    ),
    "shp: 2 thousand million rows": lambda folder: _shapefile(
        folder, dbf=_put(4, struct.pack("<IHH", 0x7FFFFFFF, 97, 1))
    ),
    "shp: columns of no width": lambda folder: _shapefile(folder, dbf=_put(8, struct.pack("<HH", 65_535, 0))),
    "shp: system at an address": lambda folder: _shapefile(folder, prj=lambda _: b"http://127.0.0.1:9/epsg/4326"),
    "shp: system with a grid at an address": lambda folder: _shapefile(
        folder,
        prj=lambda _: (
            _WGS84[:-1] + ',EXTENSION["PROJ4","+proj=longlat +nadgrids=http://127.0.0.1:9/x,/dev/zero +no_defs"]]'
        ).encode(),
    ),
    "shp: system of 60 MB": lambda folder: _shapefile(folder, prj=lambda _: b'PROJCS["' * 7_500_000),
    "shp: letters of an encoding that leads elsewhere": lambda folder: _shapefile(
        folder, cpg=lambda _: b"../../../../etc/passwd\0" * 4
    ),
    # Archives.
    "zip: a GB of blanks": _bomb,
    "zip: 150 parts of the same bytes": _overlapping,
    "zip: a million members": _entries(1_000_000),
    "zip: a link": _link,
    "zip: a way out": lambda folder: _zipped(folder, [("../../a.shp", b"\x00\x00\x27\x0a"), ("/a.dbf", b"")]),
    # GeoParquet.
    "parquet: footer longer than the file": _footer,
    "parquet: 67 million rows in 2 MB": _repeated,
    "parquet: shape with four thousand million points": _wkb(struct.pack("<BIII", 1, 3, 1, 0xFFFFFFFF)),
    "parquet: a million nested collections": _wkb(_nested_wkb(1_000_000)),
    "parquet: system in a file": lambda folder: _parquet(
        folder,
        {"kode": ["1"], "kelurahan": ["a"], "geometry": [shapely.to_wkb(_SQUARE)]},
        crs={"type": "GeographicCRS", "name": "x", "$schema": "file:///etc/passwd"},
    ),
}
