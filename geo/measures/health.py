"""Health of Community Watch: members, training and reports of each kelurahan, and one state by a fixed rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from geo.terms import Health, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from geo.release.released import Watch
    from geo.settings import HealthSettings

_RUNNING = frozenset({Stage.ACTIVE.value, Stage.REACTIVATED.value})
_PREPARING = frozenset({Stage.PROPOSED.value, Stage.SOCIALISED.value, Stage.DECREE.value, Stage.RECRUITED.value})


class Call(StrEnum):
    """Reasons to call a kelurahan this week, the most urgent first."""

    QUIET = "quiet"
    DORMANT = "dormant"
    NO_MEMBERS = "no_members"
    UNTRAINED = "untrained"
    REFRESHER = "refresher"
    STALLED = "stalled"
    OVERDUE = "overdue"


@dataclass(frozen=True, eq=False)
class Watches:
    """Health of every kelurahan on a day.

    Parameters
    ----------
    table
        Index: the kelurahan. `state` (`Health`), `stage`, `since`. From the list of members, missing without a list:
        `members`, `women`, `men`, `groups` (number of kinds of members), `trained`, `trained_share`, `per_station`
        (members per polling station), `trained_on` (last training of a member). From the list of reports, missing
        without a list: `recent` (in the window), `usual` (of its own past, for the same length of time), `is_fewer`
        (fewer than chance gives), `last_on`, `days_since`. `is_refresher_due`.
    groups
        Members by kelurahan and group, columns by descending total; empty without a list of members.
    has_members, has_reports
        Whether the lists exist. Without a list its columns are missing: no data is not zero.
    heard_until
        Last day of any report up to the day, from any kelurahan. Days without a report are counted only up to there,
        because a list that is not up to date holds no reports of anyone. None without a list.
    on
        The day.
    """

    table: pd.DataFrame
    groups: pd.DataFrame
    has_members: bool
    has_reports: bool
    heard_until: date | None
    on: date


#: Columns from the list of members and the list of reports, with the type used if there is no list.
_OF_MEMBERS = {
    "members": "Int64",
    "women": "Int64",
    "men": "Int64",
    "groups": "Int64",
    "trained": "Int64",
    "trained_on": "datetime64[ns]",
}
_OF_REPORTS = {
    "recent": "Int64",
    "usual": "Float64",
    "is_fewer": "bool",
    "last_on": "datetime64[ns]",
    "days_since": "Int64",
}


def _nothing(index: pd.Index[str], columns: Mapping[str, str]) -> pd.DataFrame:
    """Columns of an absent list: missing, or False for yes/no columns."""
    blank = {name: False if kind == "bool" else pd.NA for name, kind in columns.items()}
    return pd.DataFrame(blank, index=index).astype(columns)


def _heard_until(watch: Watch, day: pd.Timestamp) -> pd.Timestamp | None:
    heard = watch.reports.loc[watch.reports["reported_on"] <= day, "reported_on"]
    return None if heard.empty else heard.max()


def _members(watch: Watch, index: pd.Index[str], day: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    here = watch.members[(watch.members["joined_on"] <= day) & ~(watch.members["left_on"] <= day)]
    is_trained = here["trained_on"] <= day
    by_place = here.assign(
        women=here["sex"].eq("female"),
        men=here["sex"].eq("male"),
        is_trained=is_trained,
        trained_on=here["trained_on"].where(is_trained),
    ).groupby("kode")
    table = pd.DataFrame(
        {
            "members": by_place.size(),
            "women": by_place["women"].sum(),
            "men": by_place["men"].sum(),
            "groups": by_place["group"].agg(lambda groups: groups[groups.ne("")].nunique()),
            "trained": by_place["is_trained"].sum(),
        }
    )
    # Without any member a column has no values that set its type.
    counts = table.astype("Int64").reindex(index).fillna(0)
    counts["trained_on"] = by_place["trained_on"].max().reindex(index)
    crossed = pd.crosstab(here["kode"], here["group"].replace("", "unknown")).reindex(index, fill_value=0)
    return counts, crossed[crossed.sum().sort_values(ascending=False, kind="stable").index]


def _reports(watch: Watch, stages: pd.DataFrame, day: pd.Timestamp, rules: HealthSettings) -> pd.DataFrame:
    """Reports in the window up to a day, and in the kelurahan's own past before it, since its start."""
    heard = watch.reports[watch.reports["reported_on"] <= day]
    window = day - pd.Timedelta(days=rules.window_days)
    earliest = window - pd.DateOffset(years=rules.past_years)
    first = heard.groupby("kode")["reported_on"].min().reindex(stages.index)
    # Only time with a Community Watch counts as its past; if the start is unknown, the first report is used.
    start = stages["since"].where(stages["stage"].isin(_RUNNING)).fillna(first)
    begin = start.where(start > earliest, earliest)
    recent = heard[heard["reported_on"] > window].groupby("kode").size().reindex(stages.index).fillna(0)
    dated = heard.assign(begin=heard["kode"].map(begin))
    in_past = (dated["reported_on"] <= window) & (dated["reported_on"] >= dated["begin"])
    before = dated[in_past].groupby("kode").size().reindex(stages.index).fillna(0)
    days = (window - begin).dt.days.clip(lower=0).where(start.notna())
    long_enough = days >= rules.window_days
    usual = (before / days * rules.window_days).where(long_enough)
    # Given the total reports of both times, those of the window are binomial if nothing changed (Przyborowski and
    # Wilenski, 1940): the past is as uncertain as the present.
    share = rules.window_days / (rules.window_days + days.where(long_enough))
    chance = stats.binom.cdf(recent, (recent + before), share.fillna(1.0))
    last = heard.groupby("kode")["reported_on"].max().reindex(stages.index)
    return pd.DataFrame(
        {
            "recent": recent.astype("Int64"),
            "usual": usual.astype("Float64"),
            "is_fewer": long_enough & (chance < rules.quiet_percent / 100) & (before > 0),
            "last_on": last,
            "days_since": (day - last).dt.days.astype("Int64"),
        },
        index=stages.index,
    )


def _states(table: pd.DataFrame, rules: HealthSettings, until: pd.Timestamp | None) -> pd.Series[str]:
    """State of each kelurahan; `until` is the last day covered by reports, None without reports."""
    stage = table["stage"]
    running, slept = stage.isin(_RUNNING), stage.eq(Stage.DORMANT)
    if until is not None:
        # Without a report since the start, the days without a report are counted from the start.
        heard = table["last_on"].where(table["last_on"] > table["since"], table["since"])
        silence = (until - heard).dt.days
        slept |= running & (silence > rules.dormant_days)
        quiet = running & ((silence > rules.quiet_days) | table["is_fewer"])
    else:
        quiet = pd.Series(data=False, index=table.index)
    trained = stage.eq(Stage.TRAINED) | (table["trained_share"] >= rules.trained_share).fillna(value=False)
    forming = stage.isin(_PREPARING) | (table["members"].fillna(0) > 0)
    return pd.Series(
        np.select(
            [stage.eq(Stage.DISSOLVED), slept, quiet, running, trained, forming],
            [Health.ENDED, Health.DORMANT, Health.QUIET, Health.ACTIVE, Health.TRAINED, Health.FORMING],
            default=Health.NONE,
        ),
        index=table.index,
        dtype="object",
    )


def watches(
    watch: Watch | None, stages: pd.DataFrame, stations: pd.Series[float] | None, rules: HealthSettings, *, on: date
) -> Watches:
    """Health of every kelurahan on a day.

    Parameters
    ----------
    watch
        Lists of members and reports; None if the viewer may not see them: then only stages count.
    stages
        From `cw_stages` on that day.
    stations
        Polling stations on the kelurahan index; None if the layer has none.
    rules
        Thresholds of the states.
    on
        The day.

    References
    ----------
    J. Przyborowski, H. Wilenski (1940): Homogeneity of results in testing samples from Poisson series. Biometrika 31.
    """
    day, index = pd.Timestamp(on), stages.index
    until = None if watch is None else _heard_until(watch, day)
    has_members = watch is not None and not watch.members.empty
    counted, groups = _members(watch, index, day) if watch and has_members else (_nothing(index, _OF_MEMBERS), None)
    heard = _reports(watch, stages, until, rules) if watch and until else _nothing(index, _OF_REPORTS)
    table = stages[["stage", "since"]].join(counted).join(heard)
    table["trained_share"] = table["trained"] / table["members"].where(table["members"] > 0).astype("Float64")
    table["per_station"] = pd.NA if stations is None else table["members"] / stations
    table["is_refresher_due"] = table["trained_on"] + pd.DateOffset(months=rules.refresher_months) <= day
    table["state"] = _states(table, rules, until)
    empty = pd.DataFrame(index=index)
    return Watches(
        table, empty if groups is None else groups, has_members, until is not None, until and until.date(), on
    )


def calls(found: Watches, rules: HealthSettings, *, overdue: pd.Index[str]) -> dict[str, tuple[Call, ...]]:
    """Kelurahan to call this week with the reasons; the most urgent first, then by code.

    Parameters
    ----------
    found
        Health on the day.
    rules
        Thresholds of the states.
    overdue
        Kelurahan whose planned start has passed without a start.
    """
    table, day = found.table, pd.Timestamp(found.on)
    running = table["state"].isin([Health.ACTIVE, Health.QUIET, Health.DORMANT])
    getting_ready = table["state"].isin([Health.FORMING, Health.TRAINED])
    said = {
        Call.QUIET: table["state"].eq(Health.QUIET),
        Call.DORMANT: table["state"].eq(Health.DORMANT),
        Call.NO_MEMBERS: running & table["members"].eq(0).fillna(value=False),
        Call.UNTRAINED: running & (table["trained_share"] < rules.trained_share).fillna(value=False),
        Call.REFRESHER: running & table["is_refresher_due"],
        Call.STALLED: getting_ready & ((day - table["since"]).dt.days > rules.stalled_days),
        Call.OVERDUE: table.index.to_series().isin(overdue) & ~running,
    }
    reasons = {kode: tuple(call for call, who in said.items() if who[kode]) for kode in table.index}
    order = list(Call)
    called = [kode for kode, why in reasons.items() if why]
    return {kode: reasons[kode] for kode in sorted(called, key=lambda one: (order.index(reasons[one][0]), one))}


def active_neighbours(found: Watches, neighbours: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """For every kelurahan: number of neighbours, and number of neighbours with an active Community Watch.

    Shown where there is no Community Watch or a quiet one: cases may move to a neighbour. No score uses it.

    Returns
    -------
    DataFrame on the kelurahan index: `neighbours`, `active`, `is_open` (no Community Watch, or not active).
    """
    states = found.table["state"]
    active = set(states.index[states.eq(Health.ACTIVE)])
    rows = [[len(neighbours[kode]), sum(one in active for one in neighbours[kode])] for kode in states.index]
    frame = pd.DataFrame(rows, columns=["neighbours", "active"], index=states.index)
    return frame.assign(is_open=states.ne(Health.ACTIVE))
