"""What pages share: the view and its address, what may be seen, words, banner, the map."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from geo.errors import DataError
from geo.measures.figures import COUNTS, MEASURES, available
from geo.measures.health import watches
from geo.measures.hotspots import hotspots
from geo.measures.rollout import rollout
from geo.measures.verdicts import Rules
from geo.period import Period
from geo.places.search import search
from geo.present.faults import sentence
from geo.present.maps import base_map
from geo.schemas import Table
from geo.terms import Denominator, Right, StoreName
from geo.viewer import PUBLIC
from geo.words import Language, Words
from pages.shell import access, caches
from pages.shell.address import Aspect, Nameable, View, read_view, write_view
from pages.shell.signed import signed
from pages.shell.sources import Source, source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from geo.measures.figures import Figures, Measure
    from geo.measures.health import Watches
    from geo.measures.hotspots import Hotspots
    from geo.measures.rollout import Rollout
    from geo.places.boundaries import Areas
    from geo.present.maps import Paint
    from geo.release.province import ProvinceFigures
    from geo.release.released import Released
    from pages.shell.desk import Desk

_T = TypeVar("_T")
#: Parts of the view that a visitor may leave open.
_MAY_BE_NONE = {"known"}
_VIEW, _ADDRESS, _REFUSED, _STARTED = "shell.view", "shell.address", "shell.refused", "shell.started"
#: Seconds between a new visitor's map and the rest of the page.
_HEAD_START = 0.6
#: The example opens on the year and the day of the story it is made for.
_EXAMPLE_PERIOD, _EXAMPLE_DAY = Period(2017, 2017), date(2018, 11, 16)


class Shell:
    """One run of the app for one visitor. Pages get their data, words and places to draw from it."""

    def __init__(self) -> None:
        self.settings, self._settings_faults = caches.settings()
        self.areas, self._area_faults = caches.areas()
        self.who = access.current(self.settings)
        access.forget_other(self.who, keep=_VIEW)
        self.stores = access.open_stores(self.who)
        self._open_view()
        self.source = self._source(self.view.store)
        self.words = Words(self.view.language)

    # The view and its address

    def _source(self, store: StoreName) -> Source:
        return source(store, self.settings, self.who if store is StoreName.KOTA else PUBLIC)

    def _default(self, store: StoreName) -> View:
        if store is StoreName.CONTOH:
            return View(store, _EXAMPLE_PERIOD, _EXAMPLE_DAY)
        periods, today = self._source(store).periods, date.today()
        return View(store, periods[0] if periods else Period(today.year, today.year), today)

    def _known(self, store: StoreName) -> Nameable:
        found = self._source(store)
        return Nameable(self.stores, self.areas.index, found.years, found.periods if found.is_bound else None)

    @property
    def view(self) -> View:
        """What the visitor looks at now; it may have changed since this run of the whole page."""
        view: View = st.session_state[_VIEW]
        return view

    def _open_view(self) -> None:
        """Takes the view from an address that somebody opened or went back to, else from the visit so far.

        Going to another page clears the address: then the view of before stays and is written there again.
        """
        asked = dict(st.query_params)
        kept: View | None = st.session_state.get(_VIEW)
        if kept is not None and not self._is_open(kept):
            # Of before a sign-out, or of an edition that has gone.
            kept = None
        if kept is None or kept.store not in self.stores or (asked and asked != st.session_state.get(_ADDRESS)):
            named = asked.get("data")
            store = StoreName.KOTA if named == StoreName.KOTA and StoreName.KOTA in self.stores else StoreName.CONTOH
            kept, refused = read_view(asked, self._default(store), self._known(store))
            st.session_state[_VIEW] = kept
            st.session_state[_REFUSED] = refused

    def _is_open(self, view: View) -> bool:
        found = self._source(view.store) if view.store in self.stores else None
        return found is not None and (not found.is_bound or view.period in found.periods)

    def change(self, **parts: Any) -> None:
        """Changes the view; a change of store starts from that store's own period and day."""
        view: View = st.session_state[_VIEW]
        if "store" in parts and parts["store"] is not view.store:
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
        """Key and callback that tie a widget to one part of the view; `at` tells two widgets of one part apart."""
        key = f"view.{part}{at}"
        st.session_state[key] = getattr(self.view, part)

        def changed() -> None:
            value = st.session_state[key]
            if value is not None or part in _MAY_BE_NONE:
                self.change(**{part: value})

        return {"key": key, "on_change": changed}

    # What a page draws with

    def released(self) -> Released:
        """What this viewer may see of the chosen period; the only data a page gets."""
        return self.source.released(self.areas, self.view.period, self.view.on)

    def released_by_year(self) -> list[Released]:
        """What this viewer may see of each single year of the records, or of each edition."""
        return self.source.each(self.areas, self.view.on)

    def released_of(self, period: Period) -> Released:
        """What this viewer may see of another period than the chosen one."""
        return self.source.released(self.areas, period, self.view.on)

    @property
    def years(self) -> range:
        """Years of the records."""
        return self.source.years

    def rules(self, *, is_declared: bool) -> Rules:
        """Rules of the verdicts: the chosen period, and with more than one year the two that are compared."""
        own = self.settings.hotspots
        return Rules(
            alpha=own.alpha,
            looks=1 if len(self.years) < 2 else 3,  # noqa: PLR2004
            max_share=own.max_share,
            replicates=own.replicates,
            is_declared=is_declared,
        )

    @property
    def is_declared(self) -> bool:
        """Whether the period is the one that this store opens with: what a visitor tries out is exploration."""
        return self.view.period == self._default(self.view.store).period

    def hotspots(self, seen: Released, *, is_declared: bool) -> Hotspots:
        """Verdicts of a release."""
        rules, sizes = self.rules(is_declared=is_declared), seen.denominators
        return self.made("hotspots", seen, lambda: hotspots(seen.now, seen.areas, sizes, rules), rules)

    def province(self) -> tuple[ProvinceFigures, Hotspots]:
        """The press figures of the province, with their verdicts."""
        return caches.province(self.rules(is_declared=True))

    def aspect_control(self) -> None:
        """Choice of what *Titik rawan* shows; verdicts and courses are of reports, which editions do not count."""
        offered = [Aspect.MEASURE, Aspect.PROVINCE] if self.source.is_bound else list(Aspect)
        if self.view.aspect not in offered:
            self.change(aspect=offered[0])
        st.segmented_control(
            self.words("filter.aspect"),
            offered,
            label_visibility="collapsed",
            format_func=lambda one: self.words(f"aspect.{one.name.lower()}"),
            **self.widget("aspect"),
        )

    def neighbours(self, kode: str) -> tuple[str, ...]:
        """Kelurahan next to one."""
        return self.next_to[kode]

    @property
    def next_to(self) -> Mapping[str, tuple[str, ...]]:
        """Neighbours of every kelurahan."""
        return caches.neighbours(self.areas)

    @property
    def is_empty(self) -> bool:
        """Whether the store has no records of cases yet."""
        return self.source.is_empty

    def desk(self, *rights: Right) -> Desk | None:
        """The desk of the city's own records; None for whoever has none of the rights."""
        if not self.who.rights.intersection(rights or (Right.BRING, Right.DECIDE)):
            return None
        # Not at the top: a database that a visit does not use shall not be waited for.
        from pages.shell.desk import Desk

        desk = Desk(self.settings, self.areas, self.who)
        desk.expire()
        return desk

    def offer_file(self, name: str, content: bytes | str | Callable[[], bytes], mime: str, right: Right) -> str:
        """Address of a file that only this viewer gets, for a while, and only while the right is there."""
        # Not at the top: most visits save no file.
        from pages.web.files import offer

        return offer(content, name, mime, right, self.who)

    def do(self, act: Callable[[], None], said: str) -> None:
        """Does something to the store, and shows the page as it is then; a fault is told and nothing else."""
        try:
            act()
        except DataError as fault:
            self.tell(fault)
        else:
            st.toast(said)
            st.rerun()

    def tell(self, fault: DataError) -> None:
        """Says what is wrong with what somebody brought or did, all of it."""
        for one in fault.faults:
            st.error(_plain(sentence(one, self.words)))

    def draw_map(
        self,
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
        paint
            What it shows.
        at
            Tells a further map of the same page from the first.
        areas
            Another layer than the kelurahan, on which nothing can be chosen.
        height
            In pixels; as usual by default.
        on_click
            What a click on a kelurahan does beside choosing it.
        """
        # Not at the top: a component that is declared outside of a visit is never served (Streamlit 1.67).
        from pages.shell import map_component

        view = self.view

        def chosen(kode: str) -> None:
            if areas is None:
                self.change(kelurahan=kode)
                if on_click is not None and kode:
                    on_click(kode)

        tiles = (self.settings.tiles_url, self.settings.tiles_attribution) if view.tiles else None
        map_component.draw(
            areas or self.areas,
            paint,
            key=f"shell.map{at}",
            selected="" if areas else view.kelurahan,
            tiles=tiles,
            on_choice=chosen,
            height=height or map_component.HEIGHT,
        )
        if not at:
            self._head_start()

    def _head_start(self) -> None:
        """Lets the map of a new visitor go ahead of the rest of the page, once.

        What a browser is sent together it fetches the code for together: the map then waited for some sixty files of
        other widgets that it does not need.
        """
        if not st.session_state.get(_STARTED):
            st.session_state[_STARTED] = True
            time.sleep(_HEAD_START)

    def chosen(self, told: list[tuple[str, str]]) -> None:
        """Facts of the chosen kelurahan in a box, or how to choose one."""
        if not told:
            st.caption(self.words("overview.choose"))
            return
        kode = self.view.kelurahan
        with st.container(border=True):
            st.markdown(f"**{self.areas.names[kode]}** · {self.areas.groups[kode]}")
            for label, text in told:
                st.markdown(f"{label}: **{text}**")

    def banner(self) -> None:
        """What kind of data this is, and everything that is wrong with what was brought."""
        words = self.words
        st.caption(f"**{self._kind()}** · {self.stages_note()} · {words('banner.layer', layer=self.areas.layer)}")
        for name in st.session_state.get(_REFUSED, []):
            st.warning(words("address.refused", name=name))
        for title, faults in (
            ("fault.settings", self._settings_faults),
            ("fault.areas", self._area_faults),
            ("fault.tables", (*access.faults(), *self.source.faults)),
        ):
            if faults:
                lines = "\n".join(f"- {_plain(sentence(fault, words))}" for fault in faults)
                st.error(f"{words(title)}\n\n{lines}")
        for note in self.areas.notes:
            st.info(words("note.mended", n=len(note.areas), names=_plain(", ".join(note.areas[:5]))))

    def sidebar(self) -> None:
        """Language, data, period, day, background: the same on every page."""
        words = self.words
        with st.sidebar:
            st.segmented_control(
                words("filter.language"),
                list(Language),
                format_func=lambda one: words(f"language.{one}"),
                **self.widget("language"),
            )
            st.radio(
                words("filter.store"),
                self.stores,
                format_func=lambda one: words(f"store.{one}"),
                **self.widget("store"),
            )
            if len(self.stores) == 1:
                st.caption(words("store.closed"))
            st.selectbox(words("filter.period"), self._periods(), format_func=str, **self.widget("period"))
            st.date_input(
                words("filter.on"),
                format="DD/MM/YYYY",
                min_value=date(2010, 1, 1),
                max_value=date(2100, 12, 31),
                help=words("filter.on.help"),
                **self.widget("on"),
            )
            st.toggle(words("filter.tiles"), help=words("filter.tiles.help"), **self.widget("tiles"))
            signed(self)

    def made(self, what: str, seen: Released, make: Callable[[], _T], *parts: object) -> _T:
        """Something made of a release, kept for whoever asks for the same again.

        Parameters
        ----------
        what
            What it is; one name for one way of making it.
        seen
            The release; its fingerprint holds the audience.
        make
            Makes it.
        parts
            Whatever else it depends on. The language always counts.
        """
        key = "/".join([what, seen.fingerprint, self.view.language.value, *(str(part) for part in parts)])
        made: _T = caches.kept(key, make)
        return made

    def rollout(self, seen: Released, *, known_on: date | None = None) -> Rollout:
        """How far the rollout was on the chosen day, as known on another."""
        on = self.view.on
        return self.made(
            "rollout", seen, lambda: rollout(seen.rollout, seen.areas, on=on, known_on=known_on), on, known_on
        )

    def watches(self, seen: Released, *, known_on: date | None = None) -> Watches:
        """How each Community Watch was doing on the chosen day."""
        on, sizes = self.view.on, seen.denominators
        stations = sizes.get(Denominator.STATIONS_2024, None)
        stages = self.rollout(seen, known_on=known_on).stages
        rules = self.settings.health
        return self.made(
            "watches", seen, lambda: watches(seen.watch, stages, stations, rules, on=on), on, known_on, rules
        )

    def figures(self, seen: Released, measures: Sequence[Measure]) -> Figures:
        """Figures of the chosen measure.

        A measure that another page left in the view and that is not offered here gives way to the first one; likewise
        a size that the layer does not have.
        """
        if self.view.measure not in self._offered(seen, measures):
            self.change(measure=self._offered(seen, measures)[0])
        sizes = list(seen.denominators.columns)
        if sizes and self.view.denominator.value not in sizes:
            self.change(denominator=Denominator(sizes[0]))
        measure, size = self.view.measure, self.view.denominator
        return self.made("figures", seen, lambda: MEASURES[measure](seen, size), measure, size)

    def _offered(self, seen: Released, measures: Sequence[Measure]) -> list[Measure]:
        return [one for one in available(seen) if one in measures]

    def measure_control(self, seen: Released, measures: Sequence[Measure]) -> None:
        """Choice of a measure, and for a rate of its denominator."""
        words = self.words
        st.segmented_control(
            words("filter.measure"),
            self._offered(seen, measures),
            format_func=lambda one: words(f"measure.{one}"),
            **self.widget("measure"),
        )
        if self.view.measure not in COUNTS:
            st.selectbox(
                words("filter.denominator"),
                [Denominator(name) for name in seen.denominators.columns],
                format_func=lambda one: words(f"denominator.{one}"),
                help=words("filter.denominator.help"),
                **self.widget("denominator"),
            )

    def kelurahan_control(self) -> None:
        """Choice of a kelurahan from a list: what a click on the map does, for the keyboard."""
        words, names = self.words, self.areas.names
        st.selectbox(
            words("filter.kelurahan"),
            ["", *names.sort_values().index],
            format_func=lambda kode: names[kode] if kode else words("filter.kelurahan.none"),
            **self.widget("kelurahan"),
        )

    def search(self) -> None:
        """Search by name that forgives spelling; it offers, the visitor chooses."""
        words, names, groups = self.words, self.areas.names, self.areas.groups
        written = st.text_input(words("profile.search"), max_chars=60, placeholder=words("profile.search.example"))
        if not written:
            return
        found = search(self.areas, written)
        if not found:
            st.caption(words("profile.search.none"))
        for kode in found:
            st.button(
                f"{names[kode]} ({groups[kode]})" if groups[kode] else names[kode],
                key=f"search.{kode}",
                on_click=self.change,
                kwargs={"kelurahan": kode},
            )

    def what_to_bring(self) -> None:
        """The empty state of the city's own store: what can be brought, and where."""
        words = self.words
        with st.container(border=True):
            st.markdown(words("empty.city"))
            for table in Table:
                st.markdown(f"- {words(f'empty.{table}')}")

    def stages_note(self) -> str:
        """Where the stages come from: the press, and where the city's store is open what it recorded itself."""
        is_own = self.view.store is StoreName.KOTA and not self.source.is_bound
        return self.words("banner.stages.own" if is_own else "banner.stages")

    def note(self) -> str:
        """What the records are and what they were counted on; stands in every picture made of them."""
        return f"{self._kind()} · {self.words('banner.layer', layer=self.areas.layer)}"

    def footer(self) -> None:
        """Source, date and kind of data at the end of a page, for the paper it may be printed on."""
        view, words = self.view, self.words
        st.caption(
            words(
                "footer",
                note=self.note(),
                period=str(view.period),
                day=words.day(view.on),
                today=words.day(date.today()),
            )
        )

    def _kind(self) -> str:
        """What the records are."""
        if self.view.store is StoreName.CONTOH:
            return self.words("banner.example")
        return self.words("banner.edition" if self.source.is_bound else "banner.city")

    def _periods(self) -> list[Period]:
        offered = self.source.periods
        if self.view.period not in offered:
            offered.append(self.view.period)
        return offered


def _plain(text: str) -> str:
    """Text in which Markdown finds nothing to format."""
    for character in "\\`*_{}[]()<>#+!|~$:":
        text = text.replace(character, f"\\{character}")
    return text


def warm() -> None:
    """Reads and imports what every visitor needs, so that the first one does not wait for it."""
    layer, _ = caches.areas()
    base_map(caches.assets(layer), "").render()
    caches.tables(StoreName.CONTOH, PUBLIC)
    for language in Language:
        Words(language)
