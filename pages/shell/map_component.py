"""The map on a page: mounted once, repainted by every change; it reports clicks on a kelurahan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit_folium import _component_func, generate_js_hash

from geo.present.maps import PAINT, paint_text
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
        Called with the key of the clicked kelurahan, or with empty text when the selection was cleared.
    height
        In pixels.
    """

    def chosen() -> None:
        value = st.session_state.get(key)
        kode = value.get("kelurahan") if isinstance(value, dict) else None
        if isinstance(kode, str) and (kode == "" or kode in areas.index):
            on_choice(kode)

    parts = caches.map_parts(areas)
    paint_script = parts.layer.replace(PAINT, paint_text(paint, areas, selected=selected, tiles=tiles))
    component_key = generate_js_hash(parts.script, key)

    def heard() -> None:
        st.session_state[key] = st.session_state.get(component_key, {})
        chosen()

    # Like the call of st_folium 0.27, but the map itself is rendered once for a layer and not at every run.
    _component_func(
        script=parts.script,
        header=parts.header,
        html=parts.html,
        id=parts.id,
        key=component_key,
        height=height,
        width=None,
        # No automatic return values: panning and zooming never rerun a page. The map's script sends a click.
        returned_objects=[],
        default={},
        zoom=None,
        center=None,
        feature_group=paint_script,
        return_on_hover=False,
        layer_control=None,
        pixelated=False,
        css_links=list(parts.css_links),
        js_links=list(parts.js_links),
        on_change=heard,
        wrap_longitude=False,
    )
