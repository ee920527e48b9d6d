"""Rates: worked by hand, by a second route to the same number, and what they must never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hidden import without_small
from people import TASKFORCE
from scipy import stats

from geo.measures.figures import MEASURES, Measure
from geo.measures.history import yearly_counts
from geo.measures.rates import Prior, Rates, fit_prior, funnel, outside, rates
from geo.period import Period
from geo.release.released import Released, release
from geo.study import join
from geo.terms import Denominator, State, StoreName

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

SIZE = Denominator.STATIONS_2024


@pytest.fixture(scope="module")
def seen(kupang: Areas, example: Tables) -> Released:
    return release(join(kupang, example, Period(2017, 2017)), None, TASKFORCE, on=date(2018, 11, 16))


def real(kupang: Areas, tables_of: Callable[..., Tables], **persons: int) -> Released:
    """Real records, one report of one person each, as the public sees them with k = 10."""
    codes = {"oebobo": "53.71.04.1001", "fatululi": "53.71.04.1011", "liliba": "53.71.04.1010"}
    rows: list[dict[str, Any]] = [
        {"reported_on": "2017-05-01", "document_kode": codes[name]}
        for name, count in persons.items()
        for _ in range(count)
    ]
    tables = tables_of(StoreName.KOTA, cases=rows)
    return without_small(release(join(kupang, tables, Period(2017, 2017)), None, TASKFORCE, on=date(2018, 1, 1)))


def test_a_rate_is_reports_by_size(seen: Released) -> None:
    found = rates(seen, SIZE)
    table = found.table
    assert table.at["53.71.04.1013", "observed"] == 25  # Kayu Putih
    assert table.at["53.71.04.1013", "size"] == 31
    assert table.at["53.71.04.1013", "rate"] == pytest.approx(25 / 31)
    told = table["rate"].notna()
    assert found.city_rate == pytest.approx(table["observed"].sum() / table["size"][told].sum())
    assert table["expected"].sum() == pytest.approx(table["observed"].sum())


def test_the_smoothed_rate_lies_between_the_crude_one_and_the_prior_mean(seen: Released) -> None:
    found = rates(seen, SIZE)
    assert found.prior.nu is not None
    middle = found.prior.nu / found.prior.alpha * found.city_rate
    told = found.table.dropna()
    low, high = np.minimum(told["rate"], middle), np.maximum(told["rate"], middle)
    assert (told["smooth"].between(low - 1e-12, high + 1e-12)).all()
    assert (told["smooth_low"] < told["smooth"]).all()
    assert (told["smooth"] < told["smooth_high"]).all()


def test_the_interval_by_another_route(seen: Released) -> None:
    found = rates(seen, SIZE)
    assert found.prior.nu is not None
    row = found.table.loc["53.71.04.1013"]
    posterior = stats.gamma(row["observed"] + found.prior.nu, scale=1 / (row["expected"] + found.prior.alpha))
    assert row["smooth"] == pytest.approx(posterior.mean() * found.city_rate)
    assert row["smooth_low"] == pytest.approx(posterior.ppf(0.025) * found.city_rate)
    assert row["smooth_high"] == pytest.approx(posterior.ppf(0.975) * found.city_rate)


def test_the_prior_is_the_most_likely_one(seen: Released) -> None:
    table = rates(seen, SIZE).table.dropna()
    prior = fit_prior(table["observed"], table["expected"])
    assert prior.nu is not None

    def likelihood(nu: float, alpha: float) -> float:
        chance = alpha / (alpha + table["expected"])
        return float(stats.nbinom(nu, chance).logpmf(table["observed"].astype(int)).sum())

    best = likelihood(prior.nu, prior.alpha)
    for step in (0.9, 0.99, 1.01, 1.1):
        assert likelihood(prior.nu * step, prior.alpha) < best
        assert likelihood(prior.nu, prior.alpha * step) < best


def test_a_known_prior_is_found_again() -> None:
    rng = np.random.default_rng(4)
    expected = pd.Series(rng.uniform(5, 60, 4000))
    observed = pd.Series(rng.poisson(expected * rng.gamma(3.0, 1 / 3.0, 4000)).astype(float))
    prior = fit_prior(observed, expected)
    assert prior.nu == pytest.approx(3.0, rel=0.1)
    assert prior.alpha == pytest.approx(3.0, rel=0.1)


def test_without_spread_every_kelurahan_has_the_rate_of_the_city() -> None:
    expected = pd.Series([10.0] * 30)
    prior = fit_prior(expected.copy(), expected)
    assert prior == Prior(None, np.inf)


def test_funnel_limits_hold_the_share_they_promise() -> None:
    table = pd.DataFrame({"size": [1.0]})
    found = Rates(table, 0.2, SIZE, Prior(None, np.inf))
    for inside in (0.95, 0.998):
        limits = funnel(found, [5, 20, 60, 400], inside=inside)
        for row in limits.itertuples():
            poisson = stats.poisson(row.size * 0.2)
            # The continuous quantile lies between the counts on either side of it.
            assert (
                poisson.cdf(np.floor(row.high * row.size) - 1)
                <= (1 + inside) / 2
                <= poisson.cdf(np.ceil(row.high * row.size))
            )
            assert poisson.cdf(np.floor(row.low * row.size) - 1) <= (1 - inside) / 2
        assert (limits["high"].diff().dropna() < 0).all()


def test_limits_widen_with_the_spread_that_is_there(seen: Released) -> None:
    found = rates(seen, SIZE)
    assert found.spread > 1
    plain = funnel(replace(found, spread=1.0), [20.0], inside=0.95)
    wide = funnel(replace(found, spread=4.0), [20.0], inside=0.95)
    city = found.city_rate
    assert wide["high"][0] - city == pytest.approx(2 * (plain["high"][0] - city))
    assert wide["low"][0] == max(0.0, city - 2 * (city - plain["low"][0]))


def test_chance_alone_keeps_within_the_limits() -> None:
    rng = np.random.default_rng(11)
    sizes = pd.Series(rng.integers(3, 70, 51).astype(float))
    out = []
    for _ in range(300):
        observed = pd.Series(rng.poisson(sizes * 0.19).astype(float))
        table = pd.DataFrame({"observed": observed, "size": sizes, "rate": observed / sizes})
        out.append(outside(Rates(table, 0.19, SIZE, Prior(None, np.inf)), inside=0.998).eq("above").mean())
    assert np.mean(out) < 0.004


def test_what_is_hidden_has_no_rate_and_takes_no_part(kupang: Areas, tables_of: Callable[..., Tables]) -> None:
    few = rates(real(kupang, tables_of, oebobo=30, fatululi=20, liliba=3), SIZE)
    more = rates(real(kupang, tables_of, oebobo=30, fatululi=20, liliba=9), SIZE)
    assert few.table.at["53.71.04.1010", "state"] == State.HIDDEN
    assert pd.isna(few.table.at["53.71.04.1010", "smooth"])
    # Nothing computed tells 3 from 9.
    pd.testing.assert_frame_equal(few.table, more.table)
    assert few.city_rate == more.city_rate
    assert few.prior == more.prior


def test_every_measure_keeps_the_index_and_its_states(seen: Released) -> None:
    for measure in Measure:
        figures = MEASURES[measure](seen, SIZE)
        assert figures.values.index.equals(seen.areas.index)
        assert figures.measure is measure
        assert (figures.values.dropna() >= 0).all()


def test_nothing_recorded_gives_no_rate_and_no_fault(kupang: Areas, tables_of: Callable[..., Tables]) -> None:
    coverage = [{"kode": "53.71", "from_on": "2017-01-01", "to_on": "2017-12-31"}]
    rows = [{"reported_on": "2016-01-01", "document_kode": "53.71.04.1001"}]
    tables = tables_of(cases=rows, coverage=coverage)
    none = release(join(kupang, tables, Period(2017, 2017)), None, TASKFORCE, on=date(2018, 1, 1))
    found = rates(none, SIZE)
    assert (found.table["rate"] == 0).all()
    assert set(outside(found, inside=0.998)) == {"inside"}


def test_a_history_is_what_each_year_shows(kupang: Areas, example: Tables) -> None:
    years = [
        release(join(kupang, example, Period(year, year)), None, TASKFORCE, on=date(2018, 1, 1))
        for year in (2016, 2017)
    ]
    found = yearly_counts(years, "53.71.04.1013")
    assert found["period"].tolist() == ["2016", "2017"]
    assert found["victims"].tolist() == [years[0].now.table.at["53.71.04.1013", "victims"], 83]
