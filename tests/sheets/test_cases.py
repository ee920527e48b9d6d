"""Small sheets as offices send them that were once misread, each with what is right for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from geo.errors import DataError, Problem
from geo.sheets.reading import read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, dict[str, Any]]]

MEASURED = ("--id", "kode", "--cases", "kasus", "--population", "penduduk", "--method", "smr")


@pytest.fixture
def cases(root: Path) -> Path:
    return root / "tests" / "data" / "cases"


@pytest.fixture
def bring(run_json: Run, tmp_path: Path) -> Run:
    def call(path: Path, *more: str, kind: str = "cases") -> tuple[int, dict[str, Any]]:
        url = f"sqlite:///{tmp_path / 'kota.sqlite'}"
        return run_json("import", path, "--kind", kind, "--dry-run", "--db", url, *more)

    return call


@pytest.mark.parametrize(
    ("name", "accepted", "review", "rejected"),
    [
        ("xlsx_vertically_merged_victims.xlsx", 5, 0, 0),
        ("xlsx_formula_no_cached.xlsx", 0, 0, 6),
        ("xlsx_error_cells.xlsx", 0, 0, 3),
        ("xlsx_bp3mi_signature_footer.xlsx", 3, 0, 5),
        ("xlsx_govt_table_plain.xlsx", 3, 0, 5),
        ("xlsx_sheet_per_month.xlsx", 18, 0, 0),
        ("xlsx_1904_general.xlsx", 5, 0, 0),
        ("xlsx_serial_with_time_general.xlsx", 5, 0, 0),
        ("xlsx_three_header_rows.xlsx", 5, 0, 0),
        ("csv_utf8_one_bad_byte.csv", 2, 1, 0),
        ("csv_sep_line.csv", 12, 0, 0),
        ("csv_title_above.csv", 2, 0, 0),
        ("csv_blank_line_inside.csv", 2, 0, 0),
        ("csv_trailing_empty_columns.csv", 2, 0, 0),
    ],
)
def test_rows_of_an_import(bring: Run, cases: Path, name: str, accepted: int, review: int, rejected: int) -> None:
    code, told = bring(cases / name)
    assert code == 0
    assert (told["accepted"], told["review"], told["rejected"]) == (accepted, review, rejected)


@pytest.mark.parametrize(
    ("name", "year"), [("xlsx_1904_general.xlsx", "2019"), ("xlsx_serial_with_time_general.xlsx", "2019")]
)
def test_days_without_a_format(settings: Any, kupang: Any, cases: Path, name: str, year: str) -> None:
    from geo.imports.run import prepared_for, read_file

    sheet, mapping = read_file(cases / name, settings)
    rows = prepared_for(sheet, mapping, kupang, today=pd.Timestamp("2026-01-01").date())
    assert set(rows.values["reported_on"].dt.strftime("%Y")) == {year}


def test_a_time_of_another_zone_is_the_citys_day(settings: Any, kupang: Any, cases: Path) -> None:
    from geo.imports.run import prepared_for, read_file
    from geo.terms import Kind

    sheet, mapping = read_file(cases / "kobo_submission_time_utc.csv", settings, kind=Kind.REPORTS)
    today = pd.Timestamp("2026-01-01").date()
    for zone, day in ((settings.city.zone, "2024-01-01"), (None, "2023-12-31")):
        rows = prepared_for(sheet, mapping, kupang, today=today, zone=zone)
        assert day in set(rows.values["reported_on"].dt.strftime("%Y-%m-%d"))


def test_victims_of_two_reports(settings: Any, kupang: Any, cases: Path) -> None:
    from geo.imports.run import prepared_for, read_file

    sheet, mapping = read_file(cases / "xlsx_vertically_merged_victims.xlsx", settings)
    rows = prepared_for(sheet, mapping, kupang, today=pd.Timestamp("2026-01-01").date())
    assert sorted(rows.reports.value_counts().tolist()) == [2, 3]
    assert rows.values["reported_on"].notna().all()


def test_cells_that_could_not_be_read_are_named(bring: Run, cases: Path) -> None:
    _, told = bring(cases / "xlsx_error_cells.xlsx")
    assert {fault["column"] for fault in told["faults"]} == {"Tanggal Lapor", "Kelurahan", "Jumlah Korban"}


def test_sheets_are_named_and_chosen(bring: Run, cases: Path) -> None:
    code, told = bring(cases / "xlsx_sheet_per_month.xlsx", "--sheet", "Maret")
    assert code == 0
    assert told["sheets"] == ["Januari", "Februari", "Maret"]
    assert told["sheets_read"] == ["Maret"]
    code, told = bring(cases / "xlsx_sheet_per_month.xlsx", "--sheet", "April")
    assert code == 2
    assert "Februari" in told["faults"][0]["what"]


def test_a_row_of_a_further_sheet_is_named_with_its_sheet(bring: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for at, days in enumerate((["2018-01-05"], ["2018-02-05", "akhir bulan"])):
        sheet = book.active if at == 0 else book.create_sheet("Februari")
        sheet.append(["Tanggal Lapor", "Kelurahan", "Jumlah Korban"])
        for day in days:
            sheet.append([day, "Oebobo", 1])
    book.save(tmp_path / "bulan.xlsx")
    code, told = bring(tmp_path / "bulan.xlsx")
    assert code == 0
    assert [(fault["row"], fault["column"]) for fault in told["faults"]] == [("3 of sheet 2", "Tanggal Lapor")]


def test_a_title_above_two_columns(bring: Run, cases: Path) -> None:
    code, told = bring(cases / "xlsx_two_columns_title.xlsx", kind="denominators")
    assert code == 0
    assert (told["accepted"], told["rejected"]) == (3, 1)


def test_points_between_thousands(run_json: Run, cases: Path) -> None:
    code, told = run_json("measure", cases / "csv_thousands_points.csv", *MEASURED)
    assert code == 0
    assert told["n"] == 5
    assert told["classes"].get("high", 0) == 0


def test_row_numbers_are_those_of_the_spreadsheet(run_json: Run, cases: Path) -> None:
    code, told = run_json("measure", cases / "xlsx_title_rows_bad_number.xlsx", *MEASURED)
    assert code == 2
    assert [fault["rows"] for fault in told["faults"]] == [[8, 11]]


@pytest.mark.parametrize(
    "name", ["csv_sep_line", "csv_title_above", "csv_blank_line_inside", "csv_trailing_empty_columns"]
)
def test_commands_read_what_an_import_reads(run_json: Run, cases: Path, tmp_path: Path, name: str) -> None:
    path = cases / f"{name}.csv"
    code, told = run_json("places", "match", path, "--column", "Kelurahan", "-o", tmp_path / "hasil.csv")
    assert code == 0
    assert told["rows"] == told["matched"] == len(read_sheet(path).rows)


def test_what_is_written_reads_back(run_json: Run, cases: Path, tmp_path: Path) -> None:
    before, after = cases / "names_with_dash.csv", tmp_path / "hasil.csv"
    assert run_json("places", "match", before, "--column", "Kelurahan", "-o", after)[0] == 0
    one, other = read_sheet(before).rows, read_sheet(after).rows
    assert one.to_numpy().tolist() == other.iloc[:, : one.shape[1]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("name", "problem", "rows"),
    [
        ("csv_unclosed_quote_remark.csv", Problem.OPEN_QUOTE, (5,)),
        ("html_as_xls.xls", Problem.IS_WEB_PAGE, ()),
        ("topo.json", Problem.IS_LAYER, ()),
    ],
)
def test_what_is_refused_says_what_it_is(cases: Path, name: str, problem: Problem, rows: tuple[int, ...]) -> None:
    with pytest.raises(DataError) as refused:
        read_sheet(cases / name)
    (fault,) = refused.value.faults
    assert (fault.table, fault.problem, fault.rows) == (name, problem, rows)


# Sisters: the same kinds in other formats, columns and commands


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["1.234.567", "12.300"], [1234567, 12300]),
        (["1,234.5", "12,300"], [1234.5, 12300]),
        (["950", "12.300"], [950, 12300]),
        (["0.125", "12.300"], [0.125, 12.3]),
        (["12,5", "12.300"], [12.5, 12300]),
        (["1e3", "2.5"], [1000, 2.5]),
        (["12 300", "7"], [12300, 7]),
    ],
)
def test_thousands_and_decimals_over_a_column(cells: list[str], right: list[float]) -> None:
    from geo.sheets.numbers import numbers_in

    assert numbers_in(pd.Series(cells)).values.tolist() == right


@pytest.mark.parametrize("cells", [["12.345", "9.876"], ["1.5", "1,5", "12.345"], ["12,345"]])
def test_a_column_that_does_not_tell_is_not_guessed(cells: list[str]) -> None:
    from geo.sheets.numbers import numbers_in

    assert numbers_in(pd.Series(cells)).ambiguous.any()


def test_a_dash_is_not_one_person(bring: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Tanggal;Kelurahan;Jumlah\n2019-03-01;Oesapa;-\n2019-03-01;Alak;nihil\n2019-03-02;Liliba;\n", "utf-8"
    )
    _, told = bring(path)
    assert (told["accepted"], told["rejected"]) == (1, 2)


@pytest.mark.parametrize("name", ["Kota Kupang", "Jumlah", "Total Kota", "Kab. Kupang"])
def test_totals_of_other_words(bring: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Tanggal;Kelurahan;Jumlah\n2019;Oesapa;3\n2019;Alak;4\n2019;{name};7\n", "utf-8")
    _, told = bring(path)
    assert (told["accepted"], told["rejected"]) == (2, 1)


def test_a_total_that_is_no_sum_is_told(bring: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Tanggal;Kelurahan;Jumlah\n2019;Oesapa;3\n2019;Alak;4\n2019;Kota Kupang;9\n", "utf-8")
    _, told = bring(path)
    assert "not the sum" in told["faults"][0]["problem"]


def test_a_row_of_one_two_three_is_data(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kode,kasus,penduduk\n1,2,3\n", "utf-8")
    assert read_sheet(path).rows.to_numpy().tolist() == [["1", "2", "3"]]


def test_a_footer_under_areas_is_left_out_of_a_measure(run_json: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("kode;kasus;penduduk\nA;4;950\nB;12;1200\nC;9;870\nJumlah;25;3020\nSumber: BPS;;\n", "utf-8")
    code, told = run_json("measure", path, *MEASURED)
    assert code == 0
    assert (told["n"], told["total"]) == (3, 25)
