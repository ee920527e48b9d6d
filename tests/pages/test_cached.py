"""What is kept between runs: under which key, and that no two things share one."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from geo.measures.figures import Measure, victims
from geo.period import Period
from geo.release.released import release
from geo.study import join
from geo.terms import Audience, Denominator, Sex
from geo.viewer import PUBLIC
from geo.words import Language, Words
from pages.shell import caches
from pages.shell.caches import cached, part_of_key

if TYPE_CHECKING:
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables
    from geo.release.released import Released

#: Every page that is made of released figures, with the addresses that show its parts.
ADDRESSES = [
    ("overview", ""),
    ("overview", "ukuran=laporan"),
    ("overview", "periode=2018"),
    ("hotspots", ""),
    ("hotspots", "lihat=angka&ukuran=laporan-per-ukuran"),
    ("hotspots", "lihat=banding"),
    ("hotspots", "lihat=arah"),
    ("rollout", "bagian=papan"),
    ("rollout", "bagian=rencana"),
    ("rollout", "bagian=rencana&diketahui=2018-12-31"),
    ("priority", ""),
    ("priority", "langkah=gelombang"),
    ("profile", "kelurahan=53.71.04.1011"),
]


@dataclass(frozen=True)
class Rule:
    share: float
    names: tuple[str, ...]


@dataclass(frozen=True)
class OtherRule:
    share: float
    names: tuple[str, ...]


@pytest.fixture(scope="module")
def seen(kupang: Areas, example: Tables) -> Released:
    return release(join(kupang, example, Period(2017, 2017)), None, PUBLIC, on=date(2018, 11, 16))


def describe(released: Released, *parts: Any, **named: Any) -> tuple[Any, ...]:
    return (released.fingerprint, parts, named, object())


def sum_of(released: Released, *parts: Any, **named: Any) -> tuple[Any, ...]:
    return describe(released, *parts, **named)


def test_plain_arguments_count_by_what_they_are(seen: Released) -> None:
    assert cached(describe, seen, 1, ("a", 2.5)) is cached(describe, seen, 1, ("a", 2.5))
    assert cached(describe, seen, Rule(0.5, ("a",))) is cached(describe, seen, Rule(0.5, ("a",)))
    assert cached(describe, seen, note="x", on=None) is cached(describe, seen, on=None, note="x")


def test_a_table_counts_by_being_the_very_object(seen: Released) -> None:
    table = pd.DataFrame({"a": [1]})
    made = cached(describe, seen, table)
    assert cached(describe, seen, table) is made
    assert cached(describe, seen, table.copy()) is not made
    # Its number cannot come again while the result is kept: the object is kept with it.
    number = id(table)
    del table
    others = [pd.DataFrame({"a": [one]}) for one in range(200)]
    assert number not in {id(one) for one in others}


def test_no_two_arguments_share_a_key(seen: Released) -> None:
    other = dataclasses.replace(seen, audience=Audience.TASKFORCE)
    told = [
        None,
        True,
        1,
        1.0,
        "1",
        "True",
        "None",
        "",
        ("1",),
        ("1", "2"),
        ("1,2",),
        (("1",), "2"),
        ("1", ("2",)),
        frozenset({"1"}),
        date(2017, 1, 1),
        "2017-01-01",
        Period(2017, 2017),
        Period(2017, 2018),
        Measure.VICTIMS,
        "victims",
        Denominator.OWN,
        Sex.MALE,
        Rule(0.5, ("a",)),
        OtherRule(0.5, ("a",)),
        Rule(0.5, ("b",)),
        Words(Language.ID),
        Words(Language.EN),
        seen,
        other,
        pd.DataFrame(),
        pd.Series(dtype=float),
        victims(seen),
        "a/b",
        "a",
        "b",
        "x=str('y')",
    ]
    keys = [part_of_key(one) for one in told]
    assert len(set(keys)) == len(told)


def test_function_audience_order_and_names_are_in_the_key(seen: Released) -> None:
    other = dataclasses.replace(seen, audience=Audience.TASKFORCE)
    made = [
        cached(describe, seen, 1, 2),
        cached(describe, seen, 2, 1),
        cached(sum_of, seen, 1, 2),
        cached(describe, other, 1, 2),
        cached(describe, seen, 1, two=2),
        cached(describe, seen, 1),
    ]
    assert len({id(one) for one in made}) == len(made)


def test_a_function_without_a_name_of_its_own_is_refused(seen: Released) -> None:
    with pytest.raises(ValueError, match="no name of its own"):
        cached(lambda released: released, seen)


def test_of_all_that_the_pages_keep_no_two_share_a_key_and_each_has_its_audience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Opens every page with the real caches and looks over their shoulder."""
    asked: dict[str, tuple[Any, ...]] = {}
    kept = caches._kept

    def spy(key: str, make: Any) -> Any:
        cells = dict(zip(make.__code__.co_freevars, (one.cell_contents for one in make.__closure__), strict=True))
        function, released, parts, named = (cells[name] for name in ("function", "seen", "parts", "named"))
        this = (function, released.audience, released.fingerprint, parts, tuple(sorted(named.items())))
        assert f"{released.audience.value},{released.fingerprint}" in key
        before = asked.setdefault(key, this)
        assert before[:3] == this[:3]
        assert len(before[3]) == len(this[3])
        assert all(_same(one, other) for one, other in zip(before[3], this[3], strict=True))
        assert all(_same(one, other) for (_, one), (_, other) in zip(before[4], this[4], strict=True))
        return kept(key, make)

    monkeypatch.setattr(caches, "_kept", spy)
    for language in ("id", "en"):
        for name, address in ADDRESSES:
            app = AppTest.from_function(_page, default_timeout=60, kwargs={"name": name})
            for part in filter(None, f"{address}&bahasa={language}".split("&")):
                app.query_params[part.split("=")[0]] = part.split("=")[1]
            app.run()
            assert not app.exception, (name, address)
    functions = {one[0].__qualname__ for one in asked.values()}
    assert {
        "_rollout",
        "_figures",
        "need_and_coverage",
        "facts",
        "_hotspots",
        "_stability",
        "_criteria_values",
        "_ranking",
    } <= functions


def _page(name: str) -> None:
    from pages.shell.view import Shell

    importlib = __import__("importlib")
    importlib.import_module(f"pages.{name}").page(Shell())


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Words):
        return isinstance(other, Words) and one.language is other.language
    if one is other:
        return True
    return type(one) is type(other) and bool(one == other) if not hasattr(one, "equals") else False


def test_every_cache_of_the_pages_stands_in_one_module(root: Path) -> None:
    found = {
        path.relative_to(root).as_posix()
        for folder in ("pages", "pages/parts", "pages/shell")
        for path in root.glob(f"{folder}/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for mark in node.decorator_list
        if "cache" in ast.unparse(mark)
    }
    assert found == {"pages/shell/caches.py"}
    assert importlib.import_module("pages.shell.caches")
