"""Closed periods of whole years."""

import pytest

from geo.period import Period


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
