"""The dashboard against the app that a tutorial would write, both in one browser on one machine.

The browser measures the time: a script notes the first frame with 51 kelurahan in new colours. This machine answers
the internet addresses of the tutorial's page over TLS, not Playwright's routing: routing would switch off the
browser's cache and slow down every change of the tutorial.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import os
import runpy
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from playwright.sync_api import sync_playwright

from benchmarks import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NAME = "app"
SUMMARY = "first map and change of indicator, beside the app of a tutorial, in a real browser"

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "var" / "bench"
REPETITIONS = 9
_QUIET = 1000  # milliseconds without a byte after which a page is idle

_PACKAGES = {
    "leaflet": "leaflet@1.9.3",
    "jquery": "jquery@3.7.1",
    "bootstrap": "bootstrap@5.2.2",
    "awesome-markers": "leaflet.awesome-markers@2.0.5",
    "fontawesome": "@fortawesome/fontawesome-free@6.2.0",
    "d3-3": "d3@3.5.5",
    "d3-4": "d3@4.13.0",
}
#: Files that folium 0.20, branca 0.8 and streamlit-folium 0.27 link, with the same file in an npm package.
_FILES = {
    "cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js": "leaflet/dist/leaflet.js",
    "cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css": "leaflet/dist/leaflet.css",
    "code.jquery.com/jquery-3.7.1.min.js": "jquery/dist/jquery.min.js",
    "cdn.jsdelivr.net/npm/bootstrap@5.2.2/dist/js/bootstrap.bundle.min.js": (
        "bootstrap/dist/js/bootstrap.bundle.min.js"
    ),
    "cdn.jsdelivr.net/npm/bootstrap@5.2.2/dist/css/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.js": (
        "awesome-markers/dist/leaflet.awesome-markers.js"
    ),
    "cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.css": (
        "awesome-markers/dist/leaflet.awesome-markers.css"
    ),
    "cdn.jsdelivr.net/npm/@fortawesome/fontawesome-free@6.2.0/css/all.min.css": "fontawesome/css/all.min.css",
    "d3js.org/d3.v4.min.js": "d3-4/build/d3.min.js",
    "cdnjs.cloudflare.com/ajax/libs/d3/3.5.5/d3.min.js": "d3-3/d3.min.js",
}
#: Style sheets that are in no package; an empty one is an advantage for the tutorial.
_EMPTY = {
    "netdna.bootstrapcdn.com/bootstrap/3.0.0/css/bootstrap-glyphicons.css",
    "cdn.jsdelivr.net/gh/python-visualization/folium/folium/templates/leaflet.awesome.rotate.min.css",
}
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
_TYPES = {".js": "text/javascript", ".css": "text/css"}

#: Looks at every frame that the browser draws. The sign is empty until 51 kelurahan are there; a new sign is a new
#: picture. When two maps are there for a moment, the last one is the new one.
_WATCH = """
if (window === window.top) {
  window.bench = {pictures: [], sign: "", pressed: 0};
  addEventListener("pointerdown", event => { bench.pressed = event.timeStamp; }, true);
  const sign = () => {
    if (document.querySelector("[data-testid=stMarkdownContainer] p")?.textContent === "bare") return "bare";
    const map = Array.from(document.querySelectorAll("iframe")).pop()?.contentDocument?.getElementById("map_div");
    if (!map) return "";
    const ours = map.querySelectorAll(".leaflet-overlay-pane path[data-kode]").length;
    if (ours) return ours === 51 && map.dataset.painted || "";
    const paths = map.querySelectorAll("path.leaflet-interactive");
    return paths.length === 51 ? Array.from(paths, path => path.getAttribute("fill")).join() : "";
  };
  const look = () => {
    const now = sign();
    if (now && now !== bench.sign) {
      bench.sign = now;
      setTimeout(() => bench.pictures.push(performance.now()));
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


def _program(name: str, why: str) -> str:
    if found := shutil.which(name):
        return found
    msg = f"benchmark app: {name} is needed {why}, and there is none on the PATH"
    raise RuntimeError(msg)


def _packages() -> Path:
    """Folder of the npm packages, downloaded at the first run."""
    folder = CACHE / "npm"
    mark = folder / "complete"
    wanted = " ".join(f"{alias}@npm:{package}" for alias, package in _PACKAGES.items())
    if not mark.exists() or mark.read_text() != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        npm = _program("npm", "to fetch the scripts that the tutorial's page takes from the internet")
        (folder / "package.json").write_text("{}")
        subprocess.run(
            [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", *wanted.split()],
            cwd=folder,
            check=True,
        )
        mark.write_text(wanted)
    return folder / "node_modules"


def _certificate() -> tuple[Path, str]:
    """File with our own key and certificate, and the hash that makes the browser trust it."""
    file, openssl = CACHE / "key.pem", _program("openssl", "to make a certificate for the local copies")
    if not file.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        made = subprocess.run(
            [
                openssl,
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "3650",
                "-subj",
                "/CN=localhost",
                "-keyout",
                "-",
                "-out",
                "-",
            ],
            capture_output=True,
            check=True,
        )
        file.write_bytes(made.stdout)
    public = subprocess.run(
        [openssl, "x509", "-in", file, "-pubkey", "-noout"], capture_output=True, check=True
    ).stdout
    packed = subprocess.run(
        [openssl, "pkey", "-pubin", "-outform", "der"], input=public, capture_output=True, check=True
    )
    return file, base64.b64encode(hashlib.sha256(packed.stdout).digest()).decode()


class _Copies(BaseHTTPRequestHandler):
    """Answer as the content networks do: compressed, and cached for a year."""

    protocol_version = "HTTP/1.1"
    files: ClassVar[dict[str, bytes]] = {}
    refused: ClassVar[set[str]] = set()

    def do_GET(self) -> None:
        address = f"{self.headers['Host']}{self.path}"
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Access-Control-Allow-Origin": "*"}
        body = self.files.get(address)
        if body is not None:
            headers |= {"Content-Type": _TYPES[Path(self.path).suffix], "Content-Encoding": "gzip"}
        elif "tile.openstreetmap.org" in address:
            body = _PIXEL
            headers["Content-Type"] = "image/png"
        self.send_response(404 if body is None else 200)
        if body is None:
            self.refused.add(address)
        for name, value in (headers | {"Content-Length": str(len(body or b""))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextlib.contextmanager
def _internet() -> Iterator[list[str]]:
    """Serve local copies of the internet files of the tutorial's page; yields the browser flags that use them."""
    packages = _packages()
    _Copies.files = {address: gzip.compress((packages / file).read_bytes()) for address, file in _FILES.items()}
    _Copies.files |= dict.fromkeys(_EMPTY, gzip.compress(b""))
    _Copies.refused = set()
    certificate, trusted = _certificate()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Copies)
    server.daemon_threads = True
    # The handshake runs in the thread of its connection, not in the accepting one.
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield [
            f"--host-resolver-rules=MAP *:443 127.0.0.1:{server.server_port}, EXCLUDE localhost, EXCLUDE 127.0.0.1",
            f"--ignore-certificate-errors-spki-list={trusted}",
        ]
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _serving(script: Path) -> Iterator[str]:
    """Run a server of a Streamlit script with the options of this project; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        for _ in range(240):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310 - our own address
                break
            time.sleep(0.25)
        else:
            msg = f"benchmark app: {script.name} did not start within a minute"
            raise RuntimeError(msg)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _browser(flags: list[str]) -> Iterator[Browser]:
    path = runpy.run_path(str(ROOT / "tests" / "browser" / "find.py"))["browser"]()
    if path is None:
        msg = "benchmark app: no browser; python tests/browser/find.py --install puts one here"
        raise RuntimeError(msg)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--disable-features=AutofillServerCommunication",
                *flags,
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


class _Wire:
    """Bytes that a page received over HTTP (compressed) and over its websocket."""

    def __init__(self, page: Page) -> None:
        self.bytes = self.messages = 0
        session = page.context.new_cdp_session(page)
        session.on("Network.loadingFinished", self._answer)
        session.on("Network.webSocketFrameReceived", self._message)
        session.send("Network.enable")

    def _answer(self, event: dict) -> None:
        self.bytes += int(event["encodedDataLength"])

    def _message(self, event: dict) -> None:
        frame = event["response"]
        text = frame["payloadData"]
        self.messages += 1
        # Opcode 2 is binary, and arrives here as base64.
        self.bytes += len(base64.b64decode(text)) if frame["opcode"] == 2 else len(text.encode())


@dataclass
class _Visits:
    """Results of the visits to one app: seconds, and kilobytes received."""

    first: list[float] = field(default_factory=list)
    first_kb: list[float] = field(default_factory=list)
    change: list[float] = field(default_factory=list)
    change_kb: list[float] = field(default_factory=list)
    stayed: list[bool] = field(default_factory=list)


def _ours(page: Page, turn: int) -> None:
    group = page.get_by_test_id("stMain").get_by_test_id("stButtonGroup")
    group.get_by_text(("Laporan", "Korban")[turn], exact=True).click()


def _theirs(page: Page, turn: int) -> None:
    page.get_by_test_id("stSelectbox").locator("input").click()
    page.get_by_role("option", name=("Reports", "Victims")[turn], exact=True).click()


def _rest(page: Page, wire: _Wire) -> None:
    """Wait until a page receives nothing more."""
    for _ in range(20):
        before = wire.bytes
        page.wait_for_timeout(_QUIET)
        if wire.bytes == before:
            return


def _picture(page: Page, number: int) -> float:
    """Time when the picture of this number was on the screen, in seconds since the start of the visit."""
    page.wait_for_function("number => window.bench.pictures.length >= number", arg=number, polling=50, timeout=20_000)
    return float(page.evaluate("number => window.bench.pictures[number - 1]", number)) / 1000


@contextlib.contextmanager
def _visit(browser: Browser, address: str) -> Iterator[tuple[Page, _Wire]]:
    """A new visitor with an empty cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        context.add_init_script(_WATCH)
        page = context.new_page()
        wire = _Wire(page)
        page.goto(address, wait_until="commit")
        yield page, wire
    finally:
        context.close()


def _measure(browser: Browser, address: str, choose: object, into: _Visits) -> None:
    """One visit: the first map, a change of indicator and back."""
    with _visit(browser, address) as (page, wire):
        first = _picture(page, 1)
        _rest(page, wire)
        into.first.append(first)
        into.first_kb.append(wire.bytes / 1000)
        for turn in (0, 1):
            frame = page.frame_locator("iframe[title='streamlit_folium.st_folium']")
            frame.locator("#map_div").evaluate("map => { map.dataset.same = 'yes'; }")
            before, pictures = wire.bytes, int(page.evaluate("window.bench.pictures.length"))
            choose(page, turn)
            seen = _picture(page, pictures + 1)
            into.change.append(seen - float(page.evaluate("window.bench.pressed")) / 1000)
            _rest(page, wire)
            into.change_kb.append((wire.bytes - before) / 1000)
            into.stayed.append(frame.locator("#map_div[data-same='yes']").count() == 1)


def _bare(browser: Browser, address: str) -> float:
    """Time to the text of a page without other content: the minimum for every app."""
    with _visit(browser, address) as (page, _):
        return _picture(page, 1)


def _results(ours: _Visits, theirs: _Visits, bare: list[float], browser: str) -> list[Result]:
    versions = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "folium", "streamlit-folium"))
    common = f"{versions}, chromium {browser}, {os.cpu_count()} cores"
    visits, changes = len(ours.first), len(ours.change)

    def spread(times: list[float]) -> str:
        return f"{min(times):.2f} to {max(times):.2f}"

    def stays(seen: _Visits) -> str:
        return f"stayed on the screen in {sum(seen.stayed)} of {len(seen.stayed)} changes"

    def result(what: str, unit: str, ours: list[float], theirs: list[float], notes: str) -> Result:
        middle = statistics.median(ours), statistics.median(theirs)
        return Result(NAME, what, unit, *middle, "tutorial app", notes=f"{notes}; {common}")

    return [
        result(
            "first map",
            "s",
            ours.first,
            theirs.first,
            f"median of {visits} new visitors, ours {spread(ours.first)}, theirs {spread(theirs.first)}; a page with "
            f"one line of text: {statistics.median(bare):.2f} s",
        ),
        result(
            "change of indicator",
            "s",
            ours.change,
            theirs.change,
            f"median of {changes}, ours {spread(ours.change)}, theirs {spread(theirs.change)}; our map "
            f"{stays(ours)}, theirs {stays(theirs)}",
        ),
        result(
            "bytes of a change",
            "kB",
            ours.change_kb,
            theirs.change_kb,
            f"received over websocket and HTTP until nothing more comes, most ours {max(ours.change_kb):.1f}, "
            f"theirs {max(theirs.change_kb):.1f}",
        ),
        result(
            "bytes of a first visit",
            "kB",
            ours.first_kb,
            theirs.first_kb,
            "as above, with Streamlit's own scripts",
        ),
    ]


def run() -> list[Result]:
    """Visit both apps in turn, each visit as a new visitor, and compare the medians.

    Raises
    ------
    RuntimeError
        If npm, openssl or a browser is missing, a server does not start, or a page requests an internet file without
        a local copy.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    one_line = CACHE / "bare.py"
    one_line.write_text('import streamlit as st\n\nst.write("bare")\n')
    with contextlib.ExitStack() as stack:
        flags = stack.enter_context(_internet())
        dashboard = stack.enter_context(_serving(ROOT / "dashboard.py"))
        tutorial = stack.enter_context(_serving(Path(__file__).parent / "tutorial" / "app.py"))
        empty = stack.enter_context(_serving(one_line))
        browser = stack.enter_context(_browser(flags))
        ours, theirs, bare = _Visits(), _Visits(), []
        sides = [(dashboard, _ours, ours), (tutorial, _theirs, theirs)]
        for address, choose, _ in sides:
            _measure(browser, address, choose, _Visits())
        _bare(browser, empty)
        for _ in range(REPETITIONS):
            for address, choose, into in sides:
                _measure(browser, address, choose, into)
            bare.append(_bare(browser, empty))
            sides.reverse()
        if _Copies.refused:
            msg = f"benchmark app: no local copy of {', '.join(sorted(_Copies.refused))}"
            raise RuntimeError(msg)
        return _results(ours, theirs, bare, browser.version)
