"""The command line as a user runs it, in a folder of its own; a few times as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from pyproj import Transformer

from geo.cli import places
from geo.cli.main import main
from geo.places.locate import locate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.places.boundaries import Areas

_NIK = "5371046501990002"


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


if TYPE_CHECKING:
    Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `python -m geo` with the words given, within this process: starting one takes a second."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PETAJAGA_SETTINGS", raising=False)

    def command(*words: object) -> Done:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:  # --help ends so
            code = int(end.code or 0)
        return Done(code, *capsys.readouterr())

    return command


@pytest.fixture
def start(root: Path, tmp_path: Path) -> Run:
    """Starts `python -m geo` with the words given, as a process that knows nothing of the tests."""

    def command(*words: object) -> Done:
        environment = {**os.environ, "PYTHONPATH": str(root)}
        environment.pop("PETAJAGA_SETTINGS", None)
        done = subprocess.run(
            [sys.executable, "-m", "geo", *map(str, words)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return command


@pytest.fixture
def place(kupang: Areas) -> tuple[str, float, float]:
    """One kelurahan and a point surely in it."""
    point = kupang.frame.geometry.iloc[7].representative_point()
    return str(kupang.index[7]), point.x, point.y


def save(folder: Path, text: str, name: str = "titik.csv", encoding: str = "utf-8") -> str:
    (folder / name).write_text(text, encoding)
    return name


def left(folder: Path, *given: str) -> list[str]:
    """Names of what a command left in the folder."""
    return sorted(path.name for path in folder.iterdir() if path.name not in given)


def test_csv_in_csv_out(start: Run, tmp_path: Path, place: tuple[str, float, float]) -> None:
    kode, x, y = place
    file = save(tmp_path, f"catatan;kode;x;y\n007;lama;{x};{y}\nlaut;;123.0;-11.0\n;;;\nsatu saja;;{x};\n")
    done = start("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.csv", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows"], told["placed"]) == (4, 1)
    assert 0 < told["seconds"] < 10
    # Rows and columns in order, cells as they stood; the input's own `kode` steps aside.
    assert (tmp_path / "hasil.csv").read_bytes().decode() == (
        f"catatan,kode_input,x,y,kode\n007,lama,{x},{y},{kode}\nlaut,,123.0,-11.0,\n,,,,\nsatu saja,,{x},,\n"
    )
    assert left(tmp_path, file) == ["hasil.csv"]


def test_lines_for_a_reader_in_two_languages(run: Run, tmp_path: Path, place: tuple[str, float, float]) -> None:
    file = save(tmp_path, f"x,y\n{place[1]},{place[2]}\n0,0\n")
    words = ("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.csv")
    assert run(*words).stdout.splitlines()[0] == "2 baris, 1 di antaranya di dalam wilayah."
    assert run(*words, "--lang", "en").stdout.splitlines()[0] == "2 rows, 1 of them in an area."


def test_faults_come_all_at_once_and_nothing_is_written(start: Run, tmp_path: Path) -> None:
    rows = ["Maria,-10.1", "nan,-10.1", "123.5,inf", '"123,5",-10.1', "1e999,-10.1", ",", "123.6,-10.2", "123.6,- 10"]
    file = save(tmp_path, "x,y\n" + "\n".join(rows) + "\n")
    done = start("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.csv", "--json", "--lang", "en")
    assert done.returncode == 2
    told = json.loads(done.stdout)
    assert set(told) == {"error", "faults"}
    assert [(fault["where"], fault["rows"]) for fault in told["faults"]] == [
        ("titik.csv, column x", [2, 3, 6]),
        ("titik.csv, column y", [4, 9]),
    ]
    assert all(fault["what"] and "decimal point" in fault["remedy"] for fault in told["faults"])
    assert "Maria" not in done.stdout + done.stderr
    assert left(tmp_path, file) == []


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (("titik.csv", "--x", "x", "--y", "q", "-o", "h.csv"), "titik.csv, column q"),
        (("titik.csv", "--x", "x", "--y", "y", "-o", "h.pdf"), "-o"),
        (("titik.csv", "--x", "x", "--y", "y", "-o", "none/h.csv"), "-o"),
        (("titik.csv", "--x", "x", "--y", "y", "-o", "h.csv", "--crs", "+init=epsg:4326"), "--crs"),
        (("titik.csv", "--x", "x", "--y", "y", "-o", "h.csv", "--crs", "EPSG:999999"), "--crs"),
        (("titik.xlsx", "--x", "x", "--y", "y", "-o", "h.csv"), "titik.xlsx"),
        (("none.csv", "--x", "x", "--y", "y", "-o", "h.csv"), "none.csv"),
        (("titik.csv", "--x", "x", "--y", "y", "-o", "h.csv", "--areas", "none.gpkg"), "none.gpkg"),
    ],
)
def test_each_wrong_input_is_named(run: Run, tmp_path: Path, words: tuple[str, ...], where: str) -> None:
    save(tmp_path, "x,y\n123.6,-10.2\n")
    save(tmp_path, "PK", "titik.xlsx")
    done = run("places", "locate", *words, "--json", "--lang", "en")
    assert done.returncode == 2
    (fault,) = json.loads(done.stdout)["faults"]
    assert set(fault) >= {"where", "what", "rows", "remedy"}
    assert fault["where"] == where
    assert left(tmp_path, "titik.csv", "titik.xlsx") == []


def test_an_output_that_was_there_outlives_a_fault(run: Run, tmp_path: Path) -> None:
    file = save(tmp_path, "x,y\nsini,sana\n")
    save(tmp_path, "lama", "hasil.csv")
    assert run("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.csv").returncode == 2
    assert (tmp_path / "hasil.csv").read_text() == "lama"


def test_words_that_make_no_command(run: Run) -> None:
    done = run("places", "locate", "--json")
    assert done.returncode == 2
    assert set(json.loads(done.stdout)) == {"error", "faults"}
    assert run("none").returncode == 2


def test_a_column_of_nik_is_left_out(start: Run, tmp_path: Path) -> None:
    others = "".join(f"{_NIK[:-2]}{number:02}\t123.6\t-10.2\n" for number in range(10, 20))
    file = save(tmp_path, f"nik\tx\ty\n{_NIK}\t123.6\t-10.2\n{others}\t\t\nbelum ada\t\t\n")
    done = start("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.csv", "--lang", "en")
    assert done.returncode == 0
    assert "column nik holds NIK and was left out" in done.stderr
    written = (tmp_path / "hasil.csv").read_text()
    assert written.startswith("x,y,kode\n")
    assert _NIK[:10] not in written + done.stdout + done.stderr


def test_a_nik_is_found_however_it_is_kept(run: Run, tmp_path: Path) -> None:
    number = int(_NIK)
    frame = pd.DataFrame(
        {
            "whole": [number, number + 1],
            "real": [float(number), float("nan")],
            "grouped": ["53.71.04.650199.0002", "5371 0465 0199 0003"],
            "quoted": [f"'{_NIK}", ""],
            # As long, and nothing of the kind: a coordinate, a code, a telephone number.
            "x": ["123.5346816575078", "123.5346816575079"],
            "y": [-10.192888500000001, -10.2],
            "code": ["53.71.04.1001", ""],
            "phone": ["081234567890", ""],
        }
    )
    frame.to_parquet(tmp_path / "titik.parquet")
    done = run("places", "locate", "titik.parquet", "--x", "x", "--y", "y", "-o", "hasil.parquet")
    assert done.returncode == 0, done.stderr
    assert list(pd.read_parquet(tmp_path / "hasil.parquet")) == ["x", "y", "code", "phone", "kode"]


def test_our_own_fault_quotes_no_cell(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError(_NIK)

    monkeypatch.setattr(places, "without_nik", broken)
    file = save(tmp_path, "x,y\n123.6,-10.2\n")
    done = run("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.csv", "--json")
    assert done.returncode == 1
    assert "KeyError" in json.loads(done.stdout)["error"]
    assert _NIK not in done.stdout + done.stderr
    assert left(tmp_path, file) == []


def test_a_file_without_a_header_is_not_quoted(run: Run, tmp_path: Path) -> None:
    file = save(tmp_path, f"Maria Tefa,{_NIK},123.6,-10.2\n")
    done = run("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.csv", "--json")
    assert done.returncode == 2
    assert not {"Maria", _NIK} & set(done.stdout.replace(",", " ").split())


def test_points_in_metres(run: Run, tmp_path: Path, place: tuple[str, float, float]) -> None:
    kode, *degrees = place
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32751", always_xy=True).transform(*degrees)
    file = save(tmp_path, f"x,y\n{x},{y}\n,\n0,0\n")
    done = run("places", "locate", file, "--x", "x", "--y", "y", "--crs", "EPSG:32751", "-o", "hasil.geojson")
    assert done.returncode == 0, done.stderr
    back = gpd.read_file(tmp_path / "hasil.geojson")
    assert back["kode"][0] == kode
    assert pd.isna(back["kode"][1])
    # The shape is in degrees, whatever the columns are in.
    assert back.geometry[0].distance(shapely.Point(degrees)) < 1e-9
    assert back.geometry[1] is None
    assert back["x"][0] == str(x)


def test_areas_of_ones_own(run: Run, tmp_path: Path, toy: Areas) -> None:
    own = toy.frame.reset_index(drop=True).assign(blok=[9, 10, 11, 12], fid_=0).to_crs("EPSG:32751")
    own.to_file(tmp_path / "blok.gpkg")
    # On the edge between 9 and 10: as text, 10 is the lower.
    edge = shapely.get_coordinates(toy.frame.geometry.iloc[0].intersection(toy.frame.geometry.iloc[1]))[0]
    inner = toy.frame.geometry.iloc[3].centroid
    frame = pd.DataFrame({"nomor": [1, None, 3], "x": [edge[0], inner.x, None], "y": [edge[1], inner.y, None]})
    frame.astype({"nomor": "Int64"}).to_parquet(tmp_path / "titik.parquet")
    words = ("titik.parquet", "--x", "x", "--y", "y", "--areas", "blok.gpkg")
    done = run("places", "locate", *words, "--id", "blok", "-o", "hasil.parquet", "--json")
    assert done.returncode == 0, done.stderr
    back = pd.read_parquet(tmp_path / "hasil.parquet")
    assert list(back.columns) == ["nomor", "x", "y", "blok"]
    assert back["blok"].iloc[1] == "12"
    assert back["blok"].isna().tolist() == [False, False, True]
    assert back["nomor"].isna().tolist() == [False, True, False]
    # There is no column `kode` in that file, and the fault names those there are.
    done = run("places", "locate", *words, "-o", "hasil.csv", "--json", "--lang", "en")
    assert done.returncode == 2
    (fault,) = json.loads(done.stdout)["faults"]
    assert fault["where"] == "blok.gpkg, column kode"
    assert "--id" in fault["remedy"]


def test_a_geopackage_keeps_columns_of_any_name(run: Run, tmp_path: Path, place: tuple[str, float, float]) -> None:
    file = save(tmp_path, f"geom,FID,x,y\nteks,A1,{place[1]},{place[2]}\n")
    done = run("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.gpkg")
    assert done.returncode == 0, done.stderr
    back = gpd.read_file(tmp_path / "hasil.gpkg")
    assert back.drop(columns="geometry").iloc[0].tolist() == ["teks", "A1", str(place[1]), str(place[2]), place[0]]
    assert back.crs.to_epsg() == 4326
    file = save(tmp_path, "KODE,x,y\n1,2,3\n")
    assert run("places", "locate", file, "--x", "x", "--y", "y", "-o", "b.geojson").returncode == 2
    assert left(tmp_path, file) == ["hasil.gpkg"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_office_programs(run: Run, tmp_path: Path, encoding: str) -> None:
    file = save(tmp_path, "tempat,x,y\nCafé,123.6,-10.17\n", encoding=encoding)
    assert run("places", "locate", file, "--x", "x", "--y", "y", "-o", "hasil.csv").returncode == 0
    assert (tmp_path / "hasil.csv").read_text("utf-8").startswith("tempat,x,y,kode\nCafé,123.6,-10.17,53.71.")


def test_the_command_and_the_library_agree(run: Run, tmp_path: Path, kupang: Areas) -> None:
    corners = pd.DataFrame(shapely.get_coordinates(kupang.frame.geometry.to_numpy()), columns=["x", "y"])
    corners.to_parquet(tmp_path / "titik.parquet")
    assert run("places", "locate", "titik.parquet", "--x", "x", "--y", "y", "-o", "h.csv").returncode == 0
    written = pd.read_csv(tmp_path / "h.csv", dtype="str")["kode"].tolist()
    assert written == list(locate(kupang, corners["x"], corners["y"]))


@pytest.mark.parametrize("command", [("places", "locate"), ("bench",)])
def test_help_has_an_example(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert f"python -m geo {' '.join(command)} " in done.stdout.split("contoh:")[1]
    assert "example:" in run(*command, "--help", "--lang", "en").stdout


def test_a_benchmark_that_is_not_there_is_named(run: Run) -> None:
    done = run("bench", "none", "--json", "--lang", "en")
    assert done.returncode == 2
    (fault,) = json.loads(done.stdout)["faults"]
    assert fault["where"] == "none"
    assert "locate" in fault["what"]
