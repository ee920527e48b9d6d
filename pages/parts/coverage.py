"""Statement that reporting covered a place for a month."""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from geo.store.records import enter_coverage
from pages.shell.controls import do

if TYPE_CHECKING:
    from pages.shell.view import Shell


def coverage_form(shell: Shell) -> None:
    """Form for this statement, so that no record means that there was no case."""
    words, areas = shell.words, shell.areas
    st.subheader(words("coverage.title"))
    st.caption(words("coverage.help"))
    groups = {str(kode).rpartition(".")[0]: name for kode, name in areas.groups.items() if name}
    places = [areas.city_code, *sorted(groups), *areas.names.sort_values().index]
    called = {areas.city_code: areas.city} | {
        kode: words("coverage.kecamatan", name=name) for kode, name in groups.items()
    }
    with st.form("coverage"):
        one, two, three = st.columns(3)
        # Nothing is chosen beforehand: an untouched form must not state that the whole city was covered.
        place = one.selectbox(
            words("coverage.place"),
            places,
            index=None,
            placeholder=words("coverage.choose"),
            format_func=lambda kode: called.get(kode) or areas.names[kode],
        )
        year = two.number_input(words("coverage.year"), 1990, date.today().year, date.today().year)
        month = three.selectbox(
            words("coverage.month"),
            range(1, 13),
            format_func=words.month,
            index=None,
            placeholder=words("coverage.choose"),
        )
        if st.form_submit_button(words("coverage.enter")) and _is_chosen(shell, place=place, month=month):
            last = calendar.monthrange(int(year), month)[1]
            do(
                shell,
                lambda: enter_coverage(
                    shell.store,
                    shell.who,
                    kode=place,
                    from_on=date(int(year), month, 1),
                    to_on=date(int(year), month, last),
                    source="nihil",
                ),
                words("coverage.entered"),
            )


def _is_chosen(shell: Shell, **chosen: object) -> bool:
    """Whether place and month are chosen; otherwise the message says which is missing."""
    missing = [shell.words(f"coverage.{name}") for name, value in chosen.items() if value is None]
    if missing:
        st.error(shell.words("coverage.needs", fields=", ".join(missing)))
    return not missing
