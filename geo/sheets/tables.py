"""Tables as commands read them: any common file, its numbers, and no NIK."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.errors import DataError, Fault, Problem, fit_to_show
from geo.places.keys import clean_columns, clean_key
from geo.sheets.numbers import numbers_in
from geo.sheets.reading import read_sheet
from geo.sheets.totals import are_sums, names_above

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from geo.sheets.reading import Sheet

INPUTS = (".csv", ".xlsx", ".ods", ".parquet")
_NIK_DIGITS = 16
_NIK = r"'?[0-9](?:[ .-]?[0-9]){15}"
#: 16 digits with one point are a coordinate, not a person.
_DECIMAL = r"[0-9]*\.[0-9]*"
_COLUMNS_SHOWN = 12
_HALF = 0.5
_FIRST_ROW = 2


def read_table(path: Path, *, sheet: str | None = None) -> Sheet:
    """Table of a file, rows and columns in its order, indexed by the row numbers of the spreadsheet.

    A parquet file keeps its types; everything else is text. Columns have the names that people see.

    Parameters
    ----------
    path
        The file.
    sheet
        Which sheet; by default the only one, or all of them where they have the same columns.

    Raises
    ------
    DataError
        As `geo.sheets.reading.read_sheet`, and when a column stands there twice or a row has more cells than the
        header.
    """
    found = read_sheet(path, sheet=sheet, typed=True)
    names, faults = clean_columns(path.name, found.columns)
    header = [1] if found.rows.index.min() <= _FIRST_ROW or not len(found.rows) else []
    faults += [Fault.of(path.name, clean_key(name), Problem.DUPLICATE, rows=header) for name in found.repeated]
    if found.uneven:
        faults.append(Fault.of(path.name, "", Problem.UNEVEN_ROW, rows=found.uneven))
    if faults:
        raise DataError(tuple(faults), "table")
    renamed = dict(zip(found.columns, names, strict=True))

    def told(cells: frozenset[tuple[int, str]]) -> frozenset[tuple[int, str]]:
        return frozenset((row, renamed[column]) for row, column in cells)

    return replace(
        found,
        columns=tuple(names),
        rows=found.rows.set_axis(names, axis="columns"),
        errors=told(found.errors),
        without_value=told(found.without_value),
        damaged=told(found.damaged),
    )


def columns_told(table: pd.DataFrame) -> str:
    """Names of the columns for a message; `...` where row 1 may have a person's data instead of names."""
    names = [str(name) for name in table.columns]
    if any(fit_to_show(name) == "[...]" or any(sign.isdigit() for sign in name[:1]) for name in names):
        return "..."
    return ", ".join(names[:_COLUMNS_SHOWN]) + (", ..." if len(names) > _COLUMNS_SHOWN else "")


def missing_columns(sheet: Sheet, wanted: Iterable[str]) -> list[Fault]:
    """A fault for each column that is not in a table."""
    hint = columns_told(sheet.rows)
    return [
        Fault.of(sheet.name, column, Problem.MISSING_COLUMN, hint=hint)
        for column in dict.fromkeys(wanted)
        if column not in sheet.rows.columns
    ]


def _as_text(column: pd.Series[Any]) -> pd.Series[str]:
    """Cells as stripped text, empty where missing; whole numbers without a point."""
    if pd.api.types.is_float_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        # A double holds 16 digits exactly, so a NIK stored as a number is unchanged.
        whole = np.isfinite(values) & (np.abs(values) < 1e17) & (values == np.round(values))  # noqa: PLR2004
        shown = pd.Series("", index=column.index, dtype="str")
        shown[whole] = pd.Series(values[whole].astype(np.int64), index=column.index[whole]).astype("str")
        return shown
    return column.astype("str").fillna("").str.strip()


def without_nik(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Table without columns of NIK, and their names.

    A column is a NIK column when more than half of its non-empty cells have 16 digits, in any grouping.
    """
    found = []
    for name in table.columns:
        text = _as_text(table[name])
        text = text[text != ""]
        # Most cells are short and are excluded without a check of each.
        if not len(text) or (text.str.len() >= _NIK_DIGITS).mean() <= _HALF:
            continue
        if (text.str.fullmatch(_NIK) & ~text.str.fullmatch(_DECIMAL)).mean() > _HALF:
            found.append(name)
    return table.drop(columns=found), [str(name) for name in found]


def number_columns(
    sheet: Sheet,
    wanted: Iterable[str],
    *,
    counts: Iterable[str | None] = (),
    within: tuple[float, float] | None = None,
) -> tuple[dict[str, NDArray[np.float64]], list[Fault]]:
    """Columns as numbers, NaN where a cell is empty, and their errors; all errors are returned, none is raised.

    Parameters
    ----------
    sheet
        The table.
    wanted
        Columns.
    counts
        Those of them that count people or things: 12.345 of them are thousands.
    within
        Smallest and largest number that makes sense: it tells 123.456 degrees from thousands.
    """
    wanted, whole = list(dict.fromkeys(wanted)), set(counts)
    faults, found = missing_columns(sheet, wanted), {}
    for column in wanted:
        if column not in sheet.rows.columns:
            continue
        cells = sheet.rows[column]
        faults += sheet.unreadable_in(column)
        if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
            found[column] = cells.to_numpy(dtype=np.float64, na_value=np.nan)
            wrong, ambiguous = np.isinf(found[column]), np.zeros(len(cells), dtype=bool)
        else:
            read = numbers_in(cells.astype("str").fillna(""), is_whole=column in whole, within=within)
            found[column] = read.values.to_numpy()
            ambiguous = read.ambiguous.to_numpy()
            wrong = read.bad.to_numpy() & ~ambiguous
        faults += [
            Fault.of(sheet.name, column, problem, rows=cells.index[cells_at].tolist())
            for problem, cells_at in ((Problem.BAD_NUMBER, wrong), (Problem.AMBIGUOUS_NUMBER, ambiguous))
            if cells_at.any()
        ]
    return found, faults


def without_totals(sheet: Sheet, columns: Iterable[str]) -> tuple[Sheet, list[int]]:
    """Table without the rows that are totals, notes or signatures, and the numbers of those rows; without empty rows.

    A row is a total by its words, or where it names a city or district and its numbers are the sum of the others.

    Parameters
    ----------
    sheet
        The table.
    columns
        Columns of numbers that a total adds up; those that cannot be read as numbers are not looked at.
    """
    by_words = {*sheet.totals, *sheet.footers}
    left = sheet.rows[~sheet.rows.index.isin(by_words)]
    is_empty = np.ones(len(left), dtype=bool)
    for name in left.columns:
        is_empty &= (left[name].isna() | left[name].astype("str").eq("")).to_numpy(dtype=bool)
    left = left[~is_empty]
    texts = [left[name] for name in left.columns if left[name].dtype == "str"]
    is_named, is_city = np.zeros(len(left), dtype=bool), np.zeros(len(left), dtype=bool)
    for cells in texts:
        named = names_above(cells).to_numpy()
        is_named |= named
        is_city |= named & cells.str.startswith(("Kota ", "kota ", "KOTA ")).to_numpy(dtype=bool)
    by_sum = left.index[:0]
    if is_named.any() and not is_named.all():
        kept = replace(sheet, rows=left)
        wanted = [name for name in columns if name in left.columns]
        found, faults = number_columns(kept, wanted, counts=wanted)
        wrong = {one.column for one in faults}
        numbers = [values for name, values in found.items() if name not in wrong]
        if numbers:
            # Kota Lama is also the name of an area: with one column, only a total of everything is one.
            only_of_all = is_city & (len(numbers) == 1)
            by_sum = left.index[are_sums(is_named, np.column_stack(numbers), only_of_all=only_of_all)]
    gone = sorted({*by_words, *by_sum.tolist()})
    return replace(sheet, rows=left[~left.index.isin(by_sum)]), gone


def coordinates(
    sheet: Sheet, x: str, y: str, *, within: tuple[float, float] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of all rows as numbers, NaN where the cell is empty.

    Parameters
    ----------
    sheet
        The table.
    x, y
        Columns.
    within
        As for `number_columns`.

    Raises
    ------
    DataError
        When a column is missing, or has text that is not a number (`inf` and `nan` too). The cells are not quoted: a
        column named by mistake may have any content.
    """
    found, faults = number_columns(sheet, (x, y), within=within)
    if faults:
        raise DataError(tuple(faults), "table")
    return found[x], found[y]


def with_column(table: pd.DataFrame, name: str, values: Any) -> pd.DataFrame:
    """Table with one more column at its end; an existing column of that name becomes `<name>_input`."""
    aside = f"{name}_input"
    while aside in table.columns:
        aside += "_input"
    return table.rename(columns={name: aside}).assign(**{name: values})
