"""A city's folder that may not be written to: said by every command and act, and left as it was."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from geo.settings import ROOT

ROWS = "Nama,Jenis Kelamin,Kelurahan,Tanggal Lapor\nCONTOH SATU,P,Oebobo,16/11/2018\n"
CASES = "reported_on,document_kode,persons,sex,age_group,status\n2016-05-01,53.71.01.1001,3,female,adult,confirmed\n"
#: Root may write everywhere: without these it may not.
_ROOT = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
BOUND = _ROOT if IS_ROOT else []
#: Acts that write files beside the store; each prints its fault.
ACTS = """
from dataclasses import replace
from people import STEWARD
from geo.errors import DataError
from geo.places.adopt import adopt, give_up
from geo.release.secret import installation_secret
from geo.settings import read_settings
from geo.sheets.mapping import Mapping, remember
from geo.sheets.sources import remember_words
from geo.store.backup import back_up_beside
from geo.store.engine import city_store
from geo.terms import Kind
own = read_settings()
for act in (
    lambda: back_up_beside(city_store(own), STEWARD),
    lambda: adopt(replace(own.areas, layer="Uji 2024"), own.kota, STEWARD),
    lambda: give_up(own.kota, STEWARD),
    lambda: remember(Mapping("uji", Kind.CASES, {"reported_on": "Tanggal"}), own.kota / "pemetaan", STEWARD),
    lambda: remember_words(own.kota, STEWARD, "source", ["Radio"]),
    lambda: installation_secret(own.kota, ""),
):
    try:
        act()
    except DataError as fault:
        print(fault.faults[0].table, fault.faults[0].problem)
    else:
        print("done")
"""

pytestmark = [
    pytest.mark.skipif(IS_ROOT and shutil.which("setpriv") is None, reason="root, and no setpriv on this machine"),
    pytest.mark.skipif(os.name == "nt", reason="Windows does not keep a folder from being written like this"),
]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / "kota"
    folder.mkdir()
    (tmp_path / "lembar.csv").write_text(ROWS, "utf-8")
    (tmp_path / "cases.csv").write_text(CASES, "utf-8")
    (tmp_path / "settings.toml").write_text(
        f"[stores]\nkota = '{folder.as_posix()}'\n[access]\nowner = 'steward'\n", "utf-8"
    )
    return folder


def run(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    places = os.pathsep.join([str(ROOT), str(Path(__file__).parents[1])])
    own = {"PETAJAGA_SETTINGS": str(place.parent / "settings.toml"), "PYTHONPATH": places}
    done = subprocess.run(
        [*BOUND, sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.parametrize("is_new", [True, False])
def test_it_is_said_and_nothing_changes(place: Path, is_new: bool) -> None:
    sheet, cases = (str(place.parent / name) for name in ("lembar.csv", "cases.csv"))
    bring = ("-m", "geo", "import", "--kind", "cases", sheet, "--json")
    if not is_new:
        assert run(place, *bring).returncode == 0
        (place / "batas").mkdir()
        (place / "batas" / "areas.toml").write_text("", "utf-8")
        (place / "batas").chmod(0o555)
    before = {one.name: one.read_bytes() for one in place.rglob("*.*")}
    place.chmod(0o555)
    try:
        release = ("-m", "geo", "release", "--cases", cases, "--audience", "public", "--period", "2016")
        for words in (bring, (*release, "--out", str(place.parent / "out"), "--json")):
            done = run(place, *words)
            assert done.returncode == 2, words
            (fault,) = json.loads(done.stdout)["faults"]
            assert fault["where"] in {"kota.sqlite", "rahasia-rilis"}
        told = run(place, "-c", ACTS).stdout.splitlines()
        assert told == [
            "cadangan not_writable",
            "areas.toml not_writable",
            "done" if is_new else "areas.toml not_writable",
            "uji.toml not_writable",
            "sumber.toml not_writable",
            "rahasia-rilis no_secret",
        ]
        assert {one.name: one.read_bytes() for one in place.rglob("*.*")} == before
    finally:
        for one in (place, *place.glob("batas")):
            one.chmod(0o755)
