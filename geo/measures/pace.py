"""Plan against actual: starts of Community Watch, how late each is, the pace needed, and a careful forecast."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.measures.rollout import counts_of, cw_stages, known_events
from geo.terms import Claim, CountedAs, Precision, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.measures.rollout import Rollout, Statement
    from geo.places.boundaries import Areas

_DAYS_A_MONTH = 365.2425 / 12
#: With fewer days on which anything started no pace can be told.
LEAST_DAYS = 5
_DRAWS, _LOW, _HIGH = 10_000, 5.0, 95.0


class Slip(StrEnum):
    """How a kelurahan stands to its planned start."""

    UNPLANNED = "unplanned"  # no plan names it
    AHEAD = "ahead"  # started before its day, or on it
    LATE = "late"  # started after its day
    OVERDUE = "overdue"  # its day has passed without a start
    DUE = "due"  # its day is still to come
    UNCLEAR = "unclear"  # started, on a day that is not known well enough to say


def starts(events: pd.DataFrame, areas: Areas, *, on: date, known_on: date | None = None) -> pd.DataFrame:
    """First day of the Community Watch that each kelurahan is said to have; one that was dissolved has none.

    Returns
    -------
    DataFrame on the kelurahan index: `on` (NaT where none is known), `precision`, `source`.
    """
    stages = cw_stages(known_events(events, known_on), areas, on)
    found = stages[["begun", "begun_precision", "begun_source"]]
    return found.set_axis(["on", "precision", "source"], axis=1)


def plan_of(events: pd.DataFrame, areas: Areas, *, known_on: date | None = None) -> pd.DataFrame:
    """Day on which the city means each kelurahan to start: the plan that was made last names it.

    Returns
    -------
    DataFrame on the kelurahan index: `on` (NaT where no plan names it), `precision`, `source`.
    """
    known = known_events(events, known_on)
    own = known[
        known["kode"].isin(areas.index)
        & known["counted_as"].eq(CountedAs.CW)
        & known["claim"].eq(Claim.TARGET)
        & known["stage"].eq(Stage.ACTIVE)
    ]
    last = own.sort_values(["recorded_on", "on", "source"]).groupby("kode").tail(1).set_index("kode")
    return last[["on", "on_precision", "source"]].reindex(areas.index).rename(columns={"on_precision": "precision"})


def target_day(reached: Rollout) -> date:
    """Last day of the latest target of Community Watch that is still ahead; else the end of the year after next.

    A target of another body sets no day for Community Watch.
    """
    ahead = [day for one in counts_of(reached.targets) if (day := last_day_of(one)) > reached.on]
    return max(ahead, default=reached.on.replace(year=reached.on.year + 2, month=12, day=31))


def last_day_of(said: Statement) -> date:
    """Last day of the time that a statement tells of: a target is missed after it."""
    units = {Precision.YEAR: "Y", Precision.MONTH: "M", Precision.DAY: "D"}
    return pd.Timestamp(said.on).to_period(units[said.on_precision]).end_time.date()


def _spans(frame: pd.DataFrame) -> tuple[pd.Series[pd.Timestamp], pd.Series[pd.Timestamp]]:
    """First and last day of which a date known to the day, month or year may speak."""
    on, kinds = frame["on"], frame["precision"]
    first, last = on, on
    for kind, unit in (("month", "M"), ("year", "Y")):
        whole = on.dt.to_period(unit)
        first = first.where(kinds.ne(kind), whole.dt.start_time)
        last = last.where(kinds.ne(kind), whole.dt.end_time.dt.normalize())
    return first, last


def slips(planned: pd.DataFrame, started: pd.DataFrame, *, on: date) -> pd.DataFrame:
    """How each kelurahan stands to its planned start.

    Parameters
    ----------
    planned, started
        Of `plan_of` and `starts`.
    on
        The day.

    Returns
    -------
    DataFrame on the kelurahan index: `slip` (`Slip`), `planned_on`, `started_on`, `days` (late is positive; of what
    is overdue so far; missing where there is nothing to compare, or no day to compare with).
    """
    day, due = pd.Timestamp(on), _spans(planned)[1]
    earliest, latest = _spans(started)
    has_plan, has_start = due.notna(), started["on"].notna()
    days = (started["on"].fillna(day) - due).dt.days
    state = np.select(
        [~has_plan, has_start & (latest <= due), has_start & (earliest > due), has_start, due < day],
        [Slip.UNPLANNED, Slip.AHEAD, Slip.LATE, Slip.UNCLEAR, Slip.OVERDUE],
        default=Slip.DUE,
    )
    frame = pd.DataFrame(
        {"slip": state, "planned_on": planned["on"], "started_on": started["on"]}, index=planned.index
    )
    frame["days"] = days.astype("Int64").where(has_plan & ~frame["slip"].isin([Slip.DUE, Slip.UNCLEAR]))
    return frame


def needed_pace(known: int, areas: int, *, on: date, by: date) -> float | None:
    """Kelurahan a month that must start for all to have begun by a day; None where that day has passed.

    Examples
    --------
    >>> from datetime import date
    >>> round(needed_pace(7, 51, on=date(2018, 11, 16), by=date(2020, 12, 31)), 2)
    1.73
    """
    months = (by - on).days / _DAYS_A_MONTH
    if months <= 0:
        return None
    return max(0, areas - known) / months


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the observed pace leads to, 90 % of 10,000 drawn courses; or why nothing is said.

    Parameters
    ----------
    days
        Days on which anything started.
    pace
        Kelurahan a month so far, from the first start to the day shown.
    count_low, count_high
        How many have started by the day asked for; None under five such days.
    done_low, done_high
        Day on which the last one starts; None where it lies more than fifty years ahead.
    """

    days: int
    pace: float | None = None
    count_low: int | None = None
    count_high: int | None = None
    done_low: date | None = None
    done_high: date | None = None

    @property
    def is_refused(self) -> bool:
        """Whether too little is known for a forecast."""
        return self.count_low is None


def _day_after(on: date, days: float) -> date | None:
    return (pd.Timestamp(on) + pd.Timedelta(days=float(days))).date() if days < 50 * 366 else None


def _courses(
    sizes: Sequence[int], exposure: float, many: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Days from now of the next starting days, and how many have started with each; one row a drawn course.

    Starting days come at random (Poisson) at a rate of which the days seen tell: Gamma with Jeffreys' prior, the
    first day only opening the time that is looked at. How many start on one day is drawn from the days seen (Rubin's
    Bayesian bootstrap), because kelurahan that begin in one ceremony are one event and not many.
    """
    rate = rng.gamma(len(sizes) - 1 + 0.5, 1 / exposure, _DRAWS)
    gaps = rng.exponential(1.0, (_DRAWS, many)) / rate[:, None]
    shares = rng.dirichlet(np.ones(len(sizes)), _DRAWS).cumsum(axis=1)
    picks = (rng.random((_DRAWS, many))[:, :, None] > shares[:, None, :]).sum(axis=2).clip(max=len(sizes) - 1)
    return gaps.cumsum(axis=1), np.asarray(sizes)[picks].cumsum(axis=1)


def forecast(started: pd.DataFrame, *, on: date, by: date, seed: int = 1) -> Forecast:
    """When all will have begun, and how many by a day, from the pace so far.

    Nothing is foretold from fewer than five days on which anything started, nor from dates that are known to the year
    alone: seven kelurahan on one day are one such day.

    Parameters
    ----------
    started
        Of `starts`.
    on
        The day shown.
    by
        The day asked for.
    seed
        Of the draws.

    References
    ----------
    D. B. Rubin (1981): The Bayesian bootstrap. Annals of Statistics 9.
    """
    dated = started.loc[started["on"].notna() & started["precision"].ne("year"), "on"]
    sizes = dated.value_counts().sort_index()
    if len(sizes) < LEAST_DAYS:
        return Forecast(len(sizes))
    exposure = (pd.Timestamp(on) - sizes.index[0]).days
    begun, areas = int(started["on"].notna().sum()), len(started)
    left = areas - begun
    pace = begun / (exposure / _DAYS_A_MONTH)
    if left == 0:
        return Forecast(len(sizes), pace, areas, areas, on, on)
    at, gained = _courses(sizes.tolist(), exposure, left, np.random.default_rng(seed))
    until = max(0, (by - on).days)
    by_then = begun + np.where(at <= until, gained, 0).max(axis=1).clip(max=left)
    reached = np.take_along_axis(at, (gained >= left).argmax(axis=1)[:, None], axis=1)[:, 0]
    low, high = np.percentile(by_then, [_LOW, _HIGH])
    first, last = np.percentile(reached, [_LOW, _HIGH])
    return Forecast(
        len(sizes), pace, int(np.floor(low)), int(np.ceil(high)), _day_after(on, first), _day_after(on, last)
    )
