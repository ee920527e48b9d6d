"""Files made to do harm, brought in on *Data*: told in a sentence, and whoever looks at the map notices nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.conftest import serving
from playwright.sync_api import expect

from benchmarks.hostile_files import layers, sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SHEETS = {
    "xlsx: the same in single quotes": "terlalu besar",
    "ods: two thousand million blanks": "terlalu besar",
    "xlsx: a million nested elements": "kosong",
}
LAYERS = {
    "gpkg: view that never ends": "perintah sendiri",
    "gpkg: 100,000 nested collections": "",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("kota")
    own = folder / "settings.toml"
    own.write_text(f"[stores]\nkota = '{(folder / 'kota').as_posix()}'\n[access]\nowner = 'steward'\n", "utf-8")
    with serving(PETAJAGA_SETTINGS=str(own), TMPDIR=str(folder)) as found:
        yield found


def test_the_server_and_everybody_else_work_on(address: str, visit: Callable[..., Page], tmp_path: Path) -> None:
    clerk, other = visit(f"{address}/data"), visit(f"{address}/ringkasan")
    areas = other.frame_locator("iframe[title='streamlit_folium.st_folium']").locator("path[data-kode]")
    expect(areas).to_have_count(51, timeout=60_000)
    for at, (what, said) in enumerate((SHEETS | LAYERS).items()):
        folder = tmp_path / str(at)
        folder.mkdir()
        path = (sheets.MAKERS | layers.MAKERS)[what](folder)
        clerk.goto(f"{address}/data")
        if what in LAYERS:
            clerk.get_by_text("Batas wilayah:").first.click(timeout=30_000)
        field = clerk.locator("input[type=file]")
        expect(field.first).to_be_attached(timeout=30_000)
        field.nth(-1 if what in LAYERS else 0).set_input_files(path)
        # Meanwhile another visitor goes to another year.
        other.goto(f"{address}/ringkasan?periode={2016 + at % 3}")
        expect(areas).to_have_count(51, timeout=30_000)
        if said:
            expect(clerk.get_by_text(said).first).to_be_visible(timeout=30_000)
        else:
            expect(clerk.get_by_text("Kolom kode").first).to_be_visible(timeout=30_000)
        for page in (clerk, other):
            assert page.get_by_test_id("stException").count() == 0
            assert "Traceback" not in page.content()
