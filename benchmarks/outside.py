"""What it costs to read a file in a process of its own: the same reader there and in the program itself, in turns."""

from __future__ import annotations

import gc
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from unittest.mock import patch

from benchmarks import Result
from benchmarks.importing import write_file
from geo.outside import pool
from geo.places import boundaries
from geo.places.layer_file import layer_job
from geo.settings import EMBEDDED, ROOT, read_settings
from geo.sheets import reading
from geo.sheets.grid import read_job

NAME = "outside"
SUMMARY = "tables of 300, 3,000 and 30,000 rows and a layer of 51 areas: read in a process of their own, or here"

_SIZES, _REPETITIONS = (300, 3_000, 30_000), 7
_LAYER = ROOT / "tests" / "data" / "kelurahan_kupang_bps2020.gpkg"
_JOBS = {"sheet": read_job, "layer": layer_job}


def _here(job, path, options=None, *, folder=None, **_):
    return _JOBS[job](path, {**(options or {}), "folder": folder})


def _seconds(read, *, is_here):
    gc.collect()
    begun = time.perf_counter()
    if is_here:
        with patch.object(reading, "read_outside", _here), patch.object(boundaries, "read_outside", _here):
            read()
    else:
        read()
    return time.perf_counter() - begun


def _compared(what, read):
    read()
    found = [(_seconds(read, is_here=False), _seconds(read, is_here=True)) for _ in range(_REPETITIONS)]
    ours, theirs = (median(one[at] for one in found) for at in (0, 1))
    return Result(
        NAME, what, "s", ours, theirs, "the same reader in the program itself", notes=f"median of {_REPETITIONS}"
    )


def run():
    """Times of reading, one result for each file."""
    waited = pool.wait_until_warm(10)
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for ending in (".csv", ".xlsx"):
            for size in _SIZES:
                path = Path(folder) / f"{size}{ending}"
                write_file(path, size)
                results.append(_compared(f"{size:,} rows, {ending[1:]}", lambda path=path: reading.read_sheet(path)))
    options = replace(read_settings(EMBEDDED).areas, path=_LAYER, key="kode", name="kelurahan", group="")
    results.append(_compared("layer of 51 areas, gpkg", lambda: boundaries.read_areas(options)))
    start = Result(
        NAME, "start of the waiting process, once", "s", waited, waited, "nothing to start", notes="libraries loaded"
    )
    return [*results, start]
