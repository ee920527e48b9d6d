"""Neighbouring areas, by shared border or by distance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.places.boundaries import Areas

_EARTH_M = 6_371_008.8
#: Interiors overlap, or borders share a line (DE-9IM).
_SHARES_LINE = ("T********", "****1****")


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Neighbours of each area, by position.

    Parameters
    ----------
    starts
        Shape (areas + 1,): start of each area's neighbours in `others`.
    others
        Positions of the neighbours, ascending within an area; an area is not its own neighbour.
    """

    starts: NDArray[np.intp]
    others: NDArray[np.intp]

    def __post_init__(self) -> None:
        owner = np.repeat(np.arange(len(self)), self.degree)
        if len(self.others) != self.starts[-1] or (owner == self.others).any():
            msg = "neighbours do not fit their areas, or an area is its own neighbour"
            raise ValueError(msg)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __repr__(self) -> str:
        alone = int((self.degree == 0).sum())
        return f"Neighbours of {len(self)} areas, {len(self.others)} in all ({alone} areas without any)"

    @classmethod
    def of_pairs(cls, one: Any, other: Any, areas: int) -> Neighbours:
        """Neighbours from ordered pairs of positions; duplicates count once, an area with itself not at all."""
        left, right = np.asarray(one, dtype=np.int64), np.asarray(other, dtype=np.int64)
        pairs = np.unique(left[left != right] * areas + right[left != right])
        starts = np.searchsorted(pairs, np.arange(areas + 1) * areas)
        return cls(starts.astype(np.intp), (pairs % max(areas, 1)).astype(np.intp))

    @cached_property
    def degree(self) -> NDArray[np.intp]:
        """Number of neighbours of each area."""
        return np.diff(self.starts)

    def of(self, area: int) -> NDArray[np.intp]:
        """Positions of one area's neighbours."""
        return self.others[self.starts[area] : self.starts[area + 1]]

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of the values of each area's neighbours; 0 if it has none."""
        # reduceat returns the next value for an empty segment.
        padded = np.append(values[self.others], 0.0)
        return np.where(self.degree > 0, np.add.reduceat(padded, self.starts[:-1]), 0.0)

    def within(self, kept: NDArray[np.bool_]) -> Neighbours:
        """Neighbours within a subset of the areas, by position in the subset."""
        place = np.cumsum(kept) - 1
        owner = np.repeat(np.arange(len(self)), self.degree)
        both = kept[owner] & kept[self.others]
        return Neighbours.of_pairs(place[owner[both]], place[self.others[both]], int(kept.sum()))


def contiguous(polygons: NDArray[Any], *, rook: bool = False) -> Neighbours:
    """Areas that share at least a point of their border (queen), or at least a line of it (rook).

    Areas that overlap are neighbours in both cases; areas with any gap between them are not.

    Parameters
    ----------
    polygons
        Valid, all in one planar CRS.
    rook
        Whether a single common point is not enough.
    """
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    if rook:
        half = one < other
        one, other = one[half], other[half]
        line = np.zeros(len(one), dtype=bool)
        for pattern in _SHARES_LINE:
            line |= shapely.relate_pattern(polygons[one], polygons[other], pattern)
        one, other = np.append(one[line], other[line]), np.append(other[line], one[line])
    return Neighbours.of_pairs(one, other, len(polygons))


def in_space(points: NDArray[np.float64], *, is_on_sphere: bool) -> NDArray[np.float64]:
    """Points whose straight-line distances have the same order as the true distances.

    Parameters
    ----------
    points
        Shape (areas, 2): longitude and latitude in degrees on the sphere, else plane coordinates.
    is_on_sphere
        Whether distances are great circles; then the result is points on a sphere in metres, shape (areas, 3).
    """
    if not is_on_sphere:
        return points
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    return _EARTH_M * np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def nearest(points: NDArray[np.float64], count: int, *, is_on_sphere: bool) -> Neighbours:
    """The nearest areas of each area, by centres; in a tie at the limit, the first by position.

    Raises
    ------
    ValueError
        When there are not more areas than requested neighbours.
    """
    if not 0 < count < len(points):
        msg = f"{count} nearest of {len(points)} areas"
        raise ValueError(msg)
    space = in_space(points, is_on_sphere=is_on_sphere)
    tree = cKDTree(space)
    rim = tree.query(space, k=count + 1)[0][:, -1]
    pairs = []
    for area, reach in enumerate(rim.tolist()):
        near = np.array([other for other in tree.query_ball_point(space[area], reach * (1 + 1e-9)) if other != area])
        far = np.linalg.norm(space[near] - space[area], axis=1).round(6)
        pairs.append(near[np.lexsort((near, far))][:count])
    return Neighbours.of_pairs(np.repeat(np.arange(len(points)), count), np.concatenate(pairs), len(points))


def nearby(points: NDArray[np.float64], metres: float, *, is_on_sphere: bool) -> Neighbours:
    """Areas whose centres are at most `metres` apart."""
    space = in_space(points, is_on_sphere=is_on_sphere)
    # A chord of the sphere is shorter than its arc.
    reach = 2 * _EARTH_M * np.sin(min(metres / (2 * _EARTH_M), np.pi / 2)) if is_on_sphere else metres
    pairs = cKDTree(space).query_pairs(reach * (1 + 1e-12), output_type="ndarray")
    return Neighbours.of_pairs(pairs.ravel("F"), pairs[:, ::-1].ravel("F"), len(points))


def poles(polygons: NDArray[Any]) -> NDArray[np.float64]:
    """Pole of inaccessibility of each polygon to within a metre, shape (areas, 2), in the polygons' metric CRS."""
    circles = shapely.maximum_inscribed_circle(polygons, tolerance=1.0)
    return shapely.get_coordinates(shapely.get_point(circles, 0))


def queen(areas: Areas) -> dict[str, tuple[str, ...]]:
    """Neighbours of each area: those that share at least a point of the border, in order of keys.

    Areas that overlap are neighbours too; an area without neighbours has an empty tuple.
    """
    found, keys = contiguous(areas.frame.geometry.to_numpy()), areas.index
    return {kode: tuple(keys[found.of(number)]) for number, kode in enumerate(keys)}
