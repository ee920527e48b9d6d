"""What is kept between runs and shared by visitors: keyed by fingerprint, and by audience where it matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.errors import DataError, Fault
from geo.facts import read_denominators, rollout_facts
from geo.measures.hotspots import Hotspots, hotspots
from geo.places.boundaries import Areas, read_areas
from geo.places.neighbours import queen
from geo.present.layer import Assets, write_assets
from geo.records.tables import Tables, tables_of
from geo.release.province import ProvinceFigures, province_figures
from geo.release.public import PublicEdition, published, state
from geo.release.released import Released, from_edition, release
from geo.settings import EMBEDDED, ROOT, Settings, read_settings
from geo.store.tables import fingerprint_of, read_tables
from geo.study import Study, join
from geo.terms import Right, StoreName
from geo.viewer import NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from geo.measures.verdicts import Rules
    from geo.period import Period
    from geo.viewer import Viewer

WEB = ROOT / "var" / "web"


@st.cache_resource(show_spinner=False, max_entries=1)
def settings() -> tuple[Settings, tuple[Fault, ...]]:
    """Options, and what is wrong with the city's own file if it had to be left out."""
    try:
        return read_settings(), ()
    except DataError as fault:
        return read_settings(EMBEDDED), fault.faults


@st.cache_resource(show_spinner=False, max_entries=4)
def _areas(path: str, changed: int) -> tuple[Areas, tuple[Fault, ...]]:  # noqa: ARG001 - both are the key
    own = settings()[0]
    try:
        return read_areas(own.areas), ()
    except DataError as fault:
        return read_areas(read_settings(EMBEDDED).areas), fault.faults


def areas() -> tuple[Areas, tuple[Fault, ...]]:
    """The layer in use, and the faults of the one in the settings if that had to be left out."""
    path = settings()[0].areas.path
    return _areas(str(path), path.stat().st_mtime_ns if path.exists() else 0)


@st.cache_resource(show_spinner=False, max_entries=8)
def _assets(fingerprint: str, _areas: Areas) -> Assets:  # noqa: ARG001 - the key
    return write_assets(_areas, WEB)


def assets(layer: Areas) -> Assets:
    """Files of the map of a layer."""
    return _assets(layer.fingerprint, layer)


@st.cache_resource(show_spinner=False, max_entries=8)
def _neighbours(fingerprint: str, _areas: Areas) -> dict[str, tuple[str, ...]]:  # noqa: ARG001 - the key
    return queen(_areas)


def neighbours(layer: Areas) -> dict[str, tuple[str, ...]]:
    """Neighbours of every area of a layer."""
    return _neighbours(layer.fingerprint, layer)


@st.cache_resource(show_spinner=False, max_entries=4)
def _tables(store: StoreName, fingerprint: str, _settings: Settings, _viewer: Viewer) -> Tables:  # noqa: ARG001
    return read_tables(store, _settings, _viewer)


@st.cache_resource(show_spinner=False)
def _last_good() -> dict[StoreName, Tables]:
    return {}


def tables(store: StoreName, viewer: Viewer) -> tuple[Tables, tuple[Fault, ...]]:
    """Tables of a store and their faults; with faults, the last ones of this server that had none serve on.

    Whoever may not see the city's own gets empty ones: the cache is shared, so this is asked before it is.
    """
    own = settings()[0]
    if store is StoreName.KOTA and not viewer.may(Right.SEE_EXACT):
        return tables_of(store, {}), ()
    read = _tables(store, fingerprint_of(store, own), own, viewer)
    if not read.faults:
        _last_good()[store] = read
        return read, ()
    return _last_good().get(store, read), read.faults


@st.cache_resource(show_spinner=False, max_entries=2)
def province(rules: Rules) -> tuple[ProvinceFigures, Hotspots]:
    """ProvinceFigures figures of the province and their verdicts: the same for everybody."""
    found = province_figures()
    return found, hotspots(found.counts, found.areas, found.sizes, rules)


# Keys are text: Streamlit takes ten milliseconds to hash a handful of small objects.


@st.cache_resource(show_spinner=False, max_entries=64)
def _study(key: str, _areas: Areas, _tables: Tables, _period: Period) -> Study:  # noqa: ARG001
    return join(_areas, _tables, _period)


@st.cache_resource(show_spinner=False, max_entries=256)
def _released(key: str, _now: Study, _before: Study | None, _viewer: Viewer, _on: date) -> Released:  # noqa: ARG001
    return release(_now, _before, _viewer, k=settings()[0].k_taskforce, on=_on)


def released(layer: Areas, records: Tables, period: Period, on: date, viewer: Viewer) -> Released:
    """What a viewer may see of a period. The audience is part of the key: the cache is shared by all visitors."""
    data = f"{layer.fingerprint}/{records.fingerprint}"
    now, before = (_study(f"{data}/{one}", layer, records, one) for one in (period, period.before()))
    key = f"{now.fingerprint}/{before.fingerprint}/{on}/{viewer.audience}/{settings()[0].k_taskforce}"
    return _released(key, now, before if not before.cases.empty else None, viewer, on)


@st.cache_resource(show_spinner=False, max_entries=2)
def _editions(mark: str, _settings: Settings) -> tuple[list[PublicEdition], tuple[Fault, ...]]:  # noqa: ARG001 - the key
    return published(_settings)


def editions() -> tuple[list[PublicEdition], tuple[Fault, ...]]:
    """Editions that are out, and the faults of those that had to be left out."""
    own = settings()[0]
    return _editions(f"{own.kota}/{state(own)}", own)


@st.cache_resource(show_spinner=False, max_entries=64)
def _from_edition(key: str, _layer: Areas, _at: int, _on: date) -> Released:  # noqa: ARG001 - the key
    found = [one.edition for one in editions()[0]]
    chosen = found[_at]
    before = next((one for one in found if one.scope.period == chosen.scope.period.before()), None)
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
    """What the public may see of real records: the edition of the period, else the newest.

    Raises
    ------
    NotAllowedError
        While none is out.
    """
    found = [one.edition.scope.period for one in editions()[0]]
    if not found:
        raise NotAllowedError(Right.SEE_EXACT)
    at = found.index(period) if period in found else len(found) - 1
    return _from_edition(f"{layer.fingerprint}/{state(settings()[0])}/{at}/{on}", layer, at, on)


@st.cache_resource(show_spinner=False, max_entries=512)
def kept(key: str, _make: Callable[[], Any]) -> Any:  # noqa: ARG001 - the key
    """What was made of released figures, made once.

    Parameters
    ----------
    key
        Everything it depends on: what it is, the fingerprint of the release (the audience is in it), and whatever of
        the view it shows. Nothing in it may be changed by whoever gets it.
    """
    return _make()
