"""What a file of boundaries may hold besides boundaries: no SQL of its own, and no address in place of a system."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from pathlib import Path

#: Text, names in any of the quotes of SQLite, and comments: what may hold signs that mean nothing there.
_QUOTED = re.compile(
    r"""'(?:[^']|'')*'|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|/\*.*?(?:\*/|\Z)|--[^\n]*""", re.DOTALL
)
_RTREE = re.compile(r"create virtual table \w+ using rtree ?\( ?\w+( ?, ?\w+){4} ?\)")
_TRIGGER = re.compile(r"create trigger \w+ (?:before|after) (?:insert|update|delete)\b.*? begin (.*?);? ?end")
#: Statements of triggers in the standard, of its R-tree and of GDAL: they refuse a row, keep the R-tree, or count.
_STEP = re.compile(
    r"select raise ?\( ?(abort|rollback|fail) ?,[^;]*"
    r"|(insert( or replace)? into|update|delete from) (rtree_|gpkg_ogr_contents\b)[^;]*"
)
_CALL = re.compile(r"(\w+) ?\(")
_CALLS = frozenset(
    {
        *("st_minx", "st_maxx", "st_miny", "st_maxy", "st_isempty", "lower", "raise", "abs", "count", "typeof"),
        *("length", "coalesce", "values", "in", "and", "or", "not", "when", "where", "select", "from", "exists"),
    }
)
_REACHES = re.compile(r"grids?\s*=\s*(?!@null)|file\s*=|PARAMETERFILE|\"value\"\s*:\s*\"|pipeline", re.IGNORECASE)
_CRS_KEY = re.compile(r"""["'](?:c|\\u0063)(?:r|\\u0072)(?:s|\\u0073)["']""")
_KNOWN_CRS = re.compile(
    r"(urn:(ogc|x-ogc):def:crs:(EPSG|OGC|ESRI):[\w.]*:\w+|(EPSG|ESRI|OGC):\w+"
    r"|https?://www\.opengis\.net/(def/crs/(EPSG|OGC)/[\w.]+/|gml/srs/epsg\.xml#)\w+)",
    re.IGNORECASE,
)
_KEY = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:')
#: More than any layer has; with tens of thousands the geometry library takes minutes.
_MOST_TABLES, MOST_COLUMNS = 1_000, 4_096
#: Letters of one statement of a schema: a table of 2,000 columns has as many.
_LONGEST = 200_000
_TOPOLOGY, _FEATURES = (re.compile(rf'"type"\s*:\s*"{one}"') for one in ("Topology", "Feature(?:Collection)?"))


def _plain(statement: str) -> str:
    """A statement of SQL in small letters with single blanks, without comments, text or quotes around names."""

    def bare(found: re.Match[str]) -> str:
        name = next((one for one in found.groups() if one is not None), None)
        if name is not None:
            return re.sub(r"\W", "_", name) or "_"
        return "_" if found[0].startswith("'") else " "

    return " ".join(_QUOTED.sub(bare, statement).lower().split()).rstrip("; ")


def _is_usual(kind: str, statement: str) -> bool:
    """Whether a part of a schema is one that the standard, its R-tree or GDAL make."""
    plain = _plain(statement)
    if kind == "view" or re.match(r"create( temp| temporary)? view\b", plain):
        return False
    if plain.startswith("create virtual"):
        return _RTREE.fullmatch(plain) is not None
    if kind != "trigger":
        return True
    found = _TRIGGER.fullmatch(plain)
    return (
        found is not None
        and all(_STEP.fullmatch(one.strip()) for one in found[1].split(";") if one.strip())
        and set(_CALL.findall(plain)) <= _CALLS
    )


def reaches_elsewhere(system: str) -> bool:
    """Whether the description of a coordinate system would have a file opened: a grid of shifts, or any other.

    Examples
    --------
    >>> [reaches_elsewhere(one) for one in ("+proj=longlat +nadgrids=/x", "+proj=merc +nadgrids=@null", "EPSG:4326")]
    [True, False, False]
    """
    return _REACHES.search(system) is not None


def check_package(path: Path, name: str) -> None:
    """Refuse a GeoPackage whose schema does more than hold layers: SQL in a file is a program.

    Parameters
    ----------
    path
        A SQLite file.
    name
        Of the file as it was sent.

    Raises
    ------
    DataError
        When it has too many tables or too long a statement, a view, or a trigger or virtual table that neither the
        standard nor GDAL makes.
    sqlite3.Error
        When it is damaged.
    """
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as file:
        file.execute("PRAGMA trusted_schema=OFF")
        # Counted before they are fetched and taken apart.
        (many, longest) = file.execute("SELECT count(*), max(length(sql)) FROM sqlite_master").fetchone()
        if many > _MOST_TABLES or (longest or 0) > _LONGEST:
            raise DataError((Fault.of(name, "", Problem.READER_STOPPED),))
        parts = file.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    foreign = [str(part) for kind, part, statement in parts if not _is_usual(str(kind), str(statement))]
    if foreign:
        raise DataError((Fault.of(name, "", Problem.FOREIGN_SQL, values=foreign),))


def check_geojson(path: Path, name: str) -> None:
    """Refuse a coordinate system that is a link to somewhere, and a TopoJSON.

    Parameters
    ----------
    path
        File of JSON.
    name
        Of the file as it was sent.

    Raises
    ------
    DataError
        When a `crs` in it is neither null nor a known name, it has too many keys, or is no GeoJSON.
    ValueError
        When it is not UTF-8.
    """
    text = path.read_bytes().decode("utf-8-sig")
    if _TOPOLOGY.search(text) and not _FEATURES.search(text):
        raise DataError((Fault.of(name, "", Problem.IS_OTHER_LAYER, hint="TopoJSON"),))
    keys: set[str] = set()
    for key in _KEY.finditer(text):
        keys.add(key[1])
        if len(keys) > MOST_COLUMNS:
            raise DataError((Fault.of(name, "", Problem.READER_STOPPED),))
    for key in _CRS_KEY.finditer(text):
        after = text[key.end() : key.end() + 64].lstrip()
        if after.startswith((",", "]", "}")):
            continue
        if not after.startswith(":") or not _is_known(text, text.index(":", key.end()) + 1):
            raise DataError((Fault.of(name, "", Problem.NOT_A_PROJECTION, hint="crs"),))


def _is_known(text: str, at: int) -> bool:
    """Whether the value at a place of a text of JSON is no coordinate system, or a known one."""
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    try:
        value: Any = json.JSONDecoder().raw_decode(text, at)[0]
    except (ValueError, RecursionError):
        return False
    # An attribute may be called so, too: as text or a number it leads nowhere.
    if not isinstance(value, (dict, list)):
        return True
    properties = value.get("properties") if isinstance(value, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else None
    return (
        isinstance(value, dict)
        and value.get("type") == "name"
        and isinstance(named, str)
        and _KNOWN_CRS.fullmatch(named) is not None
    )
