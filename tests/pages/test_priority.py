"""Kelurahan berikutnya: weights move the list, limits make waves, a plan is kept and becomes the city's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.imports import run
from geo.places.boundaries import read_areas
from geo.settings import ROOT, read_settings
from geo.store.engine import Store
from geo.terms import Kind
from pages.shell import caches, drafting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


ALL = (
    "Laporan kasus",
    "Tren laporan",
    "Belum ada Community Watch aktif",
    "Tetangga tanpa Community Watch",
    "Ukuran (TPS)",
    "Kecamatan tanpa Community Watch",
)


def opened(name: str = "priority", **parameters: str) -> AppTest:
    """The page as the menu opens it."""

    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import guarded
        from pages.shell.view import Shell

        shell = Shell()
        guarded(importlib.import_module(f"pages.{name}").page)(shell)
        shell.write_address()

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=90)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def told(app: AppTest) -> str:
    return " ".join(
        one.value for part in (app.markdown, app.caption, app.info, app.warning, app.error) for one in part
    )


def button(app: AppTest, label: str) -> AppTest:
    (found,) = [one for one in app.button if one.label == label]
    return found.click().run()


def slider(app: AppTest, label: str) -> Any:
    (found,) = [one for one in app.slider if one.label == label]
    return found


def number(app: AppTest, label: str) -> Any:
    """The first field of a label: the form stands before the rules."""
    return next(one for one in app.number_input if one.label == label)


def choice(app: AppTest, label: str) -> Any:
    found = [one for one in app.selectbox if one.label == label]
    return found[0]


def order(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value.index)


def solved(**parameters: str) -> AppTest:
    return button(opened(langkah="gelombang", **parameters), "Hitung rencana")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("step", ["urutan", "gelombang", "banding"])
def test_every_step_opens_in_both_languages(step: str, language: str) -> None:
    app = opened(langkah=step, bahasa=language)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == {"id": "Kelurahan berikutnya", "en": "Next kelurahan"}[language]
    assert app.query_params.get("langkah", "urutan") == step


def test_a_weight_moves_the_list_and_the_first_ones_have_their_reasons() -> None:
    app = opened()
    before = order(app)
    assert len(before) == 44  # the seven that have a Community Watch are no candidates
    assert "Oebufu" not in before
    said = [one.value for one in app.markdown if one.value.startswith("1. ")]
    assert before[0] in said[0]
    assert "Dipilih karena" in said[0]
    assert not any(word in told(app) for word in ("rawan tinggi", "kelurahan buruk"))
    for one in (*ALL[:4], ALL[5]):
        app = slider(app, one).set_value(0.0).run()
    sizes = app.dataframe[0].value
    assert list(sizes.index) != before
    assert sizes.index[0] == "Oesapa"  # 69 polling stations, the most of all
    app = button(app, "Mulai lagi")
    assert order(app) == before


def test_no_weight_is_no_order() -> None:
    app = opened()
    for one in list(app.slider)[:-1]:
        app = next(other for other in app.slider if other.label == one.label).set_value(0.0).run()
    assert not app.exception
    assert "Semua bobot nol" in app.warning[0].value


def test_criteria_without_data_are_left_out_by_name() -> None:
    app = opened()
    listed = app.table[0].value
    assert len(listed) == 13
    assert {one.label for one in app.slider} == {*ALL, "Berapa kelurahan berikutnya"}
    assert set(listed.index) > set(ALL)
    assert "belum ada data" in told(app) or listed["Bobot"].str.contains("data").sum() == 7


def test_waves_are_worked_out_and_proved_and_a_list_is_worth_less() -> None:
    app = solved()
    assert not app.exception
    said = told(app)
    assert "30 kelurahan dimulai, 14 belum" in said
    assert "Terbukti" in said or "lebih baik paling banyak" in said
    waves = app.table[-1].value
    assert waves["Gelombang"].value_counts().to_dict() == {str(number): 5 for number in range(1, 7)}
    assert waves["Mulai"].iloc[0] == "1 Januari 2019"
    assert waves["Mulai"].iloc[-1] == "1 April 2020"


def test_needs_and_order_of_a_draft_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []

    def spy(name: str) -> None:
        real = getattr(drafting, name)

        def called(*given: Any, **named: Any) -> Any:
            counted.append(name)
            return real(*given, **named)

        monkeypatch.setattr(drafting, name, called)

    for name in ("needs_of", "rank", "criteria_table"):
        spy(name)
    caches._kept.clear()
    app = solved()
    assert app.table
    assert counted.count("needs_of") == 1
    app.run()
    slider(app, "Hampir sama: beda kebutuhan paling banyak").set_value(0.1).run()
    assert counted.count("needs_of") == 1, "neither a further run nor another tolerance changes what is needed"
    assert counted.count("criteria_table") == 1
    opened()
    opened()
    assert counted.count("rank") == 1


def test_pinned_and_forbidden_kelurahan_are_obeyed_and_conflicts_are_named() -> None:
    app = opened(langkah="gelombang")
    code = {name: kode for kode, name in read_areas(read_settings().areas).names.items()}
    naioni = code["Naioni"]
    choice(app, "Kelurahan").set_value(naioni)
    app = button(app, "Tambah")
    assert "Wajib, dilarang, menunggu (1)" in [one.label for one in app.expander]
    app = button(app, "Hitung rencana")
    assert app.table[-1].value.loc["Naioni", "Gelombang"] == "1"
    choice(app, "Aturan").set_value("never")
    choice(app, "Kelurahan").set_value(naioni)
    app = button(app, "Tambah")
    app = button(app, "Hitung rencana")
    assert "bertentangan" in app.error[0].value
    assert sum("Naioni" in one.value for one in app.markdown if one.value.startswith("- ")) == 2
    app = next(one for one in app.button if one.label == "Hapus").click().run()
    app = button(app, "Hitung rencana")
    assert not app.error
    assert "Naioni" not in app.table[-1].value.index


def test_money_binds_and_nonsense_is_refused() -> None:
    app = opened(langkah="gelombang")
    number(app, "Anggaran per gelombang (juta rupiah)").set_value(100.0)
    number(app, "Biaya per kelurahan (juta rupiah)").set_value(40.0)
    app = button(app, "Hitung rencana")
    assert "12 kelurahan dimulai" in told(app)  # two in each of six waves
    next(one for one in app.checkbox if one.label.startswith("Sisa anggaran")).check()
    app = button(app, "Hitung rencana")
    assert "15 kelurahan dimulai" in told(app)  # 600 million in all


def test_what_a_person_moves_is_told_with_its_price() -> None:
    app = solved()
    first = app.table[-1].value.index[0]
    code = {name: kode for kode, name in read_areas(read_settings().areas).names.items()}
    app.selectbox(key="next.move.kode").set_value(code[first])
    choice(app, "Pindah ke").set_value(0)
    choice(app, "Alasan").set_value("readiness")
    app = button(app, "Pindahkan")
    assert not app.exception
    assert first not in app.table[-1].value.index
    assert "Perpindahan oleh perencana mengurangi hasil rencana sebanyak" in told(app)
    assert f"{first}: tidak dimulai, kesiapan kelurahan" in told(app)


def test_fewer_waves_after_a_move_and_limits_that_conflict_are_told_and_nothing_breaks() -> None:
    app = solved()
    last = app.table[-1].value.index[-1]
    code = {name: kode for kode, name in read_areas(read_settings().areas).names.items()}
    app.selectbox(key="next.move.kode").set_value(code[last])
    choice(app, "Pindah ke").set_value(6)
    app = button(app, "Pindahkan")
    number(app, "Gelombang").set_value(3)
    app = button(app, "Hitung rencana")
    assert not app.error
    assert "tidak berlaku" in told(app)
    app.query_params["langkah"] = "banding"
    assert not app.run().error
    app.query_params["langkah"] = "gelombang"
    app = app.run()
    number(app, "Gelombang").set_value(2)
    number(app, "Sedikitnya per kecamatan").set_value(5)
    app = button(app, "Hitung rencana")
    assert [one.value for one in app.error if "tidak dapat ditampilkan" in one.value] == []
    assert "bertentangan" in app.error[0].value


def test_a_drawn_order_keeps_its_seed() -> None:
    app = solved()
    app = slider(app, "Hampir sama: beda kebutuhan paling banyak").set_value(0.3).run()
    drawn = app.table[-1].value
    assert "Diundi di antara" in told(app)
    app = number(app, "Benih undian").set_value(7).run()
    other = app.table[-1].value
    app = number(app, "Benih undian").set_value(1).run()
    assert app.table[-1].value.equals(drawn)
    assert not other.equals(drawn)
    # Or the order of priority decides, and weights with it.
    by_score = next(one for one in app.radio if one.label == "Ditentukan oleh").set_value(True).run()
    assert "Menurut urutan prioritas" in told(by_score)
    assert not by_score.table[-1].value.equals(drawn)


def test_two_plans_side_by_side() -> None:
    app = solved()
    app.query_params["langkah"] = "banding"
    app = app.run()
    assert not app.exception
    assert "kelurahan berpindah" in told(app)


# The city's own


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of a city store with the rows of the example in it."""
    folder = tmp_path / "kota"
    folder.mkdir()
    own = tmp_path / "settings.toml"
    own.write_text(f"[stores]\nkota = '{folder.as_posix()}'\n[access]\nowner = 'planner'\n", encoding="utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))
    caches.settings.clear()
    options = read_settings()
    for kind in (Kind.CASES, Kind.COVERAGE):
        file = ROOT / "data" / "contoh" / f"{kind.value}.csv"
        sheet, mapping = run.read_file(file, options, kind=kind)
        rows = run.prepared_for(sheet, mapping, read_areas(options.areas), today=date(2026, 1, 1))
        run.accept(Store(folder / "kota.sqlite"), STEWARD, rows)
    yield folder
    Store(folder / "kota.sqlite").close()
    monkeypatch.undo()
    caches.settings.clear()


def test_a_plan_is_kept_opened_by_its_address_and_becomes_the_citys(city: Path) -> None:
    where = {"data": "kota", "periode": "2017", "tanggal": "2018-11-16"}
    app = solved(**where)
    planned = app.table[-1].value
    next(one for one in app.text_input if one.label == "Nama rencana").set_value("Usul rapat")
    app = button(app, "Simpan")
    assert not app.error
    token = app.query_params["rencana"]
    assert len(token) == 32
    # Somebody else opens the address: the same waves, without working them out again.
    other = opened(langkah="gelombang", rencana=token, **where)
    assert not other.warning
    assert other.table[-1].value.equals(planned)
    assert "Usul rapat" in choice(other, "Rencana tersimpan").options[0]
    # Worked out again from what was kept it is the same plan.
    assert (
        button(opened(langkah="gelombang", rencana=token, **where), "Hitung rencana").table[-1].value.equals(planned)
    )
    assert opened(langkah="gelombang", rencana=token, **(where | {"periode": "2018"})).warning  # of other data
    assert not opened(
        langkah="gelombang", rencana=token, **(where | {"tanggal": "2018-11-17"})
    ).warning  # of the same
    assert f"periode=2017&tanggal=2018-11-16&langkah=gelombang&rencana={token}" in told(other)
    changed = opened(langkah="gelombang", rencana=token, **where)
    number(changed, "Gelombang").set_value(3)
    changed = button(changed, "Hitung rencana")
    assert len(changed.table[-1].value) == 15
    again = button(changed, "Buka")
    assert again.table[-1].value.equals(planned)
    side = opened(langkah="banding", rencana=token, **(where | {"tanggal": "2018-11-01"}))
    assert not side.error
    other = button(other, "Jadikan rencana kota")
    assert not other.error
    assert "rencana kota yang berlaku" in told(other)
    late = opened("rollout", bagian="rencana", **(where | {"tanggal": "2019-02-01"}))
    slips = late.table[-1].value
    assert len(slips) == 30
    assert (slips["Selisih"].str.contains("lewat 31 hari")).sum() == 5
    assert "belum waktunya" in set(slips["Selisih"])
    other = button(other, "Tarik kembali rencana kota")
    assert "Belum ada rencana kota" in told(opened("rollout", bagian="rencana", **where))
    other = button(other, "Hapus")
    assert "rencana" not in other.query_params
    layer = read_areas(read_settings().areas).fingerprint
    assert set(other.session_state[f"next/kota/{layer}"]) == {"draft"}  # a new one
    gone = opened(langkah="gelombang", rencana=token, **where)
    assert gone.error
    assert not gone.exception


def test_what_is_drafted_on_the_example_is_no_draft_of_the_city(city: Path) -> None:
    app = opened(langkah="gelombang", data="contoh")
    app.selectbox(key="next.pin.kode").set_value("53.71.01.1011")
    app = button(app, "Tambah")
    assert "Wajib, dilarang, menunggu (1)" in [one.label for one in app.expander]
    app.query_params["data"] = "kota"
    app = app.run()
    assert app.query_params["data"] == "kota"
    assert "Wajib, dilarang, menunggu (0)" in [one.label for one in app.expander]


def test_a_plan_that_starts_nobody_is_not_made_the_citys(city: Path) -> None:
    app = opened(langkah="gelombang", data="kota", periode="2017", tanggal="2018-11-16")
    number(app, "Anggaran per gelombang (juta rupiah)").set_value(1.0)
    number(app, "Biaya per kelurahan (juta rupiah)").set_value(40.0)
    app = button(app, "Hitung rencana")
    assert "0 kelurahan dimulai" in told(app)
    next(one for one in app.text_input if one.label == "Nama rencana").set_value("Kosong")
    app = button(button(app, "Simpan"), "Jadikan rencana kota")
    assert app.error
    assert "tidak dapat ditampilkan" not in app.error[0].value


def test_a_name_that_tells_of_a_person_is_refused(city: Path) -> None:
    app = solved(data="kota", periode="2017")
    next(one for one in app.text_input if one.label == "Nama rencana").set_value("5371014506990001")
    app = button(app, "Simpan")
    assert app.error
    assert "rencana" not in app.query_params


def test_the_task_force_sees_the_plan_and_keeps_none(city: Path, tmp_path: Path) -> None:
    text = (tmp_path / "settings.toml").read_text().replace("planner", "taskforce")
    (tmp_path / "settings.toml").write_text(text)
    caches.settings.clear()
    app = solved(data="kota", periode="2017")
    assert "peran perencana" in told(app)
    assert not [one for one in app.text_input if one.label == "Nama rencana"]
    closed = opened(data="kota", langkah="gelombang", rencana="0" * 32)
    assert "perencana" in closed.warning[0].value


def test_the_public_gets_no_order_of_the_city(city: Path, tmp_path: Path) -> None:
    text = (tmp_path / "settings.toml").read_text().replace("planner", "public")
    (tmp_path / "settings.toml").write_text(text)
    caches.settings.clear()
    app = opened(data="kota")
    assert not app.exception
    assert app.query_params["data"] == "contoh"
