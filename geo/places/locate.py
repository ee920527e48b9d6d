"""Find the area that contains each of many points.

Rule: a point belongs to the area that contains it or has it on its boundary. If several areas qualify (shared edge,
overlapping polygons), the lowest code as text wins. A point outside all areas, or with a missing coordinate, belongs
to none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray
    from pandas.api.extensions import ExtensionArray

    from geo.places.boundaries import Areas

#: Position of a point outside all areas.
NOWHERE = -1
_MIXED = -2
#: Cells per side: twice as many halve the points that need the exact test but quadruple the cells to build.
_CELLS = 512
#: A boundary is cut into pieces of at most this many cells, so that no piece covers more than two by two.
_PIECE = 0.5
#: Margin around a piece, in cells: far above the rounding error of a position within the grid (1e-12).
_SLACK = 1e-6
#: Points held as geometries at a time; limits memory for any number of points.
_BATCH = 1_000_000


def _pieces(geometry: NDArray[Any], scale: Any) -> NDArray[np.float64]:
    """Short pieces of all boundaries, in cells: shape (2, pieces, 2), lower corner and upper corner."""
    # get_rings silently skips the parts of a MultiPolygon (shapely 2.2).
    rings = shapely.get_rings(shapely.get_parts(geometry))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    at = scale(corners[:, 0], corners[:, 1])
    same = ring[1:] == ring[:-1]
    start, step = at[:-1][same], np.diff(at, axis=0)[same]
    cuts = np.maximum(1, np.ceil(np.abs(step).max(axis=1) / _PIECE)).astype(np.intp)
    whole = np.repeat(np.arange(len(cuts)), cuts)
    part = np.arange(len(whole)) - np.repeat(np.cumsum(cuts) - cuts, cuts)
    share = step[whole] / cuts[whole, None]
    one, other = start[whole] + share * part[:, None], start[whole] + share * (part + 1)[:, None]
    return np.stack([np.minimum(one, other) - _SLACK, np.maximum(one, other) + _SLACK])


class Locator:
    """Areas prepared for many point lookups.

    A grid covers the areas. A cell that no boundary touches is entirely inside or outside each area, so one lookup
    in the grid answers for every point in it; only points in other cells need the exact test. The result equals that
    of the exact test alone.

    Parameters
    ----------
    keys
        Code of each area, distinct. The text order decides ties.
    geometry
        Polygons in the same order, all in one planar CRS; they may overlap.

    Raises
    ------
    ValueError
        When the numbers of keys and polygons differ, a key is repeated, or a polygon is missing or empty.

    Examples
    --------
    >>> squares = [shapely.box(1, 0, 2, 1), shapely.box(0, 0, 1, 1)]
    >>> Locator(["a", "b"], squares).keys_at([0.5, 1.0, 9.0], [0.5, 0.5, 0.5]).tolist()
    ['b', 'a', nan]
    """

    def __init__(self, keys: Iterable[str], geometry: ArrayLike) -> None:
        names = np.asarray(list(keys), dtype=object)
        polygons = np.asarray(geometry, dtype=object)
        if names.shape != polygons.shape:
            msg = f"{len(names)} keys for {len(polygons)} polygons"
            raise ValueError(msg)
        if len(set(names)) != len(names):
            msg = "a key stands for two areas"
            raise ValueError(msg)
        if (shapely.is_missing(polygons) | shapely.is_empty(polygons)).any():
            msg = "an area has no polygon"
            raise ValueError(msg)
        order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.intp)
        self.keys = pd.Index(names[order], dtype="str")
        # Prepared geometry stays with the polygon and is reused by every later lookup.
        self._polygons = polygons[order]
        shapely.prepare(self._polygons)
        if len(order):
            self._bounds = shapely.total_bounds(self._polygons)
            self._grid = self._build()

    def __repr__(self) -> str:
        return f"Locator of {len(self.keys)} areas"

    def _scale(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Positions in cells from the lower left corner."""
        west, south, east, north = self._bounds
        return np.column_stack(((x - west) * (_CELLS / (east - west)), (y - south) * (_CELLS / (north - south))))

    def _build(self) -> NDArray[np.int32]:
        """Grid of positions in `keys`; NOWHERE outside all areas, _MIXED where a boundary crosses the cell."""
        low, high = np.clip(_pieces(self._polygons, self._scale), 0, _CELLS - 1).astype(np.intp)
        grid = np.full((_CELLS, _CELLS), NOWHERE, dtype=np.int32)
        for column in (low[:, 0], high[:, 0]):
            for row in (low[:, 1], high[:, 1]):
                grid[row, column] = _MIXED
        # Adjacent cells in a row without a boundary lie in the same areas: one test is enough for the whole run.
        free = grid.ravel() != _MIXED
        begins = free.copy().reshape(grid.shape)
        begins[:, 1:] &= grid[:, :-1] == _MIXED
        run = np.cumsum(begins.ravel()) - 1
        row, column = np.nonzero(begins)
        west, south, east, north = self._bounds
        x = west + (column + 0.5) * ((east - west) / _CELLS)
        y = south + (row + 0.5) * ((north - south) / _CELLS)
        grid.ravel()[free] = self._test(x, y)[run[free]]
        return grid

    def _test(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
        """Exact result for each point, without the grid."""
        found = np.full(len(x), NOWHERE, dtype=np.int32)
        for first in range(0, len(x), _BATCH):
            batch = slice(first, first + _BATCH)
            # The tree holds the points: a query with polygons uses their prepared form, a query with points cannot.
            points: Any = shapely.points(x[batch], y[batch])
            tree = shapely.STRtree(points)
            area, point = tree.query(self._polygons, predicate="intersects")
            lowest = np.full(len(tree), len(self.keys), dtype=np.int32)
            np.minimum.at(lowest, point, area.astype(np.int32))
            found[batch] = np.where(lowest < len(self.keys), lowest, NOWHERE)
        return found

    def positions_at(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.int32]:
        """Position in `keys` of the area that contains each point; NOWHERE (-1) outside all areas.

        Parameters
        ----------
        x, y
            Coordinates in the CRS of the polygons, shape (points,); a point with a missing (NaN) or infinite
            coordinate is in no area.

        Raises
        ------
        ValueError
            When x and y differ in length.
        """
        across, up = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        if across.shape != up.shape or across.ndim != 1:
            msg = f"x has shape {across.shape}, y {up.shape}"
            raise ValueError(msg)
        found = np.full(len(across), NOWHERE, dtype=np.int32)
        if not len(self.keys):
            return found
        west, south, east, north = self._bounds
        within = np.flatnonzero((across >= west) & (across <= east) & (up >= south) & (up <= north))
        across, up = across[within], up[within]
        # The upper edge belongs to the last cell.
        column, row = np.minimum(self._scale(across, up), _CELLS - 1).astype(np.intp).T
        answer = self._grid[row, column]
        unsure = np.flatnonzero(answer == _MIXED)
        answer[unsure] = self._test(across[unsure], up[unsure])
        found[within] = answer
        return found

    def keys_at(self, x: ArrayLike, y: ArrayLike) -> ExtensionArray:
        """Code of the area that contains each point, as text; missing where none does. See `positions_at`."""
        return self.keys.array.take(self.positions_at(x, y), allow_fill=True)


def locate(areas: Areas, x: ArrayLike, y: ArrayLike, *, crs: str = "EPSG:4326") -> ExtensionArray:
    """`kode` of the area that contains each point, as text; missing where none does.

    The test uses the coordinates of the areas (longitude and latitude as a plane), so that shared edges of the
    layer stay shared. For repeated lookups keep a `Locator` instead.

    Parameters
    ----------
    x, y
        Coordinates, shape (points,): longitude and latitude in degrees, or easting and northing in the unit of `crs`.
        NaN where missing.
    crs
        CRS of the points, as pyproj reads it.

    Raises
    ------
    pyproj.exceptions.CRSError
        When the CRS does not exist.
    """
    locator = Locator(areas.index, areas.frame.geometry.to_numpy())
    if crs != "EPSG:4326":
        transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        # A point outside the domain of the projection becomes infinite and lies in no area.
        x, y = transformer.transform(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    return locator.keys_at(x, y)
