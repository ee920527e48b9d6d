"""A city with records, accounts and editions that are out, for tests of what the public gets of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from people import STEWARD

from geo.access import accounts
from geo.imports import run
from geo.period import Period
from geo.places.boundaries import Areas, read_areas
from geo.release import public
from geo.settings import Settings, read_settings
from geo.sheets.sources import CITY_WORDS
from geo.store import records
from geo.store.engine import city_store
from geo.store.tables import read_tables
from geo.terms import AccountKind, Kind, Role, StoreName

if TYPE_CHECKING:
    from pathlib import Path

    from geo.release.files import Stamp

PASSWORD = "kuda lumping biru 7"
#: Written as the source of records; a word that is nowhere else.
CANARY = "ZAITUNKENARI"
TODAY = date(2026, 1, 1)
FIRST, SECOND = Period(2016, 2018), Period(2019, 2020)
_YEARS = (*FIRST.years, *SECOND.years)


@dataclass(frozen=True, eq=False)
class City:
    """Its settings and layer, and the persons of every kelurahan (rows) and year (columns)."""

    options: Settings
    areas: Areas
    counts: pd.DataFrame

    @property
    def small(self) -> list[str]:
        """Kelurahan of fewer than k persons in either edition."""
        return list(self.counts.index[self.counts.sum(axis=1).between(1, 2 * 9)])

    @property
    def empty(self) -> list[str]:
        """Two kelurahan without anybody; the first is covered."""
        return list(self.counts.index[self.counts.sum(axis=1).eq(0)])

    @property
    def yearly(self) -> list[int]:
        """Numbers that only the store has: persons of a kelurahan in one single year."""
        return [int(one) for one in self.counts.to_numpy().ravel() if one > 1_000]

    def publish(self, period: Period) -> Stamp:
        """Publishes an edition, or the period's re-issue."""
        tables = read_tables(StoreName.KOTA, self.options, STEWARD)
        made = public.plan_public(tables, self.areas, self.options, STEWARD, period=period, today=TODAY)
        return public.publish_public(made, self.options, STEWARD, today=TODAY)

    def enter(self, kode: str, *, persons: int = 1, year: int = 2017, sex: str = "female") -> None:
        """One record by hand."""
        values = {
            "reported_on": date(year, 5, 1),
            "persons": persons,
            "sex": sex,
            "age_group": "adult",
            "status": "confirmed",
            "source": CANARY,
        }
        records.enter_record(city_store(self.options), STEWARD, values, document_kode=kode)

    def cover(self, kode: str) -> None:
        """A statement that reporting covered all the years of a kelurahan."""
        days = {"from_on": date(2016, 1, 1), "to_on": date(2020, 12, 31)}
        records.enter_coverage(city_store(self.options), STEWARD, kode=kode, source=CANARY, **days)


def persons(areas: Areas) -> pd.DataFrame:
    """Persons by kelurahan and year: four-figure numbers, no two alike, but for six small and two empty kelurahan."""
    chance = np.random.default_rng(7919)
    numbers = [one for one in chance.permutation(np.arange(2_101, 4_900)) if one % 10]
    table = pd.DataFrame(
        np.reshape(numbers[: len(areas.index) * len(_YEARS)], (len(areas.index), len(_YEARS))),
        index=areas.index,
        columns=list(_YEARS),
    )
    groups = sorted(areas.groups.unique())
    for group in groups[:2]:
        here = areas.groups.index[areas.groups.eq(group)]
        table.loc[here[0]] = [3, 0, 0, 4, 0]
        table.loc[here[1]] = [0, 2, 2, 0, 5]
    table.loc[areas.groups.index[areas.groups.eq(groups[2])][:2]] = 0
    return table


def filled(folder: Path) -> City:
    """The city of the settings in use: records brought, two kelurahan empty and one of them covered, accounts."""
    options = read_settings()
    areas = read_areas(options.areas)
    city = City(options, areas, persons(areas))
    rows = [
        f"{year}-05-01,{kode},{count},female,adult,confirmed"
        for kode, by_year in city.counts.iterrows()
        for year, count in by_year.items()
        if count
    ]
    file = folder / "lembar.csv"
    file.write_text("\n".join(["reported_on,document_kode,persons,sex,age_group,status", *rows]) + "\n", "utf-8")
    sheet, mapping = run.read_file(file, options, kind=Kind.CASES)
    run.accept(city_store(options), STEWARD, run.prepared_for(sheet, mapping, areas, today=TODAY))
    file.unlink()
    # A word of the city's own list of sources: only so can it be stored.
    (options.kota / CITY_WORDS).write_text(f'[source]\n"{CANARY}" = []\n', "utf-8")
    city.cover(city.empty[0])
    for name, role in (("ana", Role.STEWARD), ("tim", Role.TASKFORCE)):
        accounts.add(city_store(options), STEWARD, name=name, role=role, kind=AccountKind.LOCAL, password=PASSWORD)
    return city


def named(numbers: list[int], text: str, *, mark: str = "[.,]?") -> list[int]:
    """Those of some four-figure numbers that stand in a text, written with such a mark after the thousands."""
    found = re.findall(rf"(?<![\w.,])\d{mark}\d{{3}}(?![\w])", text)
    return sorted(set(numbers) & {int(one.replace(".", "").replace(",", "")) for one in found})
