"""The benchmark of files made to do harm notices what must not happen, and its command then ends with 1."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import Result, hostile
from geo.cli.main import main

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read in /proc")
WELL = {"found": "too_large", "is_well": True, "seconds": 0.1, "rest_s": 0.0, "growth_mib": 1.0}
GOOD = {**WELL, "found": "harmless, 1 rows"}


class _Server:
    """A server whose answers are given."""

    waiting = 0

    def __init__(self, *answers: dict[str, Any], is_whole: bool = True) -> None:
        self._answers, self._is_whole = list(answers), is_whole

    def ask(self, _kind: str, _path: Path) -> dict[str, Any]:
        return self._answers.pop(0) if self._answers else {}

    def is_whole(self) -> bool:
        return self._is_whole


@pytest.mark.parametrize(
    ("server", "told"),
    [
        (_Server(WELL, GOOD), ()),
        (_Server({**WELL, "is_well": False}, GOOD), ("neither refused nor harmless",)),
        (_Server({**WELL, "seconds": 66}, GOOD), ("more time than its budget",)),
        (_Server({**WELL, "rest_s": 61}, GOOD), ("more time afterwards than its budget",)),
        (_Server(WELL, GOOD, is_whole=False), ("the waiting process ended, or one stayed",)),
        (_Server(WELL, WELL), ("a good file is not read after it",)),
        (_Server(WELL), ("a good file is not read after it",)),
        (_Server(), ("the server ended, or was ended because it gave no answer",)),
    ],
)
def test_what_must_not_happen_is_noticed(tmp_path: Path, server: _Server, told: tuple[str, ...]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a", "utf-8")
    cost = hostile._measured(server, "sheet", "a", path)
    assert cost.faults == told


def test_a_refused_file_and_a_harmless_one_are_measured() -> None:
    costs = list(hostile.measure(("a million columns", "numbers without end")))
    assert [cost.name for cost in costs] == ["a million columns", "numbers without end"]
    assert [cost.found for cost in costs] == ["too_large", "harmless, 13 rows"]
    assert all(cost.faults == () and 0 < cost.seconds < 60 for cost in costs)
    # The text of a million separators and the list of its cells.
    assert 5 < costs[0].child_mib < 500


def test_the_command_ends_with_1_where_something_did_not_hold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = Result(hostile.NAME, "a", "s", 1.0, 60.0, "its budget", holds=False)
    monkeypatch.setattr(hostile, "run", lambda: [result])
    with pytest.raises(SystemExit) as ended:
        main(["bench", "hostile", "--json"])
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["results"][0]["holds"] is False
