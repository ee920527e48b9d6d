"""The map of a layer in the form of streamlit-folium, rendered once. Imported within a visit (see `draw_map`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamlit_folium import _get_feature_group_string, _get_header, _get_html, _get_map_string, get_full_id

from geo.present.maps import base_map, paint_layer

if TYPE_CHECKING:
    from geo.present.layer import Assets


@dataclass(frozen=True, slots=True)
class MapParts:
    """The map of a layer as input of the component: texts that are the same at every run.

    Parameters
    ----------
    script, header, html, id
        Of the map.
    layer
        Script of the layer that repaints it, with `PAINT` in place of the paint.
    css_links, js_links
        Addresses of its files.
    """

    script: str
    header: str
    html: str
    id: str
    layer: str
    css_links: tuple[str, ...]
    js_links: tuple[str, ...]


def render_parts(assets: Assets, address: str) -> MapParts:
    """Renders the map of a layer.

    Parameters
    ----------
    assets
        Its files.
    address
        Address of the folder that serves them.
    """
    base = base_map(assets, address)
    base.get_root().render()
    html, header = _get_html(base), _get_header(base)
    return MapParts(
        script=_get_map_string(base),
        header=header,
        html=html,
        id=get_full_id(base),
        layer=_get_feature_group_string(paint_layer(), map=base),
        css_links=tuple(link for _, link in base.default_css),
        js_links=tuple(link for _, link in base.default_js),
    )
