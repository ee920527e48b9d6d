"""Refused rows in the reader's language: which column, what it holds, which words it takes, and what to do."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from geo.errors import DataError, Problem
from geo.imports.run import prepared_for
from geo.present.faults import sentence
from geo.present.reports import accepted_words, column_named, problem, row_remedy
from geo.schemas import MOST_HOURS, Table, check_table
from geo.sheets import values
from geo.sheets.fields import FIELDS, Reading, field_names
from geo.sheets.mapping import Mapping, guess
from geo.sheets.reading import read_sheet
from geo.terms import Cell, Kind
from geo.words import Language, Words

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.sheets.prepare import Prepared

TODAY = date(2026, 1, 1)
LANGUAGES = [Words(one) for one in Language]
SECRET = "Welmincy Qorbianus"


def prepared(text: str, kind: Kind, kupang: Areas, tmp_path: Path) -> Prepared:
    path = tmp_path / "lembar.csv"
    path.write_text(text, "utf-8")
    sheet = read_sheet(path)
    return prepared_for(sheet, guess(sheet.columns, kind=kind), kupang, today=TODAY)


def listed_fields() -> set[str]:
    return {field.name for fields in FIELDS.values() for field in fields if field.reading is Reading.WORD}


@pytest.mark.parametrize("words", LANGUAGES, ids=list(Language))
def test_every_word_that_is_shown_is_read(words: Words) -> None:
    """Typed into a cell as it is shown, a word is read as what it stands for; and all words are shown."""
    assert listed_fields() == set(values.WORDS)
    for field in values.WORDS:
        meant = {key.rpartition(".")[2]: words(key) for key in words.keys(f"accepted.{field}.")}
        assert set(meant) == set(values.WORDS[field].values()), field
        assert accepted_words(field, words) == ", ".join(meant.values())
        for write in (str, str.upper, str.title):
            cells = pd.Series([write(one) for one in meant.values()])
            found, bad = values.words(cells, field)
            assert found.tolist() == list(meant), field
            assert not bad.any()


@pytest.mark.parametrize("words", LANGUAGES, ids=list(Language))
def test_the_words_for_ages_and_the_limits_of_numbers_are_true(words: Words) -> None:
    said = words("row.remedy.bad_number.age") + words("row.what.bad_number.age", found="")
    shown = re.findall(r"anak|dewasa|child|adult|\d+", said)
    assert len(shown) > 4
    assert not values.age_groups(pd.Series(shown))[1].any()
    assert str(MOST_HOURS) in words("row.what.bad_number.hours", found="")
    for day in re.findall(r"\d+/\d+/\d+|\d{4}-\d\d-\d\d|\d+ November \d+", words("row.remedy.bad_date")):
        assert not values.dates(pd.Series([day]), today=TODAY).bad.any(), day


@pytest.mark.parametrize("words", LANGUAGES, ids=list(Language))
@pytest.mark.parametrize("kind", list(Kind))
def test_every_refusal_says_what_to_do_and_quotes_nothing(
    kind: Kind, words: Words, kupang: Areas, tmp_path: Path
) -> None:
    names = field_names(kind)
    bad = (SECRET, "", "-5", "99/99/2018", "0812 3456 7890 1234", "#N/A", "ke sana ke mari " * 5)
    rows = prepared(
        "\n".join([";".join(names), *(";".join([one] * len(names)) for one in bad)]), kind, kupang, tmp_path
    )
    english = {one for table in values.WORDS.values() for one in table.values()} - {"cw", "pkk", "target", "adat"}
    told = set()
    for fault in rows.faults:
        what, do = problem(fault, words), row_remedy(fault, words)
        assert what
        assert do.endswith(".")
        assert "{" not in what + do
        assert not re.search(r"welmincy|qorbianus|0812|ke mari", what + do, re.IGNORECASE)
        told.add((fault.column, fault.found))
        if words.language is Language.ID and fault.field in listed_fields():
            assert not {one for one in english if re.search(rf"\b{one}\b", do)}, do
    assert len({found for _, found in told}) >= 5
    assert {column for column, _ in told} <= {*names, ""}


def test_the_kind_of_content_is_told(kupang: Areas, tmp_path: Path) -> None:
    text = (
        "Tanggal;Desa KTP;JK;Umur;Jumlah Korban\n"
        f"{SECRET};Oebobo;{SECRET};{SECRET};{SECRET}\n"
        "31/2/2018;Oebobo;7;tua;seribu\n"
    )
    path = tmp_path / "lembar.csv"
    path.write_text(text, "utf-8")
    sheet = read_sheet(path)
    columns = {
        "reported_on": "Tanggal",
        "document_place": "Desa KTP",
        "sex": "JK",
        "age": "Umur",
        "persons": "Jumlah Korban",
    }
    rows = prepared_for(sheet, Mapping("x", Kind.CASES, columns), kupang, today=TODAY)
    words = Words(Language.ID)
    told = {(one.row, one.column): (problem(one, words), row_remedy(one, words)) for one in rows.faults}
    assert told[2, "JK"] == (
        "sel berisi teks, bukan salah satu kata yang dikenal untuk kolom ini",
        "Tulis salah satu kata ini: perempuan, laki-laki, tidak diketahui. Bila tidak diketahui, kosongkan sel itu.",
    )
    assert told[3, "JK"][0].startswith("sel berisi angka,")
    assert told[3, "Tanggal"] == (
        "tanggal ini tidak ada di kalender, sebelum tahun 1990, atau setelah hari ini",
        "Tulis tanggal seperti 16/11/2018, 2018-11-16, atau 16 November 2018. "
        "Bila tidak diketahui, kosongkan sel itu.",
    )
    assert "anak atau dewasa" in told[2, "Umur"][1]
    assert told[3, "Jumlah Korban"][0] == "sel berisi teks; yang diperlukan bilangan bulat dari 1 sampai 10000"


def test_a_field_without_a_column_is_told_by_its_name(kupang: Areas, tmp_path: Path) -> None:
    path = tmp_path / "lembar.csv"
    path.write_text("Tanggal;Kelurahan\n1/3/2018;Oebobo\n", "utf-8")
    mapping = Mapping("x", Kind.CASES, {"reported_on": "Tanggal", "document_place": "Kelurahan"}, {}, {"sex": "?!"})
    rows = prepared_for(read_sheet(path), mapping, kupang, today=TODAY)
    (fault,) = rows.faults
    assert (fault.column, fault.found) == ("", Cell.TEXT)
    assert [column_named(fault, words) for words in LANGUAGES] == ["Jenis kelamin", "Sex"]


def test_a_needed_cell_that_is_empty(kupang: Areas, tmp_path: Path) -> None:
    rows = prepared(
        "place,stage,on,counted_as,claim,source,source_on\nOebobo,,,,,,\n", Kind.ROLLOUT, kupang, tmp_path
    )
    words = Words(Language.ID)
    told = {one.column: row_remedy(one, words) for one in rows.faults}
    assert all(one.problem is Problem.MISSING_VALUE for one in rows.faults)
    assert told["claim"] == "Isi sel ini dengan salah satu kata ini: realisasi, target."
    assert told["on"] == "Isi tanggalnya, misalnya 16/11/2018."
    assert "Dinas P3A" in told["source"]


def test_words_of_a_canonical_table_are_told_with_their_meaning() -> None:
    """Such a table takes its own words only: they are shown, with what they mean."""
    rows = pd.DataFrame([{"reported_on": "2018-11-16", "document_kode": "53.71.04.1001", "sex": "perempuan"}])
    with pytest.raises(DataError) as found:
        check_table(Table.CASES, rows)
    (fault,) = found.value.faults
    indonesian, english = (sentence(fault, words) for words in (Words(Language.ID), Words(Language.EN)))
    assert "female (perempuan), male (laki-laki), unknown (tidak diketahui)" in indonesian
    assert "female, male, unknown" in english
    good = check_table(Table.CASES, rows.assign(sex="female"))
    assert good["sex"].tolist() == ["female"]
