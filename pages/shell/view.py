"""One run of the app for one visitor: the user, the selections, and the source of the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.period import Period
from geo.present.markdown import plain_areas
from geo.terms import StoreName
from geo.viewer import PUBLIC
from geo.words import Language, Words
from pages.shell import access, caches, uploads
from pages.shell.address import Nameable, View, read_view, write_view
from pages.shell.sources import source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.release.released import Released
    from geo.store.engine import Store
    from geo.terms import Right
    from pages.shell.sources import Source

#: Parts of the view that a visitor may leave open.
_MAY_BE_NONE = {"known"}
_VIEW, _ADDRESS, _REFUSED = "shell.view", "shell.address", "shell.refused"
#: The example opens on the year and the day of the story it is made for.
_EXAMPLE_PERIOD, _EXAMPLE_DAY = Period(2017, 2017), date(2018, 11, 16)


def words_of_visit() -> Words:
    """Texts in the visit's previous language, for messages before the rest of it can be shown."""
    kept: View | None = st.session_state.get(_VIEW)
    return Words(kept.language if kept else Language.ID)


class Shell:
    """One run of the app for one visitor; the first argument of pages and of the code they share.

    Attributes
    ----------
    settings, settings_faults
        Options, and the faults of the city's own file.
    areas, area_faults
        The current layer, and the faults of the one in the settings.
    said
        The same layer for sentences in Markdown: its names come from a file.
    who
        Who is looking.
    stores
        Stores that this visitor may open.
    source
        Source of the figures.
    city_faults
        Why the city's own store cannot be read, whatever the visit shows.
    words
        Texts in the visitor's language.
    """

    def __init__(self) -> None:
        self.settings, self.settings_faults = caches.settings()
        self.areas, self.area_faults = caches.areas()
        self.said = plain_areas(self.areas)
        self.who = access.current(self.settings)
        if access.is_another(self.who):
            uploads.let_go()
        access.forget_other(self.who, keep=_VIEW)
        self.stores = access.open_stores(self.who)
        self._open_view()
        self.source = self._source(self.view.store)
        self.city_faults = caches.city_faults(self.who)
        self.words = Words(self.view.language)

    # The view and its address

    def _source(self, store: StoreName) -> Source:
        return source(store, self.settings, self.who if store is StoreName.KOTA else PUBLIC)

    def _default(self, store: StoreName) -> View:
        if store is StoreName.CONTOH:
            return View(store, _EXAMPLE_PERIOD, _EXAMPLE_DAY)
        periods, today = self._source(store).periods, date.today()
        return View(store, periods[0] if periods else Period(today.year, today.year), today)

    def _nameable(self, store: StoreName) -> Nameable:
        found = self._source(store)
        return Nameable(self.stores, self.areas.index, found.years, found.periods if found.is_bound else None)

    @property
    def view(self) -> View:
        """The visitor's current selections; they may have changed since this run of the whole page."""
        view: View = st.session_state[_VIEW]
        return view

    def _open_view(self) -> None:
        """Takes the view from an address that somebody opened or went back to, otherwise from the visit so far.

        Going to another page clears the address: then the previous view is kept and written there again.
        """
        asked = dict(st.query_params)
        kept: View | None = st.session_state.get(_VIEW)
        if kept is not None and not self._is_open(kept):
            # From before a sign-out, or of an edition that no longer exists.
            kept = None
        if kept is None or kept.store not in self.stores or (asked and asked != st.session_state.get(_ADDRESS)):
            named = asked.get("data")
            store = StoreName.KOTA if named == StoreName.KOTA and StoreName.KOTA in self.stores else StoreName.CONTOH
            kept, refused = read_view(asked, self._default(store), self._nameable(store))
            st.session_state[_VIEW] = kept
            st.session_state[_REFUSED] = refused

    def _is_open(self, view: View) -> bool:
        found = self._source(view.store) if view.store in self.stores else None
        return found is not None and (not found.is_bound or view.period in found.periods)

    @property
    def refused(self) -> list[str]:
        """Parts of the address that could not be used."""
        refused: list[str] = st.session_state.get(_REFUSED, [])
        return refused

    @property
    def is_declared(self) -> bool:
        """Whether the period is the one that this store opens with: other periods are exploration."""
        return self.view.period == self._default(self.view.store).period

    def change(self, **parts: Any) -> None:
        """Changes parts of the view; a change of store starts from that store's own period and day."""
        view: View = st.session_state[_VIEW]
        if "store" in parts and parts["store"] is not view.store:
            uploads.let_go()
            fresh = self._default(parts["store"])
            view = replace(view, period=fresh.period, on=fresh.on)
        st.session_state[_VIEW] = replace(view, **parts)
        st.session_state[_REFUSED] = []
        self.write_address()

    def write_address(self) -> None:
        """Writes the view into the address."""
        written = write_view(self.view)
        if dict(st.query_params) != written:
            st.query_params.from_dict(written)
        st.session_state[_ADDRESS] = written

    def widget(self, part: str, *, at: str = "") -> dict[str, Any]:
        """Key and callback that bind a widget to one part of the view; `at` separates two widgets of one part."""
        key = f"view.{part}{at}"
        st.session_state[key] = getattr(self.view, part)

        def changed() -> None:
            value = st.session_state[key]
            if value is not None or part in _MAY_BE_NONE:
                self.change(**{part: value})

        return {"key": key, "on_change": changed}

    # Data for drawing

    def released(self, period: Period | None = None) -> Released:
        """The part of a period that this viewer may see, by default the chosen one; the only data a page gets."""
        return self.source.released(self.areas, period or self.view.period, self.view.on)

    def released_by_year(self) -> list[Released]:
        """The part that this viewer may see of each single year of the records, or of each edition."""
        return self.source.each(self.areas, self.view.on)

    @property
    def next_to(self) -> Mapping[str, tuple[str, ...]]:
        """Neighbours of every kelurahan."""
        return caches.neighbours(self.areas)

    # The city's own store

    @property
    def store(self) -> Store:
        """The city's own store; actions on it check the rights of `who`."""
        # Not at the top: a visit that uses no database must not wait for its import.
        from geo.store.engine import city_store

        return city_store(self.settings)

    def may_work(self, right: Right) -> bool:
        """Whether this visitor may work in the city's own store; also erases its hashes at their maximum age."""
        if not self.who.may(right):
            return False
        # Not at the top: a visit that uses no database must not wait for its import.
        from geo.imports.undo import expire

        expire(self.store)
        return True
