"""Points to areas: which area holds each of many points.

The rule: a point belongs to the area that it lies in or on the boundary of; where several qualify, on a shared edge
or where polygons overlap, to the one with the lowest code as text. Points in no area, or with a coordinate missing,
belong to none.
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

#: Where a point is in no area.
NOWHERE = -1
_MIXED = -2
#: Cells a side: twice as many halve the points that need the exact test but quadruple what has to be built.
_CELLS = 512
#: A boundary is cut into pieces of at most this many cells, so that no piece reaches over more than two by two.
_PIECE = 0.5
#: Slack around a piece, in cells: far above what rounding does to a position within the grid (1e-12).
_SLACK = 1e-6
#: Points held as geometries at a time, which bounds memory however many there are.
_BATCH = 1_000_000


def _pieces(geometry: NDArray[Any], scale: Any) -> NDArray[np.float64]:
    """Ends of all boundaries cut into short pieces, in cells: shape (2, pieces, 2), lower corner and upper corner."""
    # get_rings passes over the parts of a MultiPolygon without a word (shapely 2.2).
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
    """Areas made ready to be asked, many times, which of them holds a point.

    A grid is laid over the areas. A cell that no boundary touches is wholly inside or outside each area, so one look
    into the grid answers for every point in it; only points in the other cells meet the exact test. Both give the
    answer of the exact test alone.

    Parameters
    ----------
    keys
        Code of each area, distinct. Their order as text decides who gets a point that several could have.
    geometry
        Polygons in the same order, in any one planar CRS; they may overlap.

    Raises
    ------
    ValueError
        When there are not as many keys as polygons, a key comes twice, or a polygon is missing or empty.

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
        # Prepared geometry is kept with the polygon: it serves every later question.
        self._polygons = polygons[order]
        shapely.prepare(self._polygons)
        if len(order):
            self._bounds = shapely.total_bounds(self._polygons)
            self._grid = self._build()

    def __repr__(self) -> str:
        return f"Locator of {len(self.keys)} areas"

    def _scale(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Positions counted in cells from the lower left corner."""
        west, south, east, north = self._bounds
        return np.column_stack(((x - west) * (_CELLS / (east - west)), (y - south) * (_CELLS / (north - south))))

    def _build(self) -> NDArray[np.int32]:
        """Grid of positions in `keys`; NOWHERE outside all areas, _MIXED where a boundary comes into the cell."""
        low, high = np.clip(_pieces(self._polygons, self._scale), 0, _CELLS - 1).astype(np.intp)
        grid = np.full((_CELLS, _CELLS), NOWHERE, dtype=np.int32)
        for column in (low[:, 0], high[:, 0]):
            for row in (low[:, 1], high[:, 1]):
                grid[row, column] = _MIXED
        # Neighbours in a row with no boundary in either lie in the same areas: one test serves a whole run of them.
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
        """Exact answer, point by point, without the grid."""
        found = np.full(len(x), NOWHERE, dtype=np.int32)
        for first in range(0, len(x), _BATCH):
            batch = slice(first, first + _BATCH)
            # The tree holds the points: asked with polygons it uses their prepared form, asked with points it cannot.
            points: Any = shapely.points(x[batch], y[batch])
            tree = shapely.STRtree(points)
            area, point = tree.query(self._polygons, predicate="intersects")
            lowest = np.full(len(tree), len(self.keys), dtype=np.int32)
            np.minimum.at(lowest, point, area.astype(np.int32))
            found[batch] = np.where(lowest < len(self.keys), lowest, NOWHERE)
        return found

    def positions_at(self, x: ArrayLike, y: ArrayLike) -> NDArray[np.int32]:
        """Position in `keys` of the area that holds each point; NOWHERE (-1) where none does.

        Parameters
        ----------
        x, y
            Coordinates in the CRS of the polygons, shape (points,); a coordinate that is missing (NaN) or infinite
            puts the point in no area.

        Raises
        ------
        ValueError
            When there are not as many x as y.
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
        # The uppermost edge belongs to the last cell.
        column, row = np.minimum(self._scale(across, up), _CELLS - 1).astype(np.intp).T
        answer = self._grid[row, column]
        unsure = np.flatnonzero(answer == _MIXED)
        answer[unsure] = self._test(across[unsure], up[unsure])
        found[within] = answer
        return found

    def keys_at(self, x: ArrayLike, y: ArrayLike) -> ExtensionArray:
        """Code of the area that holds each point, as text; missing where none does. See `positions_at`."""
        return self.keys.array.take(self.positions_at(x, y), allow_fill=True)


def locate(areas: Areas, x: ArrayLike, y: ArrayLike, *, crs: str = "EPSG:4326") -> ExtensionArray:
    """`kode` of the area that holds each point, as text; missing where none does.

    The test is made with the coordinates of the areas (longitude and latitude taken as a plane), so that shared edges
    of the layer are shared here too. Who asks more than once keeps a `Locator` instead.

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
        When there is no such CRS.
    """
    locator = Locator(areas.index, areas.frame.geometry.to_numpy())
    if crs != "EPSG:4326":
        transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        # A point that the projection cannot reach comes back infinite, and lies in no area.
        x, y = transformer.transform(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
    return locator.keys_at(x, y)
