"""Many visitors at once: the dashboard against the same app under Streamlit's default server.

A visitor is a websocket with Streamlit's own protocol. It requests a page, then changes the period, the day or the
measure every few seconds as a browser would, and waits until that run of the script has ended. The result is checked:
a fault, an exception or a page of another period or day counts as an error, never as a repaint.
The other server excludes nothing from the garbage collector and collects after every run of the script, which is
Streamlit's default. Each number of visitors gets its own server, which has shown everything once before the
measurement: the figures are of a server in use, not of one that computes a period for the first time. This process
runs the visitors on the same processors, so a server with its own machine is somewhat faster.

`PETAJAGA_LOAD` holds options for `python -m geo bench load`, the same that `python -m benchmarks.load --help` lists.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import itertools
import os
import random
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from benchmarks import Result

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from streamlit.proto.Element_pb2 import Element
    from websockets.asyncio.client import ClientConnection

NAME = "load"
SUMMARY = "1 to 50 visitors at once on one server, beside the same app served as Streamlit comes"

ROOT = Path(__file__).parents[1]
ENVIRONMENT = "PETAJAGA_LOAD"
MOST_VISITORS = 60
MOST_SECONDS = 900
#: Files to serve: everything in the repository and nothing that an installation writes.
_SERVED = ("dashboard.py", "geo", "pages", "data", ".streamlit")
_HOST = "127.0.0.1"
_START_S, _ANSWER_S, _STOP_S = 120, 120, 20
#: Number of visitors that open their first page at the same time.
_OPENING = 4
#: Visitors use only this many periods, and these days, so that a short run has shown everything beforehand.
_PERIODS = 4
_DAYS = (date(2018, 11, 16), date(2020, 11, 30))
#: Runs for which a browser caches a message that may be repeated (Streamlit 1.67).
_KEPT_RUNS = 2

_THEIRS = "as Streamlit comes"
#: Serve with nothing excluded from the collector, whatever the app requests.
_NEVER_FREEZES = "import gc; gc.freeze = lambda: None; from streamlit.web.cli import main; main()"
_COMMANDS = {
    "ours": ("-m", "streamlit", "run", "dashboard.py"),
    _THEIRS: ("-c", _NEVER_FREEZES, "run", "dashboard.py", "--runner.postScriptGC=true"),
}


@dataclass(frozen=True, slots=True)
class Options:
    """Options of the measurement.

    Parameters
    ----------
    visitors
        Numbers of visitors, measured one after another.
    seconds
        Duration of the changes, for each number.
    every
        Seconds between two changes of one visitor; a visitor that waited longer changes at once.
    page
        Page name in the address.
    tree
        Folder of the code to serve; a copy is served, so nothing is written there.
    is_alone
        Whether to leave out Streamlit's default server.

    Raises
    ------
    ValueError
        When visitors or time exceed the limits of a run.
    """

    visitors: tuple[int, ...] = (1, 10, 25, 50)
    seconds: float = 30.0
    every: float = 5.0
    page: str = "ringkasan"
    tree: Path = ROOT
    is_alone: bool = False

    def __post_init__(self) -> None:
        wrong = [one for one in self.visitors if not 1 <= one <= MOST_VISITORS]
        if wrong or not self.visitors:
            msg = f"benchmark load: visitors from 1 to {MOST_VISITORS} are possible, not {wrong or 'none'}"
            raise ValueError(msg)
        if self.seconds <= 0 or self.every <= 0:
            msg = "benchmark load: seconds and the time between changes must be above zero"
            raise ValueError(msg)
        planned = self.seconds * len(self.visitors) * len(self.sides)
        if planned > MOST_SECONDS:
            msg = f"benchmark load: {planned:.0f} s are asked for, at most {MOST_SECONDS} s are possible"
            raise ValueError(msg)

    @property
    def sides(self) -> tuple[str, ...]:
        """Names of the measured servers."""
        return ("ours",) if self.is_alone else tuple(_COMMANDS)


@dataclass
class Outcome:
    """Result of one number of visitors on one server.

    Parameters
    ----------
    visitors
        Number of visitors.
    pid
        Process id of the server, which has ended.
    busy
        Processes waiting for a processor before the server started, mean of one minute: 0 is an idle machine.
    times_s
        Seconds from a change to the end of its run, in order of completion.
    errors
        Errors, one line each.
    one_mb, all_mb
        Memory of the server after one visitor had seen everything, and at the end, in megabytes.
    server_s, visitors_s
        Processor seconds of the server and the visitors during the changes.
    """

    visitors: int
    pid: int = 0
    busy: float = 0.0
    times_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    one_mb: float = 0.0
    all_mb: float = 0.0
    server_s: float = 0.0
    visitors_s: float = 0.0

    @property
    def median_s(self) -> float:
        """Median duration of a change; infinite if none came back."""
        return statistics.median(self.times_s) if self.times_s else float("inf")

    @property
    def high_s(self) -> float:
        """95th percentile of the duration of a change."""
        if len(self.times_s) < 2:
            return self.most_s
        return statistics.quantiles(self.times_s, n=20, method="inclusive")[-1]

    @property
    def most_s(self) -> float:
        """The longest change."""
        return max(self.times_s, default=float("inf"))

    @property
    def mb_each(self) -> float:
        """Memory of each visitor after the first; NaN with only one visitor."""
        return (self.all_mb - self.one_mb) / (self.visitors - 1) if self.visitors > 1 else float("nan")

    @property
    def server_s_each(self) -> float:
        """Processor seconds of the server per change."""
        return self.server_s / max(1, len(self.times_s))

    @property
    def visitors_s_each(self) -> float:
        """Processor seconds of the visitors per change."""
        return self.visitors_s / max(1, len(self.times_s))

    def row(self, side: str) -> str:
        """The figures as a line of a table."""
        each = "" if self.visitors == 1 else f"{self.mb_each:.1f}"
        return (
            f"| {self.visitors} | {side} | {len(self.times_s)} | {self.median_s:.2f} | {self.high_s:.2f} "
            f"| {self.most_s:.2f} | {len(self.errors)} | {self.one_mb:.0f} | {self.all_mb:.0f} | {each} "
            f"| {self.server_s_each:.3f} | {self.visitors_s_each:.3f} | {self.busy:.1f} |"
        )


HEAD = (
    "| visitors | server | changes | median s | 95 % s | longest s | errors | MB, one visitor | MB at the end "
    "| MB each further visitor | processor s a change | of the visitors | load before |\n" + "|---" * 13 + "|"
)


# The server


@dataclass(frozen=True, slots=True)
class _Server:
    pid: int
    port: int

    @property
    def memory_mb(self) -> float:
        """Current memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    @property
    def processor_s(self) -> float:
        """Processor seconds so far."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _is_up(port: int) -> bool:
    # Not urllib: it would use a proxy from the environment.
    connection = http.client.HTTPConnection(_HOST, port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen) -> None:
    """End a server and its child processes."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_STOP_S)


@contextlib.contextmanager
def _serving(tree: Path, command: Sequence[str]) -> Iterator[_Server]:
    """Run a server on a copy of the code, with the embedded example and no real records."""
    if not Path("/proc/self/statm").exists():
        msg = "benchmark load: memory and processor time are read from /proc, and there is none here"
        raise RuntimeError(msg)
    with tempfile.TemporaryDirectory(prefix="petajaga-load-") as folder:
        for name in _SERVED:
            source, copy = tree / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, copy)
        with socket.socket() as probe:
            probe.bind((_HOST, 0))
            port = probe.getsockname()[1]
        log = Path(folder) / "server.log"
        with log.open("wb") as written:
            process = subprocess.Popen(
                [sys.executable, *command, f"--server.port={port}", f"--server.address={_HOST}"],
                cwd=folder,
                # Settings of the user or of Streamlit would change the server.
                env={
                    name: text for name, text in os.environ.items() if not name.startswith(("PETAJAGA", "STREAMLIT"))
                },
                stdout=written,
                stderr=written,
                start_new_session=True,
            )
        try:
            begun = time.monotonic()
            while not _is_up(port):
                if process.poll() is not None or time.monotonic() - begun > _START_S:
                    msg = f"benchmark load: the server did not start:\n{log.read_text()[-2000:]}"
                    raise RuntimeError(msg)
                time.sleep(0.25)
            yield _Server(process.pid, port)
        finally:
            _end(process)


# A visitor


@dataclass(frozen=True, slots=True)
class _Widget:
    """A widget that can be changed: its name in the protocol, its choices, and the fragment that it runs."""

    id: str
    options: tuple[str, ...]
    fragment: str


@dataclass
class _Answer:
    """Messages of one run of the script."""

    address: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def _words(day: date) -> str:
    """A day as on the pages; November has the same name in both languages."""
    return f"{day.day} November {day.year}"


class _Visitor:
    """A visitor of one page that changes one thing at a time."""

    def __init__(self, wire: ClientConnection, origin: str, page: str, seed: int) -> None:
        self._wire, self._origin, self._page = wire, origin, page
        self._rng = random.Random(seed)  # noqa: S311 - which period a visitor looks at is no secret
        self._script = self._query = ""
        self._states: dict[str, WidgetState] = {}
        self._widgets: dict[str, _Widget] = {}
        self._kept: dict[str, int] = {}
        self._runs = 0
        self._chosen: dict[str, str] = {}

    async def open(self) -> None:
        """Request the page and find its widgets."""
        answer = await self._run("")
        self._chosen = {name: answer.address.get(name, [""])[0] for name in ("periode", "tanggal", "ukuran")}
        if "period" not in self._widgets or "on" not in self._widgets:
            answer.faults.append("no choice of period and day on the page")
        self._check(answer, "")

    async def change(self) -> float:
        """Change something at random; returns seconds until the page was complete again."""
        part = self._rng.choice(sorted(self._widgets))
        return await self._choose(part, self._rng.choice(self._others(part)))

    async def see_everything(self) -> None:
        """View every measure of every period on every day, one change at a time."""
        offered = {part: widget.options for part, widget in self._widgets.items()}
        for day, period, measure in itertools.product(
            offered["on"], offered["period"], offered.get("measure", ("",))
        ):
            for part, value in (("on", day), ("period", period), ("measure", measure)):
                if value and value in self._others(part):
                    await self._choose(part, value)

    def _others(self, part: str) -> list[str]:
        """Other choices of a part."""
        state = self._states.get(self._widgets[part].id)
        now = (state.string_value or state.string_array_value.data[0]) if state else self._first(part)
        return [one for one in self._widgets[part].options if one != now]

    def _first(self, part: str) -> str:
        """Value of a part before any change, as far as the address shows it."""
        return {"period": self._chosen["periode"], "on": self._chosen["tanggal"].replace("-", "/")}.get(
            part, self._widgets[part].options[0]
        )

    async def _choose(self, part: str, value: str) -> float:
        widget, before = self._widgets[part], self._chosen["ukuran"]
        state = WidgetState(id=widget.id)
        if part == "period":
            state.string_value = value
        else:
            state.string_array_value.data.append(value)
        self._states[widget.id] = state
        begun = time.perf_counter()
        answer = await self._run(widget.fragment)
        seconds = time.perf_counter() - begun
        if part == "measure":
            self._chosen["ukuran"] = answer.address.get("ukuran", [before])[0]
            if self._chosen["ukuran"] == before or not any(value in text for text in answer.texts):
                answer.faults.append(f"no page of the measure {value}")
        else:
            self._chosen["periode" if part == "period" else "tanggal"] = value.replace("/", "-")
        self._check(answer, widget.fragment)
        return seconds

    def _check(self, answer: _Answer, fragment: str) -> None:
        """Check a page.

        Raises
        ------
        _WrongPageError
            With every fault of the page.
        """
        period, day = self._chosen["periode"], self._chosen["tanggal"]
        for name, value in (("periode", period), ("tanggal", day)):
            if answer.address.get(name, [""])[0] != value:
                answer.faults.append(f"the address does not name {value}")
        # A sentence with the day and the period: notes and footers have one on every page.
        words = _words(date.fromisoformat(day)) if day else ""
        if not fragment and not any(words in text and period in text.replace(words, "") for text in answer.texts):
            answer.faults.append(f"nothing on the page is of {period} and {day}")
        if answer.faults:
            raise _WrongPageError("; ".join(answer.faults))

    async def _run(self, fragment: str) -> _Answer:
        """Request one run of the script and read all its messages."""
        self._runs += 1
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.page_script_hash, state.fragment_id = self._query, self._script, fragment
        state.page_name = "" if self._script else self._page
        state.widget_states.widgets.extend(self._states.values())
        state.cached_message_hashes.extend(key for key, run in self._kept.items() if self._runs - run <= _KEPT_RUNS)
        state.context_info.url = f"{self._origin}/{self._page}"
        state.context_info.timezone, state.context_info.locale = "Asia/Makassar", "id-ID"
        await self._wire.send(asked.SerializeToString())
        answer = _Answer(parse_qs(self._query))
        async with asyncio.timeout(_ANSWER_S):
            while not self._is_last(ForwardMsg.FromString(await self._wire.recv(decode=False)), answer):
                pass
        return answer

    def _is_last(self, sent: ForwardMsg, answer: _Answer) -> bool:
        """Process one message; True if it ends the run."""
        kind = sent.WhichOneof("type")
        if sent.metadata.cacheable or kind == "ref_hash":
            self._kept[sent.ref_hash or sent.hash] = self._runs
        if kind == "delta" and sent.delta.WhichOneof("type") == "new_element":
            self._look(sent.delta.new_element, sent.delta.fragment_id, answer)
        elif kind == "new_session":
            self._script = sent.new_session.page_script_hash
        elif kind == "navigation":
            self._script = sent.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = sent.page_info_changed.query_string
            answer.address = parse_qs(self._query)
        elif kind == "page_not_found":
            answer.faults.append("there is no such page")
        elif kind == "script_finished":
            if sent.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                answer.faults.append("the script cannot be read")
            # A run that is replaced by another is not the end of the page.
            return sent.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _look(self, element: Element, fragment: str, answer: _Answer) -> None:
        """Read the relevant parts of an element: texts, faults, and its widget."""
        kind = element.WhichOneof("type")
        if kind == "markdown":
            answer.texts.append(element.markdown.body)
        elif kind == "html":
            answer.texts.append(element.html.body)
        elif kind == "exception":
            answer.faults.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            answer.faults.append(element.alert.body)
        elif kind == "selectbox" and element.selectbox.id.endswith("-view.period"):
            options = tuple(element.selectbox.options[:_PERIODS])
            self._widgets["period"] = _Widget(element.selectbox.id, options, fragment)
        elif kind == "date_input" and element.date_input.id.endswith("-view.on"):
            options = tuple(f"{day:%Y/%m/%d}" for day in _DAYS)
            self._widgets["on"] = _Widget(element.date_input.id, options, fragment)
        elif kind == "button_group" and element.button_group.id.endswith("-view.measure"):
            options = tuple(option.content for option in element.button_group.options)
            self._widgets["measure"] = _Widget(element.button_group.id, options, fragment)


class _WrongPageError(Exception):
    """The page is not the requested one."""


# Many of them


@contextlib.asynccontextmanager
async def _visit(port: int, page: str, seed: int) -> AsyncIterator[_Visitor]:
    """A new visitor; the page is not requested yet."""
    # Like a browser: this server offers no compression, and a browser never sends pings.
    async with connect(
        f"ws://{_HOST}:{port}/_stcore/stream",
        origin=f"http://{_HOST}:{port}",
        subprotocols=["streamlit"],
        compression=None,
        max_size=None,
        ping_interval=None,
        open_timeout=_ANSWER_S,
        proxy=None,
    ) as wire:
        yield _Visitor(wire, f"http://{_HOST}:{port}", page, seed)


async def _stay(visitor: _Visitor, options: Options, until: float, seed: int, outcome: Outcome) -> None:
    """Change something every few seconds; wait for a change that began in time."""
    due = time.monotonic() + random.Random(-seed).uniform(0, options.every)  # noqa: S311 - a moment is no secret
    while due < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        try:
            outcome.times_s.append(await visitor.change())
        except _WrongPageError as fault:
            outcome.errors.append(str(fault))
        except (ConnectionClosed, TimeoutError) as fault:
            outcome.errors.append(f"{type(fault).__name__}: {fault}")
            return
        due = max(due + options.every, time.monotonic())


async def _crowd(server: _Server, options: Options, outcome: Outcome) -> None:
    """Run all visitors on one server, from the first one's first page to the last one's last change."""
    opening = asyncio.Semaphore(_OPENING)

    async def enter(visitor: _Visitor) -> None:
        async with opening:
            await visitor.open()

    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(_visit(server.port, options.page, 1))
        await first.open()
        await first.see_everything()
        outcome.one_mb = server.memory_mb
        others = [
            await stack.enter_async_context(_visit(server.port, options.page, seed))
            for seed in range(2, outcome.visitors + 1)
        ]
        await asyncio.gather(*(enter(one) for one in others))
        taken, own = server.processor_s, time.process_time()
        until = time.monotonic() + options.seconds
        await asyncio.gather(
            *(_stay(one, options, until, seed, outcome) for seed, one in enumerate([first, *others], 1))
        )
        outcome.server_s, outcome.visitors_s = server.processor_s - taken, time.process_time() - own
        outcome.all_mb = server.memory_mb


async def _bounded(server: _Server, options: Options, outcome: Outcome, until: float) -> None:
    try:
        async with asyncio.timeout(max(0.0, until - time.monotonic())):
            await _crowd(server, options, outcome)
    except TimeoutError as fault:
        msg = f"benchmark load: not at its end after {MOST_SECONDS} s"
        raise RuntimeError(msg) from fault


def measure(options: Options) -> Iterator[tuple[str, Outcome]]:
    """Yield the result of each number of visitors on each server as soon as it is known.

    Raises
    ------
    RuntimeError
        When a server does not start, when a visitor's first page is wrong, or after `MOST_SECONDS`.
    """
    until = time.monotonic() + MOST_SECONDS
    for visitors in options.visitors:
        for side in options.sides:
            outcome = Outcome(visitors, busy=os.getloadavg()[0])
            with _serving(options.tree, _COMMANDS[side]) as server:
                outcome.pid = server.pid
                try:
                    asyncio.run(_bounded(server, options, outcome, until))
                except _WrongPageError as fault:
                    msg = f"benchmark load: a page that is wrong without any load: {fault}"
                    raise RuntimeError(msg) from fault
            yield side, outcome


def _results(visitors: int, ours: Outcome, theirs: Outcome) -> list[Result]:
    def figures(one: Outcome) -> str:
        return (
            f"95 % {one.high_s:.2f} s, longest {one.most_s:.2f} s, {len(one.times_s)} changes, "
            f"{len(one.errors)} errors, {one.mb_each:.1f} MB each further visitor"
        )

    def result(what: str, ours_s: float, theirs_s: float, notes: str) -> Result:
        return Result(
            NAME,
            f"{what}, {visitors} visitors",
            "s",
            ours_s,
            theirs_s,
            _THEIRS,
            ours_memory_mb=ours.all_mb,
            theirs_memory_mb=theirs.all_mb,
            notes=notes,
        )

    beside = (
        f"the visitors took {ours.visitors_s_each:.3f} s a change of the same {os.cpu_count()} processors, "
        f"load before {ours.busy:.1f} and {theirs.busy:.1f}"
    )
    return [
        result("repaint, median", ours.median_s, theirs.median_s, f"ours {figures(ours)}; theirs {figures(theirs)}"),
        result("processor time of a change", ours.server_s_each, theirs.server_s_each, beside),
    ]


def _options(words: Sequence[str]) -> Options:
    """Options from command line arguments."""
    default = Options()
    parser = argparse.ArgumentParser("python -m benchmarks.load", description=SUMMARY)
    parser.add_argument(
        "--visitors",
        type=lambda text: tuple(int(one) for one in text.split(",")),
        default=default.visitors,
        help=f"numbers of visitors, at most {MOST_VISITORS} (default: 1,10,25,50)",
    )
    parser.add_argument("--seconds", type=float, default=default.seconds, help="time for each number (default: 30)")
    parser.add_argument("--every", type=float, default=default.every, help="seconds between changes (default: 5)")
    parser.add_argument("--page", default=default.page, help="page by its address (default: ringkasan)")
    parser.add_argument("--tree", type=Path, default=default.tree, help="folder of the code (default: this one)")
    parser.add_argument("--alone", action="store_true", help="without the server as Streamlit comes beside it")
    given = parser.parse_args(words)
    try:
        return Options(given.visitors, given.seconds, given.every, given.page, given.tree.resolve(), given.alone)
    except ValueError as fault:
        parser.error(str(fault))


def run() -> list[Result]:
    """Measure both servers with each number of visitors, and compare their medians.

    Raises
    ------
    RuntimeError
        As `measure` does.
    """
    options = _options(shlex.split(os.environ.get(ENVIRONMENT, "")))
    if options.is_alone:
        msg = f"benchmark load: {ENVIRONMENT} leaves out the server to compare with; use python -m benchmarks.load"
        raise RuntimeError(msg)
    found: dict[int, dict[str, Outcome]] = {}
    for side, outcome in measure(options):
        found.setdefault(outcome.visitors, {})[side] = outcome
    return [result for visitors, by in found.items() for result in _results(visitors, by["ours"], by[_THEIRS])]


def main(words: Sequence[str]) -> None:
    """Measure and write one table line per server; errors go to standard error."""
    options = _options(words)
    # A termination from outside must not leave a server running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"The visitors are made on the same {os.cpu_count()} processors as the server.\n\n{HEAD}", flush=True)
    medians: dict[int, dict[str, float]] = {}
    for side, outcome in measure(options):
        medians.setdefault(outcome.visitors, {})[side] = outcome.median_s
        print(outcome.row(side), flush=True)
        for error in outcome.errors:
            print(error, file=sys.stderr)
    for visitors, by in medians.items():
        if not options.is_alone:
            print(f"\n{visitors} visitors: median ours / {_THEIRS} {by['ours'] / by[_THEIRS]:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
