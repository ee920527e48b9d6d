"""How functions are called, read in the sources: one form for all that takes a store, nothing that only forwards."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: They show nobody anything and ask for no right: is anybody known, what lies beside the store, what is too old.
WITHOUT_VIEWER = {"accounts.has_accounts", "backup.copies", "undo.expire"}
#: Parts of a value object, which refuses all that it does not have.
PARTS = {"Shell.change", "Drafting.change", "Drafting.limit"}


def public(root: Path, *folders: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Public functions and methods with the module or class that they stand in."""
    for folder in folders:
        for path in root.glob(f"{folder}/**/*.py"):
            if "migrations" in path.parts:
                continue
            for owner in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(owner, ast.Module | ast.ClassDef):
                    continue
                name = owner.name if isinstance(owner, ast.ClassDef) else path.stem
                for node in owner.body:
                    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                        yield f"{name}.{node.name}", node


def test_whoever_takes_a_store_takes_the_viewer_next(root: Path) -> None:
    """First the store, then who does it, then what."""
    takes = 0
    for name, node in public(root, "geo", "pages"):
        arguments = [*node.args.args, *node.args.kwonlyargs]
        if not any(one.annotation and ast.unparse(one.annotation) == "Store" for one in arguments):
            continue
        takes += 1
        expected = ["store"] if name in WITHOUT_VIEWER else ["store", "viewer"]
        assert [one.arg for one in node.args.args][: len(expected)] == expected, name
    assert takes > 50


def test_nothing_takes_whatever_it_is_given(root: Path) -> None:
    """What a function takes stands in its signature."""
    found = set()
    for name, node in public(root, "geo", "pages"):
        rest = [one for one in (node.args.vararg, node.args.kwarg) if one is not None]
        if any(one.annotation is None or ast.unparse(one.annotation) == "Any" for one in rest):
            found.add(name)
    assert found == PARTS


def test_the_file_of_the_citys_store_is_named_once(root: Path) -> None:
    paths = [*root.glob("geo/**/*.py"), *root.glob("pages/**/*.py"), root / "dashboard.py"]
    assert [one.relative_to(root).as_posix() for one in paths if "kota.sqlite" in one.read_text("utf-8")] == [
        "geo/settings.py"
    ]
