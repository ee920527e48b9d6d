"""A layer of the city's own: in use as a whole, given up again, and refused when it is made to do harm."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from people import STEWARD

from geo.errors import DataError, Problem
from geo.places import adopt as adopting
from geo.places import files
from geo.places.adopt import adopt, give_up
from geo.places.boundaries import layer_columns, read_areas
from geo.settings import ADOPTED, read_settings

if TYPE_CHECKING:
    from geo.places.boundaries import Areas
    from geo.settings import Settings

LAYER = Path(__file__).parent.parent / "data" / "kelurahan_kupang_bps2020.gpkg"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(f"[stores]\nkota = '{(tmp_path / 'kota').as_posix()}'\n", "utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(path))
    return tmp_path / "kota"


def saved(kupang: Areas, path: Path, **columns: object) -> Path:
    frame = kupang.frame.reset_index().assign(**columns)
    frame.to_file(path)
    return path


def use(
    path: Path, own: Path, *, key: str = "kode", name: str = "name", group: str = "group", title: str = "BIG 2024"
) -> Areas:
    chosen = replace(read_settings().areas, path=path, layer=title, key=key, name=name, group=group)
    return adopt(chosen, own, STEWARD)


def problem(path: Path, own: Path) -> Problem:
    with pytest.raises(DataError) as fault:
        use(path, own)
    assert not (own / ADOPTED).exists()
    assert not list(own.glob("batas/*")) if own.exists() else True
    return fault.value.faults[0].problem


def test_another_layer_comes_into_use_and_is_given_up(own: Path, settings: Settings) -> None:
    assert read_settings().areas == settings.areas
    columns = layer_columns(LAYER)
    key = next(one for one in columns if one.lower() == "kode")
    name = next(one for one in columns if "nam" in one.lower() or one.lower() == "kelurahan")
    areas = use(LAYER, own, key=key, name=name, group="")
    used = read_areas(read_settings().areas)
    assert used.fingerprint == areas.fingerprint
    assert used.layer == "BIG 2024"
    assert len(used.index) == 51
    assert give_up(own, STEWARD)
    assert read_settings().areas == settings.areas
    assert not give_up(own, STEWARD)


def test_faults_leave_the_layer_in_use_as_it_was(own: Path, kupang: Areas, tmp_path: Path) -> None:
    use(saved(kupang, tmp_path / "satu.gpkg"), own, title="BPS 2020")
    was = (own / ADOPTED).read_bytes()
    broken = saved(kupang, tmp_path / "dua.gpkg", kode="53.71.01.1001")
    with pytest.raises(DataError) as fault:
        use(broken, own)
    assert fault.value.faults[0].problem is Problem.DUPLICATE
    assert (own / ADOPTED).read_bytes() == was
    assert read_areas(read_settings().areas).layer == "BPS 2020"


def test_names_that_would_be_markup_stay_text(own: Path, kupang: Areas, tmp_path: Path) -> None:
    names = ["<script>alert(1)</script>", "`x`${y}", "Oe\u200bsa\u202epa", *list(kupang.names)[3:]]
    areas = use(saved(kupang, tmp_path / "x.gpkg", name=names), own)
    assert areas.names.iloc[:3].tolist() == ["<script>alert(1)</script>", "`x`${y}", "Oesapa"]
    assert read_areas(read_settings().areas).names.tolist() == areas.names.tolist()


def test_a_million_vertices(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    angles = np.linspace(0, 2 * np.pi, 1_000_500, endpoint=False)
    ring = shapely.Polygon(np.column_stack((123.6 + np.cos(angles) / 100, -10.2 + np.sin(angles) / 100)))
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"kode": ["1"], "name": ["a"], "group": ["b"]}, geometry=[ring], crs="EPSG:4326").to_file(path)
    assert problem(path, own) is Problem.TOO_MANY_VERTICES
    monkeypatch.setattr(adopting, "VERTEX_LIMIT", 2_000_000)
    assert len(use(path, own).index) == 1


def archive(**members: bytes | tuple[zipfile.ZipInfo, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in members.items():
            entry, data = content if isinstance(content, tuple) else (name, content)
            opened.writestr(entry, data)
    return made.getvalue()


def test_archives_made_to_do_harm(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shp = b"\x00\x00\x27\x0a" + bytes(96)
    link = zipfile.ZipInfo("layer.shp")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    monkeypatch.setattr(files, "_UNPACKED_LIMIT", 1 << 20)
    cases = {
        "a bomb": archive(**{"a.shp": shp + bytes(5 << 20), "a.shx": b"", "a.dbf": b"", "a.prj": b""}),
        "an archive in an archive": archive(**{"a.zip": archive(**{"a.shp": shp})}),
        "a link": archive(x=(link, b"/etc/passwd")),
        "a way out": archive(**{"../../a.shp": shp}),
        "hundreds of files": archive(**{f"{at}.shp": shp for at in range(300)}),
        "cut off": archive(**{"a.shp": shp})[:-10],
    }
    for what, content in cases.items():
        path = tmp_path / "x.zip"
        path.write_bytes(content)
        with pytest.raises(DataError):
            use(path, own)
        assert not (own / ADOPTED).exists(), what
    assert not [one for one in tmp_path.rglob("*") if one.name.endswith((".shp", ".shx"))]


def test_metres_under_a_system_of_degrees(own: Path, kupang: Areas, tmp_path: Path) -> None:
    frame = kupang.frame.reset_index()
    metres = frame.to_crs("EPSG:32751").set_crs("EPSG:4326", allow_override=True)
    metres.to_file(tmp_path / "m.gpkg")
    assert problem(tmp_path / "m.gpkg", own) in {Problem.OUT_OF_RANGE, Problem.CRS_CONTRADICTS}


@pytest.mark.parametrize("title", ["", " \u200b", "Maria 5371046501990001", "a" * 41, "x@y.id"])
def test_the_public_name_of_a_layer_is_asked_for(own: Path, title: str) -> None:
    with pytest.raises(DataError) as fault:
        use(LAYER, own, title=title)
    assert fault.value.faults[0].column == "title"
    assert not own.exists()
