"""Two keys that nobody can tell apart are one key there twice: named with both rows, never two areas."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.__main__ import main
from geo.errors import DataError, Problem
from geo.places.boundaries import read_areas
from geo.places.keys import clean_key
from geo.planning.criteria import read_criteria

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.settings import Settings

#: A sign that nobody sees, or another way to write one that everybody does.
ALIKE = {
    "zero-width space": ("A1", "A\u200b1"),
    "soft hyphen": ("A1", "A\u00ad1"),
    "byte order mark": ("A1", "\ufeffA1"),
    "no-break space": ("A 1", "A\u00a01"),
    "blank at the end": ("A1", "A1\u00a0"),
    "direction mark": ("A1", "\u200fA1\u200e"),
    "isolate": ("A1", "\u2066A1\u2069"),
    "accent": ("N\u00e9a", "Ne\u0301a"),
}
CRITERIA = '[need]\ncolumn = "cases"\ndirection = "up"\nweight = 1\n'

Run = "Callable[..., tuple[int, Any]]"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any]]:
    def call(*arguments: object) -> tuple[int, Any]:
        code = main([*map(str, arguments), "--json", "--lang", "en"])
        said = capsys.readouterr().out
        return code, json.loads(said) if said else {}

    return call


@pytest.fixture(params=list(ALIKE))
def alike(request: pytest.FixtureRequest) -> tuple[str, str]:
    return ALIKE[request.param]


@pytest.fixture
def criteria(tmp_path: Path) -> Path:
    (tmp_path / "criteria.toml").write_text(CRITERIA, encoding="utf-8")
    return tmp_path / "criteria.toml"


def layer(tmp_path: Path, keys: tuple[str, ...], column: str = "kode") -> Path:
    squares = [shapely.box(123.5 + at / 100, -10.2, 123.51 + at / 100, -10.19) for at in range(len(keys))]
    frame = gpd.GeoDataFrame({column: keys, "nama": [f"Desa {at}" for at in range(len(keys))]}, geometry=squares)
    frame = frame.assign(cases=1).set_crs("EPSG:4326")
    frame.to_file(tmp_path / "layer.gpkg")
    return tmp_path / "layer.gpkg"


def rows_of(told: Any) -> list[int]:
    (fault,) = told["faults"]
    assert "more than once" in fault["what"] or "twice" in fault["what"], fault
    return fault["rows"]


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_key(clean_key(text)) == clean_key(text)


def test_a_layer(settings: Settings, tmp_path: Path, alike: tuple[str, str]) -> None:
    one, other = alike
    options = replace(settings.areas, path=layer(tmp_path, ("B", one, "C", other)), key="kode", name="nama", group="")
    with pytest.raises(DataError) as told:
        read_areas(options)
    (fault,) = told.value.faults
    assert (fault.problem, fault.rows) == (Problem.DUPLICATE, (3, 5))


def test_a_layer_whose_key_nobody_sees(settings: Settings, tmp_path: Path) -> None:
    options = replace(settings.areas, path=layer(tmp_path, ("B", "\u200b")), key="kode", name="nama", group="")
    with pytest.raises(DataError) as told:
        read_areas(options)
    assert [(fault.problem, fault.rows) for fault in told.value.faults] == [(Problem.MISSING_VALUE, (3,))]


def test_a_table_of_areas(run: Any, tmp_path: Path, criteria: Path, alike: tuple[str, str]) -> None:
    one, other = alike
    pd.DataFrame({"id": ["B", one, other], "cases": [1, 2, 3]}).to_csv(tmp_path / "t.csv", index=False)
    pd.DataFrame({"id": ["B", one, other], "cases": [1, 2, 3]}).to_parquet(tmp_path / "t.parquet")
    for file in ("t.csv", "t.parquet"):
        for command in (
            ("rank", tmp_path / file, "--id", "id", "--criteria", criteria, "-o", tmp_path / "o.csv"),
            (
                "measure",
                tmp_path / file,
                "--id",
                "id",
                "--cases",
                "cases",
                "--method",
                "smr",
                "-o",
                tmp_path / "o.csv",
            ),
        ):
            code, told = run(*command)
            assert code == 2
            assert rows_of(told) == [3, 4]
            assert not (tmp_path / "o.csv").exists()


def test_a_layer_on_the_command_line(run: Any, tmp_path: Path, criteria: Path, alike: tuple[str, str]) -> None:
    path = layer(tmp_path, ("B", *alike))
    code, told = run("rank", path, "--id", "kode", "--criteria", criteria, "-o", tmp_path / "o.csv")
    assert code == 2
    assert rows_of(told) == [3, 4]


def test_needs(run: Any, tmp_path: Path, alike: tuple[str, str]) -> None:
    rows = {"kode": ["B", *alike], "kecamatan": ["x", "x", "x"], "need": [1, 2, 3]}
    pd.DataFrame(rows).to_csv(tmp_path / "need.csv", index=False)
    code, told = run("plan", tmp_path / "need.csv", "--waves", 1, "--capacity", 1, "-o", tmp_path / "o.csv")
    assert code == 2
    assert rows_of(told) == [3, 4]


def test_options_and_neighbours_mean_the_key_that_one_sees(run: Any, tmp_path: Path, alike: tuple[str, str]) -> None:
    one, other = alike
    rows = {"kode": ["B", one], "kecamatan": ["x", "x"], "need": [5, 1]}
    pd.DataFrame(rows).to_csv(tmp_path / "need.csv", index=False)
    pd.DataFrame({"a": [other], "b": ["B\u200b"]}).to_csv(tmp_path / "near.csv", index=False)
    code, told = run(
        *("plan", tmp_path / "need.csv", "--waves", 1, "--capacity", 1, "--must", f"{other}:1"),
        *("--neighbours", tmp_path / "near.csv", "-o", tmp_path / "o.csv"),
    )
    assert code == 0, told
    assert told["unplaced"] == ["B"]


def test_the_column_that_is_named(run: Any, tmp_path: Path, criteria: Path, alike: tuple[str, str]) -> None:
    one, other = alike
    pd.DataFrame({one: ["B", "C"], "ca\u200bses": [1, 2]}).to_csv(tmp_path / "t.csv", index=False)
    out = tmp_path / "o.csv"
    assert run("rank", tmp_path / "t.csv", "--id", other, "--criteria", criteria, "-o", out)[0] == 0
    assert pd.read_csv(out)["score"].notna().all()
    path = layer(tmp_path, ("B", "C"), one)
    assert run("rank", path, "--id", other, "--criteria", criteria, "-o", tmp_path / "p.csv")[0] == 0
    pd.DataFrame([["B", "C", 1]], columns=[one, other, "cases"]).to_csv(tmp_path / "two.csv", index=False)
    code, told = run("rank", tmp_path / "two.csv", "--id", other, "--criteria", criteria, "-o", out)
    assert code == 2
    assert rows_of(told) == [1]


def test_criteria(tmp_path: Path, alike: tuple[str, str]) -> None:
    one, other = alike
    file = tmp_path / "criteria.toml"
    body = 'column = "x"\ndirection = "up"\nweight = 1\n'
    file.write_text(f'["{one}"]\n{body}["{other}"]\n{body}', encoding="utf-8")
    with pytest.raises(DataError) as told:
        read_criteria(file)
    (fault,) = told.value.faults
    assert (fault.problem, fault.rows) == (Problem.DUPLICATE, (1, 5))
    file.write_text(f"[{{}}]\n{body}".replace("{}", "need").replace('"x"', f'"{other}"'), encoding="utf-8")
    (criterion,) = read_criteria(file)
    assert criterion.column == clean_key(one)
