"""Sheets made to do harm: each is refused with its reason or is harmless, soon and in little memory."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from benchmarks.hostile_files.sheets import MAKERS
from geo.errors import DataError, Problem
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.settings import ROOT
from geo.sheets import values
from geo.sheets.mapping import guess
from geo.sheets.prepare import prepare_rows
from geo.sheets.reading import read_sheet
from geo.sheets.totals import are_sums

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.settings import Settings

TODAY = date(2026, 1, 31)
HARMLESS = "harmless"
#: What a hostile file may cost the process that sent it to be read, in MB.
MEMORY_MB = 600
#: What becomes of each.
EXPECTED: dict[str, Problem | str] = {
    "a cell in the last corner": Problem.TOO_LARGE,
    "a cell in the last corner, single quotes": Problem.TOO_LARGE,
    "a cell in the last corner, with prefixes": Problem.TOO_LARGE,
    "a cell in the last corner, by character references": Problem.TOO_LARGE,
    "a cell in the last corner of a part in UTF-16": Problem.UNREADABLE,
    "a cell in the last corner under another root": Problem.TOO_LARGE,
    "42 million rows": Problem.TOO_LARGE,
    "a row number of 5,000 digits": Problem.UNREADABLE,
    "16,384 columns": Problem.TOO_LARGE,
    "a million rows of empty cells": HARMLESS,
    "a dimension that lies": HARMLESS,
    "one long text in very many cells": Problem.TOO_LARGE,
    "one long text in very many cells, by +0": Problem.TOO_LARGE,
    "one long text in very many cells, by many zeros": Problem.TOO_LARGE,
    "a count of texts that lies": HARMLESS,
    "a text of 60 million letters": Problem.TOO_LARGE,
    "a cell of 33 million letters": Problem.TOO_LARGE,
    "a total with 39,000 points": HARMLESS,
    "two million merged ranges": Problem.TOO_LARGE,
    "190,000 merged ranges over the whole sheet": Problem.TOO_LARGE,
    "one merged range over the whole sheet": HARMLESS,
    "a million styles": HARMLESS,
    "formulas that reach the network": HARMLESS,
    "macros": HARMLESS,
    "entities": Problem.UNREADABLE,
    "entities in another encoding": Problem.UNREADABLE,
    "a billion laughs": Problem.UNREADABLE,
    "entities that grow by the square": Problem.UNREADABLE,
    "an entity that is a file": Problem.UNREADABLE,
    "an entity that is an address": Problem.UNREADABLE,
    "elements in elements, a million deep": Problem.EMPTY,
    "a thousand sheets that are one part": Problem.UNREADABLE,
    "100,000 sheets": Problem.TOO_LARGE,
    "1,900 sheets of two cells far apart": Problem.TOO_LARGE,
    "a sheet elsewhere": Problem.UNREADABLE,
    "a sheet that is a file of the machine": Problem.UNREADABLE,
    "a workbook that is its own sheet": Problem.EMPTY,
    "the list of texts under another name": Problem.TOO_LARGE,
    "a bomb": Problem.TOO_LARGE,
    "texts that unpack to 2 GiB of zeros": Problem.TOO_LARGE,
    "members that overlap": Problem.UNREADABLE,
    "sizes that lie, in 64 bits": HARMLESS,
    "sizes that lie, of nothing": Problem.UNREADABLE,
    "a part that stands there twice": Problem.UNREADABLE,
    "a member above its folder": HARMLESS,
    "a member with a path from the root": HARMLESS,
    "an archive in it": Problem.UNREADABLE,
    "a link in it": Problem.UNREADABLE,
    "thousands of members": Problem.TOO_LARGE,
    "encrypted members": Problem.UNREADABLE,
    "locked with a password": Problem.IS_LOCKED,
    "no zip at all": Problem.UNREADABLE,
    "cut off": Problem.UNREADABLE,
    "cut off in the middle": Problem.UNREADABLE,
    "a row a million times": Problem.TOO_LARGE,
    "a column two billion times": Problem.TOO_LARGE,
    "a row two billion times": Problem.TOO_LARGE,
    "a column two billion times, with zeros before": Problem.TOO_LARGE,
    "a column two billion times, with a plus": Problem.TOO_LARGE,
    "a column two billion times, behind a decoy": Problem.TOO_LARGE,
    "two billion spaces": Problem.TOO_LARGE,
    "1,000 sheets of two cells far apart in an ods": Problem.TOO_LARGE,
    "entities in an ods": Problem.UNREADABLE,
    "cells in cells, 300,000 deep": Problem.EMPTY,
    "a text for an ods": Problem.UNREADABLE,
    "an xlsx that says it is an ods": Problem.UNREADABLE,
    "of an old Excel": Problem.IS_OLD_EXCEL,
    "an old Excel with a list of sectors that is its own": Problem.IS_OLD_EXCEL,
    "an old Excel with sectors in a circle": Problem.IS_OLD_EXCEL,
    "an old Excel with four billion texts": Problem.IS_OLD_EXCEL,
    "a page of the web": Problem.IS_WEB_PAGE,
    "a page of the web after hundreds of remarks": HARMLESS,
    "a single line of ten megabytes": Problem.UNREADABLE,
    "a single line of 200 megabytes": Problem.TOO_LARGE,
    "a million columns": Problem.TOO_LARGE,
    "60 million columns": Problem.TOO_LARGE,
    "60 million cells": Problem.TOO_LARGE,
    "20 million cells of one letter": Problem.TOO_LARGE,
    "60 million blank lines": Problem.TOO_LARGE,
    "an open quote before 60 megabytes": Problem.OPEN_QUOTE,
    "an open quote before 100 megabytes": Problem.TOO_LARGE,
    "zeros": Problem.UNREADABLE,
    "nothing": Problem.EMPTY,
    "blanks": Problem.EMPTY,
    "half pairs in UTF-16": HARMLESS,
    "UTF-7": HARMLESS,
    "UTF-32": HARMLESS,
    "signs that could not be read, ten million": Problem.UNREADABLE,
    "texts against regular expressions": HARMLESS,
    "places against regular expressions": HARMLESS,
    "a total with 39,000 points in a csv": HARMLESS,
    "a million rows that nobody can read": HARMLESS,
    "100,000 totals": HARMLESS,
    "200,000 names of places": HARMLESS,
    "marks above marks": HARMLESS,
    "100,000 marks in a header": Problem.TOO_LARGE,
    "30,000 marks in a header": HARMLESS,
    "texts that run backwards": HARMLESS,
    "numbers without end": HARMLESS,
    "days that no calendar has": HARMLESS,
    "a footer that lies": Problem.UNREADABLE,
    "a footer of nonsense": Problem.UNREADABLE,
    "a large dictionary": HARMLESS,
    "kilobytes that are 40 GB": Problem.TOO_LARGE,
    "kilobytes that are 1 GB": Problem.TOO_LARGE,
    "300 empty columns of a million rows": Problem.TOO_LARGE,
    "100 empty columns of a million rows": Problem.TOO_LARGE,
    "lists in lists, 90 deep": Problem.UNREADABLE,
    "a type of its own": HARMLESS,
}
#: Those that take seconds, or hundreds of MB: the benchmark makes them, with all others.
LARGE = frozenset(
    (
        "a bomb",
        "texts that unpack to 2 GiB of zeros",
        "a single line of 200 megabytes",
        "60 million columns",
        "60 million cells",
        "20 million cells of one letter",
        "60 million blank lines",
        "an open quote before 60 megabytes",
        "an open quote before 100 megabytes",
        "signs that could not be read, ten million",
        "texts against regular expressions",
        "places against regular expressions",
        "a million rows that nobody can read",
        "a million rows of empty cells",
        "marks above marks",
        "200,000 names of places",
        "members that overlap",
        "a large dictionary",
        "300 empty columns of a million rows",
    )
)


def test_it_is_known_what_becomes_of_each() -> None:
    assert set(EXPECTED) == set(MAKERS)


def _outcome(path: Path) -> Problem | str:
    try:
        read_sheet(path)
    except DataError as refusal:
        (one,) = {fault.problem for fault in refusal.faults}
        return one
    return HARMLESS


@pytest.mark.parametrize("what", [name for name in EXPECTED if name not in LARGE])
def test_each_is_refused_or_harmless(tmp_path: Path, what: str) -> None:
    path = MAKERS[what](tmp_path)
    assert _outcome(path) == EXPECTED[what]
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.slow
@pytest.mark.parametrize("what", sorted(LARGE))
def test_each_large_one_is_refused_or_harmless(tmp_path: Path, what: str) -> None:
    assert _outcome(MAKERS[what](tmp_path)) == EXPECTED[what]


@pytest.mark.parametrize("what", ["an entity that is a file", "a sheet that is a file of the machine"])
def test_no_file_of_the_machine_is_read(tmp_path: Path, what: str) -> None:
    with pytest.raises(DataError) as refusal:
        read_sheet(MAKERS[what](tmp_path))
    assert "root" not in repr(refusal.value)


@pytest.mark.parametrize(
    "what",
    [
        "a cell in the last corner",
        "one long text in very many cells",
        "a row a million times",
        "190,000 merged ranges over the whole sheet",
    ],
)
def test_what_a_hostile_file_may_cost(tmp_path: Path, what: str) -> None:
    """In a process of its own: the largest memory is bounded; its time is measured by the benchmark."""
    program = (
        "import sys, resource\nfrom pathlib import Path\nfrom geo.errors import DataError\n"
        "from geo.sheets.reading import read_sheet\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n    read_sheet(Path(sys.argv[1]))\nexcept DataError:\n    pass\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(MAKERS[what](tmp_path))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert float(done.stdout) < MEMORY_MB


# What the server's own process does with what came back: nobody else may wait for it.


def _prepare(path: Path, areas: Areas, settings: Settings) -> None:
    sheet = read_sheet(path)
    prepared = prepare_rows(
        sheet,
        guess(sheet.columns),
        areas=areas,
        resolver=Resolver(areas, read_gazetteer(areas)),
        today=TODAY,
        zone=settings.city.zone,
    )
    assert len(prepared.numbers) == len(sheet.rows)


@pytest.mark.parametrize("what", ["numbers without end", "days that no calendar has", "100,000 totals"])
def test_strange_cells_do_not_stop_an_import(tmp_path: Path, kupang: Areas, settings: Settings, what: str) -> None:
    _prepare(MAKERS[what](tmp_path), kupang, settings)


@pytest.mark.parametrize("sign", ["1", "(", "-", "1 ", "1.", "kab. ", "t1:1", "e\u0315\u0300"])
def test_one_long_cell_is_a_row_that_is_read_or_refused(
    tmp_path: Path, kupang: Areas, settings: Settings, sign: str
) -> None:
    cell = sign * (39_000 // len(sign))
    path = tmp_path / "a.csv"
    columns = ("Nama", "NIK", "Umur", "Kelurahan", "Kecamatan", "Tanggal Lapor", "Sumber", "Jumlah Korban", "No LP")
    path.write_text(f"{','.join(columns)}\n{','.join([cell] * len(columns))}\n", "utf-8")
    _prepare(path, kupang, settings)


def test_a_column_with_more_names_than_there_can_be_places_is_refused(
    tmp_path: Path, kupang: Areas, settings: Settings
) -> None:
    path = tmp_path / "a.csv"
    rows = "\n".join(f"Oebobo {at},2018-01-01" for at in range(50_001))
    path.write_text(f"Kelurahan,Tanggal Lapor\n{rows}\n", "utf-8")
    with pytest.raises(DataError) as refusal:
        _prepare(path, kupang, settings)
    (fault,) = refusal.value.faults
    assert (fault.column, fault.problem, fault.hint) == ("Kelurahan", Problem.TOO_MANY_NAMES, "50000")


def test_a_column_that_nobody_can_read_is_told_once(tmp_path: Path, kupang: Areas, settings: Settings) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Kelurahan,Tanggal Lapor\n" + "Alak,kapan\n" * 500_001, "utf-8")
    with pytest.raises(DataError) as refusal:
        _prepare(path, kupang, settings)
    (fault,) = refusal.value.faults
    assert (fault.table, fault.column, fault.problem) == ("a.csv", "Tanggal Lapor", Problem.BAD_DATE)
    assert len(fault.rows) + fault.more_rows == 500_001


@pytest.mark.parametrize(
    "written",
    ["9999-12-31T24:00-12:00", "0001-01-01T00:00+14:00", "2018-01-01T10:00+23:99", "31/12/9999 23:59 UTC"],
)
def test_a_day_at_the_end_of_the_calendar_is_no_date(settings: Settings, written: str) -> None:
    clock = values.Clock(settings.city.zone)
    found = values.dates(pd.Series([written]), today=TODAY, clock=clock)
    assert found.bad.tolist() == [not written.startswith("2018")]


def test_sums_of_very_many_totals() -> None:
    """Every second row is called a total, and half of those are the sum of the row above."""
    rows = 40_000
    numbers = np.arange(2, rows + 2, dtype=float)
    candidates = np.arange(rows) % 2 == 1
    numbers[1::4] = numbers[::4]
    found = are_sums(candidates, numbers[:, None], least=1)
    assert found[1::4].all()
    assert not found[3:-1:4].any()


def _is_sum(candidates: np.ndarray, numbers: np.ndarray, at: int) -> bool:
    """By its definition: a run of rows whose numbers add up to those that the row has."""
    place, own = np.arange(len(candidates)), ~np.isnan(numbers[at])
    others = place[candidates]
    above, below = others[others < at].max(initial=-1), others[others > at].min(initial=len(candidates))
    runs = (
        ~candidates,
        place != at,
        ~candidates & (place < at),
        ~candidates & (place > above) & (place < at),
        ~candidates & (place > at) & (place < below),
    )
    sums = [np.nansum(numbers[run], axis=0) for run in runs if run.any()]
    return own.any() and any(np.allclose(one[own], numbers[at, own]) for one in sums)


@pytest.mark.parametrize("seed", range(40))
def test_sums_are_those_of_their_definition(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    numbers = drawn.integers(0, 4, (12, 2)).astype(float)
    numbers[drawn.random(numbers.shape) < 0.2] = np.nan
    candidates = drawn.random(12) < 0.4
    expected = [bool(one) and _is_sum(candidates, numbers, at) for at, one in enumerate(candidates)]
    assert are_sums(candidates, numbers, least=1).tolist() == expected
