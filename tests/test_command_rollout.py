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


def said(told: dict[str, Any]) -> set[tuple[int, str, str]]:
    return {(one["count"], one["counted_as"], one["claim"]) for one in told["published"]}


def test_on_the_day_seven_are_known_and_twelve_are_claimed(run) -> None:
    code, told = run("--on", "2018-11-16")
    assert code == 0
    assert (told["known"], told["at_least"], told["at_most"]) == (7, 7, 12)
    assert said(told) == {(7, "cw", "actual"), (12, "cw", "actual")}
    assert {one["kode"] for one in told["kelurahan"]} == SEVEN
    assert told["kelurahan"][0] == {
        "kode": "53.71.04.1001",
        "stage": "active",
        "since": "2018-11-16",
        "since_precision": "day",
        "source": "nttterkini.com",
    }
    assert {"count", "of", "counted_as", "claim", "source", "source_on"} <= set(told["published"][0])


def test_what_was_known_by_the_end_of_2018_had_no_twelve(run) -> None:
    _, told = run("--on", "2018-11-16", "--known-on", "2018-12-31")
    assert told["known"] == 7
    assert said(told) == {(7, "cw", "actual")}


def test_thirty_nine_task_forces_are_claimed_and_seven_watches_known(run) -> None:
    _, told = run("--on", "2019-11-20")
    assert told["at_least"] == 7
    assert (39, "gt_tppo", "actual") in said(told)
    assert told["at_most"] == 51


def test_both_days_are_today_by_default(run) -> None:
    _, told = run()
    assert told["on"] == told["known_on"]
    assert (51, "gt_tppo", "target") in said(told)


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
