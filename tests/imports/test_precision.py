"""How far a day is known, from the cell of a sheet to the months that are shown."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from people import STEWARD

from geo.imports import run
from geo.period import Period
from geo.present.reviews import record_text
from geo.records.coverage import covered_months
from geo.records.tables import tables_of
from geo.release.released import release
from geo.schemas import Table
from geo.store import canonical, records
from geo.store.engine import Store
from geo.study import join
from geo.terms import Kind, Right, StoreName
from geo.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

    from geo.places.boundaries import Areas
    from geo.settings import Settings

TODAY = date(2026, 1, 20)
YEAR = Period(2017, 2017)
KODE = "53.71.04.1011"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "kota" / "kota.sqlite"
    yield Store(path)
    Store(path).close()


@pytest.fixture
def bring(
    tmp_path: Path, store: Store, kupang: Areas, settings: Settings
) -> Callable[..., dict[Table, pd.DataFrame]]:
    def bringing(kind: Kind, *lines: str) -> dict[Table, pd.DataFrame]:
        file = tmp_path / "lembar.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        options = dataclasses.replace(settings, kota=tmp_path / "kota")
        sheet, mapping = run.read_file(file, options, kind=kind)
        report = run.accept(store, STEWARD, run.prepared_for(sheet, mapping, kupang, today=TODAY))
        assert not report.faults
        with store.reading(STEWARD, Right.BRING) as connection:
            return canonical.canonical_tables(connection)

    return bringing


def months(kupang: Areas, tables: dict[Table, pd.DataFrame]) -> tuple[dict[str, int], int, Any]:
    """Months with reports, how many reports are in none, and the count of the year, of one kelurahan."""
    study = join(kupang, tables_of(StoreName.KOTA, tables), YEAR)
    seen = release(study, None, STEWARD, on=TODAY)
    assert seen.months is not None
    row = seen.months.loc[KODE]
    return (
        {f"{month:%Y-%m}": int(count) for month, count in row[row > 0].items()},
        seen.left_out_of_months,
        seen.now.table.loc[KODE, "cases"],
    )


def test_a_year_in_a_cell_of_a_sheet_is_no_january(
    bring: Callable[..., dict[Table, pd.DataFrame]], kupang: Areas
) -> None:
    cells = ("2017", "2017", "Mei 2017", "3 Januari 2017")
    tables = bring(Kind.CASES, "Tanggal Lapor;Kode Kelurahan", *(f"{cell};{KODE}" for cell in cells))
    assert tables[Table.CASES]["reported_precision"].tolist() == ["year", "year", "month", "day"]
    assert months(kupang, tables) == ({"2017-01": 1, "2017-05": 1}, 2, 4)


def test_a_canonical_table_keeps_its_column_and_the_coarser_of_two_words_holds(
    bring: Callable[..., dict[Table, pd.DataFrame]],
) -> None:
    rows = ["2017-01-01,year", "2017-01-01,", "2017,", "2017,day", "Mei 2017,tahun", "Mei 2017,hari"]
    tables = bring(Kind.CASES, "reported_on,reported_precision,document_kode", *(f"{row},{KODE}" for row in rows))
    assert tables[Table.CASES]["reported_precision"].tolist() == ["year", "day", "year", "year", "year", "month"]


def test_a_year_of_an_event_is_no_day_even_where_the_column_of_its_precision_is_empty(
    bring: Callable[..., dict[Table, pd.DataFrame]],
) -> None:
    head = "on,on_precision,kode,stage,counted_as,claim,count,source,source_on"
    rest = "53.71,active,cw,actual,7,Pos Kupang,2018-12-01"
    tables = bring(Kind.ROLLOUT, head, f"2018,,{rest}", f"2018,tahun,{rest}x".replace("01x", "02"))
    assert set(tables[Table.ROLLOUT]["on_precision"]) == {"year"}


@pytest.mark.parametrize(
    ("first", "last", "covered"),
    [
        ("Januari 2017", "Januari 2017", [1]),
        ("2017", "2017", [*range(1, 13)]),
        ("Februari 2017", "2017", [*range(2, 13)]),
        ("20 Mei 2017", "Juni 2017", [6]),
        ("1/1/2017", "31/1/2017", [1]),
        ("1/1/2017", "1/1/2017", []),
    ],
)
def test_a_statement_to_a_month_or_a_year_is_to_its_last_day(
    bring: Callable[..., dict[Table, pd.DataFrame]], kupang: Areas, first: str, last: str, covered: list[int]
) -> None:
    tables = bring(Kind.COVERAGE, "from_on,to_on,kode", f"{first},{last},53.71")
    found = covered_months(tables[Table.COVERAGE], kupang.index, YEAR).loc[KODE]
    assert [month.month for month in found.index[found]] == covered


def test_a_statement_does_not_reach_past_today(bring: Callable[..., dict[Table, pd.DataFrame]]) -> None:
    tables = bring(Kind.COVERAGE, "from_on,to_on,kode", "2026,2026,53.71")
    assert tables[Table.COVERAGE]["to_on"].dt.date.tolist() == [TODAY]


def test_whoever_puts_the_day_right_knows_it(
    bring: Callable[..., dict[Table, pd.DataFrame]], store: Store, kupang: Areas
) -> None:
    bring(Kind.CASES, "reported_on,document_kode", f"2017,{KODE}")
    (row,) = records.records(store, STEWARD).to_dict("records")
    assert [record_text(row, kupang.names, Words(one)).split(" · ")[1] for one in Language] == ["2017", "2017"]
    number = int(row["id"])
    records.correct_record(store, STEWARD, number=number, version=1, values={"sex": "female"})
    assert records.record(store, STEWARD, number=number)[0]["reported_precision"] == "year"
    records.correct_record(store, STEWARD, number=number, version=2, values={"reported_on": date(2017, 5, 3)})
    found, steps = records.record(store, STEWARD, number=number)
    assert found["reported_precision"] == "day"
    assert steps[-1]["change"]["reported_precision"] == ["year", "day"]
