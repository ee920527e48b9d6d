"""`import`, `undo`, `backup`, `restore`: add records to the city's own store, remove them, and copy the store."""

from __future__ import annotations

import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.cli.inputs import add_sheet_option, tell_of
from geo.cli.output import RefusalError
from geo.cli.stores import refusing, store, store_command, viewer
from geo.errors import Fault, Problem
from geo.files import csv_text
from geo.places.boundaries import read_areas
from geo.present.reports import REJECTED_COLUMNS, left_empty_notes, rejected_rows
from geo.settings import read_settings
from geo.terms import CodeSystem, Kind, Outcome

if TYPE_CHECKING:
    import argparse

    from geo.cli.output import Teller
    from geo.words import Words

#: Refusals that a terminal shows; a file has all of them.
_MOST_TOLD = 20


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the commands to the parser of all commands."""
    command = partial(store_command, commands, shared, words)
    one = command("import", import_file)
    one.add_argument("file", metavar="FILE", type=Path, help=words("cli.help.import_file"))
    one.add_argument("--kind", choices=[kind.value for kind in Kind], required=True, help=words("cli.help.kind"))
    one.add_argument("--mapping", metavar="NAME_OR_FILE", default="", help=words("cli.help.mapping"))
    add_sheet_option(one, words)
    one.add_argument(
        "--code-system", choices=[system.value for system in CodeSystem], help=words("cli.help.code_system")
    )
    one.add_argument("--dry-run", action="store_true", help=words("cli.help.dry_run"))
    one.add_argument("--rejected", metavar="OUT.csv", type=Path, help=words("cli.help.rejected"))
    two = command("undo", undo_batch)
    two.add_argument("batch", metavar="BATCH", type=int, help=words("cli.help.batch"))
    three = command("backup", backup_store)
    three.add_argument("file", metavar="FILE", type=Path, help=words("cli.help.backup_file"))
    four = command("restore", restore_store)
    four.add_argument("file", metavar="FILE", type=Path, help=words("cli.help.restore_file"))


def _progress(teller: Teller) -> Any:
    """Progress line while rows are written, for a person at a terminal."""

    def told(share: float) -> None:
        if sys.stderr.isatty():
            print(f"\r{share:4.0%}", end="" if share < 1 else "\n", file=sys.stderr)  # noqa: T201 - see `Teller`

    return told if not teller.as_json else None


def import_file(chosen: argparse.Namespace, teller: Teller) -> None:
    """Import the rows of a file into the store as one batch, or report what would be imported.

    Raises
    ------
    DataError
        When the whole file is at fault; refused rows are counted and reported.
    """
    from geo.imports.run import accept, dry_run, prepared_for, read_file
    from geo.sheets.sources import known_words

    words, settings = teller.words, read_settings()
    place, who = store(chosen.db), viewer()
    kind = Kind(chosen.kind)
    system = CodeSystem(chosen.code_system) if chosen.code_system else None
    with refusing():
        sheet, mapping = read_file(chosen.file, settings, kind=kind, mapping=chosen.mapping, sheet=chosen.sheet)
        tell_of(sheet, teller)
        rows = prepared_for(
            sheet,
            mapping,
            read_areas(settings.areas),
            today=datetime.now(settings.city.zone).date(),
            code_system=system,
            zone=settings.city.zone,
            known=known_words(place.path.parent),
        )
        report = dry_run(place, who, rows) if chosen.dry_run else accept(place, who, rows, progress=_progress(teller))
    refused = rejected_rows(report, words)
    if chosen.rejected:
        _write_rejected(chosen.rejected, refused)
    counts = {outcome.value: report.counts[outcome] for outcome in Outcome}
    told = {"batch": report.batch, "read": report.read, **counts, "replaced": report.replaced, "twins": report.twins}
    sheets = {"sheets": list(sheet.sheets), "sheets_read": list(sheet.read)}
    faults = [dict(zip(REJECTED_COLUMNS, row, strict=True)) for row in refused]
    lines = [words("cli.imported", read=report.read, **counts)]
    if report.batch is not None:
        lines.append(words("cli.batch", batch=str(report.batch)))
    lines += left_empty_notes(report, words)
    lines += [f"- {_place_of(row, words)}: {row[3]}. {row[4]}" for row in refused[:_MOST_TOLD]]
    about = {"left_empty": report.left_empty, "mapping": mapping.name, "columns": dict(mapping.columns)}
    teller.result(told | sheets | about | {"faults": faults}, lines)


def _place_of(row: tuple[str, ...], words: Words) -> str:
    """Row and column of a refusal; no column where the whole row is at fault."""
    return ", ".join([f"{words('report.row')} {row[1]}", *([row[2]] if row[2] else [])])


def _write_rejected(path: Path, rows: list[tuple[str, ...]]) -> None:
    try:
        path.write_text(csv_text(REJECTED_COLUMNS, rows), encoding="utf-8", newline="")
    except OSError as fault:
        raise RefusalError([Fault.of("--rejected", "", Problem.NOT_WRITABLE)], "store") from fault


def undo_batch(chosen: argparse.Namespace, teller: Teller) -> None:
    """Undo a batch.

    Raises
    ------
    DataError
        When there is no such batch, or it is already undone.
    """
    from geo.imports.undo import take_back_batch

    with refusing():
        removed = take_back_batch(store(chosen.db), viewer(), batch=chosen.batch)
    words = teller.words
    teller.result(
        {"batch": chosen.batch, "removed": removed}, [words("cli.undone", batch=str(chosen.batch), n=removed)]
    )


def backup_store(chosen: argparse.Namespace, teller: Teller) -> None:
    """Copy the store into one file; it may be in use meanwhile.

    Raises
    ------
    DataError
        When there is no store, or the file cannot be written.
    """
    from geo.store.backup import backup as copy

    with refusing():
        copy(store(chosen.db), viewer(), target=chosen.file)
    size = chosen.file.stat().st_size
    teller.result({"file": chosen.file.name, "bytes": size}, [teller.words("cli.backed_up", file=chosen.file.name)])


def restore_store(chosen: argparse.Namespace, teller: Teller) -> None:
    """Replace the store by a copy; the previous store is kept next to it.

    Raises
    ------
    DataError
        When the copy is not a complete store, or is from a newer version.
    """
    from geo.store.backup import restore as put_back

    with refusing():
        before = put_back(store(chosen.db), viewer(), source=chosen.file, keep=read_settings().retention)
    kept = before.name if before else None
    words = teller.words
    lines = [words("cli.restored", file=chosen.file.name)]
    if kept:
        lines.append(words("cli.before", file=kept))
    teller.result({"file": chosen.file.name, "before": kept}, lines)
