"""`measure`: hotspot statistics on any areas, with the same functions as the pages."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer

from geo.cli.areas import KODE, check_shapes, coordinate_system, read_given, write_beside
from geo.cli.inputs import add_sheet_option
from geo.cli.neighbours import near
from geo.cli.output import RefusalError
from geo.errors import Fault, Problem
from geo.files import OUTPUTS, check_output
from geo.measures.areas import METHODS, Method, Options, Statistics, measure_areas
from geo.places.keys import clean_key
from geo.places.neighbours import poles
from geo.sheets.tables import number_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.cli.areas import Given
    from geo.cli.output import Teller
    from geo.words import Words

_ZONE_WIDTH = 9.0
_LEAST_AREAS = 3
_HALF_CIRCLE = 180.0


def _between(
    low: float, high: float, kind: Callable[[str], float], *, open_low: bool = False
) -> Callable[[str], Any]:
    """Parser of a number option with bounds; its message goes into the usage error."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = np.nan
        if not low <= value <= high or (open_low and value == low):
            msg = f"{low:g} .. {high:g}"
            raise argparse.ArgumentTypeError(msg)
        return value

    return read


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "measure",
        parents=[shared],
        help=words("cli.help.measure"),
        description=words("cli.about.measure"),
        epilog=words("cli.example.measure"),
    )
    command.add_argument("areas", metavar="AREAS", type=Path, help=words("cli.measure.help.areas"))
    command.add_argument("--id", metavar="COL", type=clean_key, default=KODE, help=words("cli.measure.help.id"))
    command.add_argument(
        "--cases", metavar="COL", type=clean_key, required=True, help=words("cli.measure.help.cases")
    )
    command.add_argument("--population", metavar="COL", type=clean_key, help=words("cli.measure.help.population"))
    command.add_argument(
        "--method", choices=[one.value for one in Method], default="smr", help=words("cli.measure.help.method")
    )
    command.add_argument("--neighbours", metavar="HOW", default="queen", help=words("cli.measure.help.neighbours"))
    command.add_argument("--xy", metavar=("X", "Y"), type=clean_key, nargs=2, help=words("cli.measure.help.xy"))
    command.add_argument("--crs", default="EPSG:4326", help=words("cli.measure.help.crs"))
    whole = int
    command.add_argument(
        "--min-cases", metavar="N", type=_between(0, 1e9, whole), default=2, help=words("cli.measure.help.min_cases")
    )
    command.add_argument(
        "--permutations",
        metavar="N",
        type=_between(1, 1e7, whole),
        default=9999,
        help=words("cli.measure.help.permutations"),
    )
    command.add_argument(
        "--seed", metavar="N", type=_between(0, 2**63 - 1, whole), default=1, help=words("cli.measure.help.seed")
    )
    command.add_argument(
        "--alpha",
        metavar="A",
        type=_between(0, 1, float, open_low=True),
        default=0.05,
        help=words("cli.measure.help.alpha"),
    )
    command.add_argument("--fdr", choices=["bh", "none"], default="bh", help=words("cli.measure.help.fdr"))
    command.add_argument(
        "--max-share",
        metavar="S",
        type=_between(0, 1, float, open_low=True),
        default=0.25,
        help=words("cli.measure.help.max_share"),
    )
    add_sheet_option(command, words)
    command.add_argument("-o", metavar="OUT", type=Path, dest="out", help=words("cli.measure.help.out"))
    command.set_defaults(run=measure)


def _wrong(given: Given, column: str, values: NDArray[np.float64], *, is_count: bool, is_whole: bool) -> list[Fault]:
    """Faults of a column of numbers."""
    checks = [(Problem.MISSING_VALUE, np.isnan(values))]
    if is_count:
        checks.append((Problem.NEGATIVE, values < 0))
    if is_whole:
        checks.append((Problem.NOT_WHOLE, values != np.round(values)))
    return [
        Fault.of(given.name, column, problem, rows=given.rows(wrong & ~np.isnan(values)))
        if problem is not Problem.MISSING_VALUE
        else Fault.of(given.name, column, problem, rows=given.rows(wrong))
        for problem, wrong in checks
        if (wrong & (np.isnan(values) == (problem is Problem.MISSING_VALUE))).any()
    ]


def _checked(
    given: Given, chosen: argparse.Namespace, method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Cases and population, with every fault of the two columns at once."""
    needs = METHODS[method]
    found, faults = number_columns(given.sheet, [chosen.cases, *([chosen.population] if chosen.population else [])])
    told = {one.column for one in faults}
    for column in found.keys() - told:
        whole = needs.is_poisson and column == chosen.cases
        count = whole or bool(chosen.population)
        faults += _wrong(given, column, found[column], is_count=count, is_whole=whole)
    cases, size = found.get(chosen.cases), found.get(chosen.population)
    if cases is not None and size is not None:
        empty = (size == 0) & (cases > 0)
        if empty.any():
            rows = given.rows(empty)
            faults.append(Fault.of(given.name, chosen.population, Problem.CASES_WITHOUT_SIZE, rows=rows))
    least = _LEAST_AREAS if needs.needs_neighbours else 1
    # An area without a size has no rate to compare with its neighbours; a method without neighbours calls it
    # `too_few`.
    usable = (size > 0).sum() if size is not None and needs.needs_neighbours else len(given.keys)
    if usable < least:
        faults.append(Fault.of(given.name, "", Problem.TOO_FEW_AREAS, hint=str(least)))
    if faults or cases is None:
        raise RefusalError(sorted(faults, key=lambda one: (one.column, one.problem)), "measure")
    return cases, size


def _metric(polygons: Any) -> CRS:
    """CRS in metres for a layer anywhere: its UTM zone, or for a wider layer its own azimuthal projection."""
    west, south, east, north = polygons.total_bounds
    if east - west <= _ZONE_WIDTH:
        return polygons.estimate_utm_crs()
    return CRS.from_dict({"proj": "laea", "lon_0": (west + east) / 2, "lat_0": (south + north) / 2})


def _within(crs: str) -> tuple[float, float] | None:
    """Smallest and largest coordinate where they are degrees."""
    is_degrees = crs.strip().lower() != "none" and coordinate_system(crs).is_geographic
    return (-_HALF_CIRCLE, _HALF_CIRCLE) if is_degrees else None


def _centres(given: Given, chosen: argparse.Namespace) -> tuple[NDArray[np.float64], bool]:
    """Centres of the areas, and whether they are degrees on the sphere.

    Polygons use the pole of inaccessibility; a layer too wide for an accurate projection uses great circles.
    """
    if chosen.xy:
        found, faults = number_columns(given.sheet, chosen.xy, within=_within(chosen.crs))
        told = {one.column for one in faults}
        for column, values in found.items():
            gone = np.isnan(values)
            if gone.any() and column not in told:
                faults.append(Fault.of(given.name, column, Problem.MISSING_VALUE, rows=given.rows(gone)))
        if faults:
            raise RefusalError(faults, "measure")
        points = np.column_stack([found[column] for column in chosen.xy])
        on_sphere = _within(chosen.crs) is not None
        if on_sphere:
            wrong = (np.abs(points) > [_HALF_CIRCLE, _HALF_CIRCLE / 2]).any(axis=1)
            if wrong.any():
                rows = given.rows(wrong)
                raise RefusalError([Fault.of(given.name, chosen.xy[0], Problem.OUT_OF_RANGE, rows=rows)], "measure")
        return points, on_sphere
    if given.polygons is None:
        raise RefusalError([Fault.of("--xy", "", Problem.NO_PLACE)], "option")
    system = _metric(given.polygons)
    points = poles(given.polygons.to_crs(system).to_numpy())
    if not system.is_projected or system.to_epsg() is None:
        lon, lat = Transformer.from_crs(system, "EPSG:4326", always_xy=True).transform(points[:, 0], points[:, 1])
        return np.column_stack((lon, lat)), True
    return points, False


def measure(chosen: argparse.Namespace, teller: Teller) -> None:
    """Report the result of a method for some areas, and write it if requested.

    Raises
    ------
    DataError
        When an option, the file or its neighbours are at fault; then nothing is written.
    """
    words, method = teller.words, Method(chosen.method)
    if chosen.out:
        check_output(chosen.out, OUTPUTS)
    if chosen.xy and chosen.crs.strip().lower() != "none":
        coordinate_system(chosen.crs)
    teller.progress(words("cli.reading"))
    given = read_given(chosen, teller, counts=[chosen.cases, chosen.population], topic="measure")
    if chosen.out:
        check_shapes(given, chosen.out, topic="option")
    cases, size = _checked(given, chosen, method)
    needs = METHODS[method]
    points, on_sphere = _centres(given, chosen) if needs.needs_centres else (None, False)
    options = Options(
        max_share=chosen.max_share,
        min_cases=int(chosen.min_cases),
        replicates=int(chosen.permutations),
        seed=int(chosen.seed),
        alpha=chosen.alpha,
        is_adjusted=chosen.fdr == "bh",
    )
    found = measure_areas(
        method,
        cases,
        size,
        options,
        neighbours=near(chosen.neighbours, given.keys, given.polygons, lambda: _centres(given, chosen))
        if needs.needs_neighbours
        else None,
        centres=points,
        is_on_sphere=on_sphere,
    )
    told = _told(found, given, chosen)
    if chosen.out:
        teller.progress(words("cli.writing"))
        write_beside(given, found.columns, chosen.out, teller)
    lines = [words("cli.measured", method=words(f"cli.method.{method}"), n=told["n"], total=told["total"])]
    lines += [words(f"cli.class.{name}", n=count) for name, count in told.get("classes", {}).items()]
    for number, one in enumerate(told.get("clusters", [])[:10], start=1):
        shown = {
            name: one[name] if isinstance(one[name], int) else f"{one[name]:.4g}"
            for name in ("observed", "expected", "llr", "p")
        }
        lines.append(words("cli.cluster", number=number, ids=", ".join(one["ids"]), **shown))
    if chosen.out:
        lines.append(words("cli.written", file=chosen.out.name))
    teller.result(told, lines)


def _plain(value: float) -> float | int | None:
    """A number for JSON: an integer if it is whole, None if missing or infinite."""
    if not np.isfinite(value):
        return None
    return int(value) if value == int(value) else float(value)


def _told(found: Statistics, given: Given, chosen: argparse.Namespace) -> dict[str, Any]:
    told: dict[str, Any] = {"method": chosen.method, "n": len(given.keys), "total": _plain(found.total)}
    told |= {name: _plain(value) for name, value in found.told.items()}
    if "class" in found.columns:
        told["classes"] = pd.Series(found.columns["class"]).value_counts(sort=False).to_dict()
    if found.clusters is not None:
        keys = given.keys.tolist()
        told["clusters"] = [
            {
                "ids": [keys[member] for member in one.members],
                "centre": keys[one.centre],
                "observed": one.observed,
                "expected": one.expected,
                "relative_risk": _plain(one.relative_risk),
                "llr": one.llr,
                "p": one.p,
                "p_gumbel": one.p_gumbel,
            }
            for one in found.clusters
        ]
    return told
