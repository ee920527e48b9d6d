"""A table file of any common type, read in another process: rows with the numbers that a spreadsheet shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import Fault, Problem
from geo.outside.limits import Budget
from geo.outside.pool import read_outside

if TYPE_CHECKING:
    import pyarrow as pa

#: For a table that a command works on, on the machine of the person who runs it.
_BULK = Budget(memory_mib=16_384, seconds=1_800, answer_mib=16_384)


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
        All cells text, stripped, empty text where empty; a parquet file for a command keeps its types. Index: the
        row number in the spreadsheet (of several sheets, see `geo.errors.SHEET_STRIDE`). Rows without any
        content are left out.
    totals
        Rows with totals of other rows, recognised by their words.
    footers
        Rows under the table: a source, a note, a signature.
    uneven
        Rows of a csv with more cells than its header: the column of each cell is unknown.
    kind
        File name extension.
    errors, without_value, damaged
        Cells as row number and column: an error value, a formula that was never computed, letters that could not be
        read. Their text in `rows` is empty, for a damaged cell it has a sign in place of each such letter.
    sheets, read
        Names of the sheets of a workbook that have content, and of those that were read.
    is_1904
        Whether days without a date format are counted from 1904.
    repeated
        Headers that stand there more than once.
    """

    name: str
    columns: tuple[str, ...]
    rows: pd.DataFrame
    totals: tuple[int, ...]
    uneven: tuple[int, ...]
    kind: str
    footers: tuple[int, ...] = ()
    errors: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    without_value: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    damaged: frozenset[tuple[int, str]] = field(default_factory=frozenset)
    sheets: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    is_1904: bool = False
    repeated: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Sheet of {len(self.rows)} rows and {len(self.columns)} columns ({self.kind})"

    @property
    def unreadable(self) -> frozenset[tuple[int, str]]:
        """Cells with an error, or with a formula without a value."""
        return self.errors | self.without_value

    def unreadable_in(self, column: str) -> list[Fault]:
        """Faults of the cells of a column that have an error, or a formula without a value."""
        found = []
        for cells, problem in ((self.errors, Problem.ERROR_CELL), (self.without_value, Problem.NO_RESULT)):
            listed = pd.Index([row for row, name in cells if name == column], dtype="int64")
            rows = listed.intersection(self.rows.index).sort_values()
            if len(rows):
                found.append(Fault.of(self.name, column, problem, rows=rows.tolist()))
        return found


def read_sheet(path: Path, *, sheet: str | None = None, typed: bool = False) -> Sheet:
    """Table of a csv, xlsx, ods or parquet file.

    Parameters
    ----------
    path
        The file; its extension gives its type, and its content has to agree.
    sheet
        Which sheet; by default the only one, or all of them where they have the same columns.
    typed
        Whether a command works on the table: it may be larger, and a parquet file keeps its types.

    Raises
    ------
    DataError
        When the file is missing, of another type, empty, damaged, locked, beyond the limits of
        `geo.sheets.archives`, or has several sheets that are not of one form; each has a message of its own.
    """
    path = Path(path)
    budget = _BULK if typed else Budget()
    facts, table = read_outside("sheet", path, {"sheet": sheet, "typed": typed}, budget=budget)
    columns = tuple(facts["columns"])
    return Sheet(
        name=path.name,
        columns=columns,
        rows=_frame(table, columns, facts["rows"]),
        totals=tuple(facts["totals"]),
        uneven=tuple(facts["uneven"]),
        kind=path.suffix.lower(),
        footers=tuple(facts["footers"]),
        sheets=tuple(facts["sheets"]),
        read=tuple(facts["read"]),
        is_1904=bool(facts["is_1904"]),
        repeated=tuple(facts["repeated"]),
        **{
            name: frozenset((int(row), columns[at]) for row, at in facts[name])
            for name in ("errors", "without_value", "damaged")
        },
    )


def _frame(table: pa.Table | None, columns: tuple[str, ...], rows: list[int] | None) -> pd.DataFrame:
    if table is None:
        msg = "a sheet without rows"
        raise RuntimeError(msg)
    if rows is None:
        frame = table.to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)
        index: pd.Index[int] = pd.RangeIndex(2, len(table) + 2)
    else:
        frame = table.to_pandas(ignore_metadata=True).astype("str")
        index = pd.Index(rows, dtype="int64")
    return frame.set_axis(list(columns), axis="columns").set_axis(index, axis="index")


def sheet_names(path: Path) -> list[str]:
    """Names of the visible sheets of a spreadsheet; none for other tables.

    Raises
    ------
    DataError
        As `read_sheet`.
    """
    facts: dict[str, Any] = read_outside("sheet_names", Path(path))[0]
    return [str(name) for name in facts["sheets"]]
