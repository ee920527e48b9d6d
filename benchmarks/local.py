"""Local statistics, neighbours and the scan on many areas, against esda and libpysal.

The layers are those of the whole country and of one province, which the project does not include: without them the
benchmark says so and uses a grid with the same number of squares.
"""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import Result
from geo.measures.local import getis_ord
from geo.measures.poisson import expected_counts
from geo.measures.scan import circles, scan
from geo.places.neighbours import contiguous, poles

NAME = "local"
SUMMARY = "Gi* and neighbours of 83,402 areas, the scan on 3,352"

#: Folder with `indonesia_kel_simplified.parquet` and `ntt_desa.parquet`.
FOLDER = "PETAJAGA_LAYERS"
SEED = 20181116


def _layer(name, areas):
    path = Path(os.environ.get(FOLDER, "")) / name
    if path.is_file():
        frame = gpd.read_parquet(path)
        return shapely.buffer(frame.to_crs("EPSG:3857").geometry.to_numpy(), 0), name
    side = int(np.ceil(np.sqrt(areas)))
    x, y = np.meshgrid(np.arange(side) * 1000.0, np.arange(side) * 1000.0)
    return shapely.box(x, y, x + 1000, y + 1000).ravel()[:areas], f"{areas} squares ({name} is not here)"


def _timed(act):
    begun = time.perf_counter()
    made = act()
    return time.perf_counter() - begun, made


def _local():
    import esda
    from libpysal.graph import Graph

    polygons, told = _layer("indonesia_kel_simplified.parquet", 83_402)
    ours_near, neighbours = _timed(lambda: contiguous(polygons))
    frame = gpd.GeoSeries(polygons)
    results = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs_near, graph = _timed(lambda: Graph.build_contiguity(frame, rook=False, strict=False))
        results.append(Result(NAME, "neighbours", "s", ours_near, theirs_near, "libpysal Graph", notes=told))
        values = np.random.default_rng(SEED).gamma(2.0, 1.0, len(polygons))
        theirs, _ = _timed(
            lambda: esda.G_Local(values, graph.to_W(), transform="B", star=True, permutations=999, seed=1)
        )
    for replicates in (999, 9999):
        ours, _ = _timed(lambda n=replicates: getis_ord(values, neighbours, replicates=n, seed=1))
        note = f"{told}; theirs with 999 permutations and without numba"
        results.append(Result(NAME, f"Gi*, {replicates} permutations", "s", ours, theirs, "esda G_Local", notes=note))
    return results


def _scan():
    polygons, told = _layer("ntt_desa.parquet", 3_352)
    rng = np.random.default_rng(SEED)
    size = rng.integers(200, 5000, len(polygons)).astype(float)
    cases = rng.multinomial(5000, size / size.sum())
    centres = poles(polygons)

    def ours():
        found = circles(centres, size, max_share=0.25, is_on_sphere=False)
        return scan(cases, expected_counts(cases, size), found, replicates=999, seed=1)

    def naive():
        """Every circle of one map with two logarithms, as in the formula."""
        found = circles(centres, size, max_share=0.25, is_on_sphere=False)
        expected = expected_counts(cases, size)
        for order in found.order:
            inside, mean = np.cumsum(cases[order]), np.cumsum(expected[order])
            with np.errstate(divide="ignore", invalid="ignore"):
                np.where(inside > mean, inside * np.log(inside / mean), 0).max()

    seconds, _ = _timed(ours)
    one, _ = _timed(naive)
    return [
        Result(
            NAME,
            "scan, 999 replicates, 25 %",
            "s",
            seconds,
            one * 1000,
            "every ratio by its formula",
            notes=f"{told}; theirs one map, times 1,000",
        )
    ]


def run():
    return _local() + _scan()
