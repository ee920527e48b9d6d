"""Criteria of a priority: declared in one file, checked completely."""

from __future__ import annotations

import math
import sys
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from geo.errors import DataError, Fault, Problem
from geo.places.keys import clean_key
from geo.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: The criteria that come with the project.
CRITERIA = ROOT / "data" / "planning" / "criteria.toml"


class Direction(StrEnum):
    """Whether a higher value means earlier."""

    UP = "up"
    DOWN = "down"


class Scale(StrEnum):
    """How values are scaled to 0 to 1: between minimum and maximum, or by rank."""

    MINMAX = "minmax"
    RANK = "rank"


class Posterior(StrEnum):
    """Uncertainty of a value: none, or that of a count in a Poisson-Gamma model."""

    NONE = ""
    GAMMA = "gamma"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a priority.

    Parameters
    ----------
    name
        Its key: the name of its table in the file, and of its text in the catalogues (`criterion.<name>`).
    column
        Column of the values.
    direction, scale
        Meaning of a higher value, and how values are scaled to 0 to 1.
    weight
        0 or more; only the ratios of weights matter.
    label, unit, source
        Texts for people, used if the catalogues have none.
    posterior, expected
        `gamma` if the values are counts with uncertainty, and the column of the expected counts.
    group
        Criteria of one group are shown together (need, gap, exposure, feasibility, fairness).
    """

    name: str
    column: str
    direction: Direction
    weight: float
    scale: Scale = Scale.MINMAX
    label: str = ""
    unit: str = ""
    source: str = ""
    posterior: Posterior = Posterior.NONE
    expected: str = ""
    group: str = ""


_NEEDED = ("column", "direction", "weight")
_TEXTS = ("column", "label", "unit", "source", "expected", "group")
_CHOICES: dict[str, type[StrEnum]] = {"direction": Direction, "scale": Scale, "posterior": Posterior}
_COLUMNS = ("column", "expected")
_KNOWN = (*_NEEDED, "scale", "label", "unit", "source", "posterior", "expected", "group")


def _wrong_weight(weight: object) -> Problem | None:
    # An integer in TOML may have more digits than a float can hold.
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not abs(weight) <= sys.float_info.max:
        return Problem.NOT_A_NUMBER
    return Problem.NEGATIVE if weight < 0 else None


def _wrong(file: str, name: str, given: dict[str, Any]) -> list[Fault]:
    """All faults of one criterion; an empty text counts as a missing line."""
    found: list[tuple[str, Problem, list[object], str]] = []
    unknown: list[object] = [key for key in given if key not in _KNOWN]
    if unknown:
        found.append(("", Problem.NOT_IN_LIST, unknown, ", ".join(_KNOWN)))
    filled = {key: value for key, value in given.items() if value != ""}
    needed = [*_NEEDED, *(["expected"] if "posterior" in filled else [])]
    found += [(key, Problem.MISSING_VALUE, [], "") for key in needed if key not in filled]
    found += [
        (key, Problem.NOT_A_TEXT, [filled[key]], "")
        for key in _TEXTS
        if key in filled and not isinstance(filled[key], str)
    ]
    for key, kind in _CHOICES.items():
        choices = [one.value for one in kind if one.value]
        if key in filled and filled[key] not in choices:
            found.append((key, Problem.NOT_IN_LIST, [filled[key]], ", ".join(choices)))
    problem = _wrong_weight(filled["weight"]) if "weight" in filled else None
    if problem is not None:
        found.append(("weight", problem, [filled["weight"]], ""))
    return [
        Fault.of(file, f"{name}.{key}" if key else name, what, values=values, hint=hint)
        for key, what, values, hint in found
    ]


def _same_names(file: str, text: str, given: Iterable[str]) -> list[Fault]:
    """Criteria whose names nobody can tell apart, with the lines on which they begin."""
    names = [clean_key(name) for name in given]
    lines: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        lines.setdefault(clean_key(line).strip("[]\"' "), []).append(number)
    twice = sorted({name for name in names if names.count(name) > 1})
    return [Fault.of(file, name, Problem.DUPLICATE, values=[name], rows=lines.get(name, ())) for name in twice]


def _made(name: str, given: dict[str, Any]) -> Criterion:
    chosen: dict[str, Any] = {key: kind(given[key]) for key, kind in _CHOICES.items() if given.get(key, "") != ""}
    return Criterion(name=name, **{**given, **chosen, "weight": float(given["weight"])})


def read_criteria(path: Path = CRITERIA) -> tuple[Criterion, ...]:
    """Criteria of a file, in its order.

    Parameters
    ----------
    path
        TOML: one table per criterion, with its name as the key.

    Raises
    ------
    DataError
        With every fault of the file: not TOML, no criterion, an unknown key, direction or scale, a weight that is
        negative or not a number, weights that are all 0.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        given = tomllib.loads(text)
    except OSError as fault:
        raise DataError((Fault.of(path.name, "", Problem.MISSING_FILE),)) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        hint = str(fault) if isinstance(fault, tomllib.TOMLDecodeError) else "UTF-8"
        raise DataError((Fault.of(path.name, "", Problem.UNREADABLE, hint=hint),)) from fault
    if not given:
        raise DataError((Fault.of(path.name, "", Problem.EMPTY),))
    faults, tables = _same_names(path.name, text, given), {}
    for written, one in given.items():
        name = clean_key(written)
        if not isinstance(one, dict) or not name:
            faults.append(Fault.of(path.name, name, Problem.NOT_A_TABLE))
        else:
            tables[name] = {
                key: clean_key(value) if key in _COLUMNS and isinstance(value, str) else value
                for key, value in one.items()
            }
            faults += _wrong(path.name, name, one)
    if not faults and not any(one["weight"] for one in tables.values()):
        faults.append(Fault.of(path.name, "weight", Problem.NO_WEIGHT))
    if faults:
        raise DataError(tuple(faults))
    return tuple(_made(name, one) for name, one in tables.items())


def weighted(criteria: Iterable[Criterion], weights: Mapping[str, float]) -> tuple[Criterion, ...]:
    """The same criteria with a planner's weights; criteria that are not named keep theirs.

    Raises
    ------
    ValueError
        When a weight is negative or not a number.
    """
    found = tuple(replace(one, weight=float(weights.get(one.name, one.weight))) for one in criteria)
    for one in found:
        if not (math.isfinite(one.weight) and one.weight >= 0):
            msg = f"weight of {one.name} is 0 or more, not {one.weight!r}"
            raise ValueError(msg)
    return found
