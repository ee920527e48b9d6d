"""An edition: the frozen counts of a closed period for one audience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.period import Period
from geo.records.coverage import is_covered
from geo.release.cells import KECAMATAN, KELURAHAN, KEY, KOTA, MARGINS, cells, group_codes, inside
from geo.terms import Audience, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from numpy.typing import NDArray

    from geo.places.boundaries import Areas
    from geo.release.cells import Cells

EDITION_TABLES = (KELURAHAN, KECAMATAN, KOTA)
EDITION_COLUMNS = (*KEY, "count", "state")


@dataclass(frozen=True, slots=True)
class Scope:
    """Scope of an edition: whole years, audience, smallest count shown."""

    period: Period
    audience: Audience
    k: int


@dataclass(frozen=True, eq=False)
class Edition:
    """Content for the audience.

    Parameters
    ----------
    scope
        Years, audience, smallest count shown.
    table
        `table` (which file), `COLUMNS`; `count` is missing unless `state` is `shown` or `zero`.
    unplaced
        Persons of rows without a usable place or day; missing if fewer than k, also if none.
    layer, layer_fingerprint
        Boundaries of the places.
    """

    scope: Scope
    table: pd.DataFrame
    unplaced: int | None
    layer: str
    layer_fingerprint: str

    def __post_init__(self) -> None:
        told = self.table["state"].isin([State.SHOWN, State.ZERO])
        if not self.table["count"].notna().equals(told):
            msg = "a count goes with the states shown and zero, and with no other"
            raise ValueError(msg)
        if bool(self.table["count"].between(1, self.scope.k - 1).any()):
            msg = "a small count in an edition"
            raise ValueError(msg)

    def of(self, table: str) -> pd.DataFrame:
        """Rows of one of `TABLES`, in file order."""
        return self.table.loc[self.table["table"] == table, list(EDITION_COLUMNS)].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Draft:
    """An edition with its hidden counts; only for a person who may publish.

    Parameters
    ----------
    edition
        Content for the audience.
    cells, hidden
        Every count, and which are hidden.
    undated
        Persons of rows without a day, part of `edition.unplaced`; they belong to no period.
    """

    edition: Edition
    cells: Cells
    hidden: NDArray[np.bool_]
    undated: int

    def __repr__(self) -> str:
        scope = self.edition.scope
        return f"Draft of {scope.period} for {scope.audience}, {int(self.hidden.sum())} cells hidden"


def closed_years(cases: pd.DataFrame, today: date) -> list[int]:
    """Past calendar years in the records."""
    years = cases["reported_on"].dt.year.dropna().astype(int)
    return sorted(set(years[years < today.year]))


def next_period(cases: pd.DataFrame, published: Iterable[Period], today: date) -> Period:
    """All whole years of the records after the last published one.

    Raises
    ------
    DataError
        When there is none.
    """
    last = max((one.last for one in published), default=0)
    years = [year for year in closed_years(cases, today) if year > last]
    if not years:
        raise DataError((Fault.of("cases", "reported_on", Problem.NO_PERIOD),))
    return Period(years[0], years[-1])


def _states(drawn: Cells, hidden: NDArray[np.bool_], coverage: pd.DataFrame, areas: Areas) -> list[str]:
    groups = group_codes(areas)[inside(areas.index, areas.city_code)]
    spans = [str(span) for span in drawn.table["period"].unique()]
    covered = {span: is_covered(coverage, groups.index, Period.parse(span)) for span in spans}
    above = {span: found.groupby(groups).all() for span, found in covered.items()}
    states = []
    columns = (drawn.table[name] for name in ("table", "kode", "period", "value"))
    for table, kode, span, value, is_hidden in zip(*columns, hidden, strict=True):
        if is_hidden or value:
            states.append(State.HIDDEN if is_hidden else State.SHOWN)
            continue
        here = covered[span]
        is_zero = here.all() if table == KOTA else (here if table == KELURAHAN else above[span])[kode]
        states.append(State.ZERO if is_zero else State.NO_REPORT)
    return [state.value for state in states]


def _outside(areas: Areas, period: Period) -> pd.DataFrame:
    """Areas of the layer that the edition does not cover."""
    index = areas.index[~inside(areas.index, areas.city_code).to_numpy()]
    fixed = {"table": KELURAHAN, "period": str(period), **dict.fromkeys(MARGINS, "all")}
    return pd.DataFrame({"kode": index, **fixed, "count": pd.NA, "state": State.OUT_OF_SCOPE.value})


def draw_up(
    cases: pd.DataFrame,
    coverage: pd.DataFrame,
    areas: Areas,
    scope: Scope,
    *,
    secret: bytes | None = None,
    stays_hidden: pd.DataFrame | None = None,
) -> Draft:
    """Draft of an edition: counted, small counts hidden and protected.

    Parameters
    ----------
    cases, coverage
        Canonical tables.
    areas
        The layer.
    scope
        Years, audience, smallest count shown.
    secret
        Secret of the editions; may be missing only where k is 1 and nothing stays hidden.
    stays_hidden
        Columns of `KEY`: cells that are hidden whatever their count.

    Raises
    ------
    DataError
        When nothing protects the small counts.
    """
    drawn = cells(cases, areas, scope.period, scope.audience)
    start = None
    if stays_hidden is not None:
        keys = pd.MultiIndex.from_frame(drawn.table[list(KEY)])
        start = np.asarray(keys.isin(pd.MultiIndex.from_frame(stays_hidden[list(KEY)])), dtype=np.bool_)
    # Not at the top: whoever reads an edition needs no solver.
    from geo.release.secret import KeyedNumbers
    from geo.release.suppress import protect

    if secret is None:
        if scope.k > 1 or stays_hidden is not None:
            msg = "an edition that hides anything needs a secret"
            raise ValueError(msg)
        hidden = np.zeros(len(drawn.table), dtype=np.bool_)
    else:
        hidden = protect(drawn, scope.k, KeyedNumbers.of(drawn, secret), start)
    state = pd.Series(_states(drawn, hidden, coverage, areas))
    told = state.isin([State.SHOWN, State.ZERO])
    table = drawn.table.assign(count=drawn.table["value"].astype("Int64").where(told), state=state)
    outside = _outside(areas, scope.period)
    whole = table[["table", *EDITION_COLUMNS]]
    if len(outside):
        whole = pd.concat([outside.astype({"count": "Int64"})[["table", *EDITION_COLUMNS]], whole], ignore_index=True)
    placed = cases["document_kode"].isin(areas.index[inside(areas.index, areas.city_code).to_numpy()])
    undated = cases["reported_on"].isna()
    of_period = cases["reported_on"].dt.year.between(scope.period.first, scope.period.last)
    lost = int(cases.loc[undated | (of_period & ~placed), "persons"].sum())
    edition = Edition(scope, whole, lost if lost >= scope.k else None, areas.layer, areas.fingerprint)
    return Draft(edition, drawn, hidden, int(cases.loc[undated, "persons"].sum()))


def loss(draft: Draft) -> pd.DataFrame:
    """Cost of the protection compared with hiding small counts only; for a person who may publish.

    Returns
    -------
    Indexed by `what` (`kelurahan`, `kecamatan_year`, `kecamatan`, `kota`): `cells` (listed), `reach_k` (shown if only
    small counts were hidden), `shown` (of those), `persons_reach_k`, `persons_shown`. Years and whole period of the
    city's rows together; `no status` rows count like others.
    """
    table, values = draft.cells.table, draft.cells.values
    is_year = table["period"].ne(str(draft.edition.scope.period)) & table["table"].isin([KELURAHAN, KECAMATAN])
    what = table["table"].where(~is_year, table["table"] + "_year")
    big, shown = values >= max(draft.edition.scope.k, 1), ~draft.hidden
    found = pd.DataFrame(
        {
            "what": what,
            "cells": 1,
            "reach_k": big,
            "shown": big & shown,
            "persons_reach_k": np.where(big, values, 0),
            "persons_shown": np.where(big & shown, values, 0),
        }
    )
    return found.groupby("what", sort=False).sum().astype(int)
