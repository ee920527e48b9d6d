"""The audit: whatever is done to it outside of the program shows, and what the program does to it does not."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD, TASKFORCE

from geo.access.audit import entries, note_export, saw, verify
from geo.cli.main import main
from geo.settings import RetentionSettings
from geo.store import audit_chain, decisions, engine, records
from geo.store.audit_chain import Head
from geo.store.audit_rows import head
from geo.store.backup import backup, restore
from geo.store.engine import Store, note
from geo.terms import Act, Audience, Reason, Right
from geo.viewer import PUBLIC, NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.access.audit import Verification

ANA, FATULULI = STEWARD, "53.71.04.1011"
KEEP = RetentionSettings(record_years=100, audit_years=100, copy_days=90)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with six rows of audit."""
    path = tmp_path / "kota.sqlite"
    made = Store(path)
    number = records.enter_record(made, ANA, {"reported_on": date(2018, 1, 5)}, document_kode=FATULULI).rows[1]
    for version, status in enumerate(("suspected", "confirmed", "prevented"), start=1):
        records.correct_record(made, ANA, number=number, version=version, values={"status": status})
    decisions.decide(made, ANA, key="x|", answer=FATULULI, why=Reason.MAP, allowed={FATULULI})
    saw(made, TASKFORCE, "ringkasan 2017")
    yield made
    Store(path).close()


def verified(store: Store, *heads: Head) -> Verification:
    return verify(store, ANA, heads=heads)


def at_the_end(store: Store) -> Head:
    with store.reading(ANA, Right.AUDIT) as connection:
        found = head(connection)
    assert found is not None
    return found


def attack(store: Store, *statements: str) -> None:
    """Somebody with the file and a tool, while the program has it open."""
    with contextlib.closing(sqlite3.connect(store.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def rows(store: Store) -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(store.path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM audit ORDER BY id")]


def chained(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The whole chain worked out anew, as somebody who has read this program would."""
    previous = audit_chain.START
    for row in found:
        row["digest"] = audit_chain.digest(row["salt"], row["change"])
        entry = audit_chain.AuditEntry(
            row["id"], datetime.fromisoformat(row["at"]), row["who"], row["act"], row["subject"], row["subject_id"]
        )
        previous = row["hash"] = audit_chain.chain_hash(previous, entry, row["digest"])
    return found


def test_what_was_written_is_whole(store: Store) -> None:
    found = verified(store)
    assert (found.rows, found.whole, found.first_broken) == (6, True, None)
    assert found.head == at_the_end(store)
    assert found.head == Head.read(str(found.head))
    listed = entries(store, ANA)
    assert listed["act"].tolist() == ["see", "decide", "correct", "correct", "correct", "enter"]
    assert listed["change"][2] == {"status": ["confirmed", "prevented"]}
    assert not listed["is_erased"].any()
    assert entries(store, ANA, acts=[Act.SEE])["who"].tolist() == ["Tim"]
    assert len(entries(store, ANA, limit=2)) == 2
    today = engine.now().date()
    assert len(entries(store, ANA, first=today, last=today)) == 6
    assert entries(store, ANA, last=today - timedelta(days=1)).empty


def test_a_chain_worked_out_by_hand() -> None:
    """The encoding is fixed for good: these were worked out apart from the program, with sha256 and hmac alone."""
    import hashlib
    import hmac

    at = datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC).replace(tzinfo=None)
    digest = hmac.new(bytes.fromhex("00ff"), b'{"n": 1}', hashlib.sha256).hexdigest()
    assert audit_chain.digest("00ff", '{"n": 1}') == digest
    text = f'["{"0" * 64}",1,"2026-01-31T12:00:05.000000","Ana \\u00e9","enter","batch",null,"{digest}"]'
    expected = hashlib.sha256(text.encode("ascii")).hexdigest()
    assert (
        audit_chain.chain_hash(
            audit_chain.START, audit_chain.AuditEntry(1, at, "Ana é", "enter", "batch", None), digest
        )
        == expected
    )


@pytest.mark.parametrize(
    ("what", "broken"),
    [
        ("UPDATE audit SET who = 'Ben' WHERE id = 3", 3),
        ("UPDATE audit SET at = '2018-01-01 00:00:00.000000' WHERE id = 3", 3),
        ("UPDATE audit SET at = 'kemarin' WHERE id = 3", 3),
        ("UPDATE audit SET act = 'withdraw' WHERE id = 3", 3),
        ("UPDATE audit SET subject = 'batch' WHERE id = 3", 3),
        ("UPDATE audit SET subject_id = NULL WHERE id = 3", 3),
        ("UPDATE audit SET subject_id = 'x' WHERE id = 3", 3),
        ("UPDATE audit SET who = x'00' WHERE id = 3", 3),
        ("UPDATE audit SET change = '{}' WHERE id = 3", 3),
        ("UPDATE audit SET salt = '00' WHERE id = 3", 3),
        ("UPDATE audit SET salt = 'bukan' WHERE id = 3", 3),
        ("UPDATE audit SET digest = '' WHERE id = 3", 3),
        ("UPDATE audit SET hash = '' WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 3", 4),
        ("DELETE FROM audit WHERE id = 1", 2),
        ("UPDATE audit SET id = 30 WHERE id = 3", 4),
        # What was changed, erased as retention would: but no erasure says so.
        ("UPDATE audit SET change = '{}', salt = '' WHERE id = 3", 3),
        ("UPDATE audit SET salt = '' WHERE id = 3", 3),
    ],
)
def test_a_row_that_is_changed_or_deleted_shows(store: Store, what: str, broken: int) -> None:
    attack(store, what)
    found = verified(store)
    assert (found.whole, found.first_broken) == (False, broken)


def test_two_rows_that_change_places_show(store: Store) -> None:
    attack(
        store,
        "UPDATE audit SET id = 100 WHERE id = 3",
        "UPDATE audit SET id = 3 WHERE id = 4",
        "UPDATE audit SET id = 4 WHERE id = 100",
    )
    assert verified(store).first_broken == 3


def test_a_row_that_is_put_in_shows(store: Store) -> None:
    attack(
        store,
        "UPDATE audit SET id = id + 100 WHERE id > 3",
        "UPDATE audit SET id = id - 99 WHERE id > 100",
        "INSERT INTO audit SELECT 4, at, who, act, subject, subject_id, change, salt, digest, hash FROM audit "
        "WHERE id = 3",
    )
    assert verified(store).first_broken == 4


def test_a_row_that_is_added_without_the_program_shows(store: Store) -> None:
    attack(
        store,
        "INSERT INTO audit (id, at, who, act, subject) VALUES (7, '2026-01-01 00:00:00', 'Ana', 'see', 'page')",
    )
    assert verified(store).first_broken == 7


def test_a_tail_that_is_cut_off_shows_by_a_head_that_was_printed(store: Store) -> None:
    printed, earlier = at_the_end(store), Head(rows(store)[3]["id"], rows(store)[3]["hash"])
    attack(store, "DELETE FROM audit WHERE id > 4")
    assert verified(store).whole, "a chain that ends earlier is a chain"
    found = verified(store, earlier, printed)
    assert (found.whole, found.first_broken, found.missing) == (False, None, (printed,))
    # What is written afterwards takes the numbers again, and not the hashes.
    saw(store, TASKFORCE, "ringkasan 2018")
    saw(store, TASKFORCE, "ringkasan 2019")
    assert at_the_end(store).number == printed.number
    assert verified(store, printed).missing == (printed,)


def test_a_past_that_is_written_anew_shows_by_a_head_that_was_printed(store: Store) -> None:
    printed = at_the_end(store)
    forged = rows(store)
    forged[2]["change"] = json.dumps({"status": ["suspected", "deceased"]})
    with contextlib.closing(sqlite3.connect(store.path)) as connection, connection:
        connection.executemany(
            "UPDATE audit SET change = :change, digest = :digest, hash = :hash WHERE id = :id", chained(forged)
        )
    assert verified(store).whole, "who can write the file can work the chain out"
    assert verified(store, printed).missing == (printed,)


def test_who_saw_is_written_once_for_a_day_and_never_of_the_public(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    was, state = len(rows(store)), store.state()
    for _ in range(3):
        saw(store, TASKFORCE, "ringkasan 2017")
    assert len(rows(store)) == was
    saw(store, TASKFORCE, "ringkasan 2018")
    saw(store, ANA, "ringkasan 2018")
    saw(store, PUBLIC, "ringkasan 2018")
    note_export(store, PUBLIC, "kelurahan.csv", Audience.PUBLIC)
    note_export(store, TASKFORCE, "kelurahan.csv", Audience.TASKFORCE)
    new = rows(store)[was:]
    assert [(row["who"], row["act"]) for row in new] == [("Tim", "see"), ("Ana", "see"), ("Tim", "export")]
    assert json.loads(new[-1]["change"]) == {"what": "kelurahan.csv", "audience": "taskforce"}
    assert store.state() == state, "a look empties no cache"
    tomorrow = engine.now() + timedelta(days=1)
    monkeypatch.setattr(engine, "now", lambda: tomorrow)
    monkeypatch.setattr("geo.access.audit.now", lambda: tomorrow)
    saw(store, TASKFORCE, "ringkasan 2017")
    assert len(rows(store)) == was + 4
    with pytest.raises(ValueError, match="letters"):
        saw(store, TASKFORCE, "x" * 61)


def test_the_state_changes_with_the_content_alone(store: Store) -> None:
    for act in Act:
        before = store.state()
        with store.writing(ANA, Right.BRING) as connection:
            note(connection, ANA, act, "store", None)
        assert (store.state() == before) == (act.value in engine.QUIET), act


def test_a_restore_leaves_the_audit_and_the_accounts_of_the_place(store: Store, tmp_path: Path) -> None:
    attack(
        store,
        "INSERT INTO account VALUES (1, 'ana', 'local', 'steward', '$argon2id$abc', 'open', '2026-01-01', 'x', 1)",
        "INSERT INTO session VALUES (1, 'tokenhash', 1, '2026-01-01', '2026-01-01', '2999-01-01')",
        "INSERT INTO attempt VALUES (1, 'tryhash', '2999-01-01')",
    )
    copy = tmp_path / "salinan.sqlite"
    copied = at_the_end(store)
    backup(store, ANA, target=copy)
    assert rows(store)[-1]["act"] == "backup"
    raw = copy.read_bytes()
    assert b"tokenhash" not in raw
    assert b"tryhash" not in raw
    made = records.enter_record(store, ANA, {"sex": "female"}, document_kode="")
    attack(store, "UPDATE account SET role = 'planner'")
    was = [row["hash"] for row in rows(store)]
    restore(store, ANA, source=copy, keep=KEEP)
    now = rows(store)
    assert [row["hash"] for row in now][: len(was)] == was
    assert [row["act"] for row in now][len(was) :] == ["backup", "restore"]
    assert json.loads(now[-1]["change"]) == {"copy_head": str(copied)}
    assert verified(store, copied).whole
    assert len(records.records(store, ANA)) == 1
    with store.reading(ANA, Right.BRING) as connection:
        assert connection.exec_driver_sql("SELECT role FROM account").all() == [("planner",)]
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar() == 1
    # The number of a record that is gone is not given again: its history is another record's.
    again = records.enter_record(store, ANA, {"sex": "female"}, document_kode="")
    assert again.rows[1] > made.rows[1]
    assert again.batch > made.batch


def test_on_a_new_place_the_audit_and_the_accounts_of_the_copy_come_along(store: Store, tmp_path: Path) -> None:
    attack(
        store,
        "INSERT INTO account VALUES (1, 'ana', 'local', 'steward', '$argon2id$abc', 'open', '2026-01-01', 'x', 1)",
        "INSERT INTO session VALUES (1, 'tokenhash', 1, '2026-01-01', '2026-01-01', '2999-01-01')",
    )
    copy, fresh = tmp_path / "salinan.sqlite", tmp_path / "baru" / "kota.sqlite"
    backup(store, ANA, target=copy)
    printed = Head(rows(store)[4]["id"], rows(store)[4]["hash"])
    assert restore(Store(fresh), ANA, source=copy, keep=KEEP) is None
    place = Store(fresh)
    assert verified(place, printed).whole
    assert rows(place)[-1]["act"] == "restore"
    with place.reading(ANA, Right.BRING) as connection:
        assert connection.exec_driver_sql("SELECT name FROM account").all() == [("ana",)]
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar() == 0
    Store(fresh).close()


def test_a_restore_that_is_cut_off_leaves_everything(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "salinan.sqlite"
    backup(store, ANA, target=copy)
    was, state = rows(store), store.state()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("geo.store.backup.new_generation", stop)
    with pytest.raises(KeyboardInterrupt):
        restore(store, ANA, source=copy, keep=KEEP)
    assert (rows(store), store.state()) == (was, state)
    assert len(records.records(store, ANA)) == 1


def test_no_source_touches_rows_of_the_audit_but_those_that_may(root: Path) -> None:
    """Appended to by `note`, taken over by `carry`, emptied by `blank`: nothing else, however it is written."""
    writes = re.compile(
        r"(insert|update|delete)\(\s*(schema\.)?AUDIT\b|AUDIT\s*\.\s*(insert|update|delete)\b"
        r"|(INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO|DROP\s+TABLE)\s+[\"'`\[]?audit\b"
    )
    found = {}
    for path in [*root.glob("geo/**/*.py"), *root.glob("pages/**/*.py"), root / "dashboard.py"]:
        hits = [match[0] for match in writes.finditer(path.read_text("utf-8"))]
        if hits:
            found[path.relative_to(root).as_posix()] = hits
    assert found == {
        "geo/store/engine.py": ["insert(AUDIT"],
        "geo/store/audit_rows.py": ["update(AUDIT", "insert(AUDIT"],
    }
    # By the table's name in a list: what a restore empties and fills leaves it out.
    from geo.store import backup as copies
    from geo.store.schema import AUDIT

    assert AUDIT in copies._OF_THE_PLACE


def test_the_command_verifies_against_manifests(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest, none, strange = (tmp_path / name for name in ("manifest.json", "none.json", "strange.json"))
    manifest.write_text(json.dumps({"audit_head": str(at_the_end(store))}), "utf-8")
    none.write_text('{"audit_head": null}', "utf-8")
    strange.write_text('{"audit_head": "7:xyz"}', "utf-8")

    def run(*words: object) -> tuple[int, dict[str, Any]]:
        capsys.readouterr()
        code = main(["audit", "--db", str(store.path), *map(str, words), "--json", "--lang", "en"])
        return code, json.loads(capsys.readouterr().out)

    printed = str(at_the_end(store))
    assert run("--manifest", manifest, none) == (
        0,
        {"rows": 6, "whole": True, "first_broken": None, "head": printed, "missing": []},
    )
    code, told = run("--manifest", strange, "--manifest", tmp_path / "tidak.json")
    assert (code, [fault["where"] for fault in told["faults"]]) == (
        2,
        ["strange.json, column audit_head", "tidak.json"],
    )
    attack(store, "DELETE FROM audit WHERE id = 6")
    code, told = run("--manifest", manifest)
    assert (code, told["whole"], told["first_broken"], told["missing"]) == (2, False, None, [printed])
    assert "manifest.json" in told["faults"][0]["where"]
    attack(store, "UPDATE audit SET who = 'Ben' WHERE id = 2")
    code, told = run()
    assert (code, told["whole"], told["first_broken"]) == (2, False, 2)
    assert "not complete" in told["faults"][0]["what"]


def test_whoever_has_no_right_to_it_does_not_see_it(store: Store) -> None:
    for who in (PUBLIC, TASKFORCE):
        with pytest.raises(NotAllowedError):
            verify(store, who)
