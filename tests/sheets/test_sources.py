"""Sources and names of sizes: words of a list, extended by a steward; nothing else is stored or offered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from people import STEWARD, TASKFORCE

from geo.errors import DataError, Problem
from geo.facts import rollout_facts
from geo.imports.run import prepared_for
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.schemas import is_reference
from geo.sheets.mapping import Mapping, guess, known_mappings
from geo.sheets.reading import read_sheet
from geo.sheets.sources import CITY_WORDS, OfferedWords, known_words, remember_words, source_host
from geo.terms import Kind
from geo.viewer import NotAllowedError

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.sheets.prepare import Prepared

TODAY = date(2026, 1, 1)
NO_OFFICES = (
    "Maria Bano",
    "MARIA BANO",
    "Ibu Maria",
    "Bapak Lurah Yohanes",
    "Sdr. Petrus",
    "a.n. Maria",
    "Dinas Sosial, Ibu Ana",
    "Kantor Maria Bano",
    "DINAS MARIA",
    "Yayasan ANA",
    "Polsek 0812",
    "Kantor 53710",
    "Dinas dinas dinas dinas dinas dinas sosial",
    "kantor yang di depan gereja",
    "dijemput dari kantor",
    "maria@kantor.id",
    "",
    "123",
)


def test_a_word_is_found_however_it_is_written() -> None:
    known = known_words(None)
    for text, word in (
        ("POLDA  NTT", "Polda NTT"),
        ("dp3a", "Dinas P3A"),
        ("Disdukcapil", "Dukcapil"),
        ("BPS 2020", "BPS"),
        ("CONTOH, bukan angka nyata", "contoh"),
        ("Maria Bano", ""),
        ("Polda NTT, Ibu Maria", ""),
        ("", ""),
    ):
        assert known.word("source", text) == word, text
    assert [known.word("label", one) for one in ("Jumlah KK", "TPS 2024", "jiwa", "Maria")] == [
        "KK",
        "TPS",
        "penduduk",
        "",
    ]


def test_what_the_program_itself_writes_is_in_the_list() -> None:
    known = known_words(None)
    constants = {one for mapping in known_mappings().values() for one in mapping.constants.values()}
    assert constants == {"BP3MI", "Polri", "SIMFONI-PPA"}
    assert {known.word("source", one) for one in constants} == constants
    assert [known.word("source", one) for one in ("nihil", "rencana kota", "contoh")] == [
        "nihil",
        "rencana kota",
        "contoh",
    ]
    facts = rollout_facts()["source"].unique()
    assert [known.event_source(one) for one in facts] == list(facts)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("antaranews.com", "antaranews.com"),
        ("https://www.kupangkota.go.id/berita/7?nama=Maria#Bano", "kupangkota.go.id"),
        ("http://maria:rahasia@kupang.antaranews.com:8080/x", "kupang.antaranews.com"),
        ("facebook.com/maria.bano", "facebook.com"),
        ("mariabano.blogspot.com", "blogspot.com"),
        ("mariabano.my.id", "my.id"),
        ("SK Wali Kota 60/2018", "SK Wali Kota 60/2018"),
        ("Dinas P3A", "Dinas P3A"),
        ("maria@bano.com", ""),
        ("maria.bano", ""),
        ("081234567890.com", ""),
        ("Maria Bano 12", ""),
        ("12", ""),
        ("Jl. Timor Raya 12", ""),
    ],
)
def test_the_source_of_an_event(text: str, source: str) -> None:
    known = known_words(None)
    assert known.event_source(text) == source
    assert not source or known.event_source(source) == source, "what is stored may be stored again"
    assert "@" not in source_host(text)


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "188.45/60/HK/2018",
        "No. 60 Tahun 2018",
        "Nomor: 188.45/60/HK/2018",
        "Keputusan Wali Kota Nomor 60/HK/2018",
        "400.2/123/DP3A/VIII/2023",
        "SK 60/KEP/HK/2018 tgl 12 Mei 2018",
        "B/12/V/2021",
        "CONTOH/1/2019",
        "BA 7/2019",
    ],
)
def test_numbers_of_decrees(text: str) -> None:
    assert is_reference(text)


@pytest.mark.parametrize(
    "text",
    ["Maria Bano 12", "Ana 3", "SK Ana 3/2019", "Leo 12/2019", "M B 12", "MB 12", "RT 3 RW 5", "No 12 RT 3", "Jl 12"],
)
def test_names_and_addresses_are_no_numbers_of_decrees(text: str) -> None:
    assert not is_reference(text)


def test_only_names_of_offices_are_offered(kupang: Areas) -> None:
    offered = OfferedWords(kupang)
    for text in NO_OFFICES:
        assert not offered.offers("source", text), text
        assert not offered.offers("label", text), text
    for text in ("Dinas Pariwisata Kota Kupang", "Kelurahan Oesapa Barat", "LBH NTT", "Balai BPTD"):
        assert offered.offers("source", text), text
    assert offered.offers("label", "jumlah anak sekolah")


def prepared(text: str, kind: Kind, kupang: Areas, tmp_path: Path, *, folder: Path | None = None) -> Prepared:
    path = tmp_path / "lembar.csv"
    path.write_text(text, "utf-8")
    sheet = read_sheet(path)
    return prepared_for(sheet, guess(sheet.columns, kind=kind), kupang, today=TODAY, known=known_words(folder))


ROWS = (
    "Tanggal;Kelurahan;Sumber\n1/3/2018;Oebobo;Polda NTT\n2/3/2018;Oebobo;Maria Bano\n"
    "3/3/2018;Oebobo;Dinas Pariwisata\n4/3/2018;Oebobo;Dinas  Pariwisata\n5/3/2018;Oebobo;\n"
)


def test_a_row_with_another_source_is_taken_without_it(kupang: Areas, tmp_path: Path) -> None:
    rows = prepared(ROWS, Kind.CASES, kupang, tmp_path)
    assert not rows.faults
    assert rows.values["source"].tolist() == ["Polda NTT", "", "", "", ""]
    assert rows.left_empty == {"source": 3}
    assert rows.offered == {"source": {"Dinas Pariwisata": 2}}
    assert "Pariwisata" not in repr(rows)


def test_an_event_with_another_source_is_refused(kupang: Areas, tmp_path: Path) -> None:
    head = "kode,stage,on,counted_as,claim,source,source_on\n"
    line = "53.71.03.1014,active,2019-05-1{n},cw,actual,{source},2019-06-01\n"
    sources = ("https://www.antaranews.com/a?b=1", "Maria Bano", "Dinas Pariwisata", "SK 6/2019")
    text = head + "".join(line.format(n=n, source=one) for n, one in enumerate(sources))
    rows = prepared(text, Kind.ROLLOUT, kupang, tmp_path)
    assert rows.values["source"].tolist() == ["antaranews.com", "SK 6/2019"]
    assert [(one.row, one.column, one.problem) for one in rows.faults] == [
        (row, "source", Problem.UNKNOWN_SOURCE) for row in (3, 4)
    ]
    assert (rows.left_empty, rows.offered) == ({}, {"source": {"Dinas Pariwisata": 1}})


def test_a_steward_adds_a_word_and_later_sheets_have_it(kupang: Areas, tmp_path: Path) -> None:
    folder = tmp_path / "kota"
    with pytest.raises(NotAllowedError):
        remember_words(folder, TASKFORCE, "source", ["Dinas Pariwisata"])
    remember_words(folder, STEWARD, "source", ["Dinas Pariwisata", "polda ntt"])
    remember_words(folder, STEWARD, "label", ["jumlah anak sekolah"])
    assert "polda" not in (folder / CITY_WORDS).read_text("utf-8"), "known already"
    rows = prepared(ROWS, Kind.CASES, kupang, tmp_path, folder=folder)
    assert rows.values["source"].tolist() == ["Polda NTT", "", "Dinas Pariwisata", "Dinas Pariwisata", ""]
    assert (rows.left_empty, rows.offered) == ({"source": 1}, {})
    assert known_words(folder).word("label", "Jumlah Anak Sekolah") == "jumlah anak sekolah"


def test_a_list_written_by_hand(tmp_path: Path) -> None:
    (tmp_path / CITY_WORDS).write_text(
        '[source]\n"Suara Flobamora" = ["suara flobamora online"]\n"Ibu 0812345" = []\n', "utf-8"
    )
    remember_words(tmp_path, STEWARD, "source", ["Dinas Pariwisata"])
    known = known_words(tmp_path)
    assert known.word("source", "SUARA FLOBAMORA ONLINE") == "Suara Flobamora"
    assert known.word("source", "Ibu 0812345") == ""
    for wrong in ("hp 0812345", "x" * 61, "a@b", "satu dua tiga empat lima enam tujuh"):
        with pytest.raises(DataError):
            remember_words(tmp_path, STEWARD, "source", [wrong])
    for broken in ("[source\n", "source = 3\n", '[source]\n"a" = 3\n'):
        (tmp_path / CITY_WORDS).write_text(broken, "utf-8")
        with pytest.raises(DataError) as fault:
            known_words(tmp_path)
        assert fault.value.faults[0].problem is Problem.BAD_TOML


def test_a_word_of_a_mapping_means_one_of_ours(kupang: Areas, tmp_path: Path) -> None:
    path = tmp_path / "lembar.csv"
    path.write_text("Tanggal;Kelurahan;Tanda\n1/3/2018;Oebobo;a\n2/3/2018;Oebobo;b\n", "utf-8")
    sheet = read_sheet(path)
    mapping = guess(sheet.columns, kind=Kind.REPORTS)
    own = Mapping("x", Kind.REPORTS, mapping.columns, {"kind": {"a": "question", "b": "Maria Bano"}})
    rows = prepared_for(sheet, own, kupang, today=TODAY)
    assert rows.values["kind"].tolist() == ["question"]
    assert [one.row for one in rows.faults] == [3]


def test_a_telephone_number_is_no_size_and_no_code(kupang: Areas, tmp_path: Path) -> None:
    rows = prepared(
        "Kelurahan;Jumlah Penduduk\nOebobo;081298765432\nOebobo;1234\n", Kind.DENOMINATORS, kupang, tmp_path
    )
    assert rows.values["value"].tolist() == [1234]
    assert [(one.row, one.problem) for one in rows.faults] == [(2, Problem.BAD_NUMBER)]
    resolver = Resolver(kupang, read_gazetteer(kupang))
    codes = pd.Series(
        ["53.02", "5302", "53.02.01", "5302012001", "081298765432", "5399046501990017", "0812987654", "x"]
    )
    found = resolver.kabupaten(codes, pd.Series("", index=codes.index))
    assert found.tolist() == ["53.02"] * 4 + [""] * 4
