"""A planner's proposal: what it is made of, that it comes back as it was kept, how two differ."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from geo.measures.rates import fit_prior, shrink
from geo.planning.limits import Limits
from geo.planning.proposal import (
    Override,
    Proposal,
    days_of,
    holds,
    moved_by_hand,
    moves,
    needs_of,
    solve,
    waves_of,
    worth,
)
from geo.planning.tiers import ordered
from geo.planning.waves import NoPlanYetError
from geo.terms import OverrideReason

ONE, TWO, THREE, FOUR = KODE = ("10.01.01.1001", "10.01.01.1002", "10.01.02.1001", "10.01.02.1002")
NEXT_TO = {ONE: (TWO,), TWO: (ONE, THREE), THREE: (TWO, FOUR), FOUR: (THREE,)}


def proposal(**parts: object) -> Proposal:
    whole = {
        "weights": (("cases", 25.0), ("trend", 10.0)),
        "first": 2,
        "limits": Limits(
            2, (1, 1), budget=(5e6, 5e6), must=((ONE, 2),), not_in=((TWO, None), (THREE, 1)), before=((ONE, FOUR),)
        ),
        "cost": 5e6,
        "trainers": 2,
        "begins_on": date(2020, 1, 31),
        "months": 1,
    }
    return Proposal(**(whole | parts))  # type: ignore[arg-type]


def wave(*numbers: int | None) -> pd.Series:
    return pd.Series(list(numbers), index=list(KODE), dtype="Int64")


def test_what_is_kept_comes_back_and_is_plain_json() -> None:
    own = proposal(
        overrides=(
            Override(FOUR, None, OverrideReason.SAFETY, "tunggu musim hujan"),
            Override(ONE, 2, OverrideReason.ACCESS),
        ),
        tolerance=0.1,
        seed=7,
    )
    content = json.loads(
        json.dumps(own.content(wave(1, None, 2, 0), "abc123", period="2016-2018", on=date(2018, 11, 16)))
    )
    assert Proposal.of(content) == own
    assert waves_of(content, pd.Index(KODE)).equals(wave(1, None, 2, 0))
    assert content["fingerprint"] == "abc123"
    assert (content["limits"]["period"], content["limits"]["on"]) == ("2016-2018", "2018-11-16")
    assert {"highspy", "numpy", "scipy", "pandas"} == set(content["versions"])
    # A layer that has other kelurahan: those it does not know are not started.
    assert waves_of(content, pd.Index([ONE, "99.01.01.1001"])).isna().to_list() == [False, True]


def test_need_is_the_posterior_mean_and_knows_no_weights(toy) -> None:
    cases = pd.Series([30.0, 2.0, 1.0, None], index=list(KODE))
    expected = pd.Series([11.0, 11.0, 11.0, 6.0], index=list(KODE))
    table = pd.DataFrame({"cases": cases, "expected": expected})
    found = needs_of(table, toy, cost=proposal().cost, trainers=proposal().trainers)
    told = cases.notna()
    prior = fit_prior(cases[told], expected[told])
    by_hand = expected[told] * shrink(cases[told], expected[told], prior).mean
    assert found.loc[told, "need"].to_list() == pytest.approx(by_hand.to_list())
    assert found["need"][ONE] < 30  # drawn to the others
    assert found["need"][FOUR] == pytest.approx(6.0)  # where nobody reported nothing but the size speaks
    assert found["cost"].eq(5e6).all()


def test_days_of_waves_keep_to_the_ends_of_months() -> None:
    assert days_of(wave(1, 2, None, 0), date(2020, 1, 31), 1) == {ONE: date(2020, 1, 31), TWO: date(2020, 2, 29)}


def test_moves_by_hand_and_between_plans() -> None:
    before = wave(1, 2, None, 0)
    moved = (Override(ONE, None, OverrideReason.OTHER), Override(THREE, 1, OverrideReason.OTHER))
    after = moved_by_hand(before, moved, 2)
    assert after.equals(wave(None, 2, 1, 0))
    assert before.equals(wave(1, 2, None, 0))
    found = moves(before, after)
    assert found.index.to_list() == [ONE, THREE]
    assert found["one"].to_list()[0] == 1
    assert found["other"].isna().to_list() == [True, False]
    assert moves(before, before).empty
    # Not of this layer, active by now, or to a wave that there is no longer: none of them can be done.
    for one in (
        Override("99.01.01.1001", 1, OverrideReason.OTHER),
        Override(FOUR, 1, OverrideReason.OTHER),
        Override(ONE, 3, OverrideReason.OTHER),
    ):
        assert not holds(one, before, 2)
        assert moved_by_hand(before, (one,), 2).equals(before)


def test_worth_of_a_plan_of_other_limits() -> None:
    needs = pd.DataFrame(
        {"kecamatan": "Kiri", "need": [4.0, 2.0, 1.0, 8.0], "cost": 0.0, "trainers": 0}, index=list(KODE)
    )
    limits = Limits(1, (1,), discount=0.5, spill=0.25)
    # Three waves where the limits have one, another wave 0: 4 + 2/4 for the started, a quarter of 1 beside wave 0.
    assert worth(needs, NEXT_TO, limits, wave(1, 3, None, 0)) == pytest.approx(4 + 0.5 + 0.25)


def test_what_is_found_for_one_sign_is_not_lost_with_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    import geo.planning.proposal as module

    whole = module.plan_waves

    def late(needs, next_to, limits, **rest):
        if limits.spill < 0:
            raise NoPlanYetError
        return whole(needs, next_to, limits, **rest)

    monkeypatch.setattr(module, "plan_waves", late)
    needs = pd.DataFrame({"kecamatan": "Kiri", "need": 1.0, "cost": 0.0, "trainers": 0}, index=list(KODE))
    found = solve(needs, NEXT_TO, Limits(1, (1,)))
    assert found.mirrored is None
    assert found.best.wave.notna().sum() == 1


def test_both_signs_of_spill_and_going_down_the_list() -> None:
    needs = pd.DataFrame(
        {"kecamatan": ["Kiri", "Kiri", "Kanan", "Kanan"], "need": [3.0, 10.0, 9.0, 8.0], "cost": 0.0, "trainers": 0},
        index=list(KODE),
    )
    limits = Limits(1, (1,), discount=1.0, spill=0.5)
    found = solve(needs, NEXT_TO, limits, gap=0.0)
    # By hand: starting THREE reaches 9 + (10 + 8) / 2 = 18; the highest, TWO, 10 + (3 + 9) / 2 = 16.
    assert found.best.wave.equals(wave(None, None, 1, None))
    assert found.best.objective == pytest.approx(18)
    assert found.listed.objective == pytest.approx(16)
    assert found.gain == pytest.approx(18 / 16 - 1)
    # With displacement: FOUR 8 - 4.5 = 3.5, TWO 10 - 6 = 4, ONE 3 - 5, THREE 9 - 9.
    assert found.mirrored is not None
    assert found.mirrored.wave.equals(wave(None, 1, None, None))
    assert found.mirrored.objective == pytest.approx(4)
    assert solve(needs, NEXT_TO, Limits(1, (1,), spill=0.0)).mirrored is None


def test_inside_a_tier_the_order_of_priority_decides_as_far_as_the_rules_let_it() -> None:
    needs = pd.DataFrame(
        {"kecamatan": "Kiri", "need": [10.0, 9.8, 9.6, 2.0], "cost": 0.0, "trainers": 0}, index=list(KODE)
    )
    limits = Limits(4, (1, 1, 1, 1), spill=0.0, discount=0.9)
    before = solve(needs, NEXT_TO, limits, gap=0.0).best.wave
    assert before.equals(wave(1, 2, 3, 4))
    found = ordered(needs, NEXT_TO, limits, before, tolerance=0.1, order=[FOUR, THREE, ONE, TWO])
    # FOUR is first in the order and far lower in need: it stays last.
    assert found.wave.equals(wave(2, 3, 1, 4))
    assert found.tiers == ((ONE, TWO, THREE),)
    # By hand: 10 x 0.1 + 9.8 x 0.09 given up, 9.6 x 0.19 won.
    assert found.loss == pytest.approx(10 * 0.1 + 9.8 * 0.09 - 9.6 * 0.19)
    bound = replace(limits, not_in=((THREE, 1),))
    kept = ordered(needs, NEXT_TO, bound, before, tolerance=0.1, order=[THREE, ONE, TWO])
    assert kept.wave.equals(wave(1, 3, 2, 4))
    same = ordered(needs, NEXT_TO, limits, before, tolerance=0.0, order=[FOUR, THREE])
    assert same.wave.equals(before)
    assert same.tiers == ()
