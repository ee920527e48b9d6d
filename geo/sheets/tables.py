"""Tables as commands read them: any common file, without NIKs."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geo.errors import DataError, Fault, Problem, fit_to_show
from geo.places.keys import clean_columns
from geo.sheets.csv_text import parse_csv
from geo.sheets.encoding import decoded
from geo.sheets.reading import read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

INPUTS = (".csv", ".xlsx", ".ods", ".parquet")
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_NIK_DIGITS = 16
_NIK = r"'?[0-9](?:[ .-]?[0-9]){15}"
#: 16 digits with one point are a coordinate, not a person.
_DECIMAL = r"[0-9]*\.[0-9]*"
_COLUMNS_SHOWN = 12
_HALF = 0.5


def _refuse(table: str, column: str, problem: Problem, *, topic: str = "table", hint: str = "") -> DataError:
    return DataError((Fault.of(table, column, problem, hint=hint),), topic)


def _read_csv(path: Path) -> pd.DataFrame:
    raw = path.read_bytes()
    if not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in raw[:4096]:
        raise _refuse(path.name, "", Problem.UNREADABLE, hint="csv")
    return parse_csv(decoded(raw, path.name), path.name)


def _read_sheet(path: Path) -> pd.DataFrame:
    rows = read_sheet(path).rows.reset_index(drop=True)
    names, faults = clean_columns(path.name, rows.columns.tolist())
    if faults:
        raise DataError(tuple(faults), "table")
    return rows.set_axis(names, axis="columns")


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError, ValueError) as fault:
        raise _refuse(path.name, "", Problem.UNREADABLE, hint=".parquet") from fault
    # The metadata that pandas adds to the columns is ignored: a stored index is an ordinary column.
    faults = [
        Fault.of(path.name, field.name, Problem.UNREADABLE, hint=str(field.type)[:40])
        for field in table.schema
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
    ]
    names, twice = clean_columns(path.name, table.column_names)
    if faults + twice:
        raise DataError((*faults, *twice), "table")
    return table.rename_columns(names).to_pandas(types_mapper=pd.ArrowDtype, ignore_metadata=True)


def read_table(path: Path) -> pd.DataFrame:
    """Table of a file, rows and columns in its order, indexed from 0; columns have the names that people see.

    A csv gives its text unchanged (separator `,` `;` or tab; UTF-8, UTF-16 with its byte order mark, otherwise
    Windows-1252); a spreadsheet gives text, from the sheet with most rows, without titles above its header; a parquet
    gives its own types.

    Raises
    ------
    DataError
        When the file is missing, of another type, unreadable, empty, or has a column twice.
    """
    ending = path.suffix.lower()
    if ending not in INPUTS:
        raise _refuse(path.name, "", Problem.WRONG_KIND, hint=", ".join(INPUTS))
    if not path.is_file():
        raise _refuse(path.name, "", Problem.MISSING_FILE)
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    return readers.get(ending, _read_sheet)(path)


def columns_told(table: pd.DataFrame) -> str:
    """Names of the columns for a message; `...` where row 1 may have a person's data instead of names."""
    names = [str(name) for name in table.columns]
    if any(fit_to_show(name) == "[...]" or any(sign.isdigit() for sign in name[:1]) for name in names):
        return "..."
    return ", ".join(names[:_COLUMNS_SHOWN]) + (", ..." if len(names) > _COLUMNS_SHOWN else "")


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


def _numbers(column: pd.Series[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Numbers, NaN where empty; and a mask of cells whose content is not a finite number."""
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return numbers, np.isinf(numbers)
    text = column.astype("str").fillna("").str.strip()
    empty = (text == "").to_numpy(dtype=bool)
    good = text.str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    numbers = np.full(len(text), np.nan)
    numbers[good] = text[good].to_numpy(dtype=object).astype(np.float64)
    # 1e999 has the form of a number, but is not finite.
    return numbers, (~good & ~empty) | np.isinf(numbers)


def coordinates(table: pd.DataFrame, name: str, x: str, y: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of all rows as numbers, NaN where the cell is empty.

    Parameters
    ----------
    name
        Name of the file, for error messages.
    x, y
        Columns.

    Raises
    ------
    DataError
        When a column is missing, or has text that is not a number (`inf`, `nan` and decimal commas too). The cells
        are not quoted: a column named by mistake may have any content.
    """
    found, faults = number_columns(table, name, (x, y))
    if faults:
        raise DataError(tuple(faults), "table")
    return found[x], found[y]


def number_columns(
    table: pd.DataFrame, name: str, wanted: Iterable[str]
) -> tuple[dict[str, NDArray[np.float64]], list[Fault]]:
    """Columns as numbers, NaN where a cell is empty, and their errors; all errors are returned, none is raised.

    Parameters
    ----------
    name
        Name of the file, for error messages.
    wanted
        Columns.
    """
    faults, found = [], {}
    for column in dict.fromkeys(wanted):
        if column not in table.columns:
            faults.append(Fault.of(name, column, Problem.MISSING_COLUMN, hint=columns_told(table)))
            continue
        found[column], wrong = _numbers(table[column])
        if wrong.any():
            faults.append(Fault.of(name, column, Problem.BAD_NUMBER, rows=(np.flatnonzero(wrong) + 2).tolist()))
    return found, faults


def with_column(table: pd.DataFrame, name: str, values: Any) -> pd.DataFrame:
    """Table with one more column at its end; an existing column of that name becomes `<name>_input`."""
    aside = f"{name}_input"
    while aside in table.columns:
        aside += "_input"
    return table.rename(columns={name: aside}).assign(**{name: values})
