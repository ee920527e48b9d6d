"""`plan`: which area starts in which wave."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.cli.areas import KODE, areas_of
from geo.cli.inputs import add_sheet_option, read_areas_table
from geo.cli.neighbours import is_file, near, neighbours_of_file
from geo.cli.output import RefusalError
from geo.errors import Fault, Problem, fit_to_show
from geo.files import OUTPUTS, check_output, write_table
from geo.places.keys import clean_key, clean_keys, repeated_keys
from geo.places.neighbours import poles
from geo.planning.greedy import highest_first
from geo.planning.limits import DISCOUNT, SPILL, Limits, RuleKind, faults_of
from geo.planning.waves import GAP, PLAN_TIME_LIMIT_S, NoPlanError, NoPlanYetError, gap_of, plan_waves
from geo.present.planning_rules import rule_text
from geo.sheets.tables import columns_told, number_columns, without_nik

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from geo.cli.output import Teller
    from geo.places.boundaries import Areas
    from geo.planning.limits import Rule
    from geo.planning.waves import WavePlan
    from geo.programmes import Progress
    from geo.words import Words

_SHAPES = {".gpkg", ".geojson"}


def add(commands: Any, shared: argparse.ArgumentParser, words: Words) -> None:
    """Add the command to the parser of all commands."""
    command = commands.add_parser(
        "plan",
        parents=[shared],
        help=words("cli.help.plan"),
        description=words("cli.about.plan"),
        epilog=words("cli.example.plan"),
    )
    command.add_argument("need", metavar="NEED", type=Path, help=words("cli.plan.help.need"))
    command.add_argument("--waves", metavar="T", type=int, required=True, help=words("cli.plan.help.waves"))
    for name, metavar, needed in (("capacity", "N", True), ("budget", "B", False), ("trainers", "R", False)):
        command.add_argument(f"--{name}", metavar=metavar, required=needed, help=words(f"cli.plan.help.{name}"))
    command.add_argument("--carry-over", action="store_true", help=words("cli.plan.help.carry_over"))
    command.add_argument(
        "--discount", metavar="D", type=float, default=DISCOUNT, help=words("cli.plan.help.discount")
    )
    command.add_argument("--spill", metavar="S", type=float, default=SPILL, help=words("cli.plan.help.spill"))
    for name, metavar in (("started", "KODE"), ("must", "KODE:WAVE"), ("not", "KODE[:WAVE]"), ("before", "A:B")):
        command.add_argument(
            f"--{name}",
            metavar=metavar,
            nargs="+",
            type=clean_key,
            action="extend",
            default=[],
            dest=f"rule_{name}",
            help=words(f"cli.plan.help.{name}"),
        )
    command.add_argument("--count-started", action="store_true", help=words("cli.plan.help.count_started"))
    for name in ("min", "max"):
        command.add_argument(
            f"--{name}-per-kecamatan", metavar="N", type=int, help=words(f"cli.plan.help.{name}_per_kecamatan")
        )
    command.add_argument("--neighbours", metavar="HOW", help=words("cli.plan.help.neighbours"))
    add_sheet_option(command, words)
    command.add_argument("--gap", metavar="G", type=float, default=GAP, help=words("cli.plan.help.gap"))
    command.add_argument(
        "--time-limit", metavar="S", type=float, default=PLAN_TIME_LIMIT_S, help=words("cli.plan.help.time_limit")
    )
    command.add_argument("-o", metavar="OUT", type=Path, required=True, dest="out", help=words("cli.plan.help.out"))
    command.set_defaults(run=write_plan)


def _needs(path: Path, chosen: argparse.Namespace, teller: Teller) -> tuple[pd.DataFrame, list[Fault]]:
    """Needs by kode, as far as readable, and all faults."""
    used = [
        "need",
        *(["cost"] if chosen.budget is not None else []),
        *(["trainers"] if chosen.trainers is not None else []),
    ]
    sheet = read_areas_table(path, chosen.sheet, teller, key=KODE, counts=used, topic="plan")
    table, dropped = without_nik(sheet.rows)
    for column in dropped:
        teller.note(teller.words("cli.nik_dropped", column=fit_to_show(column)))
    name, faults = path.name, list[Fault]()
    text = {}
    is_grouped = chosen.min_per_kecamatan is not None or chosen.max_per_kecamatan is not None
    for column in (KODE, "kecamatan"):
        if column not in table.columns:
            faults.append(Fault.of(name, column, Problem.MISSING_COLUMN, hint=columns_told(table)))
            continue
        text[column] = clean_keys(table[column])
        empty = (text[column] == "").to_numpy()
        if empty.any() and (column == KODE or is_grouped):
            faults.append(Fault.of(name, column, Problem.MISSING_VALUE, rows=table.index[empty].tolist()))
    found, wrong = number_columns(replace(sheet, rows=table), used)
    faults += wrong
    told = {one.column for one in wrong}
    for column, values in found.items():
        for problem, where in ((Problem.MISSING_VALUE, np.isnan(values)), (Problem.NEGATIVE, values < 0)):
            if where.any() and column not in told:
                faults.append(Fault.of(name, column, problem, rows=table.index[where].tolist()))
    if KODE in text:
        faults += repeated_keys(name, KODE, text[KODE])
    keys = text.pop(KODE, pd.Series([], dtype="str"))
    return pd.DataFrame({**text, **found}).set_index(pd.Index(keys, name=KODE)) if not faults else pd.DataFrame(
        index=pd.Index(keys, name=KODE)
    ), faults


class _Given:
    """Options converted to limits, with the faults of their form."""

    def __init__(self, chosen: argparse.Namespace, known: set[str]) -> None:
        self.faults: list[Fault] = []
        self._known = known
        waves = chosen.waves
        self.limits = Limits(
            waves,
            self._each("--capacity", chosen.capacity, waves, int) or (),
            budget=self._each("--budget", chosen.budget, waves, float),
            carry_over=chosen.carry_over,
            trainers=self._each("--trainers", chosen.trainers, waves, int),
            discount=chosen.discount,
            spill=chosen.spill,
            started=frozenset(chosen.rule_started),
            count_started=chosen.count_started,
            must=tuple(self._waved("--must", chosen.rule_must, "KODE:WAVE")),
            not_in=tuple(self._not(chosen.rule_not)),
            before=tuple(self._before(chosen.rule_before)),
            min_per_kecamatan=chosen.min_per_kecamatan,
            max_per_kecamatan=chosen.max_per_kecamatan,
        )

    def _wrong(self, option: str, problem: Problem, values: list[str], hint: str = "") -> None:
        self.faults.append(Fault.of(option, "", problem, values=values, hint=hint))

    def _each(
        self, option: str, given: str | None, waves: int, kind: Callable[[float], Any]
    ) -> tuple[Any, ...] | None:
        """One value for each wave; a single value applies to all."""
        if given is None:
            return None
        values = []
        for text in given.split(","):
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if not math.isfinite(value):
                self._wrong(option, Problem.BAD_NUMBER, [text])
                value = 0.0
            if kind is int and value != int(value):
                self._wrong(option, Problem.NOT_WHOLE, [text])
            values.append(kind(value))
        return tuple(values * waves) if len(values) == 1 else tuple(values)

    def _waved(self, option: str, given: list[str], form: str) -> list[tuple[str, int]]:
        found = []
        for text in given:
            kode, wave = (clean_key(part) for part in text.rpartition(":")[::2])
            if not kode or not wave.isascii() or not wave.isdigit():
                self._wrong(option, Problem.WRONG_KIND, [text], form)
            else:
                found.append((kode, int(wave)))
        return found

    def _not(self, given: list[str]) -> list[tuple[str, int | None]]:
        never = [text for text in given if ":" not in text or text in self._known]
        waved = self._waved("--not", [text for text in given if text not in never], "KODE[:WAVE]")
        return [*((kode, None) for kode in never), *waved]

    def _before(self, given: list[str]) -> list[tuple[str, str]]:
        found = []
        for text in given:
            one, other = (clean_key(part) for part in text.partition(":")[::2])
            if not one or not other:
                self._wrong("--before", Problem.WRONG_KIND, [text], "A:B")
            else:
                found.append((one, other))
        return found


def _search_faults(chosen: argparse.Namespace) -> list[Fault]:
    faults = []
    if not 0 <= chosen.gap < math.inf:
        faults.append(Fault.of("--gap", "", Problem.OUT_OF_RANGE, values=[chosen.gap], hint="0 .."))
    if not 0 < chosen.time_limit < math.inf:
        faults.append(Fault.of("--time-limit", "", Problem.OUT_OF_RANGE, values=[chosen.time_limit], hint="0 < .."))
    return faults


@dataclass(frozen=True, eq=False, slots=True)
class _Task:
    """Input of a plan."""

    needs: pd.DataFrame
    limits: Limits
    neighbours: dict[str, tuple[str, ...]]
    areas: Areas | None


def _neighbours(
    chosen: argparse.Namespace,
    needs: pd.DataFrame,
    limits: Limits,
    areas: Areas,
    teller: Teller,
) -> dict[str, tuple[str, ...]]:
    """Neighbours by kode, limited to the kelurahan of the needs."""
    how = chosen.neighbours or "queen"
    if is_file(how):
        keys = pd.Series(needs.index)
        if not Path(how).is_file():
            raise RefusalError([Fault.of("--neighbours", "", Problem.NOT_IN_LIST)], "neighbours")
        found = neighbours_of_file(Path(how), keys)
    else:
        keys = pd.Series(areas.index)
        gone = sorted(set(needs.index) - set(keys))
        shown = ", ".join(Fault.of("", "", Problem.NO_SUCH_KELURAHAN, values=gone).values)
        if gone and (chosen.neighbours or len(gone) < len(needs)) and limits.spill:
            raise RefusalError([Fault.of(chosen.need.name, KODE, Problem.NO_SUCH_KELURAHAN, hint=shown)], "plan")
        if gone and limits.spill:
            teller.note(teller.words("cli.plan.no_neighbours"))
        metric = areas.frame.geometry.to_crs(areas.metric_crs)
        found = near(how, keys, areas.frame.geometry, lambda: (poles(metric.to_numpy()), False))
    codes = keys.tolist()
    return {kode: tuple(codes[other] for other in found.of(number)) for number, kode in enumerate(codes)}


def _task(chosen: argparse.Namespace, teller: Teller) -> _Task:
    """All input, read and checked.

    Raises
    ------
    DataError
        With every fault of the file and the options.
    """
    needs, faults = _needs(chosen.need, chosen, teller)
    given = _Given(chosen, set(needs.index))
    faults += given.faults + _search_faults(chosen)
    for one in faults_of(given.limits, needs.index, ("cost", "trainers")):
        shown = ", ".join(one.values) if one.problem is Problem.NOT_IN_LIST else one.hint
        faults.append(replace(one, table=f"--{one.column.replace('_', '-')}", column="", hint=shown))
    if faults:
        raise RefusalError(faults, "plan")
    areas = areas_of(None, None)
    neighbours = _neighbours(chosen, needs, given.limits, areas, teller)
    has_shapes = set(needs.index) <= set(areas.index)
    if chosen.out.suffix.lower() in _SHAPES and not has_shapes:
        raise RefusalError([Fault.of("-o", "", Problem.NO_PLACE)], "plan")
    return _Task(needs, given.limits, neighbours, areas if has_shapes else None)


def _teller_of(teller: Teller) -> Callable[[Progress], None]:
    """Callback that reports progress once a second."""
    told = 0.0

    def progress(found: Progress) -> None:
        nonlocal told
        if found.seconds < told + 1:
            return
        told = found.seconds
        words = teller.words
        if not np.isfinite(found.best):
            teller.progress(words("cli.plan.no_plan_yet", seconds=int(found.seconds)))
            return
        best, bound, gap = found.best, found.bound, 100 * gap_of(found.best, found.bound)
        shown = {
            name: words.number(round(value, 2)) for name, value in (("best", best), ("bound", bound), ("gap", gap))
        }
        teller.progress(words("cli.plan.progress", seconds=int(found.seconds), **shown))

    return progress


def _option(rule: Rule) -> str:
    """Option behind a rule."""
    own = {RuleKind.BUDGET_SO_FAR: "budget", RuleKind.NEVER: "not", RuleKind.NOT_IN_WAVE: "not"}
    return f"--{own.get(rule.kind, rule.kind.value).replace('_', '-')}"


def _found(task: _Task, chosen: argparse.Namespace, teller: Teller) -> WavePlan:
    """The plan, or a refusal with the reason why there is none."""
    words = teller.words
    try:
        return plan_waves(
            task.needs,
            task.neighbours,
            task.limits,
            gap=chosen.gap,
            time_limit_s=chosen.time_limit,
            progress=_teller_of(teller),
        )
    except NoPlanYetError as fault:
        raise RefusalError([Fault.of("--time-limit", "", Problem.NO_PLAN_YET)], "plan") from fault
    except NoPlanError as fault:
        names = {str(kode): str(name) for kode, name in task.areas.names.items()} if task.areas is not None else {}
        rules = fault.conflict.rules
        faults = [Fault.of(_option(rule), "", Problem.NO_PLAN, hint=rule_text(rule, names, words)) for rule in rules]
        told = {"rules": [asdict(rule) for rule in rules], "proof": fault.conflict.proof.value}
        teller.note(words(f"cli.plan.conflict.{fault.conflict.proof}", n=len(rules)))
        raise RefusalError(faults, "plan", told) from fault


def write_plan(chosen: argparse.Namespace, teller: Teller) -> None:
    """Write the best plan of waves under limits, and report its proved quality.

    Raises
    ------
    DataError
        When an option or the file is at fault, or no plan keeps all rules; then nothing is written.
    """
    words = teller.words
    check_output(chosen.out, OUTPUTS)
    teller.progress(words("cli.reading"))
    task = _task(chosen, teller)
    begun = time.perf_counter()
    found = _found(task, chosen, teller)
    seconds = time.perf_counter() - begun
    simple = highest_first(task.needs, task.neighbours, task.limits)
    table = found.wave.reset_index()
    shapes = None
    if chosen.out.suffix.lower() in _SHAPES and task.areas is not None:
        shapes = task.areas.frame.geometry.reindex(found.wave.index).to_numpy()
    write_table(table, chosen.out, shapes=shapes)
    told = {
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "optimal": found.optimal,
        "stopped_by": found.stopped_by.value,
        "unplaced": list(found.unplaced),
        "seconds": round(seconds, 3),
        "highest_first": {"objective": simple.objective, "unmet": [asdict(rule) for rule in simple.unmet]},
    }
    counts = found.wave.value_counts()
    lines = [words("cli.plan.wave", wave=wave, n=int(counts.get(wave, 0))) for wave in range(1, chosen.waves + 1)]
    lines += [
        words("cli.plan.unplaced", n=len(found.unplaced)),
        words(
            "cli.plan.worth",
            objective=words.number(round(found.objective, 3)),
            bound=words.number(round(found.bound, 3)),
            gap=words.number(round(100 * found.gap, 3)),
        ),
        words(f"cli.plan.stopped_by.{found.stopped_by}"),
        words("cli.plan.highest_first", objective=words.number(round(simple.objective, 3)), n=len(simple.unmet)),
        words("cli.written", file=chosen.out.name),
    ]
    teller.result(told, lines)
