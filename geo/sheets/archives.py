"""Spreadsheets are zip files of XML: their content is measured, in limited pieces, before a reader unpacks it.

Sizes that the archive states are not trusted. The reader of sheets holds a whole sheet as a rectangle and a copy of
every text that a cell refers to. So a few kilobytes can exhaust the memory: by a cell in the last corner, by a long
text that a million cells share, by a row repeated a million times.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import numpy as np

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Bytes of a file on the disk, and of its whole unpacked content.
FILE_LIMIT, UNPACKED_LIMIT = 64 * 2**20, 512 * 2**20
MEMBER_LIMIT = 2_000
#: Cells of the rectangle around a sheet's content, and bytes of the texts that its cells refer to.
CELL_LIMIT, TEXT_LIMIT = 12_000_000, 256 * 2**20
_PIECE = 1 << 20
_OVERLAP = 1 << 16
_UNIX = 3
_LINK, _KIND_OF_FILE = 0o120000, 0o170000
_SYMLINK_SHIFT = 16
_NESTED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh")
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*?(/?)>')
_REFERENCE = re.compile(rb't="s"[^>]*>\s*<(?:\w+:)?v>\s*([0-9]{1,9})\s*<')
_STRING = re.compile(rb"<(?:\w+:)?si\b[^>]*>")
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Extent:
    """Size of a sheet: last row and column with content."""

    rows: int
    columns: int


def _refuse(name: str, problem: Problem, hint: str = "") -> DataError:
    return DataError((Fault.of(name, "", problem, hint=hint),))


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _check_members(archive: zipfile.ZipFile, name: str) -> None:
    """Rejects content that no spreadsheet has, and adds up the unpacked size of all members."""
    members = archive.infolist()
    if len(members) > MEMBER_LIMIT:
        raise _refuse(name, Problem.TOO_LARGE)
    room = UNPACKED_LIMIT
    for member in members:
        kind = (member.external_attr >> _SYMLINK_SHIFT) & _KIND_OF_FILE
        if member.flag_bits & 1 or (member.create_system == _UNIX and kind == _LINK):
            raise _refuse(name, Problem.UNREADABLE)
        is_xml = member.filename.lower().endswith((".xml", ".rels"))
        start, tail = b"", b""
        for piece in _pieces(archive, member):
            room -= len(piece)
            if room < 0:
                raise _refuse(name, Problem.TOO_LARGE)
            start = start or piece[:64]
            if is_xml and _DECLARATION.search(tail + piece):
                raise _refuse(name, Problem.UNREADABLE)
            tail = piece[-16:]
        # XML in another encoding would hide from the search above; an archive in an archive would hide from all
        # checks.
        if is_xml and (start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start):
            raise _refuse(name, Problem.UNREADABLE)
        if start.startswith(_NESTED):
            raise _refuse(name, Problem.UNREADABLE)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _windows(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Text of a member in overlapping windows cut between tags, so that each tag is seen once and complete."""
    kept = b""
    for piece in _pieces(archive, member):
        kept += piece
        cut = kept.rfind(b"<", 0, max(0, len(kept) - _OVERLAP))
        if cut > 0:
            yield kept[:cut]
            kept = kept[cut:]
    yield kept


def _xlsx_extent(archive: zipfile.ZipFile, name: str) -> Extent:
    """Extent of the widest sheet; rejects one whose rectangle or texts would not fit."""
    lengths: np.ndarray[Any, np.dtype[np.int64]] = np.zeros(1, dtype=np.int64)
    members = {member.filename: member for member in archive.infolist()}
    shared = next((members[one] for one in members if one.lower().endswith("sharedstrings.xml")), None)
    if shared is not None:
        # A text is counted from one <si> to the next: longer than the displayed text, never shorter.
        starts, seen = [], 0
        for window in _windows(archive, shared):
            starts += [seen + match.start() for match in _STRING.finditer(window)]
            seen += len(window)
        if starts:
            lengths = np.diff(np.array([*starts, seen], dtype=np.int64)).astype(np.int64)
    most_rows, most_columns, text = 0, 0, 0
    for path, member in members.items():
        if not re.search(r"worksheets/[^/]+\.xml$", path, re.IGNORECASE):
            continue
        rows, columns = 0, 0
        for window in _windows(archive, member):
            cells = [(letters, number) for letters, number, closed in _CELL.findall(window) if not closed]
            # A sheet has few columns, and each cell contains the number of its row.
            rows = max([rows, *(int(number) for number in {number for _, number in cells})])
            columns = max([columns, *map(_column, {letters for letters, _ in cells})])
            cited = np.fromiter(map(int, _REFERENCE.findall(window)), dtype=np.int64)
            text += int(lengths[cited[cited < len(lengths)]].sum())
            if rows * columns > CELL_LIMIT or text > TEXT_LIMIT:
                raise _refuse(name, Problem.TOO_LARGE)
        most_rows, most_columns = max(most_rows, rows), max(most_columns, columns)
    return Extent(most_rows, most_columns)


class _Rows:
    """Adds up the size of repeated cells and rows of an OpenDocument sheet."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = self.columns = self.most_rows = self.most_columns = self.text = 0
        self._repeat_row = self._repeat_cell = self._width = self._filled = self._chars = 0
        self._cell_is_filled = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(":table"):
            self.rows = self.columns = 0
        elif tag.endswith(":table-row"):
            self._repeat_row = _repeats(attributes, ":number-rows-repeated")
            self._width = self._filled = self._chars = 0
        elif tag.endswith((":table-cell", ":covered-table-cell")):
            self._repeat_cell = _repeats(attributes, ":number-columns-repeated")
            self._cell_is_filled = any(name.endswith(":value-type") for name in attributes)

    def characters(self, text: str) -> None:
        if text.strip():
            self._cell_is_filled = True
            self._chars += len(text) * max(1, self._repeat_cell)

    def end(self, tag: str) -> None:
        if tag.endswith((":table-cell", ":covered-table-cell")):
            self._width += self._repeat_cell
            if self._cell_is_filled:
                self._filled = self._width
            self._cell_is_filled = False
        elif tag.endswith(":table-row"):
            self.rows += self._repeat_row
            if self._filled:
                self.columns = max(self.columns, self._filled)
                self.most_rows, self.most_columns = (
                    max(self.most_rows, self.rows),
                    max(self.most_columns, self.columns),
                )
                self.text += self._chars * self._repeat_row
            if self.most_rows * self.most_columns > CELL_LIMIT or self.text > TEXT_LIMIT:
                raise _refuse(self.name, Problem.TOO_LARGE)


def _repeats(attributes: dict[str, str], ending: str) -> int:
    found = next((value for name, value in attributes.items() if name.endswith(ending)), "1")
    return min(int(found), 1 << 24) if found.isascii() and found.isdigit() else 1


def _ods_extent(archive: zipfile.ZipFile, name: str) -> Extent:
    try:
        member = archive.getinfo("content.xml")
    except KeyError as fault:
        raise _refuse(name, Problem.UNREADABLE, ".ods") from fault
    counted = _Rows(name)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = counted.start, counted.end
    parser.CharacterDataHandler = counted.characters
    try:
        for piece in _pieces(archive, member):
            parser.Parse(piece, False)  # noqa: FBT003 - the parser's own signature
        parser.Parse(b"", True)  # noqa: FBT003 - as above
    except expat.ExpatError as fault:
        raise _refuse(name, Problem.UNREADABLE, ".ods") from fault
    return Extent(counted.most_rows, counted.most_columns)


def check_spreadsheet(path: Path) -> Extent:
    """Size of the sheets of a file, after checking that a reader can open it safely.

    Parameters
    ----------
    path
        An .xlsx or .ods.

    Raises
    ------
    DataError
        When it is not such a file, is locked with a password, has content that no spreadsheet has, or would not fit:
        more than 64 MiB, 512 MiB unpacked, 12 million cells, 256 MiB of text.
    """
    name = path.name
    if path.stat().st_size > FILE_LIMIT:
        raise _refuse(name, Problem.TOO_LARGE)
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, name)
            return _ods_extent(archive, name) if path.suffix.lower() == ".ods" else _xlsx_extent(archive, name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as fault:
        # Exceptions of zipfile and zlib for damaged, encrypted and unknown archives.
        raise _refuse(name, Problem.UNREADABLE, path.suffix.lower()) from fault
