"""Checks on files of boundaries before a geometry reader opens them."""

from __future__ import annotations

import glob
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem
from geo.outside.zips import has_endless_list
from geo.places.layer_safety import reaches_elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

#: First bytes by ending. A file with other first bytes never reaches GDAL.
_MAGIC: dict[str, tuple[bytes, ...]] = {
    ".shp": (b"\x00\x00\x27\x0a",),
    ".zip": (b"PK\x03\x04",),
    ".gpkg": (b"SQLite format 3\x00",),
    ".geojson": (b"{",),
    ".json": (b"{",),
    ".parquet": (b"PAR1",),
}
_SIDECARS = (".shx", ".dbf", ".prj")
_SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})
#: What a GeoPackage has beside it as long as a program works in it: the file alone is not the whole layer.
_UNSAVED = ("-wal", "-journal")
_UNPACKED_LIMIT = 512 * 2**20
_MEMBER_LIMIT = 200
_START_BYTES = 4_096
#: The longest description in the register of EPSG has 7,000 letters.
_LONGEST_PRJ = 100_000
_BEFORE_XML = rb"(<\?xml.*?\?>)?\s*(<!--.*?-->\s*)*"
#: Files of other kinds, by their first bytes.
_OTHER_STARTS: tuple[tuple[re.Pattern[bytes], Problem, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), problem, hint)
    for pattern, problem, hint in (
        (_BEFORE_XML + rb"<(\w+:)?kml\b", Problem.IS_OTHER_LAYER, "KML"),
        (_BEFORE_XML + rb"<gpx\b", Problem.IS_OTHER_LAYER, "GPX"),
        (_BEFORE_XML + rb"<[^>]*opengis\.net/gml", Problem.IS_OTHER_LAYER, "GML"),
        (_BEFORE_XML + rb"<(!doctype\s+html|html|head|body|table)\b", Problem.IS_WEB_PAGE, ""),
        (rb"%PDF", Problem.IS_DOCUMENT, ""),
    )
)
#: And by their ending; no name: a table.
_OTHER_ENDINGS = {
    ".kml": "KML",
    ".kmz": "KMZ",
    ".gml": "GML",
    ".gpx": "GPX",
    ".topojson": "TopoJSON",
    ".gdb": "FileGDB",
    ".tab": "MapInfo",
    ".mif": "MapInfo",
    ".dxf": "DXF",
    ".dwg": "DWG",
    ".fgb": "FlatGeobuf",
    **dict.fromkeys((".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods"), ""),
}
_WKT = re.compile(
    rb"\s*(GEOGCS|PROJCS|GEOCCS|COMPD_CS|LOCAL_CS|GEOGCRS|GEOGRAPHICCRS|PROJCRS|PROJECTEDCRS|GEODCRS|GEODETICCRS"
    rb"|COMPOUNDCRS|BOUNDCRS|ENGCRS)\s*[\[(]",
    re.IGNORECASE,
)


def _refuse(name: str, problem: Problem, hint: str = "") -> DataError:
    return DataError((Fault.of(name, "", problem, hint=hint),))


def _beside(shapefile: Path) -> dict[str, Path]:
    """Parts of a shapefile, by their ending in small letters; one in the case of the file itself is preferred."""
    found = sorted(
        shapefile.parent.glob(f"{glob.escape(shapefile.stem)}.*"),
        key=lambda one: one.suffix.islower() == shapefile.suffix.islower(),
    )
    return {one.suffix.lower(): one for one in found if one.suffix.lower() in _SHAPEFILE_PARTS}


@contextmanager
def placed(path: Path) -> Iterator[tuple[Path, tuple[Path, ...], Path]]:
    """A file from outside under a plain name: libraries read other things out of `!`, `?`, `#`, `[` and the like.

    Yields
    ------
    The file as `layer` with its own ending, all its parts, and an empty folder to unpack it in.

    Raises
    ------
    DataError
        When there is no such file, or a program still works in it.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if path.is_dir() and ending in _OTHER_ENDINGS:
        raise _refuse(path.name, Problem.IS_OTHER_LAYER, _OTHER_ENDINGS[ending])
    if not path.is_file():
        raise _refuse(path.name, Problem.MISSING_FILE)
    if ending == ".gpkg":
        unsaved = [path.with_name(path.name + part) for part in _UNSAVED]
        if any(one.is_file() and one.stat().st_size for one in unsaved):
            raise _refuse(path.name, Problem.STILL_OPEN)
    folder = Path(tempfile.mkdtemp(prefix="petajaga-")).resolve()
    try:
        for part, file in ((_beside(path) if ending == ".shp" else {}) | {ending: path}).items():
            target = folder / f"layer{part}"
            try:
                os.link(file.resolve(), target)
            except OSError:
                # Another disk, or a file of somebody else.
                shutil.copyfile(file, target)
        parts = tuple(folder.iterdir())
        unpacked = folder / "unpacked"
        unpacked.mkdir()
        yield folder / f"layer{ending}", parts, unpacked
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _check_other_archive(path: Path, name: str) -> None:
    """Tell what a zip is that holds no shapefile."""
    try:
        with zipfile.ZipFile(path) as packed:
            entries = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return
    members = [entry.filename.lower() for entry in entries]
    if any(member.endswith(".shp") for member in members):
        if any(entry.flag_bits & 1 for entry in entries):
            raise _refuse(name, Problem.IS_LOCKED)
        return
    if any(member.endswith(".kml") for member in members):
        raise _refuse(name, Problem.IS_OTHER_LAYER, "KMZ")
    if any(".gdb/" in member for member in members):
        raise _refuse(name, Problem.IS_OTHER_LAYER, "FileGDB")
    if any(member.startswith("xl/") or member == "content.xml" for member in members):
        raise _refuse(name, Problem.IS_PLAIN_TABLE)


def _check_other(path: Path, name: str, start: bytes) -> None:
    """Tell what a file is that is no layer of a known kind, as far as it can be told."""
    if start.startswith(b"PK"):
        if has_endless_list(path):
            raise _refuse(name, Problem.READER_STOPPED)
        _check_other_archive(path, name)
        return
    plain = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, problem, hint in _OTHER_STARTS:
        if pattern.match(plain):
            raise _refuse(name, problem, hint)
    hint = _OTHER_ENDINGS.get(path.suffix.lower(), "?")
    if hint != "?":
        raise _refuse(name, Problem.IS_OTHER_LAYER if hint else Problem.IS_PLAIN_TABLE, hint)


def _check_start(path: Path, name: str) -> None:
    ending = path.suffix.lower()
    with path.open("rb") as file:
        start = file.read(_START_BYTES)
    known = _MAGIC.get(ending)
    if known is None:
        _check_other(path, name, start)
        raise _refuse(name, Problem.WRONG_KIND, ", ".join(sorted(_MAGIC)))
    if not start:
        raise _refuse(name, Problem.EMPTY)
    if ending in {".geojson", ".json"}:
        start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"PK") or not start.startswith(known):
        _check_other(path, name, start)
    if not start.startswith(known):
        raise _refuse(name, Problem.UNREADABLE, ending)


def _check_parts(shapefile: Path, name: str) -> None:
    """Report all missing parts of a shapefile at once, named as the file that was sent."""
    faults = [
        Fault.of(name, "", Problem.MISSING_SIDECAR, values=[PurePosixPath(name).stem + part], hint=part)
        for part in _SIDECARS
        if not shapefile.with_suffix(part).is_file()
    ]
    if faults:
        raise DataError(tuple(faults))
    # Anything else in it might be a name or an address that the geometry library would open.
    with shapefile.with_suffix(".prj").open("rb") as file:
        told = file.read(_LONGEST_PRJ + 1).removeprefix(b"\xef\xbb\xbf")
    is_system = (
        _WKT.match(told) and len(told) <= _LONGEST_PRJ and not reaches_elsewhere(told.decode("utf-8", "replace"))
    )
    if told.strip() and not is_system:
        raise _refuse(name, Problem.NOT_A_PROJECTION, ".prj")


def _unpack(archive: Path, name: str, into: Path) -> Path:
    """Unpack the only shapefile of a zip into a flat folder.

    Only the ending is taken from names inside the archive, never a path, so nothing can be written outside the
    folder. Sizes are counted while unpacking, not taken from the archive.
    """
    with zipfile.ZipFile(archive) as packed:
        members = [entry for entry in packed.infolist() if not entry.is_dir()]
        if len(members) > _MEMBER_LIMIT:
            raise _refuse(name, Problem.UNREADABLE)
        parts = [
            entry
            for entry in members
            if PurePosixPath(entry.filename).suffix.lower() in _SHAPEFILE_PARTS and "__MACOSX" not in entry.filename
        ]
        stems = {
            PurePosixPath(one.filename).with_suffix("") for one in parts if one.filename.lower().endswith(".shp")
        }
        if not stems:
            raise _refuse(name, Problem.WRONG_KIND, ".shp")
        if len(stems) > 1:
            found = [one.name for one in sorted(stems)]
            raise DataError((Fault.of(name, "", Problem.SEVERAL_LAYERS, values=found),))
        stem = stems.pop()
        room = _UNPACKED_LIMIT
        for entry in parts:
            inside = PurePosixPath(entry.filename)
            if inside.with_suffix("") != stem:
                continue
            with packed.open(entry) as source, (into / f"layer{inside.suffix.lower()}").open("wb") as target:
                while piece := source.read(1 << 20):
                    room -= len(piece)
                    if room < 0:
                        raise _refuse(name, Problem.UNREADABLE)
                    target.write(piece)
    return into / "layer.shp"


def checked(path: Path, name: str, into: Path | None) -> Path:
    """A file that is safe for a geometry reader; a zip is unpacked.

    Parameters
    ----------
    path
        As `placed` gives it.
    name
        Of the file as it was sent, for faults.
    into
        Empty folder for what a zip holds; None: it is no zip.

    Raises
    ------
    DataError
        When the file is empty, of an unknown kind, not what its ending says, or incomplete.
    """
    _check_start(path, name)
    if path.suffix.lower() == ".zip":
        if into is None:
            raise _refuse(name, Problem.WRONG_KIND, ".zip")
        try:
            path = _unpack(path, name, into)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as fault:
            raise _refuse(name, Problem.UNREADABLE, ".zip") from fault
        _check_start(path, name)
    if path.suffix.lower() == ".shp":
        _check_parts(path, name)
    return path
