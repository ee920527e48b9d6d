"""The store: whole or not at all, one writer at a time, nothing overwritten silently, other forms refused."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from people import BEN, STEWARD
from sqlalchemy import create_engine

from geo.errors import DataError, Problem
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.present.faults import sentence
from geo.schemas import Table
from geo.settings import RetentionSettings
from geo.store import canonical, decisions, records, sqlite
from geo.store.backup import backup, restore
from geo.store.batches import Added, Addition, Ready, add, batches, undo_rows
from geo.store.engine import Store, store_of
from geo.store.schema import METADATA
from geo.terms import Kind, Outcome, PairState, Reason, RecordState, Right
from geo.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from geo.places.boundaries import Areas


ANA = STEWARD
#: Nothing in these tests is past its time, whenever they run.
KEEP = RetentionSettings(record_years=100, audit_years=100, copy_days=90)
FATULULI, OEBOBO = "53.71.04.1011", "53.71.04.1001"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "kota.sqlite"
    made = Store(path)
    made.make()
    yield made
    made.close()


def case(kode: str = FATULULI, *, written: str = "", **values: Any) -> dict[str, Any]:
    """A row of cases: on a kelurahan, or with a spelling that waits."""
    status = "matched" if kode else "review" if written else "empty"
    return {
        "reported_on": date(2018, 11, 16),
        "status": "suspected",
        "sex": "female",
        "age_group": "adult",
        "persons": 1,
        "origin_kode": "",
        "source": "",
        "reported_precision": "day",
        "nik_check": "empty",
        "report": -1,
        **values,
        "_place": {
            "place_status": status,
            "kode": kode,
            "match_by": "name" if kode else "",
            "score": 1.0 if kode else 0.9,
            "key": f"{written.lower()}|" if written else "",
            "written": written,
            "kecamatan": "",
        },
    }


def addition(rows: list[dict[str, Any]], **options: Any) -> Addition:
    numbers = range(2, 2 + len(rows))
    places = pd.DataFrame(
        [{"row_number": n, "role": "document", **row["_place"]} for n, row in zip(numbers, rows, strict=True)]
    )
    frame = pd.DataFrame(rows, index=numbers).drop(columns=["_place", "report"])
    reports = pd.Series([row["report"] for row in rows], index=numbers)
    counts = {Outcome.ACCEPTED: len(rows)} | options.pop("counts", {})
    return Addition(Ready(Kind.CASES, frame, places, reports), counts, **options)


def brought(store: Store, rows: list[dict[str, Any]], **options: Any) -> Added:
    with store.writing(ANA, Right.BRING) as connection:
        return add(connection, ANA, addition(rows, **options))


def cases(store: Store) -> pd.DataFrame:
    with store.reading(ANA, Right.BRING) as connection:
        return canonical.case_rows(connection)


def waiting(store: Store) -> int:
    """Rows of cases whose documents' place waits for a person."""
    return int(cases(store)["place"].isin(["review", "unknown"]).sum())


@pytest.fixture(scope="module")
def resolver(kupang: Areas) -> Resolver:
    return Resolver(kupang, read_gazetteer(kupang))


def told(fault: pytest.ExceptionInfo[DataError]) -> Problem:
    (one,) = fault.value.faults
    return one.problem


def test_the_upgrades_make_exactly_the_declared_tables(store: Store) -> None:
    with store.reading(ANA, Right.BRING) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        made = statements(connection)
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    # `compare_metadata` looks at no CHECK and at no name of a constraint: the statements themselves do.
    blank = create_engine("sqlite://")
    with blank.begin() as connection:
        METADATA.create_all(connection)
        declared = statements(connection)
    blank.dispose()
    assert {name: made[name] for name in made if name != "alembic_version"} == declared
    assert sum("CHECK" in line for lines in declared.values() for line in lines) >= 40


def statements(connection: Connection) -> dict[str, list[str]]:
    """Columns and constraints of each table and index, in an order that hangs on nothing."""
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    return {name: sorted(line.strip().rstrip(",") for line in sql.splitlines()) for name, sql in found}


def test_no_column_could_hold_a_person() -> None:
    """What is typed freely has nowhere to go: every text column is a word list, a code, a spelling or a source."""
    free = {
        f"{table.name}.{column.name}"
        for table in METADATA.sorted_tables
        for column in table.columns
        if str(column.type).startswith(("VARCHAR", "TEXT"))
        and not any(f'"{column.name}" IN' in str(getattr(one, "sqltext", "")) for one in table.constraints)
    }
    assert free == {
        "meta.name",
        "meta.value",
        "batch.token",
        "batch.kind",
        "batch.mapping",
        "batch.made_by",
        "spelling.key",
        "spelling.written",
        "spelling.kecamatan",
        "decision.key",
        "decision.answer",
        "decision.why",
        "decision.made_by",
        "decision.taken_back_by",
        "record.origin_kode",
        "record.source",
        "record_place.kode",
        "pair.decided_by",
        "coverage.kode",
        "coverage.source",
        "watcher.kode",
        "watcher.group",
        "watch_report.kode",
        "watch_report.kind",
        "watch_report.followed_up",
        "rollout_event.kode",
        "rollout_event.source",
        "denominator.kode",
        "denominator.label",
        "denominator.source",
        "audit.who",
        "audit.act",
        "audit.subject",
        "audit.change",
        "audit.salt",
        "audit.digest",
        "audit.hash",
        # References to decrees and documents: `geo.schemas.is_reference` takes no names and no long numbers.
        "rollout_event.decree_no",
        "rollout_event.document",
        "set_aside.source",
        "set_aside.made_by",
        "set_aside.taken_back_by",
        "scenario.token",
        "scenario.name",
        "scenario.made_by",
        # The one place of free words: a short note on a kelurahan that a planner moved, shown to whoever plans only,
        # refused with five digits or an @ in it, erased with the plan (`geo.store.scenarios`).
        "scenario.content",
        # The ledger of editions: counts by place and year, and the secret under which cells were hidden.
        "ledger_copy.name",
        "ledger_copy.content",
        # Staff, who are no persons of the records.
        "account.name",
        "account.made_by",
        "account.password_hash",
        "session.token_hash",
        "attempt.key",
    }


def test_a_batch_comes_and_goes_whole(store: Store) -> None:
    first = brought(store, [case(report=0), case(report=0, persons=3), case(OEBOBO)])
    second = brought(store, [case(OEBOBO, report=0)])
    found = cases(store)
    assert len(found) == 4
    assert found["persons"].tolist() == [1, 3, 1, 1]
    # Rows 1 and 2 are one report; the key of the other file was another report's.
    assert found["report"].nunique() == 3
    with store.writing(ANA, Right.BRING) as connection:
        removed, token = undo_rows(connection, ANA, first.batch)
    assert (removed, token) == (3, first.token)
    assert cases(store)["document_kode"].tolist() == [OEBOBO]
    listed = batches(store, ANA).set_index("id")
    assert listed["state"].to_dict() == {first.batch: "undone", second.batch: "standing"}
    assert listed["kept"].to_dict() == {first.batch: 0, second.batch: 1}
    for problem, number in ((Problem.ALREADY_UNDONE, first.batch), (Problem.NO_SUCH_BATCH, 99)):
        with pytest.raises(DataError) as fault, store.writing(ANA, Right.BRING) as connection:
            undo_rows(connection, ANA, number)
        assert told(fault) is problem


def test_counts_that_do_not_add_up_are_refused_by_the_store(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing(ANA, Right.BRING) as connection:
        add(connection, ANA, addition([case()]))
        connection.exec_driver_sql("UPDATE batch SET read = 7")
    assert cases(store).empty


def test_a_fault_in_the_middle_leaves_nothing(store: Store) -> None:
    before = store.state()

    def stop(share: float) -> None:
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), store.writing(ANA, Right.BRING) as connection:
        add(connection, ANA, addition([case() for _ in range(9_000)]), progress=stop)
    assert cases(store).empty
    assert store.state() == before


def test_a_decision_serves_all_rows_and_can_be_taken_back(store: Store, resolver: Resolver) -> None:
    brought(store, [case("", written="Oesapa Brat"), case("", written="Oesapa Brat"), case()])
    oesapa_barat = "53.71.03.1014"
    assert waiting(store) == 2
    assert decisions.queue(store, ANA, resolver=resolver)[["written", "rows"]].values.tolist() == [["Oesapa Brat", 2]]
    number = decisions.decide(
        store, ANA, key="oesapa brat|", answer=oesapa_barat, why=Reason.MAP, allowed={oesapa_barat}
    )
    assert cases(store)["document_kode"].tolist() == [oesapa_barat, oesapa_barat, FATULULI]
    # Of a later file too.
    brought(store, [case("", written="Oesapa Brat")])
    assert cases(store)["document_kode"].tolist().count(oesapa_barat) == 3
    assert decisions.queue(store, ANA, resolver=resolver).empty
    assert decisions.standing_decisions(store, ANA) == {"oesapa brat|": oesapa_barat}
    decisions.take_back_decision(store, BEN, number=number)
    assert cases(store)["document_kode"].tolist() == ["", "", FATULULI, ""]
    assert waiting(store) == 3
    (row,) = decisions.decisions(store, ANA).to_dict("records")
    assert (row["made_by"], row["taken_back_by"], row["why"]) == ("Ana", "Ben", "map")


def test_the_second_of_two_who_decide_is_told(store: Store) -> None:
    brought(store, [case("", written="Naikoten")])
    one, other = "53.71.05.1004", "53.71.05.1005"
    decisions.decide(store, ANA, key="naikoten|", answer=one, why=Reason.ASKED_LURAH, allowed={one, other})
    with pytest.raises(DataError) as fault:
        decisions.decide(store, BEN, key="naikoten|", answer=other, why=Reason.MAP, allowed={one, other})
    assert told(fault) is Problem.CHANGED_MEANWHILE
    assert cases(store)["document_kode"].tolist() == [one]
    with pytest.raises(ValueError, match="no kelurahan"):
        decisions.decide(store, BEN, key="x|", answer="53.99", why=Reason.MAP, allowed={one})


def test_a_code_is_not_overruled_by_a_decision_on_its_name(store: Store) -> None:
    row = case(FATULULI, written="Oebobo")
    row["_place"]["match_by"] = "code"
    brought(store, [row])
    decisions.decide(store, ANA, key="oebobo|", answer=OEBOBO, why=Reason.MAP, allowed={OEBOBO})
    assert cases(store)["document_kode"].tolist() == [FATULULI]


def test_one_person_of_two_agencies_counts_once_until_that_is_taken_back(store: Store) -> None:
    first = brought(store, [case(persons=1)])
    brought(store, [case(persons=1)], twins=[(first.rows[2], 2)])
    assert len(cases(store)) == 2, "a candidate is no duplicate until a person says so"
    (pair,) = decisions.pairs_to_judge(store, ANA).to_dict("records")
    decisions.judge_pair(store, ANA, number=pair["id"], version=pair["version"], state=PairState.SAME)
    assert len(cases(store)) == 1
    with pytest.raises(DataError) as fault:
        decisions.judge_pair(store, BEN, number=pair["id"], version=1, state=PairState.DIFFERENT)
    assert told(fault) is Problem.CHANGED_MEANWHILE
    # When the earlier one goes, the person is not lost with it.
    with store.writing(ANA, Right.BRING) as connection:
        undo_rows(connection, ANA, first.batch)
    assert len(cases(store)) == 1


def test_a_mended_row_takes_the_place_of_the_old_one_and_undo_gives_it_back(store: Store) -> None:
    first = brought(store, [case(persons=1), case(persons=2)])
    other = brought(store, [case(persons=1)], twins=[(first.rows[2], 2)])
    (pair,) = decisions.pairs_to_judge(store, ANA).to_dict("records")
    decisions.judge_pair(store, ANA, number=pair["id"], version=1, state=PairState.SAME)
    mended = brought(store, [case(persons=5)], replaces={2: first.rows[2]})
    assert sorted(cases(store)["persons"]) == [1, 2], "the person is the other agency's too, and counts once"
    with store.writing(ANA, Right.BRING) as connection:
        undo_rows(connection, ANA, other.batch)
    assert sorted(cases(store)["persons"]) == [2, 5]
    with store.writing(ANA, Right.BRING) as connection:
        undo_rows(connection, ANA, mended.batch)
    assert sorted(cases(store)["persons"]) == [1, 2]


def test_more_rows_are_mended_at_once_than_a_statement_takes_numbers(store: Store) -> None:
    """SQLite as it comes takes 32,766 values a statement, some systems' more: held down here to fewer than rows."""
    many, most = 10_000, 9_000
    first = brought(store, [case() for _ in range(many)], inner_twins=[(2, 3)])
    mended = addition(
        [case(status="confirmed") for _ in range(many)],
        replaces={number: first.rows[number] for number in range(2, 2 + many)},
    )
    with store.writing(ANA, Right.BRING) as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        before = driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)
        try:
            add(connection, ANA, mended)
        finally:
            driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)
    found = cases(store)
    assert len(found) == many
    assert set(found["status"]) == {"confirmed"}
    with store.reading(ANA, Right.BRING) as connection:
        pairs = connection.exec_driver_sql("SELECT earlier_id, later_id FROM pair ORDER BY id").all()
    # The second is of the rows that took their place.
    assert pairs == [(1, 2), (many + 1, many + 2)]


def test_by_hand_with_history_and_without_overwriting(store: Store) -> None:
    made = records.enter_record(
        store, ANA, {"reported_on": date(2018, 1, 5), "status": "suspected"}, document_kode=FATULULI
    )
    number = made.rows[1]
    seen, _ = records.record(store, ANA, number=number)
    assert (seen["status"], seen["document_kode"]) == ("suspected", FATULULI)
    records.correct_record(
        store,
        BEN,
        number=number,
        version=seen["version"],
        values={"status": "confirmed"},
        document_kode=OEBOBO,
    )
    with pytest.raises(DataError) as fault:
        records.correct_record(store, ANA, number=number, version=seen["version"], values={"status": "prevented"})
    assert told(fault) is Problem.CHANGED_MEANWHILE
    found = cases(store)
    assert found[["status", "document_kode"]].values.tolist() == [["confirmed", OEBOBO]]
    records.withdraw_record(store, ANA, number=number, version=seen["version"] + 1)
    assert cases(store).empty
    _, steps = records.record(store, ANA, number=number)
    assert records.records(store, ANA)["state"].tolist() == [RecordState.WITHDRAWN]
    assert [(step["who"], step["act"]) for step in steps] == [("Ben", "correct"), ("Ana", "withdraw")]
    assert steps[0]["change"] == {"status": ["suspected", "confirmed"], "document_kode": [FATULULI, OEBOBO]}
    with pytest.raises(ValueError, match="not to be entered"):
        records.correct_record(store, ANA, number=number, version=3, values={"name": "x"})


def test_a_record_that_says_nothing_is_refused(store: Store) -> None:
    for values in ({}, {"persons": 3, "sex": "unknown", "age_group": "unknown", "status": "", "reported_on": None}):
        with pytest.raises(DataError) as fault:
            records.enter_record(store, ANA, values, document_kode="")
        assert told(fault) is Problem.NOTHING_ENTERED
    assert cases(store).empty
    number = records.enter_record(store, ANA, {"sex": "female"}, document_kode="outside").rows[1]
    records.correct_record(store, ANA, number=number, version=1, values={"sex": "unknown"})
    with pytest.raises(DataError) as fault:
        records.correct_record(store, ANA, number=number, version=2, values={}, document_kode="")
    assert told(fault) is Problem.NOTHING_ENTERED
    # A spelling that waits for a decision is a place.
    waits = brought(store, [case("", written="Naikoten", sex="unknown", age_group="unknown", status="")]).rows[2]
    records.correct_record(store, ANA, number=waits, version=1, values={"reported_on": None, "persons": 2})


def test_a_source_by_hand_is_a_word_of_the_list(store: Store) -> None:
    number = records.enter_record(store, ANA, {"source": "POLDA NTT"}, document_kode=FATULULI).rows[1]
    assert records.record(store, ANA, number=number)[0]["source"] == "Polda NTT"
    with pytest.raises(DataError) as fault:
        records.correct_record(store, ANA, number=number, version=1, values={"source": "Maria Bano"})
    assert told(fault) is Problem.UNKNOWN_SOURCE
    with store.writing(ANA, Right.BRING) as connection:
        connection.exec_driver_sql("UPDATE record SET source = 'kata lama'")
    # What is stored already may stay when something else is corrected.
    values = {"source": "kata lama", "sex": "female"}
    records.correct_record(store, ANA, number=number, version=1, values=values)


def test_coverage_by_hand(store: Store) -> None:
    records.enter_coverage(
        store, ANA, kode="53.71.04", from_on=date(2018, 1, 1), to_on=date(2018, 1, 31), source="nihil"
    )
    with store.reading(ANA, Right.BRING) as connection:
        covered = canonical.canonical_tables(connection)[Table.COVERAGE]
    assert covered["kode"].tolist() == ["53.71.04"]
    with pytest.raises(DataError) as fault:
        records.enter_coverage(store, ANA, kode=OEBOBO, from_on=date(2018, 2, 1), to_on=date(2018, 1, 1), source="")
    assert told(fault) is Problem.DATES_REVERSED


def test_a_second_writer_waits_and_then_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "make_engine", partial(sqlite.make_engine, wait_s=0.1))
    store = Store(tmp_path / "kota.sqlite")
    store.make()
    with store.writing(ANA, Right.BRING) as connection:
        add(connection, ANA, addition([case()]))
        assert cases(store).empty, "a reader sees what was there before, at once"
        with pytest.raises(DataError) as fault, store.writing(ANA, Right.BRING):
            pass
    assert told(fault) is Problem.STORE_BUSY
    assert len(cases(store)) == 1
    store.close()


def test_two_imports_at_once_are_both_whole(store: Store) -> None:
    def bring() -> None:
        brought(store, [case() for _ in range(3_000)])

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(cases(store)) == 12_000
    assert batches(store, ANA)["kept"].tolist() == [3_000] * 4
    with store.reading(ANA, Right.BRING) as connection:
        assert connection.exec_driver_sql("SELECT count(DISTINCT id) FROM record").scalar() == 12_000


def test_a_full_disk_leaves_the_store_as_it_was(store: Store) -> None:
    brought(store, [case()])
    with store.reading(ANA, Right.BRING) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    with pytest.raises(DataError) as fault, store.writing(ANA, Right.BRING) as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
        add(connection, ANA, addition([case() for _ in range(5_000)]))
    assert told(fault) is Problem.DISK_FULL
    assert len(cases(store)) == 1
    store.close()
    brought(store, [case()])
    assert len(cases(store)) == 2


def of_form(path: Path, revision: str) -> None:
    """Leaves a store that says of itself that it has a form."""
    brought(Store(path), [case()])
    Store(path).close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


@pytest.mark.parametrize("revision", ["0001", "0006"])
def test_a_store_from_before_the_first_release_is_left_as_it_is(tmp_path: Path, revision: str) -> None:
    path = tmp_path / "kota.sqlite"
    of_form(path, revision)
    for _ in range(2):
        with pytest.raises(DataError) as fault:
            cases(Store(path))
        assert told(fault) is Problem.STORE_UNRELEASED
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]
        assert connection.execute("SELECT count(*) FROM record").fetchone() == (1,)
    for language, said in ((Language.ID, "Pindahkan berkas itu"), (Language.EN, "Move the file away")):
        assert said in sentence(fault.value.faults[0], Words(language))


def test_a_store_of_a_newer_version_and_a_stranger_are_left_alone(tmp_path: Path) -> None:
    newer, stranger, text = (tmp_path / name for name in ("newer.sqlite", "stranger.sqlite", "text.sqlite"))
    of_form(newer, "9999")
    with contextlib.closing(sqlite3.connect(stranger)) as connection, connection:
        connection.execute("CREATE TABLE albums (title TEXT)")
    text.write_text("a,b\n1,2\n", "utf-8")
    for path, problem in (
        (newer, Problem.STORE_NEWER),
        (stranger, Problem.NOT_A_STORE),
        (text, Problem.NOT_A_STORE),
    ):
        before = path.read_bytes()
        for use in (Store(path).reading, Store(path).writing):
            with pytest.raises(DataError) as fault, use(ANA, Right.BRING):
                pass
            assert told(fault) is problem
        if path is text:
            assert path.read_bytes() == before


def test_a_backup_while_in_use_and_its_return(store: Store, tmp_path: Path) -> None:
    brought(store, [case(), case()])
    copy = tmp_path / "cadangan.sqlite"
    with store.reading(ANA, Right.BRING) as reader:
        canonical.case_rows(reader)
        backup(store, ANA, target=copy)
    brought(store, [case()])
    assert len(cases(store)) == 3
    was = store.state()
    with store.reading(ANA, Right.BRING) as reader:
        canonical.case_rows(reader)
        before = restore(store, BEN, source=copy, keep=KEEP)
    assert len(cases(store)) == 2
    assert store.state() != was
    assert before is not None
    assert len(cases(Store(before))) == 3, "what was there before is kept beside it"
    Store(before).close()
    # Going on after a restore works, and a fresh place can be restored into.
    brought(store, [case()])
    assert len(cases(store)) == 3
    fresh = tmp_path / "baru" / "kota.sqlite"
    assert restore(Store(fresh), BEN, source=copy, keep=KEEP) is None
    assert len(cases(Store(fresh))) == 2
    Store(fresh).close()


@pytest.mark.parametrize("how", ["cut", "text", "trigger", "column", "newer", "unreleased"])
def test_a_copy_that_is_not_right_changes_nothing(store: Store, tmp_path: Path, how: str) -> None:
    brought(store, [case() for _ in range(500)])
    copy = tmp_path / "cadangan.sqlite"
    backup(store, ANA, target=copy)
    if how == "cut":
        copy.write_bytes(copy.read_bytes()[:-20_000])
    elif how == "text":
        copy.write_text("bukan basis data", "utf-8")
    else:
        statement = {
            "trigger": "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM audit; END",
            "column": "ALTER TABLE record ADD COLUMN nama TEXT",
            "newer": "UPDATE alembic_version SET version_num = '9999'",
            "unreleased": "UPDATE alembic_version SET version_num = '0006'",
        }[how]
        with contextlib.closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute(statement)
    was = store.state()
    with pytest.raises(DataError) as fault:
        restore(store, ANA, source=copy, keep=KEEP)
    expected = {"newer": Problem.STORE_NEWER, "unreleased": Problem.STORE_UNRELEASED}
    assert told(fault) is expected.get(how, Problem.NOT_A_STORE)
    assert store.state() == was
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_dir()) == []


def test_what_was_deleted_is_overwritten(store: Store) -> None:
    written = "Kampung Rahasia Sekali"
    made = brought(store, [case("", written=written)])
    with store.writing(ANA, Right.BRING) as connection:
        undo_rows(connection, ANA, made.batch)
    store.forget_deleted()
    for path in store.path.parent.glob("kota.sqlite*"):
        assert written.encode() not in path.read_bytes()
        assert written.lower().encode() not in path.read_bytes()


def test_addresses_of_stores() -> None:
    assert store_of("sqlite:///a/b.sqlite") == Store(Path("a/b.sqlite"))
    assert store_of("/a/b.sqlite").path == Path("/a/b.sqlite")
    with pytest.raises(DataError):
        store_of("postgresql://localhost/kota")


def test_moments_are_kept_without_a_zone(store: Store) -> None:
    brought(store, [case()])
    (made,) = batches(store, ANA)["made_at"]
    assert isinstance(made, datetime)
    assert made.tzinfo is None


def test_a_handle_touches_nothing_and_only_a_writer_makes_the_file(tmp_path: Path) -> None:
    store = Store(tmp_path / "baru" / "kota.sqlite")
    assert store.is_new
    for use in (lambda: store.reading(ANA, Right.BRING), lambda: store.keeping(writes=False)):
        with pytest.raises(DataError) as fault, use():
            pass
        assert told(fault) is Problem.MISSING_FILE
    with pytest.raises(DataError) as fault:
        store.require_file()
    assert told(fault) is Problem.MISSING_FILE
    assert list(tmp_path.iterdir()) == [], "looking makes no store"
    brought(store, [case()])
    assert not store.is_new
    assert store.path.stat().st_mode & 0o077 == 0
    store.close()


def test_a_file_that_goes_away_or_is_another_is_opened_anew(store: Store, tmp_path: Path) -> None:
    brought(store, [case(), case()])
    for path in tmp_path.glob("kota.sqlite*"):
        path.unlink()
    with pytest.raises(DataError) as fault:
        cases(store)
    assert told(fault) is Problem.MISSING_FILE
    brought(store, [case()])
    assert len(cases(store)) == 1
    assert Store(tmp_path / "lain" / ".." / "kota.sqlite") == store, "one file is one store, whatever leads to it"
