"""Retention: what is past its time is gone to the last byte, what is not stays, and the audit says what was done."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sqlite3
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from people import BEN, STEWARD

from geo.access import retention
from geo.access.audit import verify
from geo.cli.main import main
from geo.imports import run
from geo.settings import RetentionSettings
from geo.store import canonical, engine, pseudonyms, records
from geo.store.audit_chain import Head
from geo.store.backup import COPIES, backup, restore
from geo.store.batches import batches, undo_rows
from geo.store.engine import Store
from geo.store.erasure import Past
from geo.terms import Act, Kind, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.settings import Settings

    Bring = Callable[..., run.Report]

ANA = STEWARD
KEEP = RetentionSettings(record_years=10, audit_years=10, copy_days=90)
#: The moment of these tests; files and records are made before it.
AT = datetime(2030, 6, 1, 12)  # noqa: DTZ001 - the store keeps moments in UTC without a zone
#: Of a place that nobody else writes so, of a NIK of nobody, of a source: what is to be in no byte afterwards.
CANARY, NIK, SOURCE = "Kampung Naikoten Tiga", "5399046501990017", "Polsek Maulafa"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    path = tmp_path / "kota" / "kota.sqlite"
    clock(monkeypatch, AT.replace(year=2020, month=3))
    made = Store(path)
    made.make()
    yield made
    made.close()


def clock(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    for module in (
        engine,
        pseudonyms,
        "geo.store.batches",
        "geo.store.backup",
        "geo.access.retention",
        "geo.store.decisions",
    ):
        name = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{name}.now", lambda: at)


@pytest.fixture
def bring(store: Store, kupang: Areas, settings: Settings, tmp_path: Path) -> Bring:
    options = dataclasses.replace(settings, kota=store.path.parent)

    def brought(text: str, kind: Kind = Kind.CASES) -> run.Report:
        file = tmp_path / "lembar.csv"
        file.write_text(text, "utf-8")
        sheet, mapping = run.read_file(file, options, kind=kind)
        file.unlink()
        prepared = run.prepared_for(sheet, mapping, kupang, today=date(2030, 1, 1))
        return run.accept(store, ANA, prepared)

    return brought


SHEET = (
    "Tanggal Lapor;Kelurahan;NIK;Sumber;No LP\n"
    f"1 Mei 2020;{CANARY};{NIK};{SOURCE};LP/B/11/2020\n"
    "31 Mei 2020;Oebobo;;Polres;LP/B/12/2020\n"
    "1 Juni 2020;Alak;;Polres;LP/B/13/2020\n"
    f";Oebobo;;{SOURCE};LP/B/14/2020\n"
)


def audit(store: Store) -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM audit ORDER BY id")]


def is_whole(store: Store, *heads: Head) -> bool:
    return verify(store, ANA, heads=heads).whole


def cases(store: Store) -> list[str]:
    with store.reading(ANA, Right.SEE_EXACT) as connection:
        return canonical.case_rows(connection)["reported_on"].dt.strftime("%Y-%m-%d").tolist()


def test_the_day_that_decides(store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten years after 1 June 2020 the record of that day is still kept, that of the day before is not."""
    bring(SHEET)
    clock(monkeypatch, AT)
    found = retention.due(store, ANA, keep=KEEP, at=AT)
    # The undated one goes by the day on which it was brought, 1 March 2020.
    assert found.past == Past(records=3, audit=1)
    assert len(cases(store)) == 4, "asking erases nothing"
    erased = retention.erase_due(store, ANA, keep=KEEP, at=AT)
    assert erased.past == found.past
    assert cases(store) == ["2020-06-01"]
    assert retention.due(store, ANA, keep=KEEP, at=AT).is_nothing


def test_batches_keep_their_counts_and_can_still_be_undone(store: Store, bring: Bring) -> None:
    report = bring(SHEET)
    retention.erase_due(store, ANA, keep=KEEP, at=AT)
    (batch,) = batches(store, ANA).to_dict("records")
    assert batch["accepted"] + batch["review"] + batch["rejected"] + batch["duplicates"] == batch["read"] == 4
    assert batch["kept"] == 1
    with store.writing(ANA, Right.BRING) as connection:
        assert undo_rows(connection, ANA, report.batch or 0)[0] == 1


def test_watchers_reports_go_and_watchers_stay(store: Store, bring: Bring) -> None:
    bring(
        "reported_on,kode,kind,followed_up\n2020-05-31,53.71.04.1001,recruiter_seen,ya\n"
        "2020-06-01,53.71.04.1001,recruiter_seen,ya\n",
        Kind.REPORTS,
    )
    bring("watcher,kode,joined_on,sex\n1,53.71.04.1001,2010-11-16,female\n", Kind.WATCHERS)
    assert retention.erase_due(store, ANA, keep=KEEP, at=AT).past.reports == 1
    with store.reading(ANA, Right.BRING) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM watch_report").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM watcher").scalar() == 1


def test_what_hangs_on_a_record_goes_with_it(store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(SHEET)
    bring(f"Tanggal,Kelurahan,No KTP\n2020-12-01,Oebobo,{NIK}\n")
    with store.reading(ANA, Right.DECIDE) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pair").scalar() == 1
        assert connection.exec_driver_sql("SELECT written FROM spelling").scalars().all().count(CANARY) == 1
    retention.erase_due(store, ANA, keep=KEEP, at=AT)
    with store.reading(ANA, Right.DECIDE) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pair").scalar() == 0
        assert CANARY not in connection.exec_driver_sql("SELECT written FROM spelling").scalars().all()
        assert connection.exec_driver_sql("SELECT count(*) FROM record_place").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None
    with contextlib.closing(sqlite3.connect(store.pseudonyms)) as connection:
        assert connection.execute("SELECT count(*) FROM row_hash").fetchone() == (2,)
        assert connection.execute("SELECT count(*) FROM report_hash").fetchone() == (1,)


def test_no_byte_is_left(store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A spelling, a source, what a correction left in the audit, hashes: in no file of the store any more."""
    bring(SHEET)
    with contextlib.closing(sqlite3.connect(store.pseudonyms)) as connection:
        hashes = [row[0] for row in connection.execute("SELECT hash FROM row_hash WHERE row_number IN (2, 3, 5)")]
        hashes += [row[0] for row in connection.execute("SELECT person FROM row_hash WHERE person IS NOT NULL")]
    records.correct_record(store, BEN, number=1, version=1, values={"source": "Polsek Kelapa Lima"})
    folder = store.path.parent / COPIES
    folder.mkdir()
    backup(store, ANA, target=folder / "kota-lama.sqlite")
    backup(store, ANA, target=store.path.with_name("kota-sebelum-20200301-080000.sqlite"))
    cut_off = folder / ".petajaga-abc"
    cut_off.mkdir()
    backup(store, ANA, target=cut_off / "store.sqlite")
    old = (AT - timedelta(days=91)).timestamp()
    for path in [*folder.rglob("*"), *store.path.parent.glob("*-sebelum-*")]:
        os.utime(path, (old, old))
    secrets = [CANARY, "naikoten/3", SOURCE, "Polsek Kelapa Lima"]
    before = b"".join(path.read_bytes() for path in store.path.parent.rglob("*") if path.is_file())
    assert [secret for secret in secrets if secret.encode() not in before] == [], "the search finds what is there"
    assert all(one in before for one in hashes)
    due = retention.due(store, ANA, keep=KEEP, at=AT)
    assert len(due.copies) == 3
    retention.erase_due(store, ANA, keep=KEEP, at=AT)
    left = {path.name: path.read_bytes() for path in store.path.parent.rglob("*") if path.is_file()}
    assert "kota.sqlite" in left
    for name, raw in left.items():
        for secret in secrets:
            assert secret.encode() not in raw, (name, secret)
        assert not any(one in raw for one in hashes), name
    assert not list(folder.iterdir())
    assert is_whole(store)


def test_copies_that_are_overwritten_hold_zeros(tmp_path: Path) -> None:
    """A second name of the same file shows what became of its bytes."""
    from geo.store import sqlite

    path, other = tmp_path / "a.sqlite", tmp_path / "b"
    path.write_bytes(b"rahasia" * 400_000)
    path.with_name("a.sqlite-wal").write_bytes(b"rahasia")
    os.link(path, other)
    sqlite.shred(path)
    assert not path.exists()
    assert not path.with_name("a.sqlite-wal").exists()
    assert other.read_bytes() == bytes(7 * 400_000)


def test_young_copies_and_strange_files_stay(store: Store, bring: Bring, tmp_path: Path) -> None:
    bring(SHEET)
    folder = store.path.parent / COPIES
    folder.mkdir()
    young, mine, elsewhere = folder / "kota-baru.sqlite", folder / "catatan.txt", tmp_path / "salinan.sqlite"
    backup(store, ANA, target=young)
    backup(store, ANA, target=elsewhere)
    mine.write_text("milik orang", "utf-8")
    for path, days in ((young, 89), (mine, 900), (elsewhere, 900), (store.path, 900)):
        at = (AT - timedelta(days=days)).timestamp()
        os.utime(path, (at, at))
    assert retention.erase_due(store, ANA, keep=KEEP, at=AT).copies == ()
    assert young.is_file()
    assert mine.is_file()
    assert elsewhere.is_file()


def test_the_audit_says_what_was_erased_and_stays_whole(
    store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(SHEET)
    records.correct_record(store, BEN, number=3, version=1, values={"status": "confirmed"})
    was = audit(store)
    printed = Head(was[-1]["id"], was[-1]["hash"])
    clock(monkeypatch, AT)
    retention.erase_due(store, BEN, keep=KEEP, at=AT)
    now = audit(store)
    assert [row["hash"] for row in now[:-1]] == [row["hash"] for row in was]
    # Both rows are older than ten years: who and when stay, what was changed does not.
    assert [(row["who"], row["act"], row["change"], row["salt"]) for row in now[:-1]] == [
        ("Ana", "import", "{}", ""),
        ("Ben", "correct", "{}", ""),
    ]
    assert (now[-1]["who"], now[-1]["act"]) == ("Ben", Act.ERASE)
    assert json.loads(now[-1]["change"]) == {
        "records": 3,
        "reports": 0,
        "audit": 2,
        "scenarios": 0,
        "sessions": 0,
        "tries": 0,
        "copies": 0,
        "audit_erased": 2,
    }
    assert is_whole(store, printed)
    # Erased again, later: the erasure of before loses its own numbers, and the sum still holds.
    clock(monkeypatch, AT + timedelta(days=3660))
    retention.erase_due(store, BEN, keep=KEEP, at=AT + timedelta(days=3660))
    assert json.loads(audit(store)[-1]["change"])["audit_erased"] == 3
    assert is_whole(store, printed)
    # One more that somebody empties by hand shows, although erasures are nothing unusual here.
    with contextlib.closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE audit SET change = '{}', salt = '' WHERE id = 4")
    assert not is_whole(store)


def test_what_the_audit_tells_of_a_record_goes_with_the_record(
    store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(SHEET)
    clock(monkeypatch, AT.replace(month=5))
    for number in (1, 3):
        records.correct_record(store, BEN, number=number, version=1, values={"status": "confirmed"})
    retention.erase_due(store, ANA, keep=KEEP, at=AT)
    corrected = [row for row in audit(store) if row["act"] == "correct"]
    assert [(row["subject_id"], row["change"]) for row in corrected] == [
        (1, "{}"),
        (3, '{"status": ["", "confirmed"]}'),
    ]
    assert is_whole(store)


def test_a_fault_in_the_middle_erases_nothing(store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(SHEET)
    was = audit(store)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("geo.store.erasure.note", stop)
    with pytest.raises(KeyboardInterrupt):
        retention.erase_due(store, ANA, keep=KEEP, at=AT)
    assert len(cases(store)) == 4
    assert audit(store) == was


def test_a_copy_that_comes_back_brings_back_nothing_that_was_erased(
    store: Store, bring: Bring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bring(SHEET)
    copy = tmp_path / "salinan.sqlite"
    backup(store, ANA, target=copy)
    clock(monkeypatch, AT)
    retention.erase_due(store, ANA, keep=KEEP)
    before = restore(store, ANA, source=copy, keep=KEEP)
    assert cases(store) == ["2020-06-01"]
    assert [row["act"] for row in audit(store)][-3:] == ["backup", "restore", "erase"]
    assert is_whole(store)
    assert before is not None
    for path in store.path.parent.glob("kota.sqlite*"):
        assert CANARY.encode() not in path.read_bytes()
        assert SOURCE.encode() not in path.read_bytes()


def test_sessions_and_tries_that_have_ended(store: Store) -> None:
    with contextlib.closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute(
            "INSERT INTO account VALUES (1, 'ana', 'local', 'steward', '', 'open', '2026-01-01', 'x', 1)"
        )
        for number, until in ((1, AT - timedelta(seconds=1)), (2, AT + timedelta(seconds=1))):
            connection.execute(
                "INSERT INTO session VALUES (?, ?, 1, '2030-06-01', '2030-06-01', ?)",
                (number, f"hash{number}", f"{until:%Y-%m-%d %H:%M:%S.%f}"),
            )
        for number, at in ((1, AT - timedelta(hours=25)), (2, AT - timedelta(hours=23))):
            connection.execute("INSERT INTO attempt VALUES (?, 'k', ?)", (number, f"{at:%Y-%m-%d %H:%M:%S.%f}"))
    assert retention.erase_due(store, ANA, keep=KEEP, at=AT).past == Past(sessions=1, tries=1)
    with store.keeping(writes=False) as connection:
        assert connection.exec_driver_sql("SELECT token_hash FROM session").all() == [("hash2",)]
        assert connection.exec_driver_sql("SELECT id FROM attempt").all() == [(2,)]


def test_the_command(
    store: Store, bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "settings.toml"
    own.write_text(f"[stores]\nkota = '{store.path.parent.as_posix()}'\n[retention]\nrecord_years = 2\n", "utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))
    bring(SHEET)
    clock(monkeypatch, AT.replace(year=2022, month=5, day=15))

    def run(*words: str) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main(["retain", *words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    expected = {"records": 2, "reports": 0, "audit": 0, "scenarios": 0, "sessions": 0, "tries": 0, "copies": 0}
    assert run("--dry-run") == (0, expected)
    assert len(cases(store)) == 4
    assert run() == (0, expected)
    assert cases(store) == ["2020-05-31", "2020-06-01"]
    assert audit(store)[-1]["who"] == "baris perintah"
    assert run() == (0, dict.fromkeys(expected, 0))
    assert run("--db", str(tmp_path / "tidak.sqlite"))[0] == 2
