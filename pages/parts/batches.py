"""Imported batches and their undo, and copies of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.imports.undo import take_back_batch
from geo.present.markdown import plain_markdown
from geo.present.reports import batches_table
from geo.store.backup import back_up_beside, copies, restore
from geo.store.batches import batches
from geo.terms import BatchState
from pages.shell.controls import tell

if TYPE_CHECKING:
    from pages.shell.view import Shell


def draw(shell: Shell) -> None:
    """Imported batches, and their undo."""
    words, listed = shell.words, batches(shell.store, shell.who)
    st.subheader(words("data.batches"))
    st.dataframe(batches_table(listed, words))
    standing = listed.loc[listed["state"] == BatchState.STANDING, "id"].tolist()
    with st.expander(words("data.undo")):
        batch = st.selectbox(words("batch.number"), standing, key="data.undo")
        sure = st.checkbox(words("data.undo.sure"), key="data.sure")
        if st.button(words("data.undo.do"), disabled=not (sure and batch)):
            try:
                removed = take_back_batch(shell.store, shell.who, batch=batch)
                st.success(words("cli.undone", batch=str(batch), n=removed))
            except DataError as fault:
                tell(shell, fault)


def copies_control(shell: Shell) -> None:
    """Copies of the store next to it, and restoring one."""
    words, store, who = shell.words, shell.store, shell.who
    st.subheader(words("data.copies"))
    st.caption(words("data.copies.help"))
    try:
        if st.button(words("data.copy.do")):
            st.success(words("cli.backed_up", file=back_up_beside(store, who).name))
        kept = copies(store)
        if not kept:
            return
        with st.expander(words("data.restore")):
            chosen = st.selectbox(words("data.copy"), kept, format_func=lambda one: one.name, key="data.copy")
            sure = st.checkbox(words("data.restore.sure"), key="data.restore.sure")
            if st.button(words("data.restore.do"), disabled=not sure):
                before = restore(store, who, source=chosen, keep=shell.settings.retention)
                st.success(words("cli.restored", file=plain_markdown(chosen.name)))
                if before:
                    st.caption(words("cli.before", file=before.name))
    except DataError as fault:
        tell(shell, fault)
