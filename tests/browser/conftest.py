"""A real server and a real browser that may reach nothing but this machine."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from browser.find import browser as found_browser
from playwright.sync_api import Browser, Page, expect, sync_playwright

from geo.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LOCAL = {"localhost", "127.0.0.1"}


def settled(page: Page) -> None:
    """Waits until the page's run has ended, and what it sent is drawn."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached(timeout=30_000)
    page.wait_for_timeout(300)


@contextlib.contextmanager
def serving(**environment: str) -> Iterator[str]:
    """A fresh server of the app; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "dashboard.py", f"--server.port={port}"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://localhost:{port}"
    try:
        for _ in range(240):
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer,
            ):
                if answer.status == 200:
                    break
            time.sleep(0.25)
        else:
            pytest.fail("the server did not start within a minute")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture
def fresh_server() -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = found_browser()
    assert path, "make browser puts one here"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address as a new visitor; a request that would leave this machine is stopped and fails the test."""
    contexts = []
    escaped: list[str] = []

    def open_page(url: str, *, width: int = 1280, height: int = 900) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()

        def guard(route: object) -> None:
            host = urlsplit(route.request.url).hostname  # type: ignore[attr-defined]
            if host in _LOCAL or route.request.url.startswith(("data:", "blob:")):  # type: ignore[attr-defined]
                route.continue_()  # type: ignore[attr-defined]
            else:
                escaped.append(route.request.url)  # type: ignore[attr-defined]
                route.abort()  # type: ignore[attr-defined]

        context.route("**/*", guard)
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert escaped == []
