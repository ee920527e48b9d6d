"""A sheet of 30,000 cases into the city's store, beside pandas reading it and `DataFrame.to_sql`.

Ours reads every cell, resolves places, looks for rows and persons that are known, and keeps hashes and audit; theirs
writes the cells as they are, names and NIK included. Both write into SQLite with the same settings.

Beside it, what reading in another process costs: the same function called here, and asked for there, in turns.
"""

from __future__ import annotations

import contextlib
import csv
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import pandas as pd

from benchmarks import Result
from benchmarks.locate import _peak_mb
from geo.files import write_workbook
from geo.imports.run import accept
from geo.places.boundaries import read_areas
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.settings import EMBEDDED, ROOT, read_settings
from geo.sheets import reading
from geo.sheets.grid import read_job
from geo.sheets.mapping import Mapping
from geo.sheets.prepare import prepare_rows
from geo.sheets.reading import read_sheet
from geo.store.engine import Store
from geo.store.sqlite import make_engine
from geo.terms import Kind, Role

NAME = "importing"
SUMMARY = (
    "30,000 rows of cases from csv and xlsx into a new store, into one with an earlier file, and sent again; "
    "reading here and in another process"
)

ROWS, EARLIER, REPETITIONS = 30_000, 30_000, 3
#: Rows of the files that are read here and in another process, and how often.
READ = {300: 21, 3_000: 11, 30_000: 5}
SEED = 20181116
TODAY = date(2026, 1, 31)
#: The columns of `data/samples/contoh_bp3mi.xlsx` and of `contoh_polisi.csv`.
HEADER = [
    "No",
    "Nama",
    "NIK",
    "Jenis Kelamin",
    "Umur",
    "Desa/Kelurahan",
    "Kecamatan",
    "Kabupaten Asal",
    "Prosedural/Non Prosedural",
    "Tanggal Kepulangan",
    "Negara Tujuan",
    "Keterangan",
    "No LP",
    "Tanggal LP",
    "Kelurahan KTP",
    "TKP Kelurahan",
    "Asal Korban",
    "Jumlah Korban",
    "Tahap",
    "Catatan",
]
MAPPING = Mapping(
    "benchmark",
    Kind.CASES,
    columns={
        "report": "No LP",
        "reported_on": "Tanggal LP",
        "document_place": "Kelurahan KTP",
        "document_kecamatan": "Kecamatan",
        "transit_place": "TKP Kelurahan",
        "origin": "Kabupaten Asal",
        "sex": "Jenis Kelamin",
        "age": "Umur",
        "persons": "Jumlah Korban",
        "status": "Prosedural/Non Prosedural",
        "nik": "NIK",
        "person_name": "Nama",
    },
    words={"status": {"non prosedural": "prevented", "terduga": "suspected"}},
    constants={"source": "contoh"},
)
_PLACES = [
    "Oebobo",
    "KEL. OEBUFU",
    "Kel. Naikoten I",
    "Naikoten 2",
    "Naikoten",
    "TDM",
    "LLBK",
    "Oesapa Brat",
    "Batuplat",
    "Air Nona",
    "kelapa-lima",
    "Penfui Timur",
    "Manulai I",
    "Lasiana",
    "Kantor Lurah Liliba",
    "Bakunase 2",
    "Sikumana",
    "Fatululi",
    "Merdeka",
    "Tode Kiser",
    "Nunbaun",
    "Tarus",
    "Kayu Puti",
    "Maulafa",
    "",
]
_ORIGINS = ["Kab. TTS", "Kab. Kupang", "TTU", "Malaka", "Kota Kupang", "Rote Ndao", "Sabu Raijua", ""]
_EPOCH = date(1899, 12, 30)


def rows(count, *, first=1):
    """Made-up rows: a NIK to each that is nobody's, two victims to a report, days in four forms."""
    draw = random.Random(SEED + first)  # noqa: S311 - made-up rows, no secrets
    for number in range(first, first + count):
        day = date(2018, 1, 1) + timedelta(days=draw.randrange(720))
        is_woman, age = draw.random() < 0.6, draw.randrange(15, 45)
        born = date(2018 - age, draw.randrange(1, 13), draw.randrange(1, 28))
        nik = f"5399{number // 10_000:02}{born.day + 40 * is_woman:02}{born:%m%y}{number % 10_000:04}"
        written = (f"{day}", f"{day:%d/%m/%Y}", f"{day:%d-%m-%y}", str((day - _EPOCH).days))[number % 4]
        yield [
            str(number),
            f"CONTOH NAMA {number}",
            nik,
            draw.choice(("P", "Perempuan")) if is_woman else draw.choice(("L", "Laki-laki")),
            f"{age} th",
            draw.choice(_PLACES),
            "",
            draw.choice(_ORIGINS),
            draw.choice(("Non Prosedural", "terduga")),
            "akhir bulan" if number % 500 == 0 else written,
            "Malaysia",
            "catatan bebas yang tidak disimpan",
            f"LP/CONTOH/{number // 2}/2018",
            "akhir bulan" if number % 500 == 0 else written,
            draw.choice(_PLACES),
            "Oesapa",
            draw.choice(_ORIGINS),
            str(draw.randrange(1, 9)),
            draw.choice(("Lidik", "Sidik", "P21", "Vonis")),
            "tidak disimpan",
        ]


def write_file(path, count, *, first=1):
    table = [HEADER, *rows(count, first=first)]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(table)
    else:
        write_workbook(path, {"Lembar1": table}, has_header=False)


class _Timed(Store):
    """A store that notes how long its writer's lock was held."""

    @contextlib.contextmanager
    def writing(self, viewer, right, *others):
        with contextlib.ExitStack() as opened:
            connection = opened.enter_context(super().writing(viewer, right, *others))
            begun = time.perf_counter()
            yield connection
            opened.close()
            HELD.append(time.perf_counter() - begun)


HELD: list[float] = []


@contextlib.contextmanager
def _in_this_process():
    """Sheets are read by a call, without limits, as before there was another process."""
    before = reading.read_outside
    reading.read_outside = lambda _job, path, options, **_: read_job(path, options)
    try:
        yield
    finally:
        reading.read_outside = before


def _seconds(act, *arguments):
    begun = time.perf_counter()
    act(*arguments)
    return time.perf_counter() - begun


def _both(path, folder, times):
    """Seconds of reading and of the whole import, read in another process and in this one, in turns."""
    found = {name: [] for name in ("read", "read inside", "whole", "whole inside")}
    for turn in range(times):
        for inside in ("", " inside"):
            with _in_this_process() if inside else contextlib.nullcontext():
                found[f"read{inside}"].append(_seconds(read_sheet, path))
                store = folder / f"{turn}{inside}"
                store.mkdir()
                found[f"whole{inside}"].append(_ours(path, store)["whole"])
    return {name: median(values) for name, values in found.items()}


def _ours(path, folder):
    """Seconds of the steps, and how long others had to wait."""
    settings = read_settings(EMBEDDED)
    areas = read_areas(settings.areas)
    resolver, viewer = Resolver(areas, read_gazetteer(areas)), settings.viewer("Ana", Role.STEWARD)
    store = _Timed(folder / "kota.sqlite")
    # A server has opened it, and has made it once.
    store.make()
    HELD.clear()
    worked, begun = time.process_time(), time.perf_counter()
    sheet = read_sheet(path)
    have_read = time.perf_counter()
    prepared = prepare_rows(sheet, MAPPING, areas=areas, resolver=resolver, today=TODAY)
    preparing = time.perf_counter()
    report = accept(store, viewer, prepared)
    ended = time.perf_counter()
    store.close()
    return {
        "read": have_read - begun,
        "prepare": preparing - have_read,
        "keep": ended - preparing,
        "locked": sum(HELD),
        "whole": ended - begun,
        "worked": time.process_time() - worked,
        "counts": {str(outcome): many for outcome, many in report.counts.items()},
    }


def _theirs(path, folder, *, method):
    engine = make_engine(folder / "tabel.sqlite")
    worked, begun = time.process_time(), time.perf_counter()
    if path.suffix == ".csv":
        frame = pd.read_csv(path, sep=";", dtype=str)
    else:
        frame = pd.read_excel(path, dtype=str, engine="calamine")
    have_read = time.perf_counter()
    # 1,000 values a statement: with more, most of the time goes into its text.
    chunk = 50 if method else 10_000
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        frame.to_sql("cases", connection, index=False, chunksize=chunk, method=method)
    ended = time.perf_counter()
    engine.dispose()
    with contextlib.closing(sqlite3.connect(folder / "tabel.sqlite")) as kept:
        if kept.execute("SELECT count(*) FROM cases").fetchone()[0] != len(frame):
            msg = "to_sql did not write all rows"
            raise AssertionError(msg)
    worked = time.process_time() - worked
    return {"read": have_read - begun, "keep": ended - have_read, "whole": ended - begun, "worked": worked}


def _child(way, path, count):
    """One way in a process of its own, after a small sheet that loads what it needs."""
    path = Path(path)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = folder / f"kecil{path.suffix}"
        write_file(small, 200, first=900_000)
        act = {
            "ours": _ours,
            "plain": lambda path, folder: _theirs(path, folder, method=None),
            "multi": lambda path, folder: _theirs(path, folder, method="multi"),
            "both": lambda path, folder: _both(path, folder, int(count) if path != small else 1),
        }[way.partition("-")[0]]
        (folder / "warm").mkdir()
        act(small, folder / "warm")
        (folder / "store").mkdir()
        if way == "ours-after":
            earlier = folder / f"dulu{path.suffix}"
            write_file(earlier, int(count), first=500_000)
            _ours(earlier, folder / "store")
        elif way == "ours-again":
            _ours(path, folder / "store")
        before = _peak_mb()
        found = act(path, folder / "store")
        after = _peak_mb()
    return {**found, "memory": round(after - before, 1) if before is not None else None}


def _measured(way, path, count=EARLIER):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.importing", way, str(path), str(count)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def _median(found, name):
    values = [one[name] for one in found if one.get(name) is not None]
    return median(values) if values else None


def run() -> list[Result]:
    """Times of an import by its steps, in turns with those of pandas, each in a process of its own.

    A store that holds as many rows of another file, and the same file sent again, are measured from csv alone.
    """
    results = []
    with tempfile.TemporaryDirectory() as name:
        for ending in (".csv", ".xlsx"):
            path = Path(name) / f"lembar{ending}"
            write_file(path, ROWS)
            ways = ["ours", "plain", "multi", *(["ours-after", "ours-again"] if ending == ".csv" else [])]
            found = {way: [] for way in ways}
            for _ in range(REPETITIONS):
                for way in ways:
                    found[way].append(_measured(way, path))
            results += _results(ending[1:], found)
            results += _apart(Path(name), ending)
    return results


def _apart(folder, ending):
    """What another process costs the reading and the whole import, by the size of the file."""
    results = []
    for many, times in READ.items():
        path = folder / f"baca{many}{ending}"
        write_file(path, many)
        found = _measured("both", path, times)
        for step, told in (("read", "read"), ("whole", "read and imported")):
            results.append(
                Result(
                    NAME,
                    f"{many:,} rows of {ending[1:]}, {told} in another process",
                    "s",
                    found[step],
                    found[f"{step} inside"],
                    "in this process",
                    notes=f"median of {times}",
                )
            )
    return results


def _results(ending, found):
    plain, multi = _median(found["plain"], "whole"), _median(found["multi"], "whole")
    best = "multi" if multi < plain else "plain"
    theirs = found[best]
    other = f"pandas {pd.__version__} to_sql" + (', method="multi"' if best == "multi" else "")
    told = {
        "ours": "a new store",
        "ours-after": f"beside {EARLIER:,} rows of another file",
        "ours-again": "the same file again",
    }
    results = []
    for way, where in told.items():
        if way not in found:
            continue
        ours = found[way]
        steps = ", ".join(f"{step} {_median(ours, step):.2f}" for step in ("read", "prepare", "keep"))
        spread = f"{min(one['whole'] for one in ours):.2f} to {max(one['whole'] for one in ours):.2f} s"
        results += [
            Result(
                NAME,
                f"{ROWS:,} rows of {ending}, {where}",
                "s",
                _median(ours, "whole"),
                _median(theirs, "whole"),
                other,
                ours_memory_mb=_median(ours, "memory"),
                theirs_memory_mb=_median(theirs, "memory"),
                notes=f"median of {REPETITIONS}, {spread}: {steps}",
            ),
            Result(
                NAME,
                f"of it under the writer's lock, {ending}, {where}",
                "s",
                _median(ours, "locked"),
                _median(theirs, "keep"),
                other,
                notes="nobody else can write meanwhile; theirs holds it as long as to_sql takes",
            ),
        ]
    return results


if __name__ == "__main__":
    print(json.dumps(_child(*sys.argv[1:])))
