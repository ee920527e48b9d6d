"""A layer whose names are Markdown and HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.files import write_layer
from geo.places.boundaries import read_areas

if TYPE_CHECKING:
    from pathlib import Path

    from geo.settings import AreaSettings

#: Put behind every name: a link, bold, colour, formula, icon, code, a tag, and an address without any mark.
HOSTILE = (
    "[klik](http://j.example) **tebal** :red[m] $x$ :material/home: `kode` <img src=x onerror=a> _miring_ "
    "www.jahat.example"
)


def with_hostile_names(areas: AreaSettings, folder: Path) -> str:
    """Writes the layer with such names into the folder; gives the section of the settings that names it."""
    frame = read_areas(areas).frame.reset_index()
    for column in ("name", "group"):
        frame[column] += f" {HOSTILE}"
    file = folder / "hostile.gpkg"
    write_layer(frame, file, layer="batas")
    return (
        f"[areas]\npath = '{file.as_posix()}'\nname = 'name'\ngroup = 'group'\n"
        f"city = 'Kupang {HOSTILE}'\nlayer = 'Lapis {HOSTILE}'\n"
    )
