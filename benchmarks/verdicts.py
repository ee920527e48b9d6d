"""False alarms of verdicts on maps without differences, and their power on maps with differences.

Compared with the usual alternatives: the five largest counts, exact intervals of the ratio without correction, and
esda's local Moran with its defaults. For power each of them is first calibrated to the same share of false alarms, by
a threshold from maps without differences: a method that flags something on every map finds everything.

A calibrated test with the true size of the maps has an advantage that nobody has outside of a study: it knows which
size is the true one. So the same test under every size, like ours, is compared too; the difference between the two is
the price of not knowing.
"""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd

from benchmarks import Result
from geo.facts import read_denominators
from geo.measures.poisson import expected_counts, upper_tail
from geo.measures.verdicts import Judge, Rules, Verdict
from geo.places.boundaries import read_areas
from geo.places.neighbours import contiguous, poles
from geo.settings import EMBEDDED, ROOT, read_settings

NAME = "verdicts"
SUMMARY = "false alarms and power of the verdicts on the 51 kelurahan"

RUNS, POWER_RUNS = 1000, 800
#: Number of maps for the thresholds of the others: enough to hit a share of two in a hundred.
NULL_RUNS = 2000
REPORTS = (50, 150, 500)
SEED = 20181116


def _layer():
    return read_areas(read_settings(EMBEDDED).areas)


def _study(looks=1):
    areas = _layer()
    sizes = read_denominators(areas.index)
    return sizes, Judge(sizes, poles(areas.metric.to_numpy()), Rules(looks=looks))


def _maps(sizes, reports, runs, seed, true=0):
    """Maps without differences: every kelurahan gets its share of the reports by one of the sizes."""
    weight = sizes.iloc[:, true].to_numpy()
    return np.random.default_rng([SEED, seed, reports]).multinomial(reports, weight / weight.sum(), size=runs)


def _is_sure(found):
    """Whether anything is called sure, kelurahan or area."""
    return bool((found.table["verdict"] == Verdict.SURE).any() or any(a.verdict is Verdict.SURE for a in found.areas))


def _persons(rng, counts, mean):
    """Persons per report, geometric with the given mean, at least one."""
    return np.array([rng.geometric(1 / mean, one).sum() if one else 0 for one in counts])


def _moran(values, weights):
    import esda

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = esda.Moran_Local(values, weights, permutations=999, seed=1)
    return np.where(found.q == 1, found.p_sim, 1.0)


def _any_of(judge, sizes, maps):
    """Whether ours is sure of anything on any of the maps, and whether any kelurahan's interval is above 1."""
    size = sizes.iloc[:, 0]
    ours = any(_is_sure(judge.judge(pd.Series(one, index=sizes.index))) for one in maps)
    return ours, any((upper_tail(one, expected_counts(one, size)) <= 0.025).any() for one in maps)


def _shares(judge, sizes, maps):
    """Share of maps on which ours, and an interval, is sure of anything."""
    return tuple(np.mean([_any_of(judge, sizes, [one]) for one in maps], axis=0).tolist())


def _alarms():
    results = []
    sizes, judge = _study()
    _, three = _study(looks=3)
    from libpysal.weights import W

    neighbours = contiguous(_layer().frame.geometry.to_numpy())
    weights = W({i: [int(o) for o in neighbours.of(i)] for i in range(51)}, silence_warnings=True)
    size = sizes.iloc[:, 0].to_numpy()
    for reports in REPORTS:
        maps = _maps(sizes, reports, RUNS, 0)
        ours, smr = _shares(judge, sizes, maps)
        moran = np.mean([(_moran(one / size, weights) <= 0.05).any() for one in maps[:200]])
        results.append((f"{reports} reports, equal risk", ours, smr, "SMR, 95 % interval above 1", f"{RUNS} maps"))
        results.append((f"{reports} reports, equal risk", ours, moran, "esda local Moran, default", "200 maps"))
        worst = max(
            _shares(judge, sizes, _maps(sizes, reports, RUNS, true, true)) for true in range(1, sizes.shape[1])
        )
        told = f"{reports} reports, equal risk by another size, the worst"
        results.append((told, *worst, "SMR, 95 % interval above 1", f"{RUNS} maps a size"))
        shown = _maps(sizes, reports, 3 * RUNS, 5).reshape(RUNS, 3, -1)
        looks, each = zip(*(_any_of(three, sizes, maps) for maps in shown), strict=True)
        told = f"{reports} reports, three periods shown together"
        results.append((told, np.mean(looks), np.mean(each), "SMR, 95 % interval above 1", f"{RUNS} runs"))
    rng = np.random.default_rng(SEED)
    unkeyed = pd.Series(data=False, index=sizes.index)
    for mean in (1.5, 5.8):
        maps = _maps(sizes, 150, RUNS, 9)
        ours, naive = [], []
        for one in maps:
            persons = _persons(rng, one, mean)
            ours.append(_is_sure(judge.judge(pd.Series(persons, index=sizes.index), unkeyed)))
            naive.append((upper_tail(persons, expected_counts(persons, size)) <= 0.025).any())
        results.append(
            (
                f"persons of 150 reports, {mean} each, no report keys",
                np.mean(ours),
                np.mean(naive),
                "SMR interval on persons",
                f"{len(maps)} maps",
            )
        )
    return [
        Result(NAME, f"false alarm: {what}", "% of maps", 100 * ours, 100 * theirs, name, notes=note)
        for what, ours, theirs, name, note in results
    ]


def _smallest(one, expected, there=None):
    """Smallest tail on a map, of all kelurahan or of some."""
    tails = upper_tail(one, expected)
    return tails.min() if there is None else tails[there].min()


def _largest_expected(one, sizes):
    return np.max([expected_counts(one, column) for _, column in sizes.items()], axis=0)


def _thresholds(judge, sizes, reports):
    """Share of maps without differences on which ours is sure, and thresholds that give the others the same."""
    null = _maps(sizes, reports, NULL_RUNS, 1)
    alarm = max(np.mean([_is_sure(judge.judge(pd.Series(one, index=sizes.index))) for one in null]), 1 / NULL_RUNS)
    size = sizes.iloc[:, 0]
    alone = [_smallest(one, expected_counts(one, size)) for one in null]
    every = [_smallest(one, _largest_expected(one, sizes)) for one in null]
    return alarm, np.quantile(alone, alarm), np.quantile(every, alarm), np.quantile(null.max(axis=1), 1 - alarm)


def _found(judge, sizes, one, inside):
    """Whether ours is sure of any true place, and number of false ones."""
    found = judge.judge(pd.Series(one, index=sizes.index))
    sure = set(np.flatnonzero(found.table["verdict"] == Verdict.SURE).tolist())
    areas = [set(area.cluster.members) for area in found.areas if area.verdict is Verdict.SURE]
    return bool(sure & inside) or any(area & inside for area in areas), len(sure - inside)


def _nearest(judge, place, count):
    return set(np.argsort(np.hypot(*(judge.centres - judge.centres[place]).T))[:count].tolist())


def _scenarios(judge):
    """Name, and a map's true places and relative risks, drawn again for every map: no place is typical of all."""
    several = len(judge.centres)

    def raised(count, risk):
        def draw(rng):
            inside, factor = _nearest(judge, int(rng.integers(several)), count), np.ones(several)
            factor[list(inside)] = risk
            return inside, factor

        return draw

    def varied(rng):
        factor = rng.gamma(4, 1 / 4, several)
        return set(np.flatnonzero(factor > 1.5).tolist()), factor

    return {
        "one kelurahan x 2": raised(1, 2.0),
        "one kelurahan x 4": raised(1, 4.0),
        "five neighbours x 2": raised(5, 2.0),
        "risk varies without structure": varied,
    }


def _power():
    sizes, judge = _study()
    size = sizes.iloc[:, 0].to_numpy()
    results = []
    for reports in REPORTS[1:]:
        alarm, by_one, by_all, largest = _thresholds(judge, sizes, reports)
        for number, (what, draw) in enumerate(_scenarios(judge).items()):
            rng = np.random.default_rng([SEED, 2, reports, number])
            ours, alone, every, counts, five = [], [], [], [], []
            for _ in range(POWER_RUNS):
                inside, factor = draw(rng)
                there, weight = list(inside), size * factor
                one = rng.multinomial(reports, weight / weight.sum())
                ours.append(_found(judge, sizes, one, inside))
                alone.append(_smallest(one, expected_counts(one, size), there) <= by_one)
                every.append(_smallest(one, _largest_expected(one, sizes), there) <= by_all)
                counts.append((one[there] > largest).any())
                five.append(len(set(np.argsort(-one)[:5].tolist()) - inside))
            hit, wrong = np.mean([one for one, _ in ours]), np.mean([other for _, other in ours])
            note = (
                f"at {alarm:.1%} false alarms; {POWER_RUNS} maps; "
                f"false kelurahan a map: ours {wrong:.2f}, five largest {np.mean(five):.1f}"
            )
            for theirs, name in (
                (np.mean(alone), "SMR by the true size, calibrated"),
                (np.mean(every), "SMR by every size, calibrated"),
                (np.mean(counts), "largest counts, calibrated"),
            ):
                told = f"found: {what}, {reports} reports"
                results.append(Result(NAME, told, "% of maps", 100 * hit, 100 * theirs, name, "higher", notes=note))
    return results


def run():
    return _alarms() + _power()


#: Key of each line of the study on the method page.
_CASES = {
    "another size": "alarm_other",
    "equal risk": "alarm_equal",
    "three periods": "alarm_looks",
    "1.5 each": "alarm_persons_15",
    "5.8 each": "alarm_persons_58",
    "one kelurahan x 2": "found_one2",
    "one kelurahan x 4": "found_one4",
    "five neighbours": "found_five2",
    "without structure": "found_wild",
}
_BESIDE = {
    "esda": "moran",
    "SMR by the true size": "smr_calibrated",
    "SMR by every size": "smr_every",
    "largest counts": "counts_calibrated",
    "SMR": "smr",
}


def as_table(results):
    """The study in the form of the method page."""
    rows = [
        {
            "case": next(key for part, key in _CASES.items() if part in one.what),
            "reports": int(re.search(r"(\d+) reports", one.what)[1]),
            "ours": round(one.ours, 1),
            "beside": next(key for part, key in _BESIDE.items() if part in one.theirs_name),
            "theirs": round(one.theirs, 1),
        }
        for one in results
    ]
    return pd.DataFrame(rows).sort_values(["case", "reports"], kind="stable")


if __name__ == "__main__":
    as_table(run()).to_csv(ROOT / "data" / "facts" / "hotspot_study.csv", index=False, lineterminator="\n")
