"""Jejak: audit log of the city's own records, expired data, and the incident report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from geo.access import retention
from geo.access.audit import entries, verify
from geo.access.incident import pack
from geo.errors import DataError
from geo.present.trail import entries_table, retention_table
from geo.terms import Act, Right
from geo.words import Language, Words
from pages.shell.controls import do, file_link, tell
from pages.shell.frame import desk_note
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell

_LIMIT = 200
_SPAN = timedelta(days=30)


def page(shell: Shell) -> None:
    """Integrity of the audit log, its entries, retention, the incident report."""
    words = shell.words
    st.title(words("page.trail"))
    if not shell.who.may(Right.AUDIT):
        st.info(words("access.closed"))
        return
    if not desk_note(shell):
        return
    if shell.store.is_new:
        st.info(words("desk.new"))
        return
    st.markdown(words("trail.lead"))
    found = verify(shell.store, shell.who)
    if found.first_broken is None:
        st.success(words("audit.whole", n=found.rows))
    else:
        st.error(words("audit.broken", row=str(found.first_broken)))
    if found.head:
        st.caption(words("audit.head", head=str(found.head)))
    _entries(shell)
    _retention(shell)
    _pack(shell)


def _entries(shell: Shell) -> None:
    """Entries by act and day."""
    words = shell.words
    st.subheader(words("trail.entries"))
    wide, left, right = st.columns([6, 2, 2])
    acts = wide.multiselect(
        words("trail.acts"),
        list(Act),
        format_func=lambda one: words(f"act.{one}"),
        key="trail.acts",
        placeholder=words("trail.acts.all"),
    )
    first = left.date_input(words("trail.first"), None, format="DD/MM/YYYY", key="trail.first")
    last = right.date_input(words("trail.last"), None, format="DD/MM/YYYY", key="trail.last")
    listed = entries(shell.store, shell.who, acts=acts, first=first, last=last, limit=_LIMIT)
    if listed.empty:
        st.caption(words("trail.none"))
        return
    st.dataframe(entries_table(listed, words))
    if len(listed) == _LIMIT:
        st.caption(words("trail.newest", n=_LIMIT))


def _retention(shell: Shell) -> None:
    """Expired data, and erasing them."""
    words, store, who, keep = shell.words, shell.store, shell.who, shell.settings.retention
    due = retention.due(store, who, keep=keep).counts
    st.subheader(words("retention.title"))
    st.caption(words("retention.help", records=keep.record_years, audit=keep.audit_years, copies=keep.copy_days))
    if not any(due.values()):
        st.markdown(words("retention.nothing"))
        return
    st.markdown(words("retention.due"))
    draw_table(retention_table(due, words))
    sure = st.checkbox(words("retention.sure"), key="trail.sure")
    if st.button(words("retention.do"), disabled=not sure):
        do(shell, lambda: retention.erase_due(store, who, keep=keep), words("retention.done"))


def _pack(shell: Shell) -> None:
    """The incident report."""
    words, today = shell.words, datetime.now(UTC).date()
    st.subheader(words("incident.page"))
    st.caption(words("incident.help"))
    left, right = st.columns(2)
    first = left.date_input(words("trail.first"), today - _SPAN, format="DD/MM/YYYY", key="trail.pack.first")
    last = right.date_input(words("trail.last"), today, format="DD/MM/YYYY", key="trail.pack.last")
    if not st.button(words("incident.do"), key="trail.pack"):
        return
    if last < first:
        st.error(words("incident.reversed"))
        return
    try:
        made = pack(
            shell.store,
            shell.who,
            shell.settings,
            first=first,
            last=last,
            languages=[Words(one) for one in Language],
        )
    except DataError as fault:
        tell(shell, fault)
        return
    st.success(words("incident.made"))
    name = f"insiden-{first:%Y%m%d}-{last:%Y%m%d}.zip"
    file_link(shell, words("incident.get"), name, made, "application/zip", Right.AUDIT)
