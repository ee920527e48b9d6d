"""What only a browser can tell: the map draws with no internet, stays, answers, and fits a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.conftest import settled
from playwright.sync_api import expect

from geo.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import FrameLocator, Page

pytestmark = pytest.mark.browser
FILES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
NAIONI = "53.71.01.1011"


def the_map(page: Page) -> FrameLocator:
    frame = page.frame_locator("iframe[title='streamlit_folium.st_folium']")
    expect(frame.locator("path[data-kode]")).to_have_count(51, timeout=30_000)
    expect(frame.locator("#map_div[data-painted]")).to_have_count(1)
    return frame


def received(page: Page) -> list[int]:
    sizes: list[int] = []
    page.on("websocket", lambda ws: ws.on("framereceived", lambda data: sizes.append(len(data))))
    return sizes


def test_51_kelurahan_with_no_internet(server: str, visit: Callable[..., Page]) -> None:
    page = visit(f"{server}/ringkasan")
    frame = the_map(page)
    expect(frame.locator("path.leaflet-interactive")).to_have_count(51)
    boxes = frame.locator("path[data-kode]").evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    assert all(width > 1 for width in boxes)
    expect(page.get_by_text("Data contoh, bukan kasus nyata").first).to_be_visible()


def test_what_the_first_draw_sends(server: str, visit: Callable[..., Page]) -> None:
    page = visit("about:blank")
    sizes: dict[str, int] = {}
    page.on(
        "response", lambda one: sizes.__setitem__(one.url, len(one.body())) if "peta_jaga_files" in one.url else None
    )
    page.goto(f"{server}/ringkasan")
    the_map(page)
    for _ in range(50):
        # A body is read after its answer has come.
        own = {url: size for url, size in sizes.items() if "/leaflet-" not in url}
        if len(own) == 2:
            break
        page.wait_for_timeout(100)
    assert len(own) == 2
    assert sum(own.values()) < 150_000


def test_a_change_of_measure_repaints_the_same_map_and_sends_little(server: str, visit: Callable[..., Page]) -> None:
    page = visit("about:blank")
    sizes = received(page)
    page.goto(f"{server}/ringkasan")
    frame = the_map(page)
    page.wait_for_timeout(1500)
    frame.locator("#map_div").evaluate("map => { map.dataset.same = 'yes'; }")
    before = frame.locator("#map_div").get_attribute("data-painted")
    fill = frame.locator(f"path[data-kode='{NAIONI}']").get_attribute("fill")
    sizes.clear()
    page.get_by_text("Anggota CW", exact=True).first.click()
    expect(frame.locator("#map_div")).not_to_have_attribute("data-painted", before or "")
    page.wait_for_timeout(1500)
    assert 0 < sum(sizes) < 20_000
    assert frame.locator("#map_div").get_attribute("data-same") == "yes"
    assert frame.locator(f"path[data-kode='{NAIONI}']").get_attribute("fill") != fill
    assert "ukuran=anggota" in page.url


def test_a_click_chooses_and_a_second_lets_go(server: str, visit: Callable[..., Page]) -> None:
    page = visit(f"{server}/ringkasan")
    frame = the_map(page)
    frame.locator("#map_div").evaluate("map => { map.dataset.same = 'yes'; }")
    page.wait_for_timeout(800)
    frame.locator(f"path[data-kode='{NAIONI}']").click()
    page.wait_for_url(f"**kelurahan={NAIONI}**")
    expect(page.get_by_text("Naioni").first).to_be_visible()
    frame.locator(f"path[data-kode='{NAIONI}']").click()
    page.wait_for_url(lambda url: "kelurahan" not in url)
    assert frame.locator("#map_div").get_attribute("data-same") == "yes"


def test_the_inset_chooses_too(server: str, visit: Callable[..., Page]) -> None:
    page = visit(f"{server}/ringkasan", width=1400)
    frame = the_map(page)
    page.wait_for_timeout(800)
    expect(frame.locator(".pj-inset path")).to_have_count(10)
    frame.locator(".pj-inset path", has=page.locator("title")).nth(3).click(force=True)
    page.wait_for_url("**kelurahan=53.71.06.**")


def test_moving_the_map_runs_nothing(server: str, visit: Callable[..., Page]) -> None:
    page = visit("about:blank")
    sizes = received(page)
    page.goto(f"{server}/ringkasan")
    frame = the_map(page)
    page.wait_for_timeout(2000)
    sizes.clear()
    frame.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(700)
    box = page.locator("iframe").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 300, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 250, steps=5)
    page.mouse.up()
    page.wait_for_timeout(1500)
    assert sum(sizes) == 0


def test_language_and_period_keep_the_map_mounted(server: str, visit: Callable[..., Page]) -> None:
    page = visit(f"{server}/ringkasan")
    frame = the_map(page)
    page.wait_for_timeout(800)
    frame.locator("#map_div").evaluate("map => { map.dataset.same = 'yes'; }")
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_text("The same facts as a table")).to_be_visible()
    page.wait_for_timeout(1000)
    assert the_map(page).locator("#map_div").get_attribute("data-same") == "yes"


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_phone_needs_no_sideways_scrolling(server: str, visit: Callable[..., Page], language: str) -> None:
    page = visit(f"{server}/ringkasan?bahasa={language}", width=360, height=740)
    frame = the_map(page)
    expect(frame.locator(".pj-inset")).to_be_hidden()
    wide = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 360
    names = frame.locator(".pj-name span").evaluate_all(
        "all => all.filter(o => o.style.visibility !== 'hidden').length"
    )
    assert names >= 5


def test_the_table_is_a_table(server: str, visit: Callable[..., Page]) -> None:
    page = visit(f"{server}/ringkasan")
    the_map(page)
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(52)
    expect(page.get_by_role("columnheader", name="Korban")).to_have_count(1)


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_pages_asked_for_first_shows_no_data(
    fresh_server: str, visit: Callable[..., Page], name: str
) -> None:
    page = visit(f"{fresh_server}/{name}")
    settled(page)
    text = page.locator("body").inner_text()
    assert "537" not in text
    assert page.locator("iframe").count() == 0
    assert page.get_by_role("table").count() == 0


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "Peta Jaga Kota Kupang"),
        ("ringkasan?bahasa=en&periode=2018&kelurahan=53.71.04.1011", "Fatululi"),
        ("titik-rawan?bahasa=en", "Every kelurahan"),
        ("perluasan-cw?tanggal=2019-11-20", "beritabuana.co"),
        ("profil-kelurahan?kelurahan=53.71.04.1011", "Fatululi"),
        ("metode-sumber", "Keterbatasan"),
        # Nobody may more than look, as the settings come: the page is named, and closed.
        ("data?bahasa=en", "only for people with the right"),
        ("tinjau", "hanya dapat dibuka oleh yang berwenang"),
        ("akun", "hanya dapat dibuka oleh yang berwenang"),
    ],
)
def test_a_deep_link_asked_for_first_shows_its_page(
    fresh_server: str, visit: Callable[..., Page], address: str, says: str
) -> None:
    page = visit(f"{fresh_server}/{address}")
    expect(page.get_by_text(says).first).to_be_visible(timeout=30_000)
    if not address.startswith(("metode", "data", "tinjau", "akun")):
        the_map(page)
    assert page.get_by_role("dialog").count() == 0
    assert page.get_by_test_id("stException").count() == 0
