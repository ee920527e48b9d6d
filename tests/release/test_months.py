"""Months and what is in no month, by hand and as a rule: together they are the counts of the year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from people import TASKFORCE

from geo.errors import DataError, Problem
from geo.measures.beforeafter import around_starts, left_out_around
from geo.period import Period
from geo.release.released import Released, release
from geo.study import join
from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

A, B, C, D = PLACES = ("10.01.01.1001", "10.01.01.1002", "10.01.02.1001", "10.01.02.1002")
Rows = list[dict[str, str]]


def told(on: str, precision: str = "", report: str = "", kode: str = A) -> dict[str, str]:
    return {"reported_on": on, "reported_precision": precision, "report": report, "document_kode": kode}


def seen(toy: Areas, tables: Tables, first: int = 2017, last: int = 2017) -> Released:
    return release(join(toy, tables, Period(first, last)), None, TASKFORCE, on=date(2018, 1, 1))


def months(found: Released, kode: str = A) -> dict[str, int]:
    assert found.months is not None
    row = found.months.loc[kode]
    return {f"{month:%Y-%m}": int(count) for month, count in row[row > 0].items()}


def test_a_report_of_which_the_year_alone_is_known_is_in_no_month(
    toy: Areas, tables_of: Callable[..., Tables]
) -> None:
    rows = [
        told("2017-01-01", "year"),
        told("2017-01-01", "month"),
        told("2017-01-01", "day"),
        told("2017-05-01", "month"),
    ]
    found = seen(toy, tables_of(cases=[*rows, told("2017-01-01", "year", kode=B)]))
    assert found.now.table.loc[[A, B], "cases"].tolist() == [4, 1]
    assert found.now.table.loc[[A, B], "victims"].tolist() == [4, 1]
    assert months(found) == {"2017-01": 2, "2017-05": 1}
    assert months(found, B) == {}
    assert found.without_month is not None
    assert found.without_month[2017].tolist() == [1, 1, 0, 0]
    assert found.left_out_of_months == 2


def test_a_table_without_the_column_is_of_days(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    found = seen(toy, tables_of(cases=[{"reported_on": "2017-01-01", "document_kode": A}]))
    assert months(found) == {"2017-01": 1}
    assert found.left_out_of_months == 0


def test_a_report_of_several_rows_is_in_the_first_month_that_is_known(
    toy: Areas, tables_of: Callable[..., Tables]
) -> None:
    same_year = [told("2017-01-01", "year", "x"), told("2017-08-09", "day", "x"), told("2017-06-01", "month", "x")]
    assert months(seen(toy, tables_of(cases=same_year))) == {"2017-06": 1}
    # First told in a year of which the month is not known: the next year's month is not when it was first told.
    later = [told("2016-01-01", "year", "x"), told("2017-08-09", "day", "x")]
    both = seen(toy, tables_of(cases=later), 2016, 2017)
    assert months(both) == {}
    assert both.without_month is not None
    assert both.without_month.loc[A].to_dict() == {2016: 1, 2017: 0}


def test_a_word_that_is_no_precision_is_told(tables_of: Callable[..., Tables]) -> None:
    with pytest.raises(DataError) as raised:
        tables_of(cases=[told("2017-01-01", "tahun")])
    (fault,) = raised.value.faults
    assert (fault.column, fault.problem, fault.hint) == (
        "reported_precision",
        Problem.NOT_IN_LIST,
        "day, month, year",
    )


@pytest.mark.parametrize("on", ["0001-01-01", "1989-12-31", "2101-01-01", "9999-12-31"])
def test_a_year_of_no_period_is_told(tables_of: Callable[..., Tables], on: str) -> None:
    for table in ("cases", "reports"):
        with pytest.raises(DataError) as raised:
            tables_of(**{table: [{"reported_on": on, "document_kode": A, "kode": A}]})
        assert [(fault.column, fault.problem) for fault in raised.value.faults] == [("reported_on", Problem.BAD_DATE)]


_ROW = st.builds(
    told,
    st.dates(date(2015, 6, 1), date(2018, 6, 30)).map(str),
    st.sampled_from(["", "day", "month", "year"]),
    st.sampled_from(["", "a", "b", "c"]),
    st.sampled_from([*PLACES, ""]),
)
_STATED = st.lists(st.tuples(st.sampled_from([*PLACES, "10.01"]), st.integers(1, 12)), max_size=12)


def check_months(
    toy: Areas, tables_of: Callable[..., Tables], rows: Rows, stated: list[tuple[str, int]], first: int, more: int
) -> None:
    coverage = [{"kode": kode, "from_on": "2015-01-01", "to_on": f"2018-{month:02}-20"} for kode, month in stated]
    tables = tables_of(cases=rows, **({"coverage": coverage} if coverage else {}))
    found = seen(toy, tables, first, first + more)
    assert found.months is not None
    assert found.without_month is not None
    assert found.covered is not None
    counted = found.now.table["cases"].fillna(0)
    whole = found.months.sum(axis=1) + found.without_month.sum(axis=1)
    assert whole.tolist() == counted.tolist()
    # A year is covered just when each of its months is.
    is_zero = found.now.table["state"].eq(State.ZERO)
    assert is_zero.tolist() == (counted.eq(0) & found.covered.all(axis=1)).tolist()
    placed = [row for row in rows if row["document_kode"] and row["reported_precision"] == "year"]
    if not placed:
        assert found.left_out_of_months == 0


_TABLES = {
    "rows": st.lists(_ROW, min_size=1, max_size=30),
    "stated": _STATED,
    "first": st.integers(2015, 2018),
    "more": st.integers(0, 2),
}


@given(**_TABLES)
@how(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_months_and_what_is_left_out_are_the_year(
    toy: Areas, tables_of: Callable[..., Tables], rows: Rows, stated: list[tuple[str, int]], first: int, more: int
) -> None:
    check_months(toy, tables_of, rows, stated, first, more)


@pytest.mark.slow
@given(**_TABLES)
@how(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_months_and_what_is_left_out_are_the_year_in_many_tables(
    toy: Areas, tables_of: Callable[..., Tables], rows: Rows, stated: list[tuple[str, int]], first: int, more: int
) -> None:
    check_months(toy, tables_of, rows, stated, first, more)


def test_months_that_are_not_the_counts_are_refused(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    found = seen(toy, tables_of(cases=[told("2017-01-01", "year")]))
    assert found.without_month is not None
    with pytest.raises(ValueError, match="left out"):
        replace(found, without_month=found.without_month * 0)


def test_what_is_left_out_around_a_start_is_of_the_years_looked_at(
    toy: Areas, tables_of: Callable[..., Tables]
) -> None:
    import pandas as pd

    rows = [told(f"{year}-01-01", "year") for year in (2015, 2016, 2016, 2017, 2018)]
    rows += [told("2017-01-01", "year", kode=B), told("2017-03-01"), told("2017-01-01", "year", kode=C)]
    found = seen(toy, tables_of(cases=rows), 2015, 2018)
    started = pd.DataFrame(
        {"on": pd.to_datetime(["2017-01-20", None, "2017-06-01", None]), "precision": ["day", "", "year", ""]},
        index=toy.index,
    )
    assert found.months is not None
    assert found.covered is not None
    assert found.without_month is not None
    shown: pd.DataFrame = around_starts(found.months, found.covered, found.watch, started)
    assert set(shown["kode"]) == {A}
    # A begins in January 2017: twelve months before and after are all of 2016 and of 2017.
    assert left_out_around(found.without_month, started) == 3
    assert left_out_around(found.without_month, started, most=13) == 5
