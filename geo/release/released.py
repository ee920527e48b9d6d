"""`Released`: the part of a study that one viewer may see. Measures, drawing and export accept nothing else.

The disclosure rule is applied here, before anything is computed: no later result can reveal a hidden count. For the
public, all data of real records come from published editions (`from_edition`); the store is not read. A viewer who
may see exact counts gets all counts of the current store (`release`): a count hidden from a viewer who sees the rest
exactly, and other periods, could be computed as a difference.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.records.coverage import covered_months, covered_until, is_covered
from geo.release.cells import ALL, KELURAHAN, KOTA, inside
from geo.terms import Audience, Precision, Right, State, Unplaced

if TYPE_CHECKING:
    from datetime import date

    from geo.period import Period
    from geo.places.boundaries import Areas
    from geo.release.editions import Edition
    from geo.study import Study
    from geo.viewer import Viewer


#: Smallest count of persons shown to a viewer who may see exact counts: 1, so every count.
EXACT_K = 1


@dataclass(frozen=True, slots=True)
class Count:
    """One number of the whole city, or the reason why there is none.

    `value` is None unless `state` is `shown` or `zero`.
    """

    value: int | None
    state: State


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of one period that the viewer may see.

    Parameters
    ----------
    period
        The years.
    table
        Index: the kelurahan. `victims` (persons), `cases` (reports), both nullable whole numbers, missing unless
        `state` is `shown` or `zero`; `state` (`State` as text), one for both; `is_keyed`, whether every row behind
        the count named its report, so that reports are known to be independent (True where there is no row).
    victims, cases
        For the whole city, including records without a kelurahan.
    elsewhere, origin_known
        Persons whose recorded origin is another kabupaten, and persons with any recorded origin.
    unplaced
        Persons without a kelurahan, by reason.
    read, placed
        Rows; `unplaced` explains their difference. Missing when it would reveal a small count.
    """

    period: Period
    table: pd.DataFrame
    victims: Count
    cases: Count
    elsewhere: Count
    origin_known: Count
    unplaced: dict[Unplaced, Count]

    def __post_init__(self) -> None:
        told = self.table["state"].isin([State.SHOWN, State.ZERO])
        if not self.table.loc[~told, ["victims", "cases"]].isna().all(axis=None):
            msg = "a count that is not shown must not be carried along"
            raise ValueError(msg)


@dataclass(frozen=True, eq=False)
class Watch:
    """Internal data of Community Watch, for a viewer who may see every count; watchers differ by number only.

    Parameters
    ----------
    members
        One row for each watcher who ever joined: `kode`, `joined_on`, `trained_on`, `left_on`, `group`, `sex`.
    reports
        One row for each report of the watchers, of all times: `kode`, `reported_on`.
    """

    members: pd.DataFrame
    reports: pd.DataFrame


@dataclass(frozen=True, eq=False)
class Released:
    """The part of one study, and of the period before it, that this viewer may see.

    Parameters
    ----------
    areas
        The kelurahan.
    now, before
        Counts of the period, and of the previous period of the same length (None when there are no data on it).
    watchers
        Active watchers by kelurahan on `on`; missing where hidden.
    has_watchers
        Whether there is a list of watchers at all; without one, the number of watchers is unknown.
    watch_reports
        Reports of the watchers in the period by kelurahan; missing where hidden.
    rollout
        Events of the rollout: published facts, and the city's own.
    months
        Reports by kelurahan (rows) and month of the period (columns, first days); None for a viewer who may not see
        every count.
    without_month
        Reports by kelurahan (rows) and year of the period (columns) whose month is unknown: they are in the counts
        and in no month, so that months and these together equal the counts.
    covered
        Whether a statement of coverage applies to the kelurahan (rows) and the whole month (columns, as `months`).
    watch
        The watchers and their reports, of all times; None for a viewer who may not see every count.
    denominators
        Published population on the kelurahan index, one column for each source.
    on
        Day for which watchers and stages are shown.
    records_until
        Last day of any statement of coverage; None without one.
    audience, k
        The audience, and the smallest count of persons shown.
    is_made_up
        Whether the records are fictitious.
    has_reports
        Whether reports are counted in addition to persons; editions count persons only.
    fingerprint
        Hash of all inputs of this object, including the audience.
    """

    areas: Areas
    now: Counts
    before: Counts | None
    watchers: pd.Series[int]
    has_watchers: bool
    watch_reports: pd.Series[int]
    rollout: pd.DataFrame
    months: pd.DataFrame | None
    without_month: pd.DataFrame | None
    covered: pd.DataFrame | None
    watch: Watch | None
    denominators: pd.DataFrame
    on: date
    records_until: date | None
    audience: Audience
    k: int
    is_made_up: bool
    fingerprint: str
    has_reports: bool = True

    def __post_init__(self) -> None:
        if self.months is None or self.without_month is None:
            return
        told = self.now.table["cases"].dropna()
        whole = self.months.sum(axis=1) + self.without_month.sum(axis=1)
        if not whole[told.index].eq(told).all():
            msg = "months, and what is left out of them, are not the counts"
            raise ValueError(msg)

    @property
    def left_out_of_months(self) -> int:
        """Reports of the whole city whose month is unknown."""
        return 0 if self.without_month is None else int(self.without_month.to_numpy().sum())


def _single(value: int) -> Count:
    return Count(value, State.SHOWN if value else State.ZERO)


def counts(study: Study) -> Counts:
    """Counts of a study, for a viewer who may see them exactly."""
    index = study.areas.index
    by_place = study.cases.groupby("kode")
    victims = by_place["persons"].sum().reindex(index).fillna(0).astype("Int64")
    cases = by_place["report"].nunique().reindex(index).fillna(0).astype("Int64")
    covered = is_covered(study.coverage, index, study.period)
    state = pd.Series(State.SHOWN.value, index=index, dtype="object")
    state[victims.eq(0)] = State.NO_REPORT.value
    state[victims.eq(0) & covered] = State.ZERO.value
    state[~inside(index, study.areas.city_code)] = State.OUT_OF_SCOPE.value
    told = state.isin([State.SHOWN, State.ZERO])
    is_keyed = by_place["is_keyed"].all().reindex(index).astype("boolean").fillna(value=True).astype(bool)
    table = pd.DataFrame(
        {
            "victims": victims.where(told),
            "cases": cases.where(told),
            "state": state,
            "is_keyed": is_keyed & told,
        },
        index=index,
    )
    everyone = pd.concat([study.cases[["report", "persons"]], study.unplaced[["report", "persons"]]])
    dated = (
        everyone
        if study.unplaced.empty
        else pd.concat(
            [study.cases[["report", "persons"]], study.unplaced[study.unplaced["reason"] != Unplaced.NO_DATE]]
        )
    )
    known = study.cases[study.cases["origin_kode"].ne("")]
    elsewhere = int(known.loc[known["origin_kode"].ne(study.areas.city_code), "persons"].sum())
    lost = study.unplaced.groupby("reason")["persons"].sum()
    return Counts(
        period=study.period,
        table=table,
        victims=_single(int(dated["persons"].sum())),
        cases=_single(int(dated["report"].nunique())),
        elsewhere=_single(elsewhere),
        origin_known=_single(int(known["persons"].sum())),
        unplaced={reason: _single(int(lost.get(reason, 0))) for reason in Unplaced},
    )


def _by_month(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reports by kelurahan and month, and by kelurahan and year those of unknown month; each report once.

    A report belongs to the month of its first row with a known month, if that row is of its first year.
    """
    index, period, keys = study.areas.index, study.period, ["kode", "report"]
    year = study.cases.groupby(keys)["reported_on"].min().dt.year
    is_dated = study.cases["reported_precision"].ne(Precision.YEAR)
    first = study.cases[is_dated].groupby(keys)["reported_on"].min().reindex(year.index)
    has_month = first.dt.year.eq(year)

    def counted(values: pd.Series[Any], wanted: pd.Index[Any]) -> pd.DataFrame:
        table = values.rename("on").reset_index().groupby(["kode", "on"]).size().unstack(fill_value=0)  # noqa: PD010
        return table.reindex(index=index, columns=wanted, fill_value=0).fillna(0).astype(int)

    months = pd.date_range(period.starts_on, period.ends_on, freq="MS")
    by_month = counted(first[has_month].dt.to_period("M").dt.start_time, months)
    return by_month, counted(year[~has_month], pd.Index(period.years))


def _watch(study: Study) -> Watch:
    members = study.watchers[["kode", "joined_on", "trained_on", "left_on", "group", "sex"]]
    return Watch(members.reset_index(drop=True), study.reports[["kode", "reported_on"]].reset_index(drop=True))


def _by_kelurahan(rows: pd.DataFrame, index: pd.Index[str]) -> pd.Series[int]:
    return rows.groupby("kode").size().reindex(index).fillna(0).astype("Int64")


def release(study: Study, before: Study | None, viewer: Viewer, *, on: date) -> Released:
    """The part of a study for a viewer who may see every count.

    Parameters
    ----------
    study, before
        The selected period, and the previous one.
    viewer
        Who looks.
    on
        Day for which watchers and stages are shown.

    Raises
    ------
    NotAllowedError
        When the records are real and the viewer may see only what was published.
    """
    if not study.is_made_up:
        viewer.require(Right.SEE_EXACT)
    day = pd.Timestamp(on)
    here = study.watchers
    active = here[(here["joined_on"] <= day) & ~(here["left_on"] <= day)]
    heard = study.reports[study.reports["reported_on"].dt.year.between(study.period.first, study.period.last)]
    index = study.areas.index
    by_month, without_month = _by_month(study)
    key = f"{study.fingerprint}/{before.fingerprint if before else ''}/{viewer.audience}/{on}"
    return Released(
        areas=study.areas,
        now=counts(study),
        before=None if before is None else counts(before),
        watchers=_by_kelurahan(active, index),
        has_watchers=not study.watchers.empty,
        watch_reports=_by_kelurahan(heard, index),
        rollout=study.rollout,
        months=by_month,
        without_month=without_month,
        covered=covered_months(study.coverage, index, study.period),
        watch=_watch(study),
        denominators=study.denominators,
        on=on,
        records_until=covered_until(study.coverage),
        audience=viewer.audience,
        k=EXACT_K,
        is_made_up=study.is_made_up,
        fingerprint=hashlib.sha256(key.encode()).hexdigest()[:16],
    )


def _of_edition(edition: Edition, areas: Areas) -> Counts:
    period = edition.scope.period
    whole = edition.of(KELURAHAN)
    found = whole[whole["period"].eq(str(period))].set_index("kode").reindex(areas.index)
    # Areas of another layer than the edition's are left out.
    state = found["state"].astype("object").fillna(State.OUT_OF_SCOPE.value)
    victims = found["count"].astype("Int64").where(state.isin([State.SHOWN, State.ZERO]))
    none = pd.Series(pd.NA, index=areas.index, dtype="Int64")
    table = pd.DataFrame({"victims": victims, "cases": none, "state": state, "is_keyed": False}, index=areas.index)
    city = edition.of(KOTA)
    is_total = city["sex"].eq(ALL) & city["age_group"].eq(ALL) & city["status"].eq(ALL)
    row = city[city["period"].eq(str(period)) & is_total].iloc[0]
    total = Count(None if pd.isna(row["count"]) else int(row["count"]), State(str(row["state"])))
    lost = {} if edition.unplaced is None else {Unplaced.NO_KELURAHAN: Count(edition.unplaced, State.SHOWN)}
    hidden = Count(None, State.HIDDEN)
    return Counts(
        period, table, total, hidden, hidden, hidden, {reason: one for reason, one in lost.items() if one.value}
    )


def from_edition(
    edition: Edition,
    before: Edition | None,
    areas: Areas,
    *,
    mark: str,
    rollout: pd.DataFrame,
    denominators: pd.DataFrame,
    on: date,
) -> Released:
    """The public part of real records: one published edition, and nothing newer.

    Parameters
    ----------
    edition, before
        The edition of the period, and that of the previous period of the same length, if published.
    areas
        The current layer.
    mark
        State of the published editions (`geo.release.public.state`).
    rollout
        Published facts of the rollout.
    denominators
        Published sizes.
    on
        Day for which stages are shown.
    """
    none = pd.Series(pd.NA, index=areas.index, dtype="Int64")
    key = f"{mark}/{areas.fingerprint}/{edition.scope.period}/{before.scope.period if before else ''}/{on}"
    return Released(
        areas=areas,
        now=_of_edition(edition, areas),
        before=None if before is None else _of_edition(before, areas),
        watchers=none,
        has_watchers=False,
        watch_reports=none,
        rollout=rollout,
        months=None,
        without_month=None,
        covered=None,
        watch=None,
        denominators=denominators,
        on=on,
        records_until=edition.scope.period.ends_on,
        audience=Audience.PUBLIC,
        k=edition.scope.k,
        is_made_up=False,
        has_reports=False,
        fingerprint=hashlib.sha256(key.encode()).hexdigest()[:16],
    )
