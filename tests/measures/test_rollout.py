"""Facts of the rollout: what is known, what is claimed, and what neither of them says."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from geo.measures.rollout import bounds_course, rollout
from geo.terms import Claim, CountedAs, Stage

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

SEVEN = {"Fatululi", "Oebufu", "Oebobo", "Oetete", "Liliba", "Kayu Putih", "Tuak Daun Merah"}


def claims(found: Rollout) -> set[tuple[int, CountedAs, Claim]]:
    return {(one.count, one.counted_as, one.claim) for one in found.published}


def with_a_second_count(events: pd.DataFrame, **parts: object) -> pd.DataFrame:
    """A made-up source that counted twelve Community Watch in 2018: it contradicts the seven."""
    row = events[events["count"].eq(12).fillna(value=False)]
    other = row.assign(counted_as="cw", source="radio", **parts)
    return pd.concat([events, other], ignore_index=True)


def test_on_the_day_seven_are_named_and_twelve_task_forces_bound_nothing(kupang: Areas, example: Tables) -> None:
    found = rollout(example.rollout, kupang, on=date(2018, 11, 16))
    assert {kupang.names[kode] for kode in found.known} == SEVEN
    assert (found.at_least, found.at_most) == (7, 7)
    assert claims(found) == {(7, CountedAs.CW, Claim.ACTUAL), (12, CountedAs.GT_TPPO, Claim.ACTUAL)}
    later = rollout(example.rollout, kupang, on=date(2018, 12, 31))
    assert (len(later.known), later.at_least, later.at_most) == (7, 7, 51)


@pytest.mark.parametrize("body", [body for body in CountedAs if body is not CountedAs.CW])
@pytest.mark.parametrize("claim", list(Claim))
@pytest.mark.parametrize("count", [3, 12, 39])
def test_what_counts_another_body_bounds_nothing(
    kupang: Areas, example: Tables, body: CountedAs, claim: Claim, count: int
) -> None:
    row = example.rollout[example.rollout["count"].eq(12).fillna(value=False)]
    other = row.assign(counted_as=body.value, claim=claim.value, count=count, source="radio")
    events = pd.concat([example.rollout, other.astype(row.dtypes)], ignore_index=True)
    for on in (date(2018, 6, 1), date(2018, 11, 16), date(2018, 12, 31)):
        with_it, without = (rollout(one, kupang, on=on) for one in (events, example.rollout))
        assert (with_it.at_least, with_it.at_most) == (without.at_least, without.at_most)
        assert with_it.known == without.known
        assert with_it.targets == without.targets
        assert with_it.series.get(CountedAs.CW) == without.series.get(CountedAs.CW)


def test_the_task_force_is_one_series_and_community_watch_another(kupang: Areas, example: Tables) -> None:
    def told(on: date, known_on: date | None = None) -> dict[CountedAs, list[tuple[int, Claim, str]]]:
        found = rollout(example.rollout, kupang, on=on, known_on=known_on)
        return {body: [(one.count, one.claim, one.source) for one in series] for body, series in found.series.items()}

    seven = [(7, Claim.ACTUAL, "nttterkini.com")]
    twelve, thirty_nine = (12, Claim.ACTUAL, "kiblatntt.com"), (39, Claim.ACTUAL, "kiblatntt.com")
    again = (39, Claim.ACTUAL, "beritabuana.co")
    targets = [(51, Claim.TARGET, "beritabuana.co"), (51, Claim.TARGET, "kiblatntt.com")]
    assert told(date(2018, 11, 16)) == {CountedAs.CW: seven, CountedAs.GT_TPPO: [twelve]}
    assert told(date(2018, 11, 16), date(2018, 12, 31)) == {CountedAs.CW: seven}
    assert told(date(2019, 11, 19)) == {CountedAs.CW: seven, CountedAs.GT_TPPO: [twelve, thirty_nine, targets[1]]}
    for on in (date(2019, 11, 20), date(2026, 1, 1)):
        assert told(on) == {CountedAs.CW: seven, CountedAs.GT_TPPO: [twelve, thirty_nine, again, *targets]}


def test_what_was_known_at_the_end_of_2018_had_no_twelve(kupang: Areas, example: Tables) -> None:
    found = rollout(example.rollout, kupang, on=date(2018, 11, 16), known_on=date(2018, 12, 31))
    assert claims(found) == {(7, CountedAs.CW, Claim.ACTUAL)}
    assert len(found.known) == 7
    assert found.at_most == 7
    before, after = (
        rollout(example.rollout, kupang, on=date(2018, 12, 31), known_on=day)
        for day in (date(2019, 11, 18), date(2019, 11, 19))
    )
    assert claims(before) == {(7, CountedAs.CW, Claim.ACTUAL)}
    assert claims(after) == {(7, CountedAs.CW, Claim.ACTUAL), (12, CountedAs.GT_TPPO, Claim.ACTUAL)}


def test_a_task_force_is_no_community_watch(kupang: Areas, example: Tables) -> None:
    found = rollout(example.rollout, kupang, on=date(2019, 11, 20))
    assert len(found.known) == 7
    assert (39, CountedAs.GT_TPPO, Claim.ACTUAL) in claims(found)
    assert (found.at_least, found.at_most) == (7, 51)


def test_a_target_is_nothing_reached(kupang: Areas, example: Tables) -> None:
    found = rollout(example.rollout, kupang, on=date(2020, 6, 1))
    assert (51, CountedAs.GT_TPPO, Claim.TARGET) in claims(found)
    assert len(found.known) == 7


def test_a_target_is_told_from_the_day_it_was_announced(kupang: Areas, example: Tables) -> None:
    def aims(on: date) -> list[tuple[int, str]]:
        series = rollout(example.rollout, kupang, on=on).series[CountedAs.GT_TPPO]
        return [(one.count, one.source) for one in series if one.claim is Claim.TARGET]

    announced = rollout(example.rollout, kupang, on=date(2019, 11, 20))
    assert aims(date(2019, 11, 20)) == [(51, "beritabuana.co"), (51, "kiblatntt.com")]
    assert (51, CountedAs.GT_TPPO, Claim.TARGET) not in claims(announced)  # it is for 2020, not for that day
    assert aims(date(2019, 11, 19)) == [(51, "kiblatntt.com")]
    assert aims(date(2019, 11, 18)) == []


def test_the_target_of_the_task_force_is_none_of_community_watch(kupang: Areas, example: Tables) -> None:
    assert rollout(example.rollout, kupang, on=date(2026, 1, 1)).targets == ()
    is_target = example.rollout["claim"].eq("target")
    own = example.rollout[is_target].assign(counted_as="cw", count=20, source="kota")
    found = rollout(pd.concat([example.rollout, own], ignore_index=True), kupang, on=date(2019, 11, 20))
    assert [(one.count, one.counted_as) for one in found.targets] == [(20, CountedAs.CW)]
    assert found.at_most == 51


def test_what_a_person_set_aside_stays_beside_and_bounds_nothing(kupang: Areas, example: Tables) -> None:
    twice = with_a_second_count(example.rollout)
    is_second = twice["source"].eq("radio")
    events = twice.assign(set_aside_on=pd.to_datetime(is_second.map({True: pd.Timestamp(2021, 5, 1), False: pd.NaT})))
    on = date(2018, 11, 16)
    now = rollout(events, kupang, on=on)
    own = [one for one in now.published if one.counted_as is CountedAs.CW]
    assert [(one.count, one.is_set_aside) for one in own] == [(12, True), (7, False)]
    assert list(now.series[CountedAs.CW]) == own
    assert (now.at_least, now.at_most) == (7, 7)
    before = rollout(events, kupang, on=on, known_on=date(2021, 4, 30))
    assert (before.at_most, any(one.is_set_aside for one in before.published)) == (12, False)


def test_the_bounds_by_month(kupang: Areas, example: Tables) -> None:
    twice = with_a_second_count(example.rollout)
    found = bounds_course(twice, kupang, until=date(2019, 2, 15)).set_index("on")
    assert found.index[0] == pd.Timestamp(2018, 1, 1)
    assert found.loc["2018-10-01"].tolist() == [0, 12]
    assert found.loc["2018-12-01"].tolist() == [7, 12]
    assert found.loc["2019-02-15"].tolist() == [7, 51]
    early = bounds_course(twice, kupang, until=date(2018, 12, 1), known_on=date(2018, 12, 31))
    assert early.set_index("on").loc["2018-12-01"].tolist() == [7, 51]


def test_the_bounds_by_month_begin_with_the_first_word_of_community_watch(kupang: Areas, example: Tables) -> None:
    # The twelve task forces of 2018 open nothing.
    found = bounds_course(example.rollout, kupang, until=date(2018, 12, 31)).set_index("on")
    assert found.index.tolist() == [pd.Timestamp(2018, 11, 1), pd.Timestamp(2018, 12, 1), pd.Timestamp(2018, 12, 31)]
    assert found.to_numpy().tolist() == [[0, 51], [7, 51], [7, 51]]


def test_a_year_is_told_as_a_year(kupang: Areas, example: Tables) -> None:
    event = example.rollout.iloc[[7]].assign(kode="53.71.01.1001", on=pd.Timestamp(2019, 1, 1), on_precision="year")
    events = pd.concat([example.rollout, event], ignore_index=True)
    assert rollout(events, kupang, on=date(2019, 1, 1)).stages.loc["53.71.01.1001", "precision"] == "year"


def test_one_that_works_goes_on_whatever_else_is_done(kupang: Areas, example: Tables) -> None:
    kode, on = "53.71.04.1001", date(2020, 1, 1)
    row = example.rollout[example.rollout["kode"].eq(kode) & example.rollout["counted_as"].eq("cw")]
    for stage in ("trained", "decree", "recruited", "active"):
        more = row.assign(stage=stage, on=pd.Timestamp(2019, 3, 1), source="kota")
        found = rollout(pd.concat([example.rollout, more], ignore_index=True), kupang, on=on)
        assert len(found.known) == 7
        assert found.stages.loc[kode, ["stage", "since"]].to_list() == ["active", pd.Timestamp(2018, 11, 16)]
    days = {"dormant": "2019-03-01", "trained": "2019-04-01", "reactivated": "2019-05-01"}
    more = pd.concat([row.assign(stage=stage, on=pd.Timestamp(day)) for stage, day in days.items()])
    events = pd.concat([example.rollout, more], ignore_index=True)
    assert rollout(events, kupang, on=date(2019, 4, 15)).stages.loc[kode, "stage"] == "dormant"
    again = rollout(events, kupang, on=on).stages.loc[kode]
    assert (again["stage"], again["since"], again["begun"]) == (
        "reactivated",
        pd.Timestamp(2019, 5, 1),
        pd.Timestamp(2018, 11, 16),
    )
    ended = pd.concat([events, row.assign(stage="dissolved", on=pd.Timestamp(2019, 6, 1))], ignore_index=True)
    assert pd.isna(rollout(ended, kupang, on=on).stages.loc[kode, "begun"])


def test_counts_of_an_earlier_stage_bound_nothing_and_no_bound_is_below_the_named(
    kupang: Areas, example: Tables
) -> None:
    city = example.rollout[example.rollout["count"].eq(7).fillna(value=False)]
    on = date(2018, 11, 16)

    def bounds(**parts: object) -> tuple[int, int]:
        twice = with_a_second_count(example.rollout)
        events = pd.concat([twice, city.assign(source="kota", **parts)], ignore_index=True)
        found = rollout(events, kupang, on=on)
        return found.at_least, found.at_most

    assert bounds(stage="trained", count=20) == (7, 12)
    assert bounds(count=3) == (7, 12)
    assert bounds(count=326) == (7, 51)
    alone = example.rollout[~example.rollout["count"].isin([7, 12])]
    found = rollout(pd.concat([alone, city.assign(count=3)], ignore_index=True), kupang, on=on)
    assert (found.at_least, found.at_most) == (7, 7)
    both = pd.concat(
        [example.rollout, city.assign(source="kota", stage="trained", count=20), city.assign(source="kota", count=12)]
    )
    told = rollout(both.reset_index(drop=True), kupang, on=on).published
    assert {(one.count, one.stage) for one in told if one.source == "kota"} == {(20, "trained"), (12, "active")}


def test_before_the_first_event_nothing_is_known(kupang: Areas, example: Tables) -> None:
    found = rollout(example.rollout, kupang, on=date(2017, 11, 24))
    assert found.known == ()
    assert set(found.stages["stage"]) == {""}
    later = rollout(example.rollout, kupang, on=date(2017, 11, 25))
    assert later.known == ()  # a team is no Community Watch either


def test_the_last_event_decides_whatever_the_order_of_rows(kupang: Areas, example: Tables) -> None:
    shuffled = example.rollout.sample(frac=1, random_state=3)
    on = date(2019, 1, 1)
    assert rollout(shuffled, kupang, on=on).stages.equals(rollout(example.rollout, kupang, on=on).stages)
    kode = "53.71.04.1011"
    event = example.rollout[example.rollout["kode"].eq(kode)].tail(1)
    dissolved = event.assign(stage=Stage.DISSOLVED.value, on=pd.Timestamp(2019, 3, 1))
    events = pd.concat([dissolved, example.rollout], ignore_index=True)
    assert rollout(events, kupang, on=date(2019, 2, 28)).stages.loc[kode, "stage"] == Stage.ACTIVE
    assert rollout(events, kupang, on=date(2019, 3, 1)).stages.loc[kode, "stage"] == Stage.DISSOLVED
    assert kode not in rollout(events, kupang, on=date(2019, 3, 1)).known


@pytest.mark.parametrize("known_on", [None, date(2019, 6, 1)])
def test_the_bounds_over_time_are_those_of_each_day(kupang: Areas, example: Tables, known_on: date | None) -> None:
    found = bounds_course(example.rollout, kupang, until=date(2021, 2, 5), known_on=known_on)
    for row in found.itertuples():
        one = rollout(example.rollout, kupang, on=row.on.date(), known_on=known_on)
        assert (row.at_least, row.at_most) == (one.at_least, one.at_most)
    far = bounds_course(example.rollout, kupang, until=date(2100, 12, 31), known_on=known_on)
    assert far["on"].iloc[-1] == pd.Timestamp(2100, 12, 31)
    assert far.iloc[: len(found) - 1].equals(found.iloc[:-1])
