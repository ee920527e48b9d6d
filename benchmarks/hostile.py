"""Tables and layers made to do harm, beside pandas and geopandas opening them in the program's own process.

Ours is the way of the pages: the columns, then the rows or shapes, in the process for files from outside. Theirs has
4 GiB and 20 seconds, which a server does not set itself; what it needed beyond them is told. Any file that is neither
refused nor harmless, a reading process that ended, or a good file that is not read afterwards ends this program.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from benchmarks import Result
from benchmarks.hostile_files import layers, sheets
from geo.errors import DataError
from geo.outside import pool
from geo.places.adopt import VERTEX_LIMIT
from geo.places.boundaries import layer_columns, read_areas
from geo.settings import EMBEDDED, read_settings
from geo.sheets.reading import read_sheet, sheet_names

NAME = "hostile"
SUMMARY = (
    "tables and layers made to do harm: what came of each, time, memory of the reading process and of the server"
)

_MEMORY, _SECONDS = 4 << 30, 20
_THEIRS = """
import resource, sys, time
import pandas, geopandas
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
path, kind = sys.argv[1:]
before, said = time.perf_counter(), "read"
try:
    if kind == "layer":
        table = geopandas.read_parquet(path) if path.endswith(".parquet") else geopandas.read_file(path)
    elif path.endswith((".csv", ".parquet")):
        table = pandas.read_csv(path) if path.endswith(".csv") else pandas.read_parquet(path)
    else:
        table = pandas.read_excel(path, sheet_name=None, engine="calamine")
except MemoryError:
    said = "no memory"
except Exception as fault:
    said = type(fault).__name__
used = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
print(said, time.perf_counter() - before, used)
"""


class _Watch:
    """The largest memory of any copy of the waiting process, in MB, looked up in `/proc`."""

    def __init__(self) -> None:
        (self.pid,) = Path("/proc/self/task", str(threading.get_native_id()), "children").read_text().split()[:1] or [
            ""
        ]
        self.peak = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._ended.wait(0.003):
            try:
                for child in Path("/proc", self.pid, "task", self.pid, "children").read_text().split():
                    for line in Path("/proc", child, "status").read_text().splitlines():
                        if line.startswith("VmHWM"):
                            self.peak = max(self.peak, int(line.split()[1]) / 1024)
            except OSError:
                continue

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *ended):
        self._ended.set()
        self._thread.join()


def _ours(path, kind):
    """What came of a file, and seconds until it did."""
    options = replace(read_settings(EMBEDDED).areas, path=path, key="kode", name="kelurahan", group="")
    steps = (
        (lambda: layer_columns(path), lambda: read_areas(options, most=VERTEX_LIMIT).index)
        if kind == "layer"
        else (lambda: sheet_names(path), lambda: read_sheet(path).rows)
    )
    said, begun = "", time.perf_counter()
    for step in steps:
        try:
            said = f"harmless, {len(step())} rows"
        except DataError as fault:
            said = f"refused: {fault.faults[0].problem}"
    return said, time.perf_counter() - begun


def _theirs(path, kind):
    program = [sys.executable, "-c", _THEIRS.format(memory=_MEMORY), str(path), kind]
    begun = time.perf_counter()
    try:
        done = subprocess.run(program, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"over {_SECONDS} s", time.perf_counter() - begun, None
    if done.returncode:
        return "the program ended", time.perf_counter() - begun, None
    said, seconds, used = done.stdout.split()[-3:]
    return said, float(seconds), float(used)


def run():
    """One result for each file."""
    results = []
    pool.wait_until_warm(10)
    for kind, makers in (("sheet", sheets.MAKERS), ("layer", layers.MAKERS)):
        for name, make in makers.items():
            with tempfile.TemporaryDirectory() as folder:
                path = make(Path(folder))
                size = path.stat().st_size
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
                with _Watch() as watch:
                    said, seconds = _ours(path, kind)
                grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
                alive = _Watch().pid == watch.pid
                good = Path(folder) / "good.csv"
                good.write_text("a,b\n1,2\n", "utf-8")
                if not alive or len(read_sheet(good).rows) != 1:
                    msg = f"{name}: the reading process ended"
                    raise RuntimeError(msg)
                theirs, their_seconds, their_memory = _theirs(path, kind)
            results.append(
                Result(
                    NAME,
                    name,
                    "s",
                    seconds,
                    their_seconds,
                    "geopandas" if kind == "layer" else "pandas",
                    ours_memory_mb=watch.peak,
                    theirs_memory_mb=their_memory,
                    notes=f"{size / 1e6:.3g} MB; {said}; server +{grown:.0f} MB; theirs: {theirs}",
                )
            )
    return results
