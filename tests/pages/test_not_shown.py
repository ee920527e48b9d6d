"""What a form cannot show stays as it is unless somebody changes it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.store import events, records
from geo.store.engine import Store

if TYPE_CHECKING:
    from pathlib import Path

#: Of a boundary layer that was in use before: no kelurahan of the one in use has it.
GONE = "53.71.04.9001"


def page(name: str, **parameters: str) -> AppTest:
    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import guarded
        from pages.shell.view import Shell

        guarded(importlib.import_module(f"pages.{name}").page)(Shell())

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def button(app: AppTest, label: str) -> AppTest:
    (found,) = [one for one in app.button if one.label.startswith(label)]
    return found.click().run()


def choice(app: AppTest, label: str) -> Any:
    (found,) = [one for one in app.selectbox if one.label == label]
    return found


def planted(store: Store, statement: str) -> None:
    """A value that no form offers, as a copy of an older form of the store may hold."""
    with store.keeping() as connection:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


@pytest.fixture
def store(folder: Path) -> Store:
    return Store(folder / "kota.sqlite")


def entered(store: Store, kode: str, **values: Any) -> int:
    given = {"reported_on": date(2018, 1, 5), "status": "suspected", **values}
    return records.enter_record(store, STEWARD, given, document_kode=kode).rows[1]


def test_the_date_of_a_record_on_a_kelurahan_that_the_layer_has_not(store: Store) -> None:
    number = entered(store, GONE)
    app = page("record")
    assert GONE in app.selectbox(key="record.number").options[1], "nor does the list say that it has no place"
    app.selectbox(key="record.number").set_value(number).run()
    assert GONE in choice(app, "Kelurahan dokumen").options[-1]
    (day,) = [one for one in app.date_input if one.label == "Tanggal lapor"]
    day.set_value(date(2018, 2, 6))
    app = button(app, "Simpan koreksi")
    assert not app.error
    found, steps = records.record(store, STEWARD, number=number)
    assert (found["reported_on"], found["document_kode"], found["place_status"]) == (
        date(2018, 2, 6),
        GONE,
        "matched",
    )
    assert set(steps[-1]["change"]) == {"reported_on"}


def test_the_place_itself_can_still_be_changed(store: Store) -> None:
    number = entered(store, GONE)
    app = page("record")
    app.selectbox(key="record.number").set_value(number).run()
    choice(app, "Kelurahan dokumen").set_value("53.71.04.1001")
    button(app, "Simpan koreksi")
    assert records.record(store, STEWARD, number=number)[0]["document_kode"] == "53.71.04.1001"


def test_a_day_that_no_form_offers(store: Store) -> None:
    number = entered(store, "53.71.04.1001", reported_on=date(1987, 3, 1))
    app = page("record")
    app.selectbox(key="record.number").set_value(number).run()
    assert not app.error
    choice(app, "Kelurahan dokumen").set_value("53.71.04.1008")
    before = records.record(store, STEWARD, number=number)[0]
    app = button(app, "Simpan koreksi")
    assert not app.error
    after = records.record(store, STEWARD, number=number)[0]
    told = ("reported_on", "status", "sex", "age_group", "persons", "origin_kode", "source", "reported_precision")
    assert {name: after[name] for name in told} == {name: before[name] for name in told}
    assert after["document_kode"] == "53.71.04.1008"


def test_words_that_no_form_offers_are_shown_as_they_are(store: Store) -> None:
    number = entered(store, "53.71.04.1001")
    planted(store, "UPDATE record SET status = 'lama', sex = 'lain', age_group = 'remaja'")
    app = page("record")
    app.selectbox(key="record.number").set_value(number).run()
    assert not app.error
    assert [choice(app, label).value for label in ("Status", "Jenis kelamin", "Kelompok umur")] == [
        "lama",
        "lain",
        "remaja",
    ]


EVENT = {"stage": "active", "on": date(2020, 3, 1), "source": "lurah", "source_on": date(2020, 3, 2)}
VIEW = {"data": "kota", "bagian": "peristiwa", "tanggal": "2021-01-01"}


def event_of(store: Store) -> dict[Any, Any]:
    return events.events(store, STEWARD).to_dict("records")[0]


def test_an_event_on_a_kelurahan_that_the_layer_has_not(store: Store) -> None:
    events.enter_event(store, STEWARD, EVENT, kode=GONE, allowed={GONE}, today=date(2026, 1, 1))
    number = int(event_of(store)["id"])
    app = page("rollout", **VIEW)
    assert not app.exception
    app.selectbox(key="events.elsewhere").set_value(GONE).run()
    app.selectbox(key=f"events.number.{GONE}").set_value(number).run()
    (source,) = [one for one in app.text_input if one.value == "lurah"]
    source.set_value("camat")
    app = button(app, "Simpan koreksi")
    assert not app.error
    after = event_of(store)
    assert (after["kode"], after["source"], after["on"]) == (GONE, "camat", date(2020, 3, 1))


def test_words_of_an_event_that_no_form_offers() -> None:
    def script() -> None:
        from geo.terms import Stage
        from pages.parts.event_form import event_fields
        from pages.shell.view import Shell

        event = {"stage": "active", "counted_as": "satgas", "on": None, "claim": "rumor", "hours": 4}
        import streamlit as st

        st.json(event_fields(Shell(), event, Stage.ACTIVE, is_city=False))

    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    assert '"satgas"' in app.json[0].value
    assert '"rumor"' in app.json[0].value
    assert "hours" not in app.json[0].value, "nobody saw them here"


def test_a_word_that_stands_may_stay(store: Store) -> None:
    assert events._said({"claim": "rumor"}, {"claim": "rumor"}) == {"claim": "rumor"}
    with pytest.raises(ValueError, match="rumor"):
        events._said({"claim": "rumor"}, {"claim": "actual"})
    with pytest.raises(ValueError, match="rumor"):
        events._said({"claim": "rumor"})
