"""The checked tables of one store."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import DataError, Fault
from geo.records.read import read_text
from geo.schemas import Table, check, columns, typed
from geo.settings import ROOT
from geo.terms import Right, StoreName

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.settings import Settings
    from geo.store import Store
    from geo.viewer import Viewer

EXAMPLE = ROOT / "data" / "contoh"
FACTS = ROOT / "data" / "facts" / "rollout.csv"


@dataclass(frozen=True, eq=False)
class Tables:
    """Validated tables of one store.

    Parameters
    ----------
    store
        Which store they come from; the example one is made up from end to end.
    cases, coverage, watchers, reports, rollout
        Canonical tables with the kinds of `geo.schemas.typed`.
    fingerprint
        Hash of the files read.
    brought
        Tables that the store held; a table that was not brought is empty here.
    faults
        Why the store could not be read.
    sizes
        The city's own size of its kelurahan, by `kode`; empty where it brought none.
    """

    store: StoreName
    cases: pd.DataFrame
    coverage: pd.DataFrame
    watchers: pd.DataFrame
    reports: pd.DataFrame
    rollout: pd.DataFrame
    fingerprint: str
    brought: frozenset[Table] = frozenset()
    faults: tuple[Fault, ...] = field(default=())
    sizes: pd.Series[float] = field(default_factory=lambda: pd.Series(dtype=float))

    @property
    def is_made_up(self) -> bool:
        """Whether the records are made up (the rollout facts never are)."""
        return self.store is StoreName.CONTOH

    def __repr__(self) -> str:
        return (
            f"Tables of {self.store}: {len(self.cases)} rows of cases, {len(self.watchers)} watchers, "
            f"{len(self.rollout)} rollout events"
        )


def empty(table: Table) -> pd.DataFrame:
    """A table without rows, with its columns and kinds."""
    return typed(table, pd.DataFrame(columns=list(columns(table)), dtype="object"))


def read_table(table: Table, path: Path) -> pd.DataFrame:
    """One canonical table from its csv file.

    Raises
    ------
    DataError
        With every fault of the file; each names the file as the person called it.
    """
    return typed(table, check(table, read_text(path)))


def _example_files() -> Mapping[Table, Path]:
    return {table: EXAMPLE / f"{table}.csv" for table in Table if (EXAMPLE / f"{table}.csv").is_file()}


def _store(settings: Settings) -> Store | None:
    """The city's own store; None while nothing was ever brought into it: looking at it makes none."""
    # Not at the top: what only the example needs shall not wait for a database.
    from geo.store.engine import open_store, path_of

    path = path_of(settings)
    return open_store(path) if path.is_file() else None


def fingerprint_of(store: StoreName, settings: Settings) -> str:
    """Hash of what the store holds, cheap enough to ask at every page."""
    digest = hashlib.sha256(store.encode())
    for path in (FACTS, *(_example_files().values() if store is StoreName.CONTOH else ())):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    if store is StoreName.KOTA:
        with contextlib.suppress(DataError):
            found = _store(settings)
            digest.update(found.state().encode() if found else b"")
    return digest.hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class _Read:
    """What a store has: tables, the city's own sizes, and the published facts as people there left them."""

    tables: dict[Table, pd.DataFrame]
    sizes: pd.Series[float] = field(default_factory=lambda: pd.Series(dtype=float))
    facts: pd.DataFrame = field(default_factory=lambda: read_table(Table.ROLLOUT, FACTS))


def _read(store: StoreName, settings: Settings, viewer: Viewer) -> _Read:
    if store is StoreName.CONTOH:
        return _Read({table: read_table(table, path) for table, path in _example_files().items()})
    found = _store(settings)
    return _Read({}) if found is None else _of(found, viewer)


def _of(store: Store, viewer: Viewer) -> _Read:
    # Not at the top: what only the facts need shall not wait for a database.
    from geo.store import canonical

    facts = read_table(Table.ROLLOUT, FACTS)
    with store.reading(viewer, Right.SEE_EXACT) as connection:
        return _Read(
            canonical.tables(connection),
            canonical.denominator(connection),
            canonical.mark(facts, canonical.set_asides(connection)),
        )


def rollout_events(path: Path | None, viewer: Viewer) -> pd.DataFrame:
    """The embedded facts of the rollout, and with a store its own events.

    Parameters
    ----------
    path
        File of a store; None for the facts alone.
    viewer
        Who reads.

    Raises
    ------
    DataError
        When there is no store, or it cannot be read.
    """
    if path is None:
        return no_tables(StoreName.CONTOH).rollout
    # Not at the top: what only the facts need shall not wait for a database.
    from geo.records.imports import open_existing

    return _tables(StoreName.KOTA, _of(open_existing(path), viewer), "").rollout


def no_tables(store: StoreName) -> Tables:
    """What whoever may read no rows of a store works on: nothing but the published facts of the rollout."""
    return _tables(store, _Read({}), "")


def read_tables(store: StoreName, settings: Settings, viewer: Viewer) -> Tables:
    """Tables of a store, with the embedded rollout facts.

    A store that cannot be read gives empty tables, and its faults: a page tells them and still opens.

    Parameters
    ----------
    store
        Which; the example is for everybody.
    settings
        Where it is.
    viewer
        Who reads.

    Raises
    ------
    NotAllowedError
        When it is the city's own and the viewer may see no more of it than was published.
    """
    if store is StoreName.KOTA:
        viewer.require(Right.SEE_EXACT)
    fingerprint = fingerprint_of(store, settings)
    faults: tuple[Fault, ...] = ()
    try:
        found = _read(store, settings, viewer)
    except DataError as fault:
        found, faults = _Read({}), fault.faults
    return _tables(store, found, fingerprint, faults)


def _tables(store: StoreName, found: _Read, fingerprint: str, faults: tuple[Fault, ...] = ()) -> Tables:
    """Tables with those that were read; the others are empty."""
    read, own = found.tables, found.tables.get(Table.ROLLOUT)
    return Tables(
        store=store,
        cases=read.get(Table.CASES, empty(Table.CASES)),
        coverage=read.get(Table.COVERAGE, empty(Table.COVERAGE)),
        watchers=read.get(Table.WATCHERS, empty(Table.WATCHERS)),
        reports=read.get(Table.REPORTS, empty(Table.REPORTS)),
        rollout=found.facts if own is None else pd.concat([found.facts, own], ignore_index=True),
        fingerprint=fingerprint,
        brought=frozenset(read),
        faults=faults,
        sizes=found.sizes,
    )
