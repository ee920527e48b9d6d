"""Progress of Community Watch: stages from dated events, and what sources state about the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.terms import Claim, CountedAs, Precision, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from geo.places.boundaries import Areas

#: Stages in which a kelurahan has its own Community Watch.
REACHED = frozenset({Stage.ACTIVE, Stage.REACTIVATED, Stage.DORMANT})


@dataclass(frozen=True, slots=True)
class Statement:
    """A source's statement on the whole city; `is_set_aside` where a person decided that it is not valid."""

    count: int
    of: int | None
    counted_as: CountedAs
    claim: Claim
    on: date
    on_precision: Precision
    source: str
    source_on: date
    stage: Stage = Stage.ACTIVE
    is_set_aside: bool = False


def counts_of(told: Iterable[Statement]) -> tuple[Statement, ...]:
    """Statements that count working bodies (or planned ones) and that nobody set aside, in their order."""
    return tuple(one for one in told if one.stage in REACHED and not one.is_set_aside)


def last_counts(told: Iterable[Statement], claim: Claim) -> tuple[Statement, ...]:
    """Those of `counts_of` of one kind for the latest time; more than one where several sources have one."""
    found = [one for one in counts_of(told) if one.claim is claim]
    last = max((one.on for one in found), default=None)
    return tuple(one for one in found if one.on == last)


@dataclass(frozen=True, eq=False)
class Rollout:
    """State of the rollout on a day, as known on another day.

    Everything except `published` and `series` is about Community Watch only: counts of one body do not bound another.

    Parameters
    ----------
    stages
        Index: the kelurahan. `stage` (empty text where no event is known), `since` (date or NaT), `precision` of that
        date, `source`.
    known
        Kelurahan that a source names with a Community Watch.
    at_least, at_most
        Bounds of the number of kelurahan with a Community Watch. The lower bound is the number of named kelurahan.
        The upper bound is a source's count of Community Watch for exactly that time, otherwise all kelurahan. Counts
        of an earlier stage (trained, with a decree) and of another body bound nothing; a target never does.
    published
        Statements on the city for that day, for that year where only the year is known, or for an earlier time; the
        last one of each source and body. Contradictions are all included; a statement that a person set aside bounds
        nothing.
    targets
        Targets for Community Watch that sources had announced by that day, for any time; each source's last one.
    series
        Every statement on the city by the body that it counts, in order of time: those of `published`, earlier counts
        of the same sources, and the targets announced by that day.
    on, known_on
        The day, and the day of knowledge; None includes everything that is known now.
    """

    stages: pd.DataFrame
    known: tuple[str, ...]
    at_least: int
    at_most: int
    published: tuple[Statement, ...]
    targets: tuple[Statement, ...]
    series: Mapping[CountedAs, tuple[Statement, ...]]
    on: date
    known_on: date | None = None


def begins(events: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """First possible day of an event: the start of its year or month where only that is known."""
    on = events["on"]
    year, month = on.dt.to_period("Y").dt.start_time, on.dt.to_period("M").dt.start_time
    by_month = on.where(events["on_precision"] != Precision.MONTH, month)
    return by_month.where(events["on_precision"] != Precision.YEAR, year)


#: Stages in which it works; other activities (a refresher, a renewed decree, new members) do not end it.
_RUNNING = frozenset({Stage.ACTIVE.value, Stage.REACTIVATED.value})
_BLANK = {
    "stage": "",
    "since": pd.NaT,
    "precision": "",
    "source": "",
    "begun": pd.NaT,
    "begun_precision": "",
    "begun_source": "",
}


def _after(now: dict[str, Any], event: dict[Any, Any]) -> dict[str, Any]:
    """Stage of one kelurahan after one more event."""
    stage, is_running = str(event["stage"]), now["stage"] in _RUNNING
    is_new = stage in _RUNNING or stage in {Stage.DORMANT, Stage.DISSOLVED}
    if (is_running and stage in _RUNNING) or (stage == now["stage"] and is_new):
        # A repeated statement: the stage has lasted since the first one.
        return now
    if not is_new and now["stage"] in REACHED:
        return now
    found = now | {
        "stage": stage,
        "since": event["on"],
        "precision": event["on_precision"],
        "source": event["source"],
    }
    if stage == Stage.DISSOLVED:
        return found | {"begun": pd.NaT, "begun_precision": "", "begun_source": ""}
    if stage in _RUNNING and pd.isna(now["begun"]):
        found |= {
            "begun": event["on"],
            "begun_precision": event["on_precision"],
            "begun_source": event["source"],
        }
    return found


def cw_stages(events: pd.DataFrame, areas: Areas, on: date) -> pd.DataFrame:
    """Stage of Community Watch of each kelurahan on a day.

    Before a Community Watch works, the last event on or before the day gives the stage. A working one continues until
    an event states that it is dormant or dissolved, whatever other activities there are. Only reached stages count,
    and only those of Community Watch: a team or a task force is a different body.

    Returns
    -------
    DataFrame on the kelurahan index: `stage` (text, empty where nothing is known), `since` (first day of the current
    stage without interruption), `precision`, `source`; `begun` (first day of the existing Community Watch, NaT where
    there is none), `begun_precision`, `begun_source`.
    """
    own = events[
        events["kode"].isin(areas.index)
        & events["counted_as"].eq(CountedAs.CW)
        & events["claim"].eq(Claim.ACTUAL)
        & (begins(events) <= pd.Timestamp(on))
    ]
    # Among events of one day the furthest stage is last; then by source, so that the order of rows has no effect.
    far = own.assign(far=own["stage"].map({stage.value: number for number, stage in enumerate(Stage)}))
    found: dict[str, dict[str, Any]] = {}
    for event in far.sort_values(["on", "far", "source"]).to_dict("records"):
        found[event["kode"]] = _after(found.get(event["kode"], _BLANK), event)
    stages = pd.DataFrame([found.get(kode, _BLANK) for kode in areas.index], index=areas.index)
    return stages.astype({"since": "datetime64[us]", "begun": "datetime64[us]"})


def course(events: pd.DataFrame, areas: Areas, *, until: date, known_on: date | None = None) -> pd.DataFrame:
    """Number of kelurahan known to have Community Watch, on each day on which it changed, up to a day.

    Returns
    -------
    DataFrame with `on` (datetime64) and `known` (whole number); its last row is on `until`.
    """
    heard = known_events(events, known_on)
    own = heard[heard["kode"].isin(areas.index) & heard["counted_as"].eq(CountedAs.CW)]
    days = {day.date() for day in begins(own) if day.date() <= until} | {until}
    reached = [stage.value for stage in REACHED]
    known = [
        (pd.Timestamp(day), int(cw_stages(own, areas, day)["stage"].isin(reached).sum())) for day in sorted(days)
    ]
    return pd.DataFrame(known, columns=["on", "known"])


def known_events(events: pd.DataFrame, known_on: date | None) -> pd.DataFrame:
    """Events known here on a day, with what had been set aside by then; all events where it is None.

    `is_set_aside` is whether a person had decided that the statement is not valid.
    """
    if known_on is None:
        return events.assign(is_set_aside=events["set_aside_on"].notna())
    day = pd.Timestamp(known_on)
    return events.assign(is_set_aside=events["set_aside_on"] <= day)[events["recorded_on"] <= day]


def bounds_course(events: pd.DataFrame, areas: Areas, *, until: date, known_on: date | None = None) -> pd.DataFrame:
    """Bounds of the number of kelurahan with Community Watch, on the first of each month since the first known event.

    Returns
    -------
    DataFrame with `on` (datetime64), `at_least`, `at_most` (whole numbers); its last row is on `until`.
    """
    known = known_events(events, known_on)
    first = begins(known[known["counted_as"].eq(CountedAs.CW)]).min()
    months = [] if pd.isna(first) else pd.date_range(first.replace(day=1), pd.Timestamp(until), freq="MS")
    days = sorted({*(day.date() for day in months), until})
    begun = begins(known)
    city = known[known["kode"].eq(areas.city_code)]
    spoken = {
        (on.date(), Precision(precision)) for on, precision in zip(city["on"], city["on_precision"], strict=True)
    }
    # Between two events the bounds do not change: a day far in the future takes no longer to compute than today.
    bounds: dict[tuple[int, frozenset[Any]], tuple[int, int]] = {}
    rows = []
    for day in days:
        heard = frozenset(one for one in spoken if _speaks_of(*one, day))
        key = (int((begun <= pd.Timestamp(day)).sum()), heard)
        if key not in bounds:
            one = rollout(events, areas, on=day, known_on=known_on)
            bounds[key] = (one.at_least, one.at_most)
        rows.append((pd.Timestamp(day), *bounds[key]))
    return pd.DataFrame(rows, columns=["on", "at_least", "at_most"])


def _of_city(events: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    """Events that count kelurahan of the whole city, in order of time."""
    city = events[events["kode"].eq(areas.city_code) & events["count"].notna()]
    return city.sort_values(["on", "source_on", "source"], kind="stable")


def _last_of_each(city: pd.DataFrame) -> pd.DataFrame:
    """The last count by each source for each body, stage and kind."""
    return city.groupby(["source", "counted_as", "claim", "stage"]).tail(1)


def _statements(city: pd.DataFrame) -> tuple[Statement, ...]:
    rows: list[dict[Any, Any]] = city.sort_values(["on", "source"], kind="stable").to_dict("records")
    return tuple(
        Statement(
            count=int(row["count"]),
            of=None if pd.isna(row["of"]) else int(row["of"]),
            counted_as=CountedAs(row["counted_as"]),
            claim=Claim(row["claim"]),
            on=row["on"].date(),
            on_precision=Precision(row["on_precision"]),
            source=row["source"],
            source_on=row["source_on"].date(),
            stage=Stage(row["stage"]),
            is_set_aside=bool(row["is_set_aside"]),
        )
        for row in rows
    )


def _speaks_of(said: date, precision: Precision, on: date) -> bool:
    """Whether a statement for a day, month or year is for exactly the time asked for."""
    if precision is Precision.YEAR:
        return said.year == on.year
    if precision is Precision.MONTH:
        return (said.year, said.month) == (on.year, on.month)
    return said == on


def rollout(events: pd.DataFrame, areas: Areas, *, on: date, known_on: date | None = None) -> Rollout:
    """State of Community Watch on a day.

    Parameters
    ----------
    events
        Canonical rollout table.
    areas
        The kelurahan.
    on
        The selected day.
    known_on
        Only what was known here on that day; everything by default.
    """
    known = known_events(events, known_on)
    stages = cw_stages(known, areas, on)
    named = tuple(stages.index[stages["stage"].isin([stage.value for stage in REACHED])])
    day = pd.Timestamp(on)
    city = _of_city(known, areas)
    is_said, is_of_cw = begins(city) <= day, city["counted_as"].eq(CountedAs.CW)
    is_target = city["claim"].eq(Claim.TARGET) & (city["source_on"] <= day)
    published = _statements(_last_of_each(city[is_said]))
    told = _statements(city[is_said | is_target])
    bounds = [
        one.count
        for one in counts_of(published)
        if one.counted_as is CountedAs.CW and one.claim is Claim.ACTUAL and _speaks_of(one.on, one.on_precision, on)
    ]
    return Rollout(
        stages=stages,
        known=named,
        at_least=len(named),
        # A source that counted fewer than are named contradicts them; no named kelurahan is removed.
        at_most=min(len(areas.index), max([len(named), *bounds])) if bounds else len(areas.index),
        published=published,
        targets=_statements(_last_of_each(city[is_target & is_of_cw])),
        series={body: found for body in CountedAs if (found := tuple(one for one in told if one.counted_as is body))},
        on=on,
        known_on=known_on,
    )
