"""`rank`: the priority of areas, with its parts and its sensitivity to weights and chance."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.cli.areas import KODE, check_shapes, read_given, write_beside
from geo.cli.inputs import add_sheet_option
from geo.cli.output import RefusalError
from geo.errors import DataError, Fault, Problem
from geo.files import OUTPUTS, check_output
from geo.places.keys import clean_key
from geo.planning.criteria import Posterior, read_criteria
from geo.planning.priority import NothingToRankError, rank
from geo.planning.stability import stability
from geo.sheets.tables import number_columns

if TYPE_CHECKING:
    from geo.cli.areas import Given
    from geo.cli.output import Teller
    from geo.planning.criteria import Criterion
    from geo.planning.priority import Ranking
    from geo.words import Words

_SHOWN = 10


def _whole(text: str) -> int:
    value = int(text) if text.isascii() and text.isdigit() else 0
    if value < 1:
        raise argparse.ArgumentTypeError("1 ..")
    return value


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("0 ..")
    return int(text)


def _above_zero(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0 < value < np.inf:
        raise argparse.ArgumentTypeError("> 0")
    return value


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "rank",
        parents=[shared],
        help=words("cli.help.rank"),
        description=words("cli.about.rank"),
        epilog=words("cli.example.rank"),
    )
    command.add_argument("areas", metavar="AREAS_OR_TABLE", type=Path, help=words("cli.measure.help.areas"))
    command.add_argument("--id", metavar="COL", type=clean_key, default=KODE, help=words("cli.measure.help.id"))
    command.add_argument(
        "--criteria", metavar="FILE.toml", type=Path, required=True, help=words("cli.rank.help.criteria")
    )
    command.add_argument("--first", metavar="K", type=_whole, default=5, help=words("cli.rank.help.first"))
    command.add_argument("--draws", metavar="N", type=_whole, default=10_000, help=words("cli.rank.help.draws"))
    command.add_argument("--seed", metavar="N", type=_seed, default=1, help=words("cli.measure.help.seed"))
    command.add_argument(
        "--concentration", metavar="C", type=_above_zero, default=30.0, help=words("cli.rank.help.concentration")
    )
    add_sheet_option(command, words)
    command.add_argument(
        "-o", metavar="OUT", type=Path, required=True, dest="out", help=words("cli.measure.help.out")
    )
    command.set_defaults(run=write_ranks)


def _declared(path: Path) -> tuple[Criterion, ...]:
    try:
        return read_criteria(path)
    except DataError as fault:
        raise RefusalError(fault.faults, "criteria") from fault


def _wrong_counts(given: Given, one: Criterion, found: dict[str, Any]) -> list[Fault]:
    """Faults of counts with a posterior, and of their expected counts."""
    counts, expected = found[one.column], found.get(one.expected)
    checks = [(one.column, Problem.NEGATIVE, counts < 0), (one.column, Problem.NOT_WHOLE, counts != np.round(counts))]
    if expected is not None:
        checks.append((one.expected, Problem.NEGATIVE, expected < 0))
        checks.append((one.expected, Problem.CASES_WITHOUT_SIZE, (expected == 0) & (counts > 0)))
    return [
        Fault.of(given.name, column, problem, rows=given.rows(wrong & ~np.isnan(found[column])))
        for column, problem, wrong in checks
        if (wrong & ~np.isnan(found[column])).any()
    ]


def _values(given: Given, criteria: tuple[Criterion, ...]) -> pd.DataFrame:
    """Columns of the criteria, as numbers; every fault of them at once.

    The index sorts like the keys: ties go to the lower one, and 9 is lower than 10.
    """
    wanted = [name for one in criteria for name in (one.column, one.expected) if name in given.table.columns]
    found, faults = number_columns(given.sheet, wanted)
    told = {one.column for one in faults}
    for one in criteria:
        if one.posterior is Posterior.GAMMA and one.column in found and not told & {one.column, one.expected}:
            faults += _wrong_counts(given, one, found)
    if faults:
        # A column that two criteria use is reported once.
        raise RefusalError(sorted(set(faults), key=lambda one: (one.column, one.problem)), "rank")
    keys = given.keys.tolist()
    is_number = all(key.isascii() and key.isdigit() for key in keys)
    order = sorted(range(len(keys)), key=lambda at: (int(keys[at]), keys[at]) if is_number else (0, keys[at]))
    place = np.empty(len(keys), dtype=np.int64)
    place[order] = np.arange(len(keys))
    return pd.DataFrame(found, index=place)


def write_ranks(chosen: argparse.Namespace, teller: Teller) -> None:
    """Rank areas, and write them with score, rank, parts and stability.

    Raises
    ------
    DataError
        When an option, the criteria or the file are at fault; then nothing is written.
    """
    words = teller.words
    check_output(chosen.out, OUTPUTS)
    criteria = _declared(chosen.criteria)
    teller.progress(words("cli.reading"))
    wanted = [name for one in criteria for name in (one.column, one.expected) if name]
    given = read_given(chosen, teller, counts=wanted, topic="rank")
    check_shapes(given, chosen.out, topic="rank")
    values = _values(given, criteria)
    keys = given.keys.set_axis(values.index)
    try:
        ranking = rank(values, criteria)
    except NothingToRankError as fault:
        refused = Fault.of(chosen.criteria.name, "weight", Problem.NO_WEIGHT)
        raise RefusalError([refused], "criteria") from fault
    teller.progress(words("cli.drawing"))
    found = stability(
        ranking, first=chosen.first, draws=chosen.draws, concentration=chosen.concentration, seed=chosen.seed
    )
    columns = ranking.table.join(found.table)
    told = _told(ranking, keys, chosen)
    teller.progress(words("cli.writing"))
    write_beside(given, {str(name): columns[name].to_numpy() for name in columns}, chosen.out, teller)
    for line in _notes(told, words):
        teller.note(line)
    lines = [words("cli.ranked", n=told["n"], criteria=len(ranking.criteria), draws=chosen.draws)]
    for key, row in zip(told["chosen"][:_SHOWN], columns.sort_values("rank").to_dict("records"), strict=False):
        shown = words.percent(row["first_share"])
        span = f"{row['rank_low']}\N{EN DASH}{row['rank_high']}"
        lines.append(
            words(
                "cli.rank.line",
                rank=row["rank"],
                id=key,
                score=f"{row['score']:.3f}",
                share=shown,
                first=chosen.first,
                span=span,
            )
        )
    teller.result(told, [*lines, words("cli.written", file=chosen.out.name)])


def _told(ranking: Ranking, keys: pd.Series[str], chosen: argparse.Namespace) -> dict[str, Any]:
    uncertain = set(ranking.expected.columns)
    return {
        "n": len(ranking.table),
        "first": chosen.first,
        "draws": chosen.draws,
        "seed": chosen.seed,
        "concentration": chosen.concentration,
        "weights": ranking.weights.to_dict(),
        "left_out": [
            {"criterion": one.name, "column": one.column, "reason": reason.value} for one, reason in ranking.left_out
        ],
        "filled": [{"criterion": name, "id": keys[area]} for name, area in ranking.filled],
        # Counts with a requested posterior but without usable expected counts.
        "not_drawn": [one.name for one in ranking.criteria if one.posterior and one.name not in uncertain],
        "chosen": keys[ranking.order[: chosen.first]].tolist(),
    }


def _notes(told: dict[str, Any], words: Words) -> list[str]:
    """Notes on criteria left out, values filled, and counts not drawn."""
    lines = [
        words(f"cli.rank.left_out.{one['reason']}", criterion=one["criterion"], column=one["column"])
        for one in told["left_out"]
    ]
    if told["filled"]:
        shown = ", ".join(f"{one['criterion']} ({one['id']})" for one in told["filled"][:_SHOWN])
        more = len(told["filled"]) - _SHOWN
        lines.append(words("cli.rank.filled", cells=shown, n=len(told["filled"])) + (", ..." if more > 0 else ""))
    lines += [words("cli.rank.not_drawn", criterion=name) for name in told["not_drawn"]]
    return lines
