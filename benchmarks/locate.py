"""A million points to the 51 kelurahan: the locator of this library against a spatial join of geopandas."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import Result
from geo.places.boundaries import read_areas
from geo.places.locate import NOWHERE, Locator
from geo.settings import EMBEDDED, ROOT, read_settings

NAME = "locate"
SUMMARY = "1,000,000 points to 51 kelurahan"

POINTS = 1_000_000
REPETITIONS = 5
SEED = 20181116


def _areas():
    return read_areas(read_settings(EMBEDDED).areas).frame


def _points(areas, count):
    west, south, east, north = areas.total_bounds
    random = np.random.default_rng(SEED)
    return random.uniform(west, east, count), random.uniform(south, north, count)


def _on_boundaries(areas):
    """Every vertex of every boundary, and the middle of every edge, as exact as a float allows."""
    vertices, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(areas.geometry.to_numpy())), return_index=True
    )
    same = ring[1:] == ring[:-1]
    middles = ((vertices[1:] + vertices[:-1]) / 2)[same]
    return np.concatenate([vertices, middles]).T


def _ours(areas, x, y):
    locator = Locator(areas.index, areas.geometry.to_numpy())
    built = time.perf_counter()
    return locator.positions_at(x, y), built


def _theirs(areas, x, y):
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")
    return gpd.sjoin(points, areas, predicate="intersects")


def _same(areas, x, y):
    """Fail unless both give every point the same area; a point in several areas has the lowest code."""
    position, _ = _ours(areas, x, y)
    joined = _theirs(areas, x, y)
    rank = np.argsort(np.argsort(areas.index.to_numpy(dtype=object)))
    expected = np.full(len(x), len(areas))
    np.minimum.at(expected, joined.index.to_numpy(), rank[areas.index.get_indexer(joined["kode"])])
    expected[expected == len(areas)] = NOWHERE
    different = int((position != expected).sum())
    if different:
        msg = f"{different} of {len(x)} points are put elsewhere than by the spatial join"
        raise AssertionError(msg)


def _memory(which):
    """Peak memory of one method above the points themselves, in MB, in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.locate", which], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout) if done.stdout.strip() else None


def _peak_mb():
    """Peak memory of this process; None on systems other than Linux.

    getrusage is not suitable: its figure starts with that of the parent process.
    """
    status = Path("/proc/self/status")
    if not status.is_file():
        return None
    lines = status.read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


def run() -> list[Result]:
    """Measure times with and without building the locator, medians of alternating repetitions, and memory.

    Raises
    ------
    AssertionError
        When any point, also on boundaries, gets another area than from the spatial join.
    """
    areas = _areas()
    x, y = _points(areas, POINTS)
    extra_x, extra_y = _on_boundaries(areas)
    _same(areas, np.concatenate([x, extra_x]), np.concatenate([y, extra_y]))
    whole, alone, theirs = [], [], []
    for _ in range(REPETITIONS):
        begun = time.perf_counter()
        _, built = _ours(areas, x, y)
        ended = time.perf_counter()
        whole.append(ended - begun)
        alone.append(ended - built)
        begun = time.perf_counter()
        _theirs(areas, x, y)
        theirs.append(time.perf_counter() - begun)
    other = f"geopandas.sjoin {gpd.__version__}"
    notes = (
        f"median of {REPETITIONS}, in turns, from arrays of coordinates to answers; "
        f"same answers for {len(x) + len(extra_x):,} points"
    )
    memory = {"ours_memory_mb": _memory("ours"), "theirs_memory_mb": _memory("theirs")}
    return [
        Result(NAME, "making and asking", "s", median(whole), median(theirs), other, notes=notes, **memory),
        Result(NAME, "asking alone", "s", median(alone), median(theirs), other, notes=notes),
    ]


if __name__ == "__main__":
    frame = _areas()
    # A small first call loads what both need, so that the difference is only the work.
    chosen = {"ours": _ours, "theirs": _theirs}[sys.argv[1]]
    chosen(frame, *_points(frame, 1000))
    coordinates = _points(frame, POINTS)
    before = _peak_mb()
    chosen(frame, *coordinates)
    if before is not None:
        print(round(_peak_mb() - before, 1))
