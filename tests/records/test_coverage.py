"""Coverage worked by hand, and against a count of single days."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from people import TASKFORCE

from geo.period import Period
from geo.records.coverage import covered_months, covered_spans, covered_until, is_covered
from geo.release.editions import Scope, draw_up
from geo.release.released import release
from geo.schemas import Table
from geo.study import join
from geo.terms import Audience, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

A, B, C, D = PLACES = ("10.01.01.1001", "10.01.01.1002", "10.01.02.1001", "10.01.02.1002")
INDEX = pd.Index(PLACES)
YEAR = Period(2017, 2017)


def stated(*rows: tuple[str, str, str]) -> list[dict[str, str]]:
    return [{"kode": kode, "from_on": start, "to_on": end} for kode, start, end in rows]


def months_of(tables: Tables, kode: str, period: Period = YEAR) -> list[bool]:
    return covered_months(tables.coverage, INDEX, period).loc[kode].tolist()


def test_one_statement_after_the_other_covers_what_both_say(tables_of: Callable[..., Tables]) -> None:
    tables = tables_of(
        coverage=stated(
            (A, "2017-01-01", "2017-01-31"), (A, "2017-02-01", "2017-02-28"), (B, "2017-01-01", "2017-02-28")
        )
    )
    assert months_of(tables, A) == months_of(tables, B) == [True, True, *[False] * 10]
    both = covered_spans(tables.coverage, INDEX, [(date(2017, 1, 1), date(2017, 2, 28))])
    assert both.iloc[:, 0].tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    "halves",
    [
        [("2017-01-01", "2017-01-15"), ("2017-01-16", "2017-12-31")],
        [("2016-12-20", "2017-01-15"), ("2017-01-10", "2018-01-01")],
        [("2017-01-16", "2017-12-31"), ("2017-01-01", "2017-01-15")],
        [("2017-01-01", "2017-12-31"), ("2017-03-01", "2017-03-02")],
        [("2016-01-01", "9999-12-31"), ("2017-01-01", "9999-12-31")],
    ],
)
def test_a_year_that_is_covered_has_no_month_that_is_not(
    toy: Areas, tables_of: Callable[..., Tables], halves: list[tuple[str, str]]
) -> None:
    tables = tables_of(coverage=stated(*((A, *half) for half in halves)))
    seen = release(join(toy, tables, YEAR), None, TASKFORCE, on=date(2018, 1, 1))
    assert seen.now.table.loc[A, "state"] == State.ZERO
    assert seen.covered is not None
    assert seen.covered.loc[A].all()
    assert not seen.covered.loc[[B, C, D]].any(axis=None)


def test_a_day_between_two_statements_is_a_gap(tables_of: Callable[..., Tables]) -> None:
    tables = tables_of(coverage=stated((A, "2017-01-01", "2017-01-30"), (A, "2017-02-01", "2017-12-31")))
    assert months_of(tables, A) == [False, *[True] * 11]
    assert not is_covered(tables.coverage, INDEX, YEAR).any()


def test_statements_on_the_city_a_kecamatan_and_a_kelurahan_make_one_whole(tables_of: Callable[..., Tables]) -> None:
    tables = tables_of(
        coverage=stated(
            ("10.01", "2017-01-01", "2017-04-15"),
            ("10.01.01", "2017-04-16", "2017-08-31"),
            (A, "2017-09-01", "2017-12-31"),
            ("10.0", "2017-01-01", "2017-12-31"),
            ("10.01.01.100", "2017-01-01", "2017-12-31"),
        )
    )
    assert is_covered(tables.coverage, INDEX, YEAR).tolist() == [True, False, False, False]
    assert months_of(tables, A) == [True] * 12
    assert months_of(tables, B) == [*[True] * 8, *[False] * 4]
    assert months_of(tables, C) == [*[True] * 3, *[False] * 9]


def test_a_statement_that_ends_before_it_begins_says_nothing(tables_of: Callable[..., Tables]) -> None:
    tables = tables_of(coverage=stated((A, "2017-12-31", "2017-01-01"), (A, "2017-01-02", "2017-12-30")))
    assert not is_covered(tables.coverage, INDEX, YEAR).any()


def test_editions_and_releases_say_the_same_of_a_year(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    tables = tables_of(
        cases=[{"reported_on": "2017-03-01", "document_kode": B, "persons": 12}],
        coverage=stated(
            ("10.01.01", "2017-01-01", "2017-06-30"), (A, "2017-07-01", "2017-12-31"), (C, "2017-01-01", "2017-12-30")
        ),
    )
    seen = release(join(toy, tables, YEAR), None, TASKFORCE, on=date(2018, 1, 1))
    edition = draw_up(tables.cases, tables.coverage, toy, Scope(YEAR, Audience.TASKFORCE, 1)).edition
    table = edition.of("kelurahan").set_index("kode")["state"]
    assert table.reindex(toy.index).tolist() == seen.now.table["state"].tolist()
    assert seen.now.table["state"].tolist() == [State.ZERO, State.SHOWN, State.NO_REPORT, State.NO_REPORT]


def test_without_a_statement_nothing_is_covered(tables_of: Callable[..., Tables]) -> None:
    none = tables_of().coverage
    assert not is_covered(none, INDEX, YEAR).any()
    assert not covered_months(none, INDEX, YEAR).any(axis=None)
    assert covered_until(none) is None
    until = tables_of(coverage=stated((A, "2017-01-01", "2017-05-31"), (B, "2016-01-01", "2016-05-31"))).coverage
    assert covered_until(until) == date(2017, 5, 31)


_DAYS = st.dates(date(2016, 11, 1), date(2018, 2, 28))
_STATEMENT = st.tuples(
    st.sampled_from([*PLACES, "10.01", "10.01.01", "10.01.02", "10.02"]), _DAYS, st.integers(-3, 200)
).map(lambda one: (one[0], one[1], one[1] + timedelta(days=one[2])))


def by_day(statements: list[tuple[str, date, date]], kode: str) -> set[date]:
    """Days on which some statement holds, one by one."""
    return {
        start + timedelta(days=number)
        for place, start, end in statements
        if kode == place or kode.startswith(f"{place}.")
        for number in range((end - start).days + 1)
    }


@given(statements=st.lists(_STATEMENT, max_size=12), first=st.integers(2016, 2018), more=st.integers(0, 1))
@how(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_coverage_is_what_a_count_of_single_days_gives(
    tables_of: Callable[..., Tables], statements: list[tuple[str, date, date]], first: int, more: int
) -> None:
    rows: list[dict[str, Any]] = stated(*((kode, str(start), str(end)) for kode, start, end in statements))
    table = (tables_of(**{Table.COVERAGE.value: rows}) if rows else tables_of()).coverage
    period = Period(first, first + more)
    whole, months = is_covered(table, INDEX, period), covered_months(table, INDEX, period)
    assert months.columns.equals(pd.date_range(period.starts_on, period.ends_on, freq="MS"))
    for kode in PLACES:
        days = by_day(statements, kode)

        def is_whole(start: date, end: date, days: set[date] = days) -> bool:
            return all(start + timedelta(days=one) in days for one in range((end - start).days + 1))

        assert whole[kode] == is_whole(period.starts_on, period.ends_on)
        for month in months.columns:
            last = calendar.monthrange(month.year, month.month)[1]
            assert months.loc[kode, month] == is_whole(month.date(), month.date().replace(day=last))
        assert whole[kode] == months.loc[kode].all()
