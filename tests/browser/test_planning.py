"""A day's work on the rollout and a planner's session, in a real browser."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from browser.conftest import serving, settled
from playwright.sync_api import TimeoutError as TooLongError
from playwright.sync_api import expect

from geo.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import FrameLocator, Locator, Page

pytestmark = pytest.mark.browser
KODE, NAME = "53.71.02.1004", "Naimata"
DAY = "data=kota&tanggal=2020-01-01"
WAIT = 30_000


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of a city whose store holds the made-up cases."""
    folder = tmp_path_factory.mktemp("kota")
    own = folder / "settings.toml"
    own.write_text(
        f"[stores]\nkota = '{(folder / 'kota').as_posix()}'\n[access]\nowner = 'steward'\n", encoding="utf-8"
    )
    for kind in ("cases", "coverage"):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "geo",
                "import",
                f"data/contoh/{kind}.csv",
                "--kind",
                kind,
                "--db",
                str(folder / "kota" / "kota.sqlite"),
                "--json",
            ],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
    with serving(PETAJAGA_SETTINGS=str(own), TMPDIR=str(folder)) as address:
        yield address


def map_of(page: Page) -> FrameLocator:
    frame = page.frame_locator("iframe[title='streamlit_folium.st_folium']").first
    expect(frame.locator("path[data-kode]")).to_have_count(51, timeout=WAIT)
    return frame


def kelurahan(page: Page, kode: str) -> Locator:
    return map_of(page).locator(f"path[data-kode='{kode}']")


def fill(page: Page, kode: str) -> str:
    return kelurahan(page, kode).get_attribute("fill") or ""


def choose(page: Page, label: str, text: str) -> None:
    """Chooses from a list; a list that opens while the page is still being drawn closes again."""
    box, option = page.get_by_role("combobox", name=label), page.get_by_role("option").filter(has_text=text)
    expect(box).to_be_visible(timeout=WAIT)
    for _ in range(10):
        box.click()
        with contextlib.suppress(TooLongError):
            option.click(timeout=3_000)
            return
        page.keyboard.press("Escape")
    pytest.fail(f"no {text} under {label}")


def test_a_days_work_on_the_rollout(city: str, visit: Callable[..., Page]) -> None:
    page = visit(f"{city}/perluasan-cw?{DAY}")
    expect(page.get_by_text("7 dari 51").first).to_be_visible(timeout=WAIT)
    before = fill(page, KODE)

    # A sheet comes in.
    page.goto(f"{city}/data")
    page.locator("input[type=file]").first.set_input_files(ROOT / "data" / "samples" / "contoh_rollout.csv")
    page.get_by_role("button", name="Terima").click(timeout=WAIT)
    expect(page.get_by_text("Tersimpan sebagai batch")).to_be_visible(timeout=WAIT)
    page.goto(f"{city}/perluasan-cw?{DAY}")
    expect(page.get_by_text("11 dari 51").first).to_be_visible(timeout=WAIT)
    expect(kelurahan(page, KODE)).not_to_have_attribute("fill", before, timeout=WAIT)
    active = fill(page, KODE)
    page.goto(f"{city}/profil-kelurahan?{DAY}&kelurahan={KODE}")
    expect(page.get_by_text("CW aktif").first).to_be_visible(timeout=WAIT)

    # One event is put right.
    page.goto(f"{city}/perluasan-cw?{DAY}&bagian=peristiwa&kelurahan={KODE}")
    choose(page, "Kejadian", "25 Oktober 2019")
    expect(page.get_by_role("button", name="Simpan koreksi")).to_be_visible(timeout=WAIT)
    choose(page, "Tahap", "dibubarkan")
    page.get_by_role("button", name="Simpan koreksi").click()
    expect(page.get_by_text("10 dari 51").first).to_be_visible(timeout=WAIT)
    page.goto(f"{city}/perluasan-cw?{DAY}")
    expect(page.get_by_text("10 dari 51").first).to_be_visible(timeout=WAIT)
    for other in (before, active):
        expect(kelurahan(page, KODE)).not_to_have_attribute("fill", other, timeout=WAIT)
    page.goto(f"{city}/perluasan-cw?{DAY}&bagian=rencana")
    expect(page.get_by_text("Masih 41 dari 51 kelurahan")).to_be_visible(timeout=WAIT)
    page.goto(f"{city}/profil-kelurahan?{DAY}&kelurahan={KODE}")
    expect(page.get_by_text("dibubarkan").first).to_be_visible(timeout=WAIT)

    # And all of it is taken back.
    page.goto(f"{city}/data")
    page.get_by_text("Batalkan satu batch").first.click(timeout=WAIT)
    page.get_by_text("Saya yakin").click(timeout=WAIT)
    page.get_by_role("button", name="Batalkan").click()
    expect(page.get_by_text(re.compile(r"Batch \d+ dibatalkan"))).to_be_visible(timeout=WAIT)
    page.goto(f"{city}/perluasan-cw?{DAY}")
    expect(page.get_by_text("7 dari 51").first).to_be_visible(timeout=WAIT)
    expect(kelurahan(page, KODE)).to_have_attribute("fill", before, timeout=WAIT)


def test_a_planners_session(city: str, visit: Callable[..., Page]) -> None:
    where = "data=kota&periode=2017&tanggal=2018-11-16"
    page = visit(f"{city}/kelurahan-berikutnya?{where}")
    expect(page.get_by_text("5 kelurahan berikutnya")).to_be_visible(timeout=WAIT)
    names = page.locator("ol li strong")
    first = names.all_inner_texts()
    # A weight moves list and map together.
    slider = page.get_by_role("slider", name="Laporan kasus")
    slider.focus()
    for _ in range(25):
        slider.press("ArrowLeft")
    expect(names).not_to_have_text(first, timeout=WAIT)

    # Limits make waves; a click on the map requires a kelurahan, and the next plan obeys.
    page.get_by_text("Gelombang", exact=True).first.click()
    page.get_by_role("button", name="Hitung rencana").click(timeout=WAIT)
    expect(page.get_by_text("30 kelurahan dimulai")).to_be_visible(timeout=WAIT)
    pale = fill(page, KODE)
    page.get_by_text("mewajibkan", exact=True).click()
    expect(page.get_by_role("radio", name="mewajibkan")).to_be_checked(timeout=WAIT)
    kelurahan(page, KODE).click()
    expect(page.get_by_text("Wajib, dilarang, menunggu (1)")).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="Hitung rencana").click()
    expect(page.get_by_text("30 kelurahan dimulai")).to_be_visible(timeout=WAIT)
    row = page.get_by_role("row").filter(has_text=NAME)
    expect(row).to_contain_text("1 Januari 2019", timeout=WAIT)
    expect(kelurahan(page, KODE)).not_to_have_attribute("fill", pale, timeout=WAIT)

    # The plan is kept, opened by its address elsewhere, and becomes the city's.
    page.get_by_label("Nama rencana").fill("Usul rapat")
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("Alamat untuk dibagikan")).to_be_visible(timeout=WAIT)
    other = visit(page.url)
    expect(other.get_by_role("row").filter(has_text=NAME)).to_contain_text("1 Januari 2019", timeout=WAIT)
    other.get_by_role("button", name="Jadikan rencana kota").click()
    expect(other.get_by_text("Ini rencana kota yang berlaku")).to_be_visible(timeout=WAIT)
    other.goto(f"{city}/perluasan-cw?data=kota&tanggal=2019-02-01&bagian=rencana")
    expect(other.get_by_role("row").filter(has_text=NAME)).to_contain_text("lewat 31 hari", timeout=WAIT)


@pytest.mark.parametrize(
    ("address", "language"),
    [
        ("perluasan-cw?bagian=papan", "id"),
        ("perluasan-cw?bagian=rencana", "en"),
        ("perluasan-cw?bagian=peristiwa&kelurahan=53.71.02.1004", "id"),
        ("kelurahan-berikutnya?langkah=urutan", "en"),
        ("kelurahan-berikutnya?langkah=gelombang", "id"),
    ],
)
def test_it_fits_a_phone(city: str, visit: Callable[..., Page], address: str, language: str) -> None:
    page = visit(f"{city}/{address}&data=kota&bahasa={language}", width=360, height=740)
    expect(page.get_by_role("heading").first).to_be_visible(timeout=WAIT)
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 360
    assert page.get_by_test_id("stException").count() == 0
