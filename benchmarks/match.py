"""A million messy rows to kelurahan: the resolver of this library against rapidfuzz's `extractOne` on every row."""

from __future__ import annotations

import random
import time
from statistics import median

import numpy as np
import pandas as pd
import rapidfuzz
from rapidfuzz import process

from benchmarks import Result
from geo.places.boundaries import read_areas
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.settings import EMBEDDED, read_settings

NAME = "match"
SUMMARY = "1,000,000 messy rows with 50,000 distinct spellings to 51 kelurahan"

ROWS, SPELLINGS, SAMPLE = 1_000_000, 50_000, 20_000
REPETITIONS = 5
SEED = 20181116
_LETTERS = "aeioubdghjklmnprst"
_BEFORE = ("", "", "Kel. ", "KEL ", "Kelurahan ", "kelurahan ", "Kantor Lurah ")


def _slip(name, draw):
    """A name with a letter dropped, doubled, changed or swapped, or in another case."""
    signs, at, kind = list(name), draw.randrange(len(name)), draw.random()
    if kind < 0.2:
        del signs[at]
    elif kind < 0.4:
        signs.insert(at, signs[at])
    elif kind < 0.6:
        signs[at] = draw.choice(_LETTERS)
    elif kind < 0.8 and at:
        signs[at - 1], signs[at] = signs[at], signs[at - 1]
    else:
        signs[at] = signs[at].swapcase()
    return "".join(signs)


def _messy(names):
    """Rows as text, and the source of each: zero to two typing errors, one in every second row."""
    draw = random.Random(SEED)  # noqa: S311 - slips of the pen, no secrets
    made = {}
    kode = list(names.index)
    while len(made) < SPELLINGS:
        one = draw.choice(kode)
        name = names[one]
        for _ in range(draw.choice((0, 1, 1, 2))):
            name = _slip(name, draw)
        style = draw.choice((str, str.upper, str.lower, str.title))
        made.setdefault(draw.choice(_BEFORE) + " " * draw.choice((0, 0, 1)) + style(name), one)
    spellings, meant = np.array(list(made), dtype=object), np.array(list(made.values()), dtype=object)
    rows = np.random.default_rng(SEED).integers(0, SPELLINGS, ROWS)
    return pd.Series(spellings[rows]).astype("str"), meant[rows]


def _resolver():
    areas = read_areas(read_settings(EMBEDDED).areas)
    return Resolver(areas, read_gazetteer(areas)), areas.names


def _naively(rows, names):
    """Simple approach: the most similar name for every row, whatever it is."""
    choices = {kode: name.lower() for kode, name in names.items()}
    return [process.extractOne(row.lower(), choices)[2] for row in rows]


def run():
    resolver, names = _resolver()
    rows, meant = _messy(names)
    times = []
    for _ in range(REPETITIONS):
        begun = time.perf_counter()
        found = resolver.resolve(names=rows)
        times.append(time.perf_counter() - begun)
    sample = rows[:SAMPLE]
    begun = time.perf_counter()
    naive = np.array(_naively(sample, names), dtype=object)
    theirs = (time.perf_counter() - begun) * ROWS / SAMPLE
    matched = found["match_status"].eq("matched").to_numpy()
    wrong = float((matched & (found["kode"].to_numpy() != meant)).mean())
    asked = float(found["match_status"].eq("review").mean())
    naive_wrong = float((naive != meant[:SAMPLE]).mean())
    name = f"rapidfuzz {rapidfuzz.__version__} extractOne per row"
    spread = f"{min(times):.2f} to {max(times):.2f} s"
    note = f"median of {REPETITIONS}, {spread}; theirs measured on {SAMPLE} rows and scaled"
    told = f"ours matches {matched.mean():.1%} and asks about {asked:.1%}; made-up slips may make another name of one"
    return [
        Result(NAME, "1,000,000 rows", "s", median(times), theirs, name, notes=note),
        Result(
            NAME,
            "rows given to a kelurahan that was not meant",
            "%",
            100 * wrong,
            100 * naive_wrong,
            name,
            notes=told,
        ),
    ]
