"""A real server, and nobody who opens as many sessions as he can, sends large messages and files: it stays small."""

from __future__ import annotations

import contextlib
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

import pytest
from browser.conftest import serving
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from pages.web.gate import LARGEST_MESSAGE, MOST_SESSIONS

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory of a process is read from /proc"),
]
#: What a proxy in front would say of him.
STRANGER = {"X-Forwarded-For": "10.0.0.9"}


def memory_mb(port: int) -> int:
    """Resident memory of the server that was started with this port."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"--server.port={port}".encode() in (folder / "cmdline").read_bytes():
                (line,) = [one for one in (folder / "status").read_text().splitlines() if one.startswith("VmRSS")]
                return int(line.split()[1]) // 1000
    pytest.fail("no such server")


def ended(one: ClientConnection) -> bool:
    """Whether the server closed a session."""
    try:
        while True:
            one.recv(timeout=2)
    except TimeoutError:
        return False
    except WebSocketException:
        return True


def test_nobody_makes_a_server_large() -> None:
    with serving(PETAJAGA_SETTINGS="/none.toml") as address, contextlib.ExitStack() as all_of_them:
        there = urlsplit(address)
        before = memory_mb(int(there.port or 0))
        opened: list[ClientConnection] = []
        for _ in range(MOST_SESSIONS + 50):
            with contextlib.suppress(WebSocketException):
                way = connect(f"ws://{there.netloc}/_stcore/stream", origin=address, additional_headers=STRANGER)
                opened.append(all_of_them.enter_context(way))
        assert len(opened) == MOST_SESSIONS
        for one in opened[:30]:
            with contextlib.suppress(WebSocketException):
                one.send(b"x" * 2 * LARGEST_MESSAGE)
        assert all(ended(one) for one in opened[:30])
        for number in range(30):
            asked = urllib.request.Request(
                f"{address}/_stcore/upload_file/{number}/file", data=bytes(60 * 2**20), method="PUT", headers=STRANGER
            )
            # Refused before its content was read: that may end the connection.
            with pytest.raises(URLError) as refused:
                urllib.request.urlopen(asked)
            assert not isinstance(refused.value, HTTPError) or refused.value.code == 403
        assert memory_mb(int(there.port or 0)) < before + 200, "30 files of 60 MB are 1,800"
        with urllib.request.urlopen(f"{address}/_stcore/health") as answer:
            assert answer.status == 200
