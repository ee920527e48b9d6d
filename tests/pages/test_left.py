"""What somebody sent and did not accept is in no memory of the server once its page is left, nor after its time."""

from __future__ import annotations

import gc
import time
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.access import accounts, signing
from geo.access import sent as sent_files
from geo.access.sent import drop_files_of
from geo.settings import ROOT
from geo.store.engine import Store
from geo.terms import AccountKind, Role, StoreName
from pages.shell import caches

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas

NAME, NIK = "SITI RAHASIA BENAR", "5399046501990017"
SHEET = f"No;Nama;NIK;Kelurahan;Tanggal Lapor\n1;{NAME};{NIK};Oebobo;16/11/2018\n"
PASSWORD = "kuda lumping biru 7"


@pytest.fixture
def wanted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The page that the menu leads to: a function page cannot be opened by its address in a test."""
    chosen = {"page": "data"}
    # Visits of other tests in this process still have theirs, with the same made-up person.
    for token in list(sent_files._HELD):
        sent_files.drop_file(token)

    def navigation(sections: dict[str, list[Any]], **_: Any) -> Any:
        (found,) = [one for listed in sections.values() for one in listed if one.url_path == chosen["page"]]
        found._can_be_called = True
        return found

    import streamlit as st

    monkeypatch.setattr(st, "navigation", navigation)
    return chosen


def opened() -> AppTest:
    def script() -> None:
        import dashboard

        dashboard.main()

    return AppTest.from_function(script, default_timeout=60).run()


def sent(app: AppTest) -> AppTest:
    app = app.file_uploader[0].upload("lembar.csv", SHEET.encode(), "text/csv").run()
    assert not app.exception
    assert "1 baris dibaca" in " ".join(one.value for one in app.markdown)
    return app


def in_memory() -> list[str]:
    """Kinds of living objects that hold the made-up person."""
    gc.collect()
    found = []
    for one in gc.get_objects():
        kind = type(one).__name__
        if kind == "UploadedFile":
            text = one.getvalue().decode()
        elif kind == "UploadedFileRec":
            text = one.data.decode()
        elif kind == "Sheet":
            text = one.rows.to_csv()
        else:
            continue
        if NAME in text or NIK in text:
            found.append(kind)
    return found


def forget_the_tests_own(app: AppTest) -> None:
    """The browser's side: a real one does not live in the server."""
    app._tree = None  # type: ignore[assignment]


@pytest.mark.parametrize("page", ["ringkasan", "tinjau", "catatan", "titik-rawan", "jejak"])
def test_leaving_the_page_lets_go(wanted: dict[str, str], page: str) -> None:
    app = sent(opened())
    assert in_memory()
    wanted["page"] = page
    app.run()
    assert not app.exception
    assert "map.kind" not in app.session_state
    assert in_memory() == []
    wanted["page"] = "data"
    app.run()
    assert "1 baris dibaca" not in " ".join(one.value for one in app.markdown)


def test_changing_the_store_lets_go(wanted: dict[str, str]) -> None:
    app = sent(opened())
    app.radio(key="view.store").set_value(StoreName.KOTA).run()
    assert "1 baris dibaca" not in " ".join(one.value for one in app.markdown)
    forget_the_tests_own(app)
    assert in_memory() == []


def test_an_end_of_the_session_lets_go(wanted: dict[str, str], folder: Path, browser: dict[str, str]) -> None:
    store = Store(folder / "kota.sqlite")
    accounts.add(store, STEWARD, name="ana", role=Role.STEWARD, kind=AccountKind.LOCAL, password=PASSWORD)
    browser["token"] = signing.by_password(caches.settings()[0], name="ana", password=PASSWORD, address="127.0.0.1")
    app = sent(opened())
    accounts.end_sessions(store, STEWARD, name="ana")
    app.run()
    assert not app.file_uploader
    assert in_memory() == []


def test_signing_out_lets_go_though_no_tab_runs_again(
    wanted: dict[str, str], folder: Path, browser: dict[str, str]
) -> None:
    store = Store(folder / "kota.sqlite")
    accounts.add(store, STEWARD, name="ana", role=Role.STEWARD, kind=AccountKind.LOCAL, password=PASSWORD)
    browser["token"] = signing.by_password(caches.settings()[0], name="ana", password=PASSWORD, address="127.0.0.1")
    app = sent(opened())
    drop_files_of("somebody else's")
    assert in_memory()
    drop_files_of(browser["token"])
    forget_the_tests_own(app)
    assert in_memory() == []


def test_it_goes_by_itself(wanted: dict[str, str], folder: Path) -> None:
    own = folder.parent / "settings.toml"
    own.write_text(own.read_text("utf-8") + "idle_minutes = 0.05\n", encoding="utf-8")
    caches.settings.clear()
    app = sent(opened())
    assert in_memory()
    for _ in range(2):
        time.sleep(1.5)
        app.run()
        assert "1 baris dibaca" in " ".join(one.value for one in app.markdown), "whoever looks keeps it"
    forget_the_tests_own(app)
    time.sleep(4)
    assert in_memory() == []
    assert not sent_files._HELD


def test_a_layer_goes_too(wanted: dict[str, str], kupang: Areas, tmp_path: Path) -> None:
    path = tmp_path / "batas.geojson"
    kupang.frame.assign(catatan=NAME).reset_index().to_file(path)
    app = opened()
    (uploader,) = [one for one in app.file_uploader if one.label == "Berkas batas wilayah"]
    app = uploader.upload(path.name, path.read_bytes(), "application/json").run()
    assert in_memory()
    wanted["page"] = "metode-sumber"
    app.run()
    assert in_memory() == []


def test_what_a_visit_keeps_is_known() -> None:
    """Every key of a visit that is no widget's is listed here: a new one has to be looked at for rows of persons."""
    import re

    found: set[str] = set()
    for path in (ROOT / "pages").rglob("*.py"):
        text = path.read_text("utf-8")
        if "session_state" in text:
            named = dict(re.findall(r'^(_[A-Z]+) = "([\w.]+)"$', text, re.MULTILINE))
            for several, values in re.findall(r'^((?:_[A-Z]+, )+_[A-Z]+) = (".+")$', text, re.MULTILINE):
                named |= dict(zip(several.split(", "), re.findall(r'"([\w.]+)"', values), strict=False))
            used = re.findall(r"session_state(?:\.\w+\(|\[)(_[A-Z]+|\"[\w.]+\")", text)
            found |= {named.get(one, one.strip('"')) for one in used}
    assert found == {
        "events.entered",
        "events.held",
        "hotspots.emerged",
        "next.click",
        "record.entered",
        "sheets.done",
        "sheets.sent",
        "shell.access_faults",
        "shell.address",
        "shell.refused",
        "shell.saw",
        "shell.started",
        "shell.view",
        "shell.who",
        "uploads.tokens",
        "uploads.turn",
    }
