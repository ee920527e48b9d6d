"""Invalid polygons made valid, where that changes next to nothing of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POLYGONS = [int(shapely.GeometryType.POLYGON), int(shapely.GeometryType.MULTIPOLYGON)]
#: A repaired polygon may gain or lose at most this share of its area; beyond that it is refused.
_TOLERANCE = 0.01


def are_polygons(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Which shapes are polygons of one or several parts."""
    return np.isin(shapely.get_type_id(shapes), _POLYGONS)


def _polygons_of(shape: Any) -> Any:
    """Polygonal part of a shape after it was made valid."""
    if shape.geom_type != "GeometryCollection":
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[are_polygons(parts)])


def mended(shapes: NDArray[Any]) -> tuple[NDArray[Any], list[int], list[int]]:
    """Shapes with valid polygons.

    Parameters
    ----------
    shapes
        Shapes or None; in any unit: only ratios of areas are compared.

    Returns
    -------
    The shapes, positions of those that were repaired, and of those that a repair would change by more than 1 %.
    """
    wrong = np.flatnonzero(are_polygons(shapes) & ~shapely.is_valid(shapes))
    if not len(wrong):
        return shapes, [], []
    found = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    made = np.array([_polygons_of(one) for one in found], dtype=object)
    before, after = shapely.area(shapes[wrong]), shapely.area(made)
    is_lost = (after == 0) | (np.abs(after - before) > _TOLERANCE * np.maximum(before, after))
    shapes = shapes.copy()
    shapes[wrong] = made
    return shapes, wrong.tolist(), wrong[is_lost].tolist()
