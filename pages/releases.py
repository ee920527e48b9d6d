"""Rilis: what was published, for everybody; and for whoever may publish, what would be and what it would tell."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.present.releases import edition_sentence, hidden_sentence, loss_table, preview_map, states_table
from geo.terms import Right, StoreName
from pages.shell.controls import draw_map
from pages.shell.printing import press
from pages.shell.signed import saved

if TYPE_CHECKING:
    from pages.shell.printing import Press
    from pages.shell.view import Shell

_ZIP, _XLSX = "application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(shell: Shell) -> None:
    """Editions that are out with their files; then the task force's own files; then the next edition."""
    words = shell.words
    st.title(words("releases.title"))
    st.markdown(words("releases.lead", most=shell.settings.k - 1))
    desk = press(shell)
    _out(shell, desk)
    if shell.who.may(Right.EXPORT) and shell.view.store is StoreName.KOTA:
        _exact(shell, desk)
    if shell.who.may(Right.PUBLISH):
        _next(shell, desk)


def _out(shell: Shell, desk: Press) -> None:
    """Editions that are out."""
    words = shell.words
    editions, faults = desk.published()
    if faults:
        shell.tell(DataError(faults))
    if not editions:
        st.info(words("releases.none"))
    for one in reversed(editions):
        with st.container(border=True):
            st.subheader(f"{shell.areas.city} {one.edition.scope.period}")
            st.markdown(edition_sentence(one, words))
            st.table(states_table(one.edition, words))
            name = f"peta-jaga-{one.edition.scope.period}"
            row = st.container(horizontal=True)
            # Public files: whoever has their address may have them.
            with row:
                for label, file, content, mime in (
                    ("releases.zip", f"{name}.zip", desk.bundle(one), _ZIP),
                    ("releases.xlsx", f"{name}.xlsx", desk.workbook(one), _XLSX),
                ):
                    st.download_button(
                        words(label), content, file_name=file, mime=mime, on_click="ignore", key=f"{label}.{name}"
                    )


def _exact(shell: Shell, desk: Press) -> None:
    """A file of exact counts: only on purpose, and written down."""
    words, period = shell.words, shell.view.period
    st.subheader(words("releases.exact", period=str(period)))
    st.markdown(words("releases.exact.lead"))
    if st.checkbox(words("releases.exact.sure"), key="releases.exact"):
        name = f"peta-jaga-gugus-tugas-{period}.zip"
        saved(words("releases.exact.get"), shell.offer_file(name, lambda: desk.exact(period), _ZIP, Right.EXPORT))


def _next(shell: Shell, desk: Press) -> None:
    """What would be published, what it hides, what an attacker could tell; and the button."""
    words = shell.words
    st.subheader(words("releases.next"))
    if desk.is_new:
        st.info(words("desk.new"))
        return
    offered = desk.periods()
    if not offered:
        st.info(words("releases.no_year"))
        return
    period = st.selectbox(words("filter.period"), offered, format_func=str, key="releases.period")
    try:
        plan = desk.plan(period)
    except DataError as fault:
        shell.tell(fault)
        return
    if plan.before is not None:
        st.info(words("releases.again", number=plan.before.number))
    left, right = st.columns([6, 4])
    with left:
        draw_map(shell, preview_map(plan, words), at=".draft", areas=shell.areas, height=430)
    with right:
        st.table(loss_table(plan.draft, words))
    st.markdown(hidden_sentence(desk.attacked(plan), plan.draft, words))
    st.caption(words("releases.frozen"))
    if st.checkbox(words("releases.sure", period=str(period)), key="releases.sure") and st.button(
        words("releases.do"), type="primary", key="releases.do"
    ):
        shell.do(lambda: desk.publish(plan), words("releases.done", period=str(period), day=words.day(date.today())))
