"""Files made to do harm, read as the app reads them: what comes out, and what each costs beside its budget.

A server of its own reads every file through the process for files from outside and prepares what came back, as the
page *Data* does. This side only looks on: it reads the memory of the server, of the waiting process and of its copies
in `/proc`, so nothing in the program measures itself. It needs Linux.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from benchmarks import Result
from geo.errors import DataError
from geo.outside.limits import Budget
from geo.outside.pool import wait_until_warm
from geo.places.adopt import VERTEX_LIMIT
from geo.places.boundaries import layer_columns, read_areas
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.settings import EMBEDDED, ROOT, read_settings
from geo.sheets.mapping import guess
from geo.sheets.prepare import prepare_rows
from geo.sheets.reading import read_sheet

NAME = "hostile"
SUMMARY = "files made to do harm: each refused or harmless, within its budget, and a good file read after it"

TODAY = date(2026, 1, 31)
_BUDGET = Budget()
_MIB = 1 << 20
#: The whole server, its copies and all: beyond that the machine would suffer, not only the measurement.
_SERVER_BYTES = 5 << 30
_EVERY_S, _START_S = 0.004, 60
#: Nobody waits longer for a page.
_MOST_S = 150
#: The end of a process is noticed a little after its time.
_SPARE_S = 5
#: Memory that was set aside before the limit and is used after it.
_SPARE_MIB = 64
_GOOD = "Kelurahan,Jenis Kelamin,Tanggal Lapor\nAlak,P,2018-11-16\n"


class _SheetReader:
    """Reads a sheet and prepares its rows, as an import does before anybody accepts them."""

    def __init__(self):
        settings = read_settings(EMBEDDED)
        self.areas, self.zone = read_areas(settings.areas), settings.city.zone
        self.resolver = Resolver(self.areas, read_gazetteer(self.areas))

    def read(self, path):
        return read_sheet(path)

    def rest(self, sheet):
        """What the server's own process does with an answer."""
        try:
            prepare_rows(
                sheet,
                guess(sheet.columns),
                areas=self.areas,
                resolver=self.resolver,
                today=TODAY,
                zone=self.zone,
            )
        except DataError as refusal:
            # Mostly it has not the columns of any kind: a person would choose them.
            return f"{len(sheet.rows):,} rows, then {_problems(refusal)}"
        return f"{len(sheet.rows):,} rows"


class _LayerReader:
    """Looks at the columns of a layer and reads it, as for a city's own boundaries."""

    def __init__(self):
        self.options = read_settings(EMBEDDED).areas

    def read(self, path):
        with contextlib.suppress(DataError):
            layer_columns(path)
        chosen = replace(self.options, path=path, key="kode", name="kelurahan", group="")
        return read_areas(chosen, most=VERTEX_LIMIT)

    def rest(self, areas):
        return f"{len(areas.index):,} rows"


#: Module with the makers, and the reader of what they make, by kind of file.
_KINDS = {
    "sheet": ("benchmarks.hostile_files.sheets", _SheetReader),
    "layer": ("benchmarks.hostile_files.layers", _LayerReader),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one file came to.

    Parameters
    ----------
    name, kind
        Of its maker.
    size
        Bytes of the file.
    found
        The problem it was refused with; or that it is harmless, with its rows; or what went wrong.
    seconds, rest_s
        Until the answer was there; and until the rest was done with it in the server's own process.
    child_mib
        Largest memory of the copy that read it, beside that of the waiting process.
    growth_mib
        Largest memory of the server beside that from before.
    faults
        What must not happen.
    """

    name: str
    kind: str
    size: int
    found: str
    seconds: float
    rest_s: float
    child_mib: float
    growth_mib: float
    faults: tuple[str, ...]


def _status(pid, name):
    """A line of `/proc/<pid>/status`, in MiB; 0 where the process has ended."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _children(pid):
    found = []
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (thread / "children").read_text("ascii").split())
    return found


class _Watch:
    """Looks at the copies of the waiting process until told to stop, and keeps the largest memory of one."""

    def __init__(self, waiting):
        self._waiting, self._is_over = waiting, threading.Event()
        self.most_mib = 0.0
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self):
        # A copy begins with the memory of its own making, not with the files that are mapped into the other.
        empty = _status(self._waiting, "RssAnon")
        while not self._is_over.wait(_EVERY_S):
            for copy in _children(self._waiting):
                files = _status(copy, "RssFile")
                self.most_mib = max(self.most_mib, _status(copy, "VmHWM") - files - empty)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()


class _Server:
    """A process that does what the app does with files, one after another."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.hostile", "serve"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        self.waiting = self._answer()["waiting"]

    def _answer(self):
        line = self._process.stdout.readline()
        return json.loads(line) if line else {}

    def ask(self, kind, path):
        """Answer of the server; nothing where it ended, or did not answer in time and was ended."""
        clock = threading.Timer(_MOST_S, self._process.kill)
        clock.start()
        try:
            self._process.stdin.write(json.dumps([kind, str(path)]) + "\n")
            self._process.stdin.flush()
            return self._answer()
        except BrokenPipeError:
            return {}
        finally:
            clock.cancel()

    def is_whole(self):
        """Whether the same process is still waiting for files."""
        return self._process.poll() is None and _children(self.pid) == [self.waiting]

    def end(self):
        self._process.kill()
        self._process.wait()


def _serve():
    """Read the files whose kind and path come in, and tell what became of each."""
    resource.setrlimit(resource.RLIMIT_AS, (_SERVER_BYTES, _SERVER_BYTES))
    readers = {kind: reader() for kind, (_, reader) in _KINDS.items()}
    wait_until_warm(_START_S)
    (waiting,) = _children("self")
    print(json.dumps({"waiting": waiting}), flush=True)
    for line in sys.stdin:
        kind, path = json.loads(line)
        # From here on the largest memory counts anew.
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", "ascii")
        before = _status("self", "VmRSS")
        found = _told(readers[kind], Path(path))
        print(json.dumps({**found, "growth_mib": _status("self", "VmHWM") - before}), flush=True)


def _problems(refusal):
    return ", ".join(sorted({fault.problem.value for fault in refusal.faults}))


def _told(reader, path):
    begun = time.perf_counter()
    try:
        found = reader.read(path)
    except DataError as refusal:
        return {"found": _problems(refusal), "is_well": True, "seconds": time.perf_counter() - begun, "rest_s": 0}
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is what this looks for
        told = f"{type(fault).__name__}: {fault}"[:200]
        return {"found": told, "is_well": False, "seconds": time.perf_counter() - begun, "rest_s": 0}
    read = time.perf_counter()
    try:
        told, is_well = f"harmless, {reader.rest(found)}", True
    except Exception as fault:  # noqa: BLE001 - as above
        told, is_well = f"after reading: {type(fault).__name__}: {fault}"[:200], False
    return {"found": told, "is_well": is_well, "seconds": read - begun, "rest_s": time.perf_counter() - read}


def _measured(server, kind, name, path):
    size = path.stat().st_size
    with _Watch(server.waiting) as watch:
        told = server.ask(kind, path)
    if not told:
        return Cost(
            name,
            kind,
            size,
            "nothing",
            0,
            0,
            watch.most_mib,
            0,
            ("the server ended, or was ended because it gave no answer",),
        )
    faults = []
    if not told["is_well"]:
        faults.append("neither refused nor harmless")
    if told["seconds"] > _BUDGET.seconds + _SPARE_S:
        faults.append("more time than its budget")
    if told["rest_s"] > _BUDGET.seconds:
        faults.append("more time afterwards than its budget")
    if watch.most_mib > _BUDGET.memory_mib + _SPARE_MIB:
        faults.append("more memory than its budget")
    if not server.is_whole():
        faults.append("the waiting process ended, or one stayed")
    good = path.parent / "baik.csv"
    good.write_text(_GOOD, "utf-8")
    if server.ask("sheet", good).get("found") != "harmless, 1 rows":
        faults.append("a good file is not read after it")
    figures = (told["seconds"], told["rest_s"], watch.most_mib, told["growth_mib"])
    return Cost(name, kind, size, told["found"], *figures, tuple(faults))


def measure(chosen=()):
    """Costs of all files, or of those with one of these names; each as soon as it is known."""
    server = _Server()
    try:
        for kind, (module, _) in _KINDS.items():
            makers = importlib.import_module(module).MAKERS
            for name, make in makers.items():
                if chosen and name not in chosen:
                    continue
                with tempfile.TemporaryDirectory() as folder:
                    cost = _measured(server, kind, name, make(Path(folder)))
                if not server.is_whole():
                    server.end()
                    server = _Server()
                yield cost
    finally:
        server.end()


_HEAD = (
    "| file | kind | kB | what came out | s | MiB of the reading | s afterwards | MiB of the server | |\n"
    + "|---" * 9
    + "|"
)


def _row(cost):
    figures = (
        f"{cost.size / 1024:,.0f}",
        cost.found,
        f"{cost.seconds:.2f}",
        f"{cost.child_mib:,.0f}",
        f"{cost.rest_s:.2f}",
        f"{cost.growth_mib:,.0f}",
        "; ".join(cost.faults),
    )
    return f"| {cost.name} | {cost.kind} | {' | '.join(figures)} |"


def run(chosen=()) -> list[Result]:
    """Each file's seconds and memory beside its budget; the table is printed as it grows."""
    print(_HEAD, flush=True)
    results = []
    for cost in measure(chosen):
        print(_row(cost), flush=True)
        results.append(
            Result(
                NAME,
                f"{cost.kind}, {cost.name}",
                "s",
                cost.seconds,
                float(_BUDGET.seconds),
                "its budget",
                ours_memory_mb=cost.child_mib,
                theirs_memory_mb=float(_BUDGET.memory_mib),
                notes=f"{cost.size:,} bytes: {cost.found}; afterwards {cost.rest_s:.2f} s, "
                f"{cost.growth_mib:.0f} MB more" + "".join(f"; {fault.upper()}" for fault in cost.faults),
                holds=not cost.faults,
            )
        )
    return results


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        _serve()
    else:
        sys.exit(not all(result.holds for result in run(sys.argv[1:])))
