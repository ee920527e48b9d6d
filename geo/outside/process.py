"""The process that reads files from outside: it waits with its libraries loaded, and reads each file in a copy.

On Linux and macOS the waiting process makes a copy of itself for each file (fork), which takes milliseconds and ends
with the file; requests and the pipe for the answer come through a socket. On Windows it reads one file and ends.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from geo.errors import DataError
from geo.outside.limits import Budget, confine

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

#: What can be asked for: the module and its function, which takes a path and options and returns facts, and a table
#: or nothing. By name, because these rooms are below this one.
JOBS = {
    "sheet": "geo.sheets.grid:read_job",
    "sheet_names": "geo.sheets.grid:names_job",
    "layer": "geo.places.layer_file:layer_job",
    "layer_columns": "geo.places.layer_file:layer_columns_job",
}
#: First bytes of an answer: the length of its facts.
LENGTH = struct.Struct("=Q")
_LARGEST_REQUEST = 1 << 16
ACCEPTED = b"."


def _function(job: str) -> Callable[[Path, dict[str, Any]], tuple[dict[str, Any], pa.Table | None]]:
    module, _, name = JOBS[job].partition(":")
    found: Callable[[Path, dict[str, Any]], tuple[dict[str, Any], pa.Table | None]] = getattr(
        importlib.import_module(module), name
    )
    return found


def reply(request: dict[str, Any], out: BinaryIO) -> None:
    """Read the file of a request within its limits, and write the answer.

    Parameters
    ----------
    request
        `job`, `path`, `options`, `budget`, `readable`, `writable`.
    out
        Length of the facts, the facts as JSON, and where there is a table its Arrow stream.
    """
    writable = Path(request["writable"]) if request["writable"] else None
    table, told = None, dict[str, Any]()
    try:
        read = _function(request["job"])
        confined = confine(Budget(**request["budget"]), map(Path, request["readable"]), writable)
        facts, table = read(Path(request["path"]), {**request["options"], "folder": writable})
        told = {"facts": facts, "confined": [confined.memory, confined.files, confined.network]}
    except DataError as fault:
        told = {"faults": [one.as_plain() for one in fault.faults], "topic": fault.topic}
    except MemoryError:
        told = {"stopped": "memory"}
    except Exception as fault:  # noqa: BLE001 - whatever a library raises: the type and the place, never its text
        where = fault.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        line = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where else ""
        told = {"broken": f"{type(fault).__name__} in {line}"}
    told["has_table"] = table is not None
    raw = json.dumps(told).encode()
    out.write(LENGTH.pack(len(raw)) + raw)
    if table is not None:
        import pyarrow as pa

        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table)
    out.flush()


def _quiet() -> None:
    """Messages of libraries may quote the file: they go nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 2)


def _serve_copies(control: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        raw, pipes, _, _ = socket.recv_fds(control, _LARGEST_REQUEST, 1)
        if not raw:
            return
        request = json.loads(raw)
        # Loaded here, so that the copy has it; a request without a pipe is only for that.
        _function(request["job"])
        if pipes and os.fork() == 0:
            # A copy lives for one file: looking for garbage among its million rows takes a third of its time.
            gc.disable()
            control.close()
            with os.fdopen(pipes[0], "wb") as out:
                reply(request, out)
            os._exit(0)
        for pipe in pipes:
            os.close(pipe)
        control.sendall(ACCEPTED)


def serve(arguments: list[str]) -> None:
    """Serve requests of the socket whose number is given, or one request of standard input."""
    _quiet()
    # Ctrl+C in a terminal is for the program that waits for the answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if arguments:
        with socket.socket(fileno=int(arguments[0])) as control:
            _serve_copies(control)
        return
    _function("sheet")
    reply(json.loads(sys.stdin.buffer.readline()), sys.stdout.buffer)
