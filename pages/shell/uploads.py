"""Files that somebody sent in a visit: where Streamlit keeps them, and letting go of them with what was read."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from geo.access.sent import drop_file, held_file, hold_file, owner_of
from pages.shell import access

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from geo.access.sent import HeldFile

_TOKENS = "uploads.tokens"
_TURN = "uploads.turn"
#: First parts of the keys of widgets that stand for a file: what was chosen for it goes with it.
_WITH_IT = ("data.", "map.", "layer.")


def uploader_key(slot: str) -> str:
    """Key of the widget that takes a file: another one once the file was let go."""
    return f"{slot}.file.{st.session_state.get(_TURN, 0)}"


def _eraser(file_id: str, sent: Any) -> Callable[[], None]:
    """What lets go of Streamlit's copies of a file: the one that was sent, and the one in the state of the widget."""
    context: Any = get_script_run_ctx()
    manager, session = context.uploaded_file_mgr, context.session_id
    original = weakref.ref(sent) if sent is not None else lambda: None

    def erase() -> None:
        manager.remove_file(session, file_id)
        if (kept := original()) is not None:
            # What Streamlit 1.67 hands out are copies: nobody is reading in this one.
            kept.truncate(0)

    return erase


def held(slot: str, sent: UploadedFile, *, life_s: float) -> HeldFile:
    """What is kept of a file of the visit; the file of before in its place is let go.

    Parameters
    ----------
    slot
        What the file is for: `data` or `layer`, the first part of the keys of its widgets.
    sent
        The file.
    life_s
        Seconds after which it goes when nobody looked at the page meanwhile.
    """
    tokens: dict[str, str] = st.session_state.setdefault(_TOKENS, {})
    found = held_file(tokens.get(slot, ""))
    if found is None or found.file_id != sent.file_id:
        drop_file(tokens.get(slot, ""))
        found = hold_file(sent.file_id, owner_of(access.handshake()[0]))
        tokens[slot] = found.token
    found.seen(_eraser(sent.file_id, st.session_state.get(uploader_key(slot))), life_s=life_s)
    return found


def let_go(slot: str = "") -> bool:
    """Lets go of the visit's files, of what was read of them, and of what was chosen for them.

    Parameters
    ----------
    slot
        Of one alone, whose widget holds no file any more; by default of all.

    Returns
    -------
    bool
        Whether one had gone by itself, because nobody looked at it for too long.
    """
    tokens: dict[str, str] = st.session_state.get(_TOKENS, {})
    has_gone = any(held_file(token) is None for name, token in tokens.items() if slot in {"", name})
    if slot:
        drop_file(tokens.pop(slot, ""))
        return has_gone
    if not tokens:
        return False
    for token in tokens.values():
        drop_file(token)
    del st.session_state[_TOKENS]
    for key in [key for key in st.session_state if str(key).startswith(_WITH_IT)]:
        del st.session_state[key]
    # A new widget: the browser would send the old one's file again.
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    return has_gone
