"""Key figures, each with source and cut-off date, and the notes that belong to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geo.measures.rollout import last_counts
from geo.present.statements import other_bodies, series_sentences, series_text, statement_text
from geo.terms import Claim, CountedAs, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.measures.city import City
    from geo.measures.rollout import Rollout, Statement
    from geo.release.released import Count, Released
    from geo.words import Words


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """One formatted key figure."""

    label: str
    value: str
    source: str
    change: str | None = None
    help: str = ""


def _count(count: Count, words: Words) -> str:
    return words(f"state.{count.state}") if count.value is None else words.number(count.value)


def _source(released: Released, words: Words) -> str:
    until = released.records_until
    key = "source.example" if released.is_made_up else "source.city" if released.has_reports else "source.edition"
    day = words.day(until) if until else words("source.no_coverage")
    return words(key, day=day)


def counted(told: Iterable[Statement], words: Words) -> str:
    """How many sources count, as a number of how many; from the least to the most where they contradict."""
    counts = sorted({one.count for one in told})
    count = words.number(counts[0]) if len(counts) == 1 else f"{counts[0]}\N{EN DASH}{counts[-1]}"
    return words("number.reached.of", count=count, of=next((one.of for one in told if one.of is not None), "?"))


def _counted(rollout: Rollout, body: CountedAs, words: Words) -> KeyNumber:
    """What sources count of another body; it says nothing of Community Watch."""
    told = last_counts(rollout.series[body], Claim.ACTUAL)
    sources = ", ".join(dict.fromkeys(one.source for one in told))
    day = words.day(told[0].on, told[0].on_precision)
    return KeyNumber(
        label=words(f"number.counted.{body}"),
        value=counted(told, words),
        source=words("number.kelurahan", source=words("source.press", source=sources, day=day)),
        help=f"{series_text(rollout.series[body], words)}. {words('series.apart')}",
    )


def _reached(rollout: Rollout, areas: int, words: Words) -> KeyNumber:
    actual = [one for one in rollout.published if one.claim is Claim.ACTUAL and one.counted_as is CountedAs.CW]
    since = rollout.stages["since"].max()
    sources = ", ".join(dict.fromkeys(source for source in rollout.stages["source"] if source))
    said = words("source.press", source=sources, day=words.day(since)) if sources else words("source.none")
    return KeyNumber(
        label=words("number.counted.cw"),
        value=words("number.reached.of", count=len(rollout.known), of=areas),
        source=words("number.kelurahan", source=said),
        help=" ".join(statement_text(one, words) for one in actual),
    )


def key_numbers(released: Released, city: City, rollout: Rollout, words: Words) -> list[KeyNumber]:
    """Victims, reports, share from elsewhere, kelurahan reached, watchers, other bodies; of an edition no reports.

    What sources count of another body than Community Watch is a number of its own, last.
    """
    source = _source(released, words)
    change = None
    if city.change is not None and released.before is not None:
        change = words(
            "number.change", difference=words.signed(city.change.difference), before=str(released.before.period)
        )
    share = words("state.hidden") if city.origin_known.state is State.HIDDEN else words("number.unknown")
    if city.elsewhere_share is not None:
        share = words.percent(city.elsewhere_share)
    watchers = words("state.hidden") if released.has_watchers else words("number.unknown")
    if city.watchers is not None:
        watchers = words.number(city.watchers)
    numbers = [
        KeyNumber(words("number.victims"), _count(city.victims, words), source, change, words("number.victims.help")),
        KeyNumber(words("number.cases"), _count(city.cases, words), source, None, words("number.cases.help")),
        KeyNumber(
            words("number.elsewhere"),
            share,
            source,
            None,
            words("number.elsewhere.help", known=_count(city.origin_known, words)),
        ),
        _reached(rollout, len(released.areas.index), words),
        KeyNumber(words("number.watchers"), watchers, source, None, words("number.watchers.help")),
    ]
    if not released.has_reports:
        # An edition has only persons; the rollout is public from the press.
        numbers = [numbers[0], numbers[3]]
    numbers += [
        _counted(rollout, body, words)
        for body in other_bodies(rollout)
        if last_counts(rollout.series[body], Claim.ACTUAL)
    ]
    return [_fitting(number) for number in numbers]


def _fitting(number: KeyNumber) -> KeyNumber:
    """Move a reason that replaces a number to the small text: in large letters it would be cut off."""
    if any(sign.isdigit() for sign in number.value):
        return number
    return replace(number, value="\N{EN DASH}", source=f"{number.value}. {number.source}")


def _moves(released: Released, words: Words) -> str:
    """Number of kelurahan whose count rose or fell, among those shown in both periods."""
    before = released.before
    if before is None:
        return words("note.no_before")
    now, then = released.now.table["victims"], before.table["victims"]
    both = now.notna() & then.notna()
    rose, fell = int((now > then)[both].sum()), int((now < then)[both].sum())
    return words("note.moves", before=str(before.period), rose=rose, fell=fell, both=int(both.sum()))


def notes(released: Released, rollout: Rollout, words: Words) -> list[str]:
    """Sentences under the map: changes, cases not placed on a kelurahan, claims of other sources."""
    told = [_moves(released, words)]
    lost = {reason: count for reason, count in released.now.unplaced.items() if count.state is not State.ZERO}
    if lost:
        parts = ", ".join(f"{words(f'unplaced.{reason}')} ({_count(count, words)})" for reason, count in lost.items())
        told.append(words("note.unplaced", parts=parts))
    told += [statement_text(one, words) for one in rollout.published if one.counted_as is CountedAs.CW]
    return [*told, *series_sentences(rollout, words)]
