"""Verdicts: never sure by chance, sure where there is cause, and never surer than the rules allow."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hidden import without_small
from people import TASKFORCE

from geo.facts import read_denominators
from geo.measures.hotspots import courses_of, emerging_now, hotspots
from geo.measures.poisson import critical_count, upper_tail
from geo.measures.scan import circles, largest_ratios, random_maps
from geo.measures.verdicts import Judge, Rules, Verdict
from geo.period import Period
from geo.places.neighbours import contiguous, poles
from geo.release.province import province_figures
from geo.release.released import release
from geo.study import join
from geo.terms import State, StoreName

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

RULES = Rules(replicates=999)


@pytest.fixture(scope="module")
def sizes(kupang: Areas) -> pd.DataFrame:
    return read_denominators(kupang.index)


@pytest.fixture(scope="module")
def judge(kupang: Areas, sizes: pd.DataFrame) -> Judge:
    return Judge(sizes, poles(kupang.metric.to_numpy()), RULES)


def drawn(
    rng: np.random.Generator, sizes: pd.DataFrame, reports: int, risk: np.ndarray | float = 1.0
) -> pd.Series[int]:
    weight = sizes["tps2024"].to_numpy() * risk
    return pd.Series(rng.multinomial(reports, weight / weight.sum()), index=sizes.index)


@pytest.mark.parametrize("runs", [50, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("reports", [50, 150, 500])
def test_chance_alone_is_hardly_ever_sure(judge: Judge, sizes: pd.DataFrame, reports: int, runs: int) -> None:
    """A shorter version of `python -m geo bench verdicts`: maps of equal risk."""
    rng, wrong = np.random.default_rng(reports), 0
    for _ in range(runs):
        found = judge.judge(drawn(rng, sizes, reports))
        wrong += (found.table["verdict"] == Verdict.SURE).any() or any(a.verdict is Verdict.SURE for a in found.areas)
    # 5 % and three standard errors.
    assert wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_a_strong_kelurahan_is_sure_and_its_reasons_agree(judge: Judge, sizes: pd.DataFrame) -> None:
    risk = np.ones(51)
    risk[20] = 6
    found = judge.judge(drawn(np.random.default_rng(1), sizes, 400, risk)).table.iloc[20]
    assert found["verdict"] == Verdict.SURE
    assert found["sign_own"]
    assert found["sign_posterior"]
    assert found["q"] <= RULES.level


def test_a_cluster_is_an_area_and_its_members_are_not_sure_for_that(
    judge: Judge, kupang: Areas, sizes: pd.DataFrame
) -> None:
    neighbours = contiguous(kupang.frame.geometry.to_numpy())
    middle = int(np.argmax(neighbours.degree))
    inside = [middle, *neighbours.of(middle)[:4].tolist()]
    risk = np.ones(51)
    risk[inside] = 2.2
    counts = drawn(np.random.default_rng(4), sizes, 500, risk)
    found = judge.judge(counts)
    first = found.areas[0]
    assert first.verdict is Verdict.SURE
    assert len(set(first.cluster.members) & set(inside)) >= 3
    members = found.table.iloc[list(first.cluster.members)]
    assert set(members["verdict"]) & {Verdict.IN_CLUSTER, Verdict.LIKELY}
    for row in members[members["verdict"].eq(Verdict.IN_CLUSTER)].itertuples():
        assert not row.sign_own


def test_exploration_and_reports_without_key_are_never_sure(kupang: Areas, sizes: pd.DataFrame, judge: Judge) -> None:
    risk = np.ones(51)
    risk[20] = 8
    counts = drawn(np.random.default_rng(1), sizes, 400, risk)
    tried = Judge(sizes, judge.centres, Rules(replicates=999, is_declared=False)).judge(counts)
    keyed = pd.Series(data=True, index=sizes.index)
    keyed.iloc[20] = False
    for found in (tried, judge.judge(counts, keyed)):
        assert found.table["verdict"].iloc[20] == Verdict.LIKELY
        assert all(area.verdict is not Verdict.SURE for area in found.areas if 20 in area.cluster.members)


def test_a_finding_of_one_size_alone_is_no_more_than_likely(judge: Judge, sizes: pd.DataFrame) -> None:
    lopsided = sizes.copy()
    lopsided.iloc[5, 0] /= 8  # by this size the kelurahan is tiny
    counts = drawn(np.random.default_rng(3), sizes, 500)
    found = Judge(lopsided, judge.centres, RULES).judge(counts).table.iloc[5]
    assert found["q_best"] < 0.01 < found["q"]
    assert found["verdict"] == Verdict.LIKELY


def test_alpha_is_shared_by_the_periods_shown_together() -> None:
    assert Rules(alpha=0.05, looks=1).level == 0.05
    assert Rules(alpha=0.05, looks=3).level == pytest.approx(0.05 / 3)


def test_both_ways_together_err_as_rarely_as_the_level_whichever_size_is_true(
    judge: Judge, sizes: pd.DataFrame
) -> None:
    """Fresh maps by each size: either way passes on at most 5 %, and on more of them than if alpha were halved."""
    expected = 200 * (sizes / sizes.sum()).to_numpy().T
    ways = judge.ways(expected, 200)
    found = circles(judge.centres, sizes.iloc[:, 0], max_share=0.25, is_on_sphere=False)
    shares = []
    for mean in expected:
        maps = next(random_maps(mean, 200, replicates=500, seed=77))
        tails = upper_tail(maps, expected.max(axis=0)[:, None])
        tails[maps < 2] = 1
        ratios = largest_ratios(maps, expected, found, min_cases=2)
        shares.append((np.minimum(ways.of_tail(tails.min(axis=0)), ways.of_ratio(ratios)) <= 0.05).mean())
    error = np.sqrt(0.05 * 0.95 / 500)
    assert max(shares) <= 0.05 + 3 * error
    assert max(shares) >= 0.05 - 2 * error


def test_what_could_be_seen_is_the_count_that_would_pass(judge: Judge, sizes: pd.DataFrame) -> None:
    expected = 300 * (sizes / sizes.sum()).to_numpy().T
    ways, largest = judge.ways(expected, 300), expected.max(axis=0)
    critical = critical_count(largest, ways.critical_tail(0.05))
    assert (ways.of_tail(upper_tail(critical, largest)) <= 0.05).all()
    assert (ways.of_tail(upper_tail(critical - 1, largest)) > 0.05).all()


def test_few_reports_say_that_they_are_few(judge: Judge, sizes: pd.DataFrame) -> None:
    found = judge.judge(drawn(np.random.default_rng(2), sizes, 12)).table
    assert set(found["verdict"]) == {Verdict.TOO_FEW}
    assert found["smallest"].min() > 4
    none = judge.judge(pd.Series(0, index=sizes.index)).table
    assert set(none["verdict"]) == {Verdict.TOO_FEW}


def test_counts_of_other_areas_are_refused(judge: Judge, sizes: pd.DataFrame) -> None:
    counts = pd.Series(1, index=sizes.index)
    for wrong in (counts.iloc[::-1], counts.iloc[:5], counts * 0.5, counts * -1):
        with pytest.raises(ValueError, match="reports must"):
            judge.judge(wrong)


# Of what was released


def test_hidden_and_unknown_counts_take_no_part(kupang: Areas, example: Tables) -> None:
    seen = release(join(kupang, example, Period(2017, 2017)), None, TASKFORCE, on=date(2018, 1, 1))
    found = hotspots(seen.now, kupang, seen.denominators, RULES)
    assert found.judged is not None
    told = seen.now.table["state"].isin([State.SHOWN, State.ZERO])
    assert found.judged.table.index.tolist() == told.index[told].tolist()
    assert found.verdicts[~told].eq("").all()
    assert found.judged.table["observed"].sum() == seen.now.table["cases"].sum()
    for area in found.judged.areas:
        assert told.iloc[list(area.cluster.members)].all()


def test_nothing_computed_tells_one_hidden_count_from_another(
    kupang: Areas, tables_of: Callable[..., Tables]
) -> None:
    made = []
    for hidden in (3, 9):
        rows = [
            {"reported_on": "2017-05-01", "document_kode": kode, "report": f"{kode}-{number}"}
            for kode in kupang.index[:14]
            for number in range(hidden if kode == kupang.index[0] else 15)
        ]
        tables = tables_of(StoreName.KOTA, cases=rows)
        exact = release(join(kupang, tables, Period(2017, 2017)), None, TASKFORCE, on=date(2018, 1, 1))
        seen = without_small(exact)
        assert seen.months is None
        made.append(hotspots(seen.now, kupang, seen.denominators, RULES))
    one, other = made
    assert one.judged is not None
    assert other.judged is not None
    pd.testing.assert_frame_equal(one.judged.table, other.judged.table)
    assert one.judged.areas == other.judged.areas


def test_rows_of_persons_without_a_report_are_never_sure(kupang: Areas, tables_of: Callable[..., Tables]) -> None:
    rows = [
        {"reported_on": "2017-05-01", "document_kode": kode, "report": f"{number}" if kode != kupang.index[0] else ""}
        for place, kode in enumerate(kupang.index)
        for number in range(60 if kode == kupang.index[0] else 10)
    ]
    tables = tables_of(StoreName.CONTOH, cases=rows)
    seen = release(join(kupang, tables, Period(2017, 2017)), None, TASKFORCE, on=date(2018, 1, 1))
    assert not seen.now.table["is_keyed"].iloc[0]
    found = hotspots(seen.now, kupang, seen.denominators, RULES)
    assert found.verdicts.iloc[0] == Verdict.LIKELY


def test_months_add_up_and_courses_need_years(kupang: Areas, example: Tables) -> None:
    whole = release(join(kupang, example, Period(2016, 2019)), None, TASKFORCE, on=date(2018, 1, 1))
    assert whole.months is not None
    assert whole.months.shape == (51, 48)
    assert whole.months.sum(axis=1).sum() == whole.now.table["cases"].fillna(0).sum()
    assert emerging_now(whole, replicates=99) is not None
    years = [
        release(join(kupang, example, Period(year, year)), None, TASKFORCE, on=date(2018, 1, 1))
        for year in (2016, 2017)
    ]
    assert set(courses_of(years, whole.denominators)["course"]) == {"too_few"}


def test_the_province_is_real_and_never_sure() -> None:
    told = province_figures()
    assert told.counts.table["victims"].sum() == 122
    found = hotspots(told.counts, told.areas, told.sizes, RULES)
    assert found.verdicts["53.21"] == Verdict.LIKELY  # Malaka: 26 of 122
    assert Verdict.SURE not in set(found.verdicts)
