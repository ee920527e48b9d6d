"""`rollout`: the contract."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from geo.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEVEN = {f"53.71.04.{number}" for number in (1001, 1008, 1009, 1010, 1011, 1013, 1014)}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any]]]:
    def call(*arguments: object) -> tuple[int, dict[str, Any]]:
        code = main(["rollout", *map(str, arguments), "--json", "--lang", "en"])
        return code, json.loads(capsys.readouterr().out)

    return call


def said(told: dict[str, Any]) -> list[tuple[object, ...]]:
    return sorted(
        (one["source"], one["source_on"], one["counted_as"], one["claim"], one["count"], one["of"])
        for one in told["published"]
    )


def bounds(told: dict[str, Any]) -> tuple[int, int, int]:
    return told["known"], told["at_least"], told["at_most"]


SEVEN_WATCHES = ("nttterkini.com", "2018-11-16", "cw", "actual", 7, 51)
TWELVE_FORCES = ("kiblatntt.com", "2019-11-19", "gt_tppo", "actual", 12, 51)
THIRTY_NINE = [
    ("beritabuana.co", "2019-11-20", "gt_tppo", "actual", 39, 51),
    ("kiblatntt.com", "2019-11-19", "gt_tppo", "actual", 39, 51),
]
ALL_IN_2020 = [
    ("beritabuana.co", "2019-11-20", "gt_tppo", "target", 51, 51),
    ("kiblatntt.com", "2019-11-19", "gt_tppo", "target", 51, 51),
]


def test_at_the_end_of_2018_seven_are_known_and_twelve_task_forces_bound_nothing(run) -> None:
    code, told = run("--on", "2018-12-31")
    assert code == 0
    assert bounds(told) == (7, 7, 51)
    assert said(told) == [TWELVE_FORCES, SEVEN_WATCHES]
    assert {one["kode"] for one in told["kelurahan"]} == SEVEN


def test_on_the_day_seven_are_counted_and_seven_are_named(run) -> None:
    code, told = run("--on", "2018-11-16")
    assert code == 0
    # The one source that counts Community Watch counts seven on that very day.
    assert bounds(told) == (7, 7, 7)
    assert said(told) == [TWELVE_FORCES, SEVEN_WATCHES]
    assert {one["kode"] for one in told["kelurahan"]} == SEVEN
    assert told["kelurahan"][0] == {
        "kode": "53.71.04.1001",
        "stage": "active",
        "since": "2018-11-16",
        "since_precision": "day",
        "source": "nttterkini.com",
    }
    (twelve,) = [one for one in told["published"] if one["count"] == 12]
    assert (twelve["on"], twelve["on_precision"]) == ("2018-01-01", "year")


def test_what_was_known_by_the_end_of_2018_had_no_twelve(run) -> None:
    _, told = run("--on", "2018-11-16", "--known-on", "2018-12-31")
    assert bounds(told) == (7, 7, 7)
    assert said(told) == [SEVEN_WATCHES]
    _, before = run("--on", "2018-12-31", "--known-on", "2019-11-18")
    assert said(before) == [SEVEN_WATCHES]
    _, told = run("--on", "2018-12-31", "--known-on", "2019-11-19")
    assert said(told) == [TWELVE_FORCES, SEVEN_WATCHES]


def test_thirty_nine_task_forces_are_counted_and_seven_watches_known(run) -> None:
    _, told = run("--on", "2019-11-20")
    assert bounds(told) == (7, 7, 51)
    # Of each source its last count: the twelve of 2018 are the same source's earlier one.
    assert said(told) == [*THIRTY_NINE, SEVEN_WATCHES]
    _, day_before = run("--on", "2019-11-19")
    assert said(day_before) == [THIRTY_NINE[1], SEVEN_WATCHES]


def test_years_later_nobody_has_said_that_the_target_was_reached(run) -> None:
    _, told = run("--on", "2026-01-01")
    assert bounds(told) == (7, 7, 51)
    assert said(told) == sorted([*THIRTY_NINE, *ALL_IN_2020, SEVEN_WATCHES])
    assert {one["kode"] for one in told["kelurahan"]} == SEVEN


def test_both_days_are_today_by_default(run) -> None:
    _, told = run()
    assert told["on"] == told["known_on"]
    assert set(ALL_IN_2020) <= set(said(told))


def test_what_is_no_date_is_refused_and_so_is_a_store_that_is_not_there(run, tmp_path: Path) -> None:
    code, told = run("--on", "gestern")
    assert code == 2
    assert "YYYY-MM-DD" in told["error"]
    code, told = run("--db", tmp_path / "none.sqlite")
    assert code == 2
    assert told["faults"]
    assert not (tmp_path / "none.sqlite").exists()


def test_a_reader_gets_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollout", "--on", "2019-11-20", "--lang", "id"]) == 0
    told = capsys.readouterr().out
    assert "7 dari 51 kelurahan disebut namanya" in told
    assert "39 dari 51" in told
