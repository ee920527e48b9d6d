"""Rilis: published editions for everybody; for publishers also the next edition and its disclosure risk."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.present.releases import edition_sentence, hidden_sentence, loss_table, preview_map, states_table
from geo.release.files import WORKBOOK
from geo.release.public import exact, open_periods, plan_public, publish_public
from geo.terms import Right, StoreName
from pages.shell import caches
from pages.shell.controls import do, draw_map, file_link, tell
from pages.shell.frame import store_told
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from geo.records.tables import Tables
    from pages.shell.view import Shell

_ZIP, _XLSX = "application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(shell: Shell) -> None:
    """Published editions with their files; then the task force's own files; then the next edition."""
    words = shell.words
    st.title(words("releases.title"))
    store_told(shell)
    if not shell.settings.is_closed:
        st.markdown(words("releases.lead", most=shell.settings.k - 1))
    _out(shell)
    if shell.city_faults:
        return
    if shell.who.may(Right.EXPORT) and shell.view.store is StoreName.KOTA:
        _exact(shell)
    if shell.who.may(Right.PUBLISH):
        _next(shell)


def _out(shell: Shell) -> None:
    """Published editions."""
    words = shell.words
    editions, faults = caches.editions()
    if faults:
        tell(shell, DataError(faults))
    if not editions:
        st.info(words("releases.none"))
    for one in reversed(editions):
        with st.container(border=True):
            st.subheader(f"{shell.said.city} {one.edition.scope.period}")
            st.markdown(edition_sentence(one, words))
            draw_table(states_table(one.edition, words))
            name = f"peta-jaga-{one.edition.scope.period}"
            row = st.container(horizontal=True)
            # Public files: anyone with the address may download them.
            with row:
                for label, file, content, mime in (
                    ("releases.zip", f"{name}.zip", caches.edition_bundle(one), _ZIP),
                    ("releases.xlsx", f"{name}.xlsx", (one.folder / WORKBOOK).read_bytes(), _XLSX),
                ):
                    st.download_button(
                        words(label), content, file_name=file, mime=mime, on_click="ignore", key=f"{label}.{name}"
                    )


def _exact(shell: Shell) -> None:
    """A file of exact counts: only on explicit request, and recorded."""
    words, period = shell.words, shell.view.period
    st.subheader(words("releases.exact", period=str(period)))
    st.markdown(words("releases.exact.lead"))
    if st.checkbox(words("releases.exact.sure"), key="releases.exact"):
        name = f"peta-jaga-gugus-tugas-{period}.zip"
        made = partial(exact, _records(shell), shell.areas, shell.who, period, date.today())
        file_link(shell, words("releases.exact.get"), name, made, _ZIP, Right.EXPORT)


def _records(shell: Shell) -> Tables:
    """Records of the city's own store, as they are: nothing leaves of what once could be read.

    Raises
    ------
    DataError
        When they cannot be read.
    """
    records, faults = caches.tables(StoreName.KOTA, shell.who)
    if faults:
        raise DataError(faults)
    return records


def _next(shell: Shell) -> None:
    """Preview of the next edition, its hidden cells, what an attacker could infer, and the button."""
    words = shell.words
    st.subheader(words("releases.next"))
    if not shell.settings.store_file.is_file():
        st.info(words("desk.new"))
        return
    records, today = _records(shell), date.today()
    offered = open_periods(records, shell.settings, shell.who, today=today)
    if not offered:
        st.info(words("releases.no_year"))
        return
    period = st.selectbox(words("filter.period"), offered, format_func=str, key="releases.period")
    try:
        plan = plan_public(records, shell.areas, shell.settings, shell.who, period=period, today=today)
    except DataError as fault:
        tell(shell, fault)
        return
    if plan.before is not None:
        st.info(words("releases.again", number=plan.before.number))
    left, right = st.columns([6, 4])
    with left:
        draw_map(shell, preview_map(plan, words), at=".draft", areas=shell.areas, height=430)
    with right:
        draw_table(loss_table(plan.draft, words))
    st.markdown(hidden_sentence(caches.attacked(plan, records, shell.areas), plan.draft, words))
    st.caption(words("releases.frozen"))
    if st.checkbox(words("releases.sure", period=str(period)), key="releases.sure") and st.button(
        words("releases.do"), type="primary", key="releases.do"
    ):
        do(
            shell,
            lambda: publish_public(plan, shell.settings, shell.who, today=today),
            words("releases.done", period=str(period), day=words.day(today)),
        )
