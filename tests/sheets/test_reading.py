"""Sheets as offices send them."""

# ruff: noqa: E501 - files written out as they are

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hostile_files.sheets import ods
from geo.errors import DataError, Problem
from geo.sheets import values
from geo.sheets.nik import check_nik, digits, is_lossless
from geo.sheets.numbers import numbers_in, whole_numbers
from geo.sheets.plain_text import clean
from geo.sheets.reading import read_sheet, sheet_names
from geo.terms import NikCheck

TODAY = date(2026, 1, 31)


def saved(path: Path, *sheets: list[list[object]], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for at, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Lembar{at + 1}")
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    book.save(path)
    return path


def refused(path: Path) -> Problem:
    with pytest.raises(DataError) as fault:
        read_sheet(path)
    (one,) = fault.value.faults
    assert one.table == path.name
    return one.problem


def test_a_sheet_with_titles_merged_headers_dates_and_totals(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "a.xlsx",
        [
            ["DATA KORBAN TPPO TAHUN 2018"],
            [],
            ["No", "Nama", "Korban", None, "Tanggal", "Kelurahan"],
            [None, None, "L", "P", None, None],
            [1, "CONTOH", 1, 0, datetime(2018, 11, 16), "Oebobo"],  # noqa: DTZ001 - a cell has no zone
            [],
            [2, "CONTOH", None, 2.5, "17/11/2018", " Alak\u200b "],
            ["Jumlah", None, 1, 2.5, None, None],
        ],
        merged=("C3:D3", "A3:A4", "B3:B4"),
    )
    sheet = read_sheet(path)
    assert sheet.columns == ("No", "Nama", "Korban / L", "Korban / P", "Tanggal", "Kelurahan")
    assert sheet.rows.index.tolist() == [5, 7, 8]
    assert sheet.rows.loc[5].tolist() == ["1", "CONTOH", "1", "0", "2018-11-16", "Oebobo"]
    assert sheet.rows.loc[7].tolist() == ["2", "CONTOH", "", "2.5", "17/11/2018", "Alak"]
    assert sheet.totals == (8,)


def test_several_sheets_of_other_forms_are_named_and_one_is_chosen(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", [["a"], [1]], [["b"], [1], [2], [3]])
    assert sheet_names(path) == ["Lembar1", "Lembar2"]
    with pytest.raises(DataError) as fault:
        read_sheet(path)
    (one,) = fault.value.faults
    assert (one.problem, one.values) == (Problem.WHICH_SHEET, ("Lembar1", "Lembar2"))
    assert read_sheet(path, sheet="Lembar2").columns == ("b",)
    assert read_sheet(path, sheet="Lembar1").columns == ("a",)
    with pytest.raises(DataError) as fault:
        read_sheet(path, sheet="Lembar9")
    assert fault.value.faults[0].problem is Problem.NO_SUCH_SHEET


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_of_any_office(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(separator.join(["Nama", "Kelurahan"]).encode(encoding))
    text = "\r\n".join(
        separator.join(row) for row in (["Nama", "Kelurahan"], ["José", "Oebobo"], ["", ""], ["x", "y"])
    )
    path.write_bytes(text.encode(encoding))
    sheet = read_sheet(path)
    assert sheet.columns == ("Nama", "Kelurahan")
    assert sheet.rows.loc[2].tolist() == ["José", "Oebobo"]
    assert sheet.rows.index.tolist() == [2, 4]


def test_decimal_commas_are_no_separators(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nama;nilai\n" + "a;1,5\n" * 20, "utf-8")
    assert read_sheet(path).columns == ("nama", "nilai")


def test_a_row_with_more_cells_than_headers_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("tanggal,tempat\n2018-01-01,Oebobo\n2018-01-01,Jl. Timor Raya, Oebobo\n", "utf-8")
    assert read_sheet(path).uneven == (3,)


def test_hostile_headers_and_cells_are_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("<script>alert(1)</script>,na\u202ema,`x`\n=cmd|' /C calc'!A0,\u200bb\x07,</script>\n", "utf-8")
    sheet = read_sheet(path)
    assert sheet.columns == ("<script>alert(1)</script>", "nama", "`x`")
    assert sheet.rows.iloc[0].tolist() == ["=cmd|' /C calc'!A0", "b", "</script>"]


def test_an_ods(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    header = "".join(map(cell.format, ("Tanggal", "Kelurahan")))
    row = "".join(map(cell.format, ("2018-11-16", "Oebobo")))
    tail = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    rows = f"<table:table-row>{header}</table:table-row><table:table-row>{row}</table:table-row>{tail}"
    path.write_bytes(ods(rows))
    sheet = read_sheet(path)
    assert sheet.columns == ("Tanggal", "Kelurahan")
    assert sheet.rows.values.tolist() == [["2018-11-16", "Oebobo"]]


def test_an_honest_large_sheet(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", [["Tanggal", "Kelurahan"], *([["2018-11-16", "Oebobo"]] * 30_000)])
    assert len(read_sheet(path).rows) == 30_000


# Values


@pytest.mark.parametrize(
    ("written", "day", "precision"),
    [
        ("2018-11-16", "2018-11-16", "day"),
        ("16 November 2018", "2018-11-16", "day"),
        ("16 Nopember 2018", "2018-11-16", "day"),
        ("16/11/2018", "2018-11-16", "day"),
        ("16-11-18", "2018-11-16", "day"),
        ("16.11.2018", "2018-11-16", "day"),
        ("43420", "2018-11-16", "day"),
        ("2018-11-16 08:30:00", "2018-11-16", "day"),
        ("Jumat, 16 Nov 2018", "2018-11-16", "day"),
        ("16 Agt 2018", "2018-08-16", "day"),
        ("1 Peb 2018", "2018-02-01", "day"),
        ("Nov 2018", "2018-11-01", "month"),
        ("2018", "2018-01-01", "year"),
        ("November 16, 2018", "2018-11-16", "day"),
    ],
)
def test_dates_as_people_write_them(written: str, day: str, precision: str) -> None:
    found = values.dates(pd.Series([written]), today=TODAY)
    assert (str(found.values[0].date()), found.precision[0], found.bad[0]) == (day, precision, False)


@pytest.mark.parametrize(
    "written", ["kemarin", "31/2/2018", "2018-13-01", "1/1/2030", "12/3", "99999", "1889-01-01", "16 Foo 2018", "NaN"]
)
def test_what_is_no_date_is_told(written: str) -> None:
    found = values.dates(pd.Series([written]), today=TODAY)
    assert found.bad[0]
    assert pd.isna(found.values[0])


def test_month_first_only_where_the_column_shows_it() -> None:
    assert values.dates(pd.Series(["04/05/2018", "04/25/2018"]), today=TODAY).values.dt.month.tolist() == [4, 4]
    assert values.dates(pd.Series(["04/05/2018", "04/06/2018"]), today=TODAY).values.dt.month.tolist() == [5, 6]
    assert values.dates(pd.Series(["25/04/2018", "04/25/2018"]), today=TODAY).bad.tolist() == [False, True]


@given(
    st.dates(date(1990, 1, 1), TODAY), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %B %Y", "%d.%m.%Y"])
)
def test_a_date_written_is_read_again(day: date, form: str) -> None:
    found = values.dates(pd.Series([day.strftime(form)]), today=TODAY)
    assert found.values[0].date() == day


@given(st.text(max_size=30))
def test_any_cell_is_a_value_or_told(text: str) -> None:
    cells = pd.Series([text])
    for found, bad in (
        *((one.values, one.bad) for one in (numbers_in(cells), whole_numbers(cells))),
        values.words(cells, "sex"),
        values.age_groups(cells),
    ):
        empty = pd.isna(found[0]) or found[0] == ""
        assert bool(bad[0]) == (empty and not values.is_empty(cells)[0])
    dates = values.dates(cells, today=TODAY)
    assert bool(dates.bad[0]) == (pd.isna(dates.values[0]) and not values.is_empty(cells)[0])
    assert clean(clean(text)) == clean(text)


# NIK: 53.99 is no kabupaten, so these are nobody's


def checked(nik: str, sex: str = "female", born: str | None = None, *, here: bool = True) -> str:
    return check_nik(
        pd.Series([nik]),
        sex=pd.Series([sex]),
        birth_on=pd.to_datetime(pd.Series([born])),
        says_here=pd.Series([here]),
        issued_here=["5371"],
    )[0]


def test_what_a_nik_says() -> None:
    woman = "5371046501990017"  # born on the 25th (65 less 40) of January 1999
    assert checked(woman) == NikCheck.CONSISTENT
    assert checked(woman, born="1999-01-25") == NikCheck.CONSISTENT
    assert checked("'5371 0465 0199 0017") == NikCheck.CONSISTENT
    assert checked(woman, sex="male") == NikCheck.CONTRADICTS_SEX
    assert checked(woman, born="1999-01-26") == NikCheck.CONTRADICTS_BIRTH
    assert checked("5302046501990017") == NikCheck.ELSEWHERE
    assert checked("5302046501990017", here=False) == NikCheck.CONSISTENT
    assert checked("") == NikCheck.EMPTY
    for text in ("5.37E+15", "537104650199", "53710465019900170", "5371049901990017", "x"):
        assert checked(text) == NikCheck.NOT_POSSIBLE
    assert digits("5371.0465.0199.0017") == woman
    assert not is_lossless("5371046501990000"), "a spreadsheet rounded it"


def test_a_nik_kept_as_a_number_is_rounded(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", [["NIK", "Kelurahan"], [5371046501990017, "Oebobo"]])
    (cell,) = read_sheet(path).rows["NIK"]
    assert cell == "5.37104650E+15" or "E+15" in cell
    assert checked(cell) == NikCheck.NOT_POSSIBLE
