"""Points to areas: the rule by hand on four squares, then against testing every point with every polygon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj.exceptions import CRSError

from geo.places import locate as module
from geo.places.locate import NOWHERE, Locator, locate

if TYPE_CHECKING:
    from geo.places.boundaries import Areas

_NAN = float("nan")


def brute(locator: Locator, polygons: list[shapely.Geometry], x: np.ndarray, y: np.ndarray) -> list[int]:
    """First of the polygons, which stand in the order of their keys, that holds each point."""
    assert len(locator.keys) == len(polygons)
    held = np.array([shapely.intersects_xy(polygon, x, y) for polygon in polygons])
    return np.where(held.any(axis=0), held.argmax(axis=0), NOWHERE).tolist()


def squares() -> Locator:
    """Two by two unit squares around (1, 1): `a` lower right, `b` upper right, `c` lower left, `d` upper left."""
    boxes = {"d": (0, 1), "b": (1, 1), "c": (0, 0), "a": (1, 0)}
    return Locator(boxes, [shapely.box(x, y, x + 1, y + 1) for x, y in boxes.values()])


def told(locator: Locator, *points: tuple[float, float]) -> list[str | None]:
    keys = locator.keys_at([x for x, _ in points], [y for _, y in points])
    return [None if pd.isna(key) else str(key) for key in keys]


def test_inside_and_outside() -> None:
    assert told(squares(), (0.5, 0.5), (1.5, 0.5), (0.5, 1.5), (1.5, 1.5)) == ["c", "a", "d", "b"]
    assert told(squares(), (-0.1, 0.5), (2.1, 0.5), (0.5, 2.0000001), (1e300, 0)) == [None] * 4


def test_a_shared_edge_belongs_to_the_lower_code() -> None:
    assert told(squares(), (0.5, 1), (1, 0.5), (1.5, 1), (1, 1.5)) == ["c", "a", "a", "b"]


def test_a_corner_of_four_belongs_to_the_lowest_code() -> None:
    assert told(squares(), (1, 1)) == ["a"]


def test_the_outer_boundary_belongs_to_the_area() -> None:
    assert told(squares(), (0, 0), (2, 2), (0, 2), (2, 0), (0, 1)) == ["c", "b", "d", "a", "c"]


def test_a_missing_or_infinite_coordinate_is_nowhere() -> None:
    assert told(squares(), (_NAN, 0.5), (0.5, _NAN), (_NAN, _NAN), (float("inf"), 0.5)) == [None] * 4


def test_codes_are_compared_as_text() -> None:
    twice = Locator(["9", "10"], [shapely.box(0, 0, 1, 1)] * 2)
    assert told(twice, (0.5, 0.5)) == ["10"]


def test_a_hole_is_outside_and_its_edge_is_not() -> None:
    ring = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)
    assert told(Locator(["a"], [ring]), (1.5, 1.5), (1, 1.5), (0.5, 0.5)) == [None, "a", "a"]


def test_no_points_and_no_areas() -> None:
    assert told(squares()) == []
    assert told(Locator([], []), (0.5, 0.5)) == [None]


def test_the_toy_city_in_degrees_and_in_metres(toy: Areas) -> None:
    x = [560_500.0, 562_500.0, 563_999.0, 564_001.0, _NAN]
    y = [8_870_500.0] * 5
    expected = ["10.01.01.1001", "10.01.02.1001", "10.01.02.1002", None, None]
    assert [None if pd.isna(k) else k for k in locate(toy, x, y, crs="EPSG:32751")] == expected
    corner = shapely.get_coordinates(toy.frame.geometry.iloc[1])
    # The four corners of the second square: two of them are the first's too, and two the third's.
    got = locate(toy, corner[:4, 0], corner[:4, 1])
    assert sorted(got) == ["10.01.01.1001"] * 2 + ["10.01.01.1002"] * 2


def test_a_mistake_of_a_program_is_told(toy: Areas) -> None:
    square = shapely.box(0, 0, 1, 1)
    with pytest.raises(ValueError, match="2 keys for 1 polygons"):
        Locator(["a", "b"], [square])
    with pytest.raises(ValueError, match="two areas"):
        Locator(["a", "a"], [square, square])
    with pytest.raises(ValueError, match="no polygon"):
        Locator(["a", "b"], [square, None])
    with pytest.raises(ValueError, match="shape"):
        squares().positions_at([0.5], [0.5, 0.5])
    with pytest.raises(CRSError):
        locate(toy, [0.0], [0.0], crs="EPSG:1")


@st.composite
def layers(draw: st.DrawFn) -> list[shapely.Geometry]:
    """Polygons that touch, overlap, hold each other or have holes, on few and so often equal coordinates."""
    number = st.integers(0, 12)
    shapes = []
    for _ in range(draw(st.integers(1, 6))):
        points = draw(st.lists(st.tuples(number, number), min_size=3, max_size=8))
        shape = shapely.convex_hull(shapely.MultiPoint(points))
        if shape.area > 0:
            hole = shapely.buffer(shape.centroid, 0.3)
            shapes.append(shape - hole if draw(st.booleans()) else shape)
    return shapes or [shapely.box(0, 0, 1, 1)]


@settings(max_examples=40, deadline=None)
@given(layers(), st.integers(0, 2**32 - 1))
@example([shapely.MultiPolygon([shapely.box(0, 0, 3, 9), shapely.box(5, 0, 9, 9)]), shapely.box(2, 2, 6, 6)], 1)
def test_the_grid_changes_no_answer(shapes: list[shapely.Geometry], seed: int) -> None:
    locator = Locator([chr(97 + i) for i in range(len(shapes))], shapes)
    random = np.random.default_rng(seed)
    vertices = shapely.get_coordinates(shapes)
    # Anywhere; on corners; on edges; on the lines of the grid, where rounding would show.
    anywhere = random.uniform(-1, 13, (400, 2))
    edges = (vertices[1:] + vertices[:-1]) / 2
    west, south, east, north = shapely.total_bounds(shapes)
    lines = random.integers(0, module._CELLS + 1, (400, 2)) / module._CELLS * [east - west, north - south]
    x, y = np.concatenate([anywhere, vertices, edges, lines + np.array([west, south])]).T
    assert locator.positions_at(x, y).tolist() == brute(locator, shapes, x, y)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(4)), st.permutations(range(9)))
def test_row_order_never_matters(areas: list[int], points: list[int]) -> None:
    boxes = [(1, 0), (1, 1), (0, 0), (0, 1)]
    locator = Locator(
        ["abcd"[i] for i in areas], [shapely.box(x, y, x + 1, y + 1) for x, y in (boxes[i] for i in areas)]
    )
    places = [(x, y) for x in (0, 0.5, 1) for y in (0.5, 1, 2)]
    expected = told(squares(), *places)
    assert told(locator, *(places[i] for i in points)) == [expected[i] for i in points]


def test_every_vertex_and_edge_of_the_embedded_layer(kupang: Areas) -> None:
    shapes = list(kupang.frame.geometry)
    locator = Locator(kupang.index, shapes)
    assert list(locator.keys) == list(kupang.index)
    vertices = shapely.get_coordinates(shapes)
    x, y = np.concatenate([vertices, (vertices[1:] + vertices[:-1]) / 2]).T
    found = locator.positions_at(x, y)
    assert found.tolist() == brute(locator, shapes, x, y)
    assert (found[: len(vertices)] != NOWHERE).all()


def test_batches_change_no_answer(kupang: Areas, monkeypatch: pytest.MonkeyPatch) -> None:
    locator = Locator(kupang.index, kupang.frame.geometry.to_numpy())
    west, south, east, north = kupang.frame.total_bounds
    random = np.random.default_rng(1)
    x, y = random.uniform(west, east, 20_000), random.uniform(south, north, 20_000)
    expected = locator.positions_at(x, y).tolist()
    monkeypatch.setattr(module, "_BATCH", 7)
    assert locator.positions_at(x, y).tolist() == expected


def test_thousands_of_areas() -> None:
    side = 60
    boxes = [shapely.box(i, j, i + 1, j + 1) for i in range(side) for j in range(side)]
    locator = Locator([f"{number:05}" for number in range(side * side)], boxes)
    random = np.random.default_rng(2)
    x, y = random.uniform(0, side, 5000), random.uniform(0, side, 5000)
    assert locator.positions_at(x, y).tolist() == (np.floor(x) * side + np.floor(y)).astype(int).tolist()
