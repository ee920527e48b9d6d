"""Spreadsheets are zip files of XML: their content is measured, in limited pieces, before a reader unpacks it.

Sizes that the archive states are not trusted. The reader of sheets holds a whole sheet as a rectangle and a copy of
every text that a cell refers to. So a few kilobytes can exhaust the memory: by a cell in the last corner, by a long
text that a million cells share, by a row repeated a million times. Every part whose root element is a sheet or the
list of texts is measured, whatever its name, by an XML parser, and so is every part that the workbook names as one,
whatever its root: no way of writing a cell goes unseen.

The same pass notes what the reader of sheets does not tell apart from an empty cell: errors, and formulas whose value
was never computed.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Bytes of a file on the disk, and of its whole unpacked content.
FILE_LIMIT, UNPACKED_LIMIT = 64 * 2**20, 512 * 2**20
MEMBER_LIMIT = 2_000
#: Cells of the rectangle around a sheet's content, and bytes of the texts that its cells refer to.
CELL_LIMIT, TEXT_LIMIT = 12_000_000, 256 * 2**20
#: A longer cell is a document, not a cell; the limit of Excel itself is 32,767 characters.
CELL_LENGTH = 40_000
#: Rectangles of all sheets together: each may have one cell far from the others.
_ALL_CELLS = 3 * CELL_LIMIT
_PIECE = 1 << 20
_UNIX = 3
_LINK, _KIND_OF_FILE = 0o120000, 0o170000
_SYMLINK_SHIFT = 16
_NESTED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh")
_CORNER = re.compile(r"\s*\$?([A-Za-z]{1,4})\$?([0-9]{1,8})\s*")
_CORNER_DIGITS = 10
#: Cells with something told of each.
MARK_LIMIT = 200_000


@dataclass(slots=True)
class SheetMarks:
    """What a sheet says beside its values; rows and columns count from 1.

    Parameters
    ----------
    errors
        Cells with an error value.
    without_value
        Cells with a formula whose value was never computed.
    merged
        First row, first column, last row, last column of merged cells.
    """

    errors: set[tuple[int, int]] = field(default_factory=set)
    without_value: set[tuple[int, int]] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def check(self, name: str) -> None:
        """Rejects a sheet with more of them than anybody could look at."""
        if len(self.errors) + len(self.without_value) + len(self.merged) > MARK_LIMIT:
            raise _refuse(name, Problem.TOO_LARGE)


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a workbook says beside its values.

    Parameters
    ----------
    marks
        By name of the sheet.
    is_1904
        Whether its days are counted from 1904.
    """

    marks: dict[str, SheetMarks]
    is_1904: bool


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
    # Of two members with one name, two readers may take another each; names differ in more than case and slashes.
    if len({member.filename.replace("\\", "/").lower() for member in members}) < len(members):
        raise _refuse(name, Problem.UNREADABLE)
    room = UNPACKED_LIMIT
    for member in members:
        kind = (member.external_attr >> _SYMLINK_SHIFT) & _KIND_OF_FILE
        if member.flag_bits & 1 or (member.create_system == _UNIX and kind == _LINK):
            raise _refuse(name, Problem.UNREADABLE)
        is_xml = member.filename.lower().endswith((".xml", ".rels"))
        start = b""
        for piece in _pieces(archive, member):
            room -= len(piece)
            if room < 0:
                raise _refuse(name, Problem.TOO_LARGE)
            start = start or piece[:64]
        # XML in another encoding would hide from the search above; an archive in an archive would hide from all
        # checks.
        if is_xml and (start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start):
            raise _refuse(name, Problem.UNREADABLE)
        if start.startswith(_NESTED):
            raise _refuse(name, Problem.UNREADABLE)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class _OtherContentError(Exception):
    """The part is neither a sheet nor anything else that is measured."""


class _Part:
    """Measures one part of an xlsx, whichever it is: its root element tells.

    Parameters
    ----------
    name
        Of the file, for errors.
    lengths
        Length of each shared text.
    read_as
        Root element as which it is measured, whatever its own is; by default its own.
    """

    def __init__(self, name: str, lengths: list[int], *, read_as: str = "") -> None:
        self.name, self.lengths, self._read_as = name, lengths, read_as
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._root
        self.parser.StartDoctypeDeclHandler = self._no_doctype
        self.root = ""
        self.marks = SheetMarks()
        self.sheets: list[tuple[str, str]] = []
        self.links: dict[str, str] = {}
        #: Target, name and type of every link, also of those that have a name in common.
        self.targets: list[tuple[str, str, str]] = []
        #: Everything that may be the name of a sheet's link.
        self.names: set[str] = set()
        self.is_1904 = False
        self._kinds: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._row = self._column = self._rows = self._widest = self._text = 0
        self._type, self._chars = "", list[str]()
        self._is_open = self._has_formula = self._has_value = self._is_text = False

    def _no_doctype(self, *_: Any) -> None:
        raise _refuse(self.name, Problem.UNREADABLE)

    def _kind(self, tag: str) -> str:
        return tag.rpartition(":")[2]

    def _root(self, tag: str, _: dict[str, str]) -> None:
        self.root = self._read_as or self._kind(tag)
        handlers = {
            "worksheet": self._cell,
            "sst": self._shared,
            "workbook": self._book,
            "Relationships": self._link,
        }
        if self.root not in handlers:
            raise _OtherContentError
        self.parser.StartElementHandler = handlers[self.root]
        if self.root == "sst":
            self.parser.CharacterDataHandler = self._shared_text

    def _shared(self, tag: str, _: dict[str, str]) -> None:
        if self._kind(tag) == "si":
            self.lengths.append(0)

    def _shared_text(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)
            if self.lengths[-1] > CELL_LENGTH:
                raise _refuse(self.name, Problem.TOO_LARGE)

    def _book(self, tag: str, attributes: dict[str, str]) -> None:
        kind = self._kind(tag)
        if kind == "workbookPr":
            self.is_1904 = attributes.get("date1904", "").strip().lower() in {"1", "true", "on"}
        elif kind == "sheet":
            target = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self.sheets.append((attributes.get("name", ""), target))
            self.names |= set(attributes.values())
            if len(self.sheets) > MEMBER_LIMIT:
                raise _refuse(self.name, Problem.TOO_LARGE)

    def _link(self, tag: str, attributes: dict[str, str]) -> None:
        if self._kind(tag) == "Relationship":
            name, target = attributes.get("Id", ""), attributes.get("Target", "")
            self.links[name] = target
            self.targets.append((target, name, attributes.get("Type", "")))

    def _cell(self, tag: str, attributes: dict[str, str]) -> None:
        """One element of a sheet."""
        kind = self._kinds.get(tag)
        if kind is None:
            kind = self._kinds[tag] = self._kind(tag)
        if kind == "c":
            self._close()
            self._open(attributes)
        elif kind in {"v", "t"}:
            self._has_value, self._is_text = True, self._is_text or kind == "t"
            self.parser.CharacterDataHandler = self._chars.append
        elif kind == "f":
            self._has_formula = True
            self.parser.CharacterDataHandler = None
        elif kind == "row":
            self._close()
            self._row = self._number(attributes.get("r"), self._row + 1)
            self._column = 0
        elif kind == "mergeCell":
            self._close()
            self._merge(attributes.get("ref", ""))

    def _number(self, text: str | None, usual: int) -> int:
        if text is None:
            return usual
        try:
            return int(text)
        except ValueError as fault:
            raise _refuse(self.name, Problem.UNREADABLE) from fault

    def _open(self, attributes: dict[str, str]) -> None:
        at = attributes.get("r")
        if at is None:
            self._column += 1
        else:
            self._row, self._column = self._corner(at)
        self._type = attributes.get("t", "n")
        self._is_open, self._has_formula, self._has_value, self._is_text = True, False, False, False

    def _corner(self, text: str) -> tuple[int, int]:
        letters = text.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None or len(text) == len(letters):
            found = _CORNER.fullmatch(text)
            if found is None:
                raise _refuse(self.name, Problem.UNREADABLE)
            column = _column(found[1])
            if letters == found[1]:
                self._columns[letters] = column
            return int(found[2]), column
        return int(text[len(letters) :]), column

    def _merge(self, text: str) -> None:
        first, _, last = text.partition(":")
        self.marks.merged.append((*self._corner(first), *self._corner(last or first)))
        self.marks.check(self.name)

    @property
    def cells(self) -> int:
        """Cells of the rectangle around the content."""
        return self._rows * self._widest

    def _close(self) -> None:
        """Counts the cell that has just ended."""
        if not self._is_open:
            return
        self._is_open = False
        self.parser.CharacterDataHandler = None
        text = ""
        if self._chars:
            text = "".join(self._chars)
            self._chars.clear()
        self._mark(text)
        if not self._has_value and not self._has_formula:
            return
        if self._row > self._rows or self._column > self._widest:
            self._rows, self._widest = max(self._rows, self._row), max(self._widest, self._column)
            if self.cells > CELL_LIMIT:
                raise _refuse(self.name, Problem.TOO_LARGE)
            self.marks.check(self.name)
        self._text += len(text)
        if self._type == "s":
            # Readers of numbers also take +1 and 0001.
            at = text.strip().removeprefix("+").lstrip("0") or "0"
            index = int(at) if at.isascii() and at.isdigit() and len(at) < _CORNER_DIGITS else -1
            self._text += self.lengths[index] if 0 <= index < len(self.lengths) else 0
        if self._text > TEXT_LIMIT or len(text) > CELL_LENGTH:
            raise _refuse(self.name, Problem.TOO_LARGE)

    def _mark(self, text: str) -> None:
        at = (self._row, self._column)
        # A formula whose result is an empty text has a value, and it is empty.
        is_empty_text = self._has_value and self._type == "str"
        if self._has_formula and not text.strip() and not is_empty_text:
            self.marks.without_value.add(at)
        elif self._type == "e":
            self.marks.errors.add(at)

    def read(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
        """Whether the part is one of those that are measured.

        Raises
        ------
        DataError
            When it is too large or damaged.
        """
        try:
            for piece in _pieces(archive, member):
                self.parser.Parse(piece, False)  # noqa: FBT003 - the parser's own signature
            self.parser.Parse(b"", True)  # noqa: FBT003 - as above
        except _OtherContentError:
            return False
        except expat.ExpatError as fault:
            if not self.root:
                return False
            raise _refuse(self.name, Problem.UNREADABLE, ".xlsx") from fault
        self._close()
        self.marks.check(self.name)
        return True


def _parts(archive: zipfile.ZipFile, name: str) -> dict[str, _Part]:
    """Every part that is measured, by path: by its root element, or as what the workbook names it."""
    lengths: list[int] = []
    found: dict[str, _Part] = {}
    # Shared texts first: a cell refers to them by number.
    members = sorted(archive.infolist(), key=lambda one: "sharedstrings" not in one.filename.lower())
    has_late_texts = False
    for member in members:
        part = _Part(name, lengths)
        if part.read(archive, member):
            found[member.filename] = part
            has_late_texts |= part.root == "sst" and any(one.root == "worksheet" for one in found.values())
    sheets, texts = _named_parts(found)
    for path, root in ((one.filename, found[one.filename].root if one.filename in found else "") for one in members):
        if PurePosixPath(path).name.lower() in texts and root != "sst":
            has_late_texts = True
            _Part(name, lengths, read_as="sst").read(archive, archive.getinfo(path))
    for path, root in ((one.filename, found[one.filename].root if one.filename in found else "") for one in members):
        is_named = PurePosixPath(path).name.lower() in sheets and root != "worksheet"
        if is_named or (has_late_texts and root == "worksheet"):
            # A list of texts under another name came after the sheet.
            measured = _Part(name, lengths, read_as="worksheet")
            measured.read(archive, archive.getinfo(path))
            if root in {"", "worksheet"}:
                found[path] = measured
    return found


def _xlsx(archive: zipfile.ZipFile, name: str) -> Workbook:
    """Measures every sheet, also one that no list names; rejects one whose rectangle or texts would not fit."""
    found = _parts(archive, name)
    book, path = next(((part, path) for path, part in found.items() if part.root == "workbook"), (None, ""))
    if book is None:
        raise _refuse(name, Problem.UNREADABLE, ".xlsx")
    folder = PurePosixPath(path).parent
    links = found.get(str(folder / "_rels" / f"{PurePosixPath(path).name}.rels"))
    marks, read, cells = {}, set[str](), 0
    for sheet, target in book.sheets:
        where = links.links.get(target, "") if links else ""
        inside = where.lstrip("/") if where.startswith("/") else posixpath.normpath(str(folder / where))
        listed = found.get(inside)
        marks[sheet] = SheetMarks()
        if listed is None or listed.root != "worksheet":
            continue
        marks[sheet] = listed.marks
        cells += listed.cells
        if cells > _ALL_CELLS:
            raise _refuse(name, Problem.TOO_LARGE)
        if inside in read:
            # One part that stands for many sheets is read once for each.
            raise _refuse(name, Problem.UNREADABLE)
        read.add(inside)
    return Workbook(marks, book.is_1904)


def _named_parts(found: dict[str, _Part]) -> tuple[set[str], set[str]]:
    """Last parts, in small letters, of the paths that links name as sheets and as lists of texts."""
    names = {name for part in found.values() for name in part.names}
    targets = [one for part in found.values() for one in part.targets]
    sheets = {PurePosixPath(target).name.lower() for target, name, _ in targets if name in names}
    texts = {PurePosixPath(target).name.lower() for target, _, kind in targets if kind.endswith("/sharedStrings")}
    return sheets, texts | {"sharedstrings.xml"}


class _Rows:
    """Adds up the size of repeated cells and rows of an OpenDocument file, and notes its marks."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.marks: dict[str, SheetMarks] = {}
        self.is_1904 = False
        self._sheet = SheetMarks()
        self._rows = self._columns = self._most_rows = self._most_columns = self._text = 0
        self._repeat_row = self._repeat_cell = self._width = self._filled = self._chars = self._length = 0
        self._cell_is_filled = False
        #: Cells of the rectangles of the sheets before, and of this one.
        self._before = self._area = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = tag.rpartition(":")[2]
        if kind == "table":
            self._sheet = self.marks.setdefault(_value(attributes, "name"), SheetMarks())
            self._rows = self._columns = 0
            self._before, self._area = self._before + self._area, 0
        elif kind == "table-row":
            self._repeat_row = _repeats(attributes, "number-rows-repeated")
            self._width = self._filled = self._chars = 0
        elif kind in {"table-cell", "covered-table-cell"}:
            self._cell(attributes)
        elif kind == "s":
            # Spaces are written as a number of them.
            self._add(_repeats(attributes, "c"))
        elif kind == "null-date":
            self.is_1904 = _value(attributes, "date-value").startswith("1904")

    def _cell(self, attributes: dict[str, str]) -> None:
        self._repeat_cell = _repeats(attributes, "number-columns-repeated")
        self._length = 0
        types = {name.partition(":")[0]: value for name, value in attributes.items() if name.endswith(":value-type")}
        self._cell_is_filled = bool(types)
        row, column = self._rows + 1, self._width + 1
        down, across = _repeats(attributes, "number-rows-spanned"), _repeats(attributes, "number-columns-spanned")
        if down > 1 or across > 1:
            self._sheet.merged.append((row, column, row + down - 1, column + across - 1))
        is_formula = any(name.endswith(":formula") for name in attributes)
        kind = self._sheet.errors if "error" in types.values() else None
        kind = self._sheet.without_value if kind is None and is_formula and not types else kind
        if kind is not None:
            self._cell_is_filled = True
            if self._repeat_row * self._repeat_cell > MARK_LIMIT:
                raise _refuse(self.name, Problem.TOO_LARGE)
            kind |= {(row + a, column + b) for a in range(self._repeat_row) for b in range(self._repeat_cell)}
        self._sheet.check(self.name)

    def characters(self, text: str) -> None:
        if text.strip():
            self._cell_is_filled = True
            self._add(len(text))

    def _add(self, length: int) -> None:
        """Counts characters of the cell that is open."""
        self._length += length
        self._chars += length * max(1, self._repeat_cell)
        if self._length > CELL_LENGTH or self._chars > TEXT_LIMIT:
            raise _refuse(self.name, Problem.TOO_LARGE)

    def end(self, tag: str) -> None:
        kind = tag.rpartition(":")[2]
        if kind in {"table-cell", "covered-table-cell"}:
            self._width += self._repeat_cell
            if self._cell_is_filled:
                self._filled = self._width
            self._cell_is_filled = False
        elif kind == "table-row":
            self._rows += self._repeat_row
            if self._filled:
                self._columns = max(self._columns, self._filled)
                self._most_rows = max(self._most_rows, self._rows)
                self._most_columns = max(self._most_columns, self._columns)
                self._text += self._chars * self._repeat_row
                self._area = self._rows * self._columns
            if self._before + self._area > _ALL_CELLS:
                raise _refuse(self.name, Problem.TOO_LARGE)
            if self._most_rows * self._most_columns > CELL_LIMIT or self._text > TEXT_LIMIT:
                raise _refuse(self.name, Problem.TOO_LARGE)

    def no_doctype(self, _name: str, _system: str | None, _public: str | None, _has_own: int) -> None:
        raise _refuse(self.name, Problem.UNREADABLE)


def _value(attributes: dict[str, str], ending: str) -> str:
    return next((value for name, value in attributes.items() if name.rpartition(":")[2] == ending), "")


def _repeats(attributes: dict[str, str], ending: str) -> int:
    """The largest such number of an element: which of several with one ending a reader takes is not known."""
    most = 1
    for name, value in attributes.items():
        if name.rpartition(":")[2] == ending:
            # Readers of numbers also take +1 and 0001.
            found = value.strip().removeprefix("+").lstrip("0") or "1"
            # Larger than any limit, and still a number to multiply with.
            most = max(most, min(int(found[:12]), 1 << 32) if found.isascii() and found.isdigit() else 1)
    return most


def _ods(archive: zipfile.ZipFile, name: str) -> Workbook:
    counted = _Rows(name)
    try:
        for path in ("content.xml", "settings.xml"):
            if path == "settings.xml" and path not in archive.namelist():
                continue
            parser = expat.ParserCreate()
            parser.StartElementHandler, parser.EndElementHandler = counted.start, counted.end
            parser.CharacterDataHandler = counted.characters
            parser.StartDoctypeDeclHandler = counted.no_doctype
            for piece in _pieces(archive, archive.getinfo(path)):
                parser.Parse(piece, False)  # noqa: FBT003 - the parser's own signature
            parser.Parse(b"", True)  # noqa: FBT003 - as above
    except (KeyError, expat.ExpatError) as fault:
        raise _refuse(name, Problem.UNREADABLE, ".ods") from fault
    return Workbook(counted.marks, counted.is_1904)


def check_spreadsheet(path: Path, *, is_ods: bool) -> Workbook:
    """What the sheets of a file say beside their values, after checking that a reader can open it safely.

    Parameters
    ----------
    path
        The file.
    is_ods
        Whether it is an OpenDocument file; otherwise an xlsx.

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
            return _ods(archive, name) if is_ods else _xlsx(archive, name)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as fault:
        # Exceptions of zipfile and zlib for damaged, encrypted and unknown archives.
        raise _refuse(name, Problem.UNREADABLE, path.suffix.lower()) from fault
