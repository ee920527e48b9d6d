"""`bench`: the benchmarks, each compared with the usual alternative."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
from typing import TYPE_CHECKING, Any

from geo.cli.output import RefusalError
from geo.errors import Fault, Problem

if TYPE_CHECKING:
    import argparse
    from types import ModuleType

    from geo.cli.output import Teller
    from geo.words import Words


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "bench",
        parents=[shared],
        help=words("cli.help.bench"),
        description=words("cli.help.bench"),
        epilog=words("cli.example.bench"),
    )
    command.add_argument("names", metavar="NAME", nargs="*", help=words("cli.help.bench_name"))
    command.set_defaults(run=bench)


def _modules(package: ModuleType) -> dict[str, ModuleType]:
    """Benchmarks by name, in text order."""
    found = [
        importlib.import_module(f"{package.__name__}.{one.name}")
        for one in pkgutil.iter_modules(package.__path__)
        if not one.ispkg
    ]
    return {module.NAME: module for module in sorted(found, key=lambda module: str(module.NAME))}


def bench(chosen: argparse.Namespace, teller: Teller) -> None:
    """Run the named benchmarks, or all; ends with code 1 where something that must hold did not.

    Raises
    ------
    DataError
        When no benchmark has that name.
    """
    words = teller.words
    # The benchmarks use the library, never the reverse: only this command imports them.
    package = importlib.import_module("benchmarks")
    known = _modules(package)
    unknown = [name for name in chosen.names if name not in known]
    if unknown:
        raise RefusalError(
            [Fault.of(name, "", Problem.NOT_IN_LIST, hint=", ".join(known)) for name in unknown], "bench"
        )
    results = []
    for name in dict.fromkeys(chosen.names or known):
        teller.note(words("cli.running", name=name, summary=known[name].SUMMARY))
        # Output of a library during the measurement is not part of the result.
        with contextlib.redirect_stdout(sys.stderr):
            results += known[name].run()
    teller.result(
        {"machine": package.machine(), "results": [_values(result) for result in results]},
        [_line(result, words) for result in results],
    )
    if not all(result.holds for result in results):
        sys.exit(1)


def _values(result: Any) -> dict[str, Any]:
    names = ("name", "what", "unit", "ours", "theirs", "theirs_name", "ratio", "better")
    return {name: getattr(result, name) for name in (*names, "ours_memory_mb", "theirs_memory_mb", "notes", "holds")}


def _line(result: Any, words: Words) -> str:
    memory = " / ".join(
        "-" if used is None else f"{used:.0f} MB" for used in (result.ours_memory_mb, result.theirs_memory_mb)
    )
    line = words(
        "cli.bench.line",
        name=result.name,
        what=result.what,
        unit=result.unit,
        ours=f"{result.ours:.4g}",
        theirs=f"{result.theirs:.4g}",
        theirs_name=result.theirs_name,
        ratio=f"{result.ratio:.3g}",
        memory=memory,
    )
    return f"{line} ({result.notes})" if result.notes else line
