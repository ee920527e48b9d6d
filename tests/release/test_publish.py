"""Files of an edition: what they hold, and what a run that was stopped leaves."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from release.towns import NOBODY_COVERED, SECRET, records, town

import geo.release.attacker
import geo.release.files
import geo.release.ledger
from geo import programmes
from geo.errors import DataError, Problem
from geo.period import Period
from geo.release.attacker import breaches, intervals
from geo.release.editions import EDITION_TABLES, Scope, draw_up
from geo.release.files import check_folder, read_edition
from geo.release.publish import CheckedEdition, EditionRequest, attack, check_edition, publish_edition
from geo.settings import ROOT
from geo.terms import Audience

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2020, 3, 1)
TOWN = town([5, 4])
COUNTS = dict(zip(TOWN.index, (3, 15, 14, 40, 60, 30, 40, 50, 60), strict=True))
CANARY = "KanariMelati"
PUBLIC = {"kelurahan.csv", "kecamatan.csv", "kota.csv", "rilis.xlsx", "kelurahan.gpkg", "manifest.json"}


def cases(*years: int) -> pd.DataFrame:
    rows = [(kode, year, "female", "adult", "confirmed", n) for year in years for kode, n in COUNTS.items()]
    spoken = {name: f"{CANARY}-{name}" for name in ("source", "report", "origin_kode", "name")}
    return records(rows).assign(**spoken)


def secret() -> bytes:
    return SECRET


def planned(folder: Path, year: int = 2017, **order: Any) -> CheckedEdition:
    asked = EditionRequest(Audience.PUBLIC, **({"k": 10, "period": Period(year, year)} | order))
    return check_edition(
        cases(2017, 2018),
        NOBODY_COVERED,
        TOWN,
        asked,
        today=TODAY,
        secret=secret,
        ledger=folder / "ledger.jsonl",
    )


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_files_and_their_hashes(tmp_path: Path) -> None:
    made = planned(tmp_path)
    publish_edition(made, tmp_path / "rilis", today=TODAY, audit_head="a" * 64)
    folder = tmp_path / "rilis"
    assert names(folder) == PUBLIC
    assert names(tmp_path) == {"rilis", "ledger.jsonl"}
    told = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert (told["k"], told["audience"], told["period"], told["edition"]) == (10, "public", "2017", 1)
    assert told["published_on"] == "2020-03-01"
    assert told["audit_head"] == "a" * 64
    assert set(told["files"]) == PUBLIC - {"manifest.json"}
    for name, digest in told["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    for table, one in zip(EDITION_TABLES, told["tables"], strict=True):
        frame = pd.read_csv(folder / one["file"], dtype="str", keep_default_na=False)
        assert one["file"] == f"{table}.csv"
        assert one["sha256"] == told["files"][one["file"]]
        assert one["rows"] == len(frame)
        assert one["states"] == frame["state"].value_counts().to_dict()
    edition, stamp = read_edition(folder, Audience.PUBLIC)
    pd.testing.assert_frame_equal(edition.table, made.draft.edition.table, check_dtype=False)
    assert stamp.ledger == told["ledger"]


def test_workbook_and_layer_say_what_the_csv_say(tmp_path: Path) -> None:
    folder = tmp_path / "rilis"
    publish_edition(planned(tmp_path), folder, today=TODAY)
    book = openpyxl.load_workbook(folder / "rilis.xlsx")
    assert book.sheetnames == list(EDITION_TABLES)
    for table in EDITION_TABLES:
        csv = pd.read_csv(folder / f"{table}.csv", dtype="str", keep_default_na=False)
        header, *rows = book[table].iter_rows(values_only=True)
        assert list(header) == list(csv.columns)
        written = [["" if value is None else str(value) for value in row] for row in rows]
        assert written == csv.to_numpy().tolist()
        assert all(cell.comment is None for row in book[table].iter_rows() for cell in row)
    layers = gpd.list_layers(folder / "kelurahan.gpkg")["name"].tolist()
    assert layers == ["kelurahan"]
    drawn = gpd.read_file(folder / "kelurahan.gpkg").set_index("kode")
    csv = pd.read_csv(folder / "kelurahan.csv").set_index("kode")
    assert set(drawn.columns) == {"kelurahan", "kecamatan", "period", "count", "state", "geometry"}
    for kode, row in csv.iterrows():
        assert drawn.loc[kode, "state"] == row["state"]
        assert pd.isna(drawn.loc[kode, "count"]) == pd.isna(row["count"])
        assert pd.isna(row["count"]) or drawn.loc[kode, "count"] == row["count"]


def everything(folder: Path) -> bytes:
    """Every byte of an edition, members of archives and cells of databases too."""
    held = io.BytesIO()
    for path in folder.iterdir():
        held.write(path.name.encode() + path.read_bytes())
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as members:
                for one in members.infolist():
                    held.write(one.filename.encode() + one.comment + one.extra + members.read(one))
        if path.suffix == ".gpkg":
            with sqlite3.connect(path) as base:
                listed = [name for (name,) in base.execute("select name from sqlite_master where type = 'table'")]
                for name in listed:
                    held.write("\n".join(map(repr, base.execute(f'select * from "{name}"'))).encode())  # noqa: S608
    return held.getvalue()


def test_nothing_else_is_in_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "rilis"
    publish_edition(planned(tmp_path), folder, today=TODAY, attack_file=tmp_path / "serangan.json")
    held = everything(folder)
    assert b"Kel 1-1" in held
    words = [CANARY, str(tmp_path), tmp_path.name, socket.gethostname(), str(ROOT), ".petajaga", "serangan"]
    words += [os.environ.get("USER", "no-such-user"), "/tmp/", "/root"]  # noqa: S108
    lines = (tmp_path / "ledger.jsonl").read_text().splitlines()
    first, edition = (json.loads(line) for line in lines)
    words += [first["secret"], first["previous"], edition["salt"], edition["previous"]]
    for word in words:
        if word not in ("", "root", "localhost"):
            assert word.encode() not in held, word
            assert word.encode("utf-16-le") not in held, word


def test_one_more_person_changes_no_byte_until_the_next_edition(tmp_path: Path) -> None:
    folder = tmp_path / "rilis"
    publish_edition(planned(tmp_path), folder, today=TODAY)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    more = pd.concat([cases(2017, 2018), cases(2017).head(1).assign(persons=1)])
    order = EditionRequest(Audience.PUBLIC, 10, Period(2017, 2017), reissue=True)
    with pytest.raises(DataError):
        check_edition(more, NOBODY_COVERED, TOWN, order, today=TODAY, secret=secret, ledger=tmp_path / "ledger.jsonl")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("touched", sorted(PUBLIC - {"rilis.xlsx", "kelurahan.gpkg"}))
def test_an_edition_that_was_touched_is_not_read(tmp_path: Path, touched: str) -> None:
    folder = tmp_path / "rilis"
    publish_edition(planned(tmp_path), folder, today=TODAY)
    with pytest.raises(DataError):
        read_edition(folder, Audience.TASKFORCE)
    (folder / touched).write_bytes(
        (folder / touched).read_bytes().replace(b"public", b"x").replace(b"shown", b"zero", 1)
    )
    if touched == "manifest.json":
        with pytest.raises(DataError):
            read_edition(folder, Audience.PUBLIC)
        return
    with pytest.raises(DataError) as refused:
        read_edition(folder, Audience.PUBLIC)
    assert refused.value.faults[0].problem is Problem.EDITION_BROKEN


def is_consistent(folder: Path, place: Path) -> None:
    """No edition in place without its line, none that is half there, nothing left beside it."""
    ledger = folder / "ledger.jsonl"
    written = [json.loads(line)["hash"] for line in ledger.read_text().splitlines()] if ledger.exists() else []
    if place.exists():
        _, stamp = read_edition(place, Audience.PUBLIC)
        assert stamp.ledger in written
        assert names(place) == PUBLIC


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


STEPS: dict[str, Callable[[pytest.MonkeyPatch, Callable[..., None]], None]] = {
    "folder": lambda patch, fail: patch.setattr("geo.release.files.tempfile.mkdtemp", fail),
    "csv": lambda patch, fail: patch.setattr("geo.release.files._csv", fail),
    "workbook": lambda patch, fail: patch.setattr("geo.release.files._workbook", fail),
    "layer": lambda patch, fail: patch.setattr("geo.release.files._layer", fail),
    "manifest": lambda patch, fail: patch.setattr("geo.release.files._manifest", fail),
    "to disk": lambda patch, fail: patch.setattr("geo.release.files.os.fsync", fail),
    "attack": lambda patch, fail: patch.setattr("geo.release.publish._written_aside", fail),
    "ledger": lambda patch, fail: patch.setattr("geo.release.ledger.os.fsync", fail),
    "line": lambda patch, fail: patch.setattr("geo.release.ledger.Ledger.append", fail),
    "put": lambda patch, fail: patch.setattr("geo.release.files.put", fail),
    "chmod": lambda patch, fail: patch.setattr("pathlib.Path.chmod", fail),
    "rename": lambda patch, fail: patch.setattr("pathlib.Path.rename", fail),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", [full, stopped])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_step_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, how: Callable[..., None], is_first: bool
) -> None:
    place = tmp_path / "rilis"
    if not is_first:
        publish_edition(planned(tmp_path), place, today=TODAY)
    made = planned(tmp_path, 2018)
    before = {path.name: path.read_bytes() for path in place.iterdir()} if place.exists() else None
    with monkeypatch.context() as patch:
        STEPS[step](patch, how)
        with pytest.raises((DataError, OSError, KeyboardInterrupt)):
            publish_edition(made, place, today=TODAY, attack_file=tmp_path / "serangan.json")
    # What was there is there, or, when stopped between two renames, nothing is.
    after = {path.name: path.read_bytes() for path in place.iterdir()} if place.exists() else None
    assert after == before
    is_consistent(tmp_path, place)
    assert not [name for name in names(tmp_path) if name.startswith(".petajaga")]
    # It can be done again: as a re-issue when the line was written.
    again = planned(tmp_path, 2018, reissue=made.ledger is not None and made.held.head != made.ledger.content().head)
    publish_edition(again, place, today=TODAY, attack_file=tmp_path / "serangan.json")
    is_consistent(tmp_path, place)
    assert json.loads((tmp_path / "serangan.json").read_text())


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
import importlib.util
found = importlib.util.spec_from_file_location("publishing", {here!r})
tests = importlib.util.module_from_spec(found)
found.loader.exec_module(tests)
import geo.release.files, geo.release.ledger
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
owner, name = {owner}, {name!r}
setattr(owner, name, die)
tests.publish_edition(tests.planned(Path({folder!r}), 2018), Path({folder!r}) / "rilis", today=tests.TODAY)
"""


def test_stopped_between_two_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "rilis"
    publish_edition(planned(tmp_path), place, today=TODAY)
    made, rename = planned(tmp_path, 2018), Path.rename

    def second(path: Path, to: Path) -> Path:
        if to == place and "-old" not in path.name:
            raise KeyboardInterrupt
        return rename(path, to)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "rename", second)
        publish_edition(made, place, today=TODAY)
    assert read_edition(place, Audience.PUBLIC)[1].number == 1
    assert names(tmp_path) == {"rilis", "ledger.jsonl"}


@pytest.mark.parametrize(
    ("owner", "name", "has_line"),
    [
        ("geo.release.files", "_layer", False),
        ("geo.release.ledger.os", "fsync", False),
        ("geo.release.files", "put", True),
        ("geo.release.files.Path", "rename", True),
    ],
)
def test_killed(tmp_path: Path, owner: str, name: str, has_line: bool) -> None:
    place = tmp_path / "rilis"
    publish_edition(planned(tmp_path), place, today=TODAY)
    script = KILLED.format(
        root=str(ROOT), tests=str(ROOT / "tests"), here=__file__, owner=owner, name=name, folder=str(tmp_path)
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert read_edition(place, Audience.PUBLIC)[1].number == 1
    is_consistent(tmp_path, place)
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) == 2 + has_line
    left = [path for path in tmp_path.iterdir() if path.name.startswith(".petajaga")]
    assert left
    for path in left:
        # Nobody else may read what was not published, and next time, an hour later, it goes.
        assert has_line or path.stat().st_mode & 0o077 == 0
        os.utime(path, (1e9, 1e9))
    publish_edition(planned(tmp_path, 2018, reissue=has_line), place, today=TODAY)
    assert names(tmp_path) == {"rilis", "ledger.jsonl"}
    is_consistent(tmp_path, place)


def test_places_where_an_edition_cannot_lie(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    check_folder(own)
    for name in ("kelurahan.csv", "manifest.json"):
        # Tables of the same names are somebody's own without a manifest that says otherwise.
        (own / name).write_text("{}")
        with pytest.raises(DataError) as refused:
            check_folder(own)
        assert refused.value.faults[0].problem is Problem.NOT_EMPTY
    with pytest.raises(DataError) as refused:
        check_folder(own / "kelurahan.csv")
    assert refused.value.faults[0].problem is Problem.NOT_EMPTY
    with pytest.raises(DataError) as refused:
        check_folder(tmp_path / "none" / "rilis")
    assert refused.value.faults[0].problem is Problem.NOT_WRITABLE


def test_nothing_confidential_in_the_folder_of_the_edition(tmp_path: Path) -> None:
    """An empty folder with the ledger in it would have been replaced, ledger and all."""
    place = tmp_path / "rilis"
    place.mkdir()
    asked = EditionRequest(Audience.PUBLIC, 10, Period(2017, 2017))
    inside = check_edition(
        cases(2017), NOBODY_COVERED, TOWN, asked, today=TODAY, secret=secret, ledger=place / "ledger.jsonl"
    )
    with pytest.raises(DataError) as refused:
        publish_edition(inside, place, today=TODAY, attack_file=place / "serangan.json")
    assert [fault.problem for fault in refused.value.faults] == [Problem.IN_EDITION] * 2
    made = planned(tmp_path)
    with pytest.raises(DataError) as refused:
        publish_edition(made, place, today=TODAY, attack_file=tmp_path / "ledger.jsonl")
    assert refused.value.faults[0].problem is Problem.SAME_FILE
    with pytest.raises(DataError) as refused:
        publish_edition(made, tmp_path / "baru", today=TODAY, attack_file=place)
    assert refused.value.faults[0].problem is Problem.NOT_WRITABLE
    assert names(tmp_path) == {"rilis"}


def test_an_edition_in_a_folder_that_a_link_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    publish_edition(planned(tmp_path), tmp_path / "link", today=TODAY)
    assert names(tmp_path / "real") == PUBLIC
    assert (tmp_path / "link").is_symlink()


def test_the_attack_file_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "serangan.json").write_text("old")
    (tmp_path / "serangan.json").chmod(0o644)
    made = planned(tmp_path)
    publish_edition(made, tmp_path / "rilis", today=TODAY, attack_file=tmp_path / "serangan.json")
    path = tmp_path / "serangan.json"
    assert path.stat().st_mode & 0o077 == 0
    told = json.loads(path.read_text())
    columns = ["table", "kode", "period", "sex", "age_group", "status"]
    columns += ["low", "high", "low_knowing_one", "high_knowing_one"]
    assert [list(row) for row in told] == [columns] * int(made.draft.hidden.sum())


def test_what_is_not_bounded_is_null() -> None:
    kode = TOWN.index[0]
    lone = draw_up(
        records([(kode, 2017, "female", "adult", "confirmed", 2)]),
        NOBODY_COVERED,
        TOWN,
        Scope(Period(2017, 2017), Audience.PUBLIC, 10),
        secret=SECRET,
    )
    told = attack(lone)
    assert {row["high"] for row in told} == {None}
    assert {row["low"] for row in told} == {0}
    assert "NaN" not in json.dumps(told)


def test_a_programme_that_is_given_up_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = planned(tmp_path).draft
    small = [int(one) for one in breaches(made.cells, made.hidden, 10)]
    assert small == []
    solver = programmes.linprog

    def hasty(*arguments: Any, **options: Any) -> Any:
        found = solver(*arguments, **options)
        assert options["options"]["time_limit"] == programmes.TIME_LIMIT_S
        found.status = 1
        return found

    monkeypatch.setattr(programmes, "linprog", hasty)
    assert breaches(made.cells, made.hidden, 10) == [0]
    with pytest.raises(programmes.NotProvedError):
        intervals(made.cells, made.hidden, 10)
    with pytest.raises(DataError) as refused:
        attack(made)
    assert refused.value.faults[0].problem is Problem.NOT_PROTECTED
    with pytest.raises(DataError) as refused:
        planned(tmp_path)
    assert refused.value.faults[0].problem is Problem.NOT_PROTECTED


def test_one_programme_of_many_that_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked together or alone, the others are answered."""
    made = planned(tmp_path).draft
    solver = programmes.linprog

    def hasty(cost: Any, **options: Any) -> Any:
        found = solver(cost, **options)
        if len(cost) > 8:  # four hidden cells, up and down
            found.status = 1
        return found

    monkeypatch.setattr(programmes, "linprog", hasty)
    assert breaches(made.cells, made.hidden, 10) == []
    with monkeypatch.context() as none, pytest.raises(DataError):
        none.setattr(geo.release.attacker, "_TOGETHER", 1)
        none.setattr(programmes, "linprog", lambda *_, **__: type("Found", (), {"status": 4, "x": None}))
        planned(tmp_path, 2018)
