"""Plan against actual: slips by hand, a forecast that is refused, and one whose interval holds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geo.measures.beforeafter import around_starts, sums
from geo.measures.pace import Slip, forecast, needed_pace, plan_of, slips, starts
from geo.release.released import Watch

if TYPE_CHECKING:
    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

INDEX = pd.Index(["A", "B", "C", "D", "E"])


def dated(**on: str) -> pd.DataFrame:
    days = pd.to_datetime(pd.Series({kode: on.get(kode) for kode in INDEX}))
    return pd.DataFrame({"on": days, "precision": "day", "source": "uji"}, index=INDEX)


def test_slips_by_hand() -> None:
    planned = dated(A="2020-01-10", B="2020-01-10", C="2020-01-10", D="2020-12-31")
    started = dated(A="2020-01-05", B="2020-02-10", E="2019-01-01")
    found = slips(planned, started, on=date(2020, 3, 10))
    assert found["slip"].to_list() == [Slip.AHEAD, Slip.LATE, Slip.OVERDUE, Slip.DUE, Slip.UNPLANNED]
    assert found["days"].to_list()[:3] == [-5, 31, 60]
    assert found["days"].isna().to_list()[3:] == [True, True]


def test_a_plan_for_a_year_is_late_only_when_the_year_is_over() -> None:
    planned = dated(A="2020-01-01").assign(precision="year")
    started = dated()
    assert slips(planned, started, on=date(2020, 12, 31)).loc["A", "slip"] == Slip.DUE
    after = slips(planned, started, on=date(2021, 1, 2)).loc["A"]
    assert (after["slip"], after["days"]) == (Slip.OVERDUE, 2)


def test_a_start_known_to_the_year_is_neither_early_nor_late_within_it() -> None:
    planned = dated(A="2020-03-01", B="2021-01-01", C="2019-06-01")
    started = dated(A="2020-01-01", B="2020-01-01", C="2020-01-01").assign(precision="year")
    found = slips(planned, started, on=date(2022, 1, 1))
    assert found["slip"].to_list()[:3] == [Slip.UNCLEAR, Slip.AHEAD, Slip.LATE]
    assert pd.isna(found["days"].iloc[0])


def test_one_that_was_dissolved_does_not_answer_a_later_plan(kupang: Areas, example: Tables) -> None:
    kode = "53.71.04.1001"
    row = example.rollout[example.rollout["kode"].eq(kode) & example.rollout["counted_as"].eq("cw")]
    ended = row.assign(stage="dissolved", on=pd.Timestamp(2019, 3, 1))
    again = row.assign(claim="target", on=pd.Timestamp(2020, 1, 1), recorded_on=pd.Timestamp(2019, 4, 1))
    events = pd.concat([example.rollout, ended, again], ignore_index=True)
    on = date(2020, 2, 1)
    found = slips(plan_of(events, kupang), starts(events, kupang, on=on), on=on)
    assert (found.loc[kode, "slip"], found.loc[kode, "days"]) == (Slip.OVERDUE, 31)
    assert starts(events, kupang, on=on)["on"].notna().sum() == 6


def test_the_plan_made_last_holds_and_only_once_it_is_known(kupang: Areas, example: Tables) -> None:
    kode = "53.71.01.1001"
    row = example.rollout.iloc[[7]].assign(kode=kode, claim="target", source="rencana")
    first = row.assign(on=pd.Timestamp(2020, 1, 1), recorded_on=pd.Timestamp(2019, 1, 1))
    second = row.assign(on=pd.Timestamp(2020, 6, 1), recorded_on=pd.Timestamp(2019, 6, 1))
    events = pd.concat([example.rollout, second, first])
    assert plan_of(events, kupang).loc[kode, "on"] == pd.Timestamp(2020, 6, 1)
    assert plan_of(events, kupang, known_on=date(2019, 5, 31)).loc[kode, "on"] == pd.Timestamp(2020, 1, 1)
    assert plan_of(events, kupang)["on"].notna().sum() == 1
    # A plan is no start.
    assert pd.isna(starts(events, kupang, on=date(2021, 1, 1)).loc[kode, "on"])


def test_pace_needed_by_hand() -> None:
    assert needed_pace(7, 51, on=date(2019, 1, 1), by=date(2020, 12, 31)) == pytest.approx(44 / (730 / 30.436875))
    assert needed_pace(51, 51, on=date(2019, 1, 1), by=date(2020, 12, 31)) == 0
    assert needed_pace(7, 51, on=date(2020, 12, 31), by=date(2020, 12, 31)) is None


def test_seven_on_one_day_are_no_pace(kupang: Areas, example: Tables) -> None:
    on = date(2019, 11, 20)
    begun = starts(example.rollout, kupang, on=on)
    assert begun["on"].notna().sum() == 7
    found = forecast(begun, on=on, by=date(2020, 12, 31))
    assert found.is_refused
    assert (found.days, found.pace, found.done_low) == (1, None, None)


def _begun(days: list[int], areas: int) -> pd.DataFrame:
    on = [pd.Timestamp(2019, 1, 1) + pd.Timedelta(days=day) for day in days] + [pd.NaT] * (areas - len(days))
    return pd.DataFrame({"on": pd.to_datetime(pd.Series(on)), "precision": "day", "source": "uji"})


def test_forecast_agrees_with_the_closed_form_when_one_starts_at_a_time() -> None:
    days = [0, 40, 70, 130, 180, 200]
    on, areas = date(2019, 1, 1) + pd.Timedelta(days=250).to_pytimedelta(), 16
    found = forecast(_begun(days, areas), on=on, by=date(2020, 1, 1))
    assert not found.is_refused
    # Waiting for 10 more at a Gamma(5.5, 250 days) rate: T = 250 * Gamma(10) / Gamma(5.5), a ratio that is F.
    low, high = 250 * 10 / 5.5 * stats.f.ppf([0.05, 0.95], 20, 11)
    assert found.done_low is not None
    assert found.done_high is not None
    assert (found.done_low - on).days == pytest.approx(low, rel=0.05)
    assert (found.done_high - on).days == pytest.approx(high, rel=0.05)
    # So many by a day: negative binomial.
    until = (date(2020, 1, 1) - on).days
    counts = stats.nbinom.ppf([0.05, 0.95], 5.5, 250 / (250 + until))
    assert (found.count_low, found.count_high) == pytest.approx((6 + counts[0], 6 + counts[1]), abs=1)
    assert found == forecast(_begun(days, areas), on=on, by=date(2020, 1, 1))


def test_forecast_intervals_hold_when_starts_come_at_random() -> None:
    """Courses are drawn, cut at a day, foretold from what was seen, and set against what came."""
    rng, held, tried = np.random.default_rng(8), 0, 0
    on, by = date(2019, 1, 1) + pd.Timedelta(days=400).to_pytimedelta(), date(2020, 12, 31)
    for seed in range(60):
        at = np.cumsum(rng.exponential(50, 60)).astype(int)
        sizes = rng.integers(1, 4, 60)
        days = np.repeat(at, sizes)
        seen = days[days <= 400]
        if len(set(seen.tolist())) < 5 or len(seen) > 50:
            continue
        found = forecast(_begun(seen.tolist(), 51), on=on, by=by, seed=seed)
        truth = min(51, int((days <= (by - date(2019, 1, 1)).days).sum()))
        assert found.count_low is not None
        assert found.count_high is not None
        held += found.count_low <= truth <= found.count_high
        tried += 1
    assert tried > 40
    assert held / tried > 0.8


def test_all_begun_needs_no_forecast() -> None:
    days = [0, 40, 70, 130, 180]
    found = forecast(_begun(days, 5), on=date(2020, 1, 1), by=date(2021, 1, 1))
    assert (found.count_low, found.count_high) == (5, 5)


def test_before_and_after_counts_only_months_that_were_looked_at() -> None:
    columns = pd.date_range("2018-11-01", "2019-04-01", freq="MS")
    months = pd.DataFrame([[1, 2, 0, 4, 0, 0], [9, 9, 9, 9, 9, 9]], index=["A", "B"], columns=columns)
    covered = pd.DataFrame([[True, True, True, True, True, False], [True] * 6], index=["A", "B"], columns=columns)
    heard = pd.DataFrame(
        {"kode": ["A", "A", "B"], "reported_on": pd.to_datetime(["2019-01-02", "2019-03-31", "2019-01-01"])}
    )
    watch = Watch(pd.DataFrame(), heard)
    found = around_starts(months, covered, watch, dated(A="2019-01-20"), most=12)
    assert found["kode"].unique().tolist() == ["A"]
    assert found["month"].tolist() == [-2, -1, 0, 1, 2, 3]
    # The last month has no case, and nobody says that reporting covered it; the list of reports ends before it.
    assert found["cases"].tolist()[:5] == [1, 2, 0, 4, 0]
    assert found["heard"].tolist()[2:5] == [1, 0, 1]
    assert found["cases"].isna().tolist() == [False] * 5 + [True]
    assert found["heard"].isna().tolist() == [True, True, False, False, False, True]
    assert sums(found).loc["A"].to_dict() == {
        "months_before": 2,
        "cases_before": 3,
        "months_after": 3,
        "cases_after": 4,
        "heard_after": 2,
    }
    assert around_starts(months, covered, None, dated(A="2019-01-20"))["heard"].isna().all()
    assert around_starts(months, covered, watch, dated(A="2019-01-01").assign(precision="year")).empty
    assert around_starts(months, covered, watch, dated(A="2019-01-20"), most=1)["month"].tolist() == [-1, 0]
