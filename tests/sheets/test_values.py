"""Cells of any content: a date, a number, a word, or a fault of that row; never an error of ours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how

from geo.errors import Problem
from geo.imports.run import prepared_for
from geo.period import EARLIEST_YEAR
from geo.sheets import values
from geo.sheets.fields import FIELDS
from geo.sheets.mapping import Mapping
from geo.sheets.nik import check_nik, digits, is_lossless
from geo.sheets.plain_text import cell_text, clean
from geo.sheets.reading import Sheet
from geo.terms import Kind, NikCheck, Precision

if TYPE_CHECKING:
    from geo.places.boundaries import Areas

TODAY = date(2026, 1, 31)
#: Each is written by somebody, somewhere, in a column of dates.
NO_DATES = [
    "0000",
    "mei 0000",
    "Mei 99999",
    "Mei 9999",
    "31/02/2017",
    "00/00/2017",
    "00/05/2017",
    "2017-00-00",
    "2017-13-01",
    "2017-02-30",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "1/1/10000",
    "99999999",
    "99999",
    "00000",
    "999999999999999999999999",
    "-43420",
    "-1",
    "1E+15",
    "5.37E+15",
    "29 Februari 2017",
    "32 Mei 2017",
    "0 Mei 2017",
    "Mei 0",
    "13/13/2017",
    "2017-05-03 25:00",
    "2017-05-03 10:61",
    "2017-05-03T99:99:99",
    "2017-05-03 10:00:99",
    "24:00",
    "besok",
    "2027",
    "1989",
    "\N{ARABIC-INDIC DIGIT FIVE}" * 4,
    "\N{SUPERSCRIPT TWO}017",
    "#REF!",
    "nan",
    "NaT",
    "inf",
]
#: What looks much like the ones above and is a date.
DATES = {
    "28/02/2017": ("2017-02-28", Precision.DAY),
    "29 Februari 2016": ("2016-02-29", Precision.DAY),
    "Mei 2017": ("2017-05-01", Precision.MONTH),
    "mei/2017": ("2017-05-01", Precision.MONTH),
    "2017": ("2017-01-01", Precision.YEAR),
    "42735": ("2016-12-31", Precision.DAY),
    "42735.0": ("2016-12-31", Precision.DAY),
    "2017-05-03 24:00": ("2017-05-03", Precision.DAY),
    "2017-05-03T23:59:60.5+08:00": ("2017-05-03", Precision.DAY),
    "3/5/2017 10.00 WITA": ("2017-05-03", Precision.DAY),
    "Rabu, 3 Mei 2017 pukul": None,
    "1/13/17": ("2017-01-13", Precision.DAY),  # alone in its column it shows that the month comes first
    "3 11.2018": ("2018-11-03", Precision.DAY),
}
ANY_TEXT = st.one_of(
    st.text(max_size=30),
    st.text("0123456789-/.,: tTeE+Z", max_size=24),
    st.from_regex(r"\A[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,5}( [0-9]{1,2}:[0-9]{1,2})?\Z"),
    st.from_regex(r"\A([0-9]{1,2} )?(mei|Februari|agustus|des)[ ./-]?[0-9]{1,5}\Z"),
    st.sampled_from([*NO_DATES, *DATES]),
)
#: What a cell of a spreadsheet can hold besides text.
ANY_CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    ANY_TEXT,
)


def column(*cells: Any) -> pd.Series[Any]:
    """Cells as a reader of files hands them on."""
    return pd.Series([clean(cell_text(cell)) for cell in cells], dtype="str")


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_unreadable(text: str) -> None:
    found = values.dates(column(text), today=TODAY)
    assert found.bad.tolist() == [clean(cell_text(text)) != ""]
    assert found.values.isna().all()
    assert values.birth_dates(column(text, f"Kupang, {text}"), today=TODAY).isna().all()


@pytest.mark.parametrize("text", DATES)
def test_what_is_a_date_is_read_as_far_as_it_is_known(text: str) -> None:
    found = values.dates(column(text), today=TODAY)
    if DATES[text] is None:
        assert found.bad.all()
        return
    on, precision = DATES[text]
    assert (str(found.values[0].date()), found.precision[0]) == (on, precision)


@given(cells=st.lists(ANY_CELL, max_size=8))
@how(max_examples=400, deadline=None)
def test_every_cell_gives_a_date_or_is_unreadable(cells: list[Any]) -> None:
    written = column(*cells)
    for found in (values.dates(written, today=TODAY), values.dates(written, today=TODAY, until=date(2100, 12, 31))):
        assert (found.values.notna() ^ found.bad ^ values.is_empty(written)).all()
        assert found.values.dropna().dt.year.between(EARLIEST_YEAR, 2100).all()
        assert set(found.precision) <= {one.value for one in Precision}
        assert found.values.index.equals(written.index)
    born = values.birth_dates(written, today=TODAY)
    assert born.dropna().dt.year.between(1906, 2026).all()


@given(cells=st.lists(ANY_CELL, max_size=8))
@how(max_examples=300, deadline=None)
def test_every_cell_gives_a_number_or_is_unreadable(cells: list[Any]) -> None:
    written = column(*cells)
    found, bad = values.numbers_in(written)
    assert (found.notna() ^ bad ^ values.is_empty(written)).all()
    assert (found.dropna().abs() < 1e12).all()
    whole, wrong = values.whole_numbers(written, least=1, most=10_000)
    assert whole.dropna().between(1, 10_000).all()
    assert (whole.notna() ^ wrong ^ values.is_empty(written)).all()
    ages, strange = values.age_groups(written)
    assert (ages.ne("") ^ strange ^ values.is_empty(written)).all()


@given(cells=st.lists(ANY_CELL, max_size=8))
@how(max_examples=200, deadline=None)
def test_every_cell_gives_a_word_or_is_unreadable(cells: list[Any]) -> None:
    written = column(*cells)
    for name in values.WORDS:
        found, bad = values.words(written, name)
        assert (found.ne("") | bad | values.is_empty(written)).all()
        assert not (found.ne("") & bad).any()


@given(cells=st.lists(ANY_CELL, max_size=8), born=ANY_TEXT)
@how(max_examples=300, deadline=None)
def test_every_cell_is_some_answer_of_a_nik(cells: list[Any], born: str) -> None:
    written = column(*cells)
    said = check_nik(
        written,
        sex=pd.Series("female", index=written.index),
        birth_on=values.birth_dates(column(*[born] * len(cells)), today=TODAY),
        says_here=pd.Series(data=True, index=written.index),
        issued_here=["5371"],
    )
    assert set(said) <= {one.value for one in NikCheck}
    assert all(len(digits(text)) in {0, 16} and is_lossless(text) <= bool(digits(text)) for text in written)


KINDS = list(Kind)


@given(kind=st.sampled_from(KINDS), data=st.data())
@how(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_read_or_refused_by_the_name_of_its_cell(kupang: Areas, kind: Kind, data: st.DataObject) -> None:
    names = [field.name for field in FIELDS[kind]]
    rows = data.draw(st.lists(st.lists(ANY_CELL, min_size=len(names), max_size=len(names)), min_size=1, max_size=4))
    table = pd.DataFrame(
        [[clean(cell_text(cell)) for cell in row] for row in rows], columns=names, index=range(2, 2 + len(rows))
    ).astype("str")
    sheet = Sheet("lembar.xlsx", tuple(names), table, (), (), ".xlsx")
    mapping = Mapping("", kind, {name: name for name in names})
    prepared = prepared_for(sheet, mapping, kupang, today=TODAY)
    assert {fault.row for fault in prepared.faults} | set(prepared.values.index) == set(table.index)
    assert all(fault.column in names for fault in prepared.faults)


def test_a_column_of_no_dates_refuses_each_row_and_names_the_cell(kupang: Areas) -> None:
    # Beside a day that comes first, 1/13/17 has no month.
    cells = [clean(cell_text(one)) for one in (*NO_DATES, "1/13/17")]
    table = pd.DataFrame({"Tanggal": cells, "Kelurahan": "Oebobo"}, index=range(2, 2 + len(cells))).astype("str")
    sheet = Sheet("lembar.xlsx", ("Tanggal", "Kelurahan"), table, (), (), ".xlsx")
    mapping = Mapping("", Kind.CASES, {"reported_on": "Tanggal", "document_place": "Kelurahan"})
    prepared = prepared_for(sheet, mapping, kupang, today=TODAY)
    filled = [row for row in table.index if table.loc[row, "Tanggal"]]
    assert [(fault.row, fault.column, fault.problem) for fault in prepared.faults] == [
        (row, "Tanggal", Problem.BAD_DATE) for row in filled
    ]


@pytest.mark.parametrize(
    "cell",
    [
        datetime(1, 1, 1),  # noqa: DTZ001 - as a spreadsheet gives it
        datetime(9999, 12, 31, 23, 59),  # noqa: DTZ001
        date(1, 1, 1),
        time(23, 59),
        timedelta(days=999_999_999),
        -1.5,
    ],
)
def test_cells_of_a_spreadsheet_that_are_no_text(cell: Any) -> None:
    assert values.dates(column(cell), today=TODAY).bad.tolist() == [True]
