"""What attackers learn from editions of generated cities, and what stays shown.

Compared with the rule that one would take first: hide further cells in an order of public size, until the hidden
counts of every sum are mixed. Whoever knows that rule inverts it: a hidden cell whose sums all show an earlier cell
with reports cannot have been hidden to protect others, so it is small. How often such a guess is right is measured
for both rules; that no table is excluded under a secret is shown by the tests (`tests/release/test_attack.py`).
"""

from __future__ import annotations

import collections

import numpy as np
import pandas as pd

from benchmarks import Result
from geo.facts import read_denominators
from geo.period import Period
from geo.places.boundaries import read_areas
from geo.release.attacker import breaches, partly
from geo.release.cells import KECAMATAN, KELURAHAN, KOTA, cells
from geo.release.secret import KeyedNumbers
from geo.release.suppress import protect, small
from geo.settings import EMBEDDED, read_settings
from geo.terms import AgeGroup, Audience, Sex, Status

NAME = "editions"
SUMMARY = "what attackers learn from 200 generated cities, and what stays shown"

CITIES = 200
KINDS = ("even", "skewed", "clustered", "many zeros")
WHAT = ("kelurahan", "kecamatan x year", "kecamatan", "breakdowns", "city")
LAST = 2020


def generated(areas, sizes, number):
    """Records, period and k of a generated city: four kinds, 300 to 900 persons, one to five years, k 5 or 10."""
    chance = np.random.default_rng(number)
    kind, years = KINDS[number % 4], 1 + (number // 4) % 5
    persons, k = (300, 600, 900)[(number // 3) % 3], (5, 10)[(number // 2) % 2]
    weight = sizes.to_numpy(dtype=float)
    if kind == "skewed":
        weight = weight * chance.gamma(0.5, 2, len(weight))
    if kind == "clustered":
        group = pd.Series(areas.index.str.rpartition(".").get_level_values(0))
        factor = {one: chance.gamma(0.6, 1) for one in sorted(group.unique())}
        weight = weight * group.map(factor).to_numpy() * chance.gamma(3, 1, len(weight))
    if kind == "many zeros":
        weight = weight * chance.gamma(1, 1, len(weight)) * (chance.random(len(weight)) < 0.45)
    period = Period(LAST + 1 - years, LAST)
    frame = pd.DataFrame(
        {
            "document_kode": chance.choice(areas.index.to_numpy(dtype=object), persons, p=weight / weight.sum()),
            "reported_on": pd.to_datetime([f"{year}-05-01" for year in chance.choice(list(period.years), persons)]),
            "sex": chance.choice([str(one) for one in Sex], persons, p=[0.7, 0.25, 0.05]),
            "age_group": chance.choice([str(one) for one in AgeGroup], persons, p=[0.1, 0.85, 0.05]),
            "status": chance.choice([str(one) for one in Status], persons, p=[0.5, 0.2, 0.25, 0.05]),
            "persons": 1,
        }
    )
    return frame, period, k


def numbers_of(one, number):
    """Numbers of the cells under a secret of this generated city alone."""
    return KeyedNumbers.of(one, number.to_bytes(32, "big"))


def kinds_of(one, period):
    """Which of `WHAT` every cell is."""
    table = one.table
    is_all = table[["sex", "age_group", "status"]].eq("all").all(axis=1)
    found = table["table"].map({KELURAHAN: WHAT[0], KECAMATAN: WHAT[2], KOTA: WHAT[4]})
    found = found.mask(table["table"].eq(KECAMATAN) & table["period"].ne(str(period)), WHAT[1])
    return found.mask(~is_all, WHAT[3]).to_numpy()


def _public_order(one, sizes):
    """An order that everybody can work out: by kind, then by public size, then by name."""
    size = one.table["kode"].map(sizes).fillna(0)
    names = one.table[["kode", "period", "sex", "age_group", "status"]].agg("|".join, axis=1)
    order = np.empty(len(size), dtype=np.int64)
    order[
        pd.DataFrame({"kind": one.kind, "size": size, "name": names}).sort_values(["kind", "size", "name"]).index
    ] = np.arange(len(size))
    return order


def _by_public_size(one, k, order):
    """Hidden cells where every sum gets further parts with reports, in the public order, until they are mixed."""
    hidden, changed = small(one, k), True
    while changed:
        changed = False
        for total, parts in one.sums:
            while not hidden[total] and hidden[parts].any():
                own = one.values[parts[hidden[parts]]]
                if len(own) >= 3 and own.sum() - own.max() >= k - 1:
                    break
                left = parts[~hidden[parts] & (one.values[parts] > 0)]
                hidden[left[np.argmin(order[left])] if left.size else total] = changed = True
    return hidden


def _named(one, hidden, order):
    """Hidden cells that somebody who takes the order for the one in use would name as small.

    All sums that they are part of show an earlier cell with reports: that one would have been hidden first. A cell
    that may be hidden because no part with reports was left is not named.
    """
    named = np.zeros(len(hidden), dtype=bool)
    for cell in np.flatnonzero(hidden):
        as_total = [parts for total, parts in one.sums if cell == total]
        as_part = [parts for _, parts in one.sums if cell in parts]
        named[cell] = (
            bool(as_part)
            and not any(hidden[parts[one.values[parts] > 0]].all() for parts in as_total)
            and all(
                (~hidden[parts] & (one.values[parts] > 0) & (order[parts] < order[cell])).any() for parts in as_part
            )
        )
    return named


def study(count=CITIES):
    """Totals over generated cities: shown and reaching k by rule and kind, and what each attacker narrows."""
    areas = read_areas(read_settings(EMBEDDED).areas)
    sizes = read_denominators(areas.index).iloc[:, 0]
    found = collections.Counter()
    for number in range(count):
        cases, period, k = generated(areas, sizes, number)
        one = cells(cases, areas, period, Audience.PUBLIC)
        kind, reach, zero = kinds_of(one, period), one.values >= k, one.values == 0
        order, numbers = _public_order(one, sizes), numbers_of(one, number)
        rules = {"public order": _by_public_size(one, k, order), "secret": protect(one, k, numbers)}
        found["small"] += int(small(one, k).sum())
        found["kelurahan"] += int((kind == WHAT[0]).sum())
        found["small kelurahan"] += int((small(one, k) & (kind == WHAT[0])).sum())
        for rule, hidden in rules.items():
            for what in WHAT:
                found[rule, "reach", what] += int((reach & (kind == what)).sum())
                found[rule, "shown", what] += int((reach & ~hidden & (kind == what)).sum())
            found[rule, "reach", "zeros"] += int(zero.sum())
            found[rule, "shown", "zeros"] += int((zero & ~hidden).sum())
            named, is_small = _named(one, hidden, order), small(one, k)
            found[rule, "named"] += int(named.sum())
            found[rule, "named and small"] += int((named & is_small).sum())
            found[rule, "hidden kelurahan"] += int((hidden & (kind == WHAT[0])).sum())
            found[rule, "hidden and small"] += int((hidden & is_small & (kind == WHAT[0])).sum())
            far = np.full(len(hidden), np.inf)
            known = None if rule == "secret" else far
            alone = set(partly(one, hidden, k, known)) & set(np.flatnonzero(small(one, k)).tolist())
            found[rule, "alone"] += len(alone)
            for cell in breaches(one, hidden, k, known):
                found[rule, "knowing one", kind[cell]] += 1
    return found


def run():
    """One line for what stays shown of each kind, one for each attacker; a hidden count that is told ends with 1."""
    found, theirs = study(), "the same counts, further cells hidden by public size"
    notes = f"{CITIES} generated cities, {found['small']} counts of 1 to k-1"
    results = []
    for what in (*WHAT, "zeros"):
        ours, other = (
            100 * found[rule, "shown", what] / found[rule, "reach", what] for rule in ("secret", "public order")
        )
        results.append(
            Result(NAME, f"shown of what reaches k: {what}", "%", ours, other, theirs, "higher", notes=notes)
        )
    of_all = 100 * found["small kelurahan"] / found["kelurahan"]
    for what, part, whole, more in (
        (
            "small, of the hidden kelurahan",
            "hidden and small",
            "hidden kelurahan",
            f"; of all kelurahan {of_all:.0f} %",
        ),
        ("small, of the cells named by inverting the public order", "named and small", "named", ""),
    ):
        ours, other = (100 * found[rule, part] / found[rule, whole] for rule in ("secret", "public order"))
        results.append(Result(NAME, what, "%", ours, other, theirs, notes=notes + more))
    attackers = [("alone",), *(("knowing one", what) for what in WHAT)]
    for attacker in attackers:
        ours, other = (found[rule, *attacker] for rule in ("secret", "public order"))
        holds = ours == 0 or attacker[-1] in WHAT[1:]
        results.append(
            Result(NAME, f"narrowed: {', '.join(attacker)}", "cells", ours, other, theirs, notes=notes, holds=holds)
        )
    return results
