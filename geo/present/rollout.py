"""Progress of Community Watch as a map, numbers, tables and one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.measures.rollout import REACHED, last_counts
from geo.present.classes import Class
from geo.present.numbers import KeyNumber, counted
from geo.present.overview import stage_line
from geo.present.paint import Paint
from geo.present.statements import other_bodies, series_sentences, statement_text, who_says
from geo.present.tables import stage_text
from geo.terms import Claim, CountedAs, Precision, Stage, State

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout, Statement
    from geo.places.boundaries import Areas
    from geo.words import Words

_FILLS: dict[str, str] = {
    "reached": "#f3d9bd",
    "preparing": "#fbf3ea",
    "ended": "#d5dadd",
    "": "#ffffff",
}


def _kind(stage: str) -> str:
    if not stage:
        return ""
    if Stage(stage) in REACHED:
        return "reached"
    return "ended" if stage == Stage.DISSOLVED else "preparing"


def stage_map(reached: Rollout, areas: Areas, words: Words, *, note: str) -> Paint:
    """Map of stages: fill and outline by stage, nothing else."""
    stages = reached.stages["stage"]
    kinds = stages.map(_kind)
    classes = [
        Class(State.SHOWN, None, None, fill, int(kinds.eq(kind).sum()), label=f"stage.kind.{kind or 'none'}")
        for kind, fill in _FILLS.items()
        if kinds.eq(kind).any()
    ]
    shown = [kind for kind in _FILLS if kinds.eq(kind).any()]
    position = kinds.map({kind: number for number, kind in enumerate(shown)})
    tips = [[areas.groups[kode], stage_line(reached.stages, kode, words)] for kode in areas.index]
    title = words("rollout.map", day=words.day(reached.on))
    return Paint(classes, position, stages, tips, title, note)


def stage_table(reached: Rollout, areas: Areas, words: Words) -> pd.DataFrame:
    """Stage of every kelurahan with its first day and source; those with Community Watch first, then by name."""
    stages = reached.stages
    rows = pd.DataFrame({"none": stages["stage"].eq(""), "name": areas.names}).sort_values(["none", "name"]).index
    since = [
        words.day(day.date(), Precision(precision)) if pd.notna(day) else ""
        for day, precision in zip(stages["since"][rows], stages["precision"][rows], strict=True)
    ]
    return pd.DataFrame(
        {
            words("table.kecamatan"): areas.groups[rows].tolist(),
            words("table.stage"): [stage_text(str(stages["stage"][kode]), words) for kode in rows],
            words("table.since"): since,
            words("table.source"): stages["source"][rows].tolist(),
        },
        index=pd.Index(areas.names[rows], name=words("table.kelurahan")),
    )


def statement_table(reached: Rollout, words: Words) -> pd.DataFrame:
    """Statements of sources on the whole city, by body and then in order of time; contradictions are all included."""
    told = [one for series in reached.series.values() for one in series]
    table = pd.DataFrame(
        {
            words("claims.count"): [_count_text(one, words) for one in told],
            words("claims.day"): [words.day(one.on, one.on_precision) for one in told],
            words("claims.source"): [f"{one.source}, {words.day(one.source_on)}" for one in told],
        },
        index=pd.Index([words(f"series.body.{one.counted_as}") for one in told], name=words("claims.what")),
    )
    if not any(one.is_set_aside for one in told):
        return table
    holds = [words("claims.set_aside") if one.is_set_aside else words("claims.stands") for one in told]
    return table.assign(**{words("claims.holds"): holds})


def _count_text(said: Statement, words: Words) -> str:
    text = words(f"series.count.{said.claim}", count=said.count, of=said.of if said.of is not None else "?")
    return text if said.stage in REACHED else words("statement.stage", text=text, stage=words(f"event.{said.stage}"))


def rollout_numbers(reached: Rollout, areas: Areas, words: Words) -> list[tuple[str, list[KeyNumber]]]:
    """Numbers of each body under its name: Community Watch first, then every other body that a source counts."""
    bounds = {"known": len(reached.known), "least": reached.at_least, "most": reached.at_most}
    own = [
        KeyNumber(
            label=words(f"rollout.{name}"),
            value=words("number.reached.of", count=number, of=len(areas.index)),
            source="",
            help=words(f"rollout.{name}.help"),
        )
        for name, number in bounds.items()
    ]
    return [
        (words(f"series.body.{CountedAs.CW}"), own),
        *((words(f"series.body.{body}"), _of_body(reached, body, words)) for body in other_bodies(reached)),
    ]


def _of_body(reached: Rollout, body: CountedAs, words: Words) -> list[KeyNumber]:
    found = {claim: last_counts(reached.series[body], claim) for claim in Claim}
    return [
        KeyNumber(
            label=words(f"series.{claim}.label"),
            value=counted(told, words),
            source=who_says(told, words),
            help=words("series.apart"),
        )
        for claim, told in found.items()
        if told
    ]


def rollout_sentence(reached: Rollout, areas: Areas, words: Words) -> str:
    """Known, at least, at most and the published target of Community Watch; no kelurahan is invented for them."""
    return words(
        "rollout.sentence",
        day=words.day(reached.on),
        known=len(reached.known),
        of=len(areas.index),
        least=reached.at_least,
        most=reached.at_most,
        target=" ".join(target_sentences(reached, words)),
    )


def rollout_lines(reached: Rollout, areas: Areas, words: Words) -> list[str]:
    """Community Watch in one sentence, then each other body and how the bodies differ."""
    return [rollout_sentence(reached, areas, words), *series_sentences(reached, words)]


def target_sentences(reached: Rollout, words: Words) -> list[str]:
    """Published targets of Community Watch, or a note that there is none."""
    return [statement_text(one, words) for one in reached.targets] or [words("plan.no_target")]
