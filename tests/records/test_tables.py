"""Tables of the city's own store: every fault of a file at once, and a faulty file left out whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from people import TASKFORCE

from data.make_example import PERSONS, example_tables
from geo.errors import DataError, Problem, fit_to_show
from geo.present.faults import sentence
from geo.schemas import Table, check_table, typed
from geo.sheets.tables import read_table
from geo.store.tables import EXAMPLE, read_tables
from geo.terms import StoreName
from geo.words import Language, Words

if TYPE_CHECKING:
    from pathlib import Path

    from geo.records.tables import Tables
    from geo.settings import Settings

NIK = "5371046501990002"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    return path


def canonical(table: Table, path: Path) -> pd.DataFrame:
    return typed(table, check_table(table, read_table(path).rows))


def faults(table: Table, path: Path) -> list[tuple[Problem, str, tuple[int, ...]]]:
    with pytest.raises(DataError) as raised:
        canonical(table, path)
    return [(fault.problem, fault.column, fault.rows) for fault in raised.value.faults]


def test_every_fault_of_a_file_at_once(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "cases",
        "reported_on,document_kode,sex,persons\n"
        "2017-13-01,53.71.04.1011,female,1\n"
        "2017-01-01,53.71.04.1011,perempuan,0\n"
        "16/11/2018,53.71.04.1011,male,2\n",
    )
    assert faults(Table.CASES, path) == [
        (Problem.BAD_DATE, "reported_on", (2, 4)),
        (Problem.NOT_IN_LIST, "sex", (3,)),
        (Problem.BAD_NUMBER, "persons", (3,)),
    ]


def test_missing_columns_are_named_with_those_there_are(tmp_path: Path) -> None:
    path = written(tmp_path, "coverage", "kode;mulai;selesai\n53.71;2017-01-01;2017-12-31\n")
    with pytest.raises(DataError) as raised:
        canonical(Table.COVERAGE, path)
    assert {fault.column for fault in raised.value.faults} == {"from_on", "to_on"}
    assert "mulai" in raised.value.faults[0].hint


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", Problem.EMPTY),
        (b"\n\n", Problem.EMPTY),
        (b"reported_on\nKupang \x81\x9d", Problem.UNREADABLE),
        (b"a,b\n1,2,3\n", Problem.UNEVEN_ROW),
        (b"a,a\n1,2\n", Problem.DUPLICATE),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, problem: Problem) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(content)
    assert problem in {found[0] for found in faults(Table.CASES, path)}


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_byte_order_marks(tmp_path: Path, start: str, separator: str) -> None:
    text = start + separator.join(["reported_on", "document_kode"]) + "\n"
    text += separator.join(["2017-01-01", "53.71.04.1011"]) + "\n\n\n"
    read = canonical(Table.CASES, written(tmp_path, "cases", text))
    assert read[["document_kode", "persons"]].to_numpy().tolist() == [["53.71.04.1011", 1]]


def test_names_and_nik_are_never_kept_nor_shown(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "cases",
        f"nama,nik,alamat,reported_on,document_kode\nMaria Bano,{NIK},Jl. Timor Raya 12,{NIK},53.71.04.1011\n",
    )
    with pytest.raises(DataError) as raised:
        canonical(Table.CASES, path)
    told = " ".join(sentence(fault, Words(one)) for fault in raised.value.faults for one in Language)
    assert NIK not in told
    assert NIK not in str(raised.value)
    path.write_text(path.read_text("utf-8").replace(f",{NIK},53", ",2017-01-01,53"), encoding="utf-8")
    kept = canonical(Table.CASES, path).to_csv()
    assert NIK not in kept
    assert "Maria" not in kept
    assert "Timor" not in kept


def test_a_report_keeps_a_number_and_not_its_key(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "cases",
        "reported_on,document_kode,report\n2017-01-01,A,LP/44/2017\n2017-01-02,A,LP/44/2017\n2017-01-03,A,\n2017-01-03,A,\n",
    )
    read = canonical(Table.CASES, path)
    assert read["report"].nunique() == 3
    assert "LP" not in read.to_csv()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Oesapa Brat", "Oesapa Brat"),
        ("53.71.04.1011", "53.71.04.1011"),
        ("5371041011", "5371041011"),
        (NIK, "[...]"),
        ("0812-3456789", "[...]"),
        ("x" * 41, "[...]"),
        ("a\u202eb\u200bc", "abc"),
    ],
)
def test_what_a_message_may_carry(value: str, shown: str) -> None:
    assert fit_to_show(value) == shown


def test_a_store_that_cannot_be_read_is_told_and_the_facts_serve(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "kota.sqlite").write_text("bukan basis data, hanya tulisan", "utf-8")
    tables = read_tables(StoreName.KOTA, replace(settings, kota=tmp_path), TASKFORCE)
    assert tables.cases.empty
    assert [fault.problem for fault in tables.faults] == [Problem.NOT_A_STORE]
    assert len(tables.rollout) == 20  # the facts serve in every store


def test_the_store_of_a_new_city_is_empty(settings: Settings, tmp_path: Path) -> None:
    tables = read_tables(StoreName.KOTA, replace(settings, kota=tmp_path / "none"), TASKFORCE)
    assert tables.cases.empty
    assert not tables.faults
    assert not tables.brought


def test_the_example_is_made_by_the_generator_to_the_byte(root: Path) -> None:
    sizes = pd.read_csv(root / "data/reference/denominators_kelurahan.csv", index_col="kode")["tps_reguler_2024"]
    for name, table in example_tables(sizes).items():
        made = table.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d")
        assert made == (EXAMPLE / f"{name}.csv").read_text("utf-8")


def test_the_example_holds_the_one_published_number(example: Tables) -> None:
    by_year = example.cases.groupby(example.cases["reported_on"].dt.year)["persons"].sum()
    assert by_year.to_dict() == PERSONS
    assert by_year[2017] == 537
    of_2017 = example.cases[example.cases["reported_on"].dt.year == 2017]
    assert of_2017["report"].nunique() < 537
    known = of_2017[of_2017["origin_kode"].ne("")]
    assert known["origin_kode"].ne("53.71").mean() > 0.5
