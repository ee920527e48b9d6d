"""Names, numbers, addresses and sentences in every column of every kind of sheet: none of them stays anywhere."""

from __future__ import annotations

import csv
import json
import logging
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD
from streamlit.testing.v1 import AppTest

from geo.cli.main import main
from geo.errors import DataError
from geo.sheets.fields import FIELDS, field_names
from geo.store import events, records
from geo.store.engine import Store
from geo.terms import Kind
from pages.shell import access, caches

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What nobody may find again, in lower case: two names, a street, words of a sentence, a NIK and a telephone number.
NEEDLES = ("welmincy", "qorbianus", "cendrakasihqu", "dijemputnya", "5399046501990017", "81298765432")
TEXTS = (
    "Welmincy Qorbianus",
    "WELMINCY QORBIANUS",
    "Ibu Welmincy",
    "a.n. Qorbianus",
    "5399046501990017",
    "5399 0465 0199 0017 081298765432",
    "081298765432",
    "welmincy@contoh.id",
    "Jl. Cendrakasihqu 12",
    "RT 3 RW 5 Cendrakasihqu",
    "dijemputnya malam itu oleh om Qorbianus dari kos di belakang gereja, lalu tidak ada kabar lagi",
    "Dinas Sosial, Ibu Welmincy",
    "Kantor Welmincy",
    "Polda NTT Qorbianus",
    "Oesapa, rumah Welmincy",
    "Welmincy (Oesapa)",
    "Kel. Qorbianus",
    "Kec. Qorbianus",
    "SK Welmincy 3/2019",
    "Welmincy 12",
    "https://welmincy:qorbianus@www.antaranews.com/cendrakasihqu?nama=dijemputnya",
)
#: A row of each kind that is accepted as it is; columns that are not named are empty.
ROWS: dict[Kind, dict[str, str]] = {
    Kind.CASES: {
        "reported_on": "2018-11-16",
        "document_place": "Oebobo",
        "document_kecamatan": "Oebobo",
        "residence_place": "Oesapa",
        "recruitment_place": "Alak",
        "transit_place": "Liliba",
        "exploitation_place": "Fatululi",
        "origin": "Malaka",
        "status": "suspected",
        "sex": "female",
        "persons": "1",
        "source": "Polda NTT",
    },
    Kind.COVERAGE: {"place": "Oebobo", "from_on": "2018-01-01", "to_on": "2018-12-31", "source": "nihil"},
    Kind.WATCHERS: {"watcher": "1", "place": "Oebobo", "joined_on": "2018-11-16", "group": "pkk", "sex": "female"},
    Kind.REPORTS: {"reported_on": "2018-11-16", "place": "Oebobo", "kind": "question", "followed_up": "yes"},
    Kind.ROLLOUT: {
        "place": "Oebobo",
        "stage": "active",
        "on": "2019-05-10",
        "counted_as": "cw",
        "claim": "actual",
        "source": "antaranews.com",
        "source_on": "2019-05-12",
    },
    Kind.DENOMINATORS: {"place": "Oebobo", "value": "1200", "label": "penduduk", "source": "BPS", "on": "2019"},
}
#: Rows that are refused for another reason: what they hold is no more to be found than in accepted ones.
SPOILED = {"reported_on": "kemarin", "from_on": "kemarin", "joined_on": "kemarin", "on": "kemarin", "value": "banyak"}


def sheet(kind: Kind) -> str:
    """Every text in every column: one column at a time, all at once, and in rows that are refused anyway."""
    names = field_names(kind)
    lines = [ROWS[kind]]
    for text in TEXTS:
        lines += [ROWS[kind] | {name: text} for name in names]
        lines += [dict.fromkeys(names, text)]
        lines += [ROWS[kind] | {one: word for one, word in SPOILED.items() if one in names} | {"source": text}]
    given = [[line.get(name, "") if name in names else "" for name in names] for line in lines]
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in [names, *given]) + "\n"


def found_in(content: bytes) -> list[str]:
    lowered = content.lower()
    return [needle for needle in NEEDLES if needle.encode() in lowered]


def kept_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of the city, whose laptop's owner is the steward."""
    own = tmp_path / "settings.toml"
    own.write_text(f"[stores]\nkota = '{(tmp_path / 'kota').as_posix()}'\n[access]\nowner = 'steward'\n", "utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))
    monkeypatch.setattr(access, "handshake", lambda: ("", {"Host": "localhost:8501"}))
    caches.settings.clear()
    yield tmp_path / "kota"
    Store(tmp_path / "kota" / "kota.sqlite").close()
    monkeypatch.undo()
    caches.settings.clear()


@pytest.mark.parametrize("kind", list(Kind))
def test_no_free_word_of_a_sheet_stays(
    kind: Kind,
    folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    given = tmp_path / "lembar.csv"
    given.write_text(sheet(kind), "utf-8")
    command = ["import", str(given), "--kind", kind.value, "--json"]
    refused = tmp_path / "ditolak.csv"
    for more in (["--dry-run"], ["--rejected", str(refused)], ["--rejected", str(refused), "--lang", "en"]):
        assert main([*command, *more]) == 0
        out, beside = capfd.readouterr()
        told = json.loads(out)
        assert told["rejected"] > 0
        assert told["accepted"] + told["duplicates"] > 0
        assert found_in((out + beside).encode()) == []
    assert main(["import", str(given), "--kind", kind.value, "--dry-run"]) == 0
    assert found_in("".join(capfd.readouterr()).encode()) == []
    # While the store is open, so that its log is looked at too.
    assert main(["backup", str(tmp_path / "salinan.sqlite")]) == 0
    assert (folder / "kota.sqlite").stat().st_size > 0
    given.unlink()
    for path in kept_files(tmp_path):
        assert found_in(path.read_bytes()) == [], path.name
    assert found_in(caplog.text.encode()) == []
    with refused.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) > len(TEXTS)


def protos(node: Any) -> Iterator[Any]:
    """Messages of all elements of a page, as they go to the browser."""
    children = getattr(node, "children", None)
    if children:
        for child in children.values():
            yield from protos(child)
    elif getattr(node, "proto", None) is not None:
        yield node.proto


def shown(app: AppTest, *, without: tuple[str, ...] = ()) -> bytes:
    """All that a page shows; `without` are widgets that hold what was typed in."""
    found = [one for one in protos(app._tree) if type(one).__name__ not in without]
    return b"\n".join(one.SerializeToString(deterministic=True) for one in found)


def page(name: str, **parameters: str) -> AppTest:
    def script(name: str) -> None:
        import importlib

        from pages.shell.frame import guarded
        from pages.shell.view import Shell

        guarded(importlib.import_module(f"pages.{name}").page)(Shell())

    app = AppTest.from_function(script, kwargs={"name": name}, default_timeout=120)
    for key, value in parameters.items():
        app.query_params[key] = value
    return app.run()


@pytest.mark.parametrize("kind", list(Kind))
def test_no_page_shows_a_free_word_of_a_sheet(kind: Kind, folder: Path) -> None:
    app = page("sheets")
    app = app.file_uploader[0].upload("lembar.csv", sheet(kind).encode(), "text/csv").run()
    app = app.selectbox(key="map.kind").set_value(kind).run()
    assert not app.exception
    assert len(app.metric) == 4
    assert found_in(shown(app)) == []
    (accept,) = [one for one in app.button if one.label.startswith("Terima")]
    app = accept.click().run()
    assert "batch 1" in " ".join(one.value for one in app.success)
    assert found_in(shown(app)) == []
    for name, view in (("names", {}), ("record", {}), ("trail", {}), ("rollout", {"data": "kota"})):
        told = page(name, **view)
        assert not told.exception, name
        assert found_in(shown(told)) == [], name
    for path in kept_files(folder):
        assert found_in(path.read_bytes()) == [], path.name


def event_page() -> None:
    from geo.terms import Right
    from pages.parts.events import events_control
    from pages.shell.view import Shell

    shell = Shell()
    assert shell.may_work(Right.PLAN)
    events_control(shell, "53.71.03.1014")


def test_no_form_takes_a_free_word(folder: Path) -> None:
    app = AppTest.from_function(event_page, default_timeout=60).run()
    for text in TEXTS:
        for day in [one for one in app.date_input if one.value is None]:
            day.set_value(date(2019, 5, 12))
        for one in app.text_input:
            one.set_value(text[:40])
        (enter,) = [one for one in app.button if one.label == "Masukkan kejadian"]
        app = enter.click().run()
        assert not app.exception
        assert app.error
        assert found_in(shown(app, without=("TextInput",))) == [], text
    store = Store(folder / "kota.sqlite")
    days = {"from_on": date(2019, 1, 1), "to_on": date(2019, 1, 31)}
    for text in TEXTS:
        with pytest.raises(DataError):
            records.enter_record(store, STEWARD, {"sex": "female", "source": text}, document_kode="53.71.03.1014")
        with pytest.raises(DataError):
            records.enter_coverage(store, STEWARD, kode="53.71", source=text, **days)
        said = {"stage": "active", "on": date(2019, 5, 1), "source_on": date(2019, 5, 2), "source": text}
        if not text.startswith("https"):
            with pytest.raises(DataError):
                events.enter_event(store, STEWARD, said, kode="53.71", allowed={"53.71"}, today=date(2020, 1, 1))
    for path in kept_files(folder):
        assert found_in(path.read_bytes()) == [], path.name


def test_the_rows_have_every_needed_field() -> None:
    for kind, row in ROWS.items():
        assert set(row) <= set(field_names(kind))
        assert {one.name for one in FIELDS[kind] if one.is_needed} <= set(row)
