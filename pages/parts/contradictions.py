"""Statements on the whole city that contradict, and deciding that one does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.present.events import aside_text
from geo.present.numbers import statement_text
from geo.terms import AsideWhy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.measures.rollout import Statement
    from pages.shell.desk import Desk
    from pages.shell.view import Shell


def contradictions_control(shell: Shell, desk: Desk, statements: Sequence[Statement]) -> None:
    """What sources say of the city: one can be set aside with a reason, and hold again."""
    words = shell.words
    made = [] if desk.is_new else desk.set_asides().to_dict("records")
    standing = {int(row["id"]): row for row in made if row["taken_back_at"] is None}
    aside = {(row["source"], row["on"], row["counted_as"], row["claim"], row["count"]) for row in standing.values()}
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
            shell.do(lambda: desk.set_aside(offered[at], why), words("asides.done"))
    if standing:
        number = st.selectbox(
            words("asides.standing"),
            list(standing),
            key="asides.standing",
            format_func=lambda one: aside_text(standing[one], words),
        )
        if st.button(words("asides.take_back.do")):
            shell.do(lambda: desk.take_back_set_aside(number), words("asides.taken_back"))


def _said(statement: Statement) -> tuple[object, ...]:
    """What tells one statement from another."""
    return (statement.source, statement.on, statement.counted_as, statement.claim, statement.count)
