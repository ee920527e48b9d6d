"""Jejak: who did what with the city's own records, what is past its time, and the pack for an incident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.present.trail import entries_table, retention_table
from geo.terms import Act, Right
from pages.shell.custody import custody, offer

if TYPE_CHECKING:
    from pages.shell.custody import Custody
    from pages.shell.view import Shell

_LIMIT = 200
_SPAN = timedelta(days=30)


def page(shell: Shell) -> None:
    """Whether the audit is whole, its entries, retention, the pack."""
    words, held = shell.words, custody(shell)
    st.title(words("page.trail"))
    if held is None:
        st.info(words("access.closed"))
        return
    held.viewer.require(Right.AUDIT)
    st.caption(words("desk.store"))
    if held.is_new:
        st.info(words("desk.new"))
        return
    st.markdown(words("trail.lead"))
    found = held.verified()
    if found.first_broken is None:
        st.success(words("audit.whole", n=found.rows))
    else:
        st.error(words("audit.broken", row=str(found.first_broken)))
    if found.head:
        st.caption(words("audit.head", head=str(found.head)))
    _entries(shell, held)
    _retention(shell, held)
    _pack(shell, held)


def _entries(shell: Shell, held: Custody) -> None:
    """What was done, by act and day."""
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
    listed = held.entries(acts, first, last, limit=_LIMIT)
    if listed.empty:
        st.caption(words("trail.none"))
        return
    st.dataframe(entries_table(listed, words))
    if len(listed) == _LIMIT:
        st.caption(words("trail.newest", n=_LIMIT))


def _retention(shell: Shell, held: Custody) -> None:
    """What is past its time, and erasing it."""
    words, keep, due = shell.words, shell.settings.retention, held.due()
    st.subheader(words("retention.title"))
    st.caption(words("retention.help", records=keep.record_years, audit=keep.audit_years, copies=keep.copy_days))
    if not any(due.values()):
        st.markdown(words("retention.nothing"))
        return
    st.markdown(words("retention.due"))
    st.table(retention_table(due, words))
    sure = st.checkbox(words("retention.sure"), key="trail.sure")
    if st.button(words("retention.do"), disabled=not sure):
        shell.do(held.erase, words("retention.done"))


def _pack(shell: Shell, held: Custody) -> None:
    """The pack for an incident."""
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
        made = held.pack(first, last)
    except DataError as fault:
        shell.tell(fault)
        return
    st.success(words("incident.made"))
    name = f"insiden-{first:%Y%m%d}-{last:%Y%m%d}.zip"
    offer(shell, words("incident.get"), name, made, "application/zip", Right.AUDIT)
