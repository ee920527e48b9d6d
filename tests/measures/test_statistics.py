"""Statistics on small numbers: published values, answers by hand, other routes to the same number, oracles."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from geo.measures.areas import Method, Options, measure_areas
from geo.measures.chance import adjusted, gumbel_p, two_sided_p
from geo.measures.emergence import Trend, courses, trend_p
from geo.measures.local import getis_ord, local_moran, standardised_rates
from geo.measures.poisson import (
    critical_count,
    detection_power,
    dispersion,
    exact_interval,
    expected_counts,
    smallest_visible_risk,
    upper_tail,
)
from geo.measures.scan import circles, log_likelihood_ratio, scan, simulate_maxima
from geo.measures.spacetime import emerging
from geo.places.neighbours import Neighbours, contiguous, nearby, nearest

NC = pd.read_csv(Path(__file__).parent.parent / "data" / "nc_sids.csv")
SEATS = NC[["east", "north"]].to_numpy(dtype=float)


def path_of(areas: int) -> Neighbours:
    """Areas in a row, each next to the one before and after."""
    one = np.arange(areas - 1)
    return Neighbours.of_pairs(np.append(one, one + 1), np.append(one + 1, one), areas)


# Chance


def test_adjusted_p_by_another_route() -> None:
    p = np.random.default_rng(2).uniform(size=40)
    assert adjusted(p) == pytest.approx(stats.false_discovery_control(p))
    assert np.isnan(adjusted([0.2, np.nan])[1])
    assert adjusted([0.2, np.nan])[0] == 0.2


def test_ties_count_on_both_sides() -> None:
    # All replicates equal to what was observed: nothing is unusual.
    assert two_sided_p(999, 999, 999) == 1.0
    assert two_sided_p(0, 999, 999) == pytest.approx(0.002)


def test_gumbel_and_monte_carlo_agree() -> None:
    maxima = stats.gumbel_r(2, 0.8).rvs(20_000, random_state=4)
    for value in (3.0, 4.0, 5.0):
        assert gumbel_p(value, maxima) == pytest.approx((maxima >= value).mean(), abs=0.01)


# One area against the whole


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (20, 12.217, 30.888)]
)
def test_exact_intervals_as_printed(count: int, low: float, high: float) -> None:
    """Ulm (1990), American Journal of Epidemiology 131, 373-375; the table of Garwood (1936)."""
    found = exact_interval([count])
    assert found[0][0] == pytest.approx(low, abs=5e-4)
    assert found[1][0] == pytest.approx(high, abs=5e-4)


@given(st.integers(0, 60), st.floats(0.05, 50))
def test_the_tail_by_another_route(count: int, mean: float) -> None:
    assert upper_tail([count], [mean])[0] == pytest.approx(stats.poisson(mean).sf(count - 1), rel=1e-9, abs=1e-300)


@given(st.floats(0.05, 80), st.sampled_from([0.05, 0.01, 0.0005]))
def test_the_critical_count_is_the_first_that_passes(mean: float, alpha: float) -> None:
    count = critical_count([mean], alpha)[0]
    assert upper_tail([count], [mean])[0] <= alpha
    assert count == 1 or upper_tail([count - 1], [mean])[0] > alpha


def test_the_smallest_visible_risk_is_seen_four_times_in_five() -> None:
    critical = critical_count([3.0], 0.01)
    risk = smallest_visible_risk([3.0], critical)[0]
    assert detection_power([3.0], critical, risk)[0] == pytest.approx(0.8)
    drawn = np.random.default_rng(1).poisson(3.0 * risk, 20_000)
    assert (drawn >= critical[0]).mean() == pytest.approx(0.8, abs=0.01)
    assert smallest_visible_risk([0.0], [2.0])[0] == np.inf


def test_dispersion_tells_persons_from_reports() -> None:
    rng = np.random.default_rng(3)
    mean = np.full(400, 12.0)
    assert dispersion(rng.poisson(mean), mean) < 1.15
    persons = rng.poisson(mean / 4) * 4
    assert dispersion(persons, mean) > 2


# Neighbours


def test_neighbours_of_the_city_are_those_counted_beforehand(kupang: object) -> None:
    polygons = kupang.frame.geometry.to_numpy()  # type: ignore[attr-defined]
    assert len(contiguous(polygons).others) == 2 * 129
    rook = contiguous(polygons, rook=True)
    assert set(zip(np.repeat(np.arange(51), rook.degree), rook.others, strict=True)) <= set(
        zip(np.repeat(np.arange(51), contiguous(polygons).degree), contiguous(polygons).others, strict=True)
    )


def test_nearest_and_nearby_by_hand() -> None:
    points = np.array([[0.0, 0], [1, 0], [3, 0], [10, 0]])
    assert nearest(points, 1, is_on_sphere=False).others.tolist() == [1, 0, 1, 2]
    found = nearby(points, 2.0, is_on_sphere=False)
    assert found.degree.tolist() == [1, 2, 1, 0]
    # A degree of longitude on the equator is 111.2 km.
    equator = np.array([[120.0, 0], [121.0, 0], [123.0, 0]])
    assert nearby(equator, 111_196, is_on_sphere=True).degree.tolist() == [1, 1, 0]
    assert nearby(equator, 111_194, is_on_sphere=True).degree.tolist() == [0, 0, 0]


# Local statistics


def test_gi_star_as_printed_for_six_points() -> None:
    """Values printed in the documentation of esda.G_Local (star, binary weights within 15 units)."""
    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    found = getis_ord([2, 3, 3.2, 5, 8, 7], nearby(points, 15, is_on_sphere=False), replicates=99, seed=1)
    expected = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    assert found.statistic == pytest.approx(np.array(expected), abs=1e-8)


def test_local_statistics_beside_their_oracles(kupang: object) -> None:
    esda = pytest.importorskip("esda")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from esda.smoothing import assuncao_rate
        from libpysal.weights import W

        neighbours = contiguous(kupang.frame.geometry.to_numpy())  # type: ignore[attr-defined]
        rng = np.random.default_rng(5)
        size = rng.integers(20, 400, 51)
        cases = rng.poisson(size * 0.1)
        values = standardised_rates(cases, size)
        assert values == pytest.approx(assuncao_rate(cases, size))
        w = W({area: [int(other) for other in neighbours.of(area)] for area in range(51)}, silence_warnings=True)
        gi = esda.G_Local(values, w, transform="B", star=True, permutations=9999, seed=1)
        moran = esda.Moran_Local(values, w, permutations=9999, seed=1)
    ours = getis_ord(values, neighbours, replicates=9999, seed=1)
    assert ours.statistic == pytest.approx(gi.Zs)
    # Its p takes the smaller tail without doubling it.
    assert ours.p == pytest.approx(np.minimum(1, 2 * gi.p_sim), abs=0.03)
    local = local_moran(values, neighbours, replicates=9999, seed=1)
    # It divides the second moment by n - 1.
    assert local.statistic == pytest.approx(moran.Is * 51 / 50)
    assert local.p == pytest.approx(np.minimum(1, 2 * moran.p_sim), abs=0.03)


def test_permutation_p_by_counting_every_permutation() -> None:
    values, row = np.array([5.0, 1, 0, 0, 4, 4]), path_of(6)
    found = getis_ord(values, row, replicates=40_000, seed=1)
    for area in range(6):
        others = [value for place, value in enumerate(values) if place != area]
        sums = np.array([sum(one) for one in itertools.permutations(others, int(row.degree[area]))])
        at = values[row.of(area)].sum()
        exact = min(1.0, 2 * min((sums >= at).mean(), (sums <= at).mean()))
        assert found.p[area] == pytest.approx(exact, abs=0.01)


def test_many_zeros_make_nothing_cold() -> None:
    """15 reports on 51 areas without structure: esda's default called 12.8 areas a map cold."""
    rng = np.random.default_rng(8)
    row = nearest(rng.uniform(size=(51, 2)), 5, is_on_sphere=False)
    called = 0
    for seed in range(20):
        values = np.bincount(rng.integers(0, 51, 15), minlength=51).astype(float)
        found = local_moran(values, row, replicates=999, seed=seed)
        called += int((adjusted(found.p) <= 0.05).sum())
    assert called <= 2


def test_equal_values_and_no_neighbours_have_defined_answers() -> None:
    alone = Neighbours.of_pairs([0, 1], [1, 0], 3)
    for statistic in (getis_ord, local_moran):
        found = statistic([0, 0, 0], alone, replicates=99, seed=1)
        assert found.statistic[:2].tolist() == [0, 0]
        assert found.p[:2].tolist() == [1, 1]
        assert np.isnan(found.p[2])


# The scan


def test_the_published_cluster_around_the_county_seats() -> None:
    """SIDS in North Carolina, 1979-84, half of the births: SaTScan 10.3.2 gives LLR 10.720305, p 0.0015."""
    cases, births = NC["deaths_1979"].to_numpy(), NC["births_1979"].to_numpy()
    found = circles(SEATS, births, max_share=0.5, is_on_sphere=False)
    first = scan(cases, expected_counts(cases, births), found, replicates=9999, seed=1)[0]
    assert {NC["name"][member] for member in first.members} == {"Robeson", "Bladen", "Columbus", "Hoke", "Scotland"}
    assert first.observed == 70
    assert first.expected == pytest.approx(38.80, abs=0.005)
    assert first.llr == pytest.approx(10.720305, abs=5e-7)
    assert first.p == pytest.approx(0.0015, abs=0.0008)
    assert first.p_gumbel == pytest.approx(first.p, abs=0.0015)


def test_the_fast_maxima_are_those_of_every_circle() -> None:
    rng = np.random.default_rng(6)
    for _ in range(5):
        points, size = rng.integers(0, 9, (40, 2)).astype(float), rng.uniform(0, 9, 40)
        found = circles(points, size, max_share=0.4, is_on_sphere=False)
        mean = expected_counts(np.full(40, 2.0), size)
        maxima = simulate_maxima(found, mean, 80, min_cases=2, replicates=30, seed=9)
        drawn = np.random.default_rng(9).multinomial(80, mean / mean.sum(), size=30)
        for one, cases in zip(maxima, drawn, strict=True):
            best = 0.0
            for order, whole in zip(found.order, found.whole, strict=True):
                inside = np.cumsum(cases[order])
                ratio = log_likelihood_ratio(inside, np.cumsum(mean[order]), 80)
                best = max(best, ratio[whole & (inside >= 2)].max(initial=0.0))
            assert one == pytest.approx(best, abs=1e-9)


def test_tied_distances_enter_together_and_the_share_is_kept() -> None:
    cross = np.array([[0.0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    found = circles(cross, np.ones(5), max_share=0.9, is_on_sphere=False)
    # Around the middle: itself, or all five, and all five are too many.
    assert found.order[0].tolist() == [0]
    assert circles(cross, np.ones(5), max_share=1.0, is_on_sphere=False).order[0].tolist() == [0, 1, 2, 3, 4]


def test_no_cases_and_no_excess_have_no_cluster() -> None:
    found = circles(SEATS, np.ones(100), max_share=0.25, is_on_sphere=False)
    assert scan(np.zeros(100), np.zeros(100), found) == []
    even = np.full(100, 3.0)
    assert scan(even, even, found) == []


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 9), min_size=12, max_size=12), st.integers(0, 10**6))
def test_the_order_of_rows_never_matters(counts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    cases, points, size = np.array(counts), rng.uniform(size=(12, 2)), rng.uniform(1, 5, 12)
    shuffled = rng.permutation(12)

    def clusters(order: np.ndarray) -> list[tuple[frozenset[int], float]]:
        found = circles(points[order], size[order], max_share=0.5, is_on_sphere=False)
        made = scan(cases[order], expected_counts(cases[order], size[order]), found, replicates=19)
        return [(frozenset(order[list(one.members)].tolist()), round(one.llr, 8)) for one in made[:1]]

    one, other = clusters(np.arange(12)), clusters(shuffled)
    assert [llr for _, llr in one] == [llr for _, llr in other]


# Time


def test_trend_by_counting_every_way() -> None:
    shares = np.array([0.2, 0.3, 0.5])
    for counts in ([3, 1, 0], [0, 1, 3], [2, 0, 2]):
        at, rise, fall = np.dot(counts, [0, 1, 2]), 0.0, 0.0
        for ways in itertools.product(range(3), repeat=4):
            chance = np.prod(shares[list(ways)])
            rise += chance * (sum(ways) >= at)
            fall += chance * (sum(ways) <= at)
        assert trend_p(counts, shares) == pytest.approx((rise, fall))


def test_courses_are_told_apart() -> None:
    index = [f"k{number:02}" for number in range(14)]
    table = pd.DataFrame([[10, 10, 10, 10]] * 14, index=index, columns=["2016", "2017", "2018", "2019"])
    table.loc["k00"] = [0, 0, 0, 40]
    table.loc["k01"] = [2, 8, 20, 38]
    table.loc["k02"] = [38, 20, 8, 2]
    table.loc["k03"] = [40, 38, 41, 40]
    table.loc["k04"] = [0, 1, 0, 1]
    table.loc["k05"] = [10, np.nan, 10, 10]
    found = courses(table, pd.Series(1.0, index=index))["course"]
    assert found[["k00", "k01", "k02", "k03", "k04", "k05"]].tolist() == [
        Trend.NEW,
        Trend.RISING,
        Trend.FALLING,
        Trend.PERSISTENT,
        Trend.TOO_FEW,
        Trend.TOO_FEW,
    ]
    assert set(found[6:]) == {Trend.NONE}


def test_what_emerges_is_found_and_what_always_was_is_no_news() -> None:
    rng = np.random.default_rng(12)
    points = np.array([(x, y) for x in range(6) for y in range(6)], dtype=float)
    found = circles(points, np.ones(36), max_share=0.25, is_on_sphere=False)
    steady = rng.poisson(1.0, (36, 24))
    steady[7] = rng.poisson(9.0, 24)
    quiet = emerging(steady, found, longest=6, replicates=199)
    assert quiet[0].p > 0.05
    steady[[20, 21, 26], -3:] += 5
    first = emerging(steady, found, longest=6, replicates=199)[0]
    assert {20, 21, 26} <= set(first.members)
    assert first.months <= 4
    assert first.p == pytest.approx(1 / 200)
    with pytest.raises(ValueError, match="24 months"):
        emerging(steady, found, longest=13)


# By name


def test_an_area_without_population_stays_out() -> None:
    cases, size = np.array([4.0, 0, 2, 1]), np.array([10.0, 0, 10, 10])
    found = measure_areas(Method.SMR, cases, size, Options())
    assert np.isnan(found.columns["q"][1])
    assert found.columns["class"][1] == "too_few"
    local = measure_areas(Method.GI, cases, size, Options(replicates=99), neighbours=path_of(4))
    assert local.columns["class"].tolist()[1] == "too_few"
    assert np.isnan(local.columns["z"][0])  # its only neighbour has no rate
    assert np.isfinite(local.columns["z"][[2, 3]]).all()


def test_eb_without_spread_is_the_rate_of_the_whole() -> None:
    found = measure_areas(Method.EB, np.full(20, 5.0), np.full(20, 50.0), Options())
    assert found.columns["eb_rate"] == pytest.approx(0.1)
    assert np.isnan(found.told["nu"])
