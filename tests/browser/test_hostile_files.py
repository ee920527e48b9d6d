"""Files made to do harm, sent by one clerk while somebody else looks at the map: nobody but the clerk notices."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from browser.conftest import serving
from people import STEWARD
from playwright.sync_api import expect

from benchmarks.hostile_files.sheets import MAKERS
from geo.access import accounts
from geo.errors import Problem
from geo.store.engine import Store
from geo.terms import AccountKind, Role
from geo.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="processes are looked up in /proc"),
]
PASSWORD = "kuda lumping biru 7"
WORDS = Words(Language.ID)
#: The worst of them by what they once cost, and what the clerk is told; nothing: the rows are shown.
SENT = {
    "a cell in the last corner, single quotes": Problem.TOO_LARGE,
    "one long text in very many cells, by +0": Problem.TOO_LARGE,
    "a thousand sheets that are one part": Problem.UNREADABLE,
    "kilobytes that are 40 GB": Problem.TOO_LARGE,
    "numbers without end": None,
}
GOOD = "Nama,Jenis Kelamin,Kelurahan,Tanggal Lapor\nCONTOH SATU,P,Oebobo,16/11/2018\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("kantor")
    store = Store(folder / "kota" / "kota.sqlite")
    accounts.add(store, STEWARD, name="ana", role=Role.STEWARD, kind=AccountKind.LOCAL, password=PASSWORD)
    store.close()
    own = folder / "settings.toml"
    own.write_text(f"[stores]\nkota = '{store.path.parent.as_posix()}'\n", "utf-8")
    with serving(PETAJAGA_SETTINGS=str(own)) as address:
        yield address


def _server(address: str) -> int:
    """Process that serves an address."""
    wanted = f"--server.port={urlsplit(address).port}".encode()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if wanted in (folder / "cmdline").read_bytes().split(b"\0"):
                    return int(folder.name)
            except OSError:
                continue
    return 0


def _waiting(server: int) -> list[int]:
    """Children of the server: the process that waits for files."""
    threads = Path(f"/proc/{server}/task").iterdir()
    return [int(one) for thread in threads for one in (thread / "children").read_text("ascii").split()]


def _map(page: Page, address: str) -> None:
    """The map stands, and nothing says that something went wrong."""
    page.goto(f"{address}/ringkasan")
    frame = page.frame_locator("iframe[title='streamlit_folium.st_folium']")
    expect(frame.locator("path[data-kode]")).to_have_count(51, timeout=30_000)
    assert page.get_by_test_id("stException").count() == 0
    assert page.get_by_text(WORDS("error.page")).count() == 0


def _send(page: Page, path: Path) -> None:
    page.locator("input[type=file]").first.set_input_files(path, timeout=30_000)


def test_nobody_else_notices(office: str, visit: Callable[..., Page], tmp_path: Path) -> None:
    clerk = visit(f"{office}/masuk?lanjut=/data")
    clerk.get_by_label("Nama akun").fill("ana")
    clerk.get_by_label("Kata sandi").fill(PASSWORD)
    clerk.get_by_role("button", name="Masuk", exact=True).click()
    expect(clerk.get_by_role("heading", level=1, name="Data")).to_be_visible(timeout=30_000)
    other, server = visit(f"{office}/ringkasan"), _server(office)
    assert server
    _map(other, office)
    for at, (what, problem) in enumerate(SENT.items()):
        made = MAKERS[what](tmp_path)
        _send(clerk, made.rename(made.with_stem(f"kiriman-{at}")))
        _map(other, office)
        if problem:
            told = clerk.get_by_test_id("stAlert").filter(has_text=f"kiriman-{at}")
            expect(told).to_contain_text(WORDS(f"fault.what.{problem}", hint=""), timeout=20_000)
        else:
            expect(clerk.get_by_text(WORDS("data.dry_run"))).to_be_visible(timeout=20_000)
        assert clerk.get_by_test_id("stException").count() == 0
        assert "Traceback" not in clerk.content()
        assert _server(office) == server
        assert len(_waiting(server)) == 1
    # And should one of them end the process that waits for files, the next file has a new one.
    (waiting,) = _waiting(server)
    os.kill(waiting, signal.SIGKILL)
    good = tmp_path / "baik.csv"
    good.write_text(GOOD, "utf-8")
    _send(clerk, good)
    expect(clerk.get_by_role("button", name="Terima 1 baris")).to_be_visible(timeout=20_000)
    assert _server(office) == server
    assert _waiting(server) != [waiting]
