"""Events of one kelurahan: what the city recorded, a form for one of them, its history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.present.events import event_history, event_table, event_text
from geo.terms import Claim, CountedAs, Course, EarlyWhy, Precision, RecordState, ReportedBy, Stage

if TYPE_CHECKING:
    from enum import StrEnum

    from pages.shell import Shell
    from pages.shell.desk import Desk

_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)
_NO_TRAINING: dict[str, Any] = {"course": "", "hours": None, "early_why": ""}


def events_control(shell: Shell, desk: Desk, kode: str) -> None:
    """Events of a kelurahan (or of the city, by its code): the list, the form, withdrawing, the history."""
    words, areas = shell.words, shell.areas
    st.subheader(words("events.title", name=areas.city if kode == areas.city_code else areas.names[kode]))
    st.caption(words("events.help"))
    found: list[dict[Any, Any]] = []
    if not desk.is_new:
        listed = desk.events(kode)
        found = listed.to_dict("records")
    if found:
        st.table(event_table(listed, words))
    else:
        st.caption(words("events.none"))
    rows = {int(row["id"]): row for row in found}
    number = st.selectbox(
        words("events.which"), [0, *rows], key=f"events.number.{kode}",
        format_func=lambda one: event_text(rows[one], words) if one else words("events.new"),
    )  # fmt: skip
    event = rows.get(number, {})
    if event.get("state") == RecordState.WITHDRAWN:
        st.warning(words("events.is_withdrawn"))
        if st.button(words("events.reinstate")):
            shell.do(lambda: desk.reinstate_event(number, event["version"]), words("events.reinstated"))
    else:
        _form(shell, desk, kode, event)
    if event:
        st.markdown(f"**{words('events.history')}**")
        st.table(event_history(event, desk.event_history(number), words))


def _form(shell: Shell, desk: Desk, kode: str, event: dict[Any, Any]) -> None:
    """The form of an event, empty for a new one; what belongs to a training is there for a training only."""
    words, number = shell.words, event.get("id", 0)
    # The version is part of the key: what another person changed meanwhile is a new form.
    key = f"events.{kode}.{number}.{event.get('version', 0)}"
    stages = list(Stage)
    stage = st.selectbox(
        words("field.stage"), stages, index=stages.index(Stage(event.get("stage", Stage.ACTIVE))),
        format_func=lambda one: words(f"event.{one}"), key=f"{key}.stage",
    )  # fmt: skip
    with st.form(key):
        values = {"stage": stage, **_fields(shell, event, is_city=kode == shell.areas.city_code)}
        values |= _training(shell, event) if stage == Stage.TRAINED else _NO_TRAINING
        is_sent = st.form_submit_button(words("events.save" if number else "events.enter"), type="primary")
    if is_sent and number:
        shell.do(
            lambda: desk.correct_event(number=number, version=event["version"], values=values), words("events.saved")
        )
    elif is_sent:
        shell.do(lambda: desk.enter_event(values, kode), words("events.entered"))
    if number and st.button(words("events.withdraw")):
        shell.do(lambda: desk.withdraw_event(number, event["version"]), words("events.withdrawn"))


def _fields(shell: Shell, event: dict[Any, Any], *, is_city: bool) -> dict[str, Any]:
    """What any event has."""
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
    """What only a training has."""
    left, right = st.columns(2)
    return {
        "course": _word(shell, left, "course", "course", Course, event, is_optional=True),
        "hours": right.number_input(
            shell.words("field.hours"), min_value=1, max_value=400, value=event.get("hours"), step=1
        ),
        "early_why": _word(shell, left, "early_why", "early_why", EarlyWhy, event, is_optional=True),
    }


def _word(
    shell: Shell, column: Any, name: str, called: str, listed: type[StrEnum], event: dict[Any, Any],
    *, is_optional: bool = False,
) -> str:  # fmt: skip
    """Choice of a word of a closed list."""
    offered = [*([""] if is_optional else []), *(one.value for one in listed)]
    names = {one: shell.words(f"{called}.{one}") if one else "-" for one in offered}
    chosen: str = column.selectbox(
        shell.words(f"field.{name}"), offered, index=offered.index(event.get(name) or offered[0]),
        format_func=names.__getitem__,
    )  # fmt: skip
    return chosen
