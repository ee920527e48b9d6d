"""What the tests share: the embedded layer, a toy city whose answers are worked out by hand."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from streamlit.components.v2 import manifest_scanner

from geo.cli.main import main
from geo.places.boundaries import Areas, read_areas
from geo.records.tables import Tables, empty
from geo.schemas import Table, check_table, typed
from geo.settings import EMBEDDED, ROOT, Settings, read_settings
from geo.store.tables import read_tables
from geo.terms import StoreName
from geo.viewer import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _components_are_looked_for_once() -> Iterator[None]:
    """Every run of an `AppTest` reads the metadata of all installed packages: two thirds of its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(scope="session")
def settings() -> Settings:
    return read_settings(EMBEDDED)


@pytest.fixture(scope="session")
def kupang(settings: Settings) -> Areas:
    return read_areas(settings.areas)


@pytest.fixture(scope="session")
def example(settings: Settings) -> Tables:
    return read_tables(StoreName.CONTOH, settings, PUBLIC)


@pytest.fixture(scope="session")
def toy() -> Areas:
    """Four squares of 1 km2 in a row, two kecamatan, in UTM metres near Kupang."""
    corner_x, corner_y = 560_000.0, 8_870_000.0
    squares = [
        shapely.box(corner_x + 1000 * i, corner_y, corner_x + 1000 * (i + 1), corner_y + 1000) for i in range(4)
    ]
    frame = gpd.GeoDataFrame(
        {
            "kode": ["10.01.01.1001", "10.01.01.1002", "10.01.02.1001", "10.01.02.1002"],
            "name": ["Satu", "Dua", "Tiga", "Empat"],
            "group": ["Kiri", "Kiri", "Kanan", "Kanan"],
        },
        geometry=squares,
        crs="EPSG:32751",
    ).to_crs("EPSG:4326")
    return Areas(frame.set_index("kode"), "toy", "EPSG:32751", "Kota Coba", "10.01")


@pytest.fixture(scope="session")
def tables_of() -> Callable[..., Tables]:
    """Makes tables from lists of rows given as dictionaries of text."""

    def make(store: StoreName = StoreName.KOTA, **rows: list[dict[str, Any]]) -> Tables:
        frames = {table.value: empty(table) for table in Table}
        for name, given in rows.items():
            table = Table(name)
            text = pd.DataFrame(given).map(lambda value: "" if value is None else str(value))
            frames[name] = typed(table, check_table(table, text))
        return Tables(store=store, fingerprint=repr(sorted(rows.items())), **frames)

    return make


@pytest.fixture
def run_json(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Runs `python -m geo` with the words given, in English, and gives its code and its one JSON object."""

    def call(*arguments: object) -> tuple[int, dict[str, Any]]:
        code = main([*map(str, arguments), "--json", "--lang", "en"])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
