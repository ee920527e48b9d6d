"""Editions under attack: whoever reads the files, knows k and the rule, and one other count, learns no small one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from release.reader import KEY, Reader
from release.towns import cities, draft, drawn, records, texts, town

from geo.errors import DataError
from geo.facts import read_denominators
from geo.period import Period
from geo.release.attacker import breaches
from geo.release.publish import attack
from geo.terms import Audience

if TYPE_CHECKING:
    from geo.places.boundaries import Areas
    from geo.records.tables import Tables
    from geo.release.editions import Draft

COLUMNS = ["low", "high", "low_knowing_one", "high_knowing_one"]


def of(one: Draft) -> Reader:
    return Reader.of_texts(texts(one.edition))


def check_same(one: Draft, cases: pd.DataFrame) -> None:
    """The steward's attack file says what the independent reader finds, and the rule holds."""
    reader, k = of(one), one.edition.scope.k
    truth = reader.truth(cases)
    own = reader.intervals(truth)
    told = pd.DataFrame(attack(one)).set_index(list(KEY))
    assert set(told.index) == set(own.index)
    theirs = told.loc[own.index, COLUMNS].astype(float)
    np.testing.assert_allclose(theirs.fillna(np.inf), own[COLUMNS], atol=1e-5)
    small = {key for key, count in zip(reader.keys, truth, strict=True) if 1 <= count < k}
    assert small <= set(own.index)
    kept = own.loc[sorted(small)]
    assert (kept["low_knowing_one"] <= 1 + 1e-6).all()
    assert (kept["high_knowing_one"] >= k - 1 - 1e-6).all()
    assert reader.breaches(truth, k) == []


@pytest.mark.parametrize("period", [Period(2017, 2017), pytest.param(Period(2016, 2018), marks=pytest.mark.slow)])
def test_example_data(example: Tables, kupang: Areas, period: Period) -> None:
    one = draft(example.cases, kupang, period, sizes=read_denominators(kupang.index).iloc[:, 0])
    assert one.hidden.any()
    check_same(one, example.cases)


@pytest.mark.parametrize(
    ("groups", "k", "audience"),
    [
        ([3, 3, 3, 3], 5, Audience.PUBLIC),
        ([1, 1, 6], 3, Audience.PUBLIC),
        ([1, 2, 4], 3, Audience.TASKFORCE),
        pytest.param([5, 4, 1], 10, Audience.PUBLIC, marks=pytest.mark.slow),
        pytest.param([12], 12, Audience.PUBLIC, marks=pytest.mark.slow),
        pytest.param([5, 4, 1], 10, Audience.TASKFORCE, marks=pytest.mark.slow),
        pytest.param([12], 12, Audience.TASKFORCE, marks=pytest.mark.slow),
    ],
)
def test_made_up_towns(groups: list[int], k: int, audience: Audience) -> None:
    areas = town(groups)
    chance = np.random.default_rng(k)
    cases = drawn(areas.index, chance.gamma(0.7, 1, len(areas.index)), 180, Period(2016, 2018), k)
    one = draft(cases, areas, Period(2016, 2018), k=k, audience=audience)
    assert one.hidden.any()
    check_same(one, cases)


@pytest.mark.parametrize("seed", range(6))
def test_a_protecting_cell_that_is_shown_is_a_breach(seed: int) -> None:
    """One cell that protects others is shown after all: both attackers say so."""
    areas = town([4, 3, 3])
    cases = drawn(areas.index, [12, 9, 1, 8, 7, 5, 1, 9, 8, 6], 200, Period(2016, 2017), seed)
    one = draft(cases, areas, Period(2016, 2017))
    reader = of(one)
    truth = reader.truth(cases)
    assert reader.breaches(truth, 10) == []
    protecting = [
        int(cell) for cell in reader.hidden if truth[cell] >= 10 and "kelurahan" in one.cells.table["table"][cell]
    ]
    assert protecting
    caught = 0
    for cell in protecting:
        planted = reader.table.copy()
        planted.loc[cell, ["count", "state"]] = [truth[cell], "shown"]
        theirs = Reader(planted, reader.groups).breaches(truth, 10)
        hidden = one.hidden.copy()
        hidden[cell] = False
        ours = [tuple(one.cells.table.loc[found, list(KEY)]) for found in breaches(one.cells, hidden, 10)]
        assert sorted(ours) == sorted(theirs)
        caught += bool(theirs)
    assert caught


def check_rule(city: tuple[list[int], int, int, list[tuple[Any, ...]]]) -> None:
    groups, years, k, rows = city
    areas, cases, period = town(groups), records(rows), Period(2016, 2015 + years)
    sizes = pd.Series(np.arange(len(areas.index), 0.0, -1), index=areas.index)
    try:
        one = draft(cases, areas, period, k=k, sizes=sizes)
    except DataError:
        # So few cells that the rule cannot be kept; then nothing leaves the house.
        assert sum(groups) == 1
        return
    reader = of(one)
    truth = reader.truth(cases)
    table = reader.table
    shown = table["state"] == "shown"
    assert table.loc[shown, "count"].tolist() == [
        count for count, is_shown in zip(truth, shown, strict=True) if is_shown
    ]
    assert not table["count"].between(1, k - 1).any()
    assert not any(
        count and state in ("zero", "no_report") for count, state in zip(truth, table["state"], strict=True)
    )
    assert reader.breaches(truth, k) == []
    if len(rows) % 4:
        return
    # The order of rows, and who the persons are as long as the counts stay, change nothing.
    halves = pd.concat([cases.assign(persons=1), cases.assign(persons=cases["persons"] - 1)])
    other = halves[halves["persons"] > 0].sample(frac=1, random_state=1).assign(source="x")
    assert texts(draft(other, areas, period, k=k, sizes=sizes).edition) == texts(one.edition)


@given(city=cities())
@how(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_rule_holds_in_any_small_city(city: Any) -> None:
    check_rule(city)


@pytest.mark.slow
@given(city=cities())
@how(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_rule_holds_in_many_small_cities(city: Any) -> None:
    check_rule(city)


@pytest.mark.slow
@given(seed=st.integers(0, 10**6), skew=st.floats(0.1, 4), persons=st.integers(50, 2500), k=st.integers(2, 12))
@how(max_examples=150, deadline=None)
def test_the_rule_holds_at_full_size(kupang: Areas, seed: int, skew: float, persons: int, k: int) -> None:
    sizes = read_denominators(kupang.index).iloc[:, 0]
    chance = np.random.default_rng(seed)
    cases = drawn(kupang.index, sizes * chance.gamma(1 / skew, skew, len(sizes)), persons, Period(2016, 2018), seed)
    one = draft(cases, kupang, Period(2016, 2018), k=k, sizes=sizes)
    reader = of(one)
    assert reader.breaches(reader.truth(cases), k) == []
