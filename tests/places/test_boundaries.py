"""Boundaries as offices send them: each thing that can be wrong is named, and nothing is read by halves."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from geo.errors import DataError, Problem
from geo.places.boundaries import read_areas
from geo.present.faults import sentence
from geo.words import Language, Words

if TYPE_CHECKING:
    from geo.places.boundaries import Areas
    from geo.settings import AreaSettings, Settings


@pytest.fixture
def options(settings: Settings, tmp_path: Path) -> AreaSettings:
    """Settings that name a copy of the embedded shapefile, free to be broken."""
    source = settings.areas.path
    for part in source.parent.glob(f"{source.stem}.*"):
        shutil.copy(part, tmp_path / part.name)
    return replace(settings.areas, path=tmp_path / source.name)


def frame_of(options: AreaSettings) -> gpd.GeoDataFrame:
    return gpd.read_file(options.path)


def saved(frame: gpd.GeoDataFrame, options: AreaSettings, name: str = "x.gpkg") -> AreaSettings:
    path = options.path.parent / name
    frame.to_file(path)
    return replace(options, path=path)


def problems(options: AreaSettings) -> list[tuple[Problem, str]]:
    with pytest.raises(DataError) as raised:
        read_areas(options)
    for fault in raised.value.faults:
        for language in Language:
            told = sentence(fault, Words(language))
            assert fault.table in told
            assert str(options.path.parent) not in told  # a message never carries a path
    return [(fault.problem, fault.column) for fault in raised.value.faults]


def test_the_embedded_layer(kupang: Areas) -> None:
    assert repr(kupang) == "Areas of 51 kelurahan of Kota Kupang (cahyadsn 2024)"
    assert kupang.groups.value_counts().to_dict() == {
        "Alak": 12,
        "Kota Lama": 10,
        "Maulafa": 9,
        "Kota Raja": 8,
        "Oebobo": 7,
        "Kelapa Lima": 5,
    }
    assert kupang.area_km2.sum() == pytest.approx(159.20, abs=0.01)
    assert kupang.index.is_monotonic_increasing
    assert kupang.frame.geometry.is_valid.all()


@pytest.mark.parametrize("part", [".shx", ".dbf", ".prj"])
def test_a_missing_part_is_named(options: AreaSettings, part: str) -> None:
    options.path.with_suffix(part).unlink()
    with pytest.raises(DataError) as raised:
        read_areas(options)
    (fault,) = raised.value.faults
    assert fault.problem is Problem.MISSING_SIDECAR
    assert fault.values == (options.path.stem + part,)
    assert part in sentence(fault, Words(Language.ID))


def test_all_missing_parts_are_named_at_once(options: AreaSettings) -> None:
    for part in (".shx", ".dbf", ".prj"):
        options.path.with_suffix(part).unlink()
    assert problems(options) == [(Problem.MISSING_SIDECAR, "")] * 3


def test_no_file(options: AreaSettings) -> None:
    assert problems(replace(options, path=options.path.parent / "none.shp")) == [(Problem.MISSING_FILE, "")]


def test_an_empty_file(options: AreaSettings) -> None:
    options.path.write_bytes(b"")
    assert problems(options) == [(Problem.EMPTY, "")]


def test_no_kelurahan_at_all(options: AreaSettings) -> None:
    assert problems(saved(frame_of(options).iloc[:0], options)) == [(Problem.EMPTY, "")]


def test_another_kind_of_file(options: AreaSettings) -> None:
    path = options.path.parent / "notes.docx"
    path.write_bytes(b"PK\x03\x04")
    assert problems(replace(options, path=path)) == [(Problem.WRONG_KIND, "")]


def test_content_that_is_not_what_the_ending_says(options: AreaSettings) -> None:
    options.path.write_bytes(b"\x89PNG\r\n" * 30)
    assert problems(options) == [(Problem.UNREADABLE, "")]


def test_a_damaged_shapefile(options: AreaSettings) -> None:
    options.path.write_bytes(options.path.read_bytes()[:3000])
    with pytest.raises(DataError):
        read_areas(options)


def test_unknown_columns_are_named_together_with_those_there_are(options: AreaSettings) -> None:
    wrong = replace(options, key="KODE_DESA", name="NAMOBJ")
    with pytest.raises(DataError) as raised:
        read_areas(wrong)
    assert [fault.column for fault in raised.value.faults] == ["KODE_DESA", "NAMOBJ"]
    assert "kelurahan" in raised.value.faults[0].hint


def test_a_kelurahan_twice(options: AreaSettings) -> None:
    frame = frame_of(options)
    frame.loc[5, "kode"] = frame.loc[2, "kode"]
    with pytest.raises(DataError) as raised:
        read_areas(saved(frame, options))
    (fault,) = raised.value.faults
    assert (fault.problem, fault.rows, fault.values) == (Problem.DUPLICATE, (4, 7), (frame.loc[2, "kode"],))


def test_several_faults_of_one_file_come_together(options: AreaSettings) -> None:
    frame = frame_of(options)
    frame.loc[5, "kode"] = frame.loc[2, "kode"]
    frame.loc[7, "kelurahan"] = " "
    frame.loc[9, "geometry"] = None
    assert problems(saved(frame, options)) == [
        (Problem.MISSING_VALUE, "kelurahan"),
        (Problem.DUPLICATE, "kode"),
        (Problem.NO_GEOMETRY, "geometry"),
    ]


def test_metres_read_as_degrees(options: AreaSettings) -> None:
    metres = frame_of(options).to_crs("EPSG:32751").set_crs("EPSG:4326", allow_override=True)
    assert problems(saved(metres, options)) == [(Problem.OUT_OF_RANGE, "geometry")]


def test_degrees_under_a_system_in_metres(options: AreaSettings) -> None:
    wrong = frame_of(options).set_crs("EPSG:32751", allow_override=True)
    assert problems(saved(wrong, options)) == [(Problem.CRS_CONTRADICTS, "geometry")]


def test_swapped_coordinates(options: AreaSettings) -> None:
    frame = frame_of(options)
    frame["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    assert problems(saved(frame.set_crs("EPSG:4326", allow_override=True), options)) == [
        (Problem.OUT_OF_RANGE, "geometry")
    ]


def test_no_crs(options: AreaSettings) -> None:
    frame = frame_of(options).set_crs(None, allow_override=True)
    path = options.path.parent / "x.parquet"
    frame.to_parquet(path)
    assert problems(replace(options, path=path)) == [(Problem.NO_CRS, "")]


def test_lines_are_no_kelurahan(options: AreaSettings) -> None:
    frame = frame_of(options)
    # Not `exterior`: pyogrio 0.13 crashes on writing rings.
    frame["geometry"] = frame.geometry.boundary
    assert problems(saved(frame, options)) == [(Problem.NOT_POLYGON, "geometry")]


def test_another_crs_is_brought_to_degrees(options: AreaSettings, kupang: Areas) -> None:
    areas = read_areas(saved(frame_of(options).to_crs("EPSG:32751"), options))
    assert areas.area_km2.sum() == pytest.approx(kupang.area_km2.sum(), rel=1e-6)


def test_an_invalid_polygon_is_mended_and_told(options: AreaSettings) -> None:
    frame = frame_of(options)
    ring = shapely.get_coordinates(frame.geometry[0])[:-1]
    spike = [*ring, ring[-1] + [1e-5, 0], ring[-1] + [-1e-5, 1e-5], ring[-1] + [1e-5, 1e-5], ring[-1]]
    frame.loc[0, "geometry"] = shapely.Polygon(spike)
    assert not frame.geometry.is_valid.all()
    areas = read_areas(saved(frame, options))
    assert areas.frame.geometry.is_valid.all()
    assert areas.notes[0].areas == (frame.loc[0, "kelurahan"],)


def test_a_polygon_beyond_mending_is_refused(options: AreaSettings) -> None:
    frame = frame_of(options)
    frame.loc[3, "geometry"] = shapely.Polygon([(123.55, -10.2), (123.6, -10.2), (123.55, -10.15), (123.6, -10.15)])
    assert problems(saved(frame, options)) == [(Problem.UNREADABLE, "geometry")]


@pytest.mark.parametrize("folder", ["", "in a folder/"])
def test_a_zipped_shapefile(options: AreaSettings, kupang: Areas, folder: str) -> None:
    path = options.path.parent / "layer.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in options.path.parent.glob("kelurahan_kupang.*"):
            archive.write(part, folder + part.name)
    assert read_areas(replace(options, path=path)).fingerprint == kupang.fingerprint


def test_a_zip_cannot_write_outside(options: AreaSettings, tmp_path: Path) -> None:
    path = options.path.parent / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in options.path.parent.glob("kelurahan_kupang.*"):
            archive.write(part, f"../../outside{part.suffix}")
    areas = read_areas(replace(options, path=path))
    assert len(areas.frame) == 51
    assert not list(tmp_path.parent.glob("outside*"))
    assert not list(Path("/tmp").glob("outside.*"))  # noqa: S108 - where the archive would have put it


def test_a_zip_without_its_parts(options: AreaSettings) -> None:
    path = options.path.parent / "part.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(options.path, options.path.name)
    assert [problem for problem, _ in problems(replace(options, path=path))] == [Problem.MISSING_SIDECAR] * 3


def test_row_order_does_not_matter(options: AreaSettings, kupang: Areas) -> None:
    shuffled = frame_of(options).sample(frac=1, random_state=1)
    assert read_areas(saved(shuffled, options, "x.geojson")).index.equals(kupang.index)
