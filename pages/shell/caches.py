"""Caches kept between runs and shared by visitors: keyed by fingerprint, and by audience where it matters."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import streamlit as st
import streamlit.components.v1 as components

from geo.errors import DataError, Fault
from geo.facts import read_denominators, rollout_facts
from geo.places.boundaries import Areas, read_areas
from geo.present.layer import Assets, write_assets
from geo.records.tables import Tables, tables_of
from geo.release.province import ProvinceFigures, province_figures
from geo.release.public import PublicEdition, bundle, published, state
from geo.release.released import Released, from_edition, release
from geo.settings import EMBEDDED, ROOT, Settings, closed_settings, read_settings
from geo.store.tables import fingerprint_of, read_tables, state_of_city
from geo.study import Study, join
from geo.terms import Right, StoreName
from geo.viewer import NotAllowedError
from geo.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.measures.hotspots import Hotspots
    from geo.measures.verdicts import Rules
    from geo.period import Period
    from geo.places.resolve import Resolver
    from geo.planning.criteria import Criterion
    from geo.release.publish import CheckedEdition
    from geo.viewer import Viewer
    from pages.shell.map_parts import MapParts

_LOG = logging.getLogger("petajaga")
_P = ParamSpec("_P")
_T = TypeVar("_T")
WEB = ROOT / "var" / "web"


#: The last options that could be read; a mistake in the file changes nothing while the server runs.
_LAST_READ: list[Settings] = []


@st.cache_resource(show_spinner=False, max_entries=1)
def settings() -> tuple[Settings, tuple[Fault, ...]]:
    """Options, and the faults of the city's own file if it cannot be read.

    Then the last ones that could be read stay; in a server that has read none, nobody can sign in. The details are
    for the person at the terminal.
    """
    try:
        _LAST_READ[:] = [read_settings()]
    except DataError as fault:
        _LOG.error("the settings cannot be read: %s", fault)
        return (_LAST_READ or [closed_settings()])[0], fault.faults
    return _LAST_READ[0], ()


@st.cache_resource(show_spinner=False, max_entries=4)
def _areas(path: str, changed: int) -> tuple[Areas, tuple[Fault, ...]]:  # noqa: ARG001 - both are the key
    own = settings()[0]
    try:
        return read_areas(own.areas), ()
    except DataError as fault:
        return read_areas(read_settings(EMBEDDED).areas), fault.faults


def areas() -> tuple[Areas, tuple[Fault, ...]]:
    """The current layer, and the faults of the one in the settings if that had to be left out."""
    path = settings()[0].areas.path
    return _areas(str(path), path.stat().st_mtime_ns if path.exists() else 0)


@st.cache_resource(show_spinner=False, max_entries=8)
def _assets(fingerprint: str, _areas: Areas) -> Assets:  # noqa: ARG001 - the key
    return write_assets(_areas, WEB)


def assets(layer: Areas) -> Assets:
    """Files of the map of a layer."""
    return _assets(layer.fingerprint, layer)


@lru_cache(maxsize=1)
def map_files() -> str:
    """Address of the map's files, as seen from the map's frame.

    Streamlit serves the folder of a declared component; the address is relative, so that it works behind a proxy with
    a path of its own. Called within a visit: a component that is declared outside of one is never served (Streamlit
    1.67).
    """
    WEB.mkdir(parents=True, exist_ok=True)
    declared = components.declare_component("peta_jaga_files", path=str(WEB))
    return f"../{declared.name}/"


@st.cache_resource(show_spinner=False, max_entries=8)
def _map_parts(fingerprint: str, _layer: Areas) -> MapParts:  # noqa: ARG001 - the key
    # Not at the top: streamlit-folium declares a component, which must happen within a visit (Streamlit 1.67).
    from pages.shell.map_parts import render_parts

    return render_parts(assets(_layer), map_files())


def map_parts(layer: Areas) -> MapParts:
    """The map of a layer, rendered once."""
    return _map_parts(layer.fingerprint, layer)


@st.cache_resource(show_spinner=False, max_entries=8)
def _neighbours(fingerprint: str, _areas: Areas) -> dict[str, tuple[str, ...]]:  # noqa: ARG001 - the key
    from geo.places.neighbours import queen

    return queen(_areas)


def neighbours(layer: Areas) -> dict[str, tuple[str, ...]]:
    """Neighbours of every area of a layer."""
    return _neighbours(layer.fingerprint, layer)


@st.cache_resource(show_spinner=False, max_entries=4)
def _resolver(fingerprint: str, _areas: Areas) -> Resolver:  # noqa: ARG001 - the key
    from geo.places.gazetteer import read_gazetteer
    from geo.places.resolve import Resolver

    return Resolver(_areas, read_gazetteer(_areas))


def resolver(layer: Areas) -> Resolver:
    """Finder of the kelurahan of a layer that a spelling means; without decisions by people."""
    return _resolver(layer.fingerprint, layer)


@st.cache_resource(show_spinner=False, max_entries=4)
def _tables(store: StoreName, fingerprint: str, _settings: Settings, _viewer: Viewer) -> Tables:  # noqa: ARG001
    read = read_tables(store, _settings, _viewer)
    if read.faults:
        # Not to be cached: a repaired store has the same fingerprint as before it was damaged.
        raise DataError(read.faults)
    return read


@st.cache_resource(show_spinner=False)
def _last_good() -> dict[Path, Tables]:
    return {}


def tables(store: StoreName, viewer: Viewer) -> tuple[Tables, tuple[Fault, ...]]:
    """Tables of a store and their faults; with faults, the last tables of this server without faults are used.

    Where there are none, the tables carry the faults too: they are empty because nothing could be read. A viewer who
    may not see the city's own store gets empty ones: the cache is shared, so the right is checked before it is read.
    """
    own = settings()[0]
    if store is StoreName.KOTA and not viewer.may(Right.SEE_EXACT):
        return tables_of(store, {}), ()
    try:
        read = _tables(store, fingerprint_of(store, own), own, viewer)
    except DataError as fault:
        unread = tables_of(store, {}, faults=fault.faults)
        return (_last_good().get(own.store_file, unread) if store is StoreName.KOTA else unread), fault.faults
    if store is StoreName.KOTA and own.store_file.is_file():
        # Tables from before the store existed cannot be used instead.
        _last_good()[own.store_file] = read
    return read, ()


def city_faults(viewer: Viewer) -> tuple[Fault, ...]:
    """Why the city's own store cannot be read, whatever a visit shows; only for a viewer who may read it."""
    own = settings()[0]
    if not own.store_file.exists():
        return ()
    if viewer.may(Right.SEE_EXACT):
        return tables(StoreName.KOTA, viewer)[1]
    try:
        state_of_city(own)
    except DataError as fault:
        return fault.faults
    return ()


@st.cache_resource(show_spinner=False, max_entries=2)
def province(rules: Rules) -> tuple[ProvinceFigures, Hotspots]:
    """Press figures of the province and their verdicts: the same for everybody."""
    from geo.measures.hotspots import hotspots

    found = province_figures()
    return found, hotspots(found.counts, found.areas, found.sizes, rules)


# Keys are text: Streamlit takes ten milliseconds to hash a few small objects.


@st.cache_resource(show_spinner=False, max_entries=64)
def _study(key: str, _areas: Areas, _tables: Tables, _period: Period) -> Study:  # noqa: ARG001
    return join(_areas, _tables, _period)


@st.cache_resource(show_spinner=False, max_entries=256)
def _released(key: str, _now: Study, _before: Study | None, _viewer: Viewer, _on: date) -> Released:  # noqa: ARG001
    return release(_now, _before, _viewer, on=_on)


def released(layer: Areas, records: Tables, period: Period, on: date, viewer: Viewer) -> Released:
    """The part of a period that a viewer may see. The audience is part of the key: all visitors share the cache."""
    data = f"{layer.fingerprint}/{records.fingerprint}"
    earlier = period.before()
    now = _study(f"{data}/{period}", layer, records, period)
    before = None if earlier is None else _study(f"{data}/{earlier}", layer, records, earlier)
    if before is not None and before.cases.empty:
        before = None
    known = before.fingerprint if before else ""
    key = f"{now.fingerprint}/{known}/{on}/{viewer.audience}"
    return _released(key, now, before, viewer, on)


@st.cache_resource(show_spinner=False, max_entries=2)
def _editions(mark: str, _settings: Settings) -> tuple[list[PublicEdition], tuple[Fault, ...]]:  # noqa: ARG001 - the key
    return published(_settings)


def editions() -> tuple[list[PublicEdition], tuple[Fault, ...]]:
    """Published editions, and the faults of those that had to be left out."""
    own = settings()[0]
    return _editions(f"{own.kota}/{state(own)}", own)


@st.cache_resource(show_spinner=False, max_entries=8)
def _bundle(folder: str, mark: str, _one: PublicEdition) -> bytes:  # noqa: ARG001 - the key
    return bundle(_one)


def edition_bundle(one: PublicEdition) -> bytes:
    """All files of an edition as one zip."""
    return _bundle(one.folder.name, state(settings()[0]), one)


@st.cache_resource(show_spinner=False, max_entries=16)
def _attacked(key: str, _checked: CheckedEdition) -> list[dict[str, Any]]:  # noqa: ARG001 - the key
    from geo.release.publish import attack

    return attack(_checked.draft)


def attacked(checked: CheckedEdition, records: Tables, layer: Areas) -> list[dict[str, Any]]:
    """What an attacker could infer from an edition before its publication; for a user who may publish."""
    scope = checked.draft.edition.scope
    return _attacked(f"{records.fingerprint}/{layer.fingerprint}/{scope}/{checked.held.head}", checked)


@st.cache_resource(show_spinner=False, max_entries=64)
def _from_edition(key: str, _layer: Areas, _at: int, _on: date) -> Released:  # noqa: ARG001 - the key
    found = [one.edition for one in editions()[0]]
    chosen = found[_at]
    earlier = chosen.scope.period.before()
    before = next((one for one in found if one.scope.period == earlier), None)
    return from_edition(
        chosen,
        before,
        _layer,
        mark=state(settings()[0]),
        rollout=rollout_facts(),
        denominators=read_denominators(_layer.index),
        on=_on,
    )


def released_to_public(layer: Areas, period: Period, on: date) -> Released:
    """The public part of real records: the edition of the period, otherwise the newest.

    Raises
    ------
    NotAllowedError
        While none is published.
    """
    found = [one.edition.scope.period for one in editions()[0]]
    if not found:
        raise NotAllowedError(Right.SEE_EXACT)
    at = found.index(period) if period in found else len(found) - 1
    return _from_edition(f"{layer.fingerprint}/{state(settings()[0])}/{at}/{on}", layer, at, on)


class _Kept:
    """Results by key, the most recently used; each is computed once, even when several ask at the same time.

    Streamlit's own cache inspects the signature of the function at every call, which takes longer than the lookup.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def __call__(self, key: str, make: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
        """The result of a key; computed if there is none."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > self._most:
                self._entries.popitem(last=False)
        with entry.lock:
            if entry.made is None:
                entry.made = make()
            return entry.made

    def clear(self) -> None:
        """Deletes everything."""
        with self._lock:
            self._entries.clear()


class _Entry:
    """One result, once it is computed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made: tuple[Any, ...] | None = None


_kept = _Kept(512)


@st.cache_resource(show_spinner=False)
def criteria() -> tuple[Criterion, ...]:
    """Criteria of the priority, as declared."""
    from geo.planning.criteria import read_criteria

    return read_criteria()


def cached(
    function: Callable[Concatenate[Released, _P], _T], seen: Released, *parts: _P.args, **named: _P.kwargs
) -> _T:
    """Result of a function of released figures, computed once for all identical calls.

    The key is the function, the release (its audience and fingerprint) and every further argument, so that no caller
    builds one by hand. A plain argument is keyed by its value; any other, such as a table, by its identity: it is
    kept with the result, so that no other object can get its number. Callers must not change a result from here.

    Parameters
    ----------
    function
        Takes the release first; defined in a module, so that its name identifies it.
    seen
        The release.
    parts, named
        Its further arguments; the parts of the view that it shows are among them, and texts too.

    Raises
    ------
    ValueError
        When the function has no name of its own.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    if "<" in name:
        msg = f"{name} has no name of its own to be kept under"
        raise ValueError(msg)
    told = [name, part_of_key(seen), *map(part_of_key, parts)]
    told += [f"{one}={part_of_key(value)}" for one, value in sorted(named.items())]
    made: _T = _kept("/".join(told), lambda: (function(seen, *parts, **named), parts, named))[0]
    return made


def part_of_key(value: Any) -> str:  # noqa: PLR0911 - one return a kind of argument
    """Text for an argument in a key; two arguments have the same text only if they are the same.

    Parameters
    ----------
    value
        Plain values, tuples and frozen records of them by value; all others by identity.
    """
    kind = type(value).__name__
    if isinstance(value, Released):
        return f"{kind}({value.audience.value},{value.fingerprint})"
    if isinstance(value, Words):
        return f"{kind}({value.language.value})"
    if isinstance(value, Enum):
        return f"{kind}.{value.name}"
    if value is None or isinstance(value, (bool, int, float, str, date)):
        return f"{kind}({value!r})"
    if isinstance(value, tuple):
        return f"{kind}({','.join(map(part_of_key, value))})"
    if isinstance(value, frozenset):
        return f"{kind}({','.join(sorted(map(part_of_key, value)))})"
    if is_dataclass(value) and not isinstance(value, type) and type(value).__hash__ not in {None, object.__hash__}:
        return f"{kind}({','.join(part_of_key(getattr(value, one.name)) for one in fields(value))})"
    return f"{kind}@{id(value)}"
