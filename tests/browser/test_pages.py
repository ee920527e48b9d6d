"""Every page in a real browser: draws with no internet, fits a phone and a sheet of paper, keeps the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.conftest import settled
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ADDRESSES = [
    "ringkasan",
    "titik-rawan",
    "titik-rawan?lihat=angka&ukuran=laporan-dihaluskan",
    "perluasan-cw?tanggal=2020-06-01",
    "profil-kelurahan?kelurahan=53.71.06.1009",
    "metode-sumber",
]
FOOT = "Peta Jaga."


def opened(visit: Callable[..., Page], address: str, **size: int) -> Page:
    page = visit(address, **size)
    expect(page.get_by_text(FOOT).last).to_be_attached(timeout=30_000)
    if "metode" not in address:
        frame = page.frame_locator("iframe[title='streamlit_folium.st_folium']")
        expect(frame.locator("path[data-kode]")).to_have_count(51, timeout=30_000)
    settled(page)
    return page


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_phone_needs_no_sideways_scrolling(
    server: str, visit: Callable[..., Page], address: str, language: str
) -> None:
    mark = "&" if "?" in address else "?"
    page = opened(visit, f"{server}/{address}{mark}bahasa={language}", width=360, height=740)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 360
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [360, 1280, 1920])
@pytest.mark.parametrize("address", ["ringkasan?tanggal=2019-12-31", "perluasan-cw?tanggal=2019-12-31"])
def test_no_key_number_is_cut(
    server: str, visit: Callable[..., Page], address: str, width: int, language: str
) -> None:
    page = opened(visit, f"{server}/{address}&bahasa={language}", width=width, height=900)
    expect(page.get_by_test_id("stMetricValue").last).to_be_visible(timeout=20_000)
    for part in ("stMetricLabel", "stMetricValue"):
        inner = page.locator(f"[data-testid={part}] *")
        cut = inner.evaluate_all(
            "all => all.filter(one => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0"
            " && getComputedStyle(one).overflow === 'hidden').map(one => one.textContent)"
        )
        assert cut == []
    if address.startswith("ringkasan") and width >= 1280:
        rows = page.get_by_test_id("stMetric").evaluate_all(
            "all => all.map(one => Math.round(one.getBoundingClientRect().top))"
        )
        assert len(rows) == 6
        assert len(set(rows)) == 1


@pytest.mark.parametrize("address", ADDRESSES[1:4])
def test_charts_are_drawn(server: str, visit: Callable[..., Page], address: str) -> None:
    page = opened(visit, f"{server}/{address}")
    chart = page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first
    expect(chart).to_be_visible(timeout=20_000)
    box = chart.bounding_box()
    assert box is not None
    assert box["height"] > 150


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_printed_page_says_source_date_and_kind(
    server: str, visit: Callable[..., Page], address: str, tmp_path: Path
) -> None:
    page = opened(visit, f"{server}/{address}")
    page.emulate_media(media="print")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    foot = page.get_by_text(FOOT).last
    expect(foot).to_be_visible()
    text = foot.inner_text()
    for part in ("Data contoh, bukan kasus nyata", "cahyadsn 2024", "Periode 2017", "Dilihat"):
        assert part in text
    paper = page.pdf(path=tmp_path / "page.pdf", format="A4")
    assert paper.count(b"/Type /Page") >= 1


def test_going_to_another_page_keeps_the_view(server: str, visit: Callable[..., Page]) -> None:
    page = opened(visit, f"{server}/ringkasan?bahasa=en&periode=2018&kelurahan=53.71.04.1011")
    page.get_by_role("link", name="Kelurahan profile").click()
    page.wait_for_url("**/profil-kelurahan?**kelurahan=53.71.04.1011**")
    expect(page.get_by_role("heading", name="Fatululi")).to_be_visible()
    assert "periode=2018" in page.url
    assert "bahasa=en" in page.url
    page.get_by_role("link", name="Hotspots").click()
    page.wait_for_url("**/titik-rawan?**periode=2018**")


def test_a_click_on_the_map_opens_the_profile_of_that_kelurahan(server: str, visit: Callable[..., Page]) -> None:
    page = opened(visit, f"{server}/profil-kelurahan?kelurahan=53.71.04.1011")
    frame = page.frame_locator("iframe[title='streamlit_folium.st_folium']")
    frame.locator("path[data-kode='53.71.02.1007']").click()
    expect(page.get_by_role("heading", name="Kolhua")).to_be_visible(timeout=15_000)
