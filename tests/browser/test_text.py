"""Names from a file that are Markdown and HTML, in a real browser: no link, no picture, no backslash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.conftest import serving, settled
from hostile_names import HOSTILE, with_hostile_names

from geo.settings import EMBEDDED, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
KODE = "53.71.03.1014"


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hostile")
    own: Path = folder / "settings.toml"
    own.write_text(with_hostile_names(read_settings(EMBEDDED).areas, folder), "utf-8")
    with serving(PETAJAGA_SETTINGS=str(own)) as address:
        yield address


@pytest.mark.parametrize("way", ["profil-kelurahan", "titik-rawan", "perluasan-cw", "kelurahan-berikutnya"])
def test_names_are_shown_as_they_are_written(visit: Callable[..., Page], hostile_server: str, way: str) -> None:
    page = visit(f"{hostile_server}/{way}?kelurahan={KODE}")
    settled(page)
    main = page.locator("[data-testid=stMain]")
    told_as = {"a": "[href*='.example']", "img": "[src=x]", "strong": ":text-is('tebal')", "em": ":text-is('miring')"}
    for tag, what in {**told_as, "code": ":text-is('kode')", "span": ".katex"}.items():
        assert main.locator(f"{tag}{what}").count() == 0, tag
    told = main.inner_text().replace("\N{WORD JOINER}", "")
    assert HOSTILE in told
    assert "\\" not in told
