"""The forms of the rollout as a planner uses them: an event in, put right, withdrawn; a statement set aside."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.store import events
from geo.store.engine import Store

if TYPE_CHECKING:
    from pathlib import Path

BARAT = "53.71.03.1014"


def script(kode: str) -> None:
    from datetime import date

    from geo.facts import rollout_facts
    from geo.measures.rollout import rollout
    from geo.terms import Right
    from pages.parts.contradictions import contradictions_control
    from pages.parts.events import events_control
    from pages.shell.view import Shell

    shell = Shell()
    assert shell.may_work(Right.PLAN)
    events_control(shell, kode or shell.areas.city_code)
    facts = rollout_facts()
    contradictions_control(shell, rollout(facts, shell.areas, on=date(2018, 12, 1)).published)


def forms(kode: str = BARAT) -> AppTest:
    app = AppTest.from_function(script, kwargs={"kode": kode}, default_timeout=60).run()
    assert not app.exception
    return app


def find(app: AppTest, kind: str, label: str) -> Any:
    (found,) = [one for one in getattr(app, kind) if one.label == label]
    return found


def press(app: AppTest, label: str) -> AppTest:
    app = find(app, "button", label).click().run()
    assert not app.exception
    return app


def stored(folder: Path, kode: str = BARAT) -> list[dict[Any, Any]]:
    return events.events(Store(folder / "kota.sqlite"), STEWARD, kode=kode).to_dict("records")


def filled(app: AppTest, stage: str, on: date, source_on: date) -> AppTest:
    find(app, "selectbox", "Tahap").set_value(stage).run()
    find(app, "date_input", "Tanggal").set_value(on)
    find(app, "date_input", "Tanggal sumber").set_value(source_on)
    find(app, "text_input", "Sumber").set_value("lurah")
    return app


def test_an_event_comes_in_is_put_right_withdrawn_and_comes_back(folder: Path) -> None:
    app = forms()
    assert not folder.exists(), "looking makes no store"
    app = filled(app, "trained", date(2019, 5, 10), date(2019, 5, 12))
    find(app, "selectbox", "Jenis pelatihan").set_value("basic")
    find(app, "number_input", "Jam pelatihan").set_value(16)
    app = press(app, "Masukkan kejadian")
    assert not app.error
    assert find(app, "text_input", "Sumber").value == "", "the next one is not the same again"
    (event,) = stored(folder)
    assert (event["stage"], event["hours"], event["course"], event["made_by"] != "") == ("trained", 16, "basic", True)
    app = filled(forms(), "decree", date(2019, 6, 1), date(2019, 6, 1))
    app = press(app, "Masukkan kejadian")
    (told,) = [one.value for one in app.error]
    assert "pelatihan mendahului SK pertama (2019-06-01)" in told
    app = find(app, "selectbox", "Kejadian").set_value(event["id"]).run()
    # Another person changes it while the form is open.
    events.correct_event(
        Store(folder / "kota.sqlite"),
        STEWARD,
        number=event["id"],
        version=1,
        values={"hours": 8},
        today=date(2020, 1, 1),
    )
    find(app, "selectbox", "Alasan mendahului SK").set_value("held_jointly")
    app = press(app, "Simpan koreksi")
    (told,) = [one.value for one in app.error]
    assert "Perubahan Anda belum tersimpan" in told
    assert stored(folder)[0]["hours"] == 8, "nothing is overwritten"
    # The form now shows what is there, and saves on it.
    app.run()
    assert find(app, "number_input", "Jam pelatihan").value == 8
    find(app, "selectbox", "Alasan mendahului SK").set_value("held_jointly")
    app = press(app, "Simpan koreksi")
    assert not app.error
    (event,) = stored(folder)
    assert (event["hours"], event["early_why"], event["version"]) == (8, "held_jointly", 3)
    app = find(app, "selectbox", "Kejadian").set_value(0).run()
    app = press(filled(app, "decree", date(2019, 6, 1), date(2019, 6, 1)), "Masukkan kejadian")
    assert [one["stage"] for one in stored(folder)] == ["decree", "trained"]


def test_an_untouched_form_saves_nothing_and_says_what_is_missing(folder: Path) -> None:
    app = press(forms(), "Masukkan kejadian")
    told = " ".join(one.value for one in app.error)
    assert all(label in told for label in ("Tanggal", "Sumber", "Tanggal sumber"))
    assert not (folder / "kota.sqlite").exists() or stored(folder) == []


def test_a_source_is_an_office_a_site_or_a_decree(folder: Path) -> None:
    app = filled(forms(), "active", date(2019, 5, 10), date(2019, 5, 12))
    find(app, "text_input", "Sumber").set_value("Maria Bano")
    app = press(app, "Masukkan kejadian")
    (told,) = [one.value for one in app.error]
    assert "Sumber" in told
    assert "Maria" not in told
    find(app, "text_input", "Sumber").set_value("https://www.antaranews.com/berita/1?nama=Maria")
    app = press(app, "Masukkan kejadian")
    assert not app.error
    assert [one["source"] for one in stored(folder)] == ["antaranews.com"]


def test_withdrawn_and_back_with_its_history(folder: Path) -> None:
    press(filled(forms(), "active", date(2019, 5, 10), date(2019, 5, 12)), "Masukkan kejadian")
    (event,) = stored(folder)
    app = find(forms(), "selectbox", "Kejadian").set_value(event["id"]).run()
    app = press(app, "Cabut kejadian ini")
    assert stored(folder)[0]["state"] == "withdrawn"
    app = press(app, "Berlakukan lagi kejadian ini")
    assert stored(folder)[0]["state"] == "counted"
    table = app.table[-1].value
    assert table["Tindakan"].tolist() == ["dimasukkan", "dicabut", "diberlakukan lagi"]


def test_a_statement_is_set_aside_and_holds_again(folder: Path) -> None:
    app = forms("")
    which = find(app, "selectbox", "Pernyataan")
    (twelve,) = [at for at, text in enumerate(which.options) if text.startswith("kiblatntt.com")]
    which.set_value(twelve)
    find(app, "selectbox", "Alasan").set_value("closer_source")
    app = press(app, "Kesampingkan")
    (line,) = find(app, "selectbox", "Yang dikesampingkan").options
    assert line.startswith("kiblatntt.com: 12 kelurahan dengan gugus tugas (GT-TPPO)")
    assert not any(text.startswith("kiblatntt") for text in find(app, "selectbox", "Pernyataan").options)
    app = press(app, "Berlakukan lagi pernyataan")
    assert any(text.startswith("kiblatntt") for text in find(app, "selectbox", "Pernyataan").options)
