"""Mappings: found by their headers, corrected, remembered; the samples and the form that come with the project."""

from __future__ import annotations

import io
import json
import re
import tomllib
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import STEWARD
from pyxform.xls2xform import convert

from data.make_samples import sample_files
from geo.errors import DataError, Problem
from geo.imports.run import prepared_for
from geo.schemas import Table, columns
from geo.settings import ROOT
from geo.sheets.fields import FIELDS, guess_kind, plain_header
from geo.sheets.mapping import (
    EMBEDDED_MAPPINGS,
    Mapping,
    apply,
    check_mapping,
    guess,
    known_mappings,
    read_mapping,
    remember,
    to_toml,
)
from geo.sheets.reading import read_sheet
from geo.terms import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

SAMPLES = ROOT / "data" / "samples"


@pytest.mark.parametrize("table", Table)
def test_canonical_headers_need_no_mapping(table: Table) -> None:
    found = guess(columns(table), kind=Kind(table.value), known=known_mappings())
    assert found.columns == {name: name for name in columns(table)}
    assert guess_kind(columns(table)).value == table.value


@pytest.mark.parametrize(
    ("file", "kind", "name"),
    [
        ("contoh_bp3mi.xlsx", Kind.CASES, "BP3MI"),
        ("contoh_polisi.csv", Kind.CASES, "Daftar polisi"),
        ("contoh_simfoni.ods", Kind.CASES, "SIMFONI-PPA"),
        ("contoh_kobo.csv", Kind.REPORTS, "KoboToolbox"),
        ("contoh_denominators.csv", Kind.DENOMINATORS, ""),
        ("contoh_watchers.csv", Kind.WATCHERS, ""),
        ("contoh_coverage.csv", Kind.COVERAGE, ""),
        ("contoh_rollout.csv", Kind.ROLLOUT, ""),
        ("contoh_cases.csv", Kind.CASES, ""),
    ],
)
def test_the_samples_are_recognised_by_their_headers(file: str, kind: Kind, name: str) -> None:
    sheet = read_sheet(SAMPLES / file)
    found = guess(sheet.columns, known=known_mappings())
    assert (found.kind, found.name) == (kind, name)
    checked = check_mapping(found, sheet.columns, file)
    assert set(checked.columns.values()) <= set(sheet.columns)
    assert list(apply(checked, sheet.rows).columns)


def test_the_samples_hold_nobody(example: Tables, kupang: Areas) -> None:
    for path in SAMPLES.iterdir():
        sheet = read_sheet(path)
        for name in sheet.rows:
            if "NIK" in name:
                digits = sheet.rows[name].str.replace(r"\D", "", regex=True)
                assert digits[digits.str.len() == 16].str.startswith("5399").all()
            if plain_header(name) == "nama":
                filled = sheet.rows[name][sheet.rows[name] != ""]
                assert filled.str.startswith("CONTOH").all()


def inside(content: bytes) -> dict[str, bytes]:
    if not content.startswith(b"PK"):
        return {"": content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_content_every_time(kupang: Areas) -> None:
    tables = {name: read_sheet(SAMPLES / f"contoh_{name}.csv").rows for name in ()}
    made = sample_files(kupang.names, kupang.groups, tables)
    for name, content in made.items():
        # What is in them: how it is packed is the business of whichever zlib is there.
        assert inside((ROOT / "data" / name).read_bytes()) == inside(content), name


def test_the_form_is_one_that_kobotoolbox_takes() -> None:
    made = convert(ROOT / "data" / "forms" / "laporan_pemantau.xlsx", validate=False, pretty_print=True)
    assert not made.warnings
    assert made.xform.count("<item>") >= 51 + 5
    # Typed in is nothing but a day; the note only shows.
    assert set(re.findall(r'<input[^>]* ref="([^"]+)"', made.xform)) == {"/data/peringatan", "/data/laporan/tanggal"}
    assert "geopoint" not in made.xform
    questions = [line for line in made.xform.splitlines() if "<bind" in line]
    assert len([line for line in questions if "/laporan/" in line]) == 5


@pytest.mark.parametrize("path", sorted(EMBEDDED_MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_embedded_mappings_are_read_and_written_again(path: Path, tmp_path: Path) -> None:
    mapping = read_mapping(path)
    again = tmp_path / "x.toml"
    again.write_text(to_toml(mapping), "utf-8")
    assert read_mapping(again) == mapping


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(
    st.dictionaries(st.sampled_from([field.name for field in FIELDS[Kind.CASES]]), TEXT), st.dictionaries(TEXT, TEXT)
)
def test_any_header_survives_being_remembered(headers: dict[str, str], words: dict[str, str]) -> None:
    mapping = Mapping("x", Kind.CASES, headers, {"status": words} if words else {}, {"source": 'a"b\\c'})
    read = tomllib.loads(to_toml(mapping))
    assert read.get("columns", {}) == headers
    assert read.get("words", {}).get("status", {}) == words
    assert json.dumps(read["constants"]) == json.dumps({"source": 'a"b\\c'})


def test_a_mapping_of_the_citys_own_goes_before(tmp_path: Path) -> None:
    own = Mapping("BP3MI", Kind.CASES, {"reported_on": "Hari", "document_place": "Desa"})
    remember(own, tmp_path, STEWARD)
    assert known_mappings(tmp_path)["BP3MI"] == own
    for name in ("", "../x", "a/b", "x" * 50):
        with pytest.raises(DataError) as fault:
            remember(Mapping(name, Kind.CASES), tmp_path, STEWARD)
        assert fault.value.faults[0].problem is Problem.BAD_NAME
    (tmp_path / "rusak.toml").write_text("kind = 'cases'\n[columns]\nnama = 'x'\n", "utf-8")
    assert "rusak" not in known_mappings(tmp_path)


def test_every_fault_of_a_mapping_at_once() -> None:
    mapping = Mapping("", Kind.COVERAGE, {"kode": "A", "from_on": "Z", "source": "A"})
    with pytest.raises(DataError) as fault:
        check_mapping(mapping, ["A", "B"], "x.csv")
    assert {(one.column, one.problem) for one in fault.value.faults} == {
        ("Z", Problem.MISSING_COLUMN),
        ("A", Problem.DUPLICATE),
        ("to_on", Problem.MISSING_COLUMN),
    }


def test_free_text_is_no_field() -> None:
    names = {field.name for fields in FIELDS.values() for field in fields}
    assert not names & {"note", "notes", "address", "keterangan", "alamat", "phone", "description"}
    found = guess(["Tanggal", "Kelurahan", "Keterangan", "Alamat", "No HP"], kind=Kind.CASES)
    assert set(found.columns.values()) == {"Tanggal", "Kelurahan"}


@pytest.mark.parametrize(
    "headers",
    [
        ["PELAKU / Umur", "TKP / Kelurahan", "Pelaku / Jenis Kelamin", "Tersangka / Nama"],
        ["pelaku/umur", "tkp/kelurahan", "terlapor/jenis_kelamin", "saksi/nama"],
    ],
)
def test_the_columns_of_a_suspect_are_not_the_victims(headers: list[str]) -> None:
    found = guess([*headers, "Tanggal LP"], kind=Kind.CASES, known=known_mappings())
    assert set(found.columns) <= {"reported_on", "transit_place"}
    own = guess([*headers, "Tanggal LP", "Korban / Umur", "Korban / JK", "Kelurahan"], kind=Kind.CASES)
    assert (own.columns["age"], own.columns["sex"]) == ("Korban / Umur", "Korban / JK")
    assert own.columns["document_place"] == "Kelurahan"


def test_an_export_of_the_form_with_its_labels(kupang: Areas, tmp_path: Path) -> None:
    path = tmp_path / "kobo.csv"
    path.write_text(
        "Tanggal terlihat;Kelurahan;Jenis tanda;Sudah ditindaklanjuti?;_id\n"
        "2018-12-01;Alak (Alak);Ada perekrut;Ya;1\n2018-12-02;Naikoten Satu (Kota Raja);Lainnya;Belum;2\n",
        "utf-8",
    )
    sheet = read_sheet(path)
    mapping = guess(sheet.columns, known=known_mappings())
    assert mapping.name == "KoboToolbox (label)"
    rows = prepared_for(sheet, mapping, kupang, today=date(2026, 1, 1))
    assert not rows.faults
    assert rows.values["kind"].tolist() == ["recruiter_seen", "other"]
    assert rows.values["followed_up"].tolist() == ["yes", "no"]
    assert rows.places["kode"].tolist() == ["53.71.01.1008", "53.71.05.1004"]
