"""Events of one kelurahan: the recorded ones, a form, the history."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.present.events import event_history, event_table, event_text
from geo.store import events
from geo.terms import RecordState, Stage
from pages.parts.event_form import event_fields
from pages.shell.controls import do
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell

#: The event behind the form as it was when chosen, so that a change by another person is detected.
_HELD = "events.held"
#: Number of entered events: the next one gets a new, empty form.
_ENTERED = "events.entered"


def events_control(shell: Shell, kode: str) -> None:
    """Events of a kelurahan (or of the city, by its code): the list, the form, withdrawing, the history."""
    words, areas, store, who = shell.words, shell.said, shell.store, shell.who
    st.subheader(words("events.title", name=areas.city if kode == areas.city_code else areas.names.get(kode, kode)))
    st.caption(words("events.help"))
    found: list[dict[Any, Any]] = []
    if not store.is_new:
        listed = events.events(store, who, kode=kode)
        found = listed.to_dict("records")
    if found:
        draw_table(event_table(listed, words))
    else:
        st.caption(words("events.none"))
    rows = {int(row["id"]): row for row in found}
    number = st.selectbox(
        words("events.which"),
        [0, *rows],
        key=f"events.number.{kode}",
        format_func=lambda one: event_text(rows[one], words) if one else words("events.new"),
    )
    event = rows.get(number, {})
    if event.get("state") == RecordState.WITHDRAWN:
        st.warning(words("events.is_withdrawn"))
        if st.button(words("events.reinstate")):
            do(
                shell,
                lambda: events.reinstate_event(
                    store, who, number=number, version=event["version"], today=date.today()
                ),
                words("events.reinstated"),
            )
    else:
        _form(shell, kode, event)
    if number:
        st.markdown(f"**{words('events.history')}**")
        draw_table(event_history(event, events.event_steps(store, who, number=number), words))


def elsewhere_control(shell: Shell) -> None:
    """Events on kelurahan of another layer, which nobody can choose on the map of this one."""
    if shell.store.is_new:
        return
    known = {*shell.areas.index, shell.areas.city_code}
    codes = events.codes_elsewhere(shell.store, shell.who, known=known)
    if codes:
        kode = st.selectbox(shell.words("events.elsewhere"), codes, index=None, key="events.elsewhere")
        if kode:
            events_control(shell, kode)


def _form(shell: Shell, kode: str, event: dict[Any, Any]) -> None:
    """Form of an event, empty for a new one; fields of a training are shown only for a training."""
    words, number = shell.words, int(event.get("id", 0))
    held = st.session_state.get(_HELD, {})
    if held.get("id", 0) != number:
        held = st.session_state[_HELD] = event
    key = f"events.{kode}.{number}.{held.get('version') or st.session_state.get(_ENTERED, 0)}"
    stages = list(Stage)
    stage = st.selectbox(
        words("field.stage"),
        stages,
        index=stages.index(Stage(held.get("stage", Stage.ACTIVE))),
        format_func=lambda one: words(f"event.{one}"),
        key=f"{key}.stage",
    )
    with st.form(key):
        values = event_fields(shell, held, stage, is_city=kode == shell.areas.city_code)
        is_sent = st.form_submit_button(words("events.save" if number else "events.enter"), type="primary")
    is_out = bool(number) and st.button(words("events.withdraw"))
    if not (is_sent or is_out):
        return
    # Saving makes a new version, and a change saved by another person must be shown first.
    st.session_state.pop(_HELD, None)
    version = held.get("version", 0)
    if is_out:
        do(
            shell,
            lambda: events.withdraw_event(shell.store, shell.who, number=number, version=version),
            words("events.withdrawn"),
        )
    elif number:
        do(
            shell,
            lambda: events.correct_event(
                shell.store, shell.who, number=number, version=version, values=values, today=date.today()
            ),
            words("events.saved"),
        )
    else:
        do(shell, lambda: _enter(shell, values, kode), words("events.entered"))
    if version == event.get("version", 0):
        # The input was refused: it stays in the form for correction.
        st.session_state[_HELD] = held


def _enter(shell: Shell, values: dict[str, Any], kode: str) -> None:
    places = {*shell.areas.index, shell.areas.city_code}
    events.enter_event(shell.store, shell.who, values, kode=kode, allowed=places, today=date.today())
    st.session_state[_ENTERED] = st.session_state.get(_ENTERED, 0) + 1
