"""Neighbours by a command option: by border, by distance, or pairs from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.cli.output import RefusalError
from geo.errors import Fault, Problem
from geo.places.keys import clean_keys
from geo.places.neighbours import Neighbours, contiguous, nearby, nearest
from geo.sheets.tables import columns_told, read_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_BY_BORDER, _BY_DISTANCE = frozenset({"queen", "rook"}), frozenset({"knn", "distance"})


def is_file(how: str) -> bool:
    """Whether an option names a file of pairs instead of a method."""
    way, _, amount = how.partition(":")
    return not (way in _BY_DISTANCE or (way in _BY_BORDER and not amount))


def neighbours_of_file(path: Path, keys: pd.Series[str]) -> Neighbours:
    """Neighbours from a file: its first two columns are keys, one pair per row.

    Raises
    ------
    DataError
        When the file cannot be read, or names a key that is not among `keys`.
    """
    sheet = read_table(path)
    table = sheet.rows[~sheet.rows.index.isin({*sheet.totals, *sheet.footers})]
    if broken := [one for column in table.columns[:2] for one in sheet.unreadable_in(str(column))]:
        raise RefusalError(broken, "neighbours")
    if table.shape[1] < 2:  # noqa: PLR2004 - a pair
        raise RefusalError([Fault.of(path.name, "", Problem.MISSING_COLUMN, hint=columns_told(table))], "neighbours")
    place = pd.Series(np.arange(len(keys)), index=pd.Index(keys))
    ends, faults = [], []
    for column in table.columns[:2]:
        written = clean_keys(table[column])
        found = written.map(place)
        if found.isna().any():
            gone = found.isna().to_numpy()
            rows = table.index[gone].tolist()
            faults.append(Fault.of(path.name, str(column), Problem.NOT_IN_LIST, values=written[gone], rows=rows))
        ends.append(found)
    if faults:
        raise RefusalError(faults, "neighbours")
    one, other = (end.to_numpy(dtype=np.int64) for end in ends)
    return Neighbours.of_pairs(np.append(one, other), np.append(other, one), len(keys))


def near(
    how: str, keys: pd.Series[str], polygons: Any, centres: Callable[[], tuple[NDArray[np.float64], bool]]
) -> Neighbours:
    """Neighbours of areas, by their position.

    Parameters
    ----------
    how
        `queen`, `rook`, `knn:K`, `distance:METRES` or a file.
    keys
        Keys of the areas, in order.
    polygons
        GeoSeries of the areas; None if there are none.
    centres
        Returns the centres of the areas, and whether they are degrees on the sphere.

    Raises
    ------
    DataError
        When the option is none of these, or needs borders and there are no polygons.
    """
    way, _, amount = how.partition(":")
    wrong = RefusalError([Fault.of("--neighbours", "", Problem.NOT_IN_LIST)], "neighbours")
    if is_file(how):
        path = Path(how)
        if not path.is_file():
            raise wrong
        return neighbours_of_file(path, keys)
    if way in _BY_BORDER:
        if polygons is None:
            raise RefusalError([Fault.of("--neighbours", "", Problem.NO_PLACE)], "option")
        return contiguous(polygons.to_numpy(), rook=way == "rook")
    try:
        number = float(amount)
    except ValueError as fault:
        raise wrong from fault
    most = len(keys) - 1 if way == "knn" else np.inf
    if not 0 < number <= most or not np.isfinite(number) or (way == "knn" and number != int(number)):
        raise wrong
    points, on_sphere = centres()
    if way == "knn":
        return nearest(points, int(number), is_on_sphere=on_sphere)
    return nearby(points, number, is_on_sphere=on_sphere)
