"""The checked tables that all results are computed from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from geo.facts import rollout_facts
from geo.schemas import Table, columns, typed
from geo.terms import StoreName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.errors import Fault


@dataclass(frozen=True, eq=False)
class Tables:
    """Validated tables of one store.

    Parameters
    ----------
    store
        Which store they come from; the data of the example store are entirely fictitious.
    cases, coverage, watchers, reports, rollout
        Canonical tables with the types of `geo.schemas.typed`.
    fingerprint
        Hash of the files read.
    brought
        Tables that the store had; a table that was not imported is empty here.
    faults
        Why the store could not be read.
    sizes
        The city's own population of its kelurahan, by `kode`; empty where it has imported none.
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

    @cached_property
    def years(self) -> range:
        """Years of the cases, from the first to the last; empty when none has a date."""
        years = self.cases["reported_on"].dt.year.dropna()
        return range(0) if years.empty else range(int(years.min()), int(years.max()) + 1)

    @property
    def is_made_up(self) -> bool:
        """Whether the records are fictitious (the rollout facts never are)."""
        return self.store is StoreName.CONTOH

    def __repr__(self) -> str:
        return (
            f"Tables of {self.store}: {len(self.cases)} rows of cases, {len(self.watchers)} watchers, "
            f"{len(self.rollout)} rollout events"
        )


def empty(table: Table) -> pd.DataFrame:
    """A table without rows, with its columns and types."""
    return typed(table, pd.DataFrame(columns=list(columns(table)), dtype="object"))


def tables_of(
    store: StoreName,
    read: Mapping[Table, pd.DataFrame],
    *,
    facts: pd.DataFrame | None = None,
    sizes: pd.Series[float] | None = None,
    fingerprint: str = "",
    faults: tuple[Fault, ...] = (),
) -> Tables:
    """Tables that were read; the others are empty, and the rollout includes the embedded facts.

    Parameters
    ----------
    store
        Which store they come from.
    read
        Tables for which the store has rows.
    facts
        The embedded facts as marked by people there; by default unmarked.
    sizes
        The city's own population of its kelurahan.
    fingerprint
        Hash of the content read.
    faults
        Why the store could not be read.
    """
    known, own = rollout_facts() if facts is None else facts, read.get(Table.ROLLOUT)
    return Tables(
        store=store,
        cases=read.get(Table.CASES, empty(Table.CASES)),
        coverage=read.get(Table.COVERAGE, empty(Table.COVERAGE)),
        watchers=read.get(Table.WATCHERS, empty(Table.WATCHERS)),
        reports=read.get(Table.REPORTS, empty(Table.REPORTS)),
        rollout=known if own is None else pd.concat([known, own], ignore_index=True),
        fingerprint=fingerprint,
        brought=frozenset(read),
        faults=faults,
        sizes=pd.Series(dtype=float) if sizes is None else sizes,
    )
