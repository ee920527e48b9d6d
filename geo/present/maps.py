"""Maps: a folium map that never changes, and a layer that carries only colours."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import folium
from branca.element import MacroElement
from folium.template import Template

from geo.present.layer import script_text
from geo.present.palette import outline
from geo.terms import Stage

if TYPE_CHECKING:
    from geo.places.boundaries import Areas
    from geo.present.layer import Assets
    from geo.present.paint import Paint


#: Stands in the script of `paint_layer` where the paint comes.
PAINT = "PETA_JAGA_PAINT"


class _Draw(MacroElement):
    """Draw the geometry from the map's own script file."""

    _template = Template(
        "{% macro script(this, kwargs) %}PetaJaga.draw({{ this._parent.get_name() }});{% endmacro %}"
    )


class _Paint(MacroElement):
    """Colour the drawn areas."""

    _template = Template(f"{{% macro script(this, kwargs) %}}PetaJaga.paint(map_div, {PAINT});{{% endmacro %}}")

    def __init__(self) -> None:
        super().__init__()
        self._name = "Paint"


class _LocalMap(folium.Map):
    """A folium map whose scripts and styles come only from this server.

    folium 0.20 links five scripts and six style sheets on the internet, and streamlit-folium 0.27 stays blank if one
    of them does not load.
    """

    def __init__(self, assets: Assets, address: str) -> None:
        super().__init__(
            location=[0, 0],
            zoom_start=11,
            tiles=None,
            zoom_snap=0.25,
            zoom_delta=0.5,
            scroll_wheel_zoom=False,
            max_zoom=17,
            attribution_control=True,
        )
        self.default_js = [("leaflet", address + assets.leaflet), ("areas", address + assets.script)]
        self.default_css = [("areas", address + assets.style)]
        # streamlit-folium finds the map's variable by name: a fixed name keeps the script the same.
        self.add_child(_Draw())


def base_map(assets: Assets, address: str) -> folium.Map:
    """The fixed map; it is drawn once for a visitor and stays on the screen.

    Parameters
    ----------
    assets
        Files of the map.
    address
        Address of the folder that serves them, with a slash at the end.
    """
    return _LocalMap(assets, address)


def _payload(paint: Paint, areas: Areas, selected: str, tiles: tuple[str, str] | None) -> dict[str, Any]:
    kinds = sorted({stage for stage in paint.stages if stage})
    outlines = [None, *(outline(Stage(stage)) for stage in kinds)]
    places = {kode: number for number, kode in enumerate(areas.index)}
    payload: dict[str, Any] = {
        "fills": [one.fill for one in paint.classes],
        "classes": [int(number) for number in paint.position.reindex(areas.index)],
        "outlines": outlines,
        "stages": [kinds.index(stage) + 1 if stage else 0 for stage in paint.stages.reindex(areas.index)],
        "tips": paint.tips,
        "title": paint.title,
        "note": paint.note,
        "regions": [
            {"polygons": one.polygons, "at": one.at, "label": one.label, "dashed": one.is_dashed}
            for one in paint.regions
        ],
        "selected": places.get(selected, -1),
        "tiles": None if tiles is None else {"url": tiles[0], "attribution": tiles[1]},
    }
    payload["token"] = hashlib.sha256(script_text(payload).encode()).hexdigest()[:12]
    return payload


def paint_layer() -> folium.FeatureGroup:
    """Layer that repaints the base map; `PAINT` in its script stands for what `paint_text` gives."""
    group = folium.FeatureGroup(name="paint", control=False)
    group.add_child(_Paint())
    return group


def paint_text(paint: Paint, areas: Areas, *, selected: str = "", tiles: tuple[str, str] | None = None) -> str:
    """What repaints the base map, as a literal of its script: a few kilobytes, no geometry, every text escaped.

    Parameters
    ----------
    paint
        Content of the map, the same for everybody with the same release.
    areas
        The layer.
    selected
        Kelurahan selected by this visitor, or empty.
    tiles
        Address and attribution of an online background map; None for none.
    """
    return script_text(_payload(paint, areas, selected, tiles))
