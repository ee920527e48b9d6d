"""The load test on a real server: changes are answered, wrong pages are noticed, no server stays behind."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

import pytest

from benchmarks import load

# Processor time and memory of a server of its own, on processors that other tests would share.
pytestmark = pytest.mark.alone

_SHORT = {"seconds": 4.0, "every": 1.0, "is_alone": True}


def _is_running(pid: int) -> bool:
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_two_visitors_get_the_pages_they_ask_for_and_no_server_stays() -> None:
    ((side, found),) = load.measure(load.Options(visitors=(2,), **_SHORT))
    assert (side, found.visitors, found.errors) == ("ours", 2, [])
    assert len(found.times_s) >= 2
    assert 0 < found.median_s <= found.high_s <= found.most_s
    assert found.one_mb > 50
    assert found.all_mb > 50
    assert math.isfinite(found.mb_each)
    assert found.server_s > found.visitors_s > 0
    assert not _is_running(found.pid)


@pytest.fixture
def tree(tmp_path: Path, root: Path) -> Path:
    """A copy of the app, to break."""
    for name in load._SERVED:
        copy = shutil.copytree if (root / name).is_dir() else shutil.copy2
        copy(root / name, tmp_path / name)
    return tmp_path


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_page_that_stays_as_it_was_is_an_error(tree: Path) -> None:
    # The address and the widgets follow the change; all sentences go on to speak of one period.
    for file in ("overview.py", "shell/frame.py"):
        _replace(tree / "pages" / file, "period=str(view.period)", 'period="2017"')
    with pytest.raises(RuntimeError, match="nothing on the page is of 20"):
        list(load.measure(load.Options(visitors=(1,), tree=tree, **_SHORT)))


def test_a_fault_that_a_visitor_sees_is_an_error(tree: Path) -> None:
    _replace(tree / "pages" / "overview.py", "        footer(shell)", "        raise ValueError")
    with pytest.raises(RuntimeError, match="wrong without any load"):
        list(load.measure(load.Options(visitors=(1,), tree=tree, **_SHORT)))


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"visitors": (61,)}, "visitors from 1 to 60"),
        ({"visitors": (0,)}, "visitors from 1 to 60"),
        ({"visitors": ()}, "none"),
        ({"seconds": 0.0}, "above zero"),
        ({"every": -1.0}, "above zero"),
        ({"visitors": (1, 2), "seconds": 300.0}, "1200 s are asked for"),
    ],
)
def test_more_than_a_run_may_take_is_refused(options: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        load.Options(**options)


def test_options_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(load.ENVIRONMENT, "--visitors 3 --alone")
    # A comparison needs both servers.
    with pytest.raises(RuntimeError, match="leaves out the server"):
        load.run()


def test_figures_of_known_times() -> None:
    found = load.Outcome(3, times_s=[0.1, 0.2, 0.3, 0.4, 5.0], one_mb=100.0, all_mb=103.0, server_s=1.0)
    assert found.median_s == 0.3
    assert found.most_s == 5.0
    assert found.high_s == pytest.approx(0.4 + 0.8 * 4.6)  # 95 % of the way from the first to the last of five
    assert found.mb_each == 1.5
    assert found.server_s_each == 0.2
    nothing = load.Outcome(1)
    assert math.isinf(nothing.median_s)
    assert math.isnan(nothing.mb_each)
