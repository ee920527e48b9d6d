"""Addresses of periods and days far from any record: every page opens, and says what it left out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.imports import run
from geo.places.boundaries import read_areas
from geo.settings import ROOT, read_settings
from geo.store.engine import Store
from geo.terms import Kind
from geo.words import Language, Words

if TYPE_CHECKING:
    from pathlib import Path

#: Every page, with the aspects and parts that ask for periods of their own.
PAGES: list[tuple[str, dict[str, str]]] = [
    ("overview", {}),
    *(("hotspots", {"lihat": one}) for one in ("keputusan", "angka", "banding", "arah", "ntt")),
    *(("rollout", {"bagian": one}) for one in ("keadaan", "papan", "rencana", "sebelum-sesudah", "peristiwa")),
    *(("priority", {"langkah": one}) for one in ("urutan", "gelombang", "banding")),
    ("profile", {"kelurahan": "53.71.04.1011"}),
    *((name, {}) for name in ("method", "releases", "sheets", "names", "record", "accounts", "trail")),
]
NAMES = ["-".join([name, *parts.values()]) for name, parts in PAGES]
#: Periods that begin before any record, end after all, or do both; days far off.
FAR = [
    {"periode": "2000-2017", "tanggal": "2010-01-01", "diketahui": "2010-01-01"},
    {"periode": "2019-2100", "tanggal": "2018-11-16", "diketahui": "2100-12-31"},
    {"periode": "1990-2100", "tanggal": "2100-12-31"},
]
#: Nothing there can be shown of: said, and the usual view shown.
REFUSED = [
    {"periode": "0001-9999"},
    {"periode": "2018-2016"},
    {"periode": "1990"},
    {"periode": "2100"},
    {"periode": "0000"},
    {"tanggal": "0001-01-01"},
    {"tanggal": "2009-12-31"},
    {"tanggal": "9999-12-31"},
    {"diketahui": "0001-01-01"},
    {"diketahui": "9999-12-31"},
]
BROKEN = {Words(language)("error.page") for language in Language}


def shown(name: str, **parameters: str) -> AppTest:
    """A page as the menu opens it: AppTest cannot open a page given as a function by its address."""

    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import sidebar
        from pages.shell.view import Shell

        shell = Shell()
        importlib.import_module(f"pages.{name}").page(shell)
        sidebar(shell)
        shell.write_address()

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def is_whole(app: AppTest) -> bool:
    return not app.exception and not BROKEN & {error.value for error in app.error}


def test_every_page_is_looked_at() -> None:
    pages = {path.stem for path in (ROOT / "pages").glob("*.py")} - {"__init__"}
    assert {name for name, _ in PAGES} == pages


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(("name", "parts"), PAGES, ids=NAMES)
def test_every_page_opens_whatever_the_period_and_the_day(name: str, parts: dict[str, str], language: str) -> None:
    broken = [asked for asked in FAR if not is_whole(shown(name, bahasa=language, **parts, **asked))]
    assert not broken


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("asked", REFUSED, ids=[str(one) for one in REFUSED])
def test_what_there_can_be_nothing_of_is_told_and_left_out(asked: dict[str, str], language: str) -> None:
    app = shown("rollout", bahasa=language, **asked)
    assert is_whole(app)
    assert [one in app.warning[0].value for one in asked] == [True]
    assert app.query_params["periode"] == "2017"
    assert app.query_params["tanggal"] == "2018-11-16"


def test_the_day_of_knowledge_may_lie_after_the_day_that_is_chosen_later() -> None:
    app = shown("rollout", tanggal="2100-01-01", diketahui="2099-01-01")
    app.slider[0].set_value(date(2018, 11, 16)).run()
    assert is_whole(app)


@pytest.fixture
def nineteen_years(folder: Path) -> str:
    """A city with a record in each year from 2008 to 2026; its period of all years."""
    options = read_settings()
    folder.mkdir()
    file = folder / "lembar.csv"
    rows = "".join(f"{year}-03-01,53.71.04.10{11 + year % 2}\n" for year in range(2008, 2027))
    file.write_text(f"reported_on,document_kode\n{rows}", encoding="utf-8")
    sheet, mapping = run.read_file(file, options, kind=Kind.CASES)
    prepared = run.prepared_for(sheet, mapping, read_areas(options.areas), today=date(2026, 12, 31))
    run.accept(Store(folder / "kota.sqlite"), STEWARD, prepared)
    file.unlink()
    return "2008-2026"


def test_a_city_with_nineteen_years_of_records_chooses_all_of_them(nineteen_years: str) -> None:
    app = shown("overview", data="kota")
    period = next(box for box in app.selectbox if box.key == "view.period")
    period.select_index(period.options.index(nineteen_years)).run()
    assert is_whole(app)
    assert app.metric[0].value == "19"
    assert app.query_params["periode"] == nineteen_years
    asked = {"data": "kota", "periode": nineteen_years}
    broken = [
        one
        for at, (one, (name, parts)) in enumerate(zip(NAMES, PAGES, strict=True))
        # The page of releases draws up an edition of all its own years, whatever the address says, and attacks it.
        if name != "releases" and not is_whole(shown(name, bahasa=("id", "en")[at % 2], **asked, **parts))
    ]
    assert not broken
