"""A store that cannot be read is told on every page, and never looks like one that nobody has brought anything to."""

from __future__ import annotations

import sqlite3
from datetime import date
from typing import TYPE_CHECKING

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.access import accounts, visitor
from geo.errors import DataError, Problem
from geo.imports import run
from geo.places.boundaries import read_areas
from geo.settings import read_settings
from geo.store.engine import Store
from geo.store.tables import fingerprint_of
from geo.terms import Kind, Right, StoreName
from pages.shell import caches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROWS = "reported_on,document_kode,persons\n2017-01-01,53.71.04.1011,12\n2017-02-01,53.71.04.1001,9\n"
FIGURES = ["overview", "hotspots", "rollout", "priority", "profile", "method", "releases"]
DESK = ["sheets", "names", "record", "accounts", "trail"]
BRING = "Belum ada data kota"


def _forget() -> None:
    """A server that has read nothing yet."""
    for name in ("settings", "_areas", "_tables", "_last_good", "_study", "_released", "_editions", "_kept"):
        getattr(caches, name).clear()


def told(app: AppTest) -> str:
    parts = (app.title, app.caption, app.markdown, app.error, app.warning, app.info)
    return "\n".join(str(one.value) for kind in parts for one in kind)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A server of a laptop that was started before anything was brought."""
    folder = tmp_path / "kota"
    folder.mkdir()
    own = tmp_path / "settings.toml"
    own.write_text(f"[stores]\nkota = '{folder.as_posix()}'\n[access]\nowner = 'steward'\n", encoding="utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))
    _forget()
    assert BRING in told(page("overview", data="kota"))
    yield folder
    Store(folder / "kota.sqlite").close()
    monkeypatch.undo()
    _forget()


def page(name: str, **parameters: str) -> AppTest:
    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import guarded, sidebar
        from pages.shell.view import Shell

        shell = Shell()
        guarded(importlib.import_module(f"pages.{name}").page)(shell)
        sidebar(shell)

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=60)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


def whole(folder: Path) -> bytes:
    """A store with rows, made aside."""
    aside = folder.parent / "lain"
    aside.mkdir(exist_ok=True)
    (aside / "lembar.csv").write_text(ROWS, encoding="utf-8")
    options = read_settings()
    sheet, mapping = run.read_file(aside / "lembar.csv", options, kind=Kind.CASES)
    store = Store(aside / "kota.sqlite")
    if store.is_new:
        rows = run.prepared_for(sheet, mapping, read_areas(options.areas), today=date(2026, 1, 1))
        run.accept(store, STEWARD, rows)
    store.forget_deleted()
    store.close()
    return (aside / "kota.sqlite").read_bytes()


def _random(raw: bytes) -> bytes:
    return bytes((at * 7919 + 13) % 251 for at in range(len(raw)))


def _cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 3]


def _nothing(_: bytes) -> bytes:
    return b""


def _pages(raw: bytes) -> bytes:
    """Header and list of tables as they were, all pages behind them broken."""
    return raw[:4096] + b"\xff" * (len(raw) - 4096)


def _rows(raw: bytes) -> bytes:
    """Only the pages of the records are broken: what tells whether anything changed can still be read."""
    size = int.from_bytes(raw[16:18], "big")
    found = sqlite3.connect(":memory:")
    found.deserialize(raw[:18] + b"\x01\x01" + raw[20:])
    (root,) = found.execute("SELECT rootpage FROM sqlite_master WHERE name = 'record'").fetchone()
    found.close()
    return raw[: (root - 1) * size] + b"\xff" * size + raw[root * size :]


def put(folder: Path, raw: bytes) -> None:
    """As a copy comes into its place: under another name first, and without the log of the one before it."""
    (folder / "baru").write_bytes(raw)
    for log in folder.glob("kota.sqlite-*"):
        log.unlink()
    (folder / "baru").replace(folder / "kota.sqlite")


DAMAGE = [_random, _cut, _nothing, _pages, _rows]


@pytest.mark.parametrize(
    ("name", "damage"), [*((name, _random) for name in (*FIGURES, *DESK)), ("overview", _rows), ("sheets", _rows)]
)
def test_every_page_tells_it_and_none_looks_empty(
    city: Path, name: str, damage: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The owner of the laptop is known from before: nobody has an account.
    monkeypatch.setitem(visitor._HAD_NONE, city / "kota.sqlite", True)
    put(city, damage(whole(city)))
    for store in ("kota", "contoh"):
        app = page(name, data=store)
        assert not app.exception
        errors = "\n".join(one.value for one in app.error)
        assert "kota.sqlite" in errors, store
        assert "tidak dapat ditampilkan" not in errors
        assert BRING not in told(app)
        assert "Belum pernah ada" not in told(app)
        if store == "kota" and name not in {"method", "releases"}:
            assert not app.metric
            assert "belum ada laporan" not in told(app)


@pytest.mark.parametrize("damage", [_random, _cut, _pages])
def test_a_damaged_store_appears_and_is_mended(
    city: Path, damage: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(visitor._HAD_NONE, city / "kota.sqlite", True)
    raw = whole(city)
    put(city, damage(raw))
    app = page("overview", data="kota", periode="2017")
    assert "kota.sqlite" in app.error[0].value
    assert "bukan penyimpanan" in app.error[0].value
    assert BRING not in told(app)
    put(city, raw)
    app = page("overview", data="kota", periode="2017")
    assert not app.error
    assert app.metric[0].value == "21"
    # Damaged again under a server that has read it: what it had serves on.
    put(city, damage(raw))
    app = page("overview", data="kota", periode="2017")
    assert "kota.sqlite" in app.error[0].value
    assert "angka terakhir" in app.error[0].value
    assert app.metric[0].value == "21"
    put(city, raw)
    assert not page("overview", data="kota", periode="2017").error


@pytest.mark.parametrize("damage", [_random, _rows])
def test_the_public_is_told_too(city: Path, damage: Callable[[bytes], bytes]) -> None:
    """Whether anybody has an account cannot be read: nobody is the owner, and nothing looks empty."""
    put(city, damage(whole(city)))
    app = page("overview", data="kota")
    assert not app.exception
    assert BRING not in told(app)
    if damage is not _rows:
        assert "kota.sqlite" in app.error[0].value


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_the_store_says_of_itself(city: Path, damage: Callable[[bytes], bytes]) -> None:
    none = fingerprint_of(StoreName.KOTA, caches.settings()[0])
    put(city, damage(whole(city)))
    if damage is _rows:
        assert fingerprint_of(StoreName.KOTA, caches.settings()[0]) != none
    else:
        with pytest.raises(DataError) as found:
            fingerprint_of(StoreName.KOTA, caches.settings()[0])
        assert found.value.faults[0].problem is Problem.NOT_A_STORE
    tables, faults = caches.tables(StoreName.KOTA, STEWARD)
    assert faults
    assert tables.faults == faults, "none of before is the last good one"
    assert (city / "kota.sqlite").stat().st_size == len(damage(whole(city))), "looking makes no new store of it"


def test_a_file_that_was_put_in_its_place_is_opened_anew(city: Path) -> None:
    """By another program, such as a restore on the command line: the connections here are to the one that is gone."""
    store = Store(city / "kota.sqlite")
    accounts.has_accounts(store)
    store.make()
    before = store.state()
    put(city, whole(city))
    assert store.state() != before
    with store.reading(STEWARD, Right.SEE_EXACT) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM record").scalar() == 2


def test_bytes_written_over_an_open_store(city: Path) -> None:
    put(city, whole(city))
    assert page("overview", data="kota", periode="2017").metric[0].value == "21"
    for path in city.glob("kota.sqlite*"):
        path.write_bytes(_random(path.read_bytes()))
    app = page("overview", data="kota", periode="2017")
    assert not app.exception
    assert app.metric[0].value == "21"
    assert "bukan penyimpanan" in app.error[0].value


def test_nothing_is_published_of_what_cannot_be_read(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(visitor._HAD_NONE, city / "kota.sqlite", True)
    put(city, whole(city))
    assert not caches.tables(StoreName.KOTA, STEWARD)[1]
    put(city, _random(whole(city)))
    app = page("releases", data="kota")
    assert "bukan penyimpanan" in app.error[0].value
    assert not [box for box in app.selectbox if box.key == "releases.period"]
