"""What an edition holds: four squares, two kecamatan, answers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from release.towns import NOBODY_COVERED, SECRET, draft, drawn, records, town

from geo.errors import DataError, Problem
from geo.facts import read_denominators
from geo.period import Period
from geo.release.cells import KECAMATAN, KELURAHAN, KOTA
from geo.release.editions import (
    EDITION_COLUMNS,
    EDITION_TABLES,
    Edition,
    Scope,
    closed_years,
    draw_up,
    loss,
    next_period,
)
from geo.release.publish import EditionRequest, check_edition
from geo.terms import Audience

if TYPE_CHECKING:
    from geo.places.boundaries import Areas
    from geo.release.editions import Draft

A, B, C, D = "10.01.01.1001", "10.01.01.1002", "10.01.02.1001", "10.01.02.1002"
LEFT, RIGHT, CITY = "10.01.01", "10.01.02", "10.01"
ALL = ("all", "all", "all")
YEAR, TWO = Period(2017, 2017), Period(2016, 2017)
WORDS = {
    "sex": ["female", "male", "unknown"],
    "age_group": ["child", "adult", "unknown"],
    "status": ["confirmed", "suspected", "prevented", "deceased"],
}


def rows(*counts: int, year: int = 2017, sex: str = "female") -> list[tuple[Any, ...]]:
    """So many adult women, confirmed, of each square."""
    return [(kode, year, sex, "adult", "confirmed", n) for kode, n in zip((A, B, C, D), counts, strict=False) if n]


def told(one: Draft, table: str) -> dict[tuple[str, ...], tuple[str, Any]]:
    """State and count by kode, period and words."""
    return {
        (kode, period, *words): (state, None if pd.isna(count) else int(count))
        for kode, period, *words, count, state in one.edition.of(table).itertuples(index=False)
    }


def covered(*stated: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(stated, columns=["kode", "from_on", "to_on"]).assign(source="x")
    return frame.assign(from_on=pd.to_datetime(frame["from_on"]), to_on=pd.to_datetime(frame["to_on"]))


def test_the_closed_list_of_cells(toy: Areas) -> None:
    one = draft(records([*rows(20, 15, 30, 12), *rows(20, 15, 30, 12, year=2016)]), toy, TWO)
    assert list(EDITION_TABLES) == [KELURAHAN, KECAMATAN, KOTA]
    for table in EDITION_TABLES:
        assert tuple(one.edition.of(table).columns) == EDITION_COLUMNS
    assert EDITION_COLUMNS == ("kode", "period", "sex", "age_group", "status", "count", "state")
    assert list(told(one, KELURAHAN)) == [(kode, "2016-2017", *ALL) for kode in (A, B, C, D)]
    spans = ("2016", "2017", "2016-2017")
    assert set(told(one, KECAMATAN)) == {(kode, span, *ALL) for kode in (LEFT, RIGHT) for span in spans}
    by_word = {
        (CITY, span, *("all" if at != place else word for at in range(3)))
        for span in spans
        for place, name in enumerate(WORDS)
        for word in WORDS[name]
    }
    assert set(told(one, KOTA)) == by_word | {(CITY, span, *ALL) for span in spans}


def test_counts_of_one_year_have_one_row_each(toy: Areas) -> None:
    one = draft(records(rows(20, 15, 30, 12)), toy, YEAR)
    assert told(one, KELURAHAN) == {
        (A, "2017", *ALL): ("shown", 20),
        (B, "2017", *ALL): ("shown", 15),
        (C, "2017", *ALL): ("shown", 30),
        (D, "2017", *ALL): ("shown", 12),
    }
    assert told(one, KECAMATAN) == {(LEFT, "2017", *ALL): ("shown", 35), (RIGHT, "2017", *ALL): ("shown", 42)}
    kota = told(one, KOTA)
    assert len(kota) == 11
    assert {key: count for key, (state, count) in kota.items() if state == "shown"} == {
        (CITY, "2017", *ALL): 77,
        (CITY, "2017", "female", "all", "all"): 77,
        (CITY, "2017", "all", "adult", "all"): 77,
        (CITY, "2017", "all", "all", "confirmed"): 77,
    }
    assert {state for state, count in kota.values() if count is None} == {"no_report"}


def test_one_small_count_takes_four_kelurahan() -> None:
    """Whoever knows one of four hidden ones still has three to guess; the kecamatan and the city stay."""
    areas = town([6, 4])
    counts = dict(zip(areas.index, (3, 15, 14, 13, 40, 60, 30, 40, 50, 60), strict=True))
    cases = records([(kode, 2017, "female", "adult", "confirmed", n) for kode, n in counts.items()])
    one = draft(cases, areas, YEAR)
    states = [state for state, _ in told(one, KELURAHAN).values()]
    assert states[0] == "hidden"
    assert (states[:6].count("hidden"), states[6:].count("hidden")) == (4, 0)
    assert {state for state, _ in told(one, KECAMATAN).values()} == {"shown"}


def test_a_city_of_four_kelurahan_hides_all_for_one_small_count(toy: Areas) -> None:
    """3 of A are B's and the kecamatan's to give away, and beside two kecamatan the city's."""
    one = draft(records(rows(3, 15, 30, 12)), toy, YEAR)
    assert {state for state, _ in (told(one, KELURAHAN) | told(one, KECAMATAN)).values()} == {"hidden"}
    assert told(one, KOTA)[CITY, "2017", *ALL] == ("hidden", None)


def test_a_row_without_status_is_a_word_of_its_own(toy: Areas) -> None:
    cases = records([*rows(20, 15, 30, 12), (A, 2017, "male", "child", "", 11)])
    kota = told(draft(cases, toy, YEAR), KOTA)
    assert kota[CITY, "2017", "all", "all", "unknown"] == ("shown", 11)
    assert (CITY, "2017", "all", "all", "unknown") not in told(draft(records(rows(20)), toy, YEAR), KOTA)


def test_persons_are_counted_not_rows(toy: Areas) -> None:
    cases = records([*rows(6, 20, 20, 20), *rows(6)])
    assert told(draft(cases, toy, YEAR), KELURAHAN)[A, "2017", *ALL] == ("shown", 12)


@pytest.mark.parametrize(
    ("statements", "zero_at"),
    [
        ([], set()),
        ([(C, "2016-01-01", "2017-12-31")], {(C, "2016-2017")}),
        ([(C, "2016-01-02", "2017-12-31")], set()),
        ([(C, "2016-01-01", "2016-06-30"), (C, "2016-07-01", "2018-12-31")], {(C, "2016-2017")}),
        ([(C, "2016-01-01", "2016-06-30"), (C, "2016-07-02", "2018-12-31")], set()),
        ([(C, "2016-01-01", "2017-12-31"), (D, "2017-01-01", "2017-12-31")], {(C, "2016-2017"), (RIGHT, "2017")}),
        (
            [(RIGHT, "2016-01-01", "2017-12-31")],
            {(C, "2016-2017"), (D, "2016-2017"), *((RIGHT, span) for span in ("2016", "2017", "2016-2017"))},
        ),
        ([(CITY, "2016-01-01", "2016-12-31")], {(RIGHT, "2016")}),
    ],
)
def test_zero_is_what_was_covered_for_the_whole_time(
    toy: Areas, statements: list[tuple[str, str, str]], zero_at: set[tuple[str, str]]
) -> None:
    cases = records([*rows(20, 15), *rows(20, 15, year=2016)])
    one = draw_up(cases, covered(*statements), toy, Scope(TWO, Audience.PUBLIC, 10), secret=SECRET)
    both = told(one, KELURAHAN) | told(one, KECAMATAN)
    assert {key[:2] for key, (state, _) in both.items() if state == "zero"} == zero_at
    assert all(count == 0 for state, count in both.values() if state == "zero")
    is_city = any(kode == CITY for kode, *_ in statements)
    found = {key[1] for key, (state, _) in told(one, KOTA).items() if state == "zero"}
    assert found == ({"2016"} if is_city else set())


def test_a_hidden_zero_is_hidden(toy: Areas) -> None:
    one = draw_up(
        records(rows(3, 4)),
        covered((CITY, "2017-01-01", "2017-12-31")),
        toy,
        Scope(YEAR, Audience.PUBLIC, 10),
        secret=SECRET,
    )
    assert told(one, KELURAHAN)[C, "2017", *ALL] == ("hidden", None)


def test_nobody_at_all(toy: Areas) -> None:
    one = draft(records([]), toy, YEAR)
    assert set(one.edition.table["state"]) == {"no_report"}
    assert one.edition.table["count"].isna().all()
    sure = draw_up(
        records([]), covered((CITY, "2017-01-01", "2017-12-31")), toy, Scope(YEAR, Audience.PUBLIC, 10), secret=SECRET
    )
    assert set(sure.edition.table["state"]) == {"zero"}
    assert (sure.edition.table["count"] == 0).all()


def test_everything_tiny_is_all_hidden(toy: Areas) -> None:
    one = draft(records(rows(1, 2, 1, 2)), toy, YEAR)
    known = one.edition.table
    assert known["count"].isna().all()
    assert set(known.loc[known["table"] != KOTA, "state"]) == {"hidden"}


def test_where_one_kelurahan_is_the_city_nothing_is_shown() -> None:
    areas = town([1])
    one = draft(records([(areas.index[0], 2017, "female", "adult", "confirmed", 3)]), areas, YEAR)
    assert one.edition.table["count"].isna().all()
    assert set(one.edition.of(KELURAHAN)["state"]) == set(one.edition.of(KECAMATAN)["state"]) == {"hidden"}


def test_a_kecamatan_of_which_one_kelurahan_reports() -> None:
    areas = town([3, 4])
    index = list(areas.index)
    counts = dict(zip(index, (4, 0, 0, 40, 30, 20, 25), strict=True))
    cases = records([(kode, 2017, "female", "adult", "confirmed", n) for kode, n in counts.items() if n])
    one = draft(cases, areas, YEAR)
    assert told(one, KELURAHAN)[index[0], "2017", *ALL] == ("hidden", None)
    # Its kecamatan has the same 4: shown, it would say them.
    assert told(one, KECAMATAN)["10.01.01", "2017", *ALL] == ("hidden", None)


def test_the_task_force_sees_all_and_every_year(toy: Areas) -> None:
    cases = records([*rows(1, 0, 3), *rows(0, 2, year=2016)])
    one = draft(cases, toy, TWO, k=1, audience=Audience.TASKFORCE)
    assert not one.hidden.any()
    kelurahan = told(one, KELURAHAN)
    assert kelurahan[A, "2017", *ALL] == ("shown", 1)
    assert kelurahan[B, "2016", *ALL] == ("shown", 2)
    assert kelurahan[B, "2017", *ALL] == ("no_report", None)
    assert {key[1] for key in kelurahan} == {"2016", "2017", "2016-2017"}
    assert {key[1] for key in told(draft(cases, toy, TWO), KELURAHAN)} == {"2016-2017"}


def test_areas_of_another_city_are_out_of_scope(toy: Areas) -> None:
    frame = toy.frame.rename(index={D: "10.02.01.1001"})
    wider = replace(toy, frame=frame.sort_index())
    one = draft(records([*rows(20, 15, 30), ("10.02.01.1001", 2017, "male", "adult", "confirmed", 50)]), wider, YEAR)
    assert told(one, KELURAHAN)["10.02.01.1001", "2017", *ALL] == ("out_of_scope", None)
    assert told(one, KOTA)[CITY, "2017", *ALL] == ("shown", 65)
    assert one.edition.unplaced == 50


def test_a_layer_without_kecamatan_is_one(toy: Areas) -> None:
    plain = town([4])
    frame = plain.frame.assign(group="").set_axis([f"k{n}" for n in range(4)])
    areas = replace(plain, frame=frame.rename_axis("kode"))
    cases = records([(f"k{n}", 2017, "female", "adult", "confirmed", 20) for n in range(4)])
    one = draft(cases, areas, YEAR)
    assert told(one, KECAMATAN) == {(f"{CITY}.00", "2017", *ALL): ("shown", 80)}


def test_rows_without_a_place_or_a_day(toy: Areas) -> None:
    lost = [("", 2017, "male", "adult", "confirmed", 6), ("99.99.99.1001", 2017, "male", "adult", "confirmed", 3)]
    cases = records([*rows(20, 15, 30, 12), *lost, ("", 2015, "male", "adult", "confirmed", 40)])
    assert draft(cases, toy, YEAR).edition.unplaced is None
    undated = records([(A, 2017, "male", "adult", "confirmed", 1)]).assign(reported_on=pd.NaT)
    cases = pd.concat([cases, undated], ignore_index=True)
    one = draft(cases, toy, YEAR)
    assert one.edition.unplaced == 10
    assert one.undated == 1
    assert told(one, KELURAHAN)[A, "2017", *ALL] == ("shown", 20)
    assert draft(records(rows(20, 15, 30, 12)), toy, YEAR).edition.unplaced is None


def test_periods(toy: Areas) -> None:
    cases = records([*rows(20, year=2015), *rows(20, year=2017), *rows(20, year=2019)])
    today = date(2019, 7, 1)
    assert closed_years(cases, today) == [2015, 2017]
    assert next_period(cases, [], today) == Period(2015, 2017)
    assert next_period(cases, [Period(2015, 2015)], today) == Period(2017, 2017)
    assert next_period(cases, [], date(2020, 1, 1)) == Period(2015, 2019)
    for published, day in (([Period(2015, 2017)], today), ([], date(2015, 1, 1))):
        with pytest.raises(DataError) as refused:
            next_period(cases, published, day)
        assert refused.value.faults[0].problem is Problem.NO_PERIOD


@pytest.mark.parametrize("period", [Period(2019, 2019), Period(2017, 2019), Period(2019, 2030)])
def test_a_year_that_is_not_over_is_refused(toy: Areas, period: Period) -> None:
    order = EditionRequest(Audience.PUBLIC, 10, period)
    with pytest.raises(DataError) as refused:
        check_edition(
            records(rows(20, 15, 30, 12)), NOBODY_COVERED, toy, order, today=date(2019, 12, 31), secret=SECRET
        )
    assert refused.value.faults[0].problem is Problem.PERIOD_NOT_CLOSED


def test_an_edition_with_a_small_count_cannot_be_made(toy: Areas) -> None:
    one = draft(records(rows(20, 15, 30, 12)), toy, YEAR)
    table = one.edition.table.copy()
    table.loc[0, "count"] = 9
    with pytest.raises(ValueError, match="small count"):
        Edition(one.edition.scope, table, None, "toy", "")
    with pytest.raises(ValueError, match="a count goes with"):
        Edition(one.edition.scope, one.edition.table.assign(state="hidden"), None, "toy", "")


def test_what_is_printed_of_a_draft_holds_no_count(toy: Areas) -> None:
    one = draft(records(rows(3, 1234, 30, 12)), toy, YEAR)
    for thing in (one, one.cells):
        assert "1234" not in repr(thing)
        assert A not in repr(thing)


@pytest.mark.parametrize("skew", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("seed", range(3))
def test_an_edition_is_useful(kupang: Areas, skew: float, seed: int) -> None:
    """900 persons in three years, kelurahan by their polling stations and a factor of their own (mean 1)."""
    sizes = read_denominators(kupang.index).iloc[:, 0]
    chance = np.random.default_rng(seed)
    cases = drawn(kupang.index, sizes * chance.gamma(1 / skew, skew, len(sizes)), 900, Period(2016, 2018), seed)
    found = loss(draft(cases, kupang, Period(2016, 2018)))
    share = found["shown"] / found["reach_k"]
    assert share["kelurahan"] >= 0.6
    assert share["kecamatan_year"] >= 0.7
    assert share["kecamatan"] == 1
