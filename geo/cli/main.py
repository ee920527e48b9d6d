"""Parse a command line, run the command, and return an exit code."""

from __future__ import annotations

import argparse
import importlib
import io
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from geo.cli.output import Teller
from geo.errors import DataError
from geo.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, OUR_FAULT, INPUT_AT_FAULT = 0, 1, 2

#: Modules by the commands that they bring. Only that of the command chosen is imported: the others' libraries take
#: longer to load than most commands take to run.
_MODULES = {
    "places": ("places",),
    "measure": ("measure",),
    "rank": ("rank",),
    "plan": ("plan",),
    "records": ("import", "undo", "backup", "restore"),
    "rollout": ("rollout",),
    "release": ("release",),
    "custody": ("audit", "retain", "incident"),
    "users": ("users",),
    "bench": ("bench",),
}
_UNKNOWN = "unrecognized arguments:"


class _UsageError(Exception):
    """A command line that cannot be parsed."""


class _Parser(argparse.ArgumentParser):
    """Parser that leaves error messages to its caller, so that `--json` applies to them too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def error(self, message: str) -> NoReturn:
        what, found, words = message.partition(_UNKNOWN)
        if found:
            # Option names only: a value may be a password, which must not appear in a log.
            message = f"{what}{found} {' '.join(word for word in words.split() if word.startswith('-'))}".rstrip()
        raise _UsageError(message, self.format_usage())


def _language(arguments: Sequence[str]) -> Language:
    """Requested language, before parsing: the help uses it too. Unknown languages are refused later."""
    finder = _Parser(add_help=False)
    finder.add_argument("--lang", default=Language.ID)
    try:
        return Language(finder.parse_known_args(arguments)[0].lang)
    except (_UsageError, ValueError):
        return Language.ID


def _command(arguments: Sequence[str]) -> str:
    """Command asked for: the first word that is no option, nor the value of `--lang`."""
    finder = _Parser(add_help=False)
    finder.add_argument("--lang")
    try:
        left = finder.parse_known_args(arguments)[1]
    except _UsageError:
        left = list(arguments)
    return next((word for word in left if not word.startswith("-")), "")


def parser(words: Words, arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Parser of all commands; of those not asked for it knows the name and what they do.

    Parameters
    ----------
    words
        The language.
    arguments
        Words after `python -m geo`.

    Returns
    -------
    ArgumentParser
        What it parses has `run`, the function of the command chosen.
    """
    shared = _Parser(add_help=False)
    shared.add_argument("--json", action="store_true", help=words("cli.help.json"))
    shared.add_argument("--lang", choices=[one.value for one in Language], default="id", help=words("cli.help.lang"))
    top = _Parser(prog="python -m geo", description=words("cli.about"), epilog=words("cli.codes"))
    commands = top.add_subparsers(metavar=words("cli.command"), required=True)
    chosen = _command(arguments)
    for module, names in _MODULES.items():
        if chosen in names:
            importlib.import_module(f"geo.cli.{module}").add(commands, shared, words)
        else:
            for name in names:
                commands.add_parser(name, help=words(f"cli.help.{name}"))
    return top


def _speak_utf8() -> None:
    """Prevent a console with another encoding from failing a command whose work is done."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def main(arguments: Sequence[str]) -> int:
    """Exit code: 0 done, 1 our fault, 2 the input is at fault and nothing was written.

    Parameters
    ----------
    arguments
        Arguments after `python -m geo`.
    """
    _speak_utf8()
    words = Words(_language(arguments))
    teller = Teller(words, as_json="--json" in arguments)
    try:
        chosen = parser(words, arguments).parse_args(arguments)
        chosen.run(chosen, teller)
    except _UsageError as fault:
        message, usage = fault.args
        if not teller.as_json:
            teller.note(usage.rstrip())
        teller.refuse(message)
        return INPUT_AT_FAULT
    except DataError as fault:
        teller.refuse(words("cli.refused", n=len(fault.faults)), fault)
        return INPUT_AT_FAULT
    except Exception as fault:  # noqa: BLE001 - the last place that can turn a fault into an exit code
        # Its message may quote a cell of the file: report only its type and location.
        place = traceback.extract_tb(fault.__traceback__)[-1]
        told = f"{type(fault).__name__} ({Path(place.filename).name}:{place.lineno})"
        teller.refuse(words("cli.our_fault", what=told))
        return OUR_FAULT
    return DONE
