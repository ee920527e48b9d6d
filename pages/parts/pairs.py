"""Records that may be one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from geo.imports.undo import close_review, with_hashes
from geo.present.reviews import pair_text
from geo.store.decisions import judge_pair, pairs_to_judge
from geo.terms import PairState
from pages.shell.controls import do

if TYPE_CHECKING:
    from pages.shell.view import Shell


def pairs_control(shell: Shell) -> None:
    """Records that may be one person, and ending a batch's review."""
    words, store, who = shell.words, shell.store, shell.who
    found = pairs_to_judge(store, who)
    st.subheader(words("pairs.title", n=len(found)))
    st.caption(words("pairs.help"))
    if not found.empty:
        pairs = found.set_index("id")
        number = st.selectbox(
            words("pairs.which"),
            list(pairs.index),
            key="pairs.which",
            format_func=lambda one: pair_text(pairs.loc[one], words),
        )
        left, right = st.columns(2)
        version = int(pairs.at[number, "version"])
        for column, state in ((left, PairState.SAME), (right, PairState.DIFFERENT)):
            if column.button(words(f"pairs.{state}"), width="stretch"):
                do(
                    shell,
                    lambda state=state: judge_pair(  # type: ignore[misc]
                        store, who, number=int(number), version=version, state=state
                    ),
                    words("names.remembered"),
                )
    kept = with_hashes(store, who)
    if kept:
        batch = st.selectbox(words("pairs.close"), kept, key="pairs.close")
        st.caption(words("pairs.close.help"))
        if st.button(words("pairs.close.do")):
            do(shell, lambda: close_review(store, who, batch=int(batch)), words("pairs.closed"))
