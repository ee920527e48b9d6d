"""Health of a Community Watch: every state by hand, and what a missing list must not say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo.errors import DataError, Problem
from geo.measures.health import Call, Watches, active_neighbours, calls, watches
from geo.release.released import Watch
from geo.settings import HealthSettings, read_settings
from geo.terms import Health, Stage

RULES = HealthSettings(90, 1, 90, 5.0, 365, 0.5, 24, 180)
ON = date(2020, 6, 30)
INDEX = pd.Index(["A", "B", "C", "D"])


def stages(**found: tuple[Stage, str]) -> pd.DataFrame:
    rows = [found.get(kode, ("", None)) for kode in INDEX]
    frame = pd.DataFrame(rows, columns=["stage", "since"], index=INDEX)
    return frame.assign(since=pd.to_datetime(frame["since"]), precision="day", source="uji")


def members(*rows: tuple[str, str, str | None, str | None, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["kode", "joined_on", "trained_on", "left_on", "group", "sex"])
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in ("joined_on", "trained_on", "left_on")})


def reports(*rows: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["kode", "reported_on"])
    return frame.assign(reported_on=pd.to_datetime(frame["reported_on"]))


def of(found: Watches) -> dict[str, str]:
    return found.table["state"].to_dict()


def test_members_are_those_of_the_day_and_counted_by_sex_group_and_training() -> None:
    listed = members(
        ("A", "2019-01-01", "2019-03-01", None, "pkk", "female"),
        ("A", "2019-01-01", None, None, "adat", "male"),
        ("A", "2019-01-01", "2020-07-01", None, "adat", "male"),  # trained only after the day
        ("A", "2019-01-01", "2019-03-01", "2020-06-30", "faith", "male"),  # has left
        ("A", "2020-07-01", None, None, "youth", "female"),  # has not joined yet
    )
    found = watches(
        Watch(listed, reports()), stages(A=(Stage.ACTIVE, "2019-01-01")), pd.Series(6.0, index=INDEX), RULES, on=ON
    )
    row = found.table.loc["A"]
    assert (row["members"], row["women"], row["men"], row["groups"], row["trained"]) == (3, 1, 2, 2, 1)
    assert row["trained_share"] == pytest.approx(1 / 3)
    assert row["per_station"] == pytest.approx(0.5)
    assert row["trained_on"] == pd.Timestamp(2019, 3, 1)
    assert found.table.loc["B", "members"] == 0  # there is a list, and nobody of B is on it
    assert found.groups.loc["A"].to_dict() == {"adat": 2, "pkk": 1}
    assert list(found.table.index) == list(INDEX)


def test_every_state_by_its_rule() -> None:
    heard = reports(("A", "2020-06-30"), ("B", "2020-03-31"), ("C", "2019-06-29"), ("D", "2020-06-01"))
    everywhere = dict.fromkeys("ABCD", (Stage.ACTIVE, "2019-01-01"))
    found = watches(Watch(members(), heard), stages(**everywhere), None, RULES, on=ON)
    # B: 91 days of silence. C: 367 days.
    assert of(found) == {"A": Health.ACTIVE, "B": Health.QUIET, "C": Health.DORMANT, "D": Health.ACTIVE}
    assert found.table["days_since"].to_list() == [0, 91, 367, 29]

    other = stages(
        A=(Stage.DISSOLVED, "2020-01-01"),
        B=(Stage.DORMANT, "2020-06-01"),
        C=(Stage.DECREE, "2020-01-01"),
        D=(Stage.TRAINED, "2020-01-01"),
    )
    found = watches(Watch(members(), heard), other, None, RULES, on=ON)
    assert of(found) == {"A": Health.ENDED, "B": Health.DORMANT, "C": Health.FORMING, "D": Health.TRAINED}


@pytest.mark.parametrize(("silent_since", "state"), [("2020-04-01", Health.ACTIVE), ("2020-03-31", Health.QUIET)])
def test_ninety_days_are_not_yet_silence(silent_since: str, state: Health) -> None:
    heard = reports(("A", silent_since), ("B", "2020-06-30"))
    found = watches(Watch(members(), heard), stages(A=(Stage.ACTIVE, "2020-01-01")), None, RULES, on=ON)
    assert found.table.loc["A", "state"] == state


def test_a_list_that_ends_says_nothing_of_the_time_after() -> None:
    heard = reports(("A", "2019-12-30"), ("B", "2019-12-31"))
    begun = stages(A=(Stage.ACTIVE, "2019-01-01"), B=(Stage.ACTIVE, "2019-01-01"))
    later = watches(Watch(members(), heard), begun, None, RULES, on=date(2021, 12, 31))
    assert later.heard_until == date(2019, 12, 31)
    assert of(later)["A"] == Health.ACTIVE
    without = watches(Watch(members(), reports()), begun, None, RULES, on=ON)
    assert not without.has_reports
    assert of(without)["A"] == Health.ACTIVE
    assert without.table["days_since"].isna().all()
    nothing = watches(None, begun, None, RULES, on=ON)
    assert nothing.table[["members", "recent", "trained_share"]].isna().all(axis=None)
    assert of(nothing)["A"] == Health.ACTIVE


def test_fewer_reports_than_its_own_past_by_the_conditional_test() -> None:
    past = [("A", f"2019-{month:02d}-{day:02d}") for month in range(7, 13) for day in (5, 15, 25)]
    heard = reports(*past, ("A", "2020-06-30"), ("B", "2020-06-30"))
    begun = stages(A=(Stage.ACTIVE, "2019-01-01"), B=(Stage.ACTIVE, "2020-06-01"))
    row = watches(Watch(members(), heard), begun, None, RULES, on=ON).table
    # The past: from a year before the window to its beginning on 1 April 2020, with a leap day.
    days = (pd.Timestamp(2020, 4, 1) - pd.Timestamp(2019, 4, 1)).days
    assert row.loc["A", "recent"] == 1
    assert row.loc["A", "usual"] == pytest.approx(len(past) * 90 / days)
    assert stats.binom.cdf(1, len(past) + 1, 90 / (90 + days)) > 0.05  # 18 in a year: one in a quarter is chance
    assert row.loc["A", "state"] == Health.ACTIVE
    assert pd.isna(row.loc["B", "usual"])  # began in the window: there is no past to set it against
    more = reports(*past, *past, ("A", "2020-06-30"), ("B", "2020-06-30"))
    assert stats.binom.cdf(1, 2 * len(past) + 1, 90 / (90 + days)) < 0.05
    assert watches(Watch(members(), more), begun, None, RULES, on=ON).table.loc["A", "state"] == Health.QUIET


def test_steady_watches_are_seldom_called_quiet() -> None:
    """Of watches whose reports come at one rate fewer than the rule's share are called quiet for too few reports."""
    rng, watched = np.random.default_rng(4), 2_000
    index = pd.Index([f"K{number:04d}" for number in range(watched)])
    kode = np.repeat(index, rng.poisson(40, watched))
    days = pd.to_timedelta(rng.integers(0, 456, len(kode)), unit="D")
    heard = pd.DataFrame({"kode": kode, "reported_on": pd.Timestamp(2019, 4, 2) + days})
    begun = pd.DataFrame({"stage": "active", "since": pd.Timestamp(2018, 1, 1)}, index=index)
    found = watches(Watch(members(), heard), begun, None, RULES, on=ON)
    # At most 5 in 100, and no more above that than 2,000 draws of such a chance give in 999 of 1,000 trials.
    assert found.table["is_fewer"].sum() <= stats.binom.ppf(0.999, watched, 0.05)
    assert found.table["is_fewer"].sum() > 0


def test_calls_name_their_reasons_the_most_pressing_first() -> None:
    listed = members(
        ("A", "2017-01-01", "2018-06-30", None, "pkk", "female"),
        ("B", "2019-01-01", None, None, "pkk", "female"),
        ("B", "2019-01-01", None, None, "pkk", "female"),
    )
    heard = reports(("A", "2020-06-30"), ("B", "2020-01-01"))
    begun = stages(A=(Stage.ACTIVE, "2017-01-01"), B=(Stage.ACTIVE, "2019-01-01"), C=(Stage.DECREE, "2020-01-01"))
    found = watches(Watch(listed, heard), begun, None, RULES, on=ON)
    told = calls(found, RULES, overdue=pd.Index(["A", "D"]))
    assert told == {
        "B": (Call.QUIET, Call.UNTRAINED),
        "A": (Call.REFRESHER,),  # trained two years ago to the day; it runs, so no plan is overdue
        "C": (Call.STALLED,),  # 181 days since the decree
        "D": (Call.OVERDUE,),
    }
    assert list(told) == ["B", "A", "C", "D"]


def test_neighbours_of_the_open_ones() -> None:
    begun = stages(A=(Stage.ACTIVE, "2020-01-01"), B=(Stage.ACTIVE, "2019-01-01"))
    heard = reports(("A", "2020-06-30"), ("B", "2020-01-01"))
    found = watches(Watch(members(), heard), begun, None, RULES, on=ON)
    around = active_neighbours(found, {"A": ("B", "C"), "B": ("A",), "C": ("A", "D"), "D": ("C",)})
    assert around["neighbours"].to_list() == [2, 1, 2, 1]
    assert around["active"].to_list() == [0, 1, 1, 0]  # B is quiet and counts as none
    assert around["is_open"].to_list() == [False, True, True, True]


def test_the_rules_come_from_the_settings_and_are_checked(tmp_path) -> None:
    assert read_settings().health == RULES
    local = tmp_path / "settings.toml"
    local.write_text('[health]\nquiet_days = 400\ntrained_share = "half"\n')
    with pytest.raises(DataError) as refused:
        read_settings(local)
    told = {fault.column: (fault.problem, fault.hint) for fault in refused.value.faults}
    assert told == {
        "health.dormant_days": (Problem.NOT_POSSIBLE, "> quiet_days (400)"),
        "health.trained_share": (Problem.NOT_A_NUMBER, ""),
    }
    assert replace(RULES, quiet_days=30).quiet_days == 30
