"""Other layers than the embedded one: the other public layer of Kupang, and another city, by settings alone."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from geo.measures.figures import MEASURES, Measure, available
from geo.measures.rollout import rollout
from geo.period import Period
from geo.places.boundaries import Mended, read_areas
from geo.places.neighbours import queen
from geo.places.search import search
from geo.present.layer import layer_data, write_assets
from geo.release.released import release
from geo.settings import read_settings
from geo.study import join
from geo.terms import Denominator, State
from geo.viewer import PUBLIC

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

JAKARTA = """
[areas]
path = "{path}"
key = "kode"
name = "nama"
group = ""
metric_crs = "EPSG:32748"
city_code = "31"
city = "DKI Jakarta"
layer = "cahyadsn 2024 (Jakarta)"
"""


def with_settings(folder: Path, text: str) -> Areas:
    path = folder / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return read_areas(read_settings(path).areas)


@pytest.fixture(scope="module")
def bps(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Areas:
    path = (root / "tests/data/kelurahan_kupang_bps2020.gpkg").as_posix()
    return with_settings(tmp_path_factory.mktemp("bps"), f'[areas]\npath = "{path}"\nlayer = "BPS 2020"\n')


@pytest.fixture(scope="module")
def jakarta(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Areas:
    path = (root / "tests/data/jakarta_kelurahan.parquet").as_posix()
    return with_settings(tmp_path_factory.mktemp("jakarta"), JAKARTA.format(path=path))


def test_the_other_layer_of_the_same_city(bps: Areas, kupang: Areas, example: Tables) -> None:
    assert bps.index.equals(kupang.index)
    assert bps.fingerprint != kupang.fingerprint
    overlap = shapely.area(shapely.intersection(bps.metric.to_numpy(), kupang.metric.to_numpy()))
    union = shapely.area(shapely.union(bps.metric.to_numpy(), kupang.metric.to_numpy()))
    assert (overlap / union).mean() == pytest.approx(0.76, abs=0.01)  # why figures record their layer
    study = join(bps, example, Period(2017, 2017))
    seen = release(study, None, PUBLIC, on=date(2018, 11, 16))
    for measure in available(seen):
        figures = MEASURES[measure](seen, Denominator.STATIONS_2024)
        assert figures.layer == "BPS 2020"
    assert study.fingerprint != join(kupang, example, Period(2017, 2017)).fingerprint


def test_jakarta_is_read_drawn_and_counted(jakarta: Areas, example: Tables, tmp_path: Path) -> None:
    assert repr(jakarta) == "Areas of 267 kelurahan of DKI Jakarta (cahyadsn 2024 (Jakarta))"
    assert set(jakarta.groups) == {""}
    assert jakarta.area_km2.sum() == pytest.approx(660, rel=0.05)
    data = layer_data(jakarta)
    assert len(data["areas"]) == 267
    assert data["inset"] is None
    assets = write_assets(jakarta, tmp_path)
    assert (tmp_path / assets.script).stat().st_size < 400_000
    study = join(jakarta, example, Period(2017, 2017))
    assert len(study.cases) == 0
    assert len(study.unplaced) == study.read == 539
    seen = release(study, None, PUBLIC, on=date(2018, 11, 16))
    assert set(seen.now.table["state"]) == {State.NO_REPORT}
    assert available(seen) == [Measure.VICTIMS, Measure.CASES, Measure.WATCHERS]  # no sizes for this city
    assert rollout(seen.rollout, jakarta, on=date(2020, 1, 1)).known == ()


def test_search_works_for_any_city(jakarta: Areas) -> None:
    found = search(jakarta, "kebon jerok")
    assert jakarta.names[found[0]].lower() == "kebon jeruk"


@pytest.mark.parametrize("ending", [".shp", ".zip", ".gpkg", ".geojson", ".parquet"])
def test_every_kind_of_file_gives_the_same_layer(jakarta: Areas, tmp_path: Path, ending: str) -> None:
    frame = jakarta.frame.reset_index()[["kode", "name", "geometry"]].rename(columns={"name": "nama"})
    path = tmp_path / f"layer{ending}"
    if ending == ".parquet":
        frame.to_parquet(path)
    elif ending == ".zip":
        frame.to_file(tmp_path / "layer.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("layer.*"):
                if part != path:
                    archive.write(part, part.name)
    else:
        frame.to_file(path)
    areas = with_settings(tmp_path, JAKARTA.format(path=path.as_posix()))
    assert areas.index.equals(jakarta.index)
    assert areas.names.equals(jakarta.names)
    assert areas.area_km2.to_numpy() == pytest.approx(jakarta.area_km2.to_numpy(), rel=1e-6)


def test_invalid_shapes_of_a_real_city_are_mended_and_told(jakarta: Areas, tmp_path: Path) -> None:
    frame = jakarta.frame.reset_index()[["kode", "name", "geometry"]].rename(columns={"name": "nama"})
    ring = shapely.get_coordinates(frame.geometry.iloc[20])[:-1]
    frame.loc[20, "geometry"] = shapely.Polygon(
        [*ring, ring[-1] + [1e-5, 0], ring[-1] + [-1e-5, 1e-5], ring[-1] + [1e-5, 1e-5], ring[-1]]
    )
    path = tmp_path / "layer.gpkg"
    frame.to_file(path)
    areas = with_settings(tmp_path, JAKARTA.format(path=path.as_posix()))
    assert [(note.what, note.areas) for note in areas.notes] == [(Mended.INVALID, (frame.loc[20, "nama"],))]
    assert len(areas.frame) == 267


def test_neighbours_of_kupang(kupang: Areas) -> None:
    found = queen(kupang)
    pairs = {(one, other) for one, others in found.items() for other in others if one < other}
    assert len(pairs) == 129
    assert all(one in found[other] for one, others in found.items() for other in others)
    assert {kupang.names[kode] for kode in found["53.71.04.1013"]} == {
        "Fatululi",
        "Kelapa Lima",
        "Oebufu",
        "Oesapa Barat",
        "Tuak Daun Merah",
    }


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("fatulully", "Fatululi"),
        ("KEL. NAIKOTEN I", "Naikoten Satu"),
        ("naikoten 2", "Naikoten Dua"),
        ("oesapa brat", "Oesapa Barat"),
        ("tuak daun mera", "Tuak Daun Merah"),
        ("Kelurahan Oebobo", "Oebobo"),
    ],
)
def test_search_forgives_spelling(kupang: Areas, written: str, first: str) -> None:
    assert kupang.names[search(kupang, written)[0]] == first


@pytest.mark.parametrize("written", ["", "   ", "x", "surabaya", "<script>", "1" * 500])
def test_search_offers_nothing_for_nothing(kupang: Areas, written: str) -> None:
    assert search(kupang, written) == []


def test_a_layer_of_geojson_without_a_crs_member_is_in_degrees(jakarta: Areas, tmp_path: Path) -> None:
    frame = jakarta.frame.reset_index()[["kode", "name", "geometry"]].rename(columns={"name": "nama"})
    told = json.loads(frame.to_json())
    told.pop("crs", None)
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps(told), encoding="utf-8")
    assert len(with_settings(tmp_path, JAKARTA.format(path=path.as_posix())).frame) == 267
    assert isinstance(jakarta.frame, gpd.GeoDataFrame)
