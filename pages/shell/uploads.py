"""Uploaded files: on the disk only while they are read, in memory only while they are in use.

The content read from a file is kept here and not in the visit, so that it is deleted even without further user
action: the visit has no clock, and a tab may stay open for days.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
import tempfile
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shell import access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamlit.runtime.uploaded_file_manager import UploadedFile

_TEMPORARY, _STALE_S = "petajaga-", 3_600
_TOKENS = "uploads.tokens"
_TURN = "uploads.turn"
_HELD: dict[str, HeldUpload] = {}
_LOCK = threading.Lock()


class HeldUpload:
    """One uploaded file, and the content read from it.

    Parameters
    ----------
    file_id
        Identifier from Streamlit, one for each upload.
    owner
        Owner of the visit, from `_owner`.
    """

    def __init__(self, file_id: str, owner: str) -> None:
        self.file_id, self.owner = file_id, owner
        self.content: Any = None
        self._sent: list[weakref.ref[Any]] = []
        self._remove: Callable[[], None] = _nothing
        self._clock: threading.Timer | None = None

    def seen(self, token: str, sent: Any, life_s: float) -> None:
        """Records where Streamlit keeps the file in this run, and restarts the clock."""
        context = get_script_run_ctx()
        if context is not None:
            manager: Any = context.uploaded_file_mgr
            session = context.session_id
            self._remove = lambda: manager.remove_file(session, self.file_id)
        if sent is not None:
            # Streamlit 1.67 creates one for each run, and keeps the previous one for a while.
            self._sent = [*(one for one in self._sent if one() is not None), weakref.ref(sent)]
        self.stop()
        self._clock = threading.Timer(life_s, _drop, (token,))
        self._clock.daemon = True
        self._clock.start()

    def stop(self) -> None:
        """Stops the clock."""
        if self._clock is not None:
            self._clock.cancel()

    def erase(self) -> None:
        """Deletes the content that was read, Streamlit's copy of the file, and the copy in the widget's state."""
        self.stop()
        self.content = None
        self._remove()
        for one in self._sent:
            if (original := one()) is not None:
                # Streamlit 1.67 returns copies: nobody is reading these.
                original.truncate(0)
        self._sent = []


def _nothing() -> None:
    pass


def _drop(token: str) -> None:
    with _LOCK:
        found = _HELD.pop(token, None)
    if found is not None:
        found.erase()


def _owner() -> str:
    """Identifies the owner of a visit; it gives no access."""
    return hashlib.sha256(access.handshake()[0].encode()).hexdigest()


def uploader_key(slot: str) -> str:
    """Key of the upload widget: a new one after the file was deleted."""
    return f"{slot}.file.{st.session_state.get(_TURN, 0)}"


def held(slot: str, sent: UploadedFile, *, life_s: float) -> HeldUpload:
    """The stored content of a file of the visit; replaces and deletes the previous file.

    Parameters
    ----------
    slot
        Purpose of the file: `data` or `layer`, the first part of the keys of its widgets.
    sent
        The file.
    life_s
        Seconds after which it is deleted if nobody viewed the page meanwhile.
    """
    tokens: dict[str, str] = st.session_state.setdefault(_TOKENS, {})
    found = _HELD.get(tokens.get(slot, ""))
    if found is None or found.file_id != sent.file_id:
        _drop(tokens.get(slot, ""))
        token = tokens[slot] = secrets.token_hex(8)
        found = HeldUpload(sent.file_id, _owner())
        with _LOCK:
            _HELD[token] = found
    found.seen(tokens[slot], st.session_state.get(uploader_key(slot)), life_s)
    return found


def let_go(slot: str = "") -> bool:
    """Deletes the visit's files, the content read from them, and the choices made for them.

    Parameters
    ----------
    slot
        Only this purpose, whose widget has no file any more; by default all.

    Returns
    -------
    bool
        Whether one had been deleted automatically, because nobody viewed it for too long.
    """
    tokens: dict[str, str] = st.session_state.get(_TOKENS, {})
    has_gone = any(token not in _HELD for name, token in tokens.items() if slot in {"", name})
    if slot:
        _drop(tokens.pop(slot, ""))
        return has_gone
    if not tokens:
        return False
    for token in tokens.values():
        _drop(token)
    del st.session_state[_TOKENS]
    for key in [key for key in st.session_state if str(key).startswith(("data.", "map.", "layer."))]:
        del st.session_state[key]
    # A new widget: the browser would send the old one's file again.
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    return has_gone


def let_go_of(token: str) -> None:
    """Deletes the files of every visit of a browser's session, from outside of these visits."""
    owner = hashlib.sha256(token.encode()).hexdigest()
    for name in [name for name, one in list(_HELD.items()) if one.owner == owner]:
        _drop(name)


@contextlib.contextmanager
def on_disk(name: str, raw: bytes) -> Iterator[Path]:
    """Path of an uploaded file; deleted at the end of the block.

    Parameters
    ----------
    name
        Name as the browser sent it: its last part is kept, for the extension.
    raw
        Its content.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"):
        # From a server that was killed while it read: no reading takes an hour.
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY) as folder:
        path = Path(folder) / Path(name.replace("\\", "/")).name
        path.write_bytes(raw)
        yield path
