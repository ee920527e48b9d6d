"""The join: nothing vanishes, whatever the rows are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pandas as pd
from hypothesis import HealthCheck, given
from hypothesis import settings as how

from geo.period import Period
from geo.study import join
from geo.terms import Unplaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

_PLACES = ["10.01.01.1001", "10.01.01.1002", "10.01.02.1001", "10.01.02.1002", "10.02.01.1001", "1001", "", "Satu"]
_ROW = st.fixed_dictionaries(
    {
        "reported_on": st.one_of(st.just(""), st.dates(date(1990, 1, 1), date(2100, 12, 31)).map(str)),
        "reported_precision": st.sampled_from(["", "day", "month", "year"]),
        "report": st.sampled_from(["", "a", "b", "c"]),
        "document_kode": st.sampled_from(_PLACES),
        "origin_kode": st.sampled_from(["", "10.01", "10.02"]),
        "persons": st.integers(1, 50).map(str),
    }
)


@given(rows=st.lists(_ROW, min_size=1, max_size=40), year=st.integers(1995, 2030), length=st.integers(1, 5))
@how(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_placed_and_unplaced_are_what_was_read(
    toy: Areas, tables_of: Callable[..., Tables], rows: list[dict[str, str]], year: int, length: int
) -> None:
    period = Period(year, year + length - 1)
    tables = tables_of(cases=rows)
    before = tables.cases.copy(deep=True)
    study = join(toy, tables, period)
    considered = [
        row for row in rows if not row["reported_on"] or period.first <= int(row["reported_on"][:4]) <= period.last
    ]
    assert len(study.cases) + len(study.unplaced) == study.read == len(considered)
    told = study.cases["persons"].sum() + study.unplaced["persons"].sum()
    assert told == sum(int(row["persons"]) for row in considered)
    assert set(study.cases["kode"]) <= set(toy.index)
    pd.testing.assert_frame_equal(tables.cases, before)


def test_every_unplaced_row_has_its_reason(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    rows = [
        {"reported_on": "2017-03-01", "document_kode": "10.01.01.1001"},
        {"reported_on": "2017-03-01", "document_kode": ""},
        {"reported_on": "2017-03-01", "document_kode": "10.02.01.1001"},
        {"reported_on": "", "document_kode": "10.01.01.1001"},
        {"reported_on": "2016-12-31", "document_kode": ""},
    ]
    study = join(toy, tables_of(cases=rows), Period(2017, 2017))
    assert study.read == 4
    assert list(study.unplaced["reason"]) == [Unplaced.NO_KELURAHAN, Unplaced.NOT_IN_LAYER, Unplaced.NO_DATE]


def test_the_example_tells_its_story(kupang: Areas, example: Tables) -> None:
    study = join(kupang, example, Period(2017, 2017))
    assert repr(study) == ("Study of 51 kelurahan, 193 reports of 539 persons (3 rows unplaced), 2017-01 to 2017-12")


def test_the_key_changes_with_period_and_records_only(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    one = tables_of(cases=[{"reported_on": "2017-03-01", "document_kode": "10.01.01.1001"}])
    two = tables_of(cases=[{"reported_on": "2017-03-02", "document_kode": "10.01.01.1001"}])
    period = Period(2017, 2017)
    assert join(toy, one, period).fingerprint == join(toy, one, period).fingerprint
    assert join(toy, one, period).fingerprint != join(toy, two, period).fingerprint
    assert join(toy, one, period).fingerprint != join(toy, one, Period(2016, 2017)).fingerprint
