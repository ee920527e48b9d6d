"""Editions one after another: what their differences would tell, and what a ledger that was changed stops."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from release.reader import Reader, told_together
from release.towns import NOBODY_COVERED, draft, drawn, records, texts, town

from geo.errors import DataError, Problem
from geo.period import Period
from geo.release.publish import EditionRequest, check_edition, publish_edition
from geo.terms import Audience

if TYPE_CHECKING:
    from geo.places.boundaries import Areas
    from geo.release.publish import CheckedEdition

TODAY = date(2020, 3, 1)
TOWN = town([6, 4])
#: Under this secret 1001 to 1004 of the first kecamatan are hidden (3 is small); 1005, 1006 and the second are shown.
SECRET = (2).to_bytes(32, "big")
K = [kode for kode in TOWN.index if not kode.endswith("01.1004")]
FOURTH = "10.01.01.1004"
FIRST = dict(zip(K, (3, 15, 14, 40, 60, 30, 40, 50, 60), strict=True)) | {FOURTH: 13}


def rows(counts: dict[str, int], year: int = 2017, sex: str = "female", age_group: str = "adult") -> pd.DataFrame:
    return records([(kode, year, sex, age_group, "confirmed", n) for kode, n in counts.items() if n])


def plan(
    cases: pd.DataFrame, ledger: Path, *, areas: Areas = TOWN, audience: Audience = Audience.PUBLIC, **order: Any
) -> CheckedEdition:
    asked = EditionRequest(audience, **({"k": 10, "period": Period(2017, 2017)} | order))
    return check_edition(cases, NOBODY_COVERED, areas, asked, today=TODAY, secret=lambda: SECRET, ledger=ledger)


def out(cases: pd.DataFrame, ledger: Path, **order: Any) -> CheckedEdition:
    """Publishes as far as the ledger; the files are another test's."""
    made = plan(cases, ledger, **order)
    assert made.ledger is not None
    before = made.before.number if made.before else None
    made.ledger.append(made.ledger.lines(made.draft, made.held, made.secret, reissue_of=before))
    return made


def problem(cases: pd.DataFrame, ledger: Path, **order: Any) -> Problem:
    with pytest.raises(DataError) as refused:
        plan(cases, ledger, **order)
    fault = refused.value.faults[0]
    assert not fault.rows
    if fault.problem is Problem.REISSUE_TELLS:
        # No place, number or period of a cell.
        assert not fault.values
        assert not any(sign.isdigit() for sign in str(refused.value))
    return fault.problem


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@pytest.mark.parametrize(
    ("published", "asked"),
    [
        ("2017", "2017"),
        ("2016-2018", "2017"),
        ("2017", "2016-2018"),
        ("2016-2017", "2017-2018"),
        ("2017-2018", "2016-2017"),
        ("2016-2018", "2018-2019"),
        ("2018", "2017-2018"),
    ],
)
def test_periods_never_overlap(ledger: Path, published: str, asked: str) -> None:
    cases = rows(FIRST)
    out(cases, ledger, period=Period.parse(published))
    assert problem(cases, ledger, period=Period.parse(asked)) is Problem.PERIOD_PUBLISHED
    if published != asked:
        assert problem(cases, ledger, period=Period.parse(asked), reissue=True) is Problem.NOT_PUBLISHED_YET


def test_periods_beside_each_other(ledger: Path) -> None:
    cases = pd.concat([rows(FIRST, year) for year in (2015, 2016, 2017, 2018, 2020)])
    out(cases, ledger, period=Period(2015, 2015))
    made = out(cases, ledger, period=None)
    assert made.draft.edition.scope.period == Period(2016, 2018)
    assert problem(cases, ledger, period=None) is Problem.NO_PERIOD
    assert out(cases, ledger, period=None, reissue=True).draft.edition.scope.period == Period(2016, 2018)
    assert [one.number for one in plan(cases, ledger, period=None, reissue=True).held.entries] == [1, 2, 3]


def test_nothing_was_published_yet(ledger: Path) -> None:
    assert problem(rows(FIRST), ledger, reissue=True) is Problem.NOT_PUBLISHED_YET


def hidden(made: CheckedEdition) -> set[str]:
    table = made.draft.cells.table
    is_place = table["table"].eq("kelurahan").to_numpy()
    return set(table.loc[made.draft.hidden & is_place, "kode"])


def test_what_the_tests_below_stand_on(ledger: Path) -> None:
    made = plan(rows(FIRST), ledger)
    assert hidden(made) == {K[0], K[1], K[2], FOURTH}
    assert int(made.draft.hidden.sum()) == 4


@pytest.mark.parametrize(
    "change",
    [
        {},
        {K[4]: 10},  # shown, by k
        {K[4]: 10, K[7]: 25},
        {K[3]: 10, K[4]: -10},  # both shown: the kecamatan counts the same
        {K[0]: 1, K[1]: -1},  # hidden in both, and no shown count moves
        {K[1]: -4, K[2]: 4},
    ],
)
def test_a_safe_reissue(ledger: Path, change: dict[str, int]) -> None:
    out(rows(FIRST), ledger)
    counts = FIRST | {kode: FIRST[kode] + n for kode, n in change.items()}
    made = out(rows(counts), ledger, reissue=True)
    assert hidden(made) == {K[0], K[1], K[2], FOURTH}
    assert [one.reissue_of for one in plan(rows(counts), ledger, reissue=True).held.entries] == [None, 1]


@pytest.mark.parametrize(
    "change",
    [
        {K[4]: 1},
        {K[4]: -1},
        {K[4]: 9},
        {K[3]: 1, K[4]: -1},
        {K[0]: 1},  # hidden, but its kecamatan is shown
        {K[0]: 9},
        {K[0]: -1},
        {K[3]: 5, K[7]: 6},
        {K[4]: -51},  # shown before, small now
        {K[4]: 10, K[8]: 1},
        {K[0]: 4, K[1]: 6},  # together 10 more in the kecamatan: whoever knows the one knows the other
        {K[0]: 4, K[1]: 3, K[2]: 3},
        {K[0]: -3, K[1]: -7},
        {K[0]: 20, K[4]: -10},
    ],
)
def test_a_reissue_that_tells(ledger: Path, change: dict[str, int]) -> None:
    out(rows(FIRST), ledger)
    counts = FIRST | {kode: FIRST[kode] + n for kode, n in change.items()}
    assert problem(rows(counts), ledger, reissue=True) is Problem.REISSUE_TELLS


@pytest.mark.parametrize("late", [("male", "adult"), ("female", "child"), ("unknown", "unknown")])
def test_a_breakdown_that_moved_by_a_few(ledger: Path, late: tuple[str, str]) -> None:
    """The same persons, one of whom turns out to be somebody else: no place moves, the city's words do."""
    out(rows(FIRST), ledger)
    moved = pd.concat([rows(FIRST | {K[4]: 59}), rows({K[4]: 1}, 2017, *late)])
    assert problem(moved, ledger, reissue=True) is Problem.REISSUE_TELLS


def test_a_year_that_moved_by_a_few(ledger: Path) -> None:
    both = {"period": Period(2016, 2017)}
    out(pd.concat([rows(FIRST, 2016), rows(FIRST, 2017)]), ledger, **both)
    moved = pd.concat([rows(FIRST | {K[4]: 61}, 2016), rows(FIRST | {K[4]: 59}, 2017)])
    assert problem(moved, ledger, **both, reissue=True) is Problem.REISSUE_TELLS


def test_ten_there_and_nine_back_is_one(ledger: Path) -> None:
    """Each step is safe beside the one before, and not beside the first."""
    out(rows(FIRST), ledger)
    out(rows(FIRST | {K[4]: 71}), ledger, reissue=True)
    assert problem(rows(FIRST | {K[4]: 61}), ledger, reissue=True) is Problem.REISSUE_TELLS
    out(rows(FIRST), ledger, reissue=True)


def test_what_was_hidden_once_stays_hidden(ledger: Path) -> None:
    out(rows(FIRST), ledger)
    many = FIRST | {K[0]: 43}
    made = out(rows(many), ledger, reissue=True)
    assert K[0] in hidden(made)
    assert hidden(made) == {K[0], K[1], K[2], FOURTH}


def test_another_k(ledger: Path) -> None:
    out(rows(FIRST), ledger)
    assert hidden(plan(rows(FIRST), ledger, k=3, reissue=True)) == {K[0], K[1], K[2], FOURTH}
    # The greater of both counts: a change of 12 is small under 20.
    assert problem(rows(FIRST | {K[4]: 72}), ledger, k=16, reissue=True) is Problem.REISSUE_TELLS


def test_a_new_word_is_a_cell_like_others(ledger: Path) -> None:
    out(rows(FIRST), ledger)
    no_status = rows({K[4]: 4}).assign(status="")
    moved = pd.concat([rows(FIRST | {K[4]: 56}), no_status])
    assert problem(moved, ledger, reissue=True) is Problem.REISSUE_TELLS


def late_record(trial: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Records of a town, and the same with one late person."""
    chance = np.random.default_rng(trial)
    cases = drawn(K, [1, 3, 3, 5, 6, 4, 5, 5, 6], 400, Period(2015, 2017), trial)
    late = records(
        [
            (
                chance.choice(K),
                int(chance.integers(2015, 2018)),
                chance.choice(["female", "male"]),
                chance.choice(["child", "adult"]),
                chance.choice(["confirmed", "prevented"]),
                1,
            )
        ]
    )
    return cases, pd.concat([cases, late], ignore_index=True)


@pytest.mark.parametrize("trial", range(10))
def test_a_late_record_cannot_be_found_by_subtracting(tmp_path: Path, trial: int) -> None:
    """One more person: neither a re-issue nor a shifted period says so."""
    cases, later = late_record(trial)
    ledger, period = tmp_path / "ledger.jsonl", Period(2015, 2017)
    out(cases, ledger, period=period)
    assert problem(later, ledger, period=period, reissue=True) is Problem.REISSUE_TELLS
    for shifted in (Period(2015, 2016), Period(2016, 2017), Period(2014, 2017), Period(2017, 2018)):
        assert problem(later, ledger, period=shifted) is Problem.PERIOD_PUBLISHED
    # The very next edition knows nothing of it.
    afterwards = rows(FIRST, 2018)
    next_ = [plan(pd.concat([one, afterwards]), ledger, period=Period(2018, 2018)).draft for one in (cases, later)]
    pd.testing.assert_frame_equal(next_[0].edition.table, next_[1].edition.table)
    assert next_[0].edition.unplaced == next_[1].edition.unplaced


def test_rows_without_a_day_are_told_of_once(ledger: Path) -> None:
    """12 without a day in both; told twice, 15 less 12 would be the 3 without a place of the second period."""
    undated = rows({K[0]: 12}).assign(reported_on=pd.NaT)
    nowhere = records([("", 2018, "male", "adult", "confirmed", 3)])
    cases = pd.concat([rows(FIRST), rows(FIRST, 2018), undated, nowhere])
    assert out(cases, ledger).draft.edition.unplaced == 12
    assert out(cases, ledger, period=Period(2018, 2018)).draft.edition.unplaced is None
    many = pd.concat([cases, nowhere.assign(persons=30)])
    assert plan(many, ledger, period=Period(2018, 2018), reissue=True).draft.edition.unplaced == 33


def test_the_number_without_a_place_is_not_subtracted_either(ledger: Path) -> None:
    def with_nowhere(n: int) -> pd.DataFrame:
        return pd.concat([rows(FIRST), records([("", 2017, "male", "adult", "confirmed", n)])])

    told = [out(with_nowhere(20), ledger)]
    told += [out(with_nowhere(n), ledger, reissue=True) for n in (21, 22, 20, 30, 31, 40)]
    found = [one.draft.edition.unplaced for one in told]
    assert found == [20, None, None, 20, 30, None, 40]
    numbers = sorted({n for n in found if n is not None})
    assert all(b - a >= 10 for a, b in pairwise(numbers))


def lines(ledger: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ledger.read_text().splitlines()]


@pytest.mark.parametrize(
    "change",
    [
        lambda told: [told[1], told[0], told[2]],
        lambda told: [told[0], told[2]],
        lambda told: told[1:],
        lambda told: [told[0] | {"k": 9}, *told[1:]],
        lambda told: [*told[:2], told[2] | {"cells": told[2]["cells"][:-1]}],
        lambda told: [*told[:2], told[2] | {"salt": ""}],
        lambda told: [*told, told[2]],
        lambda told: [*told, 5],
        lambda told: [*told, []],
        lambda told: [*told, {}],
        lambda told: [{name: value for name, value in told[0].items() if name != "hash"}],
    ],
)
def test_a_ledger_changed_by_hand(ledger: Path, change: Any) -> None:
    cases = pd.concat([rows(FIRST, year) for year in (2015, 2016, 2017)])
    for year in (2015, 2016):
        out(cases, ledger, period=Period(year, year))
    out(cases, ledger, period=Period(2016, 2016), reissue=True)
    assert problem(cases, ledger, period=Period(2016, 2016)) is Problem.PERIOD_PUBLISHED
    ledger.write_text("".join(json.dumps(line) + "\n" for line in change(lines(ledger))))
    assert problem(cases, ledger) is Problem.LEDGER_BROKEN


@pytest.mark.parametrize("held", [b"\x00\xff\xfe", b"{", b"null\n", b"\n\n", "kelurahan,persons\n".encode("utf-16")])
def test_a_file_that_is_no_ledger(ledger: Path, held: bytes) -> None:
    ledger.write_bytes(held)
    assert problem(rows(FIRST), ledger) is Problem.LEDGER_BROKEN
    assert ledger.read_bytes() == held


def test_a_changed_count_is_found(ledger: Path) -> None:
    out(rows(FIRST), ledger)
    ledger.write_text(ledger.read_text().replace(", 60, false", ", 61, false", 1))
    assert problem(rows(FIRST), ledger, reissue=True) is Problem.LEDGER_BROKEN


def test_one_ledger_for_one_audience(ledger: Path) -> None:
    out(rows(FIRST), ledger)
    again = {"period": Period(2018, 2018), "k": 1}
    assert problem(rows(FIRST, 2018), ledger, audience=Audience.TASKFORCE, **again) is Problem.WRONG_LEDGER


def test_a_missing_last_newline_does_no_harm(ledger: Path) -> None:
    cases = pd.concat([rows(FIRST), rows(FIRST, 2018)])
    out(cases, ledger)
    ledger.write_text(ledger.read_text().rstrip("\n"))
    out(cases, ledger, period=Period(2018, 2018))
    assert len(lines(ledger)) == 3
    assert problem(cases, ledger) is Problem.PERIOD_PUBLISHED


def test_a_ledger_is_its_owners_and_salted(tmp_path: Path) -> None:
    cases = rows(FIRST)
    ledgers = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for one in ledgers:
        out(cases, one)
        assert one.stat().st_mode & 0o077 == 0
    first, second = (lines(one)[-1] for one in ledgers)
    assert first["cells"] == second["cells"]
    assert first["hash"] != second["hash"]
    assert len(first["salt"]) == 64


def test_the_manifest_names_the_line(tmp_path: Path, ledger: Path) -> None:
    for year in (2017, 2018):
        made = plan(pd.concat([rows(FIRST), rows(FIRST, 2018)]), ledger, period=Period(year, year))
        publish_edition(made, tmp_path / "rilis", today=TODAY)
        told = json.loads((tmp_path / "rilis" / "manifest.json").read_text())
        assert told["ledger"] == lines(ledger)[-1]["hash"]
        assert told["edition"] == lines(ledger)[-1]["number"]


def test_two_at_once(tmp_path: Path, ledger: Path) -> None:
    cases = pd.concat([rows(FIRST), rows(FIRST, 2018)])
    first, second = plan(cases, ledger), plan(cases, ledger, period=Period(2018, 2018))
    publish_edition(first, tmp_path / "a", today=TODAY)
    with pytest.raises(DataError) as refused:
        publish_edition(second, tmp_path / "b", today=TODAY)
    assert refused.value.faults[0].problem is Problem.CHANGED_MEANWHILE
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "ledger.jsonl"]


VILLAGE = town([6, 2])
V = list(VILLAGE.index)
LITTLE = dict(zip(V, (4, 5, 6, 7, 3, 8, 40, 50), strict=True))


def check_both_issues(ledger: Path, added: list[int]) -> bool:
    """A re-issue is let out only where a reader of both, with programmes of his own, learns nothing."""
    later = LITTLE | {kode: LITTLE[kode] + n for kode, n in zip(V, added, strict=False)}
    first = out(rows(LITTLE), ledger, areas=VILLAGE).draft
    try:
        second = plan(rows(later), ledger, areas=VILLAGE, reissue=True).draft
    except DataError:
        second = draft(
            rows(later), VILLAGE, Period(2017, 2017), stays_hidden=first.cells.table[first.hidden], secret=SECRET
        )
        if second.hidden.tolist() != first.hidden.tolist():
            return False
        is_out = False
    else:
        is_out = True
    old, new = (Reader.of_texts(texts(one.edition)) for one in (first, second))
    counts = old.truth(rows(LITTLE)), new.truth(rows(later))
    assert not (is_out and told_together(old, new, *counts, 10))
    return is_out


@pytest.mark.parametrize(
    ("added", "is_out"),
    [
        ([4, 4, 4, 4, 4, 4], True),  # 24 in all: none stands out, whoever knows another's 4
        ([3, 3, 3, 3, 0, 0], True),  # 12 less a known 3 can still be 9
        ([3, 3, 3, 2, 0, 0], False),  # 11 less 3 cannot
        ([9, 1, 0, 0, 0, 0], False),
        ([9, 9, 9, 0, 0, 0], True),
        ([12, 0, 0, 0, 0, 0], True),
        ([12, 4, 0, 0, 0, 0], False),  # whoever knows the 12 knows of 4 more
        ([0, 0, 0, 0, 0, 0], True),
    ],
)
def test_what_came_in_between_is_protected_too(ledger: Path, added: list[int], is_out: bool) -> None:
    assert check_both_issues(ledger, added) is is_out


@given(added=st.lists(st.integers(0, 9), min_size=6, max_size=6).filter(lambda found: sum(found) >= 10))
@how(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_readers_of_both_issues_learn_nothing(tmp_path: Path, added: list[int]) -> None:
    check_both_issues(tmp_path / ("-".join(map(str, added)) + ".jsonl"), added)
