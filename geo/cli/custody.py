"""`audit`, `retain`, `incident`: check the audit log, erase expired data, report after a leak."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.cli.output import RefusalError
from geo.cli.stores import refusing, store, store_command, viewer
from geo.errors import DataError, Fault, Problem
from geo.files import check_output
from geo.settings import read_settings
from geo.words import Language, Words

if TYPE_CHECKING:
    import argparse

    from geo.cli.output import Teller
    from geo.store.audit_chain import Head


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the commands to the parser of all commands."""
    command = partial(store_command, commands, shared, words)
    one = command("audit", audit)
    one.add_argument(
        "--manifest",
        metavar="FILE",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        help=words("cli.help.manifest"),
    )
    two = command("retain", retain)
    two.add_argument("--dry-run", action="store_true", help=words("cli.help.retain_dry_run"))
    three = command("incident", incident)
    three.add_argument(
        "--from", metavar="DATE", type=date.fromisoformat, required=True, dest="first", help=words("cli.help.from")
    )
    three.add_argument("--to", metavar="DATE", type=date.fromisoformat, dest="last", help=words("cli.help.to"))
    three.add_argument("-o", metavar="FILE.zip", type=Path, required=True, dest="out", help=words("cli.help.pack"))


def _heads(manifests: list[Path]) -> dict[Path, Head]:
    """Head of the audit chain in each manifest; a manifest without an audit has none.

    Raises
    ------
    DataError
        With every file that is not a manifest.
    """
    from geo.store.audit_chain import Head

    found, faults = {}, []
    for path in manifests:
        try:
            printed = json.loads(path.read_text("utf-8"))["audit_head"]
            if printed is not None:
                found[path] = Head.read(printed)
        except FileNotFoundError:
            faults.append(Fault.of(path.name, "", Problem.MISSING_FILE))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            faults.append(Fault.of(path.name, "audit_head", Problem.UNREADABLE, hint="manifest.json"))
    if faults:
        raise RefusalError(faults, "store")
    return found


def audit(chosen: argparse.Namespace, teller: Teller) -> None:
    """Report whether the audit chain is complete and holds the heads in the manifests.

    Raises
    ------
    DataError
        When it is not complete or lacks a head; when there is no store or a manifest cannot be read.
    """
    from geo.access.audit import verify

    heads = _heads(chosen.manifest)
    with refusing():
        place = store(chosen.db)
        found = verify(place, viewer(), heads=heads.values())
    told = {
        "rows": found.rows,
        "whole": found.whole,
        "first_broken": found.first_broken,
        "head": str(found.head) if found.head else None,
        "missing": [str(one) for one in found.missing],
    }
    faults = []
    if found.first_broken is not None:
        faults.append(Fault.of(place.path.name, "audit", Problem.AUDIT_BROKEN, values=[found.first_broken]))
    faults += [
        Fault.of(path.name, "audit_head", Problem.AUDIT_HEAD_MISSING, values=[one.number])
        for path, one in heads.items()
        if one in found.missing
    ]
    if faults:
        raise RefusalError(faults, "store", told)
    words = teller.words
    teller.result(told, [words("audit.whole", n=found.rows), words("audit.head", head=str(found.head or "-"))])


def retain(chosen: argparse.Namespace, teller: Teller) -> None:
    """Erase expired data, or report what would be erased.

    Raises
    ------
    DataError
        When there is no store, or it stays busy for too long.
    """
    from geo.access import retention

    act = retention.due if chosen.dry_run else retention.erase_due
    with refusing():
        told = act(store(chosen.db), viewer(), keep=read_settings().retention).counts
    words = teller.words
    lines = [f"- {words(f'retention.{name}')}: {words.number(many)}" for name, many in told.items()]
    teller.result(told, [words("retention.due" if chosen.dry_run else "retention.erased"), *lines])


def incident(chosen: argparse.Namespace, teller: Teller) -> None:
    """Write the incident report, completely or not at all.

    Raises
    ------
    DataError
        When there is no store, the days are reversed, or the file cannot be written.
    """
    from geo.access.incident import pack
    from geo.store.engine import now

    last = chosen.last or now().date()
    if last < chosen.first:
        raise RefusalError([Fault.of("--to", "", Problem.DATES_REVERSED)], "store")
    check_output(chosen.out, (".zip",))
    languages = [Words(one) for one in Language]
    with refusing():
        made = pack(store(chosen.db), viewer(), read_settings(), first=chosen.first, last=last, languages=languages)
        _write(chosen.out, made)
    told = {"file": chosen.out.name, "bytes": len(made), "from": str(chosen.first), "to": str(last)}
    teller.result(told, [teller.words("cli.written", file=chosen.out.name)])


def _write(path: Path, content: bytes) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix=".petajaga-", dir=path.parent) as folder:
            unfinished = Path(folder) / "pack.zip"
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(content)
            os.replace(unfinished, path)  # noqa: PTH105 - Path.replace is the same; the name says what happens
    except OSError as fault:
        raise DataError((Fault.of("-o", "", Problem.NOT_WRITABLE),)) from fault
