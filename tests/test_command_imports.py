"""A command loads what it needs: looked at by what is imported, not by the clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """
import contextlib, io, json, sys
from geo.cli.main import main
with contextlib.redirect_stdout(io.StringIO()):
    try:
        code = main(sys.argv[1:])
    except SystemExit as end:
        code = end.code
print(json.dumps([code, sorted({name.split(".")[0] for name in sys.modules})]))
"""
#: Slow to load, or of another part of the house.
HEAVY = {
    "altair",
    "alembic",
    "argon2",
    "authlib",
    "folium",
    "geopandas",
    "highspy",
    "pandas",
    "pandera",
    "pyarrow",
    "pyogrio",
    "python_calamine",
    "rapidfuzz",
    "scipy",
    "shapely",
    "sqlalchemy",
    "streamlit",
    "xlsxwriter",
}
TABLES = {"pandas", "pyarrow"}
AREAS = TABLES | {"geopandas", "pyogrio", "shapely"}
STORE = {"sqlalchemy", "alembic"}
NEED = "tests/data/need.csv"


def test_the_first_page_loads_no_statistics_no_solver_and_no_database(root: Path, tmp_path: Path) -> None:
    script = """
import json, sys
sys.path.insert(0, ".")
import dashboard
from pages.shell.frame import warm
warm()
import pages.overview
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""
    environment = {**os.environ, "PETAJAGA_SETTINGS": str(tmp_path / "none.toml")}
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    loaded = set(json.loads(found.stdout.splitlines()[-1]))
    heavy = {
        "alembic",
        "altair",
        "highspy",
        "pandera",
        "python_calamine",
        "rapidfuzz",
        "scipy",
        "sqlalchemy",
        "xlsxwriter",
    }
    assert heavy & loaded == set()


@pytest.mark.parametrize(
    ("words", "may"),
    [
        (["--help"], set()),
        (["rollout", "--json"], AREAS),
        (["rollout", "--help"], AREAS),
        (["undo", "--help"], AREAS),
        (["users", "list", "--json"], STORE | TABLES | {"argon2"}),
        (["audit", "--json"], STORE | AREAS),
        (
            ["places", "match", "tests/data/name_variants.csv", "--column", "variant", "-o", "OUT.csv"],
            AREAS | {"rapidfuzz", "python_calamine"},
        ),
        (
            ["measure", "tests/data/nc_sids.csv", "--id", "CNTY_ID", "--cases", "deaths_1979", "--method", "smr"],
            AREAS | {"scipy", "python_calamine"},
        ),
        (
            ["plan", NEED, "--waves", "2", "--capacity", "3", "-o", "OUT.csv"],
            AREAS | {"scipy", "highspy", "python_calamine"},
        ),
        (
            [
                "import",
                "data/samples/contoh_polisi.csv",
                "--kind",
                "cases",
                "--dry-run",
                "--db",
                "NEW.sqlite",
                "--json",
            ],
            AREAS | STORE | {"rapidfuzz", "python_calamine"},
        ),
        (
            ["release", "--cases", "data/contoh/cases.csv", "--audience", "public", "--out", "OUT"],
            AREAS | {"pandera", "scipy", "highspy", "xlsxwriter", "python_calamine"},
        ),
    ],
)
def test_a_command_loads_what_it_needs_and_nothing_else(
    root: Path, tmp_path: Path, words: list[str], may: set[str]
) -> None:
    names = {"OUT.csv": tmp_path / "out.csv", "OUT": tmp_path / "rilis", "NEW.sqlite": tmp_path / "kota.sqlite"}
    given = [str(names.get(word, word)) for word in words]
    settings = tmp_path / "settings.toml"
    settings.write_text(f"[stores]\nkota = '{(tmp_path / 'kota').as_posix()}'\n", encoding="utf-8")
    environment = {**os.environ, "PETAJAGA_SETTINGS": str(settings)}
    found = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *given],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    code, loaded = json.loads(found.stdout.splitlines()[-1])
    assert code in {0, None, 2} if words[0] == "audit" else code in {0, None}, found.stderr
    assert (HEAVY & set(loaded)) - may == set()
