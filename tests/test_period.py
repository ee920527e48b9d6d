"""Closed periods of whole years."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from geo.period import EARLIEST_YEAR, LATEST_YEAR, Period


def test_reads_one_year_and_a_span() -> None:
    assert Period.parse("2017") == Period(2017, 2017)
    assert list(Period.parse("2016-2018").years) == [2016, 2017, 2018]


@pytest.mark.parametrize("written", ["", "17", "2018-2016", "2017-", "2017-01", "0000", "2017; drop", "２０１７-x"])
def test_refuses_what_is_no_period(written: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(written)


def test_the_period_before_has_the_same_length_and_touches() -> None:
    assert Period(2016, 2018).before() == Period(2013, 2015)
    assert Period(2017, 2017).before() == Period(2016, 2016)


@pytest.mark.parametrize("written", ["2000-2017", "1990", "1990-2100", "2017-2100", "2008-2026", "2100-2100"])
def test_where_no_earlier_period_is_possible_there_is_none(written: str) -> None:
    period = Period.parse(written)
    is_possible = period.first - len(period.years) >= EARLIEST_YEAR
    assert (period.before() is None) is not is_possible


@given(first=st.integers(EARLIEST_YEAR, LATEST_YEAR), length=st.integers(1, 120))
def test_no_period_is_without_an_answer_to_what_was_before(first: int, length: int) -> None:
    if first + length - 1 > LATEST_YEAR:
        return
    period = Period(first, first + length - 1)
    before = period.before()
    if before is not None:
        assert len(before.years) == len(period.years)
        assert before.last + 1 == period.first
