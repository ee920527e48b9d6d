"""Tables of either store: the embedded files of the example, or the content of the city's own store."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from geo.errors import DataError
from geo.facts import ROLLOUT_FACTS, embedded_table, rollout_facts
from geo.records.tables import Tables, tables_of
from geo.schemas import Table
from geo.settings import ROOT
from geo.terms import Right, StoreName

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geo.settings import Settings
    from geo.store.engine import Store
    from geo.viewer import Viewer

EXAMPLE = ROOT / "data" / "contoh"


def _example_files() -> Mapping[Table, Path]:
    return {table: EXAMPLE / f"{table}.csv" for table in Table if (EXAMPLE / f"{table}.csv").is_file()}


@lru_cache(maxsize=32)
def _hash_of(path: Path, changed: int, size: int) -> bytes:  # noqa: ARG001 - time and size are the key
    """Hash of a file; read again only when the file has changed."""
    return hashlib.sha256(path.read_bytes()).digest()


def _city_store(settings: Settings) -> Store:
    # Not at the top: the example alone must not wait for the import of a database.
    from geo.store.engine import city_store

    return city_store(settings)


def state_of_city(settings: Settings) -> str:
    """State of the city's own store, like `Store.state`; empty while there is none.

    Raises
    ------
    DataError
        When it exists and cannot be read.
    """
    return _city_store(settings).state() if settings.store_file.exists() else ""


def fingerprint_of(store: StoreName, settings: Settings) -> str:
    """Hash of the store's content, cheap enough to compute at every page.

    Raises
    ------
    DataError
        When the store cannot be read: an unreadable store is never treated as empty.
    """
    digest = hashlib.sha256(store.encode())
    for path in (ROLLOUT_FACTS, *(_example_files().values() if store is StoreName.CONTOH else ())):
        at = path.stat()
        digest.update(path.name.encode() + _hash_of(path, at.st_mtime_ns, at.st_size))
    if store is StoreName.KOTA:
        digest.update(state_of_city(settings).encode())
    return digest.hexdigest()[:16]


def city_tables(store: Store, viewer: Viewer, *, fingerprint: str = "") -> Tables:
    """Tables of the city's own store, with the embedded facts as marked by its users.

    Raises
    ------
    NotAllowedError
        When the viewer may see only what was published.
    DataError
        When it cannot be read.
    """
    # Not at the top: the example alone must not wait for the import of a database.
    from geo.store import canonical

    with store.reading(viewer, Right.SEE_EXACT) as connection:
        return tables_of(
            StoreName.KOTA,
            canonical.canonical_tables(connection),
            facts=canonical.mark(rollout_facts(), canonical.standing_contradictions(connection)),
            sizes=canonical.denominator(connection),
            fingerprint=fingerprint,
        )


def read_tables(store: StoreName, settings: Settings, viewer: Viewer) -> Tables:
    """Tables of a store, with the embedded rollout facts.

    A store that cannot be read gives empty tables and its faults: a page reports them and still opens.

    Parameters
    ----------
    store
        Which store; the example is open to everybody.
    settings
        Paths of the stores.
    viewer
        Who reads.

    Raises
    ------
    NotAllowedError
        When it is the city's own and the viewer may see only what was published.
    """
    if store is StoreName.KOTA:
        viewer.require(Right.SEE_EXACT)
    try:
        fingerprint = fingerprint_of(store, settings)
        if store is StoreName.CONTOH:
            read = {table: embedded_table(table, path) for table, path in _example_files().items()}
            return tables_of(store, read, fingerprint=fingerprint)
        found = _city_store(settings)
        return (
            tables_of(store, {}, fingerprint=fingerprint)
            if found.is_new
            else city_tables(found, viewer, fingerprint=fingerprint)
        )
    except DataError as fault:
        return tables_of(store, {}, faults=fault.faults)
