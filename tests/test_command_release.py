"""`release`: the contract, and what it says of bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from release.reader import Reader

from geo.__main__ import main
from geo.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = ROOT / "data" / "contoh"
FILES = {"kelurahan.csv", "kecamatan.csv", "kota.csv", "manifest.json", "rilis.xlsx", "kelurahan.gpkg"}
HEADER = ["kode", "period", "sex", "age_group", "status", "count", "state"]
KODE = "53.71.01.1001"


@pytest.fixture(autouse=True)
def own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of a city of the tests' own, for its secret."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "settings.toml").write_text(f"[stores]\nkota = '{(folder / 'kota').as_posix()}'\n", "utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(folder / "settings.toml"))
    return folder / "kota"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any]]]:
    def call(*arguments: object, lang: str = "en") -> tuple[int, dict[str, Any]]:
        code = main(["release", *map(str, arguments), "--json", "--lang", lang])
        return code, json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """The example, 2016 and 2017 only, and 12 a year in every kelurahan of two kecamatan: nothing is small."""
    kode = [f"53.71.0{group}.{1001 + n}" for group in (1, 2) for n in range(6)]
    rows = [
        {
            "reported_on": f"{year}-03-0{1 + n % 9}",
            "document_kode": one,
            "persons": 12,
            "sex": "female",
            "age_group": "adult",
            "status": "confirmed",
            "source": "x",
        }
        for year in (2016, 2017)
        for n, one in enumerate(kode)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "cases.csv", index=False)
    return tmp_path / "cases.csv"


def words(told: dict[str, Any]) -> list[str]:
    assert set(told) == {"error", "faults"}
    for fault in told["faults"]:
        assert {"where", "what", "rows", "remedy"} <= set(fault)
        assert fault["where"]
        assert fault["what"]
        assert fault["remedy"]
        text = " ".join((fault["where"], fault["what"], fault["remedy"]))
        assert "fault." not in text
        assert "{" not in text
        assert str(Path.cwd()) not in text
    return [fault["what"] for fault in told["faults"]]


def test_the_example(run: Callable[..., Any], tmp_path: Path) -> None:
    code, told = run(
        "--cases",
        EXAMPLE / "cases.csv",
        "--coverage",
        EXAMPLE / "coverage.csv",
        "--audience",
        "public",
        "--out",
        tmp_path / "rilis",
        "--ledger",
        tmp_path / "ledger.jsonl",
        "--attack",
        tmp_path / "serangan.json",
    )
    assert code == 0
    assert (told["edition"], told["audience"], told["k"], told["out"]) == (1, "public", 10, "rilis")
    assert {path.name for path in (tmp_path / "rilis").iterdir()} == FILES
    for name in ("kelurahan", "kecamatan", "kota"):
        frame = pd.read_csv(tmp_path / "rilis" / f"{name}.csv", dtype="str", keep_default_na=False)
        assert list(frame.columns) == HEADER
        states = frame["state"].value_counts().to_dict()
        assert {state: n for state, n in told["states"][name].items() if n} == states
        assert (frame["count"] != "").tolist() == frame["state"].isin(["shown", "zero"]).tolist()
    hidden = Reader.of_folder(tmp_path / "rilis").hidden
    assert len(json.loads((tmp_path / "serangan.json").read_text())) == len(hidden)
    whole = pd.read_csv(tmp_path / "rilis" / "kelurahan.csv")["period"]
    years = pd.to_datetime(pd.read_csv(EXAMPLE / "cases.csv")["reported_on"]).dt.year
    closed = years[years < date.today().year]  # noqa: DTZ011 - as the command does
    assert set(whole) == {f"{int(closed.min())}-{int(closed.max())}"}


@pytest.mark.parametrize("lang", ["id", "en"])
def test_lines_for_a_reader(cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    asked = ["release", "--cases", str(cases), "--audience", "public", "--out", str(tmp_path / "r"), "--lang", lang]
    assert main(asked) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "2016-2017" in said.out
    assert ("Terbit" in said.out) is (lang == "id")
    assert ("Published" in said.out) is (lang == "en")


def test_nothing_but_one_object_on_stdout(cases: Path, tmp_path: Path) -> None:
    """The solver writes to file descriptor 1 behind Python's back."""
    asked = ["--cases", cases, "--audience", "public", "--out", tmp_path / "r", "--attack", tmp_path / "a.json"]
    small = pd.read_csv(cases, dtype="str")
    small.loc[0, "persons"] = "3"
    small.to_csv(cases, index=False)
    done = subprocess.run(
        [sys.executable, "-m", "geo", "release", *map(str, asked), "--json", "--period", "2016"],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    assert json.loads(done.stdout)["period"] == "2016"
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


def test_every_option(run: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    common = ["--cases", cases, "--out", tmp_path / "r", "--ledger", tmp_path / "l.jsonl"]
    code, told = run(*common, "--audience", "public", "--period", "2016", "--k", "13")
    assert (code, told["period"], told["k"], told["edition"]) == (0, "2016", 13, 1)
    assert "shown" not in {state for state, n in told["states"]["kelurahan"].items() if n}
    code, told = run(*common, "--audience", "public")
    assert (code, told["period"], told["k"], told["edition"]) == (0, "2017", 10, 2)
    assert told["states"]["kelurahan"] == {
        "shown": 12,
        "zero": 0,
        "no_report": 39,
        "hidden": 0,
        "out_of_scope": 0,
    }
    code, told = run(*common, "--audience", "public", "--period", "2017", "--reissue")
    assert (code, told["edition"], told["reissue_of"]) == (0, 3, 2)
    code, told = run(*common, "--audience", "public", "--reissue")
    assert (code, told["period"]) == (0, "2017")
    code, told = run("--cases", cases, "--out", tmp_path / "t", "--audience", "taskforce")
    assert (code, told["k"], told["edition"]) == (0, 1, None)
    assert len(pd.read_csv(tmp_path / "t" / "kelurahan.csv")) == 51 * 3
    manifest = json.loads((tmp_path / "t" / "manifest.json").read_text())
    assert manifest["ledger"] is None


def test_the_same_from_any_kind_of_file(run: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(cases, dtype={"document_kode": "str"})
    days = frame.assign(reported_on=pd.to_datetime(frame["reported_on"]))
    frame.to_csv(tmp_path / "semi.csv", index=False, sep=";", encoding="utf-8-sig")
    days.to_excel(tmp_path / "days.xlsx", index=False)
    frame.astype("str").to_excel(tmp_path / "text.xlsx", index=False)
    days.to_parquet(tmp_path / "days.parquet")
    frame.astype("str").to_parquet(tmp_path / "text.parquet")
    seen = set()
    for name in ("cases.csv", "semi.csv", "days.xlsx", "text.xlsx", "days.parquet", "text.parquet"):
        code, told = run("--cases", tmp_path / name, "--audience", "public", "--out", tmp_path / "r")
        assert code == 0, told
        seen.add(b"".join((tmp_path / "r" / f"{one}.csv").read_bytes() for one in ("kelurahan", "kecamatan", "kota")))
    assert len(seen) == 1


def test_faults_of_a_table_all_together(run: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(cases, dtype="str")
    frame.loc[0, "reported_on"] = "31/12/2016"
    frame.loc[3, "sex"] = "perempuan"
    frame.loc[4, "persons"] = "-2"
    frame.to_csv(cases, index=False)
    code, told = run(
        "--cases", cases, "--audience", "public", "--k", "1", "--period", "2017-2016", "--out", tmp_path / "r"
    )
    assert code == 2
    assert len(words(told)) == 5
    assert [fault["rows"] for fault in told["faults"]] == [[2], [5], [6], [], []]
    assert {path.name for path in tmp_path.iterdir()} == {"cases.csv"}


@pytest.mark.parametrize("column", ["reported_on", "document_kode"])
def test_a_missing_column(run: Callable[..., Any], cases: Path, tmp_path: Path, column: str) -> None:
    pd.read_csv(cases, dtype="str").drop(columns=column).to_csv(cases, index=False)
    code, told = run("--cases", cases, "--audience", "public", "--out", tmp_path / "r")
    assert code == 2
    assert len(words(told)) == 1
    assert column in told["faults"][0]["where"] + told["faults"][0]["what"]


def test_columns_that_may_be_absent(run: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(cases, dtype="str")[["reported_on", "document_kode"]]
    pd.concat([frame] * 12).to_csv(cases, index=False)
    code, told = run("--cases", cases, "--audience", "public", "--out", tmp_path / "r")
    assert code == 0
    assert told["states"]["kelurahan"]["shown"] == 12


def test_codes_that_are_none_of_the_layer_are_told_of(run: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(cases, dtype="str")
    frame.loc[:1, "document_kode"] = ["99.01.01.1001", ""]
    frame.to_csv(cases, index=False)
    code, _ = run("--cases", cases, "--audience", "public", "--out", tmp_path / "r")
    assert code == 0
    assert json.loads((tmp_path / "r" / "manifest.json").read_text())["unplaced_persons"] == 24


REFUSED: dict[str, tuple[list[str], str]] = {
    "no such file": (["--cases", "none.csv", "--out", "r"], "none.csv"),
    "no such coverage": (["--coverage", "none.csv", "--out", "r"], "none.csv"),
    "a kind that is not read": (["--cases", "note.txt", "--out", "r"], "note.txt"),
    "a file for a folder": (["--out", "note.txt"], "--out"),
    "a folder with other things": (["--out", "."], "--out"),
    "a folder in no folder": (["--out", "none/r"], "--out"),
    "a ledger in no folder": (["--out", "r", "--ledger", "none/l.jsonl"], "--ledger"),
    "a ledger that is none": (["--out", "r", "--ledger", "note.txt"], "note.txt"),
    "a ledger that is a folder": (["--out", "r", "--ledger", "."], "--ledger"),
    "a ledger in the edition": (["--out", "r", "--ledger", "r/l.jsonl"], "--ledger"),
    "an attack in the edition": (["--out", "r", "--attack", "r/a.json"], "--attack"),
    "an attack in no folder": (["--out", "r", "--attack", "none/a.json"], "--attack"),
    "an attack that is a folder": (["--out", "r", "--attack", "."], "--attack"),
    "an attack over the cases": (["--out", "r", "--attack", "cases.csv"], "--attack"),
    "a ledger over the cases": (["--out", "r", "--ledger", "cases.csv"], "--ledger"),
    "k of one": (["--out", "r", "--k", "1"], "--k"),
    "k of none": (["--out", "r", "--k", "0"], "--k"),
    "a year that runs": (["--out", "r", "--period", "2099"], "--period"),
    "years backwards": (["--out", "r", "--period", "2017-2016"], "--period"),
    "no years": (["--out", "r", "--period", "tahun lalu"], "--period"),
    "a re-issue without a ledger": (["--out", "r", "--reissue"], "--reissue"),
    "a re-issue of nothing": (["--out", "r", "--reissue", "--ledger", "l.jsonl"], "--period"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_what_is_refused(
    run: Callable[..., Any], cases: Path, monkeypatch: pytest.MonkeyPatch, name: str, lang: str
) -> None:
    monkeypatch.chdir(cases.parent)
    Path("note.txt").write_text("mine")
    held = cases.read_bytes()
    asked, where = REFUSED[name]
    given = asked if "--cases" in asked else ["--cases", "cases.csv", *asked]
    code, told = run(*given, "--audience", "public", lang=lang)
    assert code == 2
    assert words(told)
    assert where in told["faults"][0]["where"]
    # Nothing was written, and what was there is whole.
    assert {path.name for path in cases.parent.iterdir()} == {"cases.csv", "note.txt"}
    assert cases.read_bytes() == held
    assert Path("note.txt").read_text() == "mine"


def test_what_a_clerk_reads(run: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    _, told = run("--cases", cases, "--audience", "public", "--out", tmp_path / "r", "--k", "1", "--reissue")
    assert [(fault["where"], fault["what"], fault["remedy"]) for fault in told["faults"]] == [
        ("--k", "must be 2 or more", "A smaller number would show single persons."),
        ("--reissue", "has no effect without --ledger", "Add --ledger, or leave this option out."),
    ]


@pytest.mark.parametrize("asked", [["--k", "ten"], ["--audience", "press"], ["--periode", "2017"], []])
def test_words_that_make_no_command(run: Callable[..., Any], cases: Path, asked: list[str]) -> None:
    given = ["--cases", cases, "--out", cases.parent / "r"]
    code, told = run(*given, *(asked if not asked or "--audience" in asked else ["--audience", "public", *asked]))
    assert code == 2
    assert told["faults"] == []
    assert told["error"]


def test_a_small_change_says_nothing(run: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    common = ["--cases", cases, "--audience", "public", "--out", tmp_path / "r", "--ledger", tmp_path / "l.jsonl"]
    assert run(*common)[0] == 0
    held = {path: path.read_bytes() for path in (tmp_path / "r").iterdir()}
    ledger = (tmp_path / "l.jsonl").read_bytes()
    frame = pd.read_csv(cases, dtype="str")
    frame.loc[0, "persons"] = "13"
    frame.to_csv(cases, index=False)
    code, told = run(*common, "--reissue")
    assert code == 2
    (fault,) = told["faults"]
    assert fault["rows"] == []
    assert not any(sign.isdigit() for sign in fault["where"] + fault["what"] + fault["remedy"])
    assert {path: path.read_bytes() for path in (tmp_path / "r").iterdir()} == held
    assert (tmp_path / "l.jsonl").read_bytes() == ledger


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for lang in ("id", "en"):
        with pytest.raises(SystemExit) as ended:
            main(["release", "--help", "--lang", lang])
        assert ended.value.code == 0
        said = capsys.readouterr().out
        for option in ("--cases", "--coverage", "--audience", "--period", "--k", "--out", "--ledger", "--reissue"):
            assert option in said
        assert "python -m geo release --cases" in said
        assert "--attack" in said


@pytest.mark.parametrize("on", ["0001-01-01", "1989-12-31", "2101-01-01"])
def test_a_year_of_no_period_is_the_files_fault(run: Callable[..., Any], tmp_path: Path, on: str) -> None:
    (tmp_path / "cases.csv").write_text(f"reported_on,document_kode\n2017-01-01,{KODE}\n{on},{KODE}\n", "utf-8")
    code, told = run("--cases", tmp_path / "cases.csv", "--audience", "public", "--out", tmp_path / "out")
    assert code == 2
    words(told)
    assert [fault["rows"] for fault in told["faults"]] == [[3]]


def test_a_file_may_say_how_far_its_days_are_known(run: Callable[..., Any], cases: Path, tmp_path: Path) -> None:
    def published(out: str) -> str:
        code, _ = run("--cases", cases, "--audience", "public", "--out", tmp_path / out)
        assert code == 0
        return (tmp_path / out / "kelurahan.csv").read_text("utf-8")

    plain, rows = published("plain"), pd.read_csv(cases)
    rows.assign(reported_precision=["year", "month", ""] * (len(rows) // 3)).to_csv(cases, index=False)
    assert published("known") == plain
    rows.assign(reported_precision="tahun").to_csv(cases, index=False)
    code, told = run("--cases", cases, "--audience", "public", "--out", tmp_path / "wrong")
    assert code == 2
    words(told)


def test_the_same_records_give_the_same_edition_without_a_ledger(
    run: Callable[..., tuple[int, dict[str, Any]]], cases: Path, tmp_path: Path, own: Path
) -> None:
    """Two editions that hide other cells would tell more than either; where nothing is hidden no secret is made."""
    small = pd.read_csv(cases, dtype="str")
    small.loc[0, "persons"] = "3"
    small.to_csv(cases, index=False)
    asked = ["--cases", cases, "--period", "2016"]
    assert run(*asked, "--audience", "taskforce", "--out", tmp_path / "exact")[0] == 0
    assert not own.exists()
    for name in ("a", "b"):
        assert run(*asked, "--audience", "public", "--out", tmp_path / name)[0] == 0
        small.sample(frac=1, random_state=1).to_csv(cases, index=False)
    first, second = ((tmp_path / name / "kelurahan.csv").read_text("utf-8") for name in ("a", "b"))
    assert first == second
    assert "hidden" in first
    assert [path.name for path in own.iterdir()] == ["rahasia-rilis"]
    (own / "rahasia-rilis").write_text("damaged")
    code, said = run(*asked, "--audience", "public", "--out", tmp_path / "c")
    assert code == 2
    assert said["faults"][0]["where"] == "rahasia-rilis"
    assert not (tmp_path / "c").exists()
