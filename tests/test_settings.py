"""Options: what a city changes, and what it cannot spell wrong unnoticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from geo.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path


def given(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_only_what_a_city_names_differs(tmp_path: Path) -> None:
    changed = read_settings(given(tmp_path, "[release]\nk = 20\n"))
    assert changed.k == 20
    assert changed.areas == read_settings(given(tmp_path, "")).areas


def test_a_path_is_meant_from_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "own.gpkg").touch()
    changed = read_settings(given(tmp_path, '[areas]\npath = "own.gpkg"\n'))
    assert changed.areas.path == tmp_path / "own.gpkg"


@pytest.mark.parametrize(
    "text",
    [
        "[release]\nkk = 20\n",
        "[release]\nk = 0\n",
        "[release]\nk = 'ten'\n",
        "release = 3\n",
        "[areas]\nbounds = [1, 2, 3]\n",
        "[release]\nk_taskforce = 0\n",
        "[[[\n",
        "[priority]\nfirst = 0\n",
        "[priority]\nalways = 0.01\n",
        "[priority]\nconcentration = 0\n",
    ],
)
def test_mistakes_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError):
        read_settings(given(tmp_path, text))
