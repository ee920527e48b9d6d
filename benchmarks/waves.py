"""Plans of waves against the usual alternatives: working down the list, and the same programme through scipy.

The rules are those of a planner who uses all kinds of rules. The city's needs are simulated; those of the province
are on its real villages if their layer is available, otherwise on the same number of squares.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import scipy
import shapely
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from benchmarks import Result
from benchmarks.local import FOLDER
from geo.places.boundaries import read_areas
from geo.places.neighbours import contiguous
from geo.planning.board import Board
from geo.planning.greedy import highest_first
from geo.planning.limits import Limits
from geo.planning.model import Model
from geo.planning.waves import plan_waves
from geo.settings import EMBEDDED, read_settings

NAME = "waves"
SUMMARY = "plans of waves with every rule, 51 x 6 and 3,352 x 8"

SEED = 20181116
_SIDE = 58


def _needs(codes, groups):
    rng = np.random.default_rng(SEED)
    return pd.DataFrame(
        {
            "kecamatan": groups,
            "need": rng.gamma(1.0, 10.0, len(codes)).round(3),
            "cost": rng.integers(20, 60, len(codes)) * 1e6,
            "trainers": rng.integers(1, 4, len(codes)),
        },
        index=pd.Index(codes, name="kode"),
    )


def _near(polygons, codes):
    found = contiguous(polygons)
    return {kode: tuple(codes[other] for other in found.of(number)) for number, kode in enumerate(codes)}


def _rules(needs, waves, capacity, spill, rng):
    """Rules of every kind, and a plan that keeps them."""
    codes = rng.permutation(needs.index).tolist()
    few = max(2, len(codes) // 50)
    started, must, never, first, second = (codes[few * part : few * (part + 1)] for part in range(5))
    return Limits(
        waves,
        (capacity,) * waves,
        budget=(capacity * 33e6,) * waves,
        carry_over=True,
        trainers=(2 * capacity,) * waves,
        spill=spill,
        started=frozenset(started),
        must=tuple((kode, waves // 2) for kode in must),
        not_in=tuple((kode, None) for kode in never),
        before=tuple(zip(first, second, strict=True)),
        min_per_kecamatan=1,
        max_per_kecamatan=max(6, capacity),
    )


def _city():
    areas = read_areas(read_settings(EMBEDDED).areas)
    codes = areas.index.tolist()
    return _needs(codes, areas.groups.to_numpy()), _near(areas.frame.geometry.to_numpy(), codes), "51 kelurahan"


def _province():
    path = Path(os.environ.get(FOLDER, "")) / "ntt_desa.parquet"
    if path.is_file():
        frame = gpd.read_parquet(path).sort_values("kode")
        codes = frame["kode"].tolist()
        polygons = shapely.buffer(frame.to_crs("EPSG:3857").geometry.to_numpy(), 0)
        return _needs(codes, frame["kode"].str[:8].to_numpy()), _near(polygons, codes), "3,352 desa"
    numbers = np.arange(3352)
    codes = [f"{number:04}" for number in numbers]
    x, y = numbers % _SIDE, numbers // _SIDE
    groups = [f"{one // 4}-{other // 3}" for one, other in zip(x, y, strict=True)]
    return _needs(codes, groups), _near(shapely.box(x, y, x + 1, y + 1), codes), "3,352 squares (no ntt_desa.parquet)"


def _timed(act):
    begun = time.perf_counter()
    made = act()
    return time.perf_counter() - begun, made


def _scipy(needs, near, limits, gap, time_limit_s):
    """The same programme through scipy: seconds, and its final gap."""
    model = Model(Board.of(needs, near, limits))
    made = model.programme()
    shape = (len(made.low), len(made.gain))
    rows = csr_array((made.factor, (made.row, made.column)), shape=shape)
    seconds, found = _timed(
        lambda: milp(
            -made.gain,
            integrality=made.is_whole,
            bounds=Bounds(made.least, made.most),
            constraints=LinearConstraint(rows, made.low, made.high),
            options={"mip_rel_gap": gap, "time_limit": time_limit_s},
        )
    )
    return seconds, found.mip_gap if found.x is not None else np.inf


def _compared(needs, near, limits, what, told, gaps):
    results = []
    _, simple = _timed(lambda: highest_first(needs, near, limits))
    name = f"scipy {scipy.__version__} milp"
    for gap, time_limit_s in gaps:
        seconds, found = _timed(
            lambda gap=gap, limit=time_limit_s: plan_waves(needs, near, limits, gap=gap, time_limit_s=limit)
        )
        theirs, theirs_gap = _scipy(needs, near, limits, gap, time_limit_s)
        goal = f"to {gap:.0%}" if gap else "to the proof"
        note = f"{told}; gap {found.gap:.3%}, theirs {theirs_gap:.3%}"
        results.append(Result(NAME, f"{what}, {goal}", "s", seconds, theirs, name, notes=note))
    unmet = f"; it leaves {len(simple.unmet)} rules unmet" if simple.unmet else ""
    results.append(
        Result(
            NAME,
            f"{what}, worth",
            "need",
            found.objective,
            simple.objective,
            "highest need first",
            "higher",
            notes=f"{told}; bound {found.bound:.1f}{unmet}",
        )
    )
    return results


def run():
    results = []
    needs, near, told = _city()
    limits = _rules(needs, 6, 7, 0.25, np.random.default_rng(SEED))
    for spill in (0.25, -0.25):
        what = f"51 x 6, spill {spill:g}"
        results += _compared(needs, near, replace(limits, spill=spill), what, told, ((0.01, 30.0), (0.0, 60.0)))
    needs, near, told = _province()
    limits = _rules(needs, 8, 100, 0.25, np.random.default_rng(SEED))
    for spill in (0.25, -0.25):
        what = f"3,352 x 8, spill {spill:g}"
        results += _compared(needs, near, replace(limits, spill=spill), what, told, ((0.01, 60.0),))
    return results
