"""Maps: a folium map that never changes, and a layer that carries only colours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import shapely
from branca.element import MacroElement
from folium.template import Template

from geo.present.layer import polygons, script_text
from geo.present.palette import outline
from geo.terms import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geo.places.boundaries import Areas
    from geo.present.classes import Class
    from geo.present.layer import Assets


#: Tolerance for simplifying outlines of several areas: a line of three pixels hides it at any zoom of the city.
_REGION_DETAIL_M = 25.0


class _Draw(MacroElement):
    """Draw the geometry from the map's own script file."""

    _template = Template(
        "{% macro script(this, kwargs) %}PetaJaga.draw({{ this._parent.get_name() }});{% endmacro %}"
    )


class _Paint(MacroElement):
    """Colour the drawn areas."""

    _template = Template("{% macro script(this, kwargs) %}PetaJaga.paint(map_div, {{ this.text }});{% endmacro %}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self._name = "Paint"
        self.text = text


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


@dataclass(frozen=True, slots=True)
class Region:
    """Several areas drawn as one.

    Parameters
    ----------
    polygons
        Rings, packed as in the fixed layer.
    at
        Latitude and longitude of the letter.
    label
        The letter.
    is_dashed
        Whether its outline is dashed.
    """

    polygons: list[list[list[int]]]
    at: tuple[float, float]
    label: str
    is_dashed: bool

    @classmethod
    def of(cls, areas: Areas, members: Sequence[int], label: str, *, is_dashed: bool) -> Region:
        """Region of the areas at these positions."""
        whole = shapely.union_all(areas.metric.iloc[list(members)].to_numpy())
        drawn = gpd.GeoSeries([shapely.simplify(whole, _REGION_DETAIL_M)], crs=areas.metric_crs).to_crs("EPSG:4326")
        west, _, east, north = drawn.total_bounds
        return cls(
            polygons(drawn.iloc[0]), (round(float(north), 5), round(float(west + east) / 2, 5)), label, is_dashed
        )


@dataclass(frozen=True, slots=True)
class Paint:
    """All changing content of a map.

    Parameters
    ----------
    classes
        Legend.
    position
        Position of each kelurahan in the legend.
    stages
        Stage of Community Watch of each kelurahan as text, empty if unknown.
    tips
        Lines of text under the name of each kelurahan.
    title
        Content of the map, for a screen reader.
    note
        Note on the data; part of the picture.
    regions
        Outlines above the areas.
    """

    classes: list[Class]
    position: pd.Series[int]
    stages: pd.Series[str]
    tips: list[list[str]]
    title: str
    note: str
    regions: tuple[Region, ...] = ()


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


def painted(
    paint: Paint, areas: Areas, *, selected: str = "", tiles: tuple[str, str] | None = None
) -> folium.FeatureGroup:
    """Layer that repaints the base map: a few kilobytes, no geometry.

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
    group = folium.FeatureGroup(name="paint", control=False)
    group.add_child(_Paint(script_text(_payload(paint, areas, selected, tiles))))
    return group
