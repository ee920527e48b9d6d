"""Facts of the rollout: what is known, what is claimed, and what neither of them says."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from geo.measures.rollout import bounds_course, rollout
from geo.terms import Claim, CountedAs, Stage

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

SEVEN = {"Fatululi", "Oebufu", "Oebobo", "Oetete", "Liliba", "Kayu Putih", "Tuak Daun Merah"}


def claims(found: Rollout) -> set[tuple[int, CountedAs, Claim]]:
    return {(one.count, one.counted_as, one.claim) for one in found.published}


def test_on_the_day_seven_are_named_and_twelve_are_claimed(kupang: Areas, example: Tables) -> None:
    found = rollout(example.rollout, kupang, on=date(2018, 11, 16))
    assert {kupang.names[kode] for kode in found.known} == SEVEN
    assert (found.at_least, found.at_most) == (7, 12)
    assert claims(found) == {(7, CountedAs.CW, Claim.ACTUAL), (12, CountedAs.CW, Claim.ACTUAL)}


def test_what_was_known_at_the_end_of_2018_had_no_twelve(kupang: Areas, example: Tables) -> None:
    found = rollout(example.rollout, kupang, on=date(2018, 11, 16), known_on=date(2018, 12, 31))
    assert claims(found) == {(7, CountedAs.CW, Claim.ACTUAL)}
    assert len(found.known) == 7
    assert found.at_most == 7


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
    announced = rollout(example.rollout, kupang, on=date(2019, 11, 20))
    assert [(one.count, one.claim) for one in announced.targets] == [(51, Claim.TARGET)]
    assert (51, CountedAs.GT_TPPO, Claim.TARGET) not in claims(announced)  # it is for 2020, not for that day
    assert rollout(example.rollout, kupang, on=date(2019, 11, 19)).targets == ()


def test_what_a_person_set_aside_stays_beside_and_bounds_nothing(kupang: Areas, example: Tables) -> None:
    is_twelve = example.rollout["count"].eq(12).fillna(value=False)
    events = example.rollout.assign(
        set_aside_on=pd.to_datetime(is_twelve.map({True: pd.Timestamp(2021, 5, 1), False: pd.NaT}))
    )
    on = date(2018, 11, 16)
    now = rollout(events, kupang, on=on)
    assert [(one.count, one.is_set_aside) for one in now.published] == [(12, True), (7, False)]
    assert (now.at_least, now.at_most) == (7, 7)
    before = rollout(events, kupang, on=on, known_on=date(2021, 4, 30))
    assert (before.at_most, any(one.is_set_aside for one in before.published)) == (12, False)


def test_the_bounds_by_month(kupang: Areas, example: Tables) -> None:
    found = bounds_course(example.rollout, kupang, until=date(2019, 2, 15)).set_index("on")
    assert found.index[0] == pd.Timestamp(2018, 1, 1)
    assert found.loc["2018-10-01"].tolist() == [0, 12]
    assert found.loc["2018-12-01"].tolist() == [7, 12]
    assert found.loc["2019-02-15"].tolist() == [7, 51]
    early = bounds_course(example.rollout, kupang, until=date(2018, 12, 1), known_on=date(2018, 12, 31))
    assert early.set_index("on").loc["2018-12-01"].tolist() == [7, 51]


def test_a_year_is_told_as_a_year(kupang: Areas, example: Tables) -> None:
    event = example.rollout.iloc[[7]].assign(kode="53.71.01.1001", on=pd.Timestamp(2019, 1, 1), on_precision="year")
    events = pd.concat([example.rollout, event], ignore_index=True)
    assert rollout(events, kupang, on=date(2019, 1, 1)).stages.loc["53.71.01.1001", "precision"] == "year"


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
