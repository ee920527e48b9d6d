"""A page test has no browser: it is one on this machine, as a browser would say."""

from __future__ import annotations

import pytest

from pages.shell import access


@pytest.fixture(autouse=True)
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the browser of the test sends: `token` is its session's, the rest are headers."""
    sent = {"token": "", "Host": "localhost:8501"}
    monkeypatch.setattr(
        access, "handshake", lambda: (sent["token"], {name: text for name, text in sent.items() if name != "token"})
    )
    return sent
