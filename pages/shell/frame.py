"""The frame of every page: banner, sidebar, footer, notes, and the last handler of faults."""

from __future__ import annotations

import functools
import gc
import importlib
import logging
from datetime import date
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from geo.errors import DataError, Problem
from geo.present.faults import sentence
from geo.present.maps import base_map
from geo.present.markdown import plain_markdown
from geo.schemas import Table
from geo.terms import Right, StoreName
from geo.viewer import PUBLIC, NotAllowedError
from geo.words import Language, Words
from pages.shell import access, caches
from pages.shell.address import FIRST_DAY, LAST_DAY
from pages.shell.signed import signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.errors import Fault
    from geo.period import Period
    from geo.places.boundaries import Note
    from pages.shell.view import Shell

_LOG = logging.getLogger("petajaga")


def guarded(draw: Callable[[Shell], None]) -> Callable[[Shell], None]:
    """Page, or part of one, that shows a sentence in place of a traceback, and no data to a user who was signed out.

    A fragment needs its own guard: Streamlit 1.67 catches its exceptions before the page around it can; and it runs
    alone, with the shell of a run that may be hours old.
    """

    @functools.wraps(draw)
    def drawn(shell: Shell) -> None:
        try:
            is_same = access.current(shell.settings) == shell.who
        except access.NotKnownNowError as unknown:
            not_now(shell.words, unknown)
        if not is_same:
            st.rerun()
        try:
            draw(shell)
        except NotAllowedError:
            st.info(shell.words("access.closed"))
        except DataError as fault:
            # The data of the page cannot be read; the parts that could be shown are shown.
            st.error(_listed(shell.words("fault.unread"), fault.faults, shell.words))
        except Exception:  # noqa: BLE001 - whatever it is, no visitor sees a traceback
            _LOG.exception("a page could not be shown")
            st.error(shell.words("error.page"))

    return drawn


def not_now(words: Words, unknown: access.NotKnownNowError) -> NoReturn:
    """Reports that the current user is unknown, and shows nothing else; the visit keeps its data.

    Stopping leaves the state of all widgets unchanged (Streamlit 1.67); a rerun would not.
    """
    st.error(_listed(words("access.not_now"), unknown.faults, words))
    st.button(words("access.not_now.again"))
    st.stop()


def _listed(title: str, faults: tuple[Fault, ...], words: Words) -> str:
    """The faults, one line each."""
    lines = "\n".join(f"- {plain_markdown(sentence(fault, words))}" for fault in faults)
    return f"{title}\n\n{lines}"


def page_of(name: str) -> Callable[[Shell], None]:
    """A page of `pages/`, guarded; its module is imported when somebody opens it for the first time.

    The first visitor of a new server waits for the requested page only, not for all pages.
    """

    def draw(shell: Shell) -> None:
        importlib.import_module(f"pages.{name}").page(shell)

    return guarded(draw)


def _kind(shell: Shell) -> str:
    """What kind of records these are."""
    if shell.view.store is StoreName.CONTOH:
        return shell.words("banner.example")
    return shell.words("banner.edition" if shell.source.is_bound else "banner.city")


def stages_note(shell: Shell) -> str:
    """Origin of the stages: the press, and where the city's store is open, its own records."""
    is_own = shell.view.store is StoreName.KOTA and not shell.source.is_bound
    return shell.words("banner.stages.own" if is_own else "banner.stages")


def data_note(shell: Shell) -> str:
    """Kind of the records and the areas they were counted on; printed in every picture of them."""
    return f"{_kind(shell)} · {shell.words('banner.layer', layer=shell.areas.layer)}"


def banner(shell: Shell) -> None:
    """Kind of these data, and all errors in the imported or existing data."""
    words, layer = shell.words, shell.said.layer
    st.caption(f"**{_kind(shell)}** · {stages_note(shell)} · {words('banner.layer', layer=layer)}")
    if shell.settings.is_closed:
        # Neutral: what is wrong stands in the terminal, for the person who can mend it.
        st.warning(words("settings.closed"))
    for name in shell.refused:
        st.warning(words("address.refused", name=name))
    for title, faults in (
        ("fault.settings", shell.settings_faults if shell.who.may(Right.ACCOUNTS) else ()),
        ("fault.areas", shell.area_faults),
        ("fault.tables", shell.source.faults if shell.source.is_bound else ()),
    ):
        if faults:
            st.error(_listed(words(title), faults, words))
    store_told(shell)
    for note in shell.areas.notes:
        st.info(told_note(note, words))


def told_note(note: Note, words: Words) -> str:
    """What was repaired in a layer or guessed, as Markdown."""
    return words(f"note.{note.what}", n=len(note.areas), names=plain_markdown(", ".join(note.areas[:5])))


def store_told(shell: Shell) -> None:
    """Reports on every page that the store cannot be read: a viewer who sees no data must not think it empty."""
    own = () if shell.source.is_bound else shell.source.faults
    faults = tuple(dict.fromkeys((*access.faults(), *shell.city_faults, *own)))
    if faults:
        title = "fault.last_good" if own and not shell.source.is_unread else "fault.unread"
        st.error(_listed(shell.words(title), faults, shell.words))


def desk_note(shell: Shell) -> bool:
    """The store that a page of the desk works on, or why it cannot; returns whether the rest can be shown.

    While the store is only in use by another, it can: a form that is not drawn would lose its input.
    """
    st.caption(shell.words("desk.store"))
    store_told(shell)
    return all(fault.problem is Problem.STORE_BUSY for fault in shell.city_faults)


def sidebar(shell: Shell) -> None:
    """Language, data, period, day, background: the same on every page."""
    words = shell.words
    with st.sidebar:
        st.segmented_control(
            words("filter.language"),
            list(Language),
            format_func=lambda one: words(f"language.{one}"),
            **shell.widget("language"),
        )
        st.radio(
            words("filter.store"),
            shell.stores,
            format_func=lambda one: words(f"store.{one}"),
            **shell.widget("store"),
        )
        if len(shell.stores) == 1:
            st.caption(words("store.closed"))
        st.selectbox(words("filter.period"), _periods(shell), format_func=str, **shell.widget("period"))
        st.date_input(
            words("filter.on"),
            format="DD/MM/YYYY",
            min_value=FIRST_DAY,
            max_value=LAST_DAY,
            help=words("filter.on.help"),
            **shell.widget("on"),
        )
        st.toggle(words("filter.tiles"), help=words("filter.tiles.help"), **shell.widget("tiles"))
        signed(shell)


def _periods(shell: Shell) -> list[Period]:
    offered, chosen = shell.source.periods, shell.view.period
    return offered if chosen in offered else [*offered, chosen]


def footer(shell: Shell) -> None:
    """Source, date and kind of data at the end of a page, for printing."""
    view, words = shell.view, shell.words
    st.caption(
        words(
            "footer",
            note=plain_markdown(data_note(shell)),
            period=str(view.period),
            day=words.day(view.on),
            today=words.day(date.today()),
        )
    )


def what_to_bring(shell: Shell) -> None:
    """The empty state of the city's own store: which data can be imported, and where."""
    words = shell.words
    with st.container(border=True):
        st.markdown(words("empty.city"))
        for table in Table:
            st.markdown(f"- {words(f'empty.{table}')}")


def warm() -> None:
    """Reads and imports what every visitor needs, so that the first visitor does not wait for it."""
    layer, _ = caches.areas()
    base_map(caches.assets(layer), "").render()
    caches.tables(StoreName.CONTOH, PUBLIC)
    for language in Language:
        Words(language)
    # The present objects stay until the server ends: the garbage collector need not inspect them again and again.
    gc.collect()
    gc.freeze()
