"""Stability against closed forms and against a second computation, swaps against brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from geo.planning.criteria import Criterion, Direction, Posterior, Scale
from geo.planning.priority import rank
from geo.planning.stability import Standing, Uncertain, draw_scores, draw_weights, stability, uncertain
from geo.planning.swaps import edges, swap_distance, swaps

UP = Direction.UP
DRAWS = 20_000
ONE, TWO = Criterion("one", "one", UP, 0.7), Criterion("two", "two", UP, 0.3)


def _random(areas: int, seed: int = 3) -> tuple[pd.DataFrame, list[Criterion]]:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.random((areas, 3)), columns=["x", "y", "z"], index=[f"k{at:03}" for at in range(areas)])
    table["expected"] = rng.gamma(3, 3, areas)
    table["cases"] = rng.poisson(table["expected"] * rng.gamma(2, 1 / 2, areas)).astype(float)
    criteria = [
        Criterion("cases", "cases", UP, 3.0, posterior=Posterior.GAMMA, expected="expected"),
        Criterion("x", "x", UP, 2.0),
        Criterion("y", "y", Direction.DOWN, 1.0),
        Criterion("z", "z", UP, 0.0),
    ]
    return table, criteria


def test_two_criteria_have_a_closed_form() -> None:
    """Of two areas a leads by one criterion, b by the other: a is first where its weight is above a half."""
    table = pd.DataFrame({"one": [1.0, 0.0], "two": [0.0, 1.0]}, index=["a", "b"])
    found = stability(rank(table, [ONE, TWO]), first=1, draws=DRAWS, concentration=10, seed=5)
    true = stats.beta(7, 3).sf(0.5)
    assert found.table.at["a", "first_share"] == pytest.approx(true, abs=4 * np.sqrt(true * (1 - true) / DRAWS))
    assert found.table["first_share"].sum() == pytest.approx(1.0)
    # P(rank 1) is about 0.91: five per cent of draws is within rank 1, ninety-five only within rank 2.
    assert found.table[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 2], [1, 2]]


def test_weights_have_the_mean_given_and_none_stays_none() -> None:
    weights = np.array([0.6, 0.0, 0.4])
    drawn = draw_weights(weights, DRAWS, 30.0, np.random.default_rng(1))
    assert (drawn[:, 1] == 0).all()
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0)
    np.testing.assert_allclose(drawn.mean(axis=0), weights, atol=4 * 0.09 / np.sqrt(DRAWS))
    # Variance of a Dirichlet: w (1 - w) / (concentration + 1).
    assert drawn[:, 0].var() == pytest.approx(0.24 / 31, rel=0.05)


def test_counts_have_the_posterior_of_the_smoothed_rates() -> None:
    counts, expected = np.array([0.0, 4.0, 30.0, 9.0, 2.0]), np.array([5.0, 5.0, 10.0, 15.0, 10.0])
    found = Uncertain.of(counts, expected, np.ones(5, dtype=bool))
    from geo.measures.poisson import fit_prior

    prior = fit_prior(counts, expected)
    assert prior.nu is not None
    drawn = found.draw(DRAWS, np.random.default_rng(2))
    mean = (counts + prior.nu) / (expected + prior.alpha) * expected
    error = np.sqrt(counts + prior.nu) / (expected + prior.alpha) * expected / np.sqrt(DRAWS)
    assert (np.abs(drawn.mean(axis=0) - mean) < 5 * error).all()
    # The unit in which sizes are written makes no difference.
    other = Uncertain.of(counts, 250 * expected, np.ones(5, dtype=bool))
    np.testing.assert_allclose(other.shape / other.rate, found.shape / found.rate, rtol=1e-4)


def test_a_count_that_is_not_known_is_the_most_uncertain() -> None:
    counts, expected = np.array([0.0, 14.0, 30.0, 9.0, 9.0]), np.array([5.0, 5.0, 10.0, 10.0, 10.0])
    known = np.array([True, True, True, True, False])
    found = Uncertain.of(counts, expected, known)
    spread = np.sqrt(found.shape) / found.rate
    assert spread[4] > spread[3]
    assert (
        Uncertain.of(counts, np.full(5, np.nan), known).draw(2, np.random.default_rng(1)).tolist()
        == [counts.tolist()] * 2
    )


def test_without_over_dispersion_and_without_cases_there_is_an_answer() -> None:
    even = Uncertain.of(np.array([5.0, 5.0, 5.0]), np.array([5.0, 5.0, 5.0]), np.ones(3, dtype=bool))
    np.testing.assert_allclose(even.draw(3, np.random.default_rng(1)), 5.0, rtol=1e-3)
    none = Uncertain.of(np.zeros(3), np.ones(3), np.ones(3, dtype=bool))
    assert (none.draw(3, np.random.default_rng(1)) == 0).all()


def test_the_draws_recomputed_one_by_one() -> None:
    """Scores, shares and intervals from the same random numbers by plain loops."""
    table, criteria = _random(9)
    ranking = rank(table, criteria)
    draws, seed = 400, 11
    found = stability(ranking, first=3, draws=draws, seed=seed)
    streams = [np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(1 + len(criteria))]
    weights = draw_weights(ranking.weights.to_numpy(), draws, 30.0, streams[0])
    posterior = uncertain(ranking)["cases"]
    ranks = np.empty((draws, 9), dtype=int)
    for at in range(draws):
        counts = streams[1].standard_gamma(posterior.shape) / posterior.rate
        scaled = [(counts - counts.min()) / (counts.max() - counts.min())]
        for name, turned in (("x", False), ("y", True), ("z", False)):
            values = table[name].to_numpy()
            one = (values - values.min()) / (values.max() - values.min())
            scaled.append(1 - one if turned else one)
        score = sum(weight * one for weight, one in zip(weights[at], scaled, strict=True))
        ranks[at] = stats.rankdata(-score)
    np.testing.assert_allclose(found.table["first_share"], (ranks <= 3).mean(axis=0))
    ordered = np.sort(ranks, axis=0)
    assert found.table["rank_low"].tolist() == ordered[19].tolist()  # the 20th of 400 is 5 %
    assert found.table["rank_high"].tolist() == ordered[379].tolist()


@pytest.mark.parametrize("scale", list(Scale))
def test_same_seed_same_answer_whatever_the_order_of_rows_and_the_number_at_once(
    monkeypatch: pytest.MonkeyPatch, scale: Scale
) -> None:
    table, criteria = _random(12)
    criteria[0] = replace(criteria[0], scale=scale)
    found = stability(rank(table, criteria), first=4, draws=1000, seed=2).table
    mixed = stability(rank(table.iloc[::-1], criteria), first=4, draws=1000, seed=2).table
    pd.testing.assert_frame_equal(mixed.loc[found.index], found)
    monkeypatch.setattr("geo.planning.stability._AT_ONCE", 60)
    pd.testing.assert_frame_equal(stability(rank(table, criteria), first=4, draws=1000, seed=2).table, found)
    assert not stability(rank(table, criteria), first=4, draws=1000, seed=3).table.equals(found)


def test_ties_in_the_draws_go_to_the_lower_area() -> None:
    table = pd.DataFrame({"one": [1.0, 1.0, 0.0], "two": [0.4, 0.4, 0.0]}, index=["b", "a", "c"])
    found = stability(rank(table, [ONE, TWO]), first=1, draws=500).table
    assert found["first_share"].tolist() == [0.0, 1.0, 0.0]
    assert found["rank_low"].tolist() == found["rank_high"].tolist() == [2, 1, 3]


def test_all_are_first_where_there_are_no_more() -> None:
    table, criteria = _random(3)
    assert (stability(rank(table, criteria), first=9, draws=50).table["first_share"] == 1.0).all()
    with pytest.raises(ValueError, match="1 or more"):
        stability(rank(table, criteria), first=0)


def test_certain_counts_and_a_large_concentration_leave_the_list_as_it_is() -> None:
    table, criteria = _random(8)
    plain = [replace(one, posterior=Posterior.NONE) for one in criteria]
    ranking = rank(table, plain)
    found = stability(ranking, first=3, draws=200, concentration=1e9).table
    assert found["rank_low"].tolist() == found["rank_high"].tolist() == ranking.table["rank"].tolist()
    scores = np.vstack(list(draw_scores(ranking, draws=5, concentration=1e12, seed=1)))
    np.testing.assert_allclose(scores, np.tile(ranking.table["score"], (5, 1)), atol=1e-4)


def test_three_groups_by_closed_rules() -> None:
    table = pd.DataFrame({"one": [1.0, 0.0, 0.9, 0.0], "two": [1.0, 0.9, 0.0, 0.0]}, index=list("abcd"))
    found = stability(rank(table, [ONE, TWO]), first=2, draws=2000, concentration=6)
    groups = found.standings(always=0.95, never=0.05)
    assert groups.to_dict() == {
        "a": Standing.ALWAYS,
        "b": Standing.DEPENDS,
        "c": Standing.DEPENDS,
        "d": Standing.NOT_NOW,
    }


def _by_programme(ahead: np.ndarray, behind: np.ndarray, weights: np.ndarray) -> float:
    """Least weight moved by a linear programme: what each criterion is given (u) and what is taken from it (v)."""
    lead, count = ahead - behind, len(weights)
    found = optimize.linprog(
        np.append(np.ones(count), np.zeros(count)),
        A_ub=[np.append(lead, -lead)],
        b_ub=[-lead @ weights],
        A_eq=[np.append(np.ones(count), -np.ones(count))],
        b_eq=[0.0],
        bounds=[(0, None if weight > 0 else 0) for weight in weights] + [(0, weight) for weight in weights],
    )
    return float(found.fun) if found.success else np.inf


def test_the_smallest_change_of_weights_is_that_of_the_linear_programme() -> None:
    rng = np.random.default_rng(8)
    finite = 0
    for count in (2, 3, 5, 8):
        for _ in range(60):
            weights = rng.dirichlet(np.ones(count)) * (rng.random(count) > 0.2)
            if not weights.sum():
                continue
            weights /= weights.sum()
            pair = rng.integers(0, 5, (2, count)) / 4
            ahead, behind = pair if pair[0] @ weights >= pair[1] @ weights else pair[::-1]
            moved, toward = swap_distance(ahead[None], behind[None], weights)
            there = weights > 0
            if (ahead - behind)[there].min() >= 0:
                assert moved[0] == np.inf
                assert toward[0] == -1
                continue
            finite += 1
            assert moved[0] == pytest.approx(_by_programme(ahead, behind, weights), abs=1e-9)
            assert weights[toward[0]] > 0
    assert finite > 100


def test_the_smallest_change_by_trying_all_weights() -> None:
    """Three criteria, every weight on a fine grid: none that swaps is closer than said."""
    ahead, behind = np.array([1.0, 0.2, 0.5]), np.array([0.1, 0.9, 0.6])
    weights = np.array([0.5, 0.2, 0.3])
    moved, toward = swap_distance(ahead[None], behind[None], weights)
    grid = np.array([(i, j, 400 - i - j) for i in range(401) for j in range(401 - i)]) / 400
    swapped = grid[grid @ (ahead - behind) <= 0]
    nearest = (np.abs(swapped - weights).sum(axis=1) / 2).min()
    assert moved[0] == pytest.approx(nearest, abs=1 / 400)
    assert moved[0] <= nearest + 1e-12
    # By hand: the gap 0.45 - 0.14 - 0.03 = 0.28 closes by 0.9 + 0.7 a unit moved from the first to the second.
    assert moved[0] == pytest.approx(0.28 / 1.6)
    assert toward[0] == 1


def test_neighbours_in_the_list_swap_where_it_says() -> None:
    table, criteria = _random(7)
    plain = [replace(one, posterior=Posterior.NONE) for one in criteria]
    ranking = rank(table, plain)
    found = swaps(ranking)
    assert found.index.tolist() == ranking.order[:-1].tolist()
    assert found["behind"].tolist() == ranking.order[1:].tolist()
    assert "z" not in set(found["toward"])  # it has no weight
    for area, row in found[np.isfinite(found["moved"])].iterrows():
        for factor, swapped in ((0.999, False), (1.001, True)):
            weights = _moved(ranking, str(area), row, factor)
            scores = ranking.scaled @ weights
            assert (scores[row["behind"]] > scores[area]) is np.bool_(swapped)


def _moved(ranking, area: str, row, factor: float) -> pd.Series:
    """Weights after so much was moved: from where the area leads most, on to the next."""
    weights = ranking.weights.copy()
    lead = (ranking.scaled.loc[area] - ranking.scaled.loc[row["behind"]])[weights > 0]
    left = row["moved"] * factor
    weights[row["toward"]] += left
    for name in lead.sort_values(ascending=False).index:
        if name == row["toward"]:
            continue
        taken = min(left, ranking.weights[name])
        weights[name] -= taken
        left -= taken
    assert left == pytest.approx(0, abs=1e-9) or factor > 1
    return weights


def test_the_line_below_the_first_ones() -> None:
    table = pd.DataFrame({"one": [1.0, 0.8, 0.0, 0.0], "two": [1.0, 0.0, 0.6, 0.0]}, index=list("abcd"))
    ranking = rank(table, [ONE, TWO])
    assert ranking.order.tolist() == ["a", "b", "c", "d"]
    found = edges(ranking, first=2)
    # b leads c by 0.8 and -0.6: gap 0.56 - 0.18 = 0.38, closed by 1.4 a unit
    assert found.loc["b", ["other", "toward"]].tolist() == ["c", "two"]
    assert found.loc["c", ["other", "toward"]].tolist() == ["b", "two"]
    assert found.at["b", "moved"] == found.at["c", "moved"] == pytest.approx(0.38 / 1.4)
    # Nobody passes a by any weights, and d passes nobody.
    assert found.loc[["a", "d"], "moved"].tolist() == [np.inf, np.inf]
    assert found.loc[["a", "d"], "other"].tolist() == ["", ""]
    assert np.isinf(edges(ranking, first=4)["moved"]).all()
