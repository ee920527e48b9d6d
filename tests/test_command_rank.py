"""`rank`: the contract, and what it says of bad input."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CRITERIA = """
[need]
column = "cases"
direction = "up"
weight = 3
[cost]
column = "price"
direction = "down"
weight = 1
[port]
column = "metres"
direction = "down"
weight = 6
"""
GAMMA = '[need]\ncolumn = "cases"\ndirection = "up"\nweight = 1\nposterior = "gamma"\nexpected = "e"\n'
TOWN = "id,cases,price,note\n10,0,10,x\n9,5,30,y\n7,10,50,z\n8,5,,w\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any], str]]:
    def call(*arguments: object) -> tuple[int, dict[str, Any], str]:
        code = main(["rank", *map(str, arguments), "--json", "--lang", "en"])
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return call


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[object]]:
    """Writes a table and criteria, and gives the words that name them."""

    def make(table: str = TOWN, criteria: str = CRITERIA) -> list[object]:
        (tmp_path / "town.csv").write_text(table, encoding="utf-8")
        (tmp_path / "criteria.toml").write_text(criteria, encoding="utf-8")
        return [tmp_path / "town.csv", "--id", "id", "--criteria", tmp_path / "criteria.toml"]

    return make


def test_the_answer_by_hand(run: Callable[..., Any], files: Callable[..., Any], tmp_path: Path) -> None:
    code, told, notes = run(*files(), "--first", 2, "-o", tmp_path / "out.csv")
    assert code == 0
    out = pd.read_csv(tmp_path / "out.csv")
    assert out.columns.tolist() == [
        "id",
        "cases",
        "price",
        "note",
        "score",
        "rank",
        "part_need",
        "part_cost",
        "first_share",
        "rank_low",
        "rank_high",
    ]
    # The empty price of 8 is the median, 30; 8 and 9 are level and 8 is the lower number.
    assert out["score"].tolist() == [0.25, 0.5, 0.75, 0.5]
    assert out["rank"].tolist() == [4, 3, 1, 2]
    assert (out["part_need"] + out["part_cost"]).tolist() == out["score"].tolist()
    assert out["first_share"].between(0, 1).all()
    assert out["first_share"].sum() == pytest.approx(2)
    assert (out["rank_low"] <= out["rank_high"]).all()
    assert told["weights"] == {"need": 0.75, "cost": 0.25}
    assert told["left_out"] == [{"criterion": "port", "column": "metres", "reason": "no_column"}]
    assert told["filled"] == [{"criterion": "cost", "id": "8"}]
    assert (told["n"], told["first"], told["draws"], told["seed"], told["concentration"]) == (4, 2, 10000, 1, 30.0)
    assert told["chosen"] == ["7", "8"]
    assert "port" in notes
    assert "cost (8)" in notes


def test_codes_are_ordered_as_text(run: Callable[..., Any], files: Callable[..., Any], tmp_path: Path) -> None:
    _, told, _ = run(*files("id,cases\nb,1\na,1\nB10,1\nB9,0\n"), "-o", tmp_path / "out.csv")
    assert told["chosen"] == ["B10", "a", "b", "B9"]


def test_a_column_of_the_input_steps_aside(
    run: Callable[..., Any], files: Callable[..., Any], tmp_path: Path
) -> None:
    table = "id,cases,price,rank,part_need,score_input,score\n1,1,2,old,p,i,3\n2,2,1,old,p,i,4\n"
    assert run(*files(table), "-o", tmp_path / "out.csv")[0] == 0
    out = pd.read_csv(tmp_path / "out.csv")
    assert out["rank_input"].tolist() == ["old", "old"]
    assert out["part_need_input"].tolist() == ["p", "p"]
    assert out["score_input"].tolist() == ["i", "i"]
    assert out["score_input_input"].tolist() == [3, 4]
    assert out["rank"].tolist() == [2, 1]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "gpkg", "geojson"])
def test_areas_with_polygons_in_every_kind_of_file(
    run: Callable[..., Any], files: Callable[..., Any], tmp_path: Path, ending: str
) -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b", "c"], "cases": [3, 1, 2], "price": [1.5, 2.5, 3.5]},
        geometry=[shapely.box(120 + at, -10, 121 + at, -9) for at in range(3)],
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "areas.gpkg")
    _, *options = files()
    code, told, _ = run(tmp_path / "areas.gpkg", *options, "--draws", 500, "-o", tmp_path / f"out.{ending}")
    assert code == 0
    assert told["chosen"] == ["a", "c", "b"]
    readers = {"csv": pd.read_csv, "xlsx": partial(pd.read_excel, engine="openpyxl"), "parquet": pd.read_parquet}
    out = readers.get(ending, gpd.read_file)(tmp_path / f"out.{ending}")
    assert {"id", "cases", "score", "rank", "part_need", "first_share", "rank_low", "rank_high"} <= set(out.columns)
    assert out["rank"].tolist() == [1, 3, 2]


def test_counts_are_drawn_from_their_posterior(
    run: Callable[..., Any], files: Callable[..., Any], tmp_path: Path
) -> None:
    table = "id,cases,e\na,9,6\nb,8,6\nc,1,6\nd,40,20\ne,2,20\n"
    common = [*files(table, GAMMA), "--first", 2, "-o", tmp_path / "out.csv"]
    assert run(*common)[1]["not_drawn"] == []
    out = pd.read_csv(tmp_path / "out.csv").set_index("id")
    # 9 and 8 reports of as much expected: no draw of weights can change one criterion, chance in the counts does.
    assert 0.3 < out.at["b", "first_share"] < out.at["a", "first_share"] < 0.8
    first = (tmp_path / "out.csv").read_bytes()
    run(*common)
    assert (tmp_path / "out.csv").read_bytes() == first
    run(*common, "--seed", 2)
    assert (tmp_path / "out.csv").read_bytes() != first
    # Without anything expected there is nothing to draw, and that is told.
    code, told, notes = run(*files(table.replace(",e\n", ",f\n"), GAMMA), "--first", 2, "-o", tmp_path / "out.csv")
    assert (code, told["not_drawn"]) == (0, ["need"])
    assert "not drawn" in notes
    assert pd.read_csv(tmp_path / "out.csv")["first_share"].tolist() == [1.0, 0.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    ("table", "criteria", "arguments", "says"),
    [
        (TOWN.replace("50", "many"), CRITERIA, [], "not a number"),
        (TOWN.replace("9,5", "10,5"), CRITERIA, [], "occurs more than once"),
        (TOWN.replace("9,5", ",5"), CRITERIA, [], "the id is missing"),
        (TOWN, CRITERIA, ["--id", "kode"], "no such column"),
        (TOWN, CRITERIA.replace('"up"', '"left"'), [], "not known (known: up, down)"),
        (TOWN, CRITERIA.replace("= 3", "= -3"), [], "must not be negative"),
        (TOWN, "", [], "no criterion"),
        (TOWN, "[[", [], "TOML"),
        (TOWN, CRITERIA.replace('"cases"', '"n"').replace('"price"', '"n"'), [], "no criterion with data"),
        (TOWN.replace("9,5", "9,-5"), GAMMA, [], "negative"),
        (TOWN.replace("9,5", "9,5.5"), GAMMA, [], "whole"),
        ("id,cases,e\n1,3,0\n2,1,1\n", GAMMA, [], "the expected count is 0"),
        (TOWN, CRITERIA, ["--draws", "0"], "--draws"),
        (TOWN, CRITERIA, ["--first", "-1"], "--first"),
        (TOWN, CRITERIA, ["--concentration", "0"], "--concentration"),
        (TOWN, CRITERIA, ["-o", "nowhere/out.csv"], "folder"),
    ],
)
def test_bad_input_is_named_and_nothing_is_written(
    run: Callable[..., Any],
    files: Callable[..., Any],
    tmp_path: Path,
    table: str,
    criteria: str,
    arguments: list[str],
    says: str,
) -> None:
    out = tmp_path / "out.csv"
    code, told, _ = run(*files(table, criteria), "-o", out, *arguments)
    assert code == 2
    assert says in json.dumps(told)
    assert not out.exists()


def test_a_table_without_polygons_makes_no_map(
    run: Callable[..., Any], files: Callable[..., Any], tmp_path: Path
) -> None:
    code, told, _ = run(*files(), "-o", tmp_path / "out.gpkg")
    assert code == 2
    assert ".csv" in told["faults"][0]["remedy"]
    assert not (tmp_path / "out.gpkg").exists()


def test_every_fault_of_the_table_at_once(run: Callable[..., Any], files: Callable[..., Any], tmp_path: Path) -> None:
    code, told, _ = run(*files("id,cases,price\n1,x,2\n2,3,y\n"), "-o", tmp_path / "out.csv")
    assert code == 2
    assert [(one["where"].split()[-1], one["rows"]) for one in told["faults"]] == [("cases", [2]), ("price", [3])]


def test_a_nik_is_never_echoed(run: Callable[..., Any], files: Callable[..., Any], tmp_path: Path) -> None:
    table = "id,cases,price,nik\n1,1,2,5399010101900001\n2,2,1,5399010101900002\n"
    assert run(*files(table), "-o", tmp_path / "out.csv")[0] == 0
    assert "5399" not in (tmp_path / "out.csv").read_text("utf-8")


def test_lines_for_a_reader(capsys: pytest.CaptureFixture[str], files: Callable[..., Any], tmp_path: Path) -> None:
    assert main(["rank", *map(str, files()), "-o", str(tmp_path / "out.csv")]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("4 wilayah diurutkan menurut 2 kriteria")
    assert "1. 7: skor 0.750" in said.out
    assert "Kriteria port tidak dipakai" in said.err
