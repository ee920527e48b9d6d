"""The cells of an edition: a closed list of counts, and every sum that holds between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.terms import AgeGroup, Audience, Sex, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.period import Period
    from geo.places.boundaries import Areas

ALL = "all"
#: Kinds of cells: kelurahan; kecamatan and breakdowns of a year; both of all years; the city.
KELURAHAN_KIND, _YEAR_KIND, _BREAKDOWN_KIND, _KECAMATAN_KIND, _CITY_KIND = range(5)
KELURAHAN, KECAMATAN, KOTA = "kelurahan", "kecamatan", "kota"
#: Breakdowns of the city, one at a time; never two combined.
MARGINS: Mapping[str, tuple[str, ...]] = {
    "sex": tuple(one.value for one in Sex),
    "age_group": tuple(one.value for one in AgeGroup),
    "status": tuple(one.value for one in Status),
}
#: A row without a status; the category exists only if there is such a row.
NO_STATUS = "unknown"
KEY = ("kode", "period", *MARGINS)


@dataclass(frozen=True, eq=False)
class Cells:
    """Listed counts, shown or not, and how they add up.

    Parameters
    ----------
    table
        Index 0 to n-1: the columns of `KEY`, `table` (its file: `kelurahan`, `kecamatan`, `kota`) and `value`
        (persons).
    sums
        For every sum: number of its total, numbers of its parts.
    related
        Shape (n, n): whether one of two cells contains the other, by place, years and breakdown.
    kind
        Shape (n,): kinds of cells in the order in which they are hidden to protect others; what most people ask for
        is hidden last.
    """

    table: pd.DataFrame
    sums: tuple[tuple[int, NDArray[np.int64]], ...]
    related: NDArray[np.bool_]
    kind: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"{len(self.table)} cells"

    @property
    def values(self) -> NDArray[np.int64]:
        """Persons of every cell, shape (n,)."""
        return self.table["value"].to_numpy(dtype=np.int64)


def inside(index: pd.Index[str], city_code: str) -> pd.Series[bool]:
    """Whether each kelurahan belongs to the city. If no code matches, the layer has other codes: all count."""
    found = pd.Series(index.str.startswith(f"{city_code}."), index=index)
    return found if found.any() else ~found


def group_codes(areas: Areas) -> pd.Series[str]:
    """Kecamatan of every kelurahan: the prefix of nested codes, otherwise the name of the group.

    A layer without groups is one group, the city.
    """
    index = areas.index
    front = pd.Series(index.str.rpartition(".").get_level_values(0), index=index)
    names = areas.groups.reindex(index)
    is_nested = bool(front.ne("").all()) and front.groupby(names).nunique().max() == 1
    if is_nested and front.nunique() == names.nunique():
        return front
    return names.mask(names.eq(""), f"{areas.city_code}.00")


@dataclass(frozen=True, eq=False)
class _Frame:
    """Input of the counts: the rows, their places, the spans of years."""

    rows: pd.DataFrame
    groups: pd.Series[str]
    city: str
    years: tuple[str, ...]
    whole: str
    margins: Mapping[str, tuple[str, ...]]
    with_years: bool  # kelurahan x year, for the task force

    @property
    def spans(self) -> tuple[str, ...]:
        return self.years if len(self.years) == 1 else (*self.years, self.whole)

    @property
    def kecamatan(self) -> list[str]:
        return sorted(self.groups.unique())


@dataclass(eq=False)
class _Listing:
    """Collected cells, each with its number."""

    frame: _Frame
    listed: list[dict[str, Any]] = field(default_factory=list)
    number: dict[tuple[str, ...], int] = field(default_factory=dict)

    def _row(self, kode: str, span: str, margin: Mapping[str, str]) -> dict[str, Any]:
        return {"kode": kode, "period": span} | dict.fromkeys(MARGINS, ALL) | dict(margin)

    def add(self, table: str, kode: str, span: str, counted: pd.DataFrame, kind: int, **margin: str) -> None:
        """Add a cell."""
        own = counted if span == self.frame.whole else counted[counted["year"] == span]
        row = self._row(kode, span, margin)
        self.number[tuple(row[name] for name in KEY)] = len(self.listed)
        self.listed.append(row | {"table": table, "value": int(own["persons"].sum()), "kind": kind})

    def at(self, kode: str, span: str, **margin: str) -> int:
        """Number of a listed cell."""
        row = self._row(kode, span, margin)
        return self.number[tuple(row[name] for name in KEY)]


def _counted(cases: pd.DataFrame, groups: pd.Series[str], period: Period) -> pd.DataFrame:
    """Rows of the period on a kelurahan of the city, with year and kecamatan."""
    year = cases["reported_on"].dt.year
    here = cases[year.between(period.first, period.last) & cases["document_kode"].isin(groups.index)]
    return pd.DataFrame(
        {
            KELURAHAN: here["document_kode"].astype(str),
            KECAMATAN: here["document_kode"].map(groups).astype(str),
            "year": here["reported_on"].dt.year.astype(int).astype(str),
            "sex": here["sex"].astype(str),
            "age_group": here["age_group"].astype(str),
            "status": here["status"].astype(str).replace("", NO_STATUS),
            "persons": here["persons"].astype(int),
        }
    )


def _list_places(listing: _Listing) -> None:
    frame = listing.frame
    for kode in frame.groups.index:
        own = frame.rows[frame.rows[KELURAHAN] == kode]
        listing.add(KELURAHAN, str(kode), frame.whole, own, KELURAHAN_KIND)
        for span in frame.years if frame.with_years else ():
            listing.add(KELURAHAN, str(kode), span, own, KELURAHAN_KIND)
    for kode in frame.kecamatan:
        own = frame.rows[frame.rows[KECAMATAN] == kode]
        for span in frame.spans:
            kind = _YEAR_KIND if span != frame.whole else _KECAMATAN_KIND
            listing.add(KECAMATAN, kode, span, own, kind)


def _list_city(listing: _Listing) -> None:
    frame = listing.frame
    for span in frame.spans:
        listing.add(KOTA, frame.city, span, frame.rows, _CITY_KIND)
        for name, words in frame.margins.items():
            kind = _YEAR_KIND if span != frame.whole else _BREAKDOWN_KIND
            for word in words:
                listing.add(KOTA, frame.city, span, frame.rows[frame.rows[name] == word], kind, **{name: word})


def _sums(listing: _Listing) -> list[tuple[int, list[int]]]:
    """Places add up to the place above, categories to their total, years to the whole period."""
    frame, at = listing.frame, listing.at
    city, whole, years = frame.city, frame.whole, frame.years
    found: list[tuple[int, list[int]]] = []
    for one in frame.kecamatan:
        below = [str(kode) for kode in frame.groups.index[frame.groups == one]]
        spans = (whole, *(years if frame.with_years else ()))
        found += [(at(one, span), [at(kode, span) for kode in below]) for span in spans]
    found += [(at(city, span), [at(one, span) for one in frame.kecamatan]) for span in frame.spans]
    for name, words in frame.margins.items():
        found += [(at(city, span), [at(city, span, **{name: word}) for word in words]) for span in frame.spans]
    if len(years) > 1:
        split: list[tuple[str, dict[str, str]]] = [(one, {}) for one in (*frame.kecamatan, city)]
        split += [(str(kode), {}) for kode in frame.groups.index] if frame.with_years else []
        split += [(city, {name: word}) for name, words in frame.margins.items() for word in words]
        found += [(at(kode, whole, **more), [at(kode, span, **more) for span in years]) for kode, more in split]
    return found


def _related(table: pd.DataFrame, frame: _Frame) -> NDArray[np.bool_]:
    """Whether one of two cells contains the other."""
    members = {str(kode): {kode} for kode in frame.groups.index}
    members |= {one: set(frame.groups.index[frame.groups == one]) for one in frame.kecamatan}
    members[frame.city] = set(frame.groups.index)
    places, spans = list(members), list(frame.spans)
    wider_place = np.array([[members[a] >= members[b] for b in places] for a in places])
    wider_span = np.array([[a in (frame.whole, b) for b in spans] for a in spans])
    place = np.array([places.index(kode) for kode in table["kode"]])
    span = np.array([spans.index(one) for one in table["period"]])
    contains: NDArray[np.bool_] = wider_place[np.ix_(place, place)] & wider_span[np.ix_(span, span)]
    for name in MARGINS:
        word = table[name].to_numpy()
        contains &= (word == ALL)[:, None] | (word[:, None] == word[None, :])
    return contains | contains.T


def cells(cases: pd.DataFrame, areas: Areas, period: Period, audience: Audience) -> Cells:
    """Cells of the edition of a period.

    Parameters
    ----------
    cases
        Canonical table; rows of other years or not on a kelurahan of the city are left out.
    areas
        The layer.
    period
        Whole years.
    audience
        The task force also gets kelurahan x year.
    """
    groups = group_codes(areas)[inside(areas.index, areas.city_code)]
    rows = _counted(cases, groups, period)
    margins = dict(MARGINS)
    if rows["status"].eq(NO_STATUS).any():
        margins["status"] = (*margins["status"], NO_STATUS)
    frame = _Frame(
        rows,
        groups,
        areas.city_code,
        tuple(str(year) for year in period.years),
        str(period),
        margins,
        with_years=audience is Audience.TASKFORCE and len(period.years) > 1,
    )
    listing = _Listing(frame)
    _list_places(listing)
    _list_city(listing)
    table = pd.DataFrame(listing.listed)
    return Cells(
        table=table.drop(columns="kind"),
        sums=tuple((total, np.array(parts, dtype=np.int64)) for total, parts in _sums(listing)),
        related=_related(table, frame),
        kind=table["kind"].to_numpy(dtype=np.int64),
    )
