"""A page test has no browser: it is one on this machine, as a browser would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo.store.engine import Store
from pages.shell import access, caches, controls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the browser of the test sends: `token` is its session's, the rest are headers."""
    sent = {"token": "", "Host": "localhost:8501"}
    monkeypatch.setattr(
        access, "handshake", lambda: (sent["token"], {name: text for name, text in sent.items() if name != "token"})
    )
    # It lets a browser draw the map first; here nobody waits for it.
    monkeypatch.setattr(controls, "_HEAD_START", 0)
    return sent


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the store of a city will be whose laptop's owner is the steward; there is none yet."""
    own = tmp_path / "settings.toml"
    own.write_text(
        f"[stores]\nkota = '{(tmp_path / 'kota').as_posix()}'\n[access]\nowner = 'steward'\n", encoding="utf-8"
    )
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))
    caches.settings.clear()
    caches._LAST_READ.clear()
    yield tmp_path / "kota"
    Store(tmp_path / "kota" / "kota.sqlite").close()
    monkeypatch.undo()
    caches.settings.clear()
    caches._LAST_READ.clear()
