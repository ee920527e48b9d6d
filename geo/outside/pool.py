"""Reading of files from outside: in another process, with limits, and back as plain data."""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from geo.errors import DataError, Fault, Problem
from geo.outside.limits import Budget, Confined
from geo.outside.process import ACCEPTED, LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

_ROOT = Path(__file__).resolve().parents[2]
_START = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from geo.outside.process import serve; serve(sys.argv[1:])"
#: At most so many files are read at once; further ones wait.
AT_ONCE = 4
#: Of the environment, what a process needs to start at all; nothing secret.
_KEPT = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL", "HOME", "USERPROFILE")
#: Drivers that GDAL shall not have: everything but boundaries as people send them. Those that reach the network,
#: open other files by a name in the file, or run SQL are among them.
_SKIPPED_DRIVERS = (
    "PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,MapInfo File,LVBAG,S57,DGN,OGR_VRT,CSV,GML,GPX,LIBKML,KML,"
    "GeoJSONSeq,ESRIJSON,TopoJSON,OGR_GMT,SQLite,WAsP,OpenFileGDB,DXF,FlatGeobuf,GeoRSS,VFK,PGDUMP,OSM,GPSBabel,"
    "OGR_PDS,WFS,OAPIF,EDIGEO,Idrisi,ODS,XLSX,Elasticsearch,Carto,AmigoCloud,SXF,Selafin,JML,PLSCENES,CSW,VDV,MVT,"
    "NGW,MapML,GTFS,PMTiles,JSONFG,MiraMonVector,ADBC,AVCBin,AVCE00,AIVector,HTTP"
)
_SET = {
    # One thread each: the copy of a process has only the thread that made it.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    # Memory in use is what counts against the limit, not what an allocator sets aside.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "GDAL_SKIP": _SKIPPED_DRIVERS,
    "GDAL_NUM_THREADS": "1",
    # Where the system cannot take the network away: an address that nobody answers.
    "GDAL_HTTP_PROXY": "127.0.0.1:9",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
}
_SPARE_SECONDS = 5
_MIB = 1 << 20


class _Bounded(io.RawIOBase):
    """An answer up to a size: what comes after it, or a piece that says it is larger, is not taken in."""

    def __init__(self, answer: IO[bytes], room: int) -> None:
        self._answer, self._room = answer, room

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= self._room:
            msg = "an answer larger than its budget"
            raise OSError(msg)
        self._room -= size
        return self._answer.read(size)


class _Answerer:
    """The waiting process, and the way to ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-I", "-c", _START, str(theirs.fileno())]
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self._control = ours
        return ours

    def stop(self) -> None:
        """Ends the process."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None

    def _sent(self, raw: bytes, pipes: list[int]) -> None:
        """Hands a request over; once more to a new process where the waiting one has ended."""
        with self._lock:
            for is_last in (False, True):
                try:
                    control = self._control or self._start()
                    socket.send_fds(control, [raw], pipes)
                    if control.recv(1) == ACCEPTED:
                        return
                except OSError:
                    pass
                self.stop()
                if is_last:
                    msg = "the process that reads files does not start"
                    raise RuntimeError(msg)

    def warm(self, job: str) -> None:
        """Starts the process and loads what a job needs, without waiting for a file."""
        self._sent(json.dumps({"job": job}).encode(), [])

    @contextlib.contextmanager
    def asked(self, request: dict[str, Any]) -> Iterator[IO[bytes]]:
        """Answer to a request, as it comes."""
        with self._room:
            mine, theirs = os.pipe()
            with os.fdopen(mine, "rb") as answer:
                try:
                    self._sent(json.dumps(request).encode(), [theirs])
                finally:
                    os.close(theirs)
                yield answer


class _OneByOne:
    """Without copies of a process: a new one for each file, started ahead."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._spare: subprocess.Popen[bytes] | None = None

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-c", _START]
        return subprocess.Popen(  # noqa: S603 - our own program
            command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def warm(self, job: str) -> None:  # noqa: ARG002 - it loads what most files need
        """Starts the process for the next file."""
        with self._lock:
            self._spare = self._spare or self._start()

    def stop(self) -> None:
        """Ends the process that was started ahead."""
        if self._spare is not None:
            self._spare.kill()
            self._spare.wait()
            self._spare = None

    @contextlib.contextmanager
    def asked(self, request: dict[str, Any]) -> Iterator[IO[bytes]]:
        """Answer to a request, as it comes."""
        with self._room:
            with self._lock:
                process, self._spare = self._spare or self._start(), None
            clock = threading.Timer(request["budget"]["seconds"] + _SPARE_SECONDS, process.kill)
            clock.start()
            try:
                stdin, stdout = process.stdin, process.stdout
                if stdin is None or stdout is None:
                    return
                stdin.write(json.dumps(request).encode() + b"\n")
                stdin.close()
                yield stdout
            finally:
                clock.cancel()
                process.kill()
                process.wait()
                self.warm(request["job"])


def environment() -> dict[str, str]:
    """Environment of the process that reads files."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | _SET


_ANSWERER: _Answerer | _OneByOne = _Answerer() if hasattr(os, "fork") else _OneByOne()
atexit.register(_ANSWERER.stop)


def read_outside(
    job: str,
    path: Path,
    options: dict[str, Any] | None = None,
    *,
    budget: Budget = Budget(),  # noqa: B008 - it cannot be changed
    readable: Sequence[Path] = (),
    folder: Path | None = None,
) -> tuple[dict[str, Any], pa.Table | None]:
    """What a file from outside holds, read in a process of its own.

    Parameters
    ----------
    job
        Key of `geo.outside.process.JOBS`.
    path
        The file.
    options
        Plain values for the job.
    budget
        What the reading may use.
    readable
        Further files that belong to it.
    folder
        Where it may write; empty, of the caller, who removes it.

    Returns
    -------
    Facts, as JSON has them; and a table, if the job has one.

    Raises
    ------
    DataError
        With the faults of the file; `READER_STOPPED` where it needed more than its budget or ended the process.
    """
    found, table, _ = read_confined(job, path, options, budget=budget, readable=readable, folder=folder)
    return found, table


def read_confined(
    job: str,
    path: Path,
    options: dict[str, Any] | None = None,
    *,
    budget: Budget,
    readable: Iterable[Path] = (),
    folder: Path | None = None,
) -> tuple[dict[str, Any], pa.Table | None, Confined]:
    """As `read_outside`, with the limits that held."""
    request = {
        "job": job,
        "path": str(path.absolute()),
        "options": options or {},
        "budget": asdict(budget),
        "readable": [str(one.resolve()) for one in (path, *readable)],
        "writable": str(folder.resolve()) if folder else "",
    }
    # Under a plain name in a temporary folder, the file is still the one that was sent.
    name = str((options or {}).get("name", path.name))
    stopped = DataError((Fault.of(name, "", Problem.READER_STOPPED),))
    with _ANSWERER.asked(request) as answer:
        room = budget.answer_mib * _MIB
        head = answer.read(LENGTH.size)
        length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
        try:
            told = json.loads(answer.read(length) if length <= room else b"")
            has_table = bool(told["has_table"])
        except (ValueError, LookupError, TypeError):
            raise stopped from None
        table = _table_of(_Bounded(answer, room), stopped) if has_table else None
    if "faults" in told:
        raise DataError(tuple(Fault.of_plain(one) for one in told["faults"]), told["topic"])
    if "broken" in told:
        msg = f"reading a file from outside: {told['broken']}"
        raise RuntimeError(msg)
    if "facts" not in told:
        raise stopped
    return told["facts"], table, Confined(*told["confined"])


def _table_of(answer: _Bounded, stopped: DataError) -> pa.Table:
    # Not at the top: the tests of a command's start list what it imports.
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(answer) as stream:
            table = stream.read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError):
        raise stopped from None
    return table


def start_ahead(after_s: float = 0) -> threading.Thread:
    """Start the waiting process, in a thread that nobody need wait for: the first file finds it ready.

    Where it cannot be started nothing happens: the first file tries again, and tells.

    Parameters
    ----------
    after_s
        Seconds until then: its start takes a processor for a fifth of a second or more.
    """

    def start() -> None:
        with contextlib.suppress(RuntimeError, OSError):
            _ANSWERER.warm("sheet")

    thread = threading.Timer(after_s, start)
    thread.daemon = True
    thread.start()
    return thread


def wait_until_warm(seconds: float) -> float:
    """Seconds until the waiting process answers, at most so many; for measurements."""
    begun = time.perf_counter()
    start_ahead().join(seconds)
    return time.perf_counter() - begun
