"""Takes the pictures of the README from a running app: python docs/screenshots.py [address]."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from browser.find import browser  # noqa: E402 - the folder of the tests is no installed package

PICTURES = {
    "overview-id.png": ("ringkasan", 1280, 1060),
    "overview-en.png": ("ringkasan?bahasa=en&periode=2018&tanggal=2019-12-31&kelurahan=53.71.04.1011", 1280, 1060),
    "overview-phone.png": ("ringkasan", 360, 1400),
    "hotspots.png": ("titik-rawan", 1280, 1560),
    "rollout.png": ("perluasan-cw?tanggal=2019-12-31&bagian=papan", 1280, 1600),
    "waves.png": ("kelurahan-berikutnya?langkah=gelombang", 1280, 1500),
    "profile.png": ("profil-kelurahan?kelurahan=53.71.04.1013", 1280, 1500),
    "method.png": ("metode-sumber", 1280, 1000),
    "data.png": ("data", 1280, 1180),
}
SAMPLE = HERE.parent / "data" / "samples" / "contoh_bp3mi.xlsx"


def main(address: str) -> None:
    """Opens each page, waits for its map, and writes the picture."""
    folder = HERE / "pictures"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox", "--disable-gpu"])
        for name, (path, width, height) in PICTURES.items():
            page = chromium.new_page(viewport={"width": width, "height": height})
            page.goto(f"{address}/{path}")
            if path == "data":
                # A dry run of a made-up sheet: nothing of it is kept.
                page.locator("input[type=file]").first.set_input_files(SAMPLE)
                page.get_by_role("button", name="Terima").wait_for(timeout=30_000)
                page.get_by_text("tulisan nama tempat").first.click()
            elif "gelombang" in path:
                page.get_by_role("button", name="Hitung rencana").click(timeout=30_000)
                page.get_by_text("kelurahan dimulai").wait_for(timeout=30_000)
            else:
                page.get_by_text("Peta Jaga.").last.wait_for(state="attached", timeout=30_000)
            if path not in {"metode-sumber", "data"}:
                page.frame_locator("iframe").locator("#map_div[data-painted]").wait_for(timeout=30_000)
            # On a slow machine the map is painted before the numbers and tables are.
            expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)
            page.wait_for_timeout(2000)
            page.screenshot(path=folder / name)
            page.close()
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501")
