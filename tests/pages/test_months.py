"""Pages that show months say how many reports are in none of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.imports import run
from geo.places.boundaries import read_areas
from geo.settings import read_settings
from geo.store.engine import Store
from geo.terms import Kind
from geo.words import Language, Words

if TYPE_CHECKING:
    from pathlib import Path

#: Of a kelurahan with a Community Watch since November 2018, and of one without.
OEBUFU, ALAK = "53.71.04.1009", "53.71.01.1001"


def shown(name: str, **parameters: str) -> str:
    """What a page says, opened as the menu opens it."""

    def script(name: str) -> None:
        import importlib

        from pages.shell.view import Shell

        importlib.import_module(f"pages.{name}").page(Shell())

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert not app.error
    return "\n".join(str(one.value) for one in app.markdown)


@pytest.fixture
def city(folder: Path) -> Path:
    """Four reports of which only the year is known, two of them near a start; one with its day."""
    folder.mkdir()
    file = folder / "lembar.csv"
    rows = [f"2018,{OEBUFU}", f"2018,{OEBUFU}", f"2018,{ALAK}", f"3 Mei 2018,{OEBUFU}", f"2016,{OEBUFU}"]
    file.write_text("\n".join(["reported_on,document_kode", *rows]), encoding="utf-8")
    options = read_settings()
    sheet, mapping = run.read_file(file, options, kind=Kind.CASES)
    run.accept(
        Store(folder / "kota.sqlite"),
        STEWARD,
        run.prepared_for(sheet, mapping, read_areas(options.areas), today=date(2026, 1, 31)),
    )
    file.unlink()
    return folder


@pytest.mark.parametrize("language", list(Language))
def test_pages_by_month_say_how_many_reports_are_in_no_month(city: Path, language: Language) -> None:
    words = Words(language)
    asked = {"data": "kota", "bahasa": language.value, "tanggal": "2019-12-31"}
    assert words("months.left_out", n="2") in shown("rollout", bagian="sebelum-sesudah", **asked)
    assert words("months.left_out", n="4") in shown("hotspots", lihat="arah", **asked)
    asked |= {"data": "contoh"}
    assert words("months.none_left_out") in shown("rollout", bagian="sebelum-sesudah", **asked)
    assert words("months.none_left_out") in shown("hotspots", lihat="arah", **asked)
