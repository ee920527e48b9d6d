"""Events of the rollout: what cannot be so is refused, nothing is overwritten silently, all can be taken back."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from people import BEN, PLANNER, STEWARD
from sqlalchemy import CheckConstraint

from geo.errors import DataError, Problem
from geo.facts import rollout_facts
from geo.imports import run, undo
from geo.records import timeline
from geo.schemas import StatementKey, Table, check_table, columns, is_reference, typed
from geo.settings import ROOT, RetentionSettings
from geo.sheets.tables import read_table
from geo.store import batches, canonical, contradictions, events, plans, records, scenarios
from geo.store.backup import backup, restore
from geo.store.engine import Store
from geo.store.erasure import Expiry, count, erase
from geo.store.pseudonyms import Pseudonyms
from geo.store.schema import ROLLOUT_EVENT, SCENARIO, SET_ASIDE
from geo.store.tables import read_tables
from geo.terms import AsideWhy, Kind, Right, StoreName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.settings import Settings

TODAY = date(2020, 6, 1)
BARAT, SELATAN, FATULULI, CITY = "53.71.03.1014", "53.71.03.1015", "53.71.04.1011", "53.71"
PLACES = {BARAT, SELATAN, FATULULI, CITY}
KEEP = RetentionSettings(record_years=100, audit_years=100, copy_days=90)
TWELVE = StatementKey("kiblatntt.com", date(2018, 1, 1), "gt_tppo", "actual", 12)
Told = list[tuple[str, Problem, str]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "kota" / "kota.sqlite"
    made = Store(path)
    made.make()
    yield made
    made.close()


def enter(store: Store, stage: str, on: str, kode: str = BARAT, **values: Any) -> int:
    """Enters an event that its source told of on the very day; the number of its row."""
    said = {"stage": stage, "on": date.fromisoformat(on), "source": "lurah", **values}
    said.setdefault("source_on", said["on"])
    added = events.enter_event(store, PLANNER, said, kode=kode, allowed=PLACES, today=TODAY)
    return added.rows[1]


def listed(store: Store, kode: str = BARAT) -> list[dict[Any, Any]]:
    return events.events(store, PLANNER, kode=kode).to_dict("records")


def row(store: Store, number: int) -> dict[Any, Any]:
    (found,) = [one for one in listed(store) if one["id"] == number]
    return found


def refused(call: Callable[[], object]) -> Told:
    with pytest.raises(DataError) as fault:
        call()
    return [(one.column, one.problem, one.hint) for one in fault.value.faults]


def counted(store: Store) -> pd.DataFrame:
    with store.reading(STEWARD, Right.BRING) as connection:
        return canonical.canonical_tables(connection).get(Table.ROLLOUT, pd.DataFrame(columns=["kode", "stage"]))


# What cannot be so


def test_a_training_before_the_decree_is_refused_unless_it_is_said_why(store: Store) -> None:
    enter(store, "decree", "2019-05-10", decree_no="60/KEP/HK/2019")
    wrong = [("on", Problem.BEFORE_DECREE, "2019-05-10")]
    assert refused(lambda: enter(store, "trained", "2019-05-09")) == wrong
    assert [one["stage"] for one in listed(store)] == ["decree"], "nothing of it stays"
    enter(store, "trained", "2019-05-10")
    enter(store, "trained", "2019-05-09", early_why="held_jointly", course="basic", hours=16)
    enter(store, "trained", "2019-05-09", SELATAN)
    # Another body's training is not held to this body's decree.
    enter(store, "trained", "2019-01-01", counted_as="gt_tppo")


def test_what_only_may_be_before_the_decree_is_not_refused(store: Store) -> None:
    enter(store, "decree", "2019-05-10")
    enter(store, "trained", "2019-05-01", on_precision="month", source_on=date(2019, 7, 1))
    enter(store, "trained", "2019-01-01", on_precision="year", source_on=date(2019, 7, 1))
    assert refused(lambda: enter(store, "trained", "2019-04-20", on_precision="month")) == [
        ("on", Problem.BEFORE_DECREE, "2019-05-10")
    ]
    # A planned training tells nothing of what was.
    enter(store, "trained", "2019-02-01", claim="target")


def test_a_decree_that_comes_late_to_a_training_is_refused_until_the_training_says_why(store: Store) -> None:
    number = enter(store, "trained", "2019-03-01")
    wrong = [("on", Problem.BEFORE_DECREE, "2019-04-01")]
    assert refused(lambda: enter(store, "decree", "2019-04-01")) == wrong
    events.correct_event(
        store, PLANNER, number=number, version=1, values={"early_why": "decree_backdated"}, today=TODAY
    )
    enter(store, "decree", "2019-04-01")
    enter(store, "decree", "2019-02-01")
    # What was wrong before an event came is not held against it: the first decree is earlier now.
    enter(store, "trained", "2019-03-15")


def test_an_end_before_any_beginning_is_refused_embedded_facts_included(store: Store) -> None:
    enter(store, "dissolved", "2018-01-01", counted_as="gt_tppo")
    enter(store, "proposed", "2019-02-01")
    assert refused(lambda: enter(store, "dissolved", "2019-01-31")) == [("on", Problem.NOT_BEGUN, "2019-02-01")]
    enter(store, "dissolved", "2019-02-01")
    # The press named Fatululi on 16 November 2018.
    assert refused(lambda: enter(store, "dissolved", "2018-11-15", FATULULI)) == [
        ("on", Problem.NOT_BEGUN, "2018-11-16")
    ]


def test_days_to_come_and_sources_of_before(store: Store) -> None:
    late = date(2020, 6, 2)
    assert refused(lambda: enter(store, "active", "2020-06-02", source_on=TODAY)) == [("on", Problem.IN_FUTURE, "")]
    assert refused(lambda: enter(store, "active", "2020-05-01", source_on=late)) == [
        ("source_on", Problem.IN_FUTURE, "")
    ]
    assert refused(lambda: enter(store, "active", "2020-05-02", source_on=date(2020, 5, 1))) == [
        ("source_on", Problem.SOURCE_TOO_EARLY, "")
    ]
    enter(store, "active", "2020-06-01", source_on=TODAY)
    enter(store, "active", "2020-05-20", on_precision="month", source_on=date(2020, 5, 1))
    enter(store, "active", "2020-06-20", on_precision="month", source_on=TODAY)
    enter(store, "active", "2030-01-01", claim="target", source_on=TODAY)
    assert [one["on"] for one in listed(store)] == [
        date(2030, 1, 1),
        date(2020, 6, 1),
        date(2020, 6, 1),
        date(2020, 5, 1),
    ], "a month is kept as its first day"


def test_every_fault_at_once(store: Store) -> None:
    told = refused(
        lambda: enter(
            store, "trained", "2019-05-09", source="", decree_no="Yohanes Lay", document="0812-3456-7890", hours=401
        )
    )
    assert told == [
        ("source", Problem.MISSING_VALUE, ""),
        ("decree_no", Problem.BAD_REFERENCE, ""),
        ("document", Problem.BAD_REFERENCE, ""),
        ("hours", Problem.BAD_NUMBER, ""),
    ]
    assert refused(
        lambda: enter(store, "active", "2019-05-09", course="basic", hours=8, early_why="held_jointly")
    ) == [(name, Problem.ONLY_TRAINING, "") for name in ("course", "hours", "early_why")]
    for source in ("hp 081234567890", "ana@contoh.id", "x" * 121):
        assert refused(lambda source=source: enter(store, "active", "2019-05-09", source=source))
    for words in ({"claim": "mungkin"}, {"nama": "x"}, {"course": "lain-lain"}):
        with pytest.raises(ValueError, match=r"valid|by hand"):
            enter(store, "active", "2019-05-09", **words)
    with pytest.raises(ValueError, match="no place"):
        enter(store, "active", "2019-05-09", "53.71.99.9999")
    assert listed(store) == []


@pytest.mark.parametrize(
    "text",
    [
        "5371046501990002",
        "5371.0465.0199.0002",
        "5371 0465 0199 0002",
        "53 71 04 65 01 99 00 02",
        "5371/0465/0199/0002",
        "081234567890",
        "0812 3456 7890",
        "Yohanes",
        "SK Lurah Yohanes 3",
        "SK",
        "a@b 1",
        "SK 1; DROP",
        "x" * 40 + "1",
        "SK\n12",
        "١٢٣",
    ],
)
def test_a_reference_is_no_person(text: str) -> None:
    assert not is_reference(text)
    for one in ("1", "SK Wali Kota 60/2018", "188.45/60/HK/2018", "60.KEP/HK-2018", "16-11-2018"):
        assert is_reference(one)


# By hand, with its history


def test_a_correction_keeps_both_texts_and_the_second_of_two_is_told(store: Store) -> None:
    number = enter(store, "decree", "2019-05-10", decree_no="SK 6/2019")
    seen = row(store, number)
    assert (seen["made_by"], seen["by_hand"], seen["recorded_on"]) == ("Pia", True, TODAY)
    values = {"decree_no": "SK 60/2019", "on": date(2019, 5, 11), "source_on": date(2019, 5, 12)}
    events.correct_event(store, BEN, number=number, version=seen["version"], values=values, today=TODAY)

    def late() -> None:
        events.correct_event(store, PLANNER, number=number, version=1, values={"hours": 3}, today=TODAY)

    assert refused(late) == [("", Problem.CHANGED_MEANWHILE, "")]
    now = row(store, number)
    assert (now["decree_no"], now["on"], now["version"]) == ("SK 60/2019", date(2019, 5, 11), 2)
    (step,) = events.event_steps(store, BEN, number=number)
    assert (step["who"], step["act"]) == ("Ben", "correct")
    assert step["change"] == {
        "decree_no": ["SK 6/2019", "SK 60/2019"],
        "on": ["2019-05-10", "2019-05-11"],
        "source_on": ["2019-05-10", "2019-05-12"],
    }


def test_a_correction_is_checked_like_an_entry(store: Store) -> None:
    enter(store, "decree", "2019-05-10")
    number = enter(store, "trained", "2019-06-01")

    def correct(**values: Any) -> None:
        events.correct_event(store, PLANNER, number=number, version=1, values=values, today=TODAY)

    assert refused(lambda: correct(on=date(2019, 5, 1))) == [("on", Problem.BEFORE_DECREE, "2019-05-10")]
    assert refused(lambda: correct(document="x")) == [("document", Problem.BAD_REFERENCE, "")]
    assert row(store, number)["version"] == 1
    correct(on=date(2019, 5, 20), on_precision="month")
    assert row(store, number)["on"] == date(2019, 5, 1)


def test_withdrawn_and_reinstated(store: Store) -> None:
    number = enter(store, "active", "2019-05-10")
    events.withdraw_event(store, PLANNER, number=number, version=1)
    assert counted(store).empty
    assert row(store, number)["state"] == "withdrawn"

    def again(version: int) -> None:
        events.reinstate_event(store, BEN, number=number, version=version, today=TODAY)

    assert refused(lambda: again(1)) == [("", Problem.CHANGED_MEANWHILE, "")]
    again(2)
    assert refused(lambda: again(3)) == [("", Problem.CHANGED_MEANWHILE, "")]
    assert counted(store)["kode"].tolist() == [BARAT]
    steps = events.event_steps(store, BEN, number=number)
    assert [(one["who"], one["act"]) for one in steps] == [("Pia", "withdraw"), ("Ben", "reinstate")]


def test_what_was_withdrawn_comes_back_only_where_it_still_can_be_so(store: Store) -> None:
    number = enter(store, "trained", "2019-03-01")
    events.withdraw_event(store, PLANNER, number=number, version=1)
    enter(store, "decree", "2019-04-01")

    def again() -> None:
        events.reinstate_event(store, PLANNER, number=number, version=2, today=TODAY)

    assert refused(again) == [("on", Problem.BEFORE_DECREE, "2019-04-01")]


def test_an_event_by_hand_is_a_batch_and_goes_with_it(store: Store) -> None:
    number = enter(store, "active", "2019-05-10")
    with store.writing(STEWARD, Right.BRING) as connection:
        removed, _ = batches.undo_rows(connection, STEWARD, row(store, number)["batch_id"])
    assert removed == 1
    assert listed(store) == []


# From a file

SHEET = "kode,stage,on,counted_as,claim,source,source_on"


@pytest.fixture
def bring(store: Store, kupang: Areas, settings: Settings, tmp_path: Path) -> Callable[..., run.Report]:
    options = dataclasses.replace(settings, kota=store.path.parent)

    def brought(text: str | Path, today: date = TODAY) -> run.Report:
        file = text
        if isinstance(text, str):
            file = tmp_path / "lembar.csv"
            file.write_text(text, "utf-8")
        sheet, mapping = run.read_file(file, options, kind=Kind.ROLLOUT)
        return run.accept(store, STEWARD, run.prepared_for(sheet, mapping, kupang, today=today))

    return brought


def test_the_sample_comes_in_whole_and_goes_out_again(store: Store, bring: Callable[..., run.Report]) -> None:
    sample = ROOT / "data" / "samples" / "contoh_rollout.csv"
    report = bring(sample)
    assert report.counts["accepted"] == report.read == len(sample.read_text("utf-8").splitlines()) - 1
    read = typed(Table.ROLLOUT, check_table(Table.ROLLOUT, read_table(sample).rows))
    pd.testing.assert_frame_equal(counted(store), read, check_dtype=False)
    assert set(read["stage"]) >= {"proposed", "socialised", "decree", "recruited", "trained", "active", "dormant"}
    assert read["source"].eq("contoh").all()
    again = bring(sample, date(2020, 7, 1))
    assert (again.batch, again.counts["duplicates"]) == (None, report.read)
    undo.take_back_batch(store, STEWARD, batch=1)
    assert counted(store).empty


def test_rows_that_cannot_be_so_are_refused_with_their_reason(bring: Callable[..., run.Report]) -> None:
    def line(stage: str, on: str, source_on: str, more: str = ",,,") -> str:
        return f"{BARAT},{stage},{on},cw,actual,lurah,{source_on},{more}\n"

    head = SHEET + ",hours,decree_no,document,early_why\n"
    report = bring(
        head
        + line("decree", "2019-05-10", "2019-05-10", ",60/KEP/HK/2019,,")  # 2
        + line("trained", "2019-05-09", "2019-05-10")  # 3: before the decree
        + line("trained", "2019-05-09", "2019-05-10", ",,,held_jointly")  # 4
        + line("active", "2019-06-02", "2019-06-01")  # 5: the source is older
        + line("active", "2020-06-02", "2020-05-01")  # 6: to come
        + line("active", "2019-06-02", "2019-06-02", "8,,,")  # 7: hours of no training
        + line("trained", "2019-06-02", "2019-06-02", "401,,,")  # 8
        + line("decree", "2019-06-02", "2019-06-02", ",Lurah Yohanes 3,5371046501990002,")  # 9
        + f"{BARAT},active,2031,cw,target,lurah,2019-06-02,,,,\n"  # 10: a target is of a day to come
    )
    assert [(one.row, one.column, one.problem) for one in report.faults] == [
        (3, "on", Problem.BEFORE_DECREE),
        (5, "source_on", Problem.SOURCE_TOO_EARLY),
        (6, "on", Problem.IN_FUTURE),
        (7, "hours", Problem.ONLY_TRAINING),
        (8, "hours", Problem.BAD_NUMBER),
        (9, "decree_no", Problem.BAD_REFERENCE),
        (9, "document", Problem.BAD_REFERENCE),
    ]
    assert report.counts["accepted"] == 3
    assert not {"decree_no", "document", "source"} & set(report.refused.columns)


def test_a_file_beside_what_is_in_the_store(store: Store, bring: Callable[..., run.Report]) -> None:
    enter(store, "decree", "2019-05-10")
    lines = [
        f"{BARAT},trained,2019-05-09,cw,actual,lurah,2019-05-09",  # 2: before the decree that is there
        f"{SELATAN},trained,2019-05-09,cw,actual,lurah,2019-05-09",
        f"{FATULULI},dissolved,2018-11-15,cw,actual,lurah,2018-11-15",  # 4: before the press named it
        f"{BARAT},active,2019-06-09,cw,actual,lurah,2019-06-09",
    ]
    report = bring("\n".join([SHEET, *lines, ""]))
    assert [(one.row, one.problem, one.hint) for one in report.faults] == [
        (2, Problem.BEFORE_DECREE, "2019-05-10"),
        (4, Problem.NOT_BEGUN, "2018-11-16"),
    ]
    assert (report.counts["accepted"], report.counts["rejected"]) == (2, 2)
    assert sorted(report.refused["stage"]) == ["dissolved", "trained"]
    assert counted(store)["stage"].tolist() == ["decree", "trained", "active"]


def test_a_file_that_comes_again_mended_is_not_held_to_what_it_said_before(
    store: Store, bring: Callable[..., run.Report]
) -> None:
    def lines(*changing: str) -> str:
        same = [f"{BARAT},active,2019-0{n}-01,cw,actual,lurah,2019-09-01," for n in range(4, 9)]
        return "\n".join([SHEET + ",early_why", *(f"{BARAT},{one}" for one in changing), *same, ""])

    first = lines(
        "decree,2019-06-10,cw,actual,lurah,2019-09-01,", "trained,2019-03-01,cw,actual,lurah,2019-09-01,held_jointly"
    )
    assert bring(first).counts["accepted"] == 7
    # It was no decree: then the training needs no reason, and the decree of before is no witness against it.
    mended = lines(
        "socialised,2019-01-10,cw,actual,lurah,2019-09-01,", "trained,2019-03-01,cw,actual,lurah,2019-09-01,"
    )
    report = bring(mended)
    assert (report.counts["accepted"], report.counts["duplicates"], report.faults) == (2, 5, ())
    assert set(counted(store)["stage"]) == {"active", "socialised", "trained"}


def test_what_became_known_on_the_day_of_the_import(store: Store, bring: Callable[..., run.Report]) -> None:
    text = f"{SHEET}\n{BARAT},active,2019-05-10,cw,actual,lurah,2019-05-10\n"
    bring(text)
    assert counted(store)["recorded_on"].tolist() == [pd.Timestamp(TODAY)]
    Pseudonyms(store.pseudonyms, ()).erase()
    # Known again without its hash, though a later day would stand in it.
    again = bring(text, date(2020, 7, 1))
    assert again.counts["duplicates"] == 1


def test_columns_that_older_files_lack(store: Store) -> None:
    facts = rollout_facts()
    assert list(facts.columns) == [*columns(Table.ROLLOUT), "set_aside_on"]
    assert facts[["decree_no", "course", "reported_by", "document", "early_why"]].eq("").all(axis=None)
    assert facts[["hours", "set_aside_on"]].isna().all(axis=None)
    enter(store, "trained", "2019-05-10", course="refresher", hours=12, reported_by="watchers", document="BA 7/2019")
    own = counted(store)
    assert own.dtypes.to_dict() == facts.dtypes.to_dict()
    assert own.loc[0, ["course", "hours", "reported_by", "document"]].tolist() == [
        "refresher",
        12,
        "watchers",
        "BA 7/2019",
    ]


def test_a_canonical_file_keeps_its_contract() -> None:
    line = {
        "kode": BARAT,
        "stage": "trained",
        "on": "2019-05-10",
        "on_precision": "day",
        "counted_as": "cw",
        "claim": "actual",
        "source": "x",
        "source_on": "2019-05-10",
        "recorded_on": "2019-05-10",
    }
    assert len(typed(Table.ROLLOUT, check_table(Table.ROLLOUT, pd.DataFrame([line])))) == 1
    for name, text, problem in (
        ("hours", "0", Problem.BAD_NUMBER),
        ("hours", "401", Problem.BAD_NUMBER),
        ("decree_no", "Yohanes 1", Problem.BAD_REFERENCE),
        ("document", "081234567890", Problem.BAD_REFERENCE),
        ("course", "apa", Problem.NOT_IN_LIST),
        ("early_why", "apa", Problem.NOT_IN_LIST),
        ("recorded_on", "", Problem.MISSING_VALUE),
    ):
        told = refused(lambda name=name, text=text: check_table(Table.ROLLOUT, pd.DataFrame([{**line, name: text}])))
        assert [(column, found) for column, found, _ in told] == [(name, problem)]


def test_the_upgraded_store_takes_every_word_of_the_lists_and_no_other(store: Store) -> None:
    with store.reading(STEWARD, Right.BRING) as connection:
        made = dict(connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all())
    for table in (ROLLOUT_EVENT, SET_ASIDE, SCENARIO):
        for rule in table.constraints:
            if isinstance(rule, CheckConstraint):
                assert f"({rule.sqltext})" in made[table.name], rule.name


def test_a_place_that_is_not_known_yet_is_beside_nothing() -> None:
    one = {
        "kode": "",
        "on_precision": "day",
        "counted_as": "cw",
        "claim": "actual",
        "source_on": date(2019, 7, 1),
        "course": "",
        "hours": None,
        "early_why": "",
    }
    given = {
        2: {**one, "stage": "decree", "on": date(2019, 5, 2)},
        3: {**one, "stage": "trained", "on": date(2019, 5, 1)},
    }
    assert timeline.timeline_faults(given, today=TODAY) == {}
    assert list(timeline.timeline_faults({n: {**e, "kode": BARAT} for n, e in given.items()}, today=TODAY)) == [3]


# Statements set aside


def aside(store: Store, said: StatementKey, why: AsideWhy = AsideWhy.CLOSER_SOURCE) -> int:
    return contradictions.set_aside(store, PLANNER, said, why=why)


def since(store: Store, settings: Settings) -> dict[str, Any]:
    """Day since which each statement on the city is set aside, by its source and count."""
    options = dataclasses.replace(settings, kota=store.path.parent)
    found = read_tables(StoreName.KOTA, options, STEWARD).rollout
    assert str(found["set_aside_on"].dtype) == "datetime64[ns]"
    told = found[found["count"].notna()]
    return {f"{one['source']} {one['count']}": one["set_aside_on"] for one in told.to_dict("records")}


def test_a_statement_is_set_aside_and_holds_again(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo.store.contradictions.now", lambda: datetime(2020, 6, 1, 23, 59))  # noqa: DTZ001
    enter(store, "active", "2019-01-01", CITY, count=15, of=51, source="radio", on_precision="year")
    was = store.state()
    one = aside(store, TWELVE)
    own = aside(store, StatementKey("radio", date(2019, 1, 1), "cw", "actual", 15), AsideWhy.MISPRINT)
    assert store.state() != was, "whoever looks sees it at once"
    found = since(store, settings)
    set_on = {name for name, day in found.items() if pd.notna(day)}
    assert set_on == {"kiblatntt.com 12", "radio 15"}
    assert found["kiblatntt.com 12"] == pd.Timestamp(2020, 6, 1)
    # One decision at a time.
    assert refused(lambda: aside(store, TWELVE)) == [("", Problem.CHANGED_MEANWHILE, "")]
    contradictions.take_back_set_aside(store, BEN, number=one)
    assert {name for name, day in since(store, settings).items() if pd.notna(day)} == {"radio 15"}
    made = contradictions.set_asides(store, BEN).set_index("id")
    with store.reading(BEN, Right.PLAN) as connection:
        steps = records.history(connection, subject="set_aside", number=one)
    assert made.loc[one, ["made_by", "taken_back_by", "why"]].tolist() == ["Pia", "Ben", "closer_source"]
    assert made.at[own, "taken_back_at"] is None
    assert [step["act"] for step in steps] == ["set_aside", "take_back"]
    assert aside(store, TWELVE) not in {one, own}


def test_what_nobody_says_cannot_be_set_aside(store: Store) -> None:
    for other in (
        dataclasses.replace(TWELVE, count=13),
        dataclasses.replace(TWELVE, source="Yohanes, 0812"),
        dataclasses.replace(TWELVE, on=date(2018, 1, 2)),
        dataclasses.replace(TWELVE, claim="target"),
    ):
        assert refused(lambda other=other: aside(store, other)) == [("", Problem.CHANGED_MEANWHILE, "")]

    def twice() -> None:
        contradictions.take_back_set_aside(store, PLANNER, number=1)

    assert refused(twice) == [("", Problem.CHANGED_MEANWHILE, "")]


# Plans

WAVES = {BARAT: date(2020, 9, 1), SELATAN: date(2021, 1, 1)}


def plan(store: Store, waves: dict[str, date], **options: Any) -> int:
    kept = opened(store, save(store))
    said = {"source": "rencana kota", "recorded_on": TODAY, "allowed": PLACES, **options}
    return plans.enter_plan(store, PLANNER, kept, waves, **said)


def standing(store: Store) -> list[int]:
    return plans.plans(store, PLANNER)


def test_a_plan_becomes_targets_and_a_later_one_takes_its_place(store: Store) -> None:
    first = plan(store, WAVES)
    found = counted(store).sort_values("kode")
    assert found[["kode", "stage", "claim", "counted_as", "source"]].values.tolist() == [
        [kode, "active", "target", "cw", "rencana kota"] for kode in sorted(WAVES)
    ]
    assert found["on"].dt.date.tolist() == [date(2020, 9, 1), date(2021, 1, 1)]
    assert found["recorded_on"].dt.date.unique().tolist() == [TODAY]
    assert standing(store) == [first]
    second = plan(store, {SELATAN: date(2020, 10, 1)})
    assert standing(store) == [second]
    assert counted(store)["kode"].tolist() == [SELATAN]
    plans.undo_plan(store, PLANNER, batch=second)
    assert (standing(store), len(counted(store))) == ([], 0)


def test_whoever_plans_takes_back_plans_and_nothing_else(store: Store, bring: Callable[..., run.Report]) -> None:
    number = enter(store, "active", "2019-05-10")
    bring(f"{SHEET}\n{BARAT},active,2019-05-11,cw,actual,lurah,2019-05-11\n")
    for batch in (row(store, number)["batch_id"], 2, 99):

        def take_back(batch: int = batch) -> None:
            plans.undo_plan(store, PLANNER, batch=batch)

        assert refused(take_back) == [("", Problem.NO_SUCH_BATCH, "")]
    assert len(counted(store)) == 2
    with pytest.raises(ValueError, match="no plan"):
        plan(store, {"53.71.99.9999": TODAY})
    with pytest.raises(ValueError, match="no plan"):
        plan(store, {})
    assert refused(lambda: plan(store, WAVES, source="ana@contoh.id")) == [("source", Problem.LOOKS_PERSONAL, "")]


CONTENT: dict[str, Any] = {
    "weights": {"need": 0.5, "gap": 0.5},
    "limits": {"per_wave": 5, "budget": 250_000_000},
    "seed": 7,
    "pins": {BARAT: 1},
    "fingerprint": "0123456789abcdef",
    "versions": {"scipy": "1.16.3"},
    "waves": [["53.71.03.1014"], ["53.71.03.1015"]],
    "overrides": [{"kode": BARAT, "reason": "readiness", "note": "Aula kelurahan siap  dipakai"}],
}


def save(store: Store, name: str = "Rencana A", **parts: Any) -> str:
    return scenarios.save_scenario(store, PLANNER, name=name, content={**CONTENT, **parts})


def opened(store: Store, token: str) -> scenarios.Scenario:
    return scenarios.scenario(store, BEN, token=token)


def test_a_plan_is_kept_and_found_by_its_address(store: Store) -> None:
    was = store.state()
    token = save(store)
    assert store.state() == was, "a plan empties no cache of records"
    assert len(token) == 32
    found = opened(store, token)
    assert (found.name, found.made_by, found.version, found.plan_batch) == ("Rencana A", "Pia", 1, None)
    kept = {"kode": BARAT, "reason": "readiness", "note": "Aula kelurahan siap dipakai"}
    assert found.content == {**CONTENT, "overrides": [kept]}
    frame = scenarios.scenarios(store, BEN)
    assert "content" not in frame
    assert frame["name"].tolist() == ["Rencana A"]
    batch = plans.enter_plan(store, PLANNER, found, WAVES, source="rencana kota", recorded_on=TODAY, allowed=PLACES)
    assert opened(store, token).plan_batch == batch
    assert refused(lambda: opened(store, "0" * 32)) == [("", Problem.NO_SUCH_SCENARIO, "")]


@pytest.mark.parametrize(
    ("note", "problem"),
    [
        ("ketuanya 5371046501990002", Problem.LOOKS_PERSONAL),
        ("hubungi 08123", Problem.LOOKS_PERSONAL),
        ("hubungi 0812 3456 7890", Problem.LOOKS_PERSONAL),
        ("tulis ke a@b", Problem.LOOKS_PERSONAL),
        ("x" * 121, Problem.TOO_LONG),
    ],
)
def test_a_note_that_could_tell_of_a_person_is_refused(store: Store, note: str, problem: Problem) -> None:
    told = refused(lambda: save(store, overrides=[{"kode": BARAT, "reason": "other", "note": note}]))
    assert told[0][:2] == ("note", problem)
    assert scenarios.scenarios(store, BEN).empty


def test_a_name_and_a_content_that_are_refused(store: Store) -> None:
    assert refused(lambda: save(store, "081234567890")) == [("name", Problem.LOOKS_PERSONAL, "")]
    assert refused(lambda: save(store, "x" * 41)) == [("name", Problem.TOO_LONG, "40")]
    assert refused(lambda: save(store, "  ")) == [("name", Problem.MISSING_VALUE, "")]
    assert refused(lambda: save(store, weights={str(n): 0.123456789 for n in range(4_000)})) == [
        ("content", Problem.TOO_LONG, "65536")
    ]
    for parts in (
        {"notes": "x"},
        {"pins": {BARAT: "karena lurahnya siap"}},
        {"versions": {"Yohanes Lay": "1"}},
        {"overrides": [{"kode": BARAT, "reason": "suka"}]},
        {"overrides": [{"kode": BARAT}]},
        {"overrides": [{"kode": "Yohanes Lay", "reason": "other"}]},
        {"overrides": [{"kode": BARAT, "reason": "other", "who": "x"}]},
    ):
        with pytest.raises(ValueError, match=r"plan|override|valid"):
            save(store, **parts)


CANARY = "Balai kenari sunyi"


def bytes_of(store: Store) -> bytes:
    return b"".join(path.read_bytes() for path in store.path.parent.glob("kota*"))


def test_a_note_is_in_no_audit_and_goes_with_its_plan(store: Store) -> None:
    token = save(store, "Kenari", overrides=[{"kode": BARAT, "reason": "access", "note": CANARY}])
    assert CANARY.encode() in bytes_of(store)
    with store.reading(STEWARD, Right.AUDIT) as connection:
        written = connection.exec_driver_sql("SELECT subject, change FROM audit").all()
    assert written[-1] == ("scenario", json.dumps({"overrides": 1}))
    assert not any(CANARY in change or "Kenari" in change for _, change in written)
    found = opened(store, token)
    scenarios.withdraw_scenario(store, BEN, number=found.id, version=1)
    assert CANARY.encode() not in bytes_of(store)
    assert b"Kenari" not in bytes_of(store)
    assert refused(lambda: opened(store, token)) == [("", Problem.NO_SUCH_SCENARIO, "")]

    def again() -> None:
        gone = dataclasses.replace(found, version=2)
        plans.enter_plan(store, BEN, gone, WAVES, source="rencana kota", recorded_on=TODAY, allowed=PLACES)

    assert refused(again) == [("", Problem.CHANGED_MEANWHILE, "")]
    assert standing(store) == [], "no planned events without their plan"


def test_plans_go_by_retention(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.store.scenarios.now", lambda: datetime(2009, 1, 1))  # noqa: DTZ001
    save(store)
    monkeypatch.undo()
    young = save(store)
    limits = Expiry.of(RetentionSettings(record_years=10, audit_years=10, copy_days=90), datetime(2026, 1, 1))  # noqa: DTZ001
    with store.writing(STEWARD, Right.AUDIT) as connection:
        assert count(connection, limits).scenarios == 1
        erase(connection, STEWARD, limits, Pseudonyms(store.pseudonyms, ()))
        assert count(connection, limits).scenarios == 0
    assert scenarios.scenarios(store, STEWARD)["token"].tolist() == [young]


def test_a_copy_brings_back_plans_and_what_was_set_aside(store: Store, tmp_path: Path) -> None:
    token = save(store)
    aside(store, TWELVE)
    copy = tmp_path / "salinan.sqlite"
    backup(store, STEWARD, target=copy)
    later = save(store)
    contradictions.take_back_set_aside(store, PLANNER, number=1)
    restore(store, STEWARD, source=copy, keep=KEEP)
    assert opened(store, token).name == "Rencana A"
    assert refused(lambda: opened(store, later)) == [("", Problem.NO_SUCH_SCENARIO, "")]
    with store.reading(PLANNER, Right.PLAN) as connection:
        assert list(canonical.standing_contradictions(connection)) == [TWELVE]
