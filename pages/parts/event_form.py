"""Fields of a rollout event."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.terms import Claim, CountedAs, Course, EarlyWhy, Precision, ReportedBy, Stage

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
    return values | (_training(shell, event) if stage is Stage.TRAINED else _NO_TRAINING)


def _fields(shell: Shell, event: dict[Any, Any], *, is_city: bool) -> dict[str, Any]:
    """Fields of every event."""
    words = shell.words
    left, right = st.columns(2)
    days = {"min_value": _EARLIEST, "max_value": _LATEST, "format": "DD/MM/YYYY"}
    values: dict[str, Any] = {
        "on": left.date_input(words("field.on"), event.get("on"), **days),
        "on_precision": _word(shell, right, "on_precision", "precision", Precision, event),
        "counted_as": _word(shell, left, "counted_as", "body", CountedAs, event),
        "claim": _word(shell, right, "claim", "claim.kind", Claim, event),
        "source": left.text_input(words("field.source"), event.get("source", ""), max_chars=120),
        "source_on": right.date_input(words("field.source_on"), event.get("source_on"), **days),
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
    offered = [*([""] if is_optional else []), *(one.value for one in listed)]
    names = {one: shell.words(f"{called}.{one}") if one else "-" for one in offered}
    chosen: str = column.selectbox(
        shell.words(f"field.{name}"),
        offered,
        index=offered.index(event.get(name) or offered[0]),
        format_func=names.__getitem__,
    )
    return chosen
