"""A table file of any common type as raw text, with the row numbers of the spreadsheet."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
import sys
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from geo.errors import DataError, Fault, Problem
from geo.sheets.archives import FILE_LIMIT, check_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KINDS = (".csv", ".xlsx", ".ods", ".parquet")
#: A longer cell is a document, not a cell; the limit of Excel itself is 32,767 characters.
CELL_LENGTH = 40_000
COLUMN_LIMIT, ROW_LIMIT = 512, 1_100_000
_SEPARATORS = ",;\t"
_OFFICE = "cp1252"
_HEADER_WITHIN = 15
_LARGEST_EXACT = 1e15
_TOTALS = re.compile(
    r"(sub\s*-?\s*)?(jumlah|total|grand total|jml|rata-?rata)( keseluruhan| seluruhnya| total)?[\s:.]*"
)
_NUMBER = re.compile(r"[\d\s.,%()-]+")
_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
#: Invisible characters, or characters that reverse text: with them equal names could differ, or different ones look
#: equal.
_UNSEEN = {
    number: None
    for number in range(sys.maxunicode + 1)
    if unicodedata.category(chr(number)) in {"Cf", "Cc", "Cs", "Co"} and chr(number) not in "\t\n\r"
}


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table as it is in a file.

    Parameters
    ----------
    name
        Name of the file, as the person sent it.
    columns
        Header: cells of merged header rows joined with " / ", blank ones named by position, repeats numbered.
    rows
        All cells text, stripped, empty text where empty; index: the row number in the spreadsheet. Rows without any
        content are left out.
    totals
        Rows with totals of other rows, recognised by their words.
    uneven
        Rows of a csv with more cells than its header: the column of each cell is unknown.
    kind
        File name extension.
    """

    name: str
    columns: tuple[str, ...]
    rows: pd.DataFrame
    totals: tuple[int, ...]
    uneven: tuple[int, ...]
    kind: str

    def __repr__(self) -> str:
        return f"Sheet of {len(self.rows)} rows and {len(self.columns)} columns ({self.kind})"


def _refuse(name: str, problem: Problem, **options: Any) -> DataError:
    return DataError((Fault.of(name, "", problem, **options),))


def clean(text: str) -> str:
    r"""Text without invisible characters, and with single spaces.

    Examples
    --------
    >>> clean(" Oe\u200bsapa\u202e  Barat ")
    'Oesapa Barat'
    """
    if text.isascii() and text.isprintable():
        # Only letters, digits, signs and spaces: true for most cells, and few have spaces to correct.
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    return " ".join(text.translate(_UNSEEN).split())


def _clean_row(cells: list[str]) -> list[str]:
    """Cells of a row, each clean; most rows are so as they stand, and are looked at as a whole."""
    row = "|".join(cells)
    is_plain = row.isascii() and row.isprintable() and row[:1] != " " and row[-1:] != " "
    if is_plain and "  " not in row and " |" not in row and "| " not in row:
        return cells
    return [clean(cell) for cell in cells]


def decoded(raw: bytes, name: str) -> str:
    """Text of a file: UTF-8, UTF-16 with its byte order mark, otherwise Windows-1252, which offices still write.

    Raises
    ------
    DataError
        When it is none of them.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\0" in raw:
        raise _refuse(name, Problem.UNREADABLE, hint=".csv")
    else:
        encodings = ["utf-8-sig", _OFFICE]
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise _refuse(name, Problem.UNREADABLE, hint=".csv")


def _separator(text: str) -> str:
    """The separator with the same count in most of the first lines: a decimal comma is in some lines only."""
    lines = [line for line in text[:50_000].split("\n")[:_HEADER_WITHIN] if line.strip()]

    def steadiness(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines]
        usual = max(set(counts) - {0}, key=lambda many: (counts.count(many), many), default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max(_SEPARATORS, key=steadiness)


def _csv_rows(path: Path) -> Iterator[list[str]]:
    if path.stat().st_size > FILE_LIMIT:
        raise _refuse(path.name, Problem.TOO_LARGE)
    text = decoded(path.read_bytes(), path.name)
    if not text.strip():
        raise _refuse(path.name, Problem.EMPTY)
    limit = csv.field_size_limit(CELL_LENGTH)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
        yield from reader
    except csv.Error as fault:
        raise _refuse(path.name, Problem.UNREADABLE, rows=[reader.line_num], hint=".csv") from fault
    finally:
        csv.field_size_limit(limit)


def _text(value: Any) -> str:  # noqa: PLR0911 - one return a kind of cell
    """A cell of a spreadsheet as a person sees it, dates as ISO."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return "" if value in _ERRORS else value
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        # Beyond 15 digits a spreadsheet has lost the exact number: shown in the form of the spreadsheet.
        return str(int(value)) if value.is_integer() and abs(value) < _LARGEST_EXACT else f"{value:.10G}"
    if isinstance(value, (date, time, timedelta)):
        return value.isoformat() if not isinstance(value, timedelta) else str(value)
    return str(value)


def _known_text(value: Any, known: dict[str, str]) -> str:
    """Text of a cell; each distinct text is cleaned and stored once."""
    if type(value) is not str:
        return _text(value)
    found = known.get(value)
    if found is None:
        found = known[value] = clean(_text(value))
    return found


def sheet_names(path: Path) -> list[str]:
    """Names of the visible sheets of a spreadsheet; none for a csv.

    Raises
    ------
    DataError
        As `read_sheet`.
    """
    if path.suffix.lower() == ".csv":
        return []
    with _workbook(path) as book:
        return _visible(book)


def _visible(book: Any) -> list[str]:
    shown = python_calamine.SheetVisibleEnum.Visible
    kinds = (python_calamine.SheetTypeEnum.WorkSheet,)
    named = [one.name for one in book.sheets_metadata if one.visible == shown and one.typ in kinds]
    return named or list(book.sheet_names)


@contextlib.contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    check_spreadsheet(path)
    try:
        with python_calamine.load_workbook(path) as book:
            yield book
    except (python_calamine.CalamineError, OSError, ValueError) as fault:
        raise _refuse(path.name, Problem.UNREADABLE, hint=path.suffix.lower()) from fault


def _spreadsheet_rows(path: Path, sheet: str | None) -> list[list[str]]:
    """Rows of the named sheet, or of the one with the most content."""
    with _workbook(path) as book:
        names = _visible(book)
        if sheet is not None and sheet not in names:
            raise _refuse(path.name, Problem.NOT_IN_LIST, values=[sheet], hint=", ".join(names[:10]))
        best: list[list[str]] = []
        known: dict[str, str] = {}
        for name in [sheet] if sheet is not None else names:
            found = book.get_sheet_by_name(name)
            if found.start is None:
                continue
            # calamine begins at the first filled cell: rows and columns before it count too.
            above, left = found.start
            rows: list[list[str]] = [[] for _ in range(above)]
            for row in found.iter_rows():
                # A sheet repeats few texts many times: each is stored once.
                cells = [_known_text(value, known) for value in row]
                rows.append([""] * left + cells if any(cells) else [])
            if sum(map(bool, rows)) > sum(map(bool, best)):
                best = rows
        return best


def _parquet_rows(path: Path) -> Iterator[list[str]]:
    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > ROW_LIMIT or file.metadata.num_columns > COLUMN_LIMIT:
                raise _refuse(path.name, Problem.TOO_LARGE)
            yield [clean(str(name)) for name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=10_000):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    yield [clean(_text(value)) for value in row]
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _refuse(path.name, Problem.UNREADABLE, hint=".parquet") from fault


def _is_data(cells: list[str]) -> bool:
    """Whether a row has content that no header has: a number, a date, a long text."""
    return any(
        any(sign.isdigit() for sign in cell) and len(re.findall(r"[A-Za-z]", cell)) < len(cell) / 2 for cell in cells
    )


def _header(rows: list[tuple[int, list[str]]]) -> tuple[int, int]:
    """Position of the first and last header row among the filled ones.

    A title above the table fills one or two cells; the header is the first row that is about as wide as those below
    it. A second header row below it fills cells that are blank in the first (merged cells) and has no data.
    """
    width = max(sum(map(bool, cells)) for _, cells in rows[:200])
    first = next(
        (at for at, (_, cells) in enumerate(rows[:_HEADER_WITHIN]) if sum(map(bool, cells)) >= max(1, 0.5 * width)), 0
    )
    if first + 1 >= len(rows):
        return first, first
    top, below = rows[first][1], rows[first + 1][1]
    blanks = [at for at, cell in enumerate(top) if not cell]
    fills = any(at < len(below) and below[at] for at in blanks) or len(below) > len(top)
    is_second = fills and not _is_data(below) and rows[first + 1][0] == rows[first][0] + 1
    return (first, first + 1) if is_second else (first, first)


def _names(header: list[list[str]]) -> list[str]:
    """Names of the columns, all distinct."""
    width = max(map(len, header))
    padded = [[*cells, *[""] * (width - len(cells))] for cells in header]
    if len(padded) == 2:  # noqa: PLR2004 - a merged cell stands in its first column only
        for at in range(1, width):
            if not padded[0][at] and padded[1][at]:
                padded[0][at] = padded[0][at - 1]
    names: list[str] = []
    for at in range(width):
        parts = list(dict.fromkeys(cells[at][:120] for cells in padded if cells[at]))
        name = " / ".join(parts) or f"kolom {at + 1}"
        many = sum(1 for one in names if one == name or one.startswith(f"{name} ("))
        names.append(f"{name} ({many + 1})" if many else name)
    return names


def _is_totals(cells: Iterable[str]) -> bool:
    is_worded = False
    for cell in cells:
        if cell and not _NUMBER.fullmatch(cell):
            if not _TOTALS.fullmatch(cell.lower()):
                return False
            is_worded = True
    return is_worded


def _filled_rows(path: Path, sheet: str | None) -> list[tuple[int, list[str]]]:
    """Rows with content, with their numbers."""
    ending = path.suffix.lower()
    if ending not in KINDS:
        raise _refuse(path.name, Problem.WRONG_KIND, hint=", ".join(KINDS))
    if not path.is_file():
        raise _refuse(path.name, Problem.MISSING_FILE)
    if not path.stat().st_size:
        raise _refuse(path.name, Problem.EMPTY)
    numbered: Iterator[list[str]]
    if ending == ".csv":
        numbered = map(_clean_row, _csv_rows(path))
    elif ending == ".parquet":
        numbered = _parquet_rows(path)
    else:
        numbered = iter(_spreadsheet_rows(path, sheet))
    filled: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(numbered, start=1):
        if any(cells):
            filled.append((number, cells))
        if len(filled) > ROW_LIMIT:
            raise _refuse(path.name, Problem.TOO_LARGE)
    return filled


def read_sheet(path: Path, *, sheet: str | None = None) -> Sheet:
    """Table of a csv, xlsx, ods or parquet file, in bounded memory.

    Parameters
    ----------
    path
        The file; its extension gives its type, and its content has to agree.
    sheet
        Which sheet; by default the one with most rows.

    Raises
    ------
    DataError
        When the file is missing, of another type, empty, damaged, locked or beyond the limits of
        `geo.sheets.archives`; each has a message of its own.
    """
    path = Path(path)
    filled = _filled_rows(path, sheet)
    if not filled:
        raise _refuse(path.name, Problem.EMPTY)
    first, last = _header(filled)
    columns = _names([cells for _, cells in filled[first : last + 1]])
    body = filled[last + 1 :]
    uneven = tuple(number for number, cells in body if path.suffix.lower() == ".csv" and _width(cells) > len(columns))
    width = max([len(columns), *(_width(cells) for _, cells in body)])
    if width > COLUMN_LIMIT:
        raise _refuse(path.name, Problem.TOO_LARGE)
    columns += [f"kolom {at + 1}" for at in range(len(columns), width)]
    table = [[*cells[:width], *[""] * (width - len(cells))] for _, cells in body]
    index = pd.Index([number for number, _ in body], dtype="int64")
    rows = pd.DataFrame(table, columns=columns, index=index, dtype="str")
    totals = tuple(number for number, cells in body if _is_totals(cells))
    return Sheet(path.name, tuple(columns), rows, totals, uneven, path.suffix.lower())


def _width(cells: list[str]) -> int:
    """Cells up to the last filled one."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return end
