"""`places match`, `import`, `undo`, `backup`, `restore` as a user runs them: exit codes, JSON, files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest

from geo.cli.main import main
from geo.settings import ROOT
from geo.store.engine import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[..., tuple[int, dict[str, Any], str]]

SAMPLES = ROOT / "data" / "samples"
NIK = "5399046501990017"
RESULT = ["match_status", "kode", "kelurahan", "match_by", "score", "candidates", "conflict"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Runs a command with `--json` in a folder of its own: exit code, object printed, what was said beside it."""
    own = tmp_path / "settings.toml"
    own.write_text(f"[stores]\nkota = '{(tmp_path / 'kota').as_posix()}'\n[retention]\nrecord_years = 100\n", "utf-8")
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(own))
    monkeypatch.chdir(tmp_path)

    def command(*words: object) -> tuple[int, dict[str, Any], str]:
        capsys.readouterr()
        code = main([*map(str, words), "--json", "--lang", "en"])
        out, beside = capsys.readouterr()
        return code, json.loads(out), beside

    yield command
    for path in tmp_path.rglob("*.sqlite"):
        Store(path).close()


def test_match_writes_the_columns_of_the_contract(run: Run, tmp_path: Path) -> None:
    rows = ("A,Naikoten 1,,{},x", "B,Bakunase I,,{},", "C,Merdeka,Kupang Timur,{},", "D,,,{},", "E,xx,,{},")
    text = "\n".join(["nama,kelurahan,kec,nik,kode", *(row.format(NIK) for row in rows)])
    (tmp_path / "a.csv").write_text(text, "utf-8")
    words = ("places", "match", "a.csv", "--column", "kelurahan", "--kecamatan-column", "kec", "-o")
    code, told, beside = run(*words, "b.csv")
    assert code == 0
    assert {key: told[key] for key in ("rows", "matched", "review", "outside", "unknown", "empty")} == {
        "rows": 5,
        "matched": 1,
        "review": 1,
        "outside": 1,
        "unknown": 1,
        "empty": 1,
    }
    found = pd.read_csv(tmp_path / "b.csv", dtype="str", keep_default_na=False)
    assert list(found.columns) == ["nama", "kelurahan_input", "kec", "kode_input", *RESULT]
    assert found["match_status"].tolist() == ["matched", "review", "outside", "empty", "unknown"]
    assert found["kode"].tolist() == ["53.71.05.1004", "", "", "", ""]
    assert found["score"].tolist() == ["1.0", "0.9", "1.0", "", ""]
    assert found["conflict"].tolist() == ["", "", "kecamatan", "", ""]
    assert "nik" in beside
    assert NIK not in (tmp_path / "b.csv").read_text("utf-8")
    assert run(*words, "b.xlsx")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    assert [cell.value for cell in sheet[1]] == list(found.columns)


def test_match_of_codes_and_of_a_column_of_kecamatan(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("kode,kecamatan\n5371010001,Alak\n5371010011,Oebobo\n", "utf-8")
    assert (
        run("places", "match", "a.csv", "--code-column", "kode", "--code-system", "bps", "-o", "b.csv")[1]["matched"]
        == 2
    )
    code, told, _ = run(
        "places", "match", "a.csv", "--code-column", "kode", "--code-system", "kemendagri", "-o", "c.csv"
    )
    assert (code, told["faults"][0]["rows"]) == (2, [2, 3])
    assert not (tmp_path / "c.csv").exists()
    assert run("places", "match", "a.csv", "--column", "kecamatan", "-o", "d.csv")[1]["outside"] == 2
    assert run("places", "match", "a.csv", "-o", "d.csv")[0] == 2
    assert run("places", "match", "a.csv", "--column", "tidak", "-o", "d.csv")[0] == 2


def test_formulas_are_text_in_every_output(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "kelurahan,x\nOebobo,=cmd|' /C calc'!A0\nAlak,+62\nAlak,-1.5\nAlak,@SUM(A1)\n", "utf-8"
    )
    assert run("places", "match", "a.csv", "--column", "kelurahan", "-o", "b.csv")[0] == 0
    assert pd.read_csv(tmp_path / "b.csv", dtype="str")["x"].tolist() == [
        "'=cmd|' /C calc'!A0",
        "+62",
        "-1.5",
        "'@SUM(A1)",
    ]
    assert run("places", "match", "a.csv", "--column", "kelurahan", "-o", "b.xlsx")[0] == 0
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows(min_row=2, max_col=2) for cell in row} == {"s"}


def test_import_undo_backup_restore_on_the_samples(run: Run, tmp_path: Path) -> None:
    file = SAMPLES / "contoh_bp3mi.xlsx"
    words = ("import", file, "--kind", "cases", "--db", "sqlite:///toko.sqlite")
    code, dry, _ = run(*words, "--dry-run")
    assert code == 0
    assert dry["batch"] is None
    assert not (tmp_path / "toko.sqlite").exists()
    code, told, _ = run(*words, "--rejected", "ditolak.csv")
    assert (code, told["batch"], told["mapping"]) == (0, 1, "BP3MI")
    counted = told["accepted"] + told["review"] + told["rejected"] + told["duplicates"]
    assert counted == told["read"] == dry["read"] == 61
    assert told["rejected"] == 3
    assert len(pd.read_csv(tmp_path / "ditolak.csv")) == 3
    again = run(*words)[1]
    assert (again["batch"], again["accepted"], again["duplicates"]) == (None, 0, 58)
    assert run("backup", "salinan.sqlite", "--db", "toko.sqlite")[0] == 0
    code, undone, _ = run("undo", 1, "--db", "toko.sqlite")
    assert (code, undone) == (0, {"batch": 1, "removed": 58})
    assert run("undo", 1, "--db", "toko.sqlite")[0] == 2
    assert run("undo", 7, "--db", "toko.sqlite")[0] == 2
    code, back, _ = run("restore", "salinan.sqlite", "--db", "toko.sqlite")
    assert code == 0
    assert (tmp_path / back["before"]).is_file()
    assert run("undo", 1, "--db", "toko.sqlite")[1]["removed"] == 58


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("contoh_polisi.csv", "cases"),
        ("contoh_simfoni.ods", "cases"),
        ("contoh_kobo.csv", "reports"),
        ("contoh_cases.csv", "cases"),
        ("contoh_coverage.csv", "coverage"),
        ("contoh_watchers.csv", "watchers"),
        ("contoh_reports.csv", "reports"),
        ("contoh_denominators.csv", "denominators"),
    ],
)
def test_every_sample_comes_in_and_twice_changes_nothing(run: Run, file: str, kind: str) -> None:
    code, told, _ = run("import", SAMPLES / file, "--kind", kind)
    assert (code, told["rejected"], told["duplicates"]) == (0, 0, 0)
    code, again, _ = run("import", SAMPLES / file, "--kind", kind)
    assert (code, again["batch"], again["duplicates"]) == (0, None, told["read"])


def test_what_is_wrong_is_told_with_exit_code_two(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    (tmp_path / "x.sqlite").write_text("bukan", "utf-8")
    for words in (
        ("import", "a.csv", "--kind", "cases"),
        ("import", "tidak.csv", "--kind", "cases"),
        ("import", "a.csv", "--kind", "cases", "--mapping", "tidak ada"),
        ("import", "a.csv", "--kind", "cases", "--db", "postgresql://x/y"),
        ("import", SAMPLES / "contoh_cases.csv", "--kind", "cases", "--db", "x.sqlite"),
        ("undo", 1),
        ("backup", "b.sqlite"),
        ("restore", "tidak.sqlite"),
        ("restore", "a.csv"),
    ):
        code, told, _ = run(*words)
        assert code == 2, words
        assert told["faults"], words
        assert {"where", "what", "rows", "remedy"} <= set(told["faults"][0])
        assert str(tmp_path) not in json.dumps(told)
    assert not (tmp_path / "kota").exists()


def test_a_decision_of_the_store_is_used_by_match(run: Run, tmp_path: Path) -> None:
    from people import STEWARD

    from geo.store import decisions
    from geo.terms import Reason

    decisions.decide(
        Store(tmp_path / "kota" / "kota.sqlite"),
        STEWARD,
        key="naikoten|",
        answer="53.71.05.1005",
        why=Reason.MAP,
        allowed={"53.71.05.1005"},
    )
    (tmp_path / "a.csv").write_text("kelurahan\nKel. Naikoten\n", "utf-8")
    assert run("places", "match", "a.csv", "--column", "kelurahan", "-o", "b.csv")[1]["matched"] == 1
    assert pd.read_csv(tmp_path / "b.csv")["match_by"].tolist() == ["decision"]


@pytest.mark.parametrize("kind", ["cases", "coverage", "reports", "rollout", "watchers"])
def test_cells_that_are_no_date_are_the_sheets_fault_and_not_ours(run: Run, tmp_path: Path, kind: str) -> None:
    cells = ("0000", "mei 0000", "31/02/2017", "00/00/2017", "2017-00-00", "99999999", "-5", "1/1/10000", "Mei 99999")
    days, other = {
        "cases": ("reported_on", {"document_kode": "53.71.04.1011"}),
        "coverage": ("from_on,to_on", {"kode": "53.71"}),
        "reports": ("reported_on", {"kode": "53.71.04.1011"}),
        "rollout": (
            "on,source_on",
            {
                "kode": "53.71",
                "stage": "active",
                "counted_as": "cw",
                "claim": "actual",
                "count": "7",
                "source": "contoh",
            },
        ),
        "watchers": ("joined_on", {"watcher": "1", "kode": "53.71.04.1011"}),
    }[kind]
    rows = [",".join([*[one] * len(days.split(",")), *other.values()]) for one in cells]
    (tmp_path / "lembar.csv").write_text("\n".join([",".join([days, *other]), *rows]), "utf-8")
    code, told, _ = run("import", "lembar.csv", "--kind", kind, "--dry-run")
    assert (code, told["rejected"]) == (0, len(cells))
    assert {fault["column"] for fault in told["faults"]} == set(days.split(","))
