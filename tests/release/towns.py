"""Made-up towns and their records, for editions: squares in rows, persons by weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import strategies as st

from geo.places.boundaries import Areas
from geo.records.tables import empty
from geo.release.editions import EDITION_TABLES, Scope, draw_up
from geo.schemas import Table
from geo.terms import AgeGroup, Audience, Sex, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.period import Period
    from geo.release.editions import Draft, Edition

CITY = "10.01"
SECRET = bytes(range(32))
NOBODY_COVERED = empty(Table.COVERAGE)


def town(groups: Sequence[int]) -> Areas:
    """Squares of 0.01 degrees; so many kelurahan in each kecamatan."""
    places = [(group, one) for group, many in enumerate(groups, start=1) for one in range(1, many + 1)]
    frame = gpd.GeoDataFrame(
        {
            "kode": [f"{CITY}.{group:02}.{1000 + one}" for group, one in places],
            "name": [f"Kel {group}-{one}" for group, one in places],
            "group": [f"Kec {group}" for group, _ in places],
        },
        geometry=[
            shapely.box(0.01 * one, 0.01 * group, 0.01 * one + 0.01, 0.01 * group + 0.01) for group, one in places
        ],
        crs="EPSG:4326",
    )
    return Areas(frame.set_index("kode").sort_index(), "made-up", "EPSG:32751", "Kota Coba", CITY)


def records(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """Cases of (kode, year, sex, age group, status, persons)."""
    frame = pd.DataFrame(rows, columns=["document_kode", "year", "sex", "age_group", "status", "persons"])
    day = pd.to_datetime(frame.pop("year").astype("str") + "-05-01")
    return frame.astype({"persons": int}).assign(reported_on=day)


def drawn(index: Sequence[str], weights: Any, n: int, period: Period, seed: int) -> pd.DataFrame:
    """Cases of n persons, each in a kelurahan by weight, in a year by chance, by the shares of the example."""
    chance = np.random.default_rng(seed)
    weights = np.asarray(weights, dtype=float)
    persons = pd.DataFrame(
        {
            "document_kode": chance.choice(np.asarray(index, dtype=object), n, p=weights / weights.sum()),
            "year": chance.choice(list(period.years), n),
            "sex": chance.choice(list(Sex), n, p=[0.7, 0.25, 0.05]),
            "age_group": chance.choice(list(AgeGroup), n, p=[0.1, 0.85, 0.05]),
            "status": chance.choice(list(Status), n, p=[0.5, 0.2, 0.25, 0.05]),
            "persons": 1,
        }
    ).astype(dict.fromkeys(("document_kode", "sex", "age_group", "status"), str))
    return records(list(persons.itertuples(index=False, name=None)))


def draft(
    cases: pd.DataFrame,
    areas: Areas,
    period: Period,
    *,
    k: int = 10,
    audience: Audience = Audience.PUBLIC,
    **more: Any,
) -> Draft:
    return draw_up(cases, NOBODY_COVERED, areas, Scope(period, audience, k), **({"secret": SECRET} | more))


def texts(edition: Edition) -> list[str]:
    """The three csv files of an edition."""
    return [edition.of(table).to_csv(index=False) for table in EDITION_TABLES]


@st.composite
def cities(
    draw: st.DrawFn, *, areas: int = 20, years: int = 3, most: int = 60
) -> tuple[list[int], int, int, list[tuple[Any, ...]]]:
    """Kelurahan per kecamatan, number of years, k, and rows: many small counts, some large, kecamatan of one."""
    groups = draw(st.lists(st.integers(1, 6), min_size=1, max_size=6).filter(lambda found: sum(found) <= areas))
    index = list(town(groups).index)
    many = draw(st.integers(1, years))
    count = st.one_of(st.integers(1, 3), st.integers(1, 14), st.integers(1, most))
    row = st.tuples(
        st.sampled_from(index),
        st.integers(2016, 2015 + many),
        st.sampled_from([one.value for one in Sex]),
        st.sampled_from([one.value for one in AgeGroup]),
        st.sampled_from([*(one.value for one in Status), ""]),
        count,
    )
    return groups, many, draw(st.integers(2, 12)), draw(st.lists(row, max_size=3 * sum(groups)))


def near_the_least(seed: int) -> tuple[list[int], int, int, list[tuple[Any, ...]]]:
    """A city as in `cities`: small kecamatan and so few reports that sums are near the least that the rule asks."""
    chance = np.random.default_rng(seed)
    groups = chance.integers(1, 3, chance.integers(3, 7)).tolist()
    years, k = int(chance.integers(1, 4)), int(chance.integers(3, 7))
    rows = [
        (kode, int(chance.integers(2016, 2016 + years)), "male", "adult", "confirmed", int(chance.integers(1, 2 * k)))
        for kode in town(groups).index
        for _ in range(chance.integers(0, 3))
    ]
    return groups, years, k, rows
