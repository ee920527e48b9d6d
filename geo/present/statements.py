"""Statements of sources on the whole city, in words: one statement, and the counts of one body in order of time.

Community Watch, task force and team are different bodies. Their counts are shown separately and never mixed.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from geo.measures.rollout import counts_of
from geo.terms import Claim, CountedAs, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geo.measures.rollout import Rollout, Statement
    from geo.words import Words


def statement_text(said: Statement, words: Words) -> str:
    """A source's statement on the whole city."""
    text = words(
        f"statement.{said.claim}",
        count=said.count,
        of=said.of if said.of is not None else "?",
        what=words(f"counted_as.{said.counted_as}"),
        on=words.day(said.on, said.on_precision),
        source=said.source,
        source_on=words.day(said.source_on),
    )
    if said.stage is not Stage.ACTIVE:
        text = words("statement.stage", text=text, stage=words(f"event.{said.stage}"))
    return words("statement.set_aside", text=text) if said.is_set_aside else text


def who_says(told: Iterable[Statement], words: Words) -> str:
    """Sources of equal statements, by the time of the statement: `2020: beritabuana.co, kiblatntt.com`."""
    return "; ".join(
        f"{day}: {', '.join(dict.fromkeys(one.source for one in same))}"
        for day, same in groupby(told, lambda one: words.day(one.on, one.on_precision))
    )


def series_text(told: Sequence[Statement], words: Words) -> str:
    """Counts and targets of one body in order of time, each once, with all its sources.

    Statements that were set aside, and counts of an earlier stage, are only in the table of statements.

    Parameters
    ----------
    told
        Statements of one body in `Rollout.series`.
    words
        Language.
    """
    steps = groupby(counts_of(told), lambda one: (one.claim, one.count, one.of))
    return " \N{RIGHTWARDS ARROW} ".join(
        words(
            "series.target" if claim is Claim.TARGET else "series.actual",
            count=count,
            of=of if of is not None else "?",
            who=who_says(same, words),
        )
        for (claim, count, of), same in steps
    )


def other_bodies(reached: Rollout) -> list[CountedAs]:
    """Bodies other than Community Watch that a source counts."""
    return [body for body, told in reached.series.items() if body is not CountedAs.CW and counts_of(told)]


def series_sentences(reached: Rollout, words: Words) -> list[str]:
    """A line with the counts of each body other than Community Watch; then how the bodies differ."""
    bodies = other_bodies(reached)
    said = [
        words("series.other", body=words(f"series.body.{body}"), course=series_text(reached.series[body], words))
        for body in bodies
    ]
    if not said:
        return []
    apart = [words("series.apart")]
    if CountedAs.GT_TPPO in bodies:
        apart.append(words("series.mixed"))
    told = [one for body in bodies for one in counts_of(reached.series[body])]
    if any(one.claim is Claim.TARGET for one in told) and not any(_meets(one, told) for one in told):
        apart.append(words("series.not_met"))
    return [*said, " ".join(apart)]


def _meets(said: Statement, told: Iterable[Statement]) -> bool:
    """Whether a count reaches a target of the same body."""
    return said.claim is Claim.ACTUAL and any(
        one.claim is Claim.TARGET and one.counted_as is said.counted_as and said.count >= one.count for one in told
    )
