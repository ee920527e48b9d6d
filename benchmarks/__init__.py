"""Measurements of the library beside what its user would pick instead, both in the same run.

A module of this folder is a benchmark: it has `NAME`, `SUMMARY` and `run()`, which gives a list of `Result`. The
command `python -m geo bench` finds and runs them.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = (
    "numpy",
    "pandas",
    "shapely",
    "geopandas",
    "pyogrio",
    "pyproj",
    "folium",
    "streamlit",
    "scipy",
    "highspy",
)


@dataclass(frozen=True, slots=True)
class Result:
    """One thing measured, ours beside theirs.

    Parameters
    ----------
    name
        Benchmark it belongs to: the `NAME` of the module.
    what
        What was measured, as a few words.
    unit
        Unit of `ours` and `theirs` (`s`, `kB`, `MB`).
    ours, theirs
        The two figures, medians where there were repetitions.
    theirs_name
        What ours is compared with, with its version.
    better
        `lower` or `higher`: which figure wins.
    ours_memory_mb, theirs_memory_mb
        Memory at its most, in megabytes; None where it was not measured.
    notes
        What a reader must know to judge the figures: repetitions, size of the input.
    """

    name: str
    what: str
    unit: str
    ours: float
    theirs: float
    theirs_name: str
    better: str = "lower"
    ours_memory_mb: float | None = None
    theirs_memory_mb: float | None = None
    notes: str = ""

    @property
    def ratio(self) -> float:
        """Ours divided by theirs; infinite where theirs is nothing."""
        return self.ours / self.theirs if self.theirs else float("inf")


def machine() -> dict[str, object]:
    """What the figures were taken on: Python, libraries by name, processors.

    A library that is not installed is left out.
    """
    libraries = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    return {"python": platform.python_version(), "cpus": os.cpu_count() or 1, "libraries": libraries}
