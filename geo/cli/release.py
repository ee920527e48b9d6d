"""`release`: tables of a closed period that are safe to publish."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.cli.inputs import add_sheet_option, read_areas_table
from geo.cli.output import RefusalError
from geo.errors import DataError, Fault, Problem
from geo.period import Period
from geo.places.boundaries import read_areas
from geo.records.tables import empty
from geo.release.editions import EDITION_TABLES, loss
from geo.release.publish import EditionRequest, check_edition, publish_edition
from geo.release.released import EXACT_K
from geo.release.secret import installation_secret
from geo.schemas import Table, check_table, columns, typed
from geo.settings import read_settings
from geo.terms import Audience, State

if TYPE_CHECKING:
    import argparse

    from geo.cli.output import Teller
    from geo.release.publish import CheckedEdition
    from geo.words import Words

_LEAST_PUBLIC = 2


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the command to the parser of all commands."""
    one: argparse.ArgumentParser = commands.add_parser(
        "release",
        parents=[shared],
        help=words("cli.help.release"),
        description=words("cli.help.release"),
        epilog=words("cli.example.release"),
    )
    one.add_argument("--cases", metavar="FILE", type=Path, required=True, help=words("cli.help.release_cases"))
    add_sheet_option(one, words)
    one.add_argument("--coverage", metavar="FILE", type=Path, help=words("cli.help.release_coverage"))
    one.add_argument("--coverage-sheet", metavar="NAME", help=words("cli.help.coverage_sheet"))
    one.add_argument(
        "--audience", choices=[one.value for one in Audience], required=True, help=words("cli.help.audience")
    )
    one.add_argument("--period", metavar="2016-2018", help=words("cli.help.release_period"))
    one.add_argument("--k", metavar="N", type=int, help=words("cli.help.k"))
    one.add_argument("--out", metavar="DIR", type=Path, required=True, help=words("cli.help.release_out"))
    one.add_argument("--ledger", metavar="FILE", type=Path, help=words("cli.help.ledger"))
    one.add_argument("--reissue", action="store_true", help=words("cli.help.reissue"))
    one.add_argument("--attack", metavar="FILE", type=Path, help=words("cli.help.attack"))
    one.set_defaults(run=write_edition)


def _canonical(table: Table, path: Path, sheet: str | None, teller: Teller) -> pd.DataFrame:
    counts = ["persons"] if table is Table.CASES else []
    read = read_areas_table(path, sheet, teller, key="", counts=counts, topic="release")
    if faults := [one for column in columns(table) for one in read.unreadable_in(column)]:
        raise DataError(tuple(faults))
    text = read.rows.astype("object").map(_text)
    try:
        return typed(table, check_table(table, text))
    except DataError as fault:
        # The check counts rows from 2; the spreadsheet has titles and blank lines, too.
        raise DataError(
            tuple(
                replace(one, table=path.name, rows=tuple(int(text.index[row - 2]) for row in one.rows))
                for one in fault.faults
            )
        ) from fault


def _text(value: Any) -> str | None:
    """A cell in canonical csv form: ISO dates, whole numbers without a decimal point."""
    if pd.isna(value):
        return None
    if isinstance(value, date):
        return value.isoformat()[:10]
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _places(chosen: argparse.Namespace) -> list[Fault]:
    """Faults of output files whose location is already in use."""
    read = {path.resolve() for path in (chosen.cases, chosen.coverage) if path is not None}
    faults = []
    for name, path in (("--ledger", chosen.ledger), ("--attack", chosen.attack)):
        if path is not None and path.resolve() in read:
            faults.append(Fault.of(name, "", Problem.SAME_FILE, values=[path.name]))
        elif path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            faults.append(Fault.of(name, "", Problem.NOT_WRITABLE, values=[path.name]))
    return faults


def _order(chosen: argparse.Namespace) -> EditionRequest:
    """The request, checked."""
    settings, audience = read_settings(), Audience(chosen.audience)
    is_public = audience is Audience.PUBLIC
    k = chosen.k if chosen.k is not None else settings.k if is_public else EXACT_K
    faults = []
    if k < (_LEAST_PUBLIC if is_public else 1):
        least = str(_LEAST_PUBLIC if is_public else 1)
        faults.append(Fault.of("--k", "", Problem.OUT_OF_RANGE, values=[k], hint=least))
    period = None
    try:
        period = Period.parse(chosen.period) if chosen.period is not None else None
    except ValueError:
        faults.append(Fault.of("--period", "", Problem.BAD_PERIOD, values=[chosen.period]))
    if chosen.reissue and chosen.ledger is None:
        faults.append(Fault.of("--reissue", "", Problem.NEEDS_OPTION, hint="--ledger"))
    faults += _places(chosen)
    if faults:
        raise RefusalError(faults, "release")
    return EditionRequest(audience, k, period, reissue=chosen.reissue)


def write_edition(chosen: argparse.Namespace, teller: Teller) -> None:
    """Publish an edition into a folder, or report why not.

    Raises
    ------
    DataError
        When the files are at fault, the period may not be published, or nothing protects its small counts.
    """
    faults: list[Fault] = []
    found: dict[Table, pd.DataFrame] = {}
    given = (
        (Table.CASES, chosen.cases, chosen.sheet),
        (Table.COVERAGE, chosen.coverage, chosen.coverage_sheet),
    )
    for table, path, sheet in given:
        try:
            found[table] = empty(table) if path is None else _canonical(table, path, sheet, teller)
        except DataError as fault:
            faults += fault.faults
    try:
        order = _order(chosen)
    except DataError as fault:
        faults += fault.faults
    if faults:
        raise RefusalError(faults, "release")
    today = date.today()  # noqa: DTZ011 - a city's day is its machine's
    try:
        plan = check_edition(
            found[Table.CASES],
            found[Table.COVERAGE],
            read_areas(read_settings().areas),
            order,
            today=today,
            secret=partial(installation_secret, read_settings().kota, chosen.ledger.name if chosen.ledger else ""),
            ledger=chosen.ledger,
        )
        stamp = publish_edition(plan, chosen.out, today=today, attack_file=chosen.attack)
    except DataError as fault:
        raise RefusalError(fault.faults, "release") from fault
    _tell(plan, stamp.number, chosen.out.name, teller)


def _tell(plan: CheckedEdition, number: int | None, out: str, teller: Teller) -> None:
    edition, lost, words = plan.draft.edition, loss(plan.draft), teller.words
    states = {
        table: {state.value: int(edition.of(table)["state"].eq(state).sum()) for state in State}
        for table in EDITION_TABLES
    }
    scope = edition.scope
    told = {
        "edition": number,
        "audience": scope.audience.value,
        "period": str(scope.period),
        "k": scope.k,
        "out": out,
        "states": states,
        "lost": lost.reset_index().to_dict("records"),
        "reissue_of": plan.before.number if plan.before else None,
    }
    lines = [words("cli.released", period=str(scope.period), audience=words(f"audience.{scope.audience}"), out=out)]
    lines += [
        words(
            "cli.release.lost",
            what=words(f"release.{what}"),
            cells=row["cells"],
            reach=row["reach_k"],
            k=scope.k,
            shown=row["shown"],
            persons=row["persons_shown"],
            of=row["persons_reach_k"],
        )
        for what, row in lost.to_dict("index").items()
    ]
    teller.result(told, lines)
