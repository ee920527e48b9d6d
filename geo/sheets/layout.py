"""Which rows of a sheet are titles, header, data, totals and signatures.

Offices write a table as a page: a title above, a header over several rows with merged cells, the columns numbered
below it, totals, a source and a signature under it. Each row is recognised by what it is; none is lost.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.sheets.archives import SheetMarks

_HEADER_WITHIN, _MOST_HEADER_ROWS, _SEEN = 15, 4, 200
#: Cells that merging may fill: each is written out.
_MOST_FILLED = 4_000_000
_TOTALS = re.compile(
    r"(sub\s*-?\s*)?(jumlah|total|grand\s+total|jml|rata\s*-?\s*rata)(?!\w)(\s+(seluruh|keseluruhan|seluruhnya|total)\b)?"
    r"[\s:.]*(?P<of>[^\d:]*)[\s:.]*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d\s.,%()-]+")
_NUMBERED = re.compile(r"\(?\s*(\d{1,3})\s*\)?(\s*=.*)?")
_LEAST_NUMBERED = 3
#: What a total is of has a name, not a text: the longer, the more ways there are to try.
_LONGEST_TOTAL = 200
_REMARK = re.compile(
    r"(sumber|catatan|keterangan|ket|note|source|mengetahui|nip|dicetak|diunduh)\b\s*[:.]?|.*[,:]$|.*\s.*",
    re.IGNORECASE,
)
_FEW = 0.34


@dataclass(slots=True)
class SheetTable:
    """The table of one sheet.

    Parameters
    ----------
    columns
        Names, all distinct.
    numbers
        Row numbers of the rows below the header.
    body
        Their cells, one for each column.
    totals, footers, uneven
        Row numbers of totals, of sources and signatures under the table, and of rows with more cells than columns.
    errors, without_value
        Row number and position of the column of such cells.
    repeated
        Headers that stand there more than once.
    """

    columns: list[str]
    numbers: list[int]
    body: list[list[str]]
    totals: list[int]
    footers: list[int]
    uneven: list[int]
    errors: list[tuple[int, int]]
    without_value: list[tuple[int, int]]
    repeated: list[str] = field(default_factory=list)

    @property
    def rows_told(self) -> tuple[list[int], ...]:
        """Lists of row numbers."""
        return self.totals, self.footers, self.uneven

    @property
    def cells_told(self) -> tuple[list[tuple[int, int]], ...]:
        """Lists of cells."""
        return self.errors, self.without_value


def _filled(cells: Sequence[str]) -> set[int]:
    return {at for at, cell in enumerate(cells) if cell}


def _is_data(cells: Iterable[str]) -> bool:
    """Whether a row has content that no header has: a number, a date, a long text."""
    return any(
        any(sign.isdigit() for sign in cell) and len(re.findall(r"[A-Za-z]", cell)) < len(cell) / 2 for cell in cells
    )


class _Top:
    """The first rows of a sheet, with the columns that merged cells cover in each."""

    def __init__(self, rows: list[tuple[int, list[str]]], marks: SheetMarks) -> None:
        self.rows = rows[: _HEADER_WITHIN + _MOST_HEADER_ROWS]
        self.own = [_filled(cells) for _, cells in self.rows]
        place = {number: at for at, (number, _) in enumerate(self.rows)}
        #: Text of merged cells by position of the row and column.
        self.spread: dict[tuple[int, int], str] = {}
        filled = 0
        for first_row, first, last_row, last in marks.merged:
            at = place.get(first_row)
            text = self.rows[at][1][first - 1] if at is not None and first <= len(self.rows[at][1]) else ""
            if not text:
                continue
            for row in range(first_row, min(last_row, first_row + _MOST_HEADER_ROWS) + 1):
                if row in place:
                    covered = range(first - 1, min(last, first + 600))
                    self.spread |= {(place[row], column): text for column in covered}
                    filled += len(covered)
            if filled > _MOST_FILLED:
                # Cells are merged once; these are merged over and over.
                raise DataError((Fault.of("", "", Problem.TOO_LARGE),))
        self.covered = [own | {column for row, column in self.spread if row == at} for at, own in enumerate(self.own)]
        #: Set by `names`.
        self.repeated: list[str] = []
        self.width = max((len(_filled(cells)) for _, cells in rows[:_SEEN]), default=1)

    def is_next(self, at: int) -> bool:
        """Whether a row stands directly below the one before it."""
        return 0 < at < len(self.rows) and self.rows[at][0] == self.rows[at - 1][0] + 1

    def is_data(self, at: int) -> bool:
        return _is_data(self.rows[at][1])

    def first(self) -> int:
        """First header row: about as wide as the rows below; a title has one cell, or label and value."""
        least = 1 if self.width == 1 else max(2, math.ceil(0.5 * self.width))
        wide = [
            at
            for at in range(min(len(self.rows), _HEADER_WITHIN))
            if len(self.covered[at]) >= least and len(self.own[at]) >= min(2, self.width)
        ]
        for at in wide:
            wider = [below for below in wide if at < below <= at + 3 and len(self.own[below]) > len(self.own[at])]
            if self.is_data(at) and any(not self.is_data(below) for below in wider):
                continue
            return self._upward(at)
        return 0

    def _upward(self, at: int) -> int:
        """Rows above that name columns which this row leaves blank and the rows below fill."""
        below = set().union(*self.own[at + 1 : at + 6])
        while (
            self.is_next(at)
            and not self.is_data(at - 1)
            and len(self.own[at - 1]) > 1
            and self.own[at - 1] & (below - self.covered[at])
        ):
            at -= 1
        return at

    def last(self, first: int) -> int:
        """Last header row: rows below that fill what merged cells leave blank, and hold no data."""
        last = first
        while last - first + 1 < _MOST_HEADER_ROWS and self.is_next(last + 1) and not self.is_data(last + 1):
            named = set().union(*self.own[first : last + 1])
            under = self.own[last + 1]
            fills = under - named
            if not fills:
                break
            leaves_blank = bool(named - under)
            is_between = any(any(name > one for name in named) for one in fills)
            is_merged = any((at, one) in self.spread for at in range(first, last + 1) for one in fills)
            if not (leaves_blank or is_between or is_merged):
                break
            last += 1
        return last

    def numbered(self, last: int) -> bool:
        """Whether the row below the header counts its columns: 1, 2, 3 ..."""
        at = last + 1
        if not self.is_next(at):
            return False
        cells = [cell for cell in self.rows[at][1] if cell]
        found = [_NUMBERED.fullmatch(cell) for cell in cells]
        if len(cells) < _LEAST_NUMBERED or [one and int(one[1]) for one in found] != list(range(1, len(cells) + 1)):
            return False
        if cells[0].startswith("("):
            return True
        # A table whose first area is called 1 goes on with 2.
        following = next((cell for cell in self.rows[at + 1][1] if cell), "") if at + 1 < len(self.rows) else ""
        # A table with one row, or with a row longer than its header, has no such row.
        is_within = len(_trimmed(self.rows[at][1])) <= max(len(_trimmed(self.rows[last][1])), len(self.covered[last]))
        return is_within and bool(following) and (following == "1" or not following.isdigit())

    def names(self, first: int, last: int, width: int) -> list[str]:
        """Names of the columns: of several rows, the group before the column."""
        lines = []
        for at in range(first, last + 1):
            cells = [*self.rows[at][1], *[""] * (width - len(self.rows[at][1]))]
            for column in range(width):
                if not cells[column]:
                    cells[column] = self.spread.get((at, column), "")
            lines.append(cells)
        for above, below in pairwise(lines):
            for column in range(1, width):
                # Without merged cells a group stands in its first column only.
                if not above[column] and below[column]:
                    above[column] = above[column - 1]
        seen: Counter[str] = Counter()
        names = []
        for column in range(width):
            parts = list(dict.fromkeys(cells[column][:120] for cells in lines if cells[column]))
            name = " / ".join(parts) or f"kolom {column + 1}"
            seen[name] += 1
            names.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
        self.repeated = [name for name, many in seen.items() if many > 1]
        return names


def _spread_down(rows: dict[int, list[str]], marks: SheetMarks, below: int) -> None:
    """Merged cells hold for all rows that they cover and that have content of their own."""
    filled = 0
    for first_row, column, last_row, _ in marks.merged:
        if last_row <= first_row or first_row <= below or first_row not in rows:
            continue
        text = rows[first_row][column - 1] if column <= len(rows[first_row]) else ""
        for row in range(first_row + 1, last_row + 1):
            filled += 1
            if filled > _MOST_FILLED:
                raise DataError((Fault.of("", "", Problem.TOO_LARGE),))
            cells = rows.get(row)
            if cells is None:
                continue
            cells += [""] * (column - len(cells))
            cells[column - 1] = cells[column - 1] or text
            for found in (marks.errors, marks.without_value):
                if (first_row, column) in found:
                    found.add((row, column))


def is_totals(cells: Iterable[str]) -> bool:
    """Whether a row's only text is a word for a total, with what it is the total of, beside numbers."""
    word = ""
    for cell in cells:
        if cell and cell != word and not _NUMBER.fullmatch(cell):
            if word:
                return False
            word = cell
    return bool(word) and len(word) <= _LONGEST_TOTAL and _TOTALS.fullmatch(word) is not None


def _footers(body: list[tuple[int, list[str]]]) -> list[int]:
    """Rows under the table with a source, a note, a place and day, a name: few cells, and text in them."""
    if not body:
        return []
    usual = median(len(cells) - cells.count("") for _, cells in body)
    most = max(1, int(_FEW * usual))
    found = []
    for number, cells in reversed(body):
        filled = [cell for cell in cells if cell]
        if len(filled) > most or len(filled) >= usual or not all(map(_REMARK.fullmatch, filled)):
            break
        found.append(number)
    return found[::-1]


def table_of(rows: list[tuple[int, list[str]]], marks: SheetMarks, *, is_text: bool) -> SheetTable:
    """The table among the filled rows of a sheet.

    Parameters
    ----------
    rows
        Row number and cells of each filled row; merged cells are filled in.
    marks
        Merged cells, errors, formulas without a value.
    is_text
        Whether the rows are lines of a csv: a line with more cells than the header has one that was cut in two.
    """
    top = _Top(rows, marks)
    first = top.first()
    last = top.last(first)
    begins = last + 1 + top.numbered(last)
    below = rows[begins - 1][0]
    _spread_down(dict(rows[begins:]), marks, below)
    body = rows[begins:]
    header = max(len(_trimmed(cells)) for _, cells in rows[first : last + 1])
    ends = [len(cells) if cells and cells[-1] else len(_trimmed(cells)) for _, cells in body]
    width = max([header, *ends])
    names = top.names(first, last, width)
    named = _ever_filled(_filled_of(top, first, last), body, width)
    marked = {column - 1 for _, column in (*marks.errors, *marks.without_value)}
    kept = [at for at in range(width) if at in named or at in marked]
    place = {at: new for new, at in enumerate(kept)}
    uneven = [number for (number, _), end in zip(body, ends, strict=True) if is_text and end > header]
    is_whole = kept == list(range(width))
    table = [
        cells if is_whole and len(cells) == width else [cells[at] if at < len(cells) else "" for at in kept]
        for _, cells in body
    ]
    numbers = [number for number, _ in body]
    there = set(numbers)
    errors, without_value = (
        sorted((row, place[column - 1]) for row, column in found if row in there and column - 1 in place)
        for found in (marks.errors, marks.without_value)
    )
    footers = _footers(body)
    totals = [number for number, cells in body if is_totals(cells)]
    return SheetTable(
        [names[at] for at in kept],
        numbers,
        table,
        totals,
        [number for number in footers if number not in set(totals)],
        uneven,
        errors,
        without_value,
        top.repeated,
    )


def _ever_filled(named: set[int], body: list[tuple[int, list[str]]], width: int) -> set[int]:
    """Columns that have a name or a cell with content; most are known after a few rows."""
    empty = set(range(width)) - named
    for _, cells in body:
        if not empty:
            break
        empty -= _filled(cells)
    return set(range(width)) - empty


def _filled_of(top: _Top, first: int, last: int) -> set[int]:
    return set().union(*top.covered[first : last + 1])


def _trimmed(cells: list[str]) -> list[str]:
    """Cells up to the last filled one."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]
