"""Widgets bound to the view, the map, and changes of the store."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.measures.figures import COUNTS
from geo.places.search import search
from geo.present.faults import sentence
from geo.present.markdown import plain_markdown
from geo.terms import Denominator
from pages.shell.address import Aspect
from pages.shell.figures import offered_measures
from pages.shell.signed import saved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.measures.figures import Measure
    from geo.places.boundaries import Areas
    from geo.present.paint import Paint
    from geo.release.released import Released
    from geo.terms import Right
    from pages.shell.view import Shell

_STARTED = "shell.started"
#: Seconds between a new visitor's map and the rest of the page.
_HEAD_START = 0.6


def aspect_control(shell: Shell) -> None:
    """Selection of the part of *Titik rawan*; verdicts and courses are of reports, which editions do not count."""
    offered = [Aspect.MEASURE, Aspect.PROVINCE] if shell.source.is_bound else list(Aspect)
    if shell.view.aspect not in offered:
        shell.change(aspect=offered[0])
    st.segmented_control(
        shell.words("filter.aspect"),
        offered,
        label_visibility="collapsed",
        format_func=lambda one: shell.words(f"aspect.{one.name.lower()}"),
        **shell.widget("aspect"),
    )


def measure_control(shell: Shell, seen: Released, measures: Sequence[Measure]) -> None:
    """Selection of a measure, and for a rate of its denominator."""
    words = shell.words
    st.segmented_control(
        words("filter.measure"),
        offered_measures(seen, measures),
        format_func=lambda one: words(f"measure.{one}"),
        **shell.widget("measure"),
    )
    if shell.view.measure not in COUNTS:
        st.selectbox(
            words("filter.denominator"),
            [Denominator(name) for name in seen.denominators.columns],
            format_func=lambda one: words(f"denominator.{one}"),
            help=words("filter.denominator.help"),
            **shell.widget("denominator"),
        )


def kelurahan_control(shell: Shell) -> None:
    """Selection of a kelurahan from a list: the keyboard equivalent of a click on the map."""
    words, names = shell.words, shell.areas.names
    st.selectbox(
        words("filter.kelurahan"),
        ["", *names.sort_values().index],
        format_func=lambda kode: names[kode] if kode else words("filter.kelurahan.none"),
        **shell.widget("kelurahan"),
    )


def search_control(shell: Shell) -> None:
    """Search by name that tolerates spelling errors; it suggests, the visitor chooses."""
    words, names, groups = shell.words, shell.areas.names, shell.areas.groups
    written = st.text_input(words("profile.search"), max_chars=60, placeholder=words("profile.search.example"))
    if not written:
        return
    found = search(shell.areas, written)
    if not found:
        st.caption(words("profile.search.none"))
    for kode in found:
        st.button(
            f"{names[kode]} ({groups[kode]})" if groups[kode] else names[kode],
            key=f"search.{kode}",
            on_click=shell.change,
            kwargs={"kelurahan": kode},
        )


def facts_box(shell: Shell, told: list[tuple[str, str]]) -> None:
    """Facts of the chosen kelurahan in a box, or how to choose one."""
    if not told:
        st.caption(shell.words("overview.choose"))
        return
    kode = shell.view.kelurahan
    with st.container(border=True):
        st.markdown(f"**{shell.said.names[kode]}** · {shell.said.groups[kode]}")
        for label, text in told:
            st.markdown(f"{label}: **{plain_markdown(text)}**")


def draw_map(
    shell: Shell,
    paint: Paint,
    *,
    at: str = "",
    areas: Areas | None = None,
    height: int | None = None,
    on_click: Callable[[str], None] | None = None,
) -> None:
    """The map; a click on it chooses a kelurahan.

    Parameters
    ----------
    shell
        Of the visit.
    paint
        What it shows.
    at
        Distinguishes a second map of the same page from the first.
    areas
        Another layer than the kelurahan, on which nothing can be chosen.
    height
        In pixels; the standard height by default.
    on_click
        What a click on a kelurahan does in addition to choosing it.
    """
    # Not at the top: a component that is declared outside of a visit is never served (Streamlit 1.67).
    from pages.shell import map_component

    view = shell.view

    def chosen(kode: str) -> None:
        if areas is None:
            shell.change(kelurahan=kode)
            if on_click is not None and kode:
                on_click(kode)

    map_component.draw(
        areas or shell.areas,
        paint,
        key=f"shell.map{at}",
        selected="" if areas else view.kelurahan,
        tiles=(shell.settings.tiles_url, shell.settings.tiles_attribution) if view.tiles else None,
        on_choice=chosen,
        height=height or map_component.HEIGHT,
    )
    if not at:
        _head_start()


def _head_start() -> None:
    """Sends the map of a new visitor before the rest of the page, once.

    A browser fetches the code of all widgets that it receives together: the map then waited for some sixty files of
    other widgets that it does not need.
    """
    if not st.session_state.get(_STARTED):
        st.session_state[_STARTED] = True
        time.sleep(_HEAD_START)


def with_now(offered: Sequence[str], now: str) -> list[str]:
    """The options, with the current values: a value that a form does not show would be erased on saving."""
    return [*offered] if now in offered else [*offered, now]


def file_link(
    shell: Shell, label: str, name: str, content: bytes | str | Callable[[], bytes], mime: str, right: Right
) -> None:
    """Link to a file that only this viewer gets, for a limited time, and only while the right is valid."""
    # Not at the top: most visits save no file.
    from pages.web.files import offer

    saved(label, offer(content, name, mime, right, shell.who))


def do(shell: Shell, act: Callable[[], object], said: str) -> None:
    """Changes the store, then shows the page in its new state; a fault is reported and nothing else happens."""
    try:
        act()
    except DataError as fault:
        tell(shell, fault)
    else:
        st.toast(said)
        st.rerun()


def tell(shell: Shell, fault: DataError) -> None:
    """Reports all errors in what a user imported or did."""
    for one in fault.faults:
        st.error(plain_markdown(sentence(one, shell.words)))
