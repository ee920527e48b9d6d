"""The fixed part of a map: geometry, names and land, packed once for the browser."""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from geo.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.places.boundaries import Areas

_WEB = Path(__file__).parent / "web"
_GROUND = ROOT / "data" / "boundaries" / "ntt_kabkota.geojson"
_DEGREE = 1e5  # whole numbers of 1e-5 degrees, about a metre
_DETAIL = 2_000  # the extent's diagonal is divided by this for the tolerance of simplifying
_MARGIN = 0.8  # share of the extent that is added as land on each side
_TINY = 0.004  # a group whose median area is a smaller share of the layer than this gets an inset
_INSET_MOST = 25


def _ring(ring: Any) -> list[int]:
    corners = np.rint(shapely.get_coordinates(ring) * _DEGREE).astype(int)
    return [int(number) for number in np.diff(corners, axis=0, prepend=0).ravel()]


def polygons(geometry: Any) -> list[list[list[int]]]:
    """Rings of each polygon as differences of integers: a third of GeoJSON's size."""
    return [
        [_ring(ring) for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(geometry)
        if part.geom_type == "Polygon" and not part.is_empty
    ]


def _ground(bounds: Iterable[float]) -> list[dict[str, Any]]:
    """Land around the areas, if the embedded layer of NTT has any."""
    west, south, east, north = bounds
    wide, high = (east - west) * _MARGIN, (north - south) * _MARGIN
    window = shapely.box(west - wide, south - high, east + wide, north + high)
    land = gpd.read_file(_GROUND)
    near = land[land.intersects(window)]
    parts = shapely.simplify(shapely.intersection(near.geometry.to_numpy(), window), wide / 600)
    return [{"polygons": polygons(part)} for part in parts]


def _inset(areas: Areas) -> dict[str, Any] | None:
    """The group whose areas are too small to read on the whole map."""
    share = (areas.area_km2 / areas.area_km2.sum()).groupby(areas.groups).median()
    if len(share) < 2 or share.min() > _TINY:  # noqa: PLR2004 - one group is the whole map
        return None
    group = share.idxmin()
    members = [number for number, one in enumerate(areas.groups) if one == group]
    return {"title": group, "areas": members} if len(members) <= _INSET_MOST else None


def _label_points(areas: Areas) -> list[list[float]]:
    """Point inside each area that is farthest from its border, as latitude and longitude."""
    inside = [shapely.get_point(shapely.maximum_inscribed_circle(one, tolerance=5.0), 0) for one in areas.metric]
    points = gpd.GeoSeries(inside, crs=areas.metric_crs).to_crs("EPSG:4326")
    return [[round(point.y, 5), round(point.x, 5)] for point in points]


def layer_data(areas: Areas) -> dict[str, Any]:
    """Data of a layer of boundaries that the browser needs once.

    Shared borders stay shared: the layer is simplified as one coverage.
    """
    west, south, east, north = (float(number) for number in areas.metric.total_bounds)
    tolerance = float(np.hypot(east - west, north - south)) / _DETAIL
    simple = shapely.coverage_simplify(areas.metric.to_numpy(), tolerance)
    drawn = gpd.GeoSeries(simple, index=areas.index, crs=areas.metric_crs).to_crs("EPSG:4326")
    points = _label_points(areas)
    return {
        "bounds": [round(float(number), 5) for number in areas.frame.total_bounds],
        "areas": [
            {
                "kode": kode,
                "name": areas.names[kode],
                "km2": round(float(areas.area_km2[kode]), 4),
                "at": points[number],
                "polygons": polygons(drawn[kode]),
            }
            for number, kode in enumerate(areas.index)
        ],
        "inset": _inset(areas),
        "ground": _ground(areas.frame.total_bounds),
    }


def script_text(value: object) -> str:
    """JSON that is safe inside a script, whatever names it holds."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&'\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@dataclass(frozen=True, slots=True)
class Assets:
    """Names of the files of one map, relative to their folder."""

    leaflet: str
    script: str
    style: str


def _write(folder: Path, name: str, content: bytes) -> str:
    target = folder / name
    if not target.exists():
        draft = folder / f".{name}.{hashlib.sha256(content).hexdigest()[:8]}"
        draft.write_bytes(content)
        draft.replace(target)
    return name


def _named(stem: str, suffix: str, content: bytes) -> str:
    """A name that changes with the content, so that a browser's copy is never outdated."""
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}{suffix}"


@lru_cache(maxsize=1)
def _leaflet() -> tuple[bytes, bytes]:
    """Leaflet's script and style sheet from the package XStatic-Leaflet, in the version that folium expects."""
    package = importlib.resources.files("xstatic.pkg.leaflet") / "data"
    return (package / "leaflet.js").read_bytes(), (package / "leaflet.css").read_bytes()


def write_assets(areas: Areas, folder: Path) -> Assets:
    """Write the files of the map of these areas where the server can serve them; nothing is loaded from elsewhere.

    Parameters
    ----------
    areas
        The layer to draw.
    folder
        Folder of the files; created if missing. A file is written completely or not at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    script, style = _leaflet()
    data = f"window.PetaJagaLayer={script_text(layer_data(areas))};".encode()
    own = (_WEB / "map.js").read_bytes() + data
    styles = style + (_WEB / "map.css").read_bytes()
    return Assets(
        leaflet=_write(folder, _named("leaflet", ".js", script), script),
        script=_write(folder, _named("map", ".js", own), own),
        style=_write(folder, _named("map", ".css", styles), styles),
    )
