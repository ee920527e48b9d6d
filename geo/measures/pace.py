"""Plan against actual: starts of Community Watch, delays, the required pace, and a cautious forecast."""

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
#: With fewer days with a start no pace is stated.
LEAST_DAYS = 5
_DRAWS, _LOW, _HIGH = 10_000, 5.0, 95.0


class Slip(StrEnum):
    """Status of a kelurahan against its planned start."""

    UNPLANNED = "unplanned"  # in no plan
    AHEAD = "ahead"  # started on or before the planned day
    LATE = "late"  # started after the planned day
    OVERDUE = "overdue"  # the planned day has passed without a start
    DUE = "due"  # the planned day is in the future
    UNCLEAR = "unclear"  # started, but the date is too imprecise to compare


def starts(events: pd.DataFrame, areas: Areas, *, on: date, known_on: date | None = None) -> pd.DataFrame:
    """First day of the current Community Watch of each kelurahan; a dissolved one has none.

    Returns
    -------
    DataFrame on the kelurahan index: `on` (NaT if unknown), `precision`, `source`.
    """
    stages = cw_stages(known_events(events, known_on), areas, on)
    found = stages[["begun", "begun_precision", "begun_source"]]
    return found.set_axis(["on", "precision", "source"], axis=1)


def plan_of(events: pd.DataFrame, areas: Areas, *, known_on: date | None = None) -> pd.DataFrame:
    """Planned start of each kelurahan, from the latest plan that names it.

    Returns
    -------
    DataFrame on the kelurahan index: `on` (NaT if in no plan), `precision`, `source`.
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
    """First and last possible day of a date known to the day, month or year."""
    on, kinds = frame["on"], frame["precision"]
    first, last = on, on
    for kind, unit in (("month", "M"), ("year", "Y")):
        whole = on.dt.to_period(unit)
        first = first.where(kinds.ne(kind), whole.dt.start_time)
        last = last.where(kinds.ne(kind), whole.dt.end_time.dt.normalize())
    return first, last


def slips(planned: pd.DataFrame, started: pd.DataFrame, *, on: date) -> pd.DataFrame:
    """Status of each kelurahan against its planned start.

    Parameters
    ----------
    planned, started
        From `plan_of` and `starts`.
    on
        The day.

    Returns
    -------
    DataFrame on the kelurahan index: `slip` (`Slip`), `planned_on`, `started_on`, `days` (positive if late; the delay
    so far if overdue; missing if there is nothing, or no exact day, to compare).
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
    """Starts per month that are required for all to have begun by a day; None if that day has passed.

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
    """Forecast from the observed pace: 90 % of 10,000 random simulations, or the reason why there is none.

    Parameters
    ----------
    days
        Number of days with a start.
    pace
        Kelurahan per month so far, from the first start to the day shown.
    count_low, count_high
        Number started by the target day; None with fewer than five days with a start.
    done_low, done_high
        Day of the last start; None if more than fifty years ahead.
    """

    days: int
    pace: float | None = None
    count_low: int | None = None
    count_high: int | None = None
    done_low: date | None = None
    done_high: date | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the data are too few for a forecast."""
        return self.count_low is None


def _day_after(on: date, days: float) -> date | None:
    return (pd.Timestamp(on) + pd.Timedelta(days=float(days))).date() if days < 50 * 366 else None


def _courses(
    sizes: Sequence[int], exposure: float, many: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Days from now of the next days with a start, and cumulative starts; one row per simulation.

    Days with a start occur at random (Poisson). The observed days inform their rate: Gamma with Jeffreys' prior,
    where the first day only opens the observation time. The number of starts per day is drawn from the observed days
    (Rubin's Bayesian bootstrap), because kelurahan that begin in one ceremony are one event, not many.
    """
    rate = rng.gamma(len(sizes) - 1 + 0.5, 1 / exposure, _DRAWS)
    gaps = rng.exponential(1.0, (_DRAWS, many)) / rate[:, None]
    shares = rng.dirichlet(np.ones(len(sizes)), _DRAWS).cumsum(axis=1)
    picks = (rng.random((_DRAWS, many))[:, :, None] > shares[:, None, :]).sum(axis=2).clip(max=len(sizes) - 1)
    return gaps.cumsum(axis=1), np.asarray(sizes)[picks].cumsum(axis=1)


def forecast(started: pd.DataFrame, *, on: date, by: date, seed: int = 1) -> Forecast:
    """Forecast of the day when all have begun, and of the number by a target day, from the pace so far.

    No forecast from fewer than five days with a start, nor from dates known only to the year: seven kelurahan on one
    day are one such day.

    Parameters
    ----------
    started
        From `starts`.
    on
        The day shown.
    by
        The target day.
    seed
        Seed of the random draws.

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
