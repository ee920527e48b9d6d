"""Contradicting statements on the whole city, and the decision that one is not valid."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import streamlit as st

from geo.present.events import aside_text
from geo.present.statements import statement_text
from geo.schemas import StatementKey
from geo.store.contradictions import set_aside, set_asides, take_back_set_aside
from geo.terms import AsideWhy
from pages.shell.controls import do

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.measures.rollout import Statement
    from pages.shell.view import Shell


def contradictions_control(shell: Shell, statements: Sequence[Statement]) -> None:
    """Statements of sources on the city: one can be set aside with a reason, and restored."""
    words, store, who = shell.words, shell.store, shell.who
    made = [] if store.is_new else set_asides(store, who).to_dict("records")
    standing = {int(row["id"]): row for row in made if row["taken_back_at"] is None}
    aside = {StatementKey(**{one.name: row[one.name] for one in fields(StatementKey)}) for row in standing.values()}
    offered = [one for one in statements if _said(one) not in aside]
    if not offered and not standing:
        return
    st.subheader(words("asides.title"))
    st.caption(words("asides.help"))
    if offered:
        at = st.selectbox(
            words("asides.which"),
            range(len(offered)),
            key="asides.which",
            format_func=lambda one: statement_text(offered[one], words),
        )
        why = st.selectbox(
            words("asides.why"), list(AsideWhy), format_func=lambda one: words(f"aside_why.{one}"), key="asides.why"
        )
        if st.button(words("asides.do")):
            do(shell, lambda: set_aside(store, who, _said(offered[at]), why=why), words("asides.done"))
    if standing:
        number = st.selectbox(
            words("asides.standing"),
            list(standing),
            key="asides.standing",
            format_func=lambda one: aside_text(standing[one], words),
        )
        if st.button(words("asides.take_back.do")):
            do(shell, lambda: take_back_set_aside(store, who, number=number), words("asides.taken_back"))


def _said(statement: Statement) -> StatementKey:
    """Key of a statement."""
    return StatementKey(
        statement.source, statement.on, statement.counted_as.value, statement.claim.value, statement.count
    )
