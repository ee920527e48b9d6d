"""`plan`: the contract, and what it says of bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.places.boundaries import Areas

KEYS = {"objective", "bound", "gap", "optimal", "stopped_by", "unplaced"}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any]]]:
    def call(*arguments: object) -> tuple[int, dict[str, Any]]:
        code = main(["plan", *map(str, arguments), "--json", "--lang", "en"])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def row(tmp_path: Path) -> Path:
    """Four areas in a row, a-b-c-d; needs 4, 3, 2, 10."""
    (tmp_path / "need.csv").write_text(
        "kode,kecamatan,need,cost,trainers\na,K,4,1,1\nb,K,3,1,1\nc,L,2,1,1\nd,L,10,5,3\n", encoding="utf-8"
    )
    (tmp_path / "pairs.csv").write_text("one,other\na,b\nb,c\nc,d\n", encoding="utf-8")
    return tmp_path / "need.csv"


@pytest.fixture
def city(tmp_path: Path, kupang: Areas) -> Path:
    rng = np.random.default_rng(5)
    count = len(kupang.index)
    table = pd.DataFrame(
        {
            "kode": kupang.index,
            "kecamatan": kupang.groups.to_numpy(),
            "need": rng.gamma(1.0, 10.0, count).round(2),
            "cost": rng.integers(20, 60, count) * 1_000_000,
            "trainers": rng.integers(1, 4, count),
        }
    )
    table.to_csv(tmp_path / "city.csv", index=False)
    return tmp_path / "city.csv"


def waves(path: Path) -> dict[str, int | None]:
    table = pd.read_csv(path, dtype={"kode": "str", "wave": "Int64"})
    assert list(table.columns) == ["kode", "wave"]
    return {
        kode: None if pd.isna(wave) else int(wave) for kode, wave in zip(table["kode"], table["wave"], strict=True)
    }


def test_an_answer_by_hand(run: Callable[..., Any], row: Path, tmp_path: Path) -> None:
    common = [
        row,
        "--discount",
        0.5,
        "--spill",
        0.25,
        "--neighbours",
        tmp_path / "pairs.csv",
        "--gap",
        0,
        "-o",
        tmp_path / "out.csv",
    ]
    code, told = run(*common, "--waves", 2, "--capacity", 1)
    assert code == 0
    assert waves(tmp_path / "out.csv") == {"a": 2, "b": None, "c": None, "d": 1}
    assert set(told) >= KEYS
    assert told["objective"] == pytest.approx(10 + 0.5 * 4 + 0.25 * 2 + 0.25 * 0.5 * 3)
    assert (told["optimal"], told["stopped_by"], told["unplaced"]) == (True, "optimal", ["b", "c"])
    assert told["gap"] < 1e-6
    # d has it already; money for one each of the others, none in the first wave.
    code, told = run(*common, "--waves", 2, "--capacity", "2,2", "--started", "d", "--budget", "0,2")
    assert code == 0
    assert waves(tmp_path / "out.csv") == {"a": 2, "b": 2, "c": None, "d": 0}
    assert told["objective"] == pytest.approx(0.5 * 4 + 0.5 * 3 + 0.25 * 2)
    assert told["unplaced"] == ["c"]
    # What the first wave leaves is there in the second.
    run(*common, "--waves", 2, "--capacity", 2, "--budget", "4,1", "--not", "a", "b", "c")
    assert waves(tmp_path / "out.csv")["d"] is None
    run(*common, "--waves", 2, "--capacity", 2, "--budget", "4,1", "--not", "a", "b", "c", "--carry-over")
    assert waves(tmp_path / "out.csv")["d"] == 2


def test_every_option_of_the_contract(run: Callable[..., Any], city: Path, tmp_path: Path, kupang: Areas) -> None:
    codes = list(kupang.index)
    arguments = [
        city,
        "--waves",
        6,
        "--capacity",
        "8,8,7,7,7,7",
        "--budget",
        250_000_000,
        "--trainers",
        14,
        "--discount",
        0.85,
        "--spill",
        -0.25,
        "--started",
        *codes[:3],
        "--count-started",
        "--must",
        f"{codes[9]}:2",
        f"{codes[30]}:1",
        "--not",
        codes[10],
        f"{codes[11]}:1",
        "--before",
        f"{codes[12]}:{codes[13]}",
        "--min-per-kecamatan",
        2,
        "--max-per-kecamatan",
        9,
        "--neighbours",
        "rook",
        "--gap",
        0.01,
        "--time-limit",
        30,
    ]
    code, told = run(*arguments, "-o", tmp_path / "out.csv")
    assert code == 0
    assert 0 <= told["gap"] <= 0.01
    assert told["bound"] >= told["objective"] >= told["highest_first"]["objective"] * 0.99
    found = waves(tmp_path / "out.csv")
    assert list(found) == codes
    assert [found[kode] for kode in codes[:3]] == [0, 0, 0]
    assert found[codes[9]] <= 2
    assert found[codes[30]] == 1
    assert found[codes[10]] is None
    assert found[codes[11]] != 1
    if found[codes[13]] is not None:
        assert found[codes[12]] < found[codes[13]]
    assert told["unplaced"] == [kode for kode, wave in found.items() if wave is None]
    assert run(*arguments, "-o", tmp_path / "again.csv")[0] == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize("ending", ["xlsx", "parquet", "gpkg", "geojson"])
def test_endings(run: Callable[..., Any], city: Path, tmp_path: Path, ending: str) -> None:
    assert run(city, "--waves", 2, "--capacity", 3, "-o", tmp_path / f"out.{ending}")[0] == 0
    readers = {"xlsx": partial(pd.read_excel, engine="openpyxl"), "parquet": pd.read_parquet}
    found = readers.get(ending, gpd.read_file)(tmp_path / f"out.{ending}")
    assert len(found) == 51
    assert int(found["wave"].notna().sum()) == 6


def test_no_plan_names_a_smallest_set_of_rules(run: Callable[..., Any], row: Path, tmp_path: Path) -> None:
    code, told = run(
        row, "--waves", 3, "--capacity", 1, "--must", "a:1", "b:1", "d:3", "--trainers", 4, "-o", tmp_path / "out.csv"
    )
    assert code == 2
    assert {one["where"] for one in told["faults"]} == {"--capacity", "--must"}
    assert [(one["kind"], one["kode"], one["wave"]) for one in told["rules"]] == [
        ("capacity", "", 1),
        ("must", "a", 1),
        ("must", "b", 1),
    ]
    assert told["proof"] == "smallest"
    assert "at most 1 kelurahan start in wave 1" in told["faults"][0]["what"]
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--capacity", "1,2,3"], "one for each wave"),
        (["--capacity", "1.5"], "whole"),
        (["--capacity", "x"], "not a number"),
        (["--budget", "-1"], "negative"),
        (["--must", "a"], "KODE:WAVE"),
        (["--must", "a:3"], "1 .. 2"),
        (["--must", "zzz:1"], "zzz"),
        (["--started", "zzz"], "zzz"),
        (["--not", "a:9"], "1 .. 2"),
        (["--before", "a:a"], "before itself"),
        (["--before", "a"], "A:B"),
        (["--discount", "0"], "outside"),
        (["--spill", "1.5"], "outside"),
        (["--waves", "0"], "outside"),
        (["--gap", "-1"], "outside"),
        (["--time-limit", "nan"], "outside"),
        (["--min-per-kecamatan", "-1"], "negative"),
        (["--neighbours", "nowhere.csv"], "neighbours"),
        (["-o", "out.gpkg"], "no shape"),
    ],
)
def test_faults_of_options(
    run: Callable[..., Any],
    row: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, told = run(row, "--waves", 2, "--capacity", 1, "-o", "out.csv", *arguments)
    assert code == 2
    assert says in json.dumps(told)
    assert not list(tmp_path.glob("out.*"))


def test_all_faults_of_the_table_and_the_options_together(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "need.csv").write_text("kode,need,cost\na,-1,x\n,2,1\nc,,1\nc,3,1\n", encoding="utf-8")
    code, told = run(
        tmp_path / "need.csv",
        "--waves",
        2,
        "--capacity",
        1,
        "--budget",
        5,
        "--trainers",
        3,
        "--discount",
        7,
        "-o",
        tmp_path / "out.csv",
    )
    assert code == 2
    assert {(one["where"].removeprefix("need.csv, column "), tuple(one["rows"])) for one in told["faults"]} == {
        ("kecamatan", ()),
        ("kode", (3,)),
        ("kode", (4, 5)),
        ("need", (2,)),
        ("need", (4,)),
        ("cost", (2,)),
        ("trainers", ()),
        ("--discount", ()),
    }
    assert len(told["faults"]) == 8


def test_a_column_of_nik_is_never_a_key(run: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "need.csv").write_text("kode,kecamatan,need\n5371046501990002,K,1\n5371046501990003,K,2\n", "utf-8")
    code, told = run(tmp_path / "need.csv", "--waves", 1, "--capacity", 1, "-o", tmp_path / "out.csv")
    assert code == 2
    assert "5371046501990002" not in json.dumps(told)
    assert [one["where"] for one in told["faults"]] == ["need.csv, column kode"]


def test_codes_of_no_known_layer(capsys: pytest.CaptureFixture[str], row: Path, city: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out.csv")
    assert main(["plan", str(row), "--waves", "1", "--capacity", "1", "--lang", "en", "-o", out]) == 0
    assert "no neighbours" in capsys.readouterr().err
    text = city.read_text("utf-8").replace("53.71.01.1001", "53.71.01.9999")
    city.write_text(text, encoding="utf-8")
    asked = ["plan", str(city), "--waves", "1", "--capacity", "1", "--lang", "en", "-o", out]
    assert main(asked) == 2
    assert "53.71.01.9999" in capsys.readouterr().err
    assert main([*asked, "--spill", "0"]) == 0


def test_stdout_holds_one_json_object_and_nothing_else(row: Path, tmp_path: Path) -> None:
    """HiGHS greets on fd 1, which no test within the process would see."""
    arguments = ["plan", str(row), "--waves", "2", "--capacity", "1", "--json", "-o", str(tmp_path / "out.csv")]
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "geo", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert set(json.loads(done.stdout)) >= KEYS
    assert len(done.stdout.splitlines()) == 1


def test_the_command_of_the_readme(run: Callable[..., Any], root: Path, tmp_path: Path) -> None:
    line = next(one for one in (root / "README.md").read_text("utf-8").splitlines() if "python -m geo plan" in one)
    words = [str(root / one) if one.endswith("need.csv") else one for one in line.split()[4:-1]]
    assert run(*words, tmp_path / "out.csv")[0] == 0
    assert len(waves(tmp_path / "out.csv")) == 51


def test_readable_lines(capsys: pytest.CaptureFixture[str], row: Path, tmp_path: Path) -> None:
    arguments = [str(row), "--waves", "2", "--capacity", "1", "--spill", "0", "-o", str(tmp_path / "out.csv")]
    assert main(["plan", *arguments]) == 0
    said = capsys.readouterr().out
    assert "Gelombang 1: 1 wilayah" in said
    assert "Tidak dimulai: 2" in said
    with pytest.raises(SystemExit):
        main(["plan", "--help", "--lang", "en"])
    assert "example:" in capsys.readouterr().out
