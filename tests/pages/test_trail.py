"""Jejak as a steward uses it, and as others do not get to see it."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.settings import ROOT
from geo.store import engine, records
from geo.store.engine import Store
from geo.terms import Right
from geo.words import Language, Words
from pages.shell import access, caches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    As = Callable[[str], Path]

WORDS = Words(Language.ID)


@pytest.fixture
def served_as(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[As]:
    """Makes the settings of a laptop whose owner has a role; gives the folder of the store."""
    own, folder = tmp_path / "settings.toml", tmp_path / "kota"
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))

    def made(role: str) -> Path:
        own.write_text(f"[stores]\nkota = '{folder.as_posix()}'\n[access]\nowner = '{role}'\n", "utf-8")
        for cache in (caches.settings, caches._tables, caches._last_good):
            cache.clear()
        return folder

    yield made
    Store(folder / "kota.sqlite").close()
    monkeypatch.undo()
    for cache in (caches.settings, caches._tables, caches._last_good):
        cache.clear()


def filled(folder: Path) -> Store:
    """A store with one record of long ago and one of last week."""
    store = Store(folder / "kota.sqlite")
    for on in (date(2001, 1, 1), engine.now().date() - timedelta(days=7)):
        records.enter_record(store, STEWARD, {"reported_on": on}, document_kode="")
    return store


def trail(**parameters: str) -> AppTest:
    def script() -> None:
        from pages import trail
        from pages.shell.frame import guarded
        from pages.shell.view import Shell

        guarded(trail.page)(Shell())

    app = AppTest.from_function(script, default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def button(app: AppTest, label: str) -> AppTest:
    (found,) = [one for one in app.button if one.label == label]
    return found.click().run()


@pytest.mark.parametrize("language", Language)
def test_it_says_that_the_audit_is_whole_and_lists_it(served_as: As, language: Language) -> None:
    filled(served_as("steward"))
    app, words = trail(bahasa=language.value), Words(language)
    assert not app.exception
    assert [one.value for one in app.success] == [words("audit.whole", n=2)]
    listed = app.dataframe[0].value
    assert len(listed) == 2
    assert listed[words("history.what")].tolist() == [words("act.enter")] * 2
    assert listed[words("history.who")].tolist() == ["Ana", "Ana"]
    app.multiselect(key="trail.acts").set_value(["see"]).run()
    assert words("trail.none") in [one.value for one in app.caption]


def test_it_says_from_which_row_the_audit_is_broken(served_as: As) -> None:
    store = filled(served_as("steward"))
    with contextlib.closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE audit SET who = 'Ben' WHERE id = 2")
    app = trail()
    assert [one.value for one in app.error] == [WORDS("audit.broken", row="2")]


def test_what_is_past_its_time_is_erased_after_a_confirmation(served_as: As) -> None:
    store = filled(served_as("steward"))
    app = trail()
    assert app.table[0].value[WORDS("retention.many")].to_dict()[WORDS("retention.records")] == "1"
    (press,) = [one for one in app.button if one.label == WORDS("retention.do")]
    assert press.disabled
    app.checkbox(key="trail.sure").check().run()
    app = button(app, WORDS("retention.do"))
    assert not app.exception
    assert WORDS("retention.nothing") in [one.value for one in app.markdown]
    assert len(records.records(store, STEWARD)) == 1


def test_the_pack_is_made_and_written_down(served_as: As) -> None:
    store = filled(served_as("steward"))
    app = button(trail(), WORDS("incident.do"))
    assert not app.exception
    assert WORDS("incident.made") in [one.value for one in app.success]
    assert any(WORDS("incident.get") in one.body and "berkas/" in one.body for one in app.get("html"))
    with store.reading(STEWARD, Right.AUDIT) as connection:
        assert connection.exec_driver_sql("SELECT act FROM audit ORDER BY id DESC").scalar() == "incident"
    app = trail()
    app.date_input(key="trail.pack.last").set_value(engine.now().date() - timedelta(days=60)).run()
    assert WORDS("incident.reversed") in [one.value for one in button(app, WORDS("incident.do")).error]


def test_a_new_city_and_a_server_that_others_reach(served_as: As, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = served_as("steward")
    assert WORDS("desk.new") in [one.value for one in trail().info]
    assert not folder.exists(), "looking makes no store"
    monkeypatch.setattr(access.st, "get_option", lambda _name: "0.0.0.0")  # noqa: S104
    assert WORDS("access.closed") in [one.value for one in trail().info]


@pytest.mark.parametrize("role", ["public", "taskforce", "planner"])
def test_others_are_told_in_one_sentence(served_as: As, role: str) -> None:
    filled(served_as(role))
    app = trail()
    assert not app.exception
    assert WORDS("access.closed") in [one.value for one in app.info]
    assert not app.dataframe
    assert not app.button


@pytest.mark.parametrize(("role", "is_listed"), [("steward", True), ("planner", False), ("public", False)])
def test_the_menu_has_it_for_whoever_has_the_right(
    served_as: As, role: str, *, is_listed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import streamlit as st

    filled(served_as(role))
    listed: list[str] = []
    menu = st.navigation

    def watched(pages: dict[str, list[st.Page]], **options: object) -> object:
        listed.extend(page.url_path for section in pages.values() for page in section if page.visibility == "visible")
        return menu(pages, **options)

    monkeypatch.setattr(st, "navigation", watched)
    app = AppTest.from_file(ROOT / "dashboard.py", default_timeout=60).run()
    assert not app.exception
    assert ("jejak" in listed) is is_listed
    assert ("catatan" in listed) is is_listed
