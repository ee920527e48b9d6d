"""Need covered by the order of the next kelurahan against simpler orders, and the time for its stability."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd

from benchmarks import Result
from geo.facts import read_denominators
from geo.period import Period
from geo.places.boundaries import read_areas
from geo.places.neighbours import queen
from geo.planning.criteria import Criterion, Direction, Posterior, read_criteria
from geo.planning.evaluation import Town, held_back, simulate_orders
from geo.planning.priority import rank
from geo.planning.stability import stability
from geo.release.released import release
from geo.settings import EMBEDDED, ROOT, read_settings
from geo.store.tables import read_tables
from geo.study import join
from geo.terms import Denominator, StoreName
from geo.viewer import PUBLIC

NAME = "planning"
SUMMARY = "need covered by the order of the next kelurahan, and draws behind its stability"

RUNS = 1000
REPORTS = (50, 150, 500)
#: Waves of five; the first and the third are reported.
FIRSTS = (5, 10, 15, 20, 25)
TOLD = (5, 15)
SEED = 20181116
#: Years of the example that are held back; each is ranked from the year before it.
YEARS = (2017, 2018, 2019)
_FIGURES = ("priority", "posterior", "count", "kecamatan", "random", "best")


def _simulated():
    areas = read_areas(read_settings(EMBEDDED).areas)
    sizes, criteria = read_denominators(areas.index), read_criteria()
    seen, other = sizes[Denominator.STATIONS_2024.value], sizes[Denominator.UNDER_FIVE_2022.value]
    rows = []
    for case, true in (("same_size", seen), ("other_size", other)):
        for reports in REPORTS:
            town = Town(seen, areas.groups, true, reports)
            found = simulate_orders(town, criteria, firsts=FIRSTS, runs=RUNS, seed=SEED)
            for first in FIRSTS:
                mean, error = found.loc[(first, "mean")], found.loc[(first, "error")]
                told = {name: 100 * mean[name] for name in _FIGURES}
                rows.append(
                    {
                        "case": case,
                        "n": reports,
                        "first": first,
                        **told,
                        "error": 100 * error.drop(["lead", "random"]).max(),
                        "lead": 100 * mean["lead"],
                        "lead_error": 100 * error["lead"],
                    }
                )
    return rows


def _held_back():
    settings = read_settings(EMBEDDED)
    areas = read_areas(settings.areas)
    tables, near, criteria = read_tables(StoreName.CONTOH, settings, PUBLIC), queen(areas), read_criteria()
    rows = []
    for year in YEARS:
        before = join(areas, tables, Period(year - 2, year - 2)) if year - 2 >= YEARS[0] - 1 else None
        past, after = (join(areas, tables, Period(one, one)) for one in (year - 1, year))
        seen = release(past, before, PUBLIC, on=past.period.ends_on)
        later = release(after, None, PUBLIC, on=after.period.ends_on)
        found = held_back(seen, later, near, criteria, firsts=FIRSTS)
        for first in FIRSTS:
            told = {name: 100 * found.at[first, name] for name in _FIGURES}
            rows.append({"case": "held_back", "n": year, "first": first, **told})
    return rows


def study():
    """Need covered in percent, one row per situation and number of first ones."""
    return pd.DataFrame(_simulated() + _held_back())


def _speed():
    """Our draws against a plain loop, as a notebook would write it."""
    results = []
    for areas, draws in ((51, 10_000), (3352, 10_000)):
        rng = np.random.default_rng(SEED)
        plain = [f"c{number}" for number in range(6)]
        table = pd.DataFrame(
            rng.random((areas, len(plain))), columns=plain, index=[f"{one:05}" for one in range(areas)]
        )
        table["expected"] = rng.gamma(3, 3, areas)
        table["cases"] = rng.poisson(table["expected"] * rng.gamma(3, 1 / 3, areas))
        criteria = [Criterion(name, name, Direction.UP, 10) for name in plain]
        criteria.append(Criterion("cases", "cases", Direction.UP, 25, posterior=Posterior.GAMMA, expected="expected"))
        ranking = rank(table, criteria)
        least = _used()
        start = time.perf_counter()
        stability(ranking, first=5, draws=draws, seed=SEED)
        ours = time.perf_counter() - start
        memory = _used() - least
        tried = min(draws, 300)
        start = time.perf_counter()
        for _ in range(tried):
            weights = dict(zip([*plain, "cases"], rng.dirichlet(30 * ranking.weights.to_numpy()), strict=True))
            drawn = table.assign(cases=rng.gamma(table["cases"] + 3, 1 / (table["expected"] + 3)) * table["expected"])
            scaled = (drawn[list(weights)] - drawn[list(weights)].min()) / (
                drawn[list(weights)].max() - drawn[list(weights)].min()
            )
            scaled.mul(weights).sum(axis=1).rank(ascending=False, method="first")
        theirs = (time.perf_counter() - start) * draws / tried
        note = f"7 criteria, one with its posterior; theirs from {tried} draws"
        results.append(
            Result(
                NAME,
                f"{draws} draws of {areas} areas",
                "s",
                ours,
                theirs,
                f"pandas {pd.__version__}, a loop",
                ours_memory_mb=memory,
                notes=note,
            )
        )
    return results


def _used():
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def run():
    results = _speed()
    found = study()
    for row in found[found["first"].isin(TOLD)].to_dict("records"):
        held = row["case"] == "held_back"
        what = f"year {row['n']} held back" if held else f"{row['n']} reports, {row['case'].replace('_', ' ')}"
        note = "made-up records" if held else f"{RUNS} runs, error {row['error']:.1f}"
        for order in ("priority", "posterior"):
            results.append(
                Result(
                    NAME,
                    f"need covered by the first {row['first']} by {order}: {what}",
                    "% of need",
                    row[order],
                    row["count"],
                    "highest count first",
                    "higher",
                    notes=note,
                )
            )
    return results


if __name__ == "__main__":
    study().round(1).to_csv(ROOT / "data" / "facts" / "planning_study.csv", index=False, lineterminator="\n")
