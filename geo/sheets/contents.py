"""What a file is, by its content: an ending is only what somebody called it."""

from __future__ import annotations

import re
import zipfile
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem
from geo.outside.zips import has_endless_list

if TYPE_CHECKING:
    from pathlib import Path

_START = 4_096
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS: tuple[tuple[bytes, Problem], ...] = (
    (b"%PDF", Problem.IS_DOCUMENT),
    (b"{\\rtf", Problem.IS_DOCUMENT),
    (b"\x89PNG", Problem.IS_DOCUMENT),
    (b"\xff\xd8\xff", Problem.IS_DOCUMENT),
    (b"GIF8", Problem.IS_DOCUMENT),
    (b"SQLite format 3", Problem.IS_LAYER),
    (b"\x00\x00\x27\x0a", Problem.IS_LAYER),
)
_WEB = re.compile(
    # A remark ends at its first end: with any end, many of them could be told apart in too many ways to try.
    rb"\s*(<\?xml[^>]*>\s*)?(<!--(?:(?!-->).)*-->\s*)*<(!doctype\s+html|html|head|body|table|meta|div|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(rb"\s*<\?xml\b|\s*<(kml|gml|gpx)\b", re.IGNORECASE)
_JSON_LAYER = re.compile(rb'\s*\{.{0,400}"type"\s*:\s*"(FeatureCollection|Topology|Feature)"', re.DOTALL)
_MARKS = (b"\xef\xbb\xbf",)


class Content(StrEnum):
    """Tables that can be read."""

    TEXT = "text"
    XLSX = "xlsx"
    ODS = "ods"
    PARQUET = "parquet"


#: What the ending promises. An old Excel ending is given to files of many kinds by the portals that export them.
ENDINGS: dict[str, frozenset[Content]] = {
    ".csv": frozenset({Content.TEXT}),
    ".txt": frozenset({Content.TEXT}),
    ".tsv": frozenset({Content.TEXT}),
    ".xlsx": frozenset({Content.XLSX}),
    ".xlsm": frozenset({Content.XLSX}),
    ".ods": frozenset({Content.ODS}),
    ".parquet": frozenset({Content.PARQUET}),
    ".xls": frozenset({Content.XLSX, Content.TEXT}),
}


def _refuse(path: Path, problem: Problem, hint: str = "") -> DataError:
    return DataError((Fault.of(path.name, "", problem, hint=hint),))


def _zip_content(path: Path) -> Content | Problem:
    if has_endless_list(path):
        return Problem.TOO_LARGE
    with (
        suppress(zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError, ValueError),
        zipfile.ZipFile(path) as archive,
    ):
        names = archive.namelist()[:2_000]
        lower = {name.lower() for name in names}
        if any(name.startswith("xl/") for name in lower):
            # The binary form of Excel has the same folders.
            return Problem.IS_OLD_EXCEL if "xl/workbook.bin" in lower else Content.XLSX
        if any(name.startswith(("word/", "ppt/")) for name in lower):
            return Problem.IS_DOCUMENT
        if any(name.endswith((".shp", ".kml", ".gdbtable")) for name in lower):
            return Problem.IS_LAYER
        if "content.xml" in lower:
            return Content.ODS
    return Problem.UNREADABLE


def _text_content(start: bytes) -> Content | Problem:
    for mark in _MARKS:
        start = start.removeprefix(mark)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", "replace").encode("utf-8", "replace")
    if _WEB.match(start):
        return Problem.IS_WEB_PAGE
    if _XML.match(start):
        return Problem.IS_OLD_EXCEL if b"schemas-microsoft-com:office:spreadsheet" in start else Problem.IS_LAYER
    return Problem.IS_LAYER if _JSON_LAYER.match(start) else Content.TEXT


def _ole_content(path: Path) -> Problem:
    """An Excel of before 2007, a document of Word, or one of Excel that is locked: all have the same container."""
    with path.open("rb") as file:
        raw = file.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in raw:
        return Problem.IS_LOCKED
    if "WordDocument".encode("utf-16-le") in raw:
        return Problem.IS_DOCUMENT
    is_book = any(name.encode("utf-16-le") in raw for name in ("Workbook", "Book"))
    # A file of today's Excel is in this container only when it is locked.
    return Problem.IS_LOCKED if path.suffix.lower() in {".xlsx", ".xlsm"} and not is_book else Problem.IS_OLD_EXCEL


def content_of(path: Path) -> Content:
    """Kind of table that a file holds.

    Raises
    ------
    DataError
        When the file is missing, empty, of another kind (which the fault names), or not what its ending says.
    """
    promised = ENDINGS.get(path.suffix.lower())
    if not path.is_file():
        raise _refuse(path, Problem.MISSING_FILE)
    if not path.stat().st_size:
        raise _refuse(path, Problem.EMPTY)
    with path.open("rb") as file:
        start = file.read(_START)
    found: Content | Problem
    if start.startswith(_OLE):
        found = _ole_content(path)
    elif start.startswith(b"PK"):
        found = _zip_content(path)
    elif start.startswith(b"PAR1"):
        found = Content.PARQUET
    else:
        others = [problem for magic, problem in _OTHERS if start.startswith(magic)]
        found = others[0] if others else _text_content(start)
    if isinstance(found, Problem) and found is not Problem.UNREADABLE:
        raise _refuse(path, found)
    if promised is None:
        raise _refuse(path, Problem.WRONG_KIND, ".csv, .xlsx, .ods, .parquet")
    if found not in promised:
        raise _refuse(path, Problem.UNREADABLE, path.suffix.lower())
    return Content(found)
