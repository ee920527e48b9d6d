"""Pages through `dashboard.py`, in both languages, with the example, with nothing, and with bad files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.access import signing
from geo.access.visitor import visitor
from geo.facts import read_origins
from geo.imports import run
from geo.places.boundaries import read_areas
from geo.settings import ROOT, read_settings
from geo.store.engine import Store
from geo.terms import Kind, Role
from geo.viewer import PUBLIC
from geo.words import Language, Words
from pages.shell import access, caches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXAMPLE_SAYS = "Data contoh, bukan kasus nyata"


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of an empty city store, named in settings of its own."""
    folder = tmp_path / "kota"
    folder.mkdir()
    own = tmp_path / "settings.toml"
    own.write_text(f"[stores]\nkota = '{folder.as_posix()}'\n[access]\nowner = 'steward'\n", encoding="utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))
    _forget()
    yield folder
    Store(folder / "kota.sqlite").close()
    monkeypatch.undo()
    _forget()


def brought(folder: Path, text: str) -> None:
    """Rows of cases in the city's store."""
    options = read_settings()
    file = folder / "lembar.csv"
    file.write_text(text, encoding="utf-8")
    sheet, mapping = run.read_file(file, options, kind=Kind.CASES)
    rows = run.prepared_for(sheet, mapping, read_areas(options.areas), today=date(2026, 1, 1))
    run.accept(Store(folder / "kota.sqlite"), STEWARD, rows)
    file.unlink()


def _forget() -> None:
    for name in (
        "settings",
        "_areas",
        "_tables",
        "_last_good",
        "_study",
        "_released",
        "_editions",
        "_from_edition",
        "_kept",
    ):
        getattr(caches, name).clear()


def opened(**parameters: str) -> AppTest:
    app = AppTest.from_file(ROOT / "dashboard.py", default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def told(app: AppTest) -> str:
    parts = [
        element.value
        for kind in (app.title, app.caption, app.markdown, app.error, app.warning, app.info)
        for element in kind
    ]
    return "\n".join(str(part) for part in parts)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_overview_tells_its_numbers(language: str) -> None:
    app = opened(bahasa=language)
    assert not app.exception
    assert EXAMPLE_SAYS in told(app)
    numbers = [metric.value for metric in app.metric]
    assert numbers[:2] == ["537", "192"]
    assert numbers[3].startswith("7 ")
    assert len(app.table[0].value) == 51
    every_source = [caption.value for caption in app.caption]
    assert sum("31 Desember 2019" in text or "31 December 2019" in text for text in every_source) >= 4


def test_the_address_opens_the_same_view_and_is_written_back() -> None:
    app = opened(periode="2018", tanggal="2019-12-31", ukuran="laporan", kelurahan="53.71.04.1011", bahasa="en")
    assert app.metric[0].value == "301"
    assert "**Fatululi** · Oebobo" in told(app)
    assert app.query_params["periode"] == "2018"
    assert app.query_params["kelurahan"] == "53.71.04.1011"


def test_a_wrong_address_is_told_and_the_usual_view_shown() -> None:
    app = opened(periode="1066", kelurahan="<script>")
    assert app.metric[0].value == "537"
    assert len(app.warning) == 2


def test_changing_the_period_changes_numbers_and_address() -> None:
    app = opened()
    period = next(box for box in app.selectbox if box.key == "view.period")
    period.select_index(period.options.index("2019")).run()
    assert app.metric[0].value == "188"
    assert app.query_params["periode"] == "2019"


def test_a_language_is_one_click_away() -> None:
    app = opened()
    app.button_group(key="view.language").set_value(Language.EN).run()
    assert "Victims" in [metric.label for metric in app.metric]
    assert app.query_params["bahasa"] == "en"


def test_an_empty_city_says_what_to_bring(city: Path) -> None:
    app = opened(data="kota")
    assert not app.exception
    assert "laporan kasus" in told(app)
    assert "halaman *Data*" in told(app)
    assert EXAMPLE_SAYS not in told(app)
    assert set(app.table[0].value["Korban"]) == {"tidak ada laporan"}


def test_the_task_force_sees_every_count_and_an_old_setting_is_told(city: Path) -> None:
    rows = "".join(f"2017-01-0{1 + n % 9},53.71.04.1011\n" for n in range(12))
    rows += "2017-02-01,53.71.04.1001\n" * 3 + "2017-02-01,53.71.04.1008\n" * 4
    brought(city, "reported_on,document_kode\n" + rows)
    app = opened(data="kota", periode="2017")
    korban = app.table[0].value["Korban"]
    assert [korban[name] for name in ("Fatululi", "Oebobo", "Oetete")] == ["12", "3", "4"]
    assert app.metric[0].value == "19"
    own = city.parent / "settings.toml"
    own.write_text(f"{own.read_text('utf-8')}[release]\nk_taskforce = 10\n", encoding="utf-8")
    _forget()
    error = opened(data="kota", periode="2017").error[0].value
    assert "k\\_taskforce" in error
    assert "tidak ada opsi itu" in error


def test_a_damaged_store_is_told_and_the_app_goes_on_with_what_it_had(city: Path) -> None:
    brought(city, "reported_on,document_kode,persons\n2017-01-01,53.71.04.1011,12\n")
    assert opened(data="kota", periode="2017").metric[0].value == "12"
    Store(city / "kota.sqlite").close()
    for path in city.glob("kota.sqlite*"):
        path.write_bytes(b"x" * 9_000)
    app = opened(data="kota", periode="2017")
    assert not app.exception
    assert app.metric[0].value == "12"
    (error,) = [element.value for element in app.error]
    assert "bukan penyimpanan" in error
    assert "backup" in error


def test_faulty_boundaries_are_told_and_the_embedded_ones_serve(
    city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "settings.toml"
    (tmp_path / "layer.shp").write_bytes(b"\x00\x00\x27\x0a" + bytes(96))
    own.write_text("[areas]\npath = 'layer.shp'\n", encoding="utf-8")
    _forget()
    app = opened()
    assert not app.exception
    assert ".prj" in app.error[0].value
    assert ".shx" in app.error[0].value
    assert len(app.table[0].value) == 51


def test_a_mistake_in_the_settings_closes_a_server_that_starts(
    city: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No default stands in: nobody signs in, nobody owns the laptop; what is wrong stands in the terminal."""
    (tmp_path / "settings.toml").write_text(
        f"[stores]\nkota = '{city.as_posix()}'\n[access]\nowner = 'steward'\n"
        "[release]\nkk = 3\n[hotspots]\nalpha = 5\n",
        encoding="utf-8",
    )
    _forget()
    caches._LAST_READ.clear()
    own, faults = caches.settings()
    assert own.is_closed
    assert own.kota == city
    assert {fault.column for fault in faults} == {"release.kk", "hotspots.alpha"}
    assert "release.kk" in caplog.text
    assert "hotspots.alpha" in caplog.text
    headers = {"Host": "localhost:8501"}
    assert visitor(own, token="", headers=headers, listens_on="127.0.0.1") == PUBLIC
    with pytest.raises(signing.RefusedError) as refused:
        signing.by_password(own, name="ana", password="x" * 12, address="127.0.0.1")
    assert refused.value.why is signing.Refusal.CLOSED
    with pytest.raises(signing.RefusedError):
        signing.by_claims(own, {"email": "a@example.org", "email_verified": True})
    app = opened()
    assert "hanya data contoh dan rilis" in app.warning[0].value
    assert not app.error
    assert "release.kk" not in told(app)
    assert app.metric[0].value == "537"
    assert "only example data and published editions" in opened(bahasa="en").warning[0].value


def test_a_mistake_saved_later_changes_nothing(city: Path, tmp_path: Path) -> None:
    """A running server had k = 20: it keeps it, and whoever manages is told what is wrong."""
    own = tmp_path / "settings.toml"
    good = f"[stores]\nkota = '{city.as_posix()}'\n[release]\nk = 20\n[access]\nowner = 'steward'\n"
    own.write_text(good, encoding="utf-8")
    _forget()
    assert caches.settings()[0].k == 20
    own.write_text(good + "[hotspots]\nalpha = 5\n", encoding="utf-8")
    caches.settings.clear()
    found, faults = caches.settings()
    assert (found.k, found.is_closed, found.access.owner) == (20, False, Role.STEWARD)
    assert faults[0].column == "hotspots.alpha"


def test_the_city_store_is_closed_where_others_can_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access.st, "get_option", lambda _name: "0.0.0.0")  # noqa: S104
    assert [store.value for store in access.open_stores(PUBLIC)] == ["contoh"]
    app = opened(data="kota")
    assert EXAMPLE_SAYS in told(app)
    assert app.query_params["data"] == "contoh"


def test_no_visitor_sees_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    from pages.shell.view import Shell

    def broken(self: Shell) -> None:
        message = "innards"
        raise RuntimeError(message)

    monkeypatch.setattr(Shell, "released", broken)
    app = opened()
    assert not app.exception
    assert "innards" not in told(app)
    assert {error.value for error in app.error} == {Words(Language.ID)("error.page")}


PAGES = ["hotspots", "rollout", "profile", "method"]
TITLES = {
    "hotspots": ("Titik rawan", "Hotspots"),
    "rollout": ("Perluasan Community Watch", "Rollout"),
    "profile": ("Profil kelurahan", "Kelurahan profile"),
    "method": ("Metode & sumber", "Methods & sources"),
}


def page_of(name: str, **parameters: str) -> AppTest:
    """A page other than the first, as the menu opens it.

    AppTest cannot open a page given as a function by its address: the frame is asked for that page directly.
    """

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


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_both_languages_and_says_what_its_data_are(name: str, language: str) -> None:
    app = page_of(name, bahasa=language)
    assert not app.exception
    assert TITLES[name][language == "en"] in app.title[0].value
    said = [caption.value for caption in app.main.caption]
    assert EXAMPLE_SAYS in said[0]
    assert EXAMPLE_SAYS in said[-1]  # the foot of the printed page
    assert app.table or name == "profile"  # which shows nothing until somebody chooses


@pytest.mark.parametrize("name", ["overview", *PAGES])
def test_every_page_opens_on_an_empty_city(city: Path, name: str) -> None:
    app = page_of(name, data="kota")
    assert not app.exception
    assert EXAMPLE_SAYS not in app.caption[0].value
    assert EXAMPLE_SAYS not in app.caption[-1].value


@pytest.mark.parametrize("name", ["overview", *PAGES])
def test_every_page_opens_on_another_city(city: Path, tmp_path: Path, name: str) -> None:
    layer = (ROOT / "tests/data/jakarta_kelurahan.parquet").as_posix()
    (tmp_path / "settings.toml").write_text(
        f"[areas]\npath = '{layer}'\nname = 'nama'\ngroup = ''\nmetric_crs = 'EPSG:32748'\n"
        "city = 'DKI Jakarta'\ncity_code = '31'\nlayer = 'x'\n",
        encoding="utf-8",
    )
    _forget()
    app = page_of(name, kelurahan="31.71.01.1001")
    assert not app.exception
    assert not app.error


def test_a_rate_names_its_denominator() -> None:
    app = page_of("hotspots", lihat="angka", ukuran="laporan-per-ukuran", penyebut="balita2022")
    assert "laporan per 1.000 Balita 2022" in told(app)
    assert "bukan risiko" in told(app)
    ranked = app.table[0].value
    assert list(ranked.columns[:4]) == ["Kecamatan", "Laporan", "Korban", "Balita 2022"]
    assert app.query_params["penyebut"] == "balita2022"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("aspect", ["angka", "banding", "arah", "ntt"])
def test_every_aspect_of_the_hotspots_opens(aspect: str, language: str) -> None:
    app = page_of("hotspots", lihat=aspect, bahasa=language)
    assert not app.exception
    assert not app.error
    assert app.table
    said = " ".join(caption.value for caption in app.caption)
    # The province's figures are real: what is said of the example would be false of them.
    assert (EXAMPLE_SAYS in said) is (aspect != "ntt")


def test_the_first_period_is_judged_and_another_one_is_exploration() -> None:
    declared = page_of("hotspots")
    assert "Sangat yakin di atas bagiannya" in told(declared)
    assert declared.table[0].value["Penilaian"].iloc[0] == "sangat yakin"
    tried = page_of("hotspots", periode="2018")
    assert "Eksplorasi" in told(tried)
    assert "sangat yakin" not in set(tried.table[0].value["Penilaian"])
    split = page_of("hotspots", lihat="banding")
    before = split.table[0].value["Penilaian 2016-2018"]
    assert "sangat yakin" in set(before)
    split.selectbox(key="hotspots.split").set_value(2018).run()
    assert "Eksplorasi" in told(split)
    assert "sangat yakin" not in set(split.table[0].value["Penilaian 2016-2017"])


def test_what_emerges_is_searched_on_request() -> None:
    app = page_of("hotspots", lihat="arah")
    assert "Muncul dalam" not in told(app)
    next(button for button in app.button if button.label == "Cari sekarang").click().run()
    assert not app.exception
    assert "Muncul dalam" in told(app)


def test_the_profile_is_found_by_address_by_search_and_by_list() -> None:
    app = page_of("profile", kelurahan="53.71.04.1011")
    assert app.title[0].value == "Fatululi"
    app.text_input[0].input("oebufuu").run()
    next(button for button in app.button if button.label == "Oebufu (Oebobo)").click().run()
    assert app.title[0].value == "Oebufu"
    assert app.query_params["kelurahan"] == "53.71.04.1009"


def test_the_slider_moves_the_day_of_the_rollout() -> None:
    app = page_of("rollout", tanggal="2018-11-15")
    assert app.metric[0].value == "0 dari 51"
    import datetime as dt

    app.slider[0].set_value(dt.date(2018, 11, 16)).run()
    assert [metric.value for metric in app.metric] == ["7 dari 51", "7 dari 51", "7 dari 51", "12 dari 51"]
    assert app.query_params["tanggal"] == "2018-11-16"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("part", ["papan", "rencana", "sebelum-sesudah"])
def test_every_part_of_the_rollout_opens(part: str, language: str) -> None:
    app = page_of("rollout", bagian=part, bahasa=language, tanggal="2019-12-31", kelurahan="53.71.04.1014")
    assert not app.exception
    assert not app.error
    assert app.query_params["bagian"] == part


@pytest.mark.parametrize("part", ["papan", "rencana", "sebelum-sesudah", "peristiwa"])
def test_every_part_of_the_rollout_opens_on_an_empty_city(city: Path, part: str) -> None:
    app = page_of("rollout", data="kota", bagian=part)
    assert not app.exception
    assert not app.error


def test_the_rollout_is_told_as_it_was_known() -> None:
    app = page_of("rollout", tanggal="2018-11-16", diketahui="2018-12-31")
    assert [metric.value for metric in app.metric] == ["7 dari 51", "7 dari 51", "7 dari 51"]
    assert app.table[0].value["Jumlah"].tolist() == ["7 dari 51"]
    app = page_of("rollout", tanggal="2018-11-16", diketahui="2018-11-15")
    assert app.metric[0].value == "0 dari 51"
    assert page_of("rollout", diketahui="kemarin").warning


def test_the_board_tells_who_to_call_and_by_which_rule() -> None:
    app = page_of("rollout", bagian="papan", tanggal="2019-12-31", kelurahan="53.71.04.1014")
    called = app.table[0].value
    assert called.loc["Tuak Daun Merah", "Sebab"] == "jarang melapor"
    assert "jarang melapor" not in called.loc["Liliba", "Sebab"]
    said = told(app)
    assert "6 dari 51 kelurahan punya CW yang aktif, 1 jarang melapor" in said
    assert "berakhir 28 Desember 2019" in said
    assert "lebih dari 90 hari" in said  # the rule, as the settings have it
    assert "13 (6 perempuan, 7 laki-laki)" in said


def test_the_plan_tells_the_pace_needed_and_refuses_a_forecast() -> None:
    app = page_of("rollout", bagian="rencana", tanggal="2019-12-31")
    said = told(app)
    # The target for 2020, announced in 2019, is the task force's: it sets no day for Community Watch.
    assert "tidak ada target Community Watch yang diumumkan dengan tanggal" in said
    assert "Gugus tugas kelurahan (GT-TPPO), badan lain: 12 dari 51 (2018: kiblatntt.com) → 39 dari 51" in said
    assert "→ target 51 dari 51 (2020: beritabuana.co, kiblatntt.com)" in said
    assert "paling lambat 31 Desember 2021, perlu 1,8 kelurahan per bulan" in said
    assert "baru 1 hari mulai yang bertanggal" in said
    import datetime as dt

    app.date_input(key="rollout.by").set_value(dt.date(2020, 12, 31)).run()
    assert "perlu 3,7 kelurahan per bulan" in told(app)


def test_before_and_after_is_no_proof() -> None:
    app = page_of("rollout", bagian="sebelum-sesudah", tanggal="2019-12-31")
    assert "bukan bukti" in app.warning[0].value
    assert app.table[0].value.loc["Oebufu", "Kasus per bulan sebelum"] == "2,7"


def test_the_rollout_shows_contradictions_side_by_side() -> None:
    app = page_of("rollout", tanggal="2020-06-01")
    table = app.table[0].value
    assert table["Jumlah"].tolist() == ["7 dari 51", "12 dari 51", *["39 dari 51"] * 2, *["target 51 dari 51"] * 2]
    assert table.index.tolist() == ["Community Watch", *["Gugus tugas kelurahan (GT-TPPO)"] * 5]
    assert table["Keadaan"].tolist()[:2] == ["16 November 2018", "2018"]
    assert table["Sumber"].tolist()[:2] == ["nttterkini.com, 16 November 2018", "kiblatntt.com, 19 November 2019"]


@pytest.mark.parametrize("day", ["2018-12-31", "2019-11-20", "2026-01-01"])
def test_the_rollout_keeps_community_watch_and_the_task_force_apart(day: str) -> None:
    app = page_of("rollout", tanggal=day)
    numbers = [(metric.label, metric.value) for metric in app.metric]
    assert numbers[:3] == [
        ("Disebut namanya", "7 dari 51"),
        ("Sedikitnya", "7 dari 51"),
        ("Paling banyak", "51 dari 51"),
    ]
    counted = {"2018-12-31": "12 dari 51"}.get(day, "39 dari 51")
    assert numbers[3:] == [
        ("Dihitung sumber", counted),
        *([("Target", "51 dari 51")] if day > "2019-11-18" else []),
    ]
    said = told(app)
    assert "mencampur namanya" in said
    assert "tidak membatasi" in said
    (sentence,) = [one.value for one in app.markdown if one.value.startswith("Per ")]
    assert "51 dari 51" not in sentence  # the task force's target is none of Community Watch
    assert ("target 51 dari 51 (2020" in said) == (day > "2019-11-18")


def test_the_overview_tells_both_bodies_apart() -> None:
    def numbers(**view: str) -> dict[str, str]:
        app = page_of("overview", **view)
        assert not app.exception
        return {metric.label: metric.value for metric in app.metric}

    then = numbers(tanggal="2018-12-31")
    assert (then["Punya CW"], then["Punya GT-TPPO"]) == ("7 dari 51", "12 dari 51")
    later = numbers(tanggal="2026-01-01")
    assert (later["Punya CW"], later["Punya GT-TPPO"]) == ("7 dari 51", "39 dari 51")
    before = numbers(tanggal="2017-12-31")
    assert before["Punya CW"] == "0 dari 51"
    assert "Punya GT-TPPO" not in before


def test_the_method_page_has_every_word_of_the_lists() -> None:
    app = page_of("method")
    tables = [list(table.value.index) for table in app.table]
    assert "Laporan per ukuran, dihaluskan" in tables[0]
    assert len(tables[1]) == 4
    assert len(tables[3]) == 9
    assert tables[4][0] == "sangat yakin"
    assert any("Moran lokal" in one.value and "python -m geo measure" in one.value for one in app.markdown)
    assert "jarang melapor" in tables[5]
    assert tables[7] == ["hampir selalu terpilih", "bergantung pada bobot", "belum sekarang"]
    assert "Jumlah tertinggi dahulu" in app.table[8].value.columns
    assert len(app.expander) == len(read_origins())
