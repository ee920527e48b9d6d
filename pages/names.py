"""Tinjau: decisions for a person - which kelurahan a spelling means, and who is counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.present.faults import row_numbers
from geo.present.reports import candidate_codes
from geo.present.reviews import decisions_table, queue_table
from geo.store import decisions
from geo.terms import PlaceStatus, Reason, Right
from pages.parts.pairs import pairs_control
from pages.shell import caches
from pages.shell.controls import do
from pages.shell.frame import desk_note

if TYPE_CHECKING:
    from pages.shell.view import Shell

_OUTSIDE = PlaceStatus.OUTSIDE.value


def page(shell: Shell) -> None:
    """Open spellings, refused texts, decisions so far, persons recorded twice."""
    words = shell.words
    st.title(words("page.names"))
    if not shell.may_work(Right.DECIDE):
        st.info(words("access.closed"))
        return
    if not desk_note(shell):
        return
    if shell.store.is_new:
        st.info(words("desk.new"))
        return
    st.markdown(words("names.lead"))
    _queue(shell)
    _refused(shell)
    _decided(shell)
    pairs_control(shell)


def _queue(shell: Shell) -> None:
    """One spelling after another, the ones with most rows first."""
    words, names = shell.words, shell.areas.names
    waiting = decisions.queue(shell.store, shell.who, resolver=caches.resolver(shell.areas))
    st.subheader(words("names.queue", n=len(waiting)))
    if waiting.empty:
        st.success(words("names.none"))
        return
    st.dataframe(queue_table(waiting, names, words))
    keys = list(dict.fromkeys(waiting["key"]))
    rows = waiting.drop_duplicates("key").set_index("key")
    key = st.selectbox(
        words("names.which"),
        keys,
        key="names.key",
        format_func=lambda one: " ".join([str(rows.at[one, "written"]), str(rows.at[one, "kecamatan"])]).strip(),
    )
    likely = candidate_codes(rows.at[key, "candidates"])
    others = [kode for kode in names.sort_values().index if kode not in likely]
    groups = shell.areas.groups
    answer = st.selectbox(
        words("names.answer"),
        [*likely, _OUTSIDE, *others],
        index=None,
        key=f"names.answer.{key}",
        placeholder=words("names.answer.none"),
        format_func=lambda one: words("place.outside") if one == _OUTSIDE else f"{names[one]} ({groups[one]})",
    )
    why = st.selectbox(
        words("names.why"), list(Reason), format_func=lambda one: words(f"reason.{one}"), key="names.why"
    )
    if st.button(words("names.decide"), type="primary", disabled=answer is None):
        do(
            shell,
            lambda: decisions.decide(
                shell.store, shell.who, key=key, answer=answer, why=why, allowed=shell.areas.index
            ),
            words("names.remembered"),
        )


def _refused(shell: Shell) -> None:
    """Texts that were not stored: only their position in the original."""
    words, refused = shell.words, decisions.refused_spellings(shell.store, shell.who)
    if refused.empty:
        return
    st.subheader(words("names.refused"))
    st.caption(words("names.refused.help"))
    for batch, rows in refused.groupby("batch_id"):
        st.markdown(
            f"- {words('names.refused.row', batch=str(batch), rows=row_numbers(rows['row_number'].tolist(), words))}"
        )


def _decided(shell: Shell) -> None:
    """Decisions, by whom, and undoing them."""
    words, made = shell.words, decisions.decisions(shell.store, shell.who)
    if made.empty:
        return
    st.subheader(words("names.decided"))
    st.dataframe(decisions_table(made, shell.areas.names, words))
    standing = made[made["taken_back_at"].isna()].drop_duplicates("id").set_index("id")
    if standing.empty:
        return
    number = st.selectbox(
        words("names.take_back"),
        list(standing.index),
        key="names.take_back",
        index=None,
        format_func=lambda one: str(standing.at[one, "written"] or standing.at[one, "key"]),
    )
    if st.button(words("names.take_back.do"), disabled=number is None):
        do(
            shell,
            lambda: decisions.take_back_decision(shell.store, shell.who, number=int(number)),
            words("names.taken_back"),
        )
