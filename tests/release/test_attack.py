"""Editions under attack: whoever reads the files, knows k and the rule, and one other count, learns no small one."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import example as always
from hypothesis import settings as how
from hypothesis import strategies as st
from release.reader import KEY, Reader
from release.towns import cities, draft, drawn, near_the_least, records, texts, town

from benchmarks import editions
from geo.errors import DataError
from geo.facts import read_denominators
from geo.period import Period
from geo.release.attacker import breaches
from geo.release.publish import attack
from geo.release.secret import KeyedNumbers
from geo.release.suppress import protect
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
    own = reader.intervals(truth, k)
    told = pd.DataFrame(attack(one)).set_index(list(KEY))
    assert set(told.index) == set(own.index)
    theirs = told.loc[own.index, COLUMNS].astype(float)
    np.testing.assert_allclose(theirs.fillna(np.inf), own[COLUMNS], atol=1e-5)
    small = {key for key, count in zip(reader.keys, truth, strict=True) if 1 <= count < k}
    assert small <= set(own.index)
    kept = own.loc[sorted(small)]
    assert (kept["low"] <= 1 + 1e-6).all()
    assert (kept["high"] >= k - 1 - 1e-6).all()
    check_rule_of(reader, truth, k)
    check_replay(one, reader, truth)


def check_rule_of(reader: Reader, truth: list[int], k: int) -> None:
    """Nothing is narrowed without other knowledge, and no kelurahan by knowing one other cell."""
    assert reader.alone(truth, k) == []
    known = set(reader.groups)
    assert [key for key in reader.breaches(truth, k) if key[0] in known] == []


def check_replay(one: Draft, reader: Reader, truth: list[int], *, most: int = 10_000) -> int:
    """Tables with 1, and with k-1, in each hidden small cell: under some secret the rule gives the same edition.

    The order is drawn by chance: no order is needed for it.
    """
    chance, k = np.random.default_rng(0), one.edition.scope.k
    count = 0
    for target, value, table in itertools.islice(reader.witnesses(truth, k), most):
        assert table[target] == value
        cells = replace(one.cells, table=one.cells.table.assign(value=in_order_of(one, reader, table)))
        numbers = KeyedNumbers(
            chance.permutation(len(table)), one.hidden.copy(), np.ones(len(cells.sums), dtype=np.bool_)
        )
        assert (protect(cells, k, numbers) == one.hidden).all()
        assert (cells.values[~one.hidden] == one.cells.values[~one.hidden]).all()
        count += 1
    return count


def in_order_of(one: Draft, reader: Reader, table: Any) -> list[int]:
    """Counts of the reader's cells in the order of the draft's."""
    by_key = dict(zip(reader.keys, table.tolist(), strict=True))
    return [by_key[key] for key in one.cells.table[list(KEY)].itertuples(index=False, name=None)]


@pytest.mark.parametrize("period", [Period(2017, 2017), pytest.param(Period(2016, 2018), marks=pytest.mark.slow)])
def test_example_data(example: Tables, kupang: Areas, period: Period) -> None:
    one = draft(example.cases, kupang, period)
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
def test_protecting_cells_that_are_shown_are_a_breach(seed: int) -> None:
    """The cells that protect one kecamatan are shown after all: both attackers say so."""
    areas = town([4, 5, 6])
    weights = [12, 9, 1, 8, 7, 5, 1, 9, 8, 6, 3, 9, 1, 8, 9]
    cases = drawn(areas.index, weights, 300, Period(2016, 2017), seed)
    one = draft(cases, areas, Period(2016, 2017))
    reader = of(one)
    truth = reader.truth(cases)
    assert reader.alone(truth, 10) == []
    protecting = [
        int(cell) for cell in reader.hidden if truth[cell] >= 10 and "kelurahan" in one.cells.table["table"][cell]
    ]
    caught = 0
    for group in sorted(set(reader.groups.values())):
        shown = [cell for cell in protecting if reader.groups[reader.keys[cell][0]] == group]
        planted = reader.table.copy()
        planted["state"] = planted["state"].where(~planted.index.isin(shown), "shown")
        planted["count"] = planted["count"].where(~planted.index.isin(shown), pd.Series(truth))
        theirs = Reader(planted, reader.groups, knows_rule=False).breaches(truth, 10)
        hidden = one.hidden.copy()
        hidden[shown] = False
        found = breaches(one.cells, hidden, 10, np.full(len(hidden), np.inf))
        ours = [tuple(row) for row in one.cells.table.loc[found, list(KEY)].to_numpy()]
        assert sorted(ours) == sorted(theirs)
        caught += bool(set(theirs) - set(reader.breaches(truth, 10)))
    assert caught


def check_rule(city: tuple[list[int], int, int, list[tuple[Any, ...]]], audience: Audience = Audience.PUBLIC) -> None:
    groups, years, k, rows = city
    areas, cases, period = town(groups), records(rows), Period(2016, 2015 + years)
    try:
        one = draft(cases, areas, period, k=k, audience=audience)
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
    check_rule_of(reader, truth, k)
    check_replay(one, reader, truth, most=6)
    if len(rows) % 4:
        return
    # The order of rows, and who the persons are as long as the counts stay, change nothing.
    halves = pd.concat([cases.assign(persons=1), cases.assign(persons=cases["persons"] - 1)])
    other = halves[halves["persons"] > 0].sample(frac=1, random_state=1).assign(source="x")
    assert texts(draft(other, areas, period, k=k, audience=audience).edition) == texts(one.edition)


#: Five children, as the words of the city said: who knew the three of the one kelurahan knew the two of the other.
ONE_TELLS_THE_OTHER = (
    [2],
    1,
    3,
    [(f"10.01.01.100{kode}", 2016, "female", "child", "confirmed", 1) for kode in (1, 1, 1, 2, 2)],
)

#: Seven in five kelurahan of four kecamatan: the two of the second could not be more than four together, as the
#: first part of the sum of kecamatan said, and who knew the three of the one knew that the other is not three.
TOGETHER_BOUNDED = (
    [1, 2, 1, 1],
    1,
    4,
    [
        (f"10.01.0{group}.100{kode}", 2016, "male", "adult", "confirmed", persons)
        for group, kode, persons in ((1, 1, 3), (2, 1, 3), (2, 2, 1))
    ],
)


@given(city=cities())
@always(city=ONE_TELLS_THE_OTHER)
@always(city=TOGETHER_BOUNDED)
@how(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_the_rule_holds_in_any_small_city(city: Any) -> None:
    check_rule(city)


@pytest.mark.slow
@given(city=cities())
@how(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_rule_holds_in_many_small_cities(city: Any) -> None:
    check_rule(city)


@pytest.mark.parametrize(
    ("seed", "audience"),
    [
        (67, Audience.PUBLIC),
        *((seed, Audience.TASKFORCE) for seed in (67, 579, 758, 1454)),
    ],
)
def test_the_rule_holds_in_towns_near_the_least(seed: int, audience: Audience) -> None:
    """All were narrowed when only the parts of a long sum were bounded, not the cells inside them."""
    check_rule(near_the_least(seed), audience)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 1500, 100))
@pytest.mark.parametrize("audience", Audience)
def test_the_rule_holds_in_many_towns_near_the_least(first: int, audience: Audience) -> None:
    for seed in range(first, first + 100):
        check_rule(near_the_least(seed), audience)


@pytest.mark.slow
@given(seed=st.integers(0, 10**6), skew=st.floats(0.1, 4), persons=st.integers(50, 2500), k=st.integers(2, 12))
@how(max_examples=150, deadline=None)
def test_the_rule_holds_at_full_size(kupang: Areas, seed: int, skew: float, persons: int, k: int) -> None:
    sizes = read_denominators(kupang.index).iloc[:, 0]
    chance = np.random.default_rng(seed)
    cases = drawn(kupang.index, sizes * chance.gamma(1 / skew, skew, len(sizes)), persons, Period(2016, 2018), seed)
    one = draft(cases, kupang, Period(2016, 2018), k=k)
    reader = of(one)
    truth = reader.truth(cases)
    check_rule_of(reader, truth, k)
    check_replay(one, reader, truth)


@pytest.mark.parametrize("number", [2, 9, 15, *(pytest.param(n, marks=pytest.mark.slow) for n in range(200, 400))])
def test_generated_cities(kupang: Areas, number: int) -> None:
    """The cities of the benchmark, others in number: what it measures, by the reader of files, and the replay."""
    sizes = read_denominators(kupang.index).iloc[:, 0]
    cases, period, k = editions.generated(kupang, sizes, number)
    one = draft(cases, kupang, period, k=k, secret=number.to_bytes(32, "big"))
    reader = of(one)
    truth = reader.truth(cases)
    check_rule_of(reader, truth, k)
    assert check_replay(one, reader, truth) > 0


def test_the_public_order_is_inverted(kupang: Areas) -> None:
    """The attackers find what the former rule gave away."""
    found = editions.study(8)
    assert found["public order", "named"] > 10
    assert found["public order", "named and small"] == found["public order", "named"]
    assert found["secret", "named and small"] < found["secret", "named"]
    assert sum(found["public order", "knowing one", what] for what in editions.WHAT) > 0
    assert found["secret", "alone"] == 0
    assert found["secret", "knowing one", "kelurahan"] == 0
