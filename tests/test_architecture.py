"""The house as the documents say it is: rooms, what they may import, and one meaning for every public name."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What a page, a part of one or a command calls its one entry: these are protocols, not names of things.
PROTOCOLS = {"page", "draw", "add"}
#: The largest share of the lines that one room may have.
LARGEST_ROOM = 0.17


def modules(root: Path) -> Iterator[Path]:
    for folder in ("geo", "pages"):
        yield from (path for path in sorted((root / folder).rglob("*.py")) if "migrations" not in path.parts)


def public_names(path: Path) -> set[str]:
    """Names that a module defines at its top and that do not begin with an underscore."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return {name for name in found if not name.startswith("_")}


def test_no_public_name_stands_in_two_modules(root: Path) -> None:
    where: dict[str, list[str]] = defaultdict(list)
    for path in modules(root):
        for name in public_names(path) - PROTOCOLS:
            where[name].append(path.relative_to(root).as_posix())
    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


def test_no_room_is_larger_than_its_share(root: Path) -> None:
    lines: dict[str, int] = defaultdict(int)
    beside = (root / folder for folder in ("benchmarks", "data"))
    for path in [*modules(root), root / "dashboard.py", *(path for one in beside for path in one.rglob("*.py"))]:
        parts = path.relative_to(root).parts
        room = "/".join(parts[:2]) if parts[0] == "geo" and len(parts) > 2 else parts[0]
        lines[room] += path.read_text("utf-8").count("\n")
    largest = max(lines, key=lines.__getitem__)
    assert lines[largest] <= LARGEST_ROOM * sum(lines.values()), (largest, lines[largest], sum(lines.values()))


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    command = [sys.executable, "-c", script, "--config", "pyproject.toml", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def copied(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code and its contracts in a folder of its own, to plant things in."""
    folder = tmp_path_factory.mktemp("haus")
    for name in ("geo", "pages"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold(copied: Path) -> None:
    found = contracts(copied)
    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout


@pytest.mark.parametrize(
    ("place", "planted", "broken"),
    [
        ("pages/parts/health.py", "import geo.study", "see nothing but what was released"),
        ("pages/parts/next_order.py", "from geo.records.tables import Tables", "see nothing but what was released"),
        ("pages/shell/frame.py", "from geo.store import canonical", "see nothing but what was released"),
        ("pages/web/html.py", "from geo.store.tables import read_tables", "see nothing but what was released"),
        ("geo/present/overview.py", "from geo.study import Study", "see nothing but what was released"),
        ("pages/overview.py", "from geo.store import records", "Only pages that are named here"),
        ("pages/parts/verdicts.py", "from geo.imports.run import read_file", "Only pages that are named here"),
        ("geo/records/tables.py", "from geo.store.engine import Store", "A room imports only rooms above it"),
        ("geo/sheets/reading.py", "import streamlit", "never knows of Streamlit"),
        ("pages/trail.py", "import sqlalchemy", "The database lives in geo.store"),
        ("geo/cli/match.py", "import xlsxwriter", "their writer in geo.files"),
    ],
)
def test_a_planted_import_is_noticed(copied: Path, place: str, planted: str, broken: str) -> None:
    path = copied / place
    before = path.read_text("utf-8")
    path.write_text(
        before.replace("from __future__ import annotations\n", f"from __future__ import annotations\n\n{planted}\n"),
        "utf-8",
    )
    try:
        assert planted in path.read_text("utf-8")
        found = contracts(copied)
    finally:
        path.write_text(before, "utf-8")
    assert found.returncode != 0
    said = re.sub(r"\s+", " ", found.stdout)
    assert re.search(rf"{re.escape(broken)}[^.]*? BROKEN", said), found.stdout
