"""Documents are true: origins and hashes of the data, commands of the README, the shape of the house."""

from __future__ import annotations

import ast
import importlib.util
import re
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import pytest

import geo

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


@pytest.fixture(scope="module")
def build(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("data_build", root / "data" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_data_file_has_its_origin_and_its_hash(build: ModuleType, root: Path) -> None:
    assert build.sources_page() == (root / "data" / "SOURCES.md").read_text("utf-8")
    declared = tomllib.loads((root / "data" / "sources.toml").read_text("utf-8"))["source"]
    for entry in declared:
        assert all(entry.get(part) for part in ("id", "title", "what", "origin", "licence", "date", "files"))


def test_the_example_says_that_it_is_made_up(root: Path) -> None:
    assert "Data contoh, bukan kasus nyata" in (root / "data" / "SOURCES.md").read_text("utf-8")


def test_a_file_of_pages_only_defines(root: Path) -> None:
    for path in root.glob("pages/*.py"):
        allowed = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.Assign, ast.AnnAssign, ast.If)
        tree = ast.parse(path.read_text("utf-8"))
        assert all(isinstance(node, (*allowed, ast.Expr)) for node in tree.body)
        outside = [
            node for node in tree.body if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
        ]
        assert not outside, path.name
        assert len(path.read_text("utf-8").splitlines()) <= 130


def test_nothing_in_the_product_leads_outside(root: Path) -> None:
    for path in [*root.glob("geo/**/*"), *root.glob("pages/**/*"), root / "dashboard.py"]:
        if path.suffix not in {".py", ".js", ".css", ".html"}:
            continue
        text = path.read_text("utf-8")
        found = [url for url in re.findall(r"https?://[\w./-]+", text) if "www.w3.org/2000/svg" not in url]
        assert not found, (path.name, found)
        assert "../shared" not in text


def test_the_newest_entry_of_the_changelog_is_the_version(root: Path) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    entries = re.findall(r"^## (.+)$", (root / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    named, _, day = entries[0].partition(" - ")
    assert named == version == geo.__version__
    assert date.fromisoformat(day)


def test_every_decision_is_listed(root: Path) -> None:
    listed = (root / "docs" / "decisions" / "README.md").read_text("utf-8")
    for path in root.glob("docs/decisions/[0-9]*.md"):
        assert path.name in listed


def test_every_make_target_that_the_readme_names_is_there(root: Path) -> None:
    readme = (root / "README.md").read_text("utf-8")
    makefile = (root / "Makefile").read_text("utf-8")
    named = set(re.findall(r"`?make ([a-z-]+)", readme))
    assert {"run", "test"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_readme_names_only_files_that_are_there(root: Path) -> None:
    readme = (root / "README.md").read_text("utf-8")
    for link in re.findall(r"\]\(((?!http)[^)#]+)\)", readme):
        assert (root / link).exists(), link


def test_requirements_are_pinned_and_part_of_the_lock(root: Path) -> None:
    locked = (root / "constraints.txt").read_text("utf-8").lower()
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (root / name).read_text("utf-8").splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.fullmatch(r"[A-Za-z0-9_.-]+==[\w.]+", line), line
                assert line.lower() in locked, line
