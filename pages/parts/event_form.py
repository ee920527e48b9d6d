"""Fields of a rollout event."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.terms import Claim, CountedAs, Course, EarlyWhy, Precision, ReportedBy, Stage
from pages.shell.controls import with_now

if TYPE_CHECKING:
    from enum import StrEnum

    from pages.shell.view import Shell

_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)
_NO_TRAINING: dict[str, Any] = {"course": "", "hours": None, "early_why": ""}


def event_fields(shell: Shell, event: dict[Any, Any], stage: Stage, *, is_city: bool) -> dict[str, Any]:
    """Values of the event form; fields of a training are shown only for a training.

    Parameters
    ----------
    shell
        Words.
    event
        Initial values; empty for a new event.
    stage
        Stage chosen before the form.
    is_city
        Whether it concerns the whole city, with a count.
    """
    values = {"stage": stage.value, **_fields(shell, event, is_city=is_city)}
    if stage is Stage.TRAINED:
        return values | _training(shell, event)
    # Only an event that was a training loses what belongs to one; else nobody saw it, and it stays.
    return values if event.get("stage") == stage.value else values | _NO_TRAINING


def _fields(shell: Shell, event: dict[Any, Any], *, is_city: bool) -> dict[str, Any]:
    """Fields of every event."""
    words = shell.words
    left, right = st.columns(2)
    values: dict[str, Any] = {
        "on": _day(left, words("field.on"), event.get("on")),
        "on_precision": _word(shell, right, "on_precision", "precision", Precision, event),
        "counted_as": _word(shell, left, "counted_as", "body", CountedAs, event),
        "claim": _word(shell, right, "claim", "claim.kind", Claim, event),
        "source": left.text_input(
            words("field.source"), event.get("source", ""), max_chars=120, help=words("events.source.help")
        ),
        "source_on": _day(right, words("field.source_on"), event.get("source_on")),
        "decree_no": left.text_input(words("field.decree_no"), event.get("decree_no", ""), max_chars=40),
        "document": right.text_input(words("field.document"), event.get("document", ""), max_chars=40),
        "reported_by": _word(shell, left, "reported_by", "reported_by", ReportedBy, event, is_optional=True),
    }
    if is_city:
        for column, name in ((left, "count"), (right, "of")):
            values[name] = column.number_input(
                words(f"field.{name}"), min_value=1, max_value=10_000, value=event.get(name), step=1
            )
    return values


def _day(column: Any, label: str, now: date | None) -> date | None:
    """A day; the one that is there now can be chosen however early or late it is."""
    first, last = min(_EARLIEST, now or _EARLIEST), max(_LATEST, now or _LATEST)
    chosen: date | None = column.date_input(label, now, min_value=first, max_value=last, format="DD/MM/YYYY")
    return chosen


def _training(shell: Shell, event: dict[Any, Any]) -> dict[str, Any]:
    """Fields of a training."""
    left, right = st.columns(2)
    return {
        "course": _word(shell, left, "course", "course", Course, event, is_optional=True),
        "hours": right.number_input(
            shell.words("field.hours"), min_value=1, max_value=400, value=event.get("hours"), step=1
        ),
        "early_why": _word(shell, left, "early_why", "early_why", EarlyWhy, event, is_optional=True),
    }


def _word(
    shell: Shell,
    column: Any,
    name: str,
    called: str,
    listed: type[StrEnum],
    event: dict[Any, Any],
    *,
    is_optional: bool = False,
) -> str:
    """Selection from a closed list."""
    known = [*([""] if is_optional else []), *(one.value for one in listed)]
    now = event.get(name) or known[0]
    offered = with_now(known, now)
    names = {one: shell.words(f"{called}.{one}") if one in known else one for one in offered if one} | {"": "-"}
    chosen: str = column.selectbox(
        shell.words(f"field.{name}"), offered, index=offered.index(now), format_func=names.__getitem__
    )
    return chosen
