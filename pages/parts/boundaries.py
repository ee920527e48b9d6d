"""The city's own layer of boundaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.access.sent import on_disk
from geo.errors import DataError
from geo.places.adopt import adopt, columns_of, give_up
from geo.settings import ADOPTED
from pages.shell import caches, uploads
from pages.shell.controls import do, tell

if TYPE_CHECKING:
    from pages.shell.view import Shell


def boundaries(shell: Shell) -> None:
    """Upload a layer, assign its columns, and use it; or go back to the embedded one."""
    words = shell.words
    with st.expander(words("layer.title", layer=shell.areas.layer, n=len(shell.areas.index))):
        st.caption(words("layer.help"))
        sent = st.file_uploader(
            words("layer.upload"), type=["zip", "gpkg", "geojson"], key=uploads.uploader_key("layer")
        )
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
            columns = columns_of(path)
    except DataError as fault:
        tell(shell, fault)
        return
    parts = st.columns(3)
    chosen = {
        part: parts[at].selectbox(
            words(f"layer.{part}"),
            ["", *columns],
            key=f"layer.{part}",
            index=1 + columns.index(part_name) if (part_name := _likely(part, columns)) else 0,
        )
        for at, part in enumerate(("key", "name", "group"))
    }
    if st.button(words("layer.use"), disabled=not (chosen["key"] and chosen["name"])):
        do(
            shell,
            lambda: _adopt(shell, name, raw, chosen),
            words("layer.used"),
        )


def _adopt(shell: Shell, name: str, raw: bytes, columns: dict[str, str]) -> None:
    """Use the layer on all pages."""
    with on_disk(name, raw) as path:
        adopt(path, shell.settings.areas, shell.settings.kota, shell.who, **columns)
    uploads.let_go()
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
