"""Benchmarks of the library against the usual alternative, both in the same run.

A module of this folder is a benchmark: it has `NAME`, `SUMMARY` and `run()`, which returns a list of `Result`. The
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
    """One measurement, ours against theirs.

    Parameters
    ----------
    name
        Benchmark it belongs to: the `NAME` of the module.
    what
        Short description of the measurement.
    unit
        Unit of `ours` and `theirs` (`s`, `kB`, `MB`).
    ours, theirs
        The two figures, medians if there were repetitions.
    theirs_name
        Name and version of the alternative.
    better
        `lower` or `higher`: which figure wins.
    ours_memory_mb, theirs_memory_mb
        Peak memory in megabytes; None if not measured.
    notes
        Information that a reader needs to judge the figures: repetitions, size of the input.
    holds
        Whether what must hold did; a command that measured otherwise ends with code 1.
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
    holds: bool = True

    @property
    def ratio(self) -> float:
        """Ours divided by theirs; infinite if theirs is zero."""
        return self.ours / self.theirs if self.theirs else float("inf")


def machine() -> dict[str, object]:
    """Environment of the measurement: Python, libraries by name, processors.

    A library that is not installed is left out.
    """
    libraries = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = version(name)
        except PackageNotFoundError:
            continue
    return {"python": platform.python_version(), "cpus": os.cpu_count() or 1, "libraries": libraries}
