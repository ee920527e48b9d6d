"""The join: kelurahan, records, watchers and events under one key; no row is lost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.facts import read_denominators
from geo.terms import PlaceStatus, Unplaced

if TYPE_CHECKING:
    from geo.period import Period
    from geo.places.boundaries import Areas
    from geo.records.tables import Tables


@dataclass(frozen=True, eq=False)
class Study:
    """All data of one period, joined on the kelurahan; for the library only, never for a page.

    Parameters
    ----------
    areas
        The kelurahan.
    period
        Years of the cases.
    cases
        Placed rows of the period: `kode` and the canonical columns.
    unplaced
        Rows of the period without a kelurahan: `reason` (`Unplaced`), `report`, `persons`. Undated rows belong to no
        year; every period includes them here, because they may belong to it.
    read
        Number of rows considered: of the period, or undated. Always `len(cases) + len(unplaced)`.
    coverage, watchers, reports, rollout
        As in `Tables`, not restricted to the period: each has its own dates.
    denominators
        Population on the kelurahan index, one column for each source; none for a layer without population.
    is_made_up
        Whether the records are fictitious.
    fingerprint
        Hash of boundaries, records and period; the only cache key.
    """

    areas: Areas
    period: Period
    cases: pd.DataFrame
    unplaced: pd.DataFrame
    read: int
    coverage: pd.DataFrame
    watchers: pd.DataFrame
    reports: pd.DataFrame
    rollout: pd.DataFrame
    denominators: pd.DataFrame
    is_made_up: bool
    fingerprint: str

    def __post_init__(self) -> None:
        if len(self.cases) + len(self.unplaced) != self.read:
            msg = f"{len(self.cases)} placed and {len(self.unplaced)} unplaced rows are not the {self.read} read"
            raise ValueError(msg)

    def __repr__(self) -> str:
        reports = self.cases["report"].nunique() + self.unplaced["report"].nunique()
        persons = int(self.cases["persons"].sum() + self.unplaced["persons"].sum())
        return (
            f"Study of {len(self.areas.frame)} kelurahan, {reports} reports of {persons} persons "
            f"({len(self.unplaced)} rows unplaced), {self.period.starts_on:%Y-%m} to {self.period.ends_on:%Y-%m}"
        )


def _reasons(cases: pd.DataFrame, areas: Areas) -> pd.Series[str]:
    """Reason why each row has no kelurahan; empty text where it has one."""
    place = cases["document_kode"]
    # Only the store knows the outcome for a written place; a canonical file has codes or nothing.
    became = cases["place"] if "place" in cases else pd.Series("", index=cases.index)
    reason = np.select(
        [
            cases["reported_on"].isna(),
            became.isin([PlaceStatus.REVIEW, PlaceStatus.UNKNOWN]),
            became.eq(PlaceStatus.OUTSIDE),
            place.eq(""),
            ~place.isin(areas.index),
        ],
        [Unplaced.NO_DATE, Unplaced.AWAITS, Unplaced.OUTSIDE, Unplaced.NO_KELURAHAN, Unplaced.NOT_IN_LAYER],
        default="",
    )
    return pd.Series(reason, index=cases.index, dtype="object")


def join(areas: Areas, tables: Tables, period: Period) -> Study:
    """Study of a period: every row of cases that is or may be of the period, with a kelurahan or with a reason.

    The place of a row is the kelurahan that its documents name, not a place of residence.
    """
    year = tables.cases["reported_on"].dt.year
    of_period = tables.cases[year.isna() | year.between(period.first, period.last)]
    reason = _reasons(of_period, areas)
    placed = of_period[reason.eq("")].rename(columns={"document_kode": "kode"})
    unplaced = of_period.loc[reason.ne(""), ["report", "persons"]].assign(reason=reason[reason.ne("")])
    digest = hashlib.sha256(f"{areas.fingerprint}/{tables.fingerprint}/{period}".encode()).hexdigest()
    return Study(
        areas=areas,
        period=period,
        cases=placed.reset_index(drop=True),
        unplaced=unplaced.reset_index(drop=True),
        read=len(of_period),
        coverage=tables.coverage,
        watchers=tables.watchers,
        reports=tables.reports,
        rollout=tables.rollout,
        denominators=read_denominators(areas.index, own=tables.sizes),
        is_made_up=tables.is_made_up,
        fingerprint=digest[:16],
    )
