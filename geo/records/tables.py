"""The checked tables of one store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import DataError, Fault
from geo.records.read import read_text
from geo.schemas import Table, check, columns, typed
from geo.settings import ROOT
from geo.terms import StoreName

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.settings import Settings

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
        Faults of files that were left out because of them.
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


def folder_of(store: StoreName, settings: Settings) -> Path:
    """Folder that holds the tables of a store."""
    return EXAMPLE if store is StoreName.CONTOH else settings.kota


def files_of(store: StoreName, settings: Settings) -> Mapping[Table, Path]:
    """Files of a store that are there; empty for a city that brought nothing yet."""
    folder = folder_of(store, settings)
    return {table: folder / f"{table}.csv" for table in Table if (folder / f"{table}.csv").is_file()}


def fingerprint_of(store: StoreName, settings: Settings) -> str:
    """Hash of what the store holds, cheap enough to ask at every page."""
    digest = hashlib.sha256(store.encode())
    for path in (FACTS, *files_of(store, settings).values()):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def read_tables(store: StoreName, settings: Settings) -> Tables:
    """Tables of a store, with the embedded rollout facts.

    A file with faults is left out whole, and its faults are told in the result: nothing is read by halves, and the
    other tables still serve.
    """
    read: dict[Table, pd.DataFrame] = {}
    faults: list[Fault] = []
    fingerprint = fingerprint_of(store, settings)
    for table, path in files_of(store, settings).items():
        try:
            read[table] = read_table(table, path)
        except DataError as fault:
            faults += fault.faults
    facts = read_table(Table.ROLLOUT, FACTS)
    own = read.get(Table.ROLLOUT)
    return Tables(
        store=store,
        cases=read.get(Table.CASES, empty(Table.CASES)),
        coverage=read.get(Table.COVERAGE, empty(Table.COVERAGE)),
        watchers=read.get(Table.WATCHERS, empty(Table.WATCHERS)),
        reports=read.get(Table.REPORTS, empty(Table.REPORTS)),
        rollout=facts if own is None else pd.concat([facts, own], ignore_index=True),
        fingerprint=fingerprint,
        brought=frozenset(read),
        faults=tuple(faults),
    )
