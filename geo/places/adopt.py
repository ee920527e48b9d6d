"""A layer of boundaries that the city uploaded; it replaces the embedded one until the city removes it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.errors import DataError, Fault, Problem
from geo.places.boundaries import Areas, read_areas
from geo.places.files import opened
from geo.places.keys import clean_key
from geo.settings import ADOPTED
from geo.terms import Right

if TYPE_CHECKING:
    from geo.settings import AreaSettings
    from geo.viewer import Viewer

#: Most vertices that a browser can draw; all of Jakarta has 60,000.
VERTEX_LIMIT = 1_000_000
_LAYER = "batas.gpkg"


def columns_of(path: Path) -> list[str]:
    """Columns of a file of boundaries, as far as they can be read; empty for any other file.

    Raises
    ------
    DataError
        When the content does not match the ending, or a part is missing.
    """
    try:
        with opened(path) as file:
            layers = pyogrio.list_layers(file)
            polygons = [name for name, kind in layers if kind is not None and "Polygon" in kind]
            fields = pyogrio.read_info(file, layer=polygons[0])["fields"] if polygons else ()
            return [clean_key(str(name)) for name in fields]
    except (DataSourceError, DataLayerError, ValueError, OSError):
        return []


def _check_size(path: Path) -> None:
    """Refuse a layer with too many vertices before its geometry is processed."""
    with opened(path) as file:
        table = pyogrio.read_dataframe(file, columns=[])
    shapes = table.geometry.to_numpy() if "geometry" in table else []
    if shapely.get_num_coordinates(shapes).sum() > VERTEX_LIMIT:
        raise DataError((Fault.of(path.name, "geometry", Problem.TOO_MANY_VERTICES, hint=f"{VERTEX_LIMIT:,}"),))


def adopt(path: Path, options: AreaSettings, kota: Path, viewer: Viewer, *, key: str, name: str, group: str) -> Areas:
    """Check a complete layer and make it the city's own: all of it, or nothing.

    Parameters
    ----------
    path
        .zip of a shapefile, .gpkg or .geojson.
    options
        Current options; city, bounds and metric CRS stay.
    kota
        Folder of the city's own data.
    viewer
        Who uploads the layer.
    key, name, group
        Columns; `group` may be empty.

    Returns
    -------
    Areas
        The layer in its final form, repaired where possible.

    Raises
    ------
    NotAllowedError
        When the viewer may not upload.
    DataError
        With every fault of the file.
    """
    viewer.require(Right.BRING)
    try:
        _check_size(path)
    except (DataSourceError, DataLayerError, ValueError, OSError) as fault:
        raise DataError((Fault.of(path.name, "", Problem.UNREADABLE, hint=path.suffix),)) from fault
    areas = read_areas(replace(options, path=path, key=key, name=name, group=group, layer=path.stem[:40]))
    folder = kota / ADOPTED.parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".petajaga-", dir=folder) as made:
        unfinished = Path(made) / _LAYER
        pyogrio.write_dataframe(areas.frame.reset_index(), unfinished, driver="GPKG", layer="batas")
        unfinished.replace(folder / _LAYER)
        values = {
            "path": _LAYER,
            "key": "kode",
            "name": "name",
            "group": "group" if group else "",
            "layer": areas.layer,
        }
        lines = "\n".join(f"{one} = {json.dumps(value)}" for one, value in values.items())
        # Last, and in one step: without this file the layer is not in use.
        listed = Path(made) / "areas.toml"
        listed.write_text(f"[areas]\n{lines}\n", "utf-8")
        listed.replace(kota / ADOPTED)
    return areas


def give_up(kota: Path, viewer: Viewer) -> bool:
    """Go back to the layer of the settings; True if an uploaded layer was removed.

    Raises
    ------
    NotAllowedError
        When the viewer may not upload.
    """
    viewer.require(Right.BRING)
    is_there = (kota / ADOPTED).exists()
    (kota / ADOPTED).unlink(missing_ok=True)
    return is_there
