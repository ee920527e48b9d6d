"""The map on a page: mounted once, repainted by every change, heard when a kelurahan is clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit_folium import st_folium

from geo.present.maps import base_map, painted
from pages.shell import caches

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.places.boundaries import Areas
    from geo.present.paint import Paint

HEIGHT = 560


def draw(
    areas: Areas,
    paint: Paint,
    *,
    key: str,
    selected: str,
    tiles: tuple[str, str] | None,
    on_choice: Callable[[str], None],
    height: int = HEIGHT,
) -> None:
    """Draws or repaints the map.

    Parameters
    ----------
    areas
        The layer.
    paint
        What it shows now.
    key
        Key of the component; the same on every run, so that the map stays on the screen.
    selected
        Chosen kelurahan, or empty.
    tiles
        Online background, or None.
    on_choice
        Called with the key of the kelurahan that was clicked, or with empty text when it was let go.
    height
        In pixels.
    """

    def chosen() -> None:
        value = st.session_state.get(key)
        kode = value.get("kelurahan") if isinstance(value, dict) else None
        if isinstance(kode, str) and (kode == "" or kode in areas.index):
            on_choice(kode)

    st_folium(
        base_map(caches.assets(areas), caches.map_files()),
        key=key,
        height=height,
        use_container_width=True,
        # Nothing comes back by itself: panning and zooming never rerun a page. The map's script sends a click.
        returned_objects=[],
        feature_group_to_add=painted(paint, areas, selected=selected, tiles=tiles),
        on_change=chosen,
    )
