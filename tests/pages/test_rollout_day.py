"""A day's work on the rollout: a sheet comes in, one event is put right, everything follows, and it goes again."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.settings import ROOT
from geo.store import events
from geo.store.engine import Store
from pages.shell import caches

if TYPE_CHECKING:
    from pathlib import Path

SHEET = ROOT / "data" / "samples" / "contoh_rollout.csv"
KODE = "53.71.02.1004"  # active from 25 October 2019 by the sheet
DAY = {"data": "kota", "tanggal": "2020-01-01"}


def opened(name: str, **parameters: str) -> AppTest:
    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import guarded
        from pages.shell.view import Shell

        shell = Shell()
        guarded(importlib.import_module(f"pages.{name}").page)(shell)
        shell.write_address()

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    assert "tidak dapat ditampilkan" not in " ".join(one.value for one in app.error)
    return app


def button(app: AppTest, label: str) -> AppTest:
    (found,) = [one for one in app.button if one.label.startswith(label)]
    return found.click().run()


def choice(app: AppTest, label: str) -> Any:
    (found,) = [one for one in app.selectbox if one.label == label]
    return found


def told(app: AppTest) -> str:
    return " ".join(
        one.value for part in (app.markdown, app.caption, app.info, app.success, app.error) for one in part
    )


def known() -> str:
    return opened("rollout", **DAY).metric[0].value


def brought(folder: Path) -> None:
    app = opened("sheets", data="kota")
    app = app.file_uploader[0].upload(SHEET.name, SHEET.read_bytes(), "text/csv").run()
    if app.selectbox(key="map.kind").value != "rollout":
        app = app.selectbox(key="map.kind").set_value("rollout").run()
    app = button(app, "Terima")
    assert "Tersimpan sebagai batch 1" in told(app)


def number_of(folder: Path, stage: str) -> int:
    """The store's number of an event of the kelurahan."""
    found = events.events(Store(folder / "kota.sqlite"), STEWARD, kode=KODE)
    return int(found.loc[found["stage"].eq(stage), "id"].iloc[0])


def test_the_whole_day(folder: Path) -> None:
    assert known() == "7 dari 51"
    brought(folder)
    assert known() == "11 dari 51"
    # The curve, the plan and the profile follow.
    plan = told(opened("rollout", bagian="rencana", **DAY))
    assert "Masih 40 dari 51 kelurahan" in plan
    assert "Laju sampai sekarang" in plan  # five starting days: the press's one and four of the sheet
    assert "CW aktif" in told(opened("profile", **DAY, kelurahan=KODE))

    # One event is put right: that Community Watch is only trained, not active.
    page = opened("rollout", bagian="peristiwa", kelurahan=KODE, **DAY)
    page = page.selectbox(key=f"events.number.{KODE}").set_value(number_of(folder, "active")).run()
    page = choice(page, "Tahap").set_value("dormant").run()
    page = button(page, "Simpan koreksi")
    assert not page.error
    assert "CW aktif" not in told(opened("profile", **DAY, kelurahan=KODE))
    assert "tidak aktif" in told(opened("profile", **DAY, kelurahan=KODE))
    history = events.event_steps(Store(folder / "kota.sqlite"), STEWARD, number=number_of(folder, "dormant"))
    assert history[-1]["change"]["stage"] == ["active", "dormant"]

    # And the whole sheet is taken back.
    sheets = opened("sheets", data="kota")
    sheets.checkbox(key="data.sure").check().run()
    button(sheets, "Batalkan")
    assert known() == "7 dari 51"
    assert "CW aktif" not in told(opened("profile", **DAY, kelurahan=KODE))


def test_a_training_before_the_decree_says_why(folder: Path) -> None:
    brought(folder)
    page = opened("rollout", bagian="peristiwa", kelurahan=KODE, **DAY)
    page = choice(page, "Tahap").set_value("trained").run()
    page.date_input[-2].set_value(date(2018, 1, 1))
    page.date_input[-1].set_value(date(2018, 1, 2))
    next(one for one in page.text_input if one.label == "Sumber").set_value("dinas")
    page = button(page, "Masukkan kejadian")
    assert page.error
    assert "SK" in page.error[0].value


def test_two_people_at_one_event_the_second_is_told(folder: Path) -> None:
    brought(folder)
    number = number_of(folder, "active")

    def chosen() -> AppTest:
        page = opened("rollout", bagian="peristiwa", kelurahan=KODE, **DAY)
        return page.selectbox(key=f"events.number.{KODE}").set_value(number).run()

    one = choice(chosen(), "Tahap").set_value("dormant").run()
    other = choice(chosen(), "Tahap").set_value("dissolved").run()
    # Both forms are open; the first saves.
    assert not button(one, "Simpan koreksi").error
    other = button(other, "Simpan koreksi")
    assert other.error
    assert number_of(folder, "dormant") == number
    # Told once; then the form is that of the event as it is now, and works.
    other = choice(chosen(), "Tahap").set_value("dissolved").run()
    assert not button(other, "Simpan koreksi").error
    assert number_of(folder, "dissolved") == number


def test_of_two_sources_a_person_decides_and_takes_it_back(folder: Path) -> None:
    brought(folder)
    day = DAY | {"tanggal": "2018-11-16"}
    # The press counts twelve task forces in 2018: that is another body, and bounds nothing.
    assert opened("rollout", bagian="peristiwa", **day).metric[2].value == "7 dari 51"
    radio = {"stage": "active", "on": date(2018, 1, 1), "on_precision": "year", "count": 12, "of": 51}
    said = radio | {"source": "radio", "source_on": date(2019, 1, 5)}
    events.enter_event(
        Store(folder / "kota.sqlite"), STEWARD, said, kode="53.71", allowed={"53.71"}, today=date(2026, 1, 1)
    )
    page = opened("rollout", bagian="peristiwa", **day)
    assert [one.value for one in page.metric][2] == "12 dari 51"
    which = choice(page, "Pernyataan")
    (at,) = [at for at, text in enumerate(which.options) if text.startswith("radio")]
    page = which.set_value(at).run()
    page = button(page, "Kesampingkan")
    after = opened("rollout", **day)
    assert after.metric[2].value == "7 dari 51"
    assert "dikesampingkan" in after.table[0].value["Berlaku"].tolist()
    assert opened("rollout", diketahui="2018-12-31", **day).metric[2].value == "7 dari 51"
    page = opened("rollout", bagian="peristiwa", **day)
    button(page, "Berlakukan lagi pernyataan")
    assert opened("rollout", **day).metric[2].value == "12 dari 51"


def test_the_task_force_sees_and_records_nothing(folder: Path, tmp_path: Path) -> None:
    brought(folder)
    own = tmp_path / "settings.toml"
    own.write_text(own.read_text().replace("steward", "taskforce"))
    caches.settings.clear()
    page = opened("rollout", bagian="peristiwa", kelurahan=KODE, **DAY)
    assert page.query_params.get("bagian", "keadaan") == "keadaan"
    assert page.metric[0].value == "11 dari 51"
    assert not [one for one in page.button if one.label.startswith(("Masukkan", "Simpan"))]
