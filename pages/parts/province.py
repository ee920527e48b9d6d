"""The province: real figures from the press, with the same rules."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from geo.present.legend import legend
from geo.present.markdown import plain_areas
from geo.present.verdicts import province_map, province_sentence, province_table, verdict_classes
from pages.shell.controls import draw_map
from pages.shell.figures import province_of
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    from pages.shell.view import Shell


def draw(shell: Shell) -> None:
    """Migrants from each kabupaten who died abroad, relative to its residents."""
    words = shell.words
    told, found = province_of(shell)
    span = {"first": words.day(date.fromisoformat(told.from_on)), "last": words.day(date.fromisoformat(told.to_on))}
    st.caption(words("province.banner"))
    st.markdown(words("province.question", **span))
    st.markdown(province_sentence(found, plain_areas(told.areas).names, words))
    note = words("province.note", source=told.source)
    wide, narrow = st.columns([7, 3])
    with wide:
        draw_map(shell, province_map(told.areas, found, words, note=note), at=".province", areas=told.areas)
    with narrow:
        classes, nothing = verdict_classes(found, prefix="province.")[0], found.states.iloc[:0]
        st.html(legend(words("province.legend"), classes, nothing, words, counted="province.areas"))
        st.caption(words("province.persons"))
    draw_table(province_table(told.areas, found, words))
    st.caption(note)
