"""Health of Community Watch as a map, a board, a call list, and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.present.classes import Class
from geo.present.overview import stage_line
from geo.present.paint import Paint
from geo.present.palette import HEALTH
from geo.present.tables import stage_text
from geo.terms import Health, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.measures.health import Call, Watches
    from geo.measures.rollout import Rollout
    from geo.places.boundaries import Areas
    from geo.settings import HealthSettings
    from geo.words import Words

_BOARD = (Health.FORMING, Health.TRAINED, Health.ACTIVE, Health.QUIET, Health.DORMANT, Health.ENDED)


def health_map(found: Watches, reached: Rollout, areas: Areas, words: Words, *, note: str) -> Paint:
    """Fill: state of health. Outline and symbol: the stage that a source names."""
    states = found.table["state"]
    shown = [state for state in Health if states.eq(state).any()]
    classes = [
        Class(State.SHOWN, None, None, HEALTH[state], int(states.eq(state).sum()), label=f"health.{state}")
        for state in shown
    ]
    position = states.map({state: number for number, state in enumerate(shown)})
    tips = [
        [areas.groups[kode], words(f"health.{states[kode]}"), stage_line(reached.stages, kode, words)]
        for kode in areas.index
    ]
    return Paint(classes, position, reached.stages["stage"], tips, words("health.map", day=words.day(found.on)), note)


def board(found: Watches, areas: Areas) -> dict[Health, list[str]]:
    """Names by state, in order of progress; empty states too, so that the board keeps its shape.

    Kelurahan without any data are left out: there are too many for a board.
    """
    states = found.table["state"]
    return {state: sorted(areas.names[states.index[states.eq(state)]]) for state in _BOARD}


def health_sentence(found: Watches, areas: Areas, words: Words) -> str:
    """Number of active and of quiet ones, and the limits of the lists."""
    counts = found.table["state"].value_counts()
    told = words(
        "health.sentence",
        day=words.day(found.on),
        active=int(counts.get(Health.ACTIVE, 0)),
        quiet=int(counts.get(Health.QUIET, 0)),
        dormant=int(counts.get(Health.DORMANT, 0)),
        forming=int(counts.get(Health.FORMING, 0) + counts.get(Health.TRAINED, 0)),
        none=int(counts.get(Health.NONE, 0)),
        of=len(areas.index),
    )
    if found.heard_until is None:
        return f"{told} {words('health.no_reports')}"
    return f"{told} {words('health.heard_until', day=words.day(found.heard_until))}"


def rules_text(rules: HealthSettings, words: Words) -> list[tuple[str, str]]:
    """Every state with its rule from the settings."""
    values: dict[str, object] = {
        "quiet": rules.quiet_days,
        "window": rules.window_days,
        "percent": words.number(rules.quiet_percent),
        "dormant": rules.dormant_days,
        "trained": words.percent(rules.trained_share),
    }
    return [(words(f"health.{state}"), words(f"health.rule.{state}", **values)) for state in Health]


def call_table(called: Mapping[str, tuple[Call, ...]], areas: Areas, words: Words) -> pd.DataFrame:
    """Kelurahan to call this week, and why."""
    return pd.DataFrame(
        {
            words("table.kecamatan"): [areas.groups[kode] for kode in called],
            words("call.why"): ["; ".join(words(f"call.{one}") for one in why) for why in called.values()],
        },
        index=pd.Index([areas.names[kode] for kode in called], name=words("table.kelurahan")),
    )


def _number(value: Any, words: Words, *, digits: int = 0) -> str:
    if pd.isna(value):
        return words("health.not_listed")
    return words.number(round(float(value), digits) if digits else int(value))


def health_row(found: Watches, kode: str, words: Words) -> list[tuple[str, str]]:
    """Everything about the Community Watch of one kelurahan: label and text."""
    row: dict[Any, Any] = found.table.loc[kode].to_dict()
    told = [(words("table.health"), words(f"health.{row['state']}"))]
    if found.has_members:
        kinds: dict[Any, int] = found.groups.loc[kode].to_dict()
        listed = ", ".join(f"{words(f'group.{group}')} {words.number(many)}" for group, many in kinds.items() if many)
        told += [
            (
                words("health.members"),
                words("health.members.of", n=int(row["members"]), women=int(row["women"]), men=int(row["men"])),
            ),
            (words("health.groups"), listed or "\N{EN DASH}"),
            (
                words("health.trained_count"),
                words("health.trained.of", trained=int(row["trained"]), of=int(row["members"])),
            ),
            (words("health.per_station"), _number(row["per_station"], words, digits=2)),
        ]
    if found.has_reports:
        usual = words("health.no_past") if pd.isna(row["usual"]) else words.number(round(float(row["usual"]), 1))
        told += [
            (words("health.recent"), words("health.recent.of", recent=int(row["recent"]), usual=usual)),
            (words("health.last"), words.day(row["last_on"].date()) if pd.notna(row["last_on"]) else "\N{EN DASH}"),
        ]
    return told


def health_table(found: Watches, areas: Areas, words: Words) -> pd.DataFrame:
    """Every kelurahan with any data, all cells text; the state that needs most care first."""
    table = found.table[found.table["state"].ne(Health.NONE)]
    care = [Health.QUIET, Health.DORMANT, Health.ACTIVE, Health.TRAINED, Health.FORMING, Health.ENDED]
    keys = pd.DataFrame({"care": table["state"].map(care.index), "name": areas.names[table.index]})
    rows = table.loc[keys.sort_values(["care", "name"]).index]
    columns = {
        words("table.health"): [words(f"health.{state}") for state in rows["state"]],
        words("table.stage"): [stage_text(stage, words) for stage in rows["stage"]],
    }
    if found.has_members:
        for name, digits in (("members", 0), ("women", 0), ("trained", 0), ("per_station", 2)):
            head = words("health.trained_count" if name == "trained" else f"health.{name}")
            columns[head] = [_number(value, words, digits=digits) for value in rows[name]]
    if found.has_reports:
        for name, digits in (("recent", 0), ("usual", 1), ("days_since", 0)):
            columns[words(f"health.{name}")] = [_number(value, words, digits=digits) for value in rows[name]]
    return pd.DataFrame(columns, index=pd.Index(areas.names[rows.index], name=words("table.kelurahan")))


def beside_table(around: pd.DataFrame, found: Watches, areas: Areas, words: Words) -> pd.DataFrame:
    """Kelurahan with a quiet or no Community Watch, by number of neighbours with an active one."""
    own = around[around["is_open"] & around["active"].gt(0)]
    rows = own.assign(name=areas.names[own.index]).sort_values(["active", "name"], ascending=[False, True])
    return pd.DataFrame(
        {
            words("table.kecamatan"): areas.groups[rows.index].tolist(),
            words("table.health"): [words(f"health.{state}") for state in found.table.loc[rows.index, "state"]],
            words("beside.active"): [
                words("beside.of", active=int(row["active"]), of=int(row["neighbours"]))
                for row in rows.to_dict("records")
            ],
        },
        index=pd.Index(rows["name"], name=words("table.kelurahan")),
    )
