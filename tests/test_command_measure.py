"""`measure`: the contract, and what it says of bad input."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable

NC = Path(__file__).parent / "data" / "nc_sids.csv"
SEATS = ["--id", "CNTY_ID", "--cases", "deaths_1979", "--population", "births_1979"]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any]]]:
    def call(*arguments: object) -> tuple[int, dict[str, Any]]:
        code = main(["measure", *map(str, arguments), "--json", "--lang", "en"])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """Sixteen squares of a kilometre, cases and residents."""
    shapes = [
        shapely.box(120 + x / 100, -10 + y / 100, 120.01 + x / 100, -9.99 + y / 100)
        for x in range(4)
        for y in range(4)
    ]
    frame = gpd.GeoDataFrame(
        {
            "kode": [f"k{number:02}" for number in range(16)],
            "cases": [9, 8, 0, 1, 7, 6, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1],
            "people": [100] * 16,
            "q": "kept",
        },
        geometry=shapes,
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "squares.gpkg")
    return tmp_path / "squares.gpkg"


def test_the_published_cluster_from_a_table(run: Callable[..., Any], tmp_path: Path) -> None:
    code, told = run(
        NC,
        *SEATS,
        "--method",
        "scan",
        "--xy",
        "east",
        "north",
        "--crs",
        "none",
        "--max-share",
        "0.5",
        "--permutations",
        "999",
        "-o",
        tmp_path / "out.csv",
    )
    assert code == 0
    assert (told["method"], told["n"], told["total"]) == ("scan", 100, 836)
    first = told["clusters"][0]
    assert set(first["ids"]) == {"2150", "2162", "2232", "2097", "2123"}
    assert first["observed"] == 70
    assert first["llr"] == pytest.approx(10.720305, abs=5e-7)
    out = pd.read_csv(tmp_path / "out.csv", dtype={"CNTY_ID": "str"}).set_index("CNTY_ID")
    assert set(out.index[out["cluster"] == 1]) == set(first["ids"])


@pytest.mark.parametrize(
    ("method", "columns"),
    [
        ("smr", ["expected", "smr", "smr_low", "smr_high", "p", "q", "class"]),
        ("eb", ["raw_rate", "eb_rate", "eb_low", "eb_high"]),
        ("gi", ["z", "p", "q", "class"]),
        ("lisa", ["i", "p", "q", "class"]),
        ("scan", ["cluster"]),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "gpkg", "geojson"])
def test_columns_are_those_of_the_contract(
    run: Callable[..., Any], squares: Path, tmp_path: Path, method: str, columns: list[str], ending: str
) -> None:
    out = tmp_path / f"out.{ending}"
    code, told = run(
        squares, "--cases", "cases", "--population", "people", "--method", method, "--permutations", 199, "-o", out
    )
    assert code == 0
    assert (told["method"], told["n"], told["total"]) == (method, 16, 36)
    readers = {"csv": pd.read_csv, "xlsx": partial(pd.read_excel, engine="openpyxl"), "parquet": pd.read_parquet}
    found = readers.get(ending, gpd.read_file)(out)
    assert set(columns) <= set(found.columns)
    assert {"kode", "cases", "people"} <= set(found.columns)
    # What the input called q is kept beside.
    assert ("q_input" in found.columns) is ("q" in columns)
    assert len(found) == 16


def test_same_seed_same_answer_and_file_of_neighbours(run: Callable[..., Any], squares: Path, tmp_path: Path) -> None:
    common = [squares, "--cases", "cases", "--method", "gi", "--permutations", 499]
    assert run(*common, "--seed", 3) == run(*common, "--seed", 3)
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("a,b,length\nk00,k01,5\nk04,k05,1\n", encoding="utf-8")
    _, told = run(*common, "--neighbours", pairs)
    assert told["classes"]["too_few"] == 12
    for how in ("queen", "rook", "knn:3", "distance:1500"):
        assert run(*common, "--neighbours", how)[0] == 0


@pytest.mark.parametrize(
    ("change", "arguments", "says"),
    [
        ({"cases": -1.0}, ["--method", "smr"], "negative"),
        ({"cases": 1.5}, ["--method", "scan"], "whole"),
        ({"people": 0.0}, ["--method", "eb", "--population", "people"], "population is 0"),
        ({"cases": None}, ["--method", "gi"], "missing"),
        ({}, ["--neighbours", "knn:16", "--method", "gi"], "neighbours"),
        ({}, ["--neighbours", "nowhere.csv", "--method", "gi"], "neighbours"),
        ({}, ["--population", "residents"], "no such column"),
        ({}, ["--max-share", "1.5"], "max-share"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(
    run: Callable[..., Any], squares: Path, tmp_path: Path, change: dict[str, Any], arguments: list[str], says: str
) -> None:
    frame = gpd.read_file(squares)
    for column, value in change.items():
        frame[column] = frame[column].astype(float)
        frame.loc[0, column] = value
    frame.to_file(tmp_path / "bad.gpkg")
    out = tmp_path / "out.csv"
    code, told = run(tmp_path / "bad.gpkg", "--cases", "cases", *arguments, "-o", out)
    assert code == 2
    assert says in json.dumps(told)
    assert not out.exists()


def test_gi_takes_any_real_number_and_all_zero_has_an_answer(
    run: Callable[..., Any], squares: Path, tmp_path: Path
) -> None:
    frame = gpd.read_file(squares)
    frame.assign(cases=frame["cases"] - 3.5).to_file(tmp_path / "real.gpkg")
    assert run(tmp_path / "real.gpkg", "--cases", "cases", "--method", "lisa")[0] == 0
    frame.assign(cases=0).to_file(tmp_path / "zero.gpkg")
    for method in ("smr", "eb", "gi", "lisa", "scan"):
        code, told = run(tmp_path / "zero.gpkg", "--cases", "cases", "--population", "people", "--method", method)
        assert code == 0
        assert told["total"] == 0
        assert set(told.get("classes", {})) <= {"too_few", "none"}
        assert not told.get("clusters")


def test_a_table_without_places_says_what_to_give(run: Callable[..., Any]) -> None:
    code, told = run(NC, *SEATS, "--method", "scan")
    assert code == 2
    assert "--xy" in told["faults"][0]["remedy"]


def test_an_area_larger_than_the_largest_circle_is_in_no_cluster(run: Callable[..., Any], tmp_path: Path) -> None:
    table = pd.DataFrame({"kode": list("abcdef"), "x": [0, 2, 3, 5, 6, 7], "y": 0, "cases": [40, 9, 8, 1, 1, 1]})
    table["people"] = [400, 50, 50, 100, 100, 100]
    table.to_csv(tmp_path / "one.csv", index=False)
    code, told = run(
        tmp_path / "one.csv",
        "--cases",
        "cases",
        "--population",
        "people",
        "--method",
        "scan",
        "--xy",
        "x",
        "y",
        "--crs",
        "none",
        "--permutations",
        99,
    )
    assert code == 0
    assert [one["ids"] for one in told["clusters"]] == [["b", "c"]]
    # 17 observed of 60, 60 * 100 / 800 = 7.5 expected
    assert told["clusters"][0]["llr"] == pytest.approx(17 * np.log(17 / 7.5) + 43 * np.log(43 / 52.5))


def test_no_population_anywhere_is_too_few_where_no_neighbour_is_asked(
    run: Callable[..., Any], squares: Path, tmp_path: Path
) -> None:
    gpd.read_file(squares).assign(cases=0, people=0).to_file(tmp_path / "nobody.gpkg")
    common = [tmp_path / "nobody.gpkg", "--cases", "cases", "--population", "people", "--method"]
    assert run(*common, "smr")[1]["classes"] == {"too_few": 16}
    assert run(*common, "eb")[0] == 0
    assert run(*common, "scan")[1]["clusters"] == []
    assert run(*common, "gi")[0] == 2


def test_many_rows_at_fault_are_counted_in_a_sentence(
    capsys: pytest.CaptureFixture[str], squares: Path, tmp_path: Path
) -> None:
    gpd.read_file(squares).assign(cases=-1).to_file(tmp_path / "bad.gpkg")
    assert main(["measure", str(tmp_path / "bad.gpkg"), "--cases", "cases", "--lang", "en"]) == 2
    assert "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 6 more." in capsys.readouterr().err
