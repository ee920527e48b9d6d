"""A table file as rows of text with the row numbers of the spreadsheet: read in the process for files from outside.

`geo.sheets.reading` makes a `Sheet` of its answer.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import python_calamine

from geo.errors import SHEET_STRIDE, DataError, Fault, Problem
from geo.guards import without_guard
from geo.places.letters import DAMAGED
from geo.sheets.archives import (
    CELL_LENGTH,
    CELL_LIMIT,
    FILE_LIMIT,
    MARK_LIMIT,
    TEXT_LIMIT,
    SheetMarks,
    Workbook,
    check_spreadsheet,
)
from geo.sheets.contents import Content, content_of
from geo.sheets.encoding import decoded
from geo.sheets.layout import SheetTable, table_of
from geo.sheets.plain_text import cell_text, clean, clean_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMN_LIMIT = 512
#: Rows of an import, and of a table that a command works on.
ROW_LIMIT, BULK_ROW_LIMIT, BULK_FILE_LIMIT = 1_100_000, 20_000_000, 4 << 30
_SEPARATORS = ",;\t|"
_SAMPLE, _SAMPLE_LINES = 50_000, 15
_ROWS_AT_ONCE = 5_000
_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
# The first list that becomes an array makes pyarrow import pandas: once, and not in the copy for each file.
pa.array([""])


@dataclass(slots=True)
class Rows:
    """Filled rows of one sheet.

    Parameters
    ----------
    cells
        Row number and cells, in order.
    marks
        What the sheet says beside its values.
    empty
        Row numbers of lines of a csv with separators and nothing else.
    """

    cells: list[tuple[int, list[str]]]
    marks: SheetMarks = field(default_factory=SheetMarks)
    empty: list[int] = field(default_factory=list)


def _refuse(path: Path, problem: Problem, **options: Any) -> DataError:
    return DataError((Fault.of(path.name, "", problem, **options),))


def _separator(text: str) -> str:
    """The separator with the same count in most of the first lines: a decimal comma is in some lines only."""
    sample = re.sub(r'"[^"]*"', "", text[:_SAMPLE])
    lines = [line for line in sample.split("\n")[:_SAMPLE_LINES] if line.strip()]

    def steadiness(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines]
        usual = max(set(counts) - {0}, key=lambda many: (counts.count(many), many), default=0)
        return (counts.count(usual) if usual else 0, usual)

    return max(_SEPARATORS, key=steadiness)


def _as_written(cells: list[str]) -> list[str]:
    return [without_guard(cell) if cell[:1] == "'" else cell for cell in cells]


def _has_swallowed(row: list[str], separator: str) -> bool:
    """Whether a cell holds whole rows: its quote was opened and closed by a later one that meant something else."""
    return any(
        "\n" in cell and any(line.count(separator) >= max(1, len(row) - 1) for line in cell.split("\n")[1:])
        for cell in row
    )


def _csv_rows(path: Path, limit: int, room: int, most: int) -> Rows:
    """Filled lines of a csv: at most `limit` of them, `room` bytes and `most` cells."""
    if path.stat().st_size > room:
        raise _refuse(path, Problem.TOO_LARGE)
    text = decoded(path.read_bytes(), path.name)
    if not text.strip():
        raise _refuse(path, Problem.EMPTY)
    # Blank lines are lines to go through, too.
    if text.count("\n") + text.count("\r") > 4 * limit:
        raise _refuse(path, Problem.TOO_LARGE)
    stated = _SEP_LINE.match(text)
    text = text[stated.end() :] if stated else text
    separator = stated[1] if stated else _separator(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    filled: list[tuple[int, list[str]]] = []
    empty: list[int] = []
    may_be_guarded = "'" in text
    number, line, many = 0, 0, 0
    before = csv.field_size_limit(CELL_LENGTH)
    try:
        for number, row in enumerate(lines, start=1):
            if lines.line_num > line + 1 and _has_swallowed(row, separator):
                raise _refuse(path, Problem.OPEN_QUOTE, rows=[line + 1 + bool(stated)])
            line = lines.line_num
            cells = clean_row(row)
            if any(cells):
                filled.append((number, _as_written(cells) if may_be_guarded else cells))
            elif len(cells) > 1:
                empty.append(number)
            many += len(cells)
            if len(filled) > limit or many > most:
                raise _refuse(path, Problem.TOO_LARGE)
    except csv.Error as fault:
        # The row that was begun last: its quote has no end, or is followed by text.
        is_quote = '"' in text
        problem = Problem.OPEN_QUOTE if is_quote else Problem.UNREADABLE
        raise _refuse(path, problem, rows=[line + 1 + bool(stated)], hint=".csv") from fault
    finally:
        csv.field_size_limit(before)
    return Rows(filled, empty=empty)


def _visible(book: Any) -> list[str]:
    shown = python_calamine.SheetVisibleEnum.Visible
    kinds = (python_calamine.SheetTypeEnum.WorkSheet,)
    named = [one.name for one in book.sheets_metadata if one.visible == shown and one.typ in kinds]
    return named or list(book.sheet_names)


@contextlib.contextmanager
def _workbook(path: Path, content: Content) -> Iterator[tuple[Any, Workbook]]:
    checked = check_spreadsheet(path, is_ods=content is Content.ODS)
    try:
        with path.open("rb") as file, python_calamine.load_workbook(file) as book:
            yield book, checked
    except (python_calamine.CalamineError, OSError, ValueError) as fault:
        raise _refuse(path, Problem.UNREADABLE, hint=path.suffix.lower()) from fault


def _sheet_rows(book: Any, name: str, marks: SheetMarks, known: dict[str, str]) -> Rows:
    """Filled rows of a sheet; merged cells hold for all their rows."""
    found = book.get_sheet_by_name(name)
    if found.start is None:
        return Rows([], marks)
    # calamine begins at the first filled cell: rows and columns before it count too.
    above, left = found.start
    rows: dict[int, list[str]] = {}
    for number, row in enumerate(found.iter_rows(), start=above + 1):
        # A sheet repeats few texts many times: each is stored once.
        cells = [_known_text(value, known) for value in row]
        if any(cells):
            rows[number] = [""] * left + cells
    for row, column in (*marks.errors, *marks.without_value):
        cells = rows.setdefault(row, [])
        cells += [""] * (column - len(cells))
    return Rows(sorted(rows.items()), marks)


def _known_text(value: Any, known: dict[str, str]) -> str:
    """Text of a cell; each distinct text is cleaned and stored once."""
    if type(value) is not str:
        return cell_text(value)
    found = known.get(value)
    if found is None:
        found = known[value] = clean(value)
    return found


def _spreadsheet(path: Path, content: Content, sheet: str | None) -> tuple[list[str], list[tuple[str, Rows]], bool]:
    """Names of the visible sheets that are not empty, those that are wanted with their rows, and the epoch."""
    with _workbook(path, content) as (book, checked):
        names = _visible(book)
        if sheet is not None and sheet not in names:
            raise _refuse(path, Problem.NO_SUCH_SHEET, values=names[:10])
        known: dict[str, str] = {}
        wanted = names if sheet is None else [sheet]
        rows = [(name, _sheet_rows(book, name, checked.marks.get(name, SheetMarks()), known)) for name in wanted]
        filled = [(name, found) for name, found in rows if found.cells]
        there = [name for name, _ in filled] if sheet is None else names
        return there, filled, checked.is_1904


def _plain_column(column: pa.ChunkedArray) -> pa.Array:
    """Texts of a column of a parquet file."""
    return pa.array([clean(cell_text(value)) for value in column.to_pylist()], pa.string())


def _in_pieces(file: pq.ParquetFile, path: Path) -> pa.Table:
    """A parquet file read a few rows at a time: one text in all rows takes no room in the file, and much here."""
    pieces, size = [], 0
    for piece in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
        pieces.append(piece)
        size += piece.nbytes
        if size > TEXT_LIMIT:
            raise _refuse(path, Problem.TOO_LARGE)
    return pa.Table.from_batches(pieces, file.schema_arrow)


def _is_nested(kind: pa.DataType) -> bool:
    return bool(pa.types.is_nested(kind))


def _parquet(path: Path, *, typed: bool) -> tuple[dict[str, Any], pa.Table]:
    """A parquet file is a table by itself: it has no titles, totals or row numbers."""
    limit = BULK_ROW_LIMIT if typed else ROW_LIMIT
    try:
        with pq.ParquetFile(path) as file:
            rows, columns = file.metadata.num_rows, file.metadata.num_columns
            if rows > limit or columns > COLUMN_LIMIT or (rows * columns > CELL_LIMIT and not typed):
                raise _refuse(path, Problem.TOO_LARGE)
            read = file.read(use_threads=False) if typed else _in_pieces(file, path)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _refuse(path, Problem.UNREADABLE, hint=".parquet") from fault
    binary = [one for one in read.schema if pa.types.is_binary(one.type) or pa.types.is_large_binary(one.type)]
    if binary:
        faults = [Fault.of(path.name, one.name, Problem.UNREADABLE, hint=str(one.type)[:40]) for one in binary]
        raise DataError(tuple(faults), "table")
    names = [clean(str(name)) for name in read.column_names]
    twice = sorted(name for name, many in Counter(names).items() if many > 1)
    if twice:
        raise DataError(tuple(Fault.of(path.name, name, Problem.DUPLICATE, rows=[1]) for name in twice), "table")
    arrays: list[Any] = []
    for one in read.columns:
        if _is_nested(one.type):
            arrays.append(pa.array([_nested_text(value) for value in one.to_pylist()], pa.string()))
        else:
            arrays.append(one if typed else _plain_column(one))
    if not typed and any((pc.max(pc.utf8_length(one)).as_py() or 0) > CELL_LENGTH for one in arrays):
        raise _refuse(path, Problem.TOO_LARGE)
    # The metadata that pandas adds to the columns is ignored: a stored index is an ordinary column.
    table = pa.table(arrays, names=[str(at) for at in range(len(names))])
    facts = {"columns": names, "rows": None, **_NO_MARKS}
    return facts, table


_NO_MARKS: dict[str, Any] = {
    "totals": [],
    "footers": [],
    "uneven": [],
    "errors": [],
    "without_value": [],
    "damaged": [],
    "sheets": [],
    "read": [],
    "is_1904": False,
    "repeated": [],
}


def _nested_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def _same_form(path: Path, tables: list[tuple[str, SheetTable]]) -> None:
    """Several sheets are one table only where all have the same columns.

    Raises
    ------
    DataError
        With the names of the sheets.
    """
    if any(sorted(one.columns) != sorted(tables[0][1].columns) for _, one in tables):
        raise _refuse(path, Problem.WHICH_SHEET, values=[name for name, _ in tables])


def _keep_empty(table: SheetTable, empty: list[int]) -> None:
    """Empty rows between others stay for a command that writes the rows back in their order."""
    within = [number for number in empty if table.numbers and table.numbers[0] < number < table.numbers[-1]]
    if within:
        rows = [
            *zip(table.numbers, table.body, strict=True),
            *((number, [""] * len(table.columns)) for number in within),
        ]
        table.numbers, table.body = map(list, zip(*sorted(rows), strict=True))


def _joined(tables: list[tuple[str, SheetTable]], names: list[str]) -> SheetTable:
    """Rows of all sheets, below one another, with the columns of the first."""
    joined = tables[0][1]
    if len(tables) == 1:
        return joined
    whole = SheetTable(joined.columns, [], [], [], [], [], [], [], joined.repeated)
    for name, one in tables:
        above = names.index(name) * SHEET_STRIDE
        order = [one.columns.index(column) for column in whole.columns]
        whole.numbers += [above + number for number in one.numbers]
        whole.body += [[row[at] for at in order] for row in one.body]
        for rows, of_one in zip(whole.rows_told, one.rows_told, strict=True):
            rows += [above + number for number in of_one]
        for cells, cells_of_one in zip(whole.cells_told, one.cells_told, strict=True):
            cells += [(above + number, order.index(at)) for number, at in cells_of_one]
    return whole


def read_job(path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], pa.Table]:
    """A table file.

    Parameters
    ----------
    path
        The file.
    options
        `sheet`: name of one sheet, or None for the only one or all of one form; `typed`: a table that a command
        works on, larger than an import, with the types of a parquet file.

    Returns
    -------
    Facts (`columns`, row numbers `rows`, rows `totals`, `footers`, `uneven`; cells as row and position of the column:
    `errors`, `without_value`, `damaged`; `sheets` there are, those `read`, `is_1904`) and the rows: a text column
    for each column, named by its position.

    Raises
    ------
    DataError
        When the file cannot be read, is too large, or has several sheets that are not of one form.
    """
    typed = bool(options.get("typed"))
    content = content_of(path)
    if content is Content.PARQUET:
        return _parquet(path, typed=typed)
    is_1904, names = False, [""]
    if content is Content.TEXT:
        bulk = (BULK_ROW_LIMIT, BULK_FILE_LIMIT, BULK_ROW_LIMIT * COLUMN_LIMIT)
        limits = bulk if typed else (ROW_LIMIT, FILE_LIMIT, CELL_LIMIT)
        found = [("", _csv_rows(path, *limits))]
    else:
        names, found, is_1904 = _spreadsheet(path, content, options.get("sheet"))
    if not any(rows.cells for _, rows in found):
        raise _refuse(path, Problem.EMPTY)
    widest = max(len(cells) for _, rows in found for _, cells in rows.cells)
    if widest > COLUMN_LIMIT:
        # Of a csv, separators at the end of its lines are no columns.
        widest = max(_width(cells) for _, rows in found for _, cells in rows.cells)
        if widest > COLUMN_LIMIT:
            raise _refuse(path, Problem.TOO_LARGE)
    is_text = content is Content.TEXT
    tables = [(name, table_of(rows.cells, rows.marks, is_text=is_text)) for name, rows in found]
    if len(tables) > 1:
        _same_form(path, tables)
    if typed and is_text:
        _keep_empty(tables[0][1], found[0][1].empty)
    one = _joined(tables, names)
    facts = {
        **_NO_MARKS,
        "columns": one.columns,
        "rows": one.numbers,
        "totals": one.totals,
        "footers": one.footers,
        "uneven": one.uneven,
        "errors": one.errors,
        "without_value": one.without_value,
        "damaged": _damaged(path, one),
        "sheets": [name for name in names if name],
        "read": [name for name, _ in tables if name],
        "is_1904": is_1904,
        "repeated": one.repeated,
    }
    columns = zip(*one.body, strict=True) if one.body else ([] for _ in one.columns)
    arrays = [pa.array(list(column), pa.string()) for column in columns]
    return facts, pa.table(arrays, names=[str(at) for at in range(len(one.columns))])


def _damaged(path: Path, table: SheetTable) -> list[tuple[int, int]]:
    """Cells with letters that could not be read: more than anybody could look at are a file of another encoding."""
    found = []
    for number, cells in zip(table.numbers, table.body, strict=True):
        found += [(number, at) for at, cell in enumerate(cells) if DAMAGED in cell]
        if len(found) > MARK_LIMIT:
            raise _refuse(path, Problem.UNREADABLE, hint=path.suffix.lower())
    return found


def _width(cells: list[str]) -> int:
    """Cells up to the last filled one."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return end


def names_job(path: Path, options: dict[str, Any]) -> tuple[dict[str, Any], None]:  # noqa: ARG001 - as every job
    """Names of the visible sheets of a spreadsheet; none for other tables.

    Raises
    ------
    DataError
        As `read_job`.
    """
    content = content_of(path)
    if content not in {Content.XLSX, Content.ODS}:
        return {"sheets": []}, None
    with _workbook(path, content) as (book, _):
        return {"sheets": _visible(book)}, None
