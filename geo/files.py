"""Output files: written completely or not at all, in the format of the ending, without formulas."""

from __future__ import annotations

import csv
import io
import itertools
import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.errors import DataError, Fault, Problem
from geo.guards import with_guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from numpy.typing import NDArray

TABLE_KINDS = (".csv", ".xlsx", ".parquet")
OUTPUTS = (*TABLE_KINDS, ".gpkg", ".geojson")
#: Fixed creation date of every workbook, so the same rows give the same bytes.
_MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_WIDTH = 14
_GROUP = 1000


def _refuse(table: str, problem: Problem, *, hint: str = "") -> DataError:
    return DataError((Fault.of(table, "", problem, hint=hint),), "option")


def check_output(path: Path, endings: tuple[str, ...] = OUTPUTS) -> None:
    """Refuse an output that cannot be written, before any work is done.

    Raises
    ------
    DataError
        When its ending is not one of `endings`, or its folder does not exist.
    """
    if path.suffix.lower() not in endings:
        raise _refuse("-o", Problem.WRONG_KIND, hint=", ".join(endings))
    if path.is_dir() or not path.parent.is_dir():
        raise _refuse("-o", Problem.MISSING_FILE)


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet runs as a formula: it gets an apostrophe in front if needed.

    Examples
    --------
    >>> harmless("=1+1"), harmless("-3,5"), harmless("-A1"), harmless(7)
    ("'=1+1", '-3,5', "'-A1", 7)
    """
    return with_guard(value) if isinstance(value, str) else value


def csv_text(header: Iterable[str], rows: Iterable[Iterable[Any]], *, line_end: str = "\n") -> str:
    """A table as csv that holds no formula.

    Parameters
    ----------
    header
        Names of the columns.
    rows
        Cells; missing values are empty.
    line_end
        Line ending that the reader expects.
    """
    made = io.StringIO()
    writer = csv.writer(made, lineterminator=line_end)
    writer.writerow([harmless(str(name)) for name in header])
    for row in rows:
        writer.writerow(["" if _is_missing(cell) else harmless(cell) for cell in row])
    return made.getvalue()


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def write_workbook(
    target: Path | io.BytesIO,
    sheets: Mapping[str, Iterable[Iterable[Any]]],
    *,
    merged: Iterable[str] = (),
    has_header: bool = True,
    comments: str = "",
) -> None:
    """Write an xlsx in which text stays text, whatever it begins with; the same rows give the same bytes.

    Parameters
    ----------
    target
        File to write.
    sheets
        Rows by sheet name, including the header.
    merged
        Merged ranges of every sheet ("F3:H3").
    has_header
        Whether row 1 stays visible.
    comments
        Comment in the document properties.
    """
    # Not at the top: only this function needs it, and the import is slow.
    import xlsxwriter

    options = {"constant_memory": not merged, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target if isinstance(target, io.BytesIO) else str(target), options) as book:
        # No trace of the machine or the time of writing.
        book.set_properties({"author": "", "created": _MADE, "comments": comments})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            widest = 0
            held = [list(row) for row in rows] if merged else rows
            for number, row in enumerate(held):
                widest = max(widest, _write_row(sheet, number, row))
            for cells in merged:
                sheet.merge_range(cells, None)
            if merged:
                # Merging cleared the range: write its first cell again.
                for number, row in enumerate(held):
                    _write_row(sheet, number, row)
            if has_header and widest:
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, widest - 1, _WIDTH)


def _write_row(sheet: Any, number: int, row: Iterable[Any]) -> int:
    """Write the cells of a row and return their number."""
    at = -1
    for at, value in enumerate(row):
        if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
            if np.isfinite(value):
                sheet.write_number(number, at, float(value))
        elif not _is_missing(value) and value != "":
            sheet.write_string(number, at, str(value))
    return at + 1


def _unused(name: str, columns: pd.Index[Any]) -> str:
    """Name that no column has, ignoring case: a database ignores it too."""
    taken = {str(column).lower() for column in columns}
    while name in taken:
        name += "_"
    return name


def _as_points(points: NDArray[np.float64]) -> NDArray[Any]:
    shapes = np.full(len(points), None, dtype=object)
    there = np.isfinite(points).all(axis=1)
    shapes[there] = shapely.points(points[there])
    return shapes


def write_layer(
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    layer: str,
    geometry_type: str | None = None,
    options: Mapping[str, str] | None = None,
) -> None:
    """Write a layer to a path with any signs in it.

    Parameters
    ----------
    frame
        Its rows, with a CRS.
    path
        .gpkg or .geojson, not there yet.
    layer
        Name of the layer in the file.
    geometry_type
        As GDAL calls it; None: as the shapes are.
    options
        Options of GDAL for the layer.

    Raises
    ------
    OSError
        When the location is not writable.
    pyogrio.errors.DataSourceError
        When GDAL cannot write the rows.
    """
    # GDAL reads an archive out of `!` in a path: it writes to a plain one.
    with tempfile.TemporaryDirectory(prefix="petajaga-") as folder:
        plain = Path(folder) / f"layer{path.suffix}"
        pyogrio.write_dataframe(
            frame,
            plain,
            layer=layer,
            driver="GPKG" if path.suffix == ".gpkg" else "GeoJSON",
            geometry_type=geometry_type,
            use_arrow=True,
            layer_options=dict(options or {}),
        )
        shutil.copyfile(plain, path)


def _write_shapes(table: pd.DataFrame, path: Path, layer: str, shapes: NDArray[Any]) -> None:
    plain = pd.Index([str(column).lower() for column in table.columns])
    if plain.has_duplicates:
        # GDAL 3 keeps one of the two and loses the other, in GeoJSON without a warning.
        alike = table.columns[plain.duplicated(keep=False)]
        faults = [Fault.of(layer + path.suffix, str(column), Problem.DUPLICATE, rows=[1]) for column in alike]
        raise DataError(tuple(faults), "table")
    name = _unused("geom", table.columns)
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    if kinds == {"Polygon", "MultiPolygon"}:
        shapes = np.array([shapely.multipolygons([s]) if s.geom_type == "Polygon" else s for s in shapes])
        kinds = {"MultiPolygon"}
    frame = gpd.GeoDataFrame(table.assign(**{name: shapes}), geometry=name, crs="EPSG:4326")
    database = path.suffix == ".gpkg"
    options = {"FID": _unused("fid", table.columns), "GEOMETRY_NAME": name} if database else {}
    write_layer(frame, path, layer=layer, geometry_type=kinds.pop() if kinds else "Point", options=options)


def _harmless_table(table: pd.DataFrame) -> pd.DataFrame:
    """Table without formulas in header or cells, and without numbers that could be read in another way."""
    return table.rename(columns=harmless).apply(
        lambda column: _plain_numbers(column) if pd.api.types.is_numeric_dtype(column.dtype) else column.map(harmless)
    )


def _plain_numbers(column: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers for a csv: 12.345 is written as 12.3450, which no reader takes for twelve thousand."""
    if not pd.api.types.is_float_dtype(column.dtype):
        return column
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    sizes = np.abs(values)
    has_three = (sizes >= 1) & (sizes < _GROUP) & (np.round(values, 3) == values) & (np.round(values, 2) != values)
    if not has_three.any():
        return column
    return column.astype("object").mask(has_three, pd.Series([f"{value:.4f}" for value in values], column.index))


def _rows(table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return table.itertuples(index=False, name=None)


def write_table(
    table: pd.DataFrame,
    path: Path,
    points: NDArray[np.float64] | None = None,
    shapes: NDArray[Any] | None = None,
) -> None:
    """Write a table completely or not at all, in the format of the file's ending.

    Parameters
    ----------
    points
        Longitude and latitude of each row, shape (rows, 2), NaN where unknown; used only in .gpkg and .geojson, which
        require them.

    shapes
        Geometry of each row in EPSG:4326, instead of points.

    Raises
    ------
    DataError
        When the location is not writable.
    """
    ending = path.suffix.lower()
    writers: dict[str, Callable[[Path], object]] = {
        ".csv": lambda at: _harmless_table(table).to_csv(at, index=False, encoding="utf-8", lineterminator="\n"),
        ".xlsx": lambda at: write_workbook(at, {"Sheet1": itertools.chain([table.columns], _rows(table))}),
        ".parquet": lambda at: table.to_parquet(at, index=False),
    }
    drawn = _as_points(points) if points is not None else shapes
    if drawn is not None:
        writers |= dict.fromkeys((".gpkg", ".geojson"), lambda at: _write_shapes(table, at, path.stem, drawn))
    try:
        # A folder next to the output: extra files of a writer go away with it, and the final move is one step.
        with tempfile.TemporaryDirectory(prefix=".petajaga-", dir=path.parent) as folder:
            unfinished = Path(folder).resolve() / f"table{ending}"
            writers[ending](unfinished)
            os.replace(unfinished, path)  # noqa: PTH105 - Path.replace is the same; the name says what happens
    except OSError as fault:
        raise _refuse("-o", Problem.UNREADABLE) from fault
