"""Layers made to do harm: refused or harmless, and the next one is read as if nothing had been."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.hostile_files.layers import MAKERS
from geo.errors import DataError
from geo.outside.pool import environment
from geo.places.adopt import VERTEX_LIMIT
from geo.places.boundaries import layer_columns, read_areas
from geo.settings import read_settings

GOOD = Path(__file__).parent.parent / "data" / "kelurahan_kupang_bps2020.gpkg"
#: They take ten seconds each, to be made or to reach their limit.
HEAVY = {
    "gpkg: polygon that crosses itself a million times",
    "parquet: 67 million rows in 2 MB",
    "zip: a GB of blanks",
}


def test_there_are_enough_of_each_kind() -> None:
    kinds = [name.split(":")[0] for name in MAKERS]
    assert len(kinds) >= 30
    assert {kind: kinds.count(kind) >= 5 for kind in set(kinds)} == dict.fromkeys(
        ("gpkg", "geojson", "shp", "zip", "parquet"), True
    )


@pytest.mark.parametrize("name", [pytest.param(one, marks=[pytest.mark.slow] * (one in HEAVY)) for one in MAKERS])
def test_a_layer_made_to_do_harm(tmp_path: Path, name: str) -> None:
    path = MAKERS[name](tmp_path)
    options = replace(read_settings().areas, path=path, key="kode", name="kelurahan", group="")
    for read in (lambda: layer_columns(path), lambda: read_areas(options, most=VERTEX_LIMIT).index):
        with contextlib.suppress(DataError):
            # Nothing of it but what a layer may have: the columns, or the one square.
            assert len(read()) <= 3
    assert len(read_areas(replace(options, path=GOOD)).index) == 51


def test_only_three_formats_of_layers_can_be_opened_at_all() -> None:
    asked = "import pyogrio; print(*sorted(pyogrio.list_drivers()), sep='|')"
    found = subprocess.run(
        [sys.executable, "-I", "-c", asked], env=environment(), capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip().split("|") == ["ESRI Shapefile", "GPKG", "GeoJSON", "MEM"]
