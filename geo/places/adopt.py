"""A layer of boundaries that the city uploaded; it replaces the embedded one until the city removes it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem
from geo.files import write_layer
from geo.own_files import told_if_refused
from geo.places.boundaries import Areas, read_areas
from geo.places.keys import clean_key
from geo.schemas import holds_long_number
from geo.settings import ADOPTED
from geo.terms import Right

if TYPE_CHECKING:
    from geo.settings import AreaSettings
    from geo.viewer import Viewer

#: Most vertices that a browser can draw; all of Jakarta has 60,000.
VERTEX_LIMIT = 1_000_000
_LAYER = "batas.gpkg"
_LONGEST_TITLE = 40


def _checked_title(title: str) -> str:
    """The public name of a layer, safe to show."""
    plain = clean_key(title)
    wrong = [
        *([Problem.MISSING_VALUE] if not plain else []),
        *([Problem.TOO_LONG] if len(plain) > _LONGEST_TITLE else []),
        *([Problem.LOOKS_PERSONAL] if holds_long_number(plain) or "@" in plain else []),
    ]
    if wrong:
        raise DataError(tuple(Fault.of("layer", "title", one, hint=str(_LONGEST_TITLE)) for one in wrong), "form")
    return plain


def adopt(options: AreaSettings, kota: Path, viewer: Viewer) -> Areas:
    """Check a complete layer and make it the city's own: all of it, or nothing.

    Parameters
    ----------
    options
        Of the settings in use, with those of the layer: `path`, `key`,
        `name` and `group` (may be empty), and as `layer` its public name, shown under every map: who made it, and of
        which year. Not the name of the file, which may say anything.
    kota
        Folder of the city's own data.
    viewer
        Who uploads the layer.

    Returns
    -------
    Areas
        The layer in its final form, repaired where possible.

    Raises
    ------
    NotAllowedError
        When the viewer may not upload.
    DataError
        With every fault of the file, or of the public name; or when the city's folder cannot be written.
    """
    viewer.require(Right.BRING)
    areas = read_areas(replace(options, layer=_checked_title(options.layer)), most=VERTEX_LIMIT)
    with told_if_refused(ADOPTED.name):
        _put(areas, kota, has_groups=bool(options.group))
    return areas


def _put(areas: Areas, kota: Path, *, has_groups: bool) -> None:
    folder = kota / ADOPTED.parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".petajaga-", dir=folder) as made:
        unfinished = Path(made) / _LAYER
        write_layer(areas.frame.reset_index(), unfinished, layer="batas")
        unfinished.replace(folder / _LAYER)
        values = {
            "path": _LAYER,
            "key": "kode",
            "name": "name",
            "group": "group" if has_groups else "",
            "layer": areas.layer,
        }
        lines = "\n".join(f"{one} = {json.dumps(value)}" for one, value in values.items())
        # Last, and in one step: without this file the layer is not in use.
        listed = Path(made) / "areas.toml"
        listed.write_text(f"[areas]\n{lines}\n", "utf-8")
        listed.replace(kota / ADOPTED)


def give_up(kota: Path, viewer: Viewer) -> bool:
    """Go back to the layer of the settings; True if an uploaded layer was removed.

    Raises
    ------
    NotAllowedError
        When the viewer may not upload.
    DataError
        When the city's folder cannot be written.
    """
    viewer.require(Right.BRING)
    is_there = (kota / ADOPTED).exists()
    with told_if_refused(ADOPTED.name):
        (kota / ADOPTED).unlink(missing_ok=True)
    return is_there
