"""A layer of boundaries of the city's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError

if TYPE_CHECKING:
    from pages.shell.desk import Desk
    from pages.shell.view import Shell


def boundaries(shell: Shell, desk: Desk) -> None:
    """Bring a layer, say which column is what, and use it; or go back to the embedded one."""
    words = shell.words
    with st.expander(words("layer.title", layer=shell.areas.layer, n=len(shell.areas.index))):
        st.caption(words("layer.help"))
        sent = st.file_uploader(words("layer.upload"), type=["zip", "gpkg", "geojson"], key="layer.file")
        if sent is not None:
            _use(shell, desk, sent.name, sent.getvalue())
        if desk.has_layer and st.button(words("layer.give_up")):
            shell.do(desk.give_up_layer, words("layer.given_up"))


def _use(shell: Shell, desk: Desk, name: str, raw: bytes) -> None:
    """Columns of the layer, and taking it into use."""
    words = shell.words
    try:
        columns = desk.layer_columns(name, raw)
    except DataError as fault:
        shell.tell(fault)
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
        shell.do(
            lambda: desk.use_layer(name, raw, key=chosen["key"], name_column=chosen["name"], group=chosen["group"]),
            words("layer.used"),
        )


def _likely(part: str, columns: list[str]) -> str:
    """Column that is most likely meant."""
    known = {
        "key": ("kode", "kode_desa", "id"),
        "name": ("kelurahan", "nama", "name"),
        "group": ("kecamatan", "group"),
    }
    return next((one for wanted in known[part] for one in columns if one.lower() == wanted), "")
