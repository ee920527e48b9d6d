"""Options: what a city changes, and what it cannot spell wrong unnoticed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from geo.cli.main import INPUT_AT_FAULT, main
from geo.errors import DataError, Fault, Problem
from geo.present.faults import sentence
from geo.settings import EMBEDDED, read_settings
from geo.words import Language, Words

#: A city's file with a fault of nearly every kind.
SEVERAL = """\
[areas]
bounds = [1, 2, 3]
city = 7
[release]
k = 0
kk = 3
[access]
owner = "clerk"
client_secret = "rahasia sekali"
session_hours = "half a day"
[access.rights]
public = ["see_exact"]
planner = ["see_exact", "fly", "swim"]
[hotspots]
alpha = 5
[health]
quiet_days = 400
past_years = 1.5
[retention]
copy_days = true
"""


def given(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path) -> list[Fault]:
    with pytest.raises(DataError) as refused:
        read_settings(path)
    return list(refused.value.faults)


def test_only_what_a_city_names_differs(tmp_path: Path) -> None:
    changed = read_settings(given(tmp_path, "[release]\nk = 20\n"))
    assert changed.k == 20
    assert changed.areas == read_settings(given(tmp_path, "")).areas


def test_a_path_is_meant_from_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "own.gpkg").touch()
    changed = read_settings(given(tmp_path, '[areas]\npath = "own.gpkg"\n'))
    assert changed.areas.path == tmp_path / "own.gpkg"


@pytest.mark.parametrize(
    ("text", "option", "problem", "hint"),
    [
        ("[release]\nkk = 20\n", "release.kk", Problem.NO_SUCH_OPTION, "k"),
        ("[releases]\nk = 20\n", "releases", Problem.NO_SUCH_OPTION, "release"),
        ("[access.rights]\nplaner = []\n", "access.rights.planer", Problem.NO_SUCH_OPTION, "planner"),
        ("[map]\nzzz = 1\n", "map.zzz", Problem.NO_SUCH_OPTION, "tiles_url, tiles_attribution"),
        ("[release]\nk = 0\n", "release.k", Problem.NOT_POSSIBLE, "≥ 1"),
        ("[release]\nk = 'ten'\n", "release.k", Problem.NOT_A_WHOLE_NUMBER, ""),
        ("[release]\nk = '10'\n", "release.k", Problem.NOT_A_WHOLE_NUMBER, ""),
        ("[release]\nk = 10.5\n", "release.k", Problem.NOT_A_WHOLE_NUMBER, ""),
        ("[release]\nk = true\n", "release.k", Problem.NOT_A_WHOLE_NUMBER, ""),
        ("[release]\nk = 2018-11-16\n", "release.k", Problem.NOT_A_WHOLE_NUMBER, ""),
        ("[release.k]\nx = 1\n", "release.k", Problem.NOT_A_WHOLE_NUMBER, ""),
        # Of an earlier version: what it hid was told by differences.
        ("[release]\nk_taskforce = 10\n", "release.k_taskforce", Problem.NO_SUCH_OPTION, "k"),
        ("release = 3\n", "release", Problem.NOT_A_SECTION, "[release]"),
        ("[access]\noidc = ''\n", "access.oidc", Problem.NOT_A_SECTION, "[access.oidc]"),
        ("[areas]\nbounds = [1, 2, 3]\n", "areas.bounds", Problem.NOT_THAT_LIST, "[94.0, -12.0, 142.0, 7.0]"),
        ("[areas]\nbounds = [1, 2, 3, 4, 5]\n", "areas.bounds", Problem.NOT_THAT_LIST, "[94.0, -12.0, 142.0, 7.0]"),
        ("[areas]\nbounds = 'all'\n", "areas.bounds", Problem.NOT_THAT_LIST, "[94.0, -12.0, 142.0, 7.0]"),
        ("[areas]\nbounds = [1, 2, 'x', 4]\n", "areas.bounds", Problem.NOT_A_NUMBER, ""),
        ("[areas]\nbounds = [9, 2, 3, 4]\n", "areas.bounds", Problem.NOT_POSSIBLE, "west < east, south < north"),
        ("[areas]\ncity = 2018-11-16\n", "areas.city", Problem.NOT_A_TEXT, ""),
        ("[stores]\nkota = 3\n", "stores.kota", Problem.NOT_A_TEXT, ""),
        ("[access]\nowner = 'clerk'\n", "access.owner", Problem.NOT_IN_LIST, "public, taskforce, planner, steward"),
        ("[access]\nidle_minutes = 0\n", "access.idle_minutes", Problem.NOT_POSSIBLE, "> 0"),
        ("[access]\nidle_minutes = nan\n", "access.idle_minutes", Problem.NOT_A_NUMBER, ""),
        ("[access.rights]\npublic = ['export']\n", "access.rights.public", Problem.NOT_POSSIBLE, "[]"),
        ("[retention]\ncopy_days = 0\n", "retention.copy_days", Problem.NOT_POSSIBLE, "≥ 1"),
        ("[hotspots]\nalpha = 1\n", "hotspots.alpha", Problem.NOT_POSSIBLE, "< 1"),
        ("[hotspots]\nreplicates = 998\n", "hotspots.replicates", Problem.NOT_POSSIBLE, "≥ 999"),
        ("[health]\nquiet_percent = 100\n", "health.quiet_percent", Problem.NOT_POSSIBLE, "< 100"),
        ("[health]\nquiet_days = 400\n", "health.dormant_days", Problem.NOT_POSSIBLE, "> quiet_days (400)"),
        ("[priority]\nfirst = 0\n", "priority.first", Problem.NOT_POSSIBLE, "≥ 1"),
        ("[priority]\nalways = 0.01\n", "priority.never", Problem.NOT_POSSIBLE, "< always (0.01)"),
        ("[priority]\nconcentration = 0\n", "priority.concentration", Problem.NOT_POSSIBLE, "> 0"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(
    tmp_path: Path, text: str, option: str, problem: Problem, hint: str
) -> None:
    (fault,) = faults(given(tmp_path, text))
    assert (fault.table, fault.column, fault.problem, fault.hint) == ("settings.toml", option, problem, hint)


def test_all_mistakes_of_a_file_come_together(tmp_path: Path) -> None:
    found = {fault.column: fault for fault in faults(given(tmp_path, SEVERAL))}
    assert {option: fault.problem for option, fault in found.items()} == {
        "areas.bounds": Problem.NOT_THAT_LIST,
        "areas.city": Problem.NOT_A_TEXT,
        "release.k": Problem.NOT_POSSIBLE,
        "release.kk": Problem.NO_SUCH_OPTION,
        "access.owner": Problem.NOT_IN_LIST,
        "access.client_secret": Problem.NO_SUCH_OPTION,
        "access.session_hours": Problem.NOT_A_NUMBER,
        "access.rights.public": Problem.NOT_POSSIBLE,
        "access.rights.planner": Problem.NOT_IN_LIST,
        "hotspots.alpha": Problem.NOT_POSSIBLE,
        "health.dormant_days": Problem.NOT_POSSIBLE,
        "health.past_years": Problem.NOT_A_WHOLE_NUMBER,
        "retention.copy_days": Problem.NOT_A_WHOLE_NUMBER,
    }
    assert found["access.rights.planner"].values == ("fly", "swim")
    assert found["access.session_hours"].values == ("half a day",)
    assert found["access.client_secret"].values == (), "it may be a secret that stands in the wrong place"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.ID,
            [
                "settings.toml, opsi release.k: tidak mungkin di sini: “0”. Yang mungkin: ≥ 1.",
                "settings.toml, opsi release.kk: tidak ada opsi itu. Mungkin yang dimaksud: k. "
                "Semua opsi ada di data/settings.toml.",
                "settings.toml, opsi access.session_hours: bukan bilangan: “half a day”. "
                "Tulis bilangan tanpa tanda kutip, misalnya 2.5.",
            ],
        ),
        (
            Language.EN,
            [
                "settings.toml, option release.k: not possible here: “0”. Possible: ≥ 1.",
                "settings.toml, option release.kk: no such option. Perhaps you mean: "
                "k. All options are in data/settings.toml.",
                "settings.toml, option access.session_hours: not a number: “half a day”. "
                "Write a number without quotes, such as 2.5.",
            ],
        ),
    ],
)
def test_mistakes_are_told_in_the_readers_language(tmp_path: Path, language: Language, said: list[str]) -> None:
    told = [sentence(fault, Words(language)) for fault in faults(given(tmp_path, SEVERAL))]
    assert set(said) <= set(told)


@pytest.mark.parametrize(("text", "line"), [("[[[\n", 1), ("[release]\n\nk = ten\n", 3), ("[release]\nk = [1,", 2)])
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    (fault,) = faults(given(tmp_path, text))
    assert (fault.problem, fault.rows) == (Problem.BAD_TOML, (line,))
    for language, said in ((Language.ID, "tidak dapat dibaca sebagai TOML"), (Language.EN, "cannot be read as TOML")):
        assert said in sentence(fault, Words(language))
        assert f"{line}." in sentence(fault, Words(language))


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_bytes(b"\xff\xfe\x00")
    assert [fault.problem for fault in faults(tmp_path / "settings.toml")] == [Problem.UNREADABLE]
    assert [fault.problem for fault in faults(tmp_path / "none.toml")] == [Problem.MISSING_FILE]
    assert [fault.problem for fault in faults(tmp_path)] == [Problem.UNREADABLE]


def test_the_layer_that_was_adopted_is_checked_as_its_own_file(tmp_path: Path) -> None:
    kota = tmp_path / "kota"
    (kota / "batas").mkdir(parents=True)
    (kota / "batas" / "areas.toml").write_text("[areas]\nkye = 'kode'\n", "utf-8")
    (fault,) = faults(given(tmp_path, f"[stores]\nkota = '{kota.as_posix()}'\n"))
    assert (fault.table, fault.column, fault.hint) == ("areas.toml", "areas.kye", "key")


def test_a_command_names_all_mistakes_and_ends_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PETAJAGA_SETTINGS", str(given(tmp_path, SEVERAL)))
    assert main(["users", "list", "--json", "--lang", "en"]) == INPUT_AT_FAULT
    told = json.loads(capsys.readouterr().out)
    assert len(told["faults"]) == 13
    assert "settings.toml, option release.kk" in [one["where"] for one in told["faults"]]
    assert "rahasia" not in json.dumps(told)


def test_settings_are_values(tmp_path: Path) -> None:
    one, two = read_settings(EMBEDDED), read_settings(given(tmp_path, ""))
    assert one == two
    assert hash(one.areas) == hash(two.areas)
    assert hash(one.health) == hash(two.health)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.health.quiet_days = 1  # type: ignore[misc]
    assert dataclasses.replace(one.areas, path=Path("x")).path == Path("x")
    with pytest.raises(ValueError, match="quiet_days"):
        dataclasses.replace(one.health, quiet_days=one.health.dormant_days)
