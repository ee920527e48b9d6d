"""Layers made to do harm: refused or harmless, and the next one is read as if nothing had been."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.hostile_files.layers import MAKERS
from geo.errors import DataError, Problem
from geo.outside.pool import environment
from geo.places.adopt import VERTEX_LIMIT
from geo.places.boundaries import layer_columns, read_areas
from geo.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

GOOD = Path(__file__).parent.parent / "data" / "kelurahan_kupang_bps2020.gpkg"
#: They take ten seconds each, to be made or to reach their limit.
HEAVY = {
    "gpkg: polygon that crosses itself a million times",
    "parquet: 67 million rows in 2 MB",
    "zip: a GB of blanks",
}


#: What is told of their columns, or how many there are; and of the layer, or how many areas it has.
EXPECTED: dict[str, tuple[Problem | int, Problem | int]] = {
    "gpkg: view that never ends": (Problem.FOREIGN_SQL, Problem.FOREIGN_SQL),
    "gpkg: trigger that deletes": (Problem.FOREIGN_SQL, Problem.FOREIGN_SQL),
    "gpkg: full-text table": (Problem.FOREIGN_SQL, Problem.FOREIGN_SQL),
    "gpkg: column of a thousand million bytes": (3, 1),
    "gpkg: 5,000 layers": (Problem.READER_STOPPED, Problem.READER_STOPPED),
    "gpkg: 3,000 bytes changed": (Problem.UNREADABLE, Problem.UNREADABLE),
    "gpkg: pages in a circle": (Problem.UNREADABLE, Problem.UNREADABLE),
    "gpkg: four thousand million points": (2, Problem.UNREADABLE),
    "gpkg: 100,000 nested collections": (2, Problem.READER_STOPPED),
    "gpkg: polygon that crosses itself a million times": (2, Problem.UNREADABLE),
    "geojson: system at an address": (Problem.NOT_A_PROJECTION, Problem.NOT_A_PROJECTION),
    "geojson: system at a hidden address": (Problem.NOT_A_PROJECTION, Problem.NOT_A_PROJECTION),
    "geojson: 5 million nested lists": (Problem.UNREADABLE, Problem.UNREADABLE),
    "geojson: 3 million vertices": (Problem.UNREADABLE, Problem.UNREADABLE),
    "geojson: numbers without end": (Problem.UNREADABLE, Problem.UNREADABLE),
    "geojson: a million columns": (Problem.READER_STOPPED, Problem.READER_STOPPED),
    "geojson: another column in each of 50,000 rows": (Problem.READER_STOPPED, Problem.READER_STOPPED),
    "geojson: a value of 200 MB": (Problem.READER_STOPPED, Problem.READER_STOPPED),
    "geojson: half of a letter": (2, Problem.UNREADABLE),
    "shp: 2 thousand million parts": (2, Problem.NO_GEOMETRY),
    "shp: record beyond the file": (Problem.UNREADABLE, Problem.UNREADABLE),
    "shp: 2 thousand million rows": (0, Problem.MISSING_COLUMN),
    "shp: columns of no width": (Problem.UNREADABLE, Problem.UNREADABLE),
    "shp: system at an address": (Problem.NOT_A_PROJECTION, Problem.NOT_A_PROJECTION),
    "shp: system with a grid at an address": (Problem.NOT_A_PROJECTION, Problem.NOT_A_PROJECTION),
    "shp: system of 60 MB": (Problem.NOT_A_PROJECTION, Problem.NOT_A_PROJECTION),
    "shp: letters of an encoding that leads elsewhere": (2, 1),
    "zip: a GB of blanks": (Problem.UNREADABLE, Problem.UNREADABLE),
    "zip: 150 parts of the same bytes": (Problem.UNREADABLE, Problem.UNREADABLE),
    "zip: a million members": (Problem.READER_STOPPED, Problem.READER_STOPPED),
    "zip: a link": (Problem.UNREADABLE, Problem.UNREADABLE),
    "zip: a way out": (Problem.MISSING_SIDECAR, Problem.MISSING_SIDECAR),
    "parquet: footer longer than the file": (Problem.UNREADABLE, Problem.UNREADABLE),
    "parquet: 67 million rows in 2 MB": (2, Problem.UNREADABLE),
    "parquet: shape with four thousand million points": (2, Problem.UNREADABLE),
    "parquet: a million nested collections": (2, Problem.READER_STOPPED),
    "parquet: system in a file": (2, Problem.NO_CRS),
}
#: Where the memory of the reading ends first differs by machine: either is right.
_LIMITED = {Problem.UNREADABLE, Problem.READER_STOPPED}


def _outcome(read: Callable[[], Sized]) -> Problem | int:
    try:
        return len(read())
    except DataError as fault:
        return fault.faults[0].problem


def test_every_layer_has_its_answer() -> None:
    assert list(MAKERS) == list(EXPECTED)


@pytest.mark.parametrize("name", [pytest.param(one, marks=[pytest.mark.slow] * (one in HEAVY)) for one in MAKERS])
def test_a_layer_made_to_do_harm(tmp_path: Path, name: str) -> None:
    path = MAKERS[name](tmp_path)
    options = replace(read_settings().areas, path=path, key="kode", name="kelurahan", group="")
    found = (
        _outcome(lambda: layer_columns(path)),
        _outcome(lambda: read_areas(options, most=VERTEX_LIMIT).index),
    )
    for one, expected in zip(found, EXPECTED[name], strict=True):
        assert one == expected or {one, expected} <= _LIMITED
    assert len(read_areas(replace(options, path=GOOD)).index) == 51


def test_only_three_formats_of_layers_can_be_opened_at_all() -> None:
    asked = "import pyogrio; print(*sorted(pyogrio.list_drivers()), sep='|')"
    found = subprocess.run(
        [sys.executable, "-I", "-c", asked], env=environment(), capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip().split("|") == ["ESRI Shapefile", "GPKG", "GeoJSON", "MEM"]
