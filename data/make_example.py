"""The example store: synthetic records from a seeded generator, because no real table was ever published.

Real facts: 537 persons in 2017 whose documents stated Kota Kupang (BP3TKI, press), most of them from another
kabupaten, and the seven kelurahan named in the press. Everything else - the count of each kelurahan, the origins,
every watcher, every report - is random and says nothing about any real place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.random import Generator

SEED = 537
#: Persons per year. Only the 537 of 2017 is a published figure.
PERSONS = {2016: 214, 2017: 537, 2018: 301, 2019: 188}
#: The kelurahan named in the press in November 2018: all seven of Kecamatan Oebobo.
SEVEN = tuple(f"53.71.04.{number}" for number in (1001, 1008, 1009, 1010, 1011, 1013, 1014))
#: Kabupaten of origin in the example, with a made-up weight.
_ORIGINS = {
    "53.02": 26,
    "53.01": 18,
    "53.21": 12,
    "53.04": 10,
    "53.03": 9,
    "53.06": 6,
    "53.11": 5,
    "53.14": 5,
    "53.08": 4,
    "53.07": 3,
    "53.18": 2,
}
_SHARE_OF_SEVEN = 0.54
_SHARE_HERE, _SHARE_UNKNOWN = 0.13, 0.07
_SHARE_SMALL, _SHARE_TRAINED, _SHARE_LEFT = 0.9, 0.7, 0.1
_SHARE_ILLEGIBLE, _SHARE_OLD_CODE = 0.015, 0.007
#: Oebobo's running number with a code from before the city was divided again: in no current layer.
_OLD_CODE = "53.71.03.1014"
_GROUPS = ("pkk", "adat", "faith", "youth", "rt_rw", "teacher")
_KINDS = ("newcomers_in_kos", "recruiter_seen", "document_request", "question")
_CW_STARTED_ON, _CW_SEEN_UNTIL = date(2018, 11, 16), date(2019, 12, 31)


@dataclass(frozen=True)
class _Plan:
    """What each kelurahan reports in a year."""

    weights: pd.Series[float]
    covered: tuple[str, ...]


def _plan(kode: list[str], size: pd.Series[float], rng: Generator, silent: int, nothing: int) -> _Plan:
    """Weights by size and chance; some of the others report zero, some do not report at all."""
    others = [one for one in kode if one not in SEVEN]
    quiet = list(rng.permutation(others)[: silent + nothing])
    weights = size * rng.gamma(3.5, size=len(size))
    weights[quiet] = 0.0
    seven = list(SEVEN)
    weights[seven] *= _SHARE_OF_SEVEN / weights[seven].sum()
    rest = weights.index.difference(seven)
    weights[rest] *= (1 - _SHARE_OF_SEVEN) / weights[rest].sum()
    # Two kelurahan have records without a statement of coverage: that happens too.
    unstated = list(rng.permutation([one for one in others if one not in quiet])[:2])
    left_out = set(quiet[:silent]) | set(unstated)
    return _Plan(weights, tuple(one for one in kode if one not in left_out))


def _report_sizes(persons: int, rng: Generator) -> list[int]:
    """Persons of each report: most reports have one or two, a few have many; the sum is exact."""
    sizes: list[int] = []
    while (left := persons - sum(sizes)) > 0:
        drawn = int(rng.geometric(0.55) if rng.random() < _SHARE_SMALL else 4 + rng.poisson(5))
        sizes.append(min(drawn, left))
    return sizes


def _cases(year: int, plan: _Plan, rng: Generator) -> list[list[object]]:
    rows: list[list[object]] = []
    places, weights = list(plan.weights.index), plan.weights.to_numpy()
    origins, pull = list(_ORIGINS), np.array(list(_ORIGINS.values()), dtype=float)
    for number, size in enumerate(_report_sizes(PERSONS[year], rng), start=1):
        on = date(year, 1, 1) + timedelta(days=int(rng.integers(0, 365)))
        place = str(rng.choice(places, p=weights / weights.sum()))
        fate = rng.random()
        if fate < _SHARE_ILLEGIBLE:
            place = ""
        elif fate < _SHARE_ILLEGIBLE + _SHARE_OLD_CODE:
            place = _OLD_CODE
        status = str(rng.choice(["confirmed", "suspected", "prevented", "deceased"], p=[0.42, 0.31, 0.24, 0.03]))
        for _ in range(size):
            fate = rng.random()
            origin = str(rng.choice(origins, p=pull / pull.sum()))
            if fate < _SHARE_HERE:
                origin = "53.71"
            elif fate < _SHARE_HERE + _SHARE_UNKNOWN:
                origin = ""
            sex = str(rng.choice(["female", "male", "unknown"], p=[0.58, 0.38, 0.04]))
            age = str(rng.choice(["child", "adult", "unknown"], p=[0.14, 0.8, 0.06]))
            rows.append([on, f"CONTOH-{year}-{number:03d}", place, origin, status, sex, age, 1])
    return sorted(rows, key=lambda row: (str(row[0]), str(row[1])))


def _watchers(rng: Generator) -> list[list[object]]:
    rows: list[list[object]] = []
    for place in SEVEN:
        for number in range(1, int(rng.integers(9, 16)) + 1):
            joined = _CW_STARTED_ON + timedelta(days=int(rng.choice([0, 0, 0, 45, 120])))
            trained = joined + timedelta(days=int(rng.integers(7, 60))) if rng.random() < _SHARE_TRAINED else ""
            left = joined + timedelta(days=int(rng.integers(200, 380))) if rng.random() < _SHARE_LEFT else ""
            group = str(rng.choice(_GROUPS))
            rows.append([number, place, joined, trained, left, group, str(rng.choice(["female", "male"]))])
    return rows


def _reports(rng: Generator) -> list[list[object]]:
    rows: list[list[object]] = []
    days = (_CW_SEEN_UNTIL - _CW_STARTED_ON).days
    for place in SEVEN:
        for _ in range(int(rng.integers(6, 30))):
            on = _CW_STARTED_ON + timedelta(days=int(rng.integers(0, days)))
            rows.append([on, place, str(rng.choice(_KINDS)), str(rng.choice(["yes", "no"], p=[0.7, 0.3]))])
    return sorted(rows, key=lambda row: (str(row[0]), str(row[1])))


def example_tables(size: pd.Series[float], *, seed: int = SEED) -> dict[str, pd.DataFrame]:
    """Made-up canonical tables: cases, coverage, watchers, reports.

    Parameters
    ----------
    size
        Regular polling stations by `kode`: larger kelurahan get more of the made-up records.
    seed
        Seed of the generator; the same seed and sizes give the same tables to the byte.
    """
    rng = np.random.default_rng(seed)
    size = size.astype(float).sort_index()
    kode = list(size.index)
    cases: list[list[object]] = []
    coverage: list[list[object]] = []
    for year, (silent, nothing) in {2016: (14, 5), 2017: (6, 5), 2018: (5, 6), 2019: (3, 8)}.items():
        plan = _plan(kode, size, rng, silent, nothing)
        cases += _cases(year, plan, rng)
        coverage += [[one, date(year, 1, 1), date(year, 12, 31), "contoh"] for one in plan.covered]
    # Two rows with an unreadable date: they are on no map of any year, and are counted as such.
    cases += [["", "CONTOH-X-001", SEVEN[0], "53.02", "suspected", "female", "adult", 1] for _ in range(2)]
    return {
        "cases": pd.DataFrame(
            cases,
            columns=[
                "reported_on",
                "report",
                "document_kode",
                "origin_kode",
                "status",
                "sex",
                "age_group",
                "persons",
            ],
        ),
        "coverage": pd.DataFrame(coverage, columns=["kode", "from_on", "to_on", "source"]),
        "watchers": pd.DataFrame(
            _watchers(rng), columns=["watcher", "kode", "joined_on", "trained_on", "left_on", "group", "sex"]
        ),
        "reports": pd.DataFrame(_reports(rng), columns=["reported_on", "kode", "kind", "followed_up"]),
    }
