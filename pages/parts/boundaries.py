"""The city's own layer of boundaries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from geo.access.sent import on_disk
from geo.errors import DataError
from geo.places.adopt import adopt, give_up
from geo.places.boundaries import layer_columns
from geo.settings import ADOPTED
from pages.shell import caches, uploads
from pages.shell.controls import do, tell
from pages.shell.frame import told_note

if TYPE_CHECKING:
    from pages.shell.view import Shell


def boundaries(shell: Shell) -> None:
    """Upload a layer, assign its columns, and use it; or go back to the embedded one."""
    words = shell.words
    with st.expander(words("layer.title", layer=shell.said.layer, n=len(shell.areas.index))):
        st.caption(words("layer.help"))
        # Of any ending: what a file is that cannot be read is told by us, in the reader's language.
        sent = st.file_uploader(words("layer.upload"), key=uploads.uploader_key("layer"))
        if sent is None:
            uploads.let_go("layer")
        else:
            uploads.held("layer", sent, life_s=60 * shell.settings.access.idle_minutes)
            _use(shell, sent.name, sent.getvalue())
        if (shell.settings.kota / ADOPTED).exists() and st.button(words("layer.give_up")):
            do(shell, lambda: _give_up(shell), words("layer.given_up"))


def _use(shell: Shell, name: str, raw: bytes) -> None:
    """Assign the columns of the layer, and use it."""
    words = shell.words
    try:
        with on_disk(name, raw) as path:
            columns = layer_columns(path)
    except DataError as fault:
        tell(shell, fault)
        return
    parts = st.columns(3, vertical_alignment="bottom")
    chosen = {
        part: parts[at].selectbox(
            words(f"layer.{part}"),
            ["", *columns],
            key=f"layer.{part}",
            index=1 + columns.index(part_name) if (part_name := _likely(part, columns)) else 0,
        )
        for at, part in enumerate(("key", "name", "group"))
    }
    chosen["layer"] = st.text_input(
        words("field.title"),
        max_chars=40,
        key="layer.title",
        placeholder=words("layer.title.example"),
        help=words("layer.title.help"),
    )
    if st.button(words("layer.use"), disabled=not all(chosen[part] for part in ("key", "name", "layer"))):
        do(shell, lambda: _adopt(shell, name, raw, chosen), words("layer.used"))


def _adopt(shell: Shell, name: str, raw: bytes, chosen: dict[str, str]) -> None:
    """Use the layer on all pages."""
    with on_disk(name, raw) as path:
        areas = adopt(replace(shell.settings.areas, path=path, **chosen), shell.settings.kota, shell.who)
    uploads.let_go()
    # The copy in use is ours and whole: what was found in the file that was sent is told once.
    for note in areas.notes:
        st.toast(told_note(note, shell.words), duration="long")
    caches.settings.clear()


def _give_up(shell: Shell) -> None:
    """Go back to the layer of the settings on all pages."""
    give_up(shell.settings.kota, shell.who)
    caches.settings.clear()


def _likely(part: str, columns: list[str]) -> str:
    """Most likely column."""
    known = {
        "key": ("kode", "kode_desa", "id"),
        "name": ("kelurahan", "nama", "name"),
        "group": ("kecamatan", "group"),
    }
    return next((one for wanted in known[part] for one in columns if one.lower() == wanted), "")
