"""The desk in a real browser: a sheet of an office from the file to the map, and nothing of a person anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from browser.conftest import serving, settled
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
CANARY, NAME = "5399046501990017", "CONTOH NAMA RAHASIA"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("kota")
    own = folder / "settings.toml"
    own.write_text(
        f"[stores]\nkota = '{(folder / 'kota').as_posix()}'\n[access]\nowner = 'steward'\n", encoding="utf-8"
    )
    with serving(PETAJAGA_SETTINGS=str(own), TMPDIR=str(folder)) as address:
        yield address, folder


def test_from_the_file_to_the_map(city: tuple[str, Path], visit: Callable[..., Page], tmp_path: Path) -> None:
    address, folder = city
    sheet = tmp_path / "dari kantor.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["DATA CONTOH 2018"])
    book.active.append(["No", "Nama", "NIK", "Jenis Kelamin", "Kelurahan", "Tanggal Lapor"])
    for number in range(1, 13):
        book.active.append(
            [number, f"{NAME} {number}", f"{CANARY[:-2]}{number:02}", "P", "Oesapa Brat", f"{number}/3/2018"]
        )
    book.active.append([13, NAME, CANARY, "P", "Naikoten", "13/3/2018"])
    book.save(sheet)
    page = visit(f"{address}/data")
    page.locator("input[type=file]").first.set_input_files(sheet)
    page.get_by_role("button", name="Terima 13 baris").click(timeout=30_000)
    expect(page.get_by_text("Tersimpan sebagai batch 1")).to_be_visible(timeout=30_000)
    told = page.content()
    page.goto(f"{address}/ringkasan?data=kota&periode=2018")
    frame = page.frame_locator("iframe[title='streamlit_folium.st_folium']")
    expect(frame.locator("path[data-kode]")).to_have_count(51, timeout=30_000)
    # Twelve of Oesapa Barat are shown; the one that waits is on no kelurahan, and is said to wait.
    expect(page.get_by_text("menunggu tinjauan nama tempat").first).to_be_attached()
    told += page.content()
    written = [one for one in folder.rglob("*") if one.is_file()]
    assert any(one.name == "kota.sqlite" for one in written)
    for secret in (CANARY, CANARY[:12], NAME):
        assert secret not in told
        for one in written:
            assert secret.encode() not in one.read_bytes(), one.name
            assert secret.encode("utf-16-le") not in one.read_bytes(), one.name


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("address", ["data", "tinjau", "catatan"])
def test_the_desk_fits_a_phone(
    city: tuple[str, Path], visit: Callable[..., Page], address: str, language: str
) -> None:
    page = visit(f"{city[0]}/{address}?bahasa={language}", width=360, height=740)
    expect(page.get_by_role("heading").first).to_be_visible(timeout=30_000)
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 360
    assert page.get_by_test_id("stException").count() == 0
