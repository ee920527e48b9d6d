"""Layers as offices and programs leave them that were once misread, each with what is right for it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geo.__main__ import main
from geo.errors import DataError, Problem
from geo.places.boundaries import Mended, Note, layer_columns, read_areas, read_layer
from geo.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.settings import AreaSettings

    Run = Callable[..., tuple[int, dict[str, Any]]]

CASES = Path(__file__).parent.parent / "data" / "cases"
SQUARES = [shapely.box(123.5 + at / 100, -10.2, 123.51 + at / 100, -10.19) for at in range(3)]
CODES = ["53.71.01.1001", "53.71.01.1002", "53.71.01.1003"]


def settings_of(path: Path, **more: Any) -> AreaSettings:
    chosen = {"key": "kode", "name": "kelurahan", "group": ""} | more
    return replace(read_settings().areas, path=path, **chosen)


def layer(**columns: Any) -> gpd.GeoDataFrame:
    found = {"kode": CODES, "kelurahan": ["Alak", "Naioni", "Manutapen"]} | columns
    return gpd.GeoDataFrame(found, geometry=SQUARES, crs="EPSG:4326")


def saved(path: Path, frame: gpd.GeoDataFrame, **how: Any) -> Path:
    pyogrio.write_dataframe(frame, path, **how)
    return path


def problem(path: Path, **more: Any) -> Problem:
    with pytest.raises(DataError) as fault:
        read_layer(settings_of(path, **more))
    assert {one.table for one in fault.value.faults} == {path.name}
    return fault.value.faults[0].problem


@pytest.mark.parametrize(
    ("name", "key", "first"),
    [
        ("gj_mixed_multi.geojson", "53.71.01.1001", "Namosain"),
        ("lay_generic_and_table.gpkg", "53.71.01.1001", "Namosain"),
        ("shp_real_key.shp", "5371011001", "Namosain"),
        ("shp_utf8_nocpg.shp", "53.71.01.1001", "Namosain Ba\u2019a é"),
        ("DATA PENTING!/batas.gpkg", "53.71.01.1001", "Namosain"),
        ("batas [2024].shp", "53.71.01.1001", "Namosain"),
        ("pq_geom.parquet", "53.71.01.1001", "Namosain"),
        ("gj_nested.geojson", "53.71.01.1001", "Namosain"),
    ],
)
def test_each_is_the_same_eight_kelurahan(name: str, key: str, first: str) -> None:
    frame, notes = read_layer(settings_of(CASES / name))
    assert notes == ()
    assert (frame["kode"].iloc[0], frame["kelurahan"].iloc[0], len(frame), frame["kasus"].sum()) == (
        key,
        first,
        8,
        22,
    )


def test_names_are_matched_with_a_layer_of_both_kinds_of_polygons(run_json: Run, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    code, _ = run_json(
        *("places", "match", CASES / "names.csv", "--column", "kel", "--areas", CASES / "gj_mixed_multi.geojson"),
        *("-o", out),
    )
    assert code == 0
    assert pd.read_csv(out, dtype=str)["kode"].tolist() == ["53.71.01.1001", "53.71.01.1002"]


# Both kinds of polygons, and declared kinds that say nothing.


def test_a_declared_kind_says_nothing(tmp_path: Path) -> None:
    mixed = layer(geometry=[SQUARES[0], shapely.MultiPolygon([SQUARES[1]]), SQUARES[2]])
    for kind in ("Unknown", "MultiPolygon", "GeometryCollection"):
        path = saved(tmp_path / f"{kind}.gpkg", mixed, geometry_type=kind)
        assert read_areas(settings_of(path)).index.tolist() == CODES
    high = layer(geometry=shapely.force_3d(SQUARES, 12.5))
    assert read_areas(settings_of(saved(tmp_path / "high.gpkg", high))).index.tolist() == CODES


def test_points_and_tables_beside_it_are_no_boundaries(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", layer(), layer="batas", geometry_type="Unknown")
    points = layer().assign(geometry=lambda frame: shapely.centroid(frame.geometry))
    saved(path, points, layer="kantor", geometry_type="Unknown", append=True)
    pyogrio.write_dataframe(pd.DataFrame({"styleQML": ["<qgis/>"]}), path, layer="layer_styles", append=True)
    assert read_areas(settings_of(path)).index.tolist() == CODES
    assert layer_columns(path) == ["kode", "kelurahan"]


def test_two_layers_of_boundaries_are_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", layer(), layer="2020")
    saved(path, layer(), layer="2024", append=True)
    with pytest.raises(DataError) as fault:
        read_areas(settings_of(path))
    assert fault.value.faults[0].problem is Problem.SEVERAL_LAYERS
    assert sorted(fault.value.faults[0].values) == ["2020", "2024"]


def test_only_a_table_of_attributes(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"kode": CODES}), path, layer="tabel")
    assert problem(path) is Problem.NO_GEOMETRY


# Keys are text, whatever their type.


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".parquet"])
@pytest.mark.parametrize("kind", ["float64", "int64"])
def test_a_code_kept_as_a_number(tmp_path: Path, ending: str, kind: str) -> None:
    frame = layer(kode=np.array([5371011001, 5371011002, 5371011003], dtype=kind))
    path = tmp_path / f"a{ending}"
    frame.to_parquet(path) if ending == ".parquet" else saved(path, frame)
    assert read_areas(settings_of(path)).index.tolist() == ["5371011001", "5371011002", "5371011003"]


def test_a_code_kept_as_a_decimal_or_a_word_of_a_list(tmp_path: Path) -> None:
    frame = layer(
        kode=pd.array(["5371011001", "5371011002", "5371011003"], dtype=pd.ArrowDtype(pa.decimal128(12, 2)))
    )
    frame.assign(kelurahan=frame["kelurahan"].astype("category")).to_parquet(tmp_path / "a.parquet")
    areas = read_areas(settings_of(tmp_path / "a.parquet"))
    assert areas.index.tolist() == ["5371011001", "5371011002", "5371011003"]
    assert areas.names.tolist() == ["Alak", "Naioni", "Manutapen"]


def test_an_empty_code_among_numbers_is_an_empty_one(tmp_path: Path) -> None:
    frame = layer(kode=pd.array([5371011001, None, 5371011003], dtype="Int64"))
    for ending in (".gpkg", ".shp", ".geojson"):
        with pytest.raises(DataError) as fault:
            read_areas(settings_of(saved(tmp_path / f"a{ending}", frame)))
        assert [(one.problem, one.rows) for one in fault.value.faults] == [(Problem.MISSING_VALUE, (3,))]


@pytest.mark.parametrize("code", [5371011002.5, 2.0**60])
def test_a_code_that_a_number_cannot_hold(tmp_path: Path, code: float) -> None:
    path = saved(tmp_path / "a.gpkg", layer(kode=[5371011001.0, code, 5371011003.0]))
    with pytest.raises(DataError) as fault:
        read_areas(settings_of(path))
    assert [(one.problem, one.rows) for one in fault.value.faults] == [(Problem.NOT_WHOLE, (3,))]


# Letters of a shapefile.


@pytest.mark.parametrize(
    ("encoding", "stated", "is_told"),
    [
        ("UTF-8", "UTF-8", False),
        ("UTF-8", None, False),
        ("UTF-8", "ISO-8859-1", False),
        ("CP1252", "1252", False),
        ("CP1252", "ANSI 1252", False),
        ("CP1252", None, True),
        ("CP1252", "UTF-8", True),
        ("CP1252", "nonsense", True),
        ("ISO-8859-1", "ISO-8859-1", False),
        ("CP850", "850", False),
    ],
)
def test_letters_of_a_shapefile(tmp_path: Path, encoding: str, stated: str | None, is_told: bool) -> None:
    names = ["Baʼa é" if encoding == "UTF-8" else "Baá", "Naioni", "Manutapen"]
    path = saved(tmp_path / "a.shp", layer(kelurahan=names), encoding=encoding)
    table = path.with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    raw[29] = 0  # states nothing
    table.write_bytes(raw)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if stated:
        path.with_suffix(".cpg").write_text(stated, "ascii")
    areas = read_areas(settings_of(path))
    assert areas.names.tolist() == names
    assert areas.notes == ((Note(Mended.LETTERS, (names[0],)),) if is_told else ())


def test_a_letter_cut_off_by_the_width_of_its_column(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.shp", layer(kelurahan=["é" * 40, "Naioni", "Manutapen"]), encoding="UTF-8")
    table = path.with_suffix(".dbf")
    raw = table.read_bytes()
    assert raw.count("é".encode() * 40) == 1
    table.write_bytes(raw.replace("é".encode() * 40, b"a" + "é".encode() * 39 + b"\xc3"))
    path.with_suffix(".cpg").unlink(missing_ok=True)
    assert read_areas(settings_of(path)).names.iloc[0] == "a" + "é" * 39


def test_a_guess_is_told_by_a_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = saved(tmp_path / "a.shp", layer(kelurahan=["Baá", "Naioni", "Manutapen"]), encoding="CP1252")
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[29] = 0
    path.with_suffix(".dbf").write_bytes(raw)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    (tmp_path / "p.csv").write_text("x,y\n123.505,-10.195\n", "utf-8")
    asked = [
        "places",
        "locate",
        tmp_path / "p.csv",
        "--x",
        "x",
        "--y",
        "y",
        "--areas",
        path,
        "-o",
        tmp_path / "o.csv",
    ]
    assert main([*map(str, asked), "--lang", "en"]) == 0
    told = capsys.readouterr().err
    assert "Baá" in told
    assert "Windows-1252" in told


# Paths with any sign.


@pytest.mark.parametrize("folder", ["DATA PENTING!", "a?b #1", "[2024] {x}", "50% $HOME ~", "é 'x' & y"])
@pytest.mark.parametrize("ending", [".shp", ".gpkg", ".geojson", ".zip"])
def test_paths_with_any_sign(tmp_path: Path, folder: str, ending: str) -> None:
    place = tmp_path / folder
    place.mkdir()
    path = place / f"batas! [2024]?#{ending}"
    plain = saved(tmp_path / f"layer{'.shp' if ending == '.zip' else ending}", layer())
    if ending == ".zip":
        with zipfile.ZipFile(path, "w") as packed:
            for part in tmp_path.glob("layer.*"):
                packed.write(part, f"{folder}/x [1].y!{part.suffix}")
    else:
        for part in tmp_path.glob("layer.*"):
            shutil.copy(part, path.with_name(path.stem + part.suffix))
    assert plain.is_file()
    assert read_areas(settings_of(path)).index.tolist() == CODES


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".csv", ".xlsx", ".parquet"])
def test_results_are_written_to_any_path(run_json: Run, tmp_path: Path, ending: str) -> None:
    place = tmp_path / "DATA [1] PENTING!?"
    place.mkdir()
    out = place / f"hasil! #1{ending}"
    code, _ = run_json(
        *("measure", CASES / "gj_nested.geojson", "--id", "kode", "--cases", "kasus"),
        *("--population", "penduduk", "--method", "smr", "-o", out),
    )
    assert code == 0
    assert [one.name for one in place.iterdir()] == [out.name]
    if ending in {".gpkg", ".geojson"}:
        assert len(read_layer(settings_of(out))[0]) == 8


def test_parts_in_capitals_and_what_programs_leave_beside_them(tmp_path: Path) -> None:
    saved(tmp_path / "a.shp", layer())
    for part in tmp_path.glob("a.*"):
        part.rename(part.with_name(f"BATAS{part.suffix.upper()}"))
    for ending in (".qix", ".sbn", ".sbx", ".qmd", ".cst", ".shp.xml", ".qpj"):
        (tmp_path / f"BATAS{ending}").write_bytes(b"\x00left over")
    assert read_areas(settings_of(tmp_path / "BATAS.SHP")).index.tolist() == CODES


# Attributes and shapes as other programs keep them.


def test_a_second_shape_and_an_index_in_a_parquet(tmp_path: Path) -> None:
    frame = layer().rename_geometry("wkb_geometry").assign(titik=gpd.GeoSeries(shapely.centroid(SQUARES), crs=4326))
    frame.set_index(pd.Index(["a", "b", "c"], name=None)).to_parquet(tmp_path / "a.parquet")
    found, _ = read_layer(settings_of(tmp_path / "a.parquet"))
    assert found["kode"].tolist() == CODES
    assert found.geometry.geom_equals(gpd.GeoSeries(SQUARES, crs=4326)).all()


def test_a_parquet_whose_shapes_are_none(tmp_path: Path) -> None:
    layer().to_parquet(tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    at = table.schema.get_field_index("geometry")
    broken = table.set_column(at, "geometry", pa.array([b"\x01\x03\x00\x00\x00\xff\xff\xff\xff"] * 3, pa.binary()))
    pq.write_table(broken.replace_schema_metadata(table.schema.metadata), tmp_path / "b.parquet")
    assert problem(tmp_path / "b.parquet") is Problem.UNREADABLE


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet", ".gpkg", ".geojson"])
def test_lists_and_objects_become_text(run_json: Run, tmp_path: Path, ending: str) -> None:
    code, _ = run_json(
        *("measure", CASES / "gj_nested.geojson", "--id", "kode", "--cases", "kasus"),
        *("--population", "penduduk", "--method", "smr", "-o", tmp_path / f"x{ending}"),
    )
    assert code == 0
    readers = {".csv": pd.read_csv, ".xlsx": partial(pd.read_excel, engine="openpyxl"), ".parquet": pd.read_parquet}
    found = readers.get(ending, pyogrio.read_dataframe)(tmp_path / f"x{ending}")
    told = found["kodepos"].iloc[0]
    assert list(json.loads(told) if isinstance(told, str) else told) == ["85111", "85112"]


def test_nested_columns_of_a_parquet_become_text(tmp_path: Path) -> None:
    frame = layer(pos=[["85111"], None, ["1", "2"]], isi=[{"a": 1}, {"a": None}, None], raw=[b"\x01", b"", None])
    frame.to_parquet(tmp_path / "a.parquet")
    found, _ = read_layer(settings_of(tmp_path / "a.parquet"))
    assert [one if isinstance(one, str) else None for one in found["pos"]] == ['["85111"]', None, '["1", "2"]']
    assert json.loads(found["isi"].iloc[0]) == {"a": 1}
    assert found["raw"].iloc[0] == "01"


# What is no layer is told for what it is.

XML = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by a program -->\n'
OTHERS: dict[str, tuple[str, bytes, Problem, str]] = {
    "topo": ("a.json", (CASES / "topo.json").read_bytes(), Problem.IS_OTHER_LAYER, "TopoJSON"),
    "topo as geojson": ("a.geojson", (CASES / "topo.json").read_bytes(), Problem.IS_OTHER_LAYER, "TopoJSON"),
    "topo as such": ("a.topojson", (CASES / "topo.json").read_bytes(), Problem.IS_OTHER_LAYER, "TopoJSON"),
    "kml": ("a.kml", f"{XML}<kml/>".encode(), Problem.IS_OTHER_LAYER, "KML"),
    "kml as json": ("a.json", f"{XML}<kml xmlns='x'/>".encode(), Problem.IS_OTHER_LAYER, "KML"),
    "kml as zip": ("a.zip", f"{XML}<kml:kml xmlns:kml='x'/>".encode(), Problem.IS_OTHER_LAYER, "KML"),
    "gpx": ("a.gpx", b"<gpx version='1.1'/>", Problem.IS_OTHER_LAYER, "GPX"),
    "gml": ("a.gml", b"<x xmlns:gml='http://www.opengis.net/gml'/>", Problem.IS_OTHER_LAYER, "GML"),
    "a page": ("a.geojson", b"\xef\xbb\xbf<!DOCTYPE html><html>", Problem.IS_WEB_PAGE, ""),
    "a page as gpkg": ("a.gpkg", b"<html><body>404", Problem.IS_WEB_PAGE, ""),
    "a page as shp": ("a.shp", b"\n <table><tr>", Problem.IS_WEB_PAGE, ""),
    "a letter": ("a.zip", b"%PDF-1.7", Problem.IS_DOCUMENT, ""),
    "a table": ("a.csv", b"kode,kelurahan\n1,a\n", Problem.IS_PLAIN_TABLE, ""),
    "nothing known": ("a.xyz", b"hello", Problem.WRONG_KIND, ".geojson, .gpkg, .json, .parquet, .shp, .zip"),
    "a feature list": ("a.json", b'{"rows": []}', Problem.UNREADABLE, ".json"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_no_layer_is_told(tmp_path: Path, what: str) -> None:
    name, content, expected, hint = OTHERS[what]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as fault:
        read_areas(settings_of(path))
    assert [(one.problem, one.hint) for one in fault.value.faults] == [(expected, hint)]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (("doc.kml",), Problem.IS_OTHER_LAYER),
        (("x.gdb/a00000001.gdbtable",), Problem.IS_OTHER_LAYER),
        (("xl/workbook.xml",), Problem.IS_PLAIN_TABLE),
        (("readme.txt",), Problem.WRONG_KIND),
        (("a.shp", "b.shp"), Problem.SEVERAL_LAYERS),
    ],
)
def test_what_is_in_a_zip_is_told(tmp_path: Path, members: tuple[str, ...], expected: Problem) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for member in members:
            packed.writestr(member, b"x")
    assert problem(path) is expected


def test_a_folder_of_esri_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.gdb").mkdir()
    assert problem(tmp_path / "a.gdb") is Problem.IS_OTHER_LAYER
    assert problem(tmp_path / "b.gpkg") is Problem.MISSING_FILE


# A GeoPackage is a database.


def test_a_geopackage_that_is_still_open_elsewhere(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", layer())
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE later (x)")
        other.commit()
        assert problem(path) is Problem.STILL_OPEN
    # Closed, its header still says so, and its content is whole.
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for part in tmp_path.glob("a.gpkg-*"):
        part.unlink()
    assert path.read_bytes()[18:20] == b"\x02\x02"
    assert read_areas(settings_of(path)).index.tolist() == CODES


FOREIGN = {
    "a view": "CREATE VIEW v AS SELECT * FROM batas",
    "a temp-like name": "CREATE VIEW gpkg_x AS SELECT 1",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON batas BEGIN DELETE FROM batas; END",
    "a call in a comment's shade": (
        "CREATE TRIGGER t AFTER INSERT ON batas BEGIN INSERT INTO rtree_x VALUES ('/*'); "
        "SELECT load_extension('x'); SELECT '*/'; END"
    ),
    "a call in the usual": "CREATE TRIGGER t AFTER INSERT ON batas BEGIN DELETE FROM rtree_x WHERE id=evil(1); END",
    "full text": "CREATE VIRTUAL TABLE f USING fts4(x)",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_sql_of_its_own_is_refused(tmp_path: Path, what: str) -> None:
    path = saved(tmp_path / "a.gpkg", layer(), layer="batas")
    with closing(sqlite3.connect(path)) as database:
        database.create_function("evil", 1, lambda _: 1)
        database.execute(FOREIGN[what])
        database.commit()
    assert problem(path) is Problem.FOREIGN_SQL
    with pytest.raises(DataError):
        layer_columns(path)


def test_what_gdal_and_the_standard_write_is_usual(root: Path) -> None:
    own = root / "tests" / "data" / "kelurahan_kupang_bps2020.gpkg"
    with closing(sqlite3.connect(own)) as database:
        kinds = [kind for (kind,) in database.execute("SELECT type FROM sqlite_master")]
        tables = " ".join(sql or "" for (sql,) in database.execute("SELECT sql FROM sqlite_master"))
    assert kinds.count("trigger") >= 7
    assert "rtree" in tables
    assert len(layer_columns(own)) > 2


# A GeoJSON names its system, and nothing else.

SYSTEMS = {
    "link": '"crs":{"type":"link","properties":{"href":"http://127.0.0.1:1/x","type":"proj4"}}',
    "url": '"crs":{"type":"url","properties":{"url":"http://127.0.0.1:1/x"}}',
    "hidden": '"\\u0063rs":{"type":"link","properties":{"href":"http://127.0.0.1:1/x"}}',
    "single quotes": "'crs':{'type':'link','properties':{'href':'http://127.0.0.1:1/x'}}",
    "a comment before": '"crs"/**/:{"type":"link","properties":{"href":"http://127.0.0.1:1/x"}}',
    "a file": '"crs":{"type":"name","properties":{"name":"/etc/passwd"}}',
    "an address": '"crs":{"type":"name","properties":{"name":"http://127.0.0.1:1/epsg/4326"}}',
    "text of a system": '"crs":{"type":"name","properties":{"name":"+proj=longlat +nadgrids=http://127.0.0.1/x"}}',
    "a list": '"crs":["EPSG:4326"]',
}


@pytest.mark.parametrize("what", SYSTEMS)
def test_a_system_that_leads_somewhere_is_refused(tmp_path: Path, what: str) -> None:
    path = saved(tmp_path / "a.geojson", layer())
    text = path.read_text("utf-8")
    head, tail = text.split('"features"', 1)
    head = head.split('"crs"')[0]
    for at, place in enumerate(
        (f'{head}{SYSTEMS[what]},"features"{tail}', f"{text.rstrip()[:-1]},{SYSTEMS[what]}}}")
    ):
        path = tmp_path / f"{at}.geojson"
        path.write_text(place, "utf-8")
        assert problem(path) is Problem.NOT_A_PROJECTION
        with pytest.raises(DataError):
            layer_columns(path)


def test_a_known_system_and_an_attribute_of_that_name(tmp_path: Path) -> None:
    metres = layer(crs=["EPSG:4326", "crs", 'a "crs": b']).set_crs(4326).to_crs(32751)
    path = saved(tmp_path / "a.geojson", metres)
    assert "urn:ogc:def:crs:EPSG::32751" in path.read_text("utf-8")
    assert read_areas(settings_of(path)).index.tolist() == CODES
    path.write_text(path.read_text("utf-8").replace('"crs": { "type"', '"crs": null, "x": { "type"'), "utf-8")
    assert problem(path) is Problem.OUT_OF_RANGE


@pytest.mark.parametrize("content", [b"https://127.0.0.1:1/epsg/4326", b"+proj=longlat +nadgrids=x", b"/etc/passwd"])
def test_a_prj_that_is_no_system(tmp_path: Path, content: bytes) -> None:
    path = saved(tmp_path / "a.shp", layer())
    path.with_suffix(".prj").write_bytes(content)
    assert problem(path) is Problem.NOT_A_PROJECTION


def test_a_parquet_whose_system_is_an_address(tmp_path: Path) -> None:
    layer().to_parquet(tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    told = json.loads(table.schema.metadata[b"geo"])
    for system in ("http://127.0.0.1:1/x", "/etc/passwd", "+proj=longlat", {"$ref": "http://127.0.0.1:1/x"}):
        told["columns"]["geometry"]["crs"] = system
        found = table.replace_schema_metadata({b"geo": json.dumps(told).encode()})
        pq.write_table(found, tmp_path / "b.parquet")
        assert problem(tmp_path / "b.parquet") is Problem.NO_CRS


# What a reviewer tried.


def test_letters_that_are_a_guess_in_another_column_are_told(tmp_path: Path) -> None:
    frame = layer(kecamatan=["Alák", "Alak", "Alak"])
    path = saved(tmp_path / "a.shp", frame, encoding="CP1252")
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    raw[29] = 0
    path.with_suffix(".dbf").write_bytes(raw)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    told = (Note(Mended.LETTERS, ("Alak",)),)
    assert read_areas(settings_of(path, group="kecamatan")).notes == told
    # A command hands all columns on.
    assert read_layer(settings_of(path))[1] == told
    # Nothing of that column is used.
    assert read_areas(settings_of(path)).notes == ()


@pytest.mark.parametrize("column", ["kode", "kelurahan"])
def test_a_name_or_code_that_could_not_be_read_is_refused(tmp_path: Path, column: str) -> None:
    path = saved(tmp_path / "a.gpkg", layer(**{column: ["AXA", "b", "c"]}), layer="batas")
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(f"UPDATE batas SET {column}=CAST(X'41FF41' AS TEXT) WHERE {column}='AXA'")  # noqa: S608
        database.commit()
    with pytest.raises(DataError) as fault:
        read_areas(settings_of(path))
    assert [(one.problem, one.column, one.rows) for one in fault.value.faults] == [(Problem.UNREADABLE, column, (2,))]


def test_columns_of_a_damaged_layer_are_no_empty_list(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", layer())
    raw = bytearray(path.read_bytes())
    raw[4096:20000] = bytes(15904)
    path.write_bytes(raw)
    with pytest.raises(DataError) as fault:
        layer_columns(path)
    assert fault.value.faults[0].table == "a.gpkg"


def test_a_word_of_an_attribute_makes_no_topojson(tmp_path: Path) -> None:
    frame = layer(type=["Topology", "b", "c"])
    assert read_areas(settings_of(saved(tmp_path / "a.geojson", frame))).index.tolist() == CODES


@pytest.mark.slow
def test_a_large_layer_of_a_command_may_be_large(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.gpkg", layer(catatan=["x" * (200 << 20)] * 3))
    assert read_layer(settings_of(path))[0]["catatan"].str.len().tolist() == [200 << 20] * 3
