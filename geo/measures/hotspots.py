"""Verdicts, emerging clusters and trends from a release."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from geo.measures.emergence import courses
from geo.measures.scan import circles
from geo.measures.spacetime import Emerging, emerging
from geo.measures.verdicts import Judge, MapVerdicts, Rules
from geo.places.neighbours import poles
from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.places.boundaries import Areas
    from geo.release.released import Counts, Released

#: Fewest kelurahan with a shown count; a verdict compares them with each other and needs enough of them.
LEAST_TOLD = 10
_LEAST_MONTHS, _LONGEST = 12, 6


@dataclass(frozen=True, eq=False)
class Hotspots:
    """Verdicts of one period.

    Parameters
    ----------
    judged
        On the kelurahan with a shown count; None if there are too few of them, or no size.
    states
        State of every kelurahan.
    counts
        Counts behind the verdicts.
    """

    judged: MapVerdicts | None
    states: pd.Series[str]
    counts: Counts

    @property
    def verdicts(self) -> pd.Series[str]:
        """Verdict of every kelurahan as text; empty if its count is not shown."""
        found = pd.Series("", index=self.states.index, dtype="object")
        if self.judged is not None:
            found[self.judged.table.index] = self.judged.table["verdict"]
        return found


def _told(counts: Counts, sizes: pd.DataFrame) -> pd.Series[bool]:
    there = (sizes > 0).all(axis=1) & bool(len(sizes.columns))
    return counts.table["state"].isin([State.SHOWN, State.ZERO]) & there


def hotspots(counts: Counts, areas: Areas, sizes: pd.DataFrame, rules: Rules) -> Hotspots:
    """Verdicts of the reports of one period.

    Kelurahan with a hidden or unknown count are left out: they are neither zero nor part of the comparison.

    Parameters
    ----------
    counts
        Counts of a release.
    areas
        The kelurahan.
    sizes
        One column per size; the first is the main one.
    rules
        Rules of the verdicts.
    """
    told = _told(counts, sizes)
    if told.sum() < LEAST_TOLD:
        return Hotspots(None, counts.table["state"], counts)
    kept = told.to_numpy()
    judge = Judge(
        sizes[told],
        poles(areas.metric[told].to_numpy()),
        rules,
    )
    judged = judge.judge(counts.table.loc[told, "cases"].astype(int), counts.table.loc[told, "is_keyed"])
    # Positions among the kelurahan with a verdict become positions among all.
    place = kept.nonzero()[0]
    circles_of_all = [
        replace(
            one,
            cluster=replace(
                one.cluster,
                members=tuple(int(place[member]) for member in one.cluster.members),
                centre=int(place[one.cluster.centre]),
            ),
        )
        for one in judged.areas
    ]
    return Hotspots(replace(judged, areas=circles_of_all), counts.table["state"], counts)


def emerging_now(released: Released, *, replicates: int = 999) -> list[Emerging] | None:
    """Clusters that emerge in the last months of the period; None if months are hidden or too few.

    Circles grow by the reports of the whole period, up to half of them.
    """
    months = released.months
    if months is None or months.shape[1] < _LEAST_MONTHS or months.to_numpy().sum() < LEAST_TOLD:
        return None
    weight = pd.Series(1.0, index=months.index)
    found = circles(poles(released.areas.metric.to_numpy()), weight, max_share=0.25, is_on_sphere=False)
    return emerging(months.to_numpy(), found, longest=min(_LONGEST, months.shape[1] // 2), replicates=replicates)


def courses_of(years: Sequence[Released], sizes: pd.DataFrame) -> pd.DataFrame:
    """Trend of each kelurahan over single years, from `geo.measures.emergence.courses`."""
    told = [one.now.table["cases"].where(one.now.table["state"].isin([State.SHOWN, State.ZERO])) for one in years]
    counts = pd.concat(told, axis=1, keys=[str(one.now.period) for one in years])
    return courses(counts, sizes.iloc[:, 0])
