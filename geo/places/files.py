"""Checks on files of boundaries before a geometry reader opens them."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem

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
_UNPACKED_LIMIT = 512 * 2**20
_MEMBER_LIMIT = 200


def _refuse(path: Path, problem: Problem, hint: str = "", column: str = "") -> DataError:
    return DataError((Fault.of(path.name, column, problem, hint=hint),))


def _check_start(path: Path) -> None:
    if not path.is_file():
        raise _refuse(path, Problem.MISSING_FILE)
    endings = _MAGIC.get(path.suffix.lower())
    if endings is None:
        raise _refuse(path, Problem.WRONG_KIND, ", ".join(sorted(_MAGIC)))
    if path.stat().st_size == 0:
        raise _refuse(path, Problem.EMPTY)
    with path.open("rb") as file:
        start = file.read(64)
    if path.suffix.lower() in {".geojson", ".json"}:
        start = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith(endings):
        raise _refuse(path, Problem.UNREADABLE, path.suffix.lower())


def _check_sidecars(shapefile: Path) -> None:
    """Report all missing parts of a shapefile at once."""
    there = {other.suffix.lower() for other in shapefile.parent.glob(f"{shapefile.stem}.*")}
    missing = [part for part in _SIDECARS if part not in there]
    if missing:
        raise DataError(
            tuple(
                Fault.of(shapefile.name, "", Problem.MISSING_SIDECAR, values=[shapefile.stem + part], hint=part)
                for part in missing
            )
        )


def _unpack(archive: Path, into: Path) -> Path:
    """Unpack the only shapefile of a zip into a flat folder.

    Only the ending is taken from names inside the archive, never a path, so nothing can be written outside the
    folder. Sizes are counted while unpacking, not taken from the archive.
    """
    with zipfile.ZipFile(archive) as packed:
        members = [entry for entry in packed.infolist() if not entry.is_dir()]
        if len(members) > _MEMBER_LIMIT:
            raise _refuse(archive, Problem.UNREADABLE)
        parts = [
            entry
            for entry in members
            if PurePosixPath(entry.filename).suffix.lower() in _SHAPEFILE_PARTS and "__MACOSX" not in entry.filename
        ]
        stems = {PurePosixPath(e.filename).stem for e in parts if e.filename.lower().endswith(".shp")}
        if len(stems) != 1:
            raise _refuse(archive, Problem.WRONG_KIND, ".shp")
        stem = stems.pop()
        room = _UNPACKED_LIMIT
        for entry in parts:
            name = PurePosixPath(entry.filename)
            if name.stem != stem:
                continue
            with packed.open(entry) as source, (into / f"layer{name.suffix.lower()}").open("wb") as target:
                while piece := source.read(1 << 20):
                    room -= len(piece)
                    if room < 0:
                        raise _refuse(archive, Problem.UNREADABLE)
                    target.write(piece)
    return into / "layer.shp"


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Path of a checked local file that is safe for a geometry reader.

    A zip is unpacked into a temporary folder.

    Raises
    ------
    DataError
        When the file is missing, empty, of an unknown kind, not what its ending says, or incomplete.
    """
    path = Path(path)
    _check_start(path)
    if path.suffix.lower() == ".shp":
        _check_sidecars(path)
    if path.suffix.lower() != ".zip":
        yield path.resolve()
        return
    folder = Path(tempfile.mkdtemp(prefix="petajaga-"))
    try:
        try:
            inside = _unpack(path, folder)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as fault:
            raise _refuse(path, Problem.UNREADABLE, ".zip") from fault
        try:
            _check_start(inside)
            _check_sidecars(inside)
        except DataError as fault:
            # Name the parts as in the uploaded archive.
            told = tuple(
                Fault.of(path.name, "", found.problem, values=[found.hint] if found.hint else [], hint=found.hint)
                for found in fault.faults
            )
            raise DataError(told) from fault
        yield inside
    finally:
        shutil.rmtree(folder, ignore_errors=True)
