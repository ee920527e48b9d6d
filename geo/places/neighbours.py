"""Which areas lie next to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from geo.places.boundaries import Areas


def queen(areas: Areas) -> dict[str, tuple[str, ...]]:
    """Neighbours of each area: those that share at least a point of the border, in the order of their keys.

    Areas that overlap are neighbours too; an area without any has an empty tuple.
    """
    shapes = areas.frame.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found: dict[str, list[str]] = {kode: [] for kode in areas.index}
    for one, other in sorted(zip(left.tolist(), right.tolist(), strict=True)):
        if one != other:
            found[areas.index[one]].append(areas.index[other])
    return {kode: tuple(others) for kode, others in found.items()}
