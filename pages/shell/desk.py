"""The desk: what whoever keeps the city's own records can do there. Open where the city's own store is."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.access.retention import COPIES
from geo.imports import run, undo
from geo.places.adopt import adopt, columns_of, give_up
from geo.places.gazetteer import read_gazetteer
from geo.places.resolve import Resolver
from geo.settings import ADOPTED
from geo.sheets.mapping import Mapping, known_mappings, remember
from geo.sheets.prepare import prepare_rows
from geo.store import backup, canonical, decisions, records
from geo.store.batches import batches
from geo.terms import Right
from pages.shell import caches
from pages.shell.planning_desk import PlanningDesk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

    from geo.imports.run import Report
    from geo.places.boundaries import Areas
    from geo.sheets.prepare import Prepared
    from geo.sheets.reading import Sheet
    from geo.terms import Kind

_TEMPORARY, _STALE_S = "petajaga-", 3_600
_NEWEST, _ALL = 200, 20_000


@st.cache_resource(show_spinner=False, max_entries=4)
def _resolver(fingerprint: str, _areas: Areas) -> Resolver:  # noqa: ARG001 - the key
    return Resolver(_areas, read_gazetteer(_areas))


@contextlib.contextmanager
def _on_disk(name: str, raw: bytes) -> Iterator[Path]:
    """A file that somebody sent, on the disk only while it is read."""
    for left in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"):
        # Of a server that was killed while it read: nobody reads for an hour.
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_TEMPORARY) as folder:
        path = Path(folder) / Path(name.replace("\\", "/")).name
        path.write_bytes(raw)
        yield path


class Desk(PlanningDesk):
    """The city's own store, for one viewer."""

    def expire(self) -> None:
        """Erases hashes that have reached their age."""
        undo.expire(self.path)

    @contextlib.contextmanager
    def _bringing(self) -> Iterator[Any]:
        """The store as it is now, for whoever brings records."""
        with self._store.reading(self.viewer, Right.BRING) as connection:
            yield connection

    @contextlib.contextmanager
    def _deciding(self) -> Iterator[Any]:
        """The store as it is now, for whoever decides spellings and pairs."""
        with self._store.reading(self.viewer, Right.DECIDE) as connection:
            yield connection

    # Importing

    def mappings(self) -> dict[str, Mapping]:
        """Mappings by name, the city's own among them."""
        return known_mappings(run.mappings_folder(self.settings))

    def remember(self, mapping: Mapping) -> None:
        """Keeps a mapping under its name."""
        remember(mapping, run.mappings_folder(self.settings), self.viewer)

    def open_upload(self, name: str, raw: bytes) -> Sheet:
        """Table of a file that somebody sent; the file itself lies on the disk only while it is read.

        Raises
        ------
        DataError
            When it cannot be read.
        """
        with _on_disk(name, raw) as path:
            return run.read_file(path, self.settings)[0]

    def prepared(self, sheet: Sheet, mapping: Mapping) -> Prepared:
        """Rows of a sheet, read and resolved."""
        resolver = _resolver(self.areas.fingerprint, self.areas)
        return prepare_rows(sheet, mapping, areas=self.areas, resolver=resolver, today=date.today())

    def dry_run(self, prepared: Prepared) -> Report:
        """What an import would do."""
        return run.dry_run(prepared, self.path, self.viewer)

    def accept(self, prepared: Prepared, progress: Callable[[float], None]) -> Report:
        """Keeps the rows as one batch."""
        return run.accept(prepared, self.path, self.viewer, progress=progress)

    def undo(self, batch: int) -> int:
        """Takes a batch back; rows removed."""
        return undo.take_back_batch(self.path, self.viewer, batch)

    def close(self, batch: int) -> None:
        """Ends a batch's review of duplicates; its hashes are erased."""
        undo.close_review(self.path, self.viewer, batch)

    def batches(self) -> pd.DataFrame:
        """All batches, the newest first."""
        with self._bringing() as connection:
            return batches(connection)

    def open_reviews(self) -> list[int]:
        """Batches whose hashes are still kept."""
        return undo.with_hashes(self.path, self.viewer)

    # Boundaries

    @property
    def has_layer(self) -> bool:
        """Whether a layer of the city's own is in use."""
        return (self.settings.kota / ADOPTED).exists()

    def layer_columns(self, name: str, raw: bytes) -> list[str]:
        """Columns of a layer that somebody sent."""
        with _on_disk(name, raw) as path:
            return columns_of(path)

    def use_layer(self, name: str, raw: bytes, *, key: str, name_column: str, group: str) -> None:
        """Checks a layer and takes it into use, for all pages."""
        with _on_disk(name, raw) as path:
            adopt(path, self.settings.areas, self.settings.kota, self.viewer, key=key, name=name_column, group=group)
        caches.settings.clear()

    def give_up_layer(self) -> None:
        """Goes back to the layer of the settings."""
        give_up(self.settings.kota, self.viewer)
        caches.settings.clear()

    # Copies

    @property
    def copies(self) -> list[Path]:
        """Copies of the store beside it, the newest first."""
        return sorted((self.path.parent / COPIES).glob("*.sqlite"), reverse=True)

    def copy(self) -> Path:
        """Copies the store into a file beside it."""
        folder = self.path.parent / COPIES
        folder.mkdir(exist_ok=True)
        target = folder / f"kota-{datetime.now():%Y%m%d-%H%M%S}.sqlite"  # noqa: DTZ005 - the clock on the wall
        backup.backup(self._store, target, self.viewer)
        return target

    def put_back(self, copy: Path) -> Path | None:
        """Puts a copy into the store's place; gives the copy of what was there."""
        return backup.restore(self.path, copy, self.viewer, self.settings.retention)

    # Names and persons

    def queue(self) -> pd.DataFrame:
        """Spellings that wait, with `candidates` as the resolver gives them."""
        with self._deciding() as connection:
            waiting = decisions.queue(connection)
        found = _resolver(self.areas.fingerprint, self.areas).resolve(
            names=waiting["written"].astype("str"), kecamatan=waiting["kecamatan"].astype("str")
        )
        return waiting.assign(candidates=found["candidates"])

    def refused_spellings(self) -> pd.DataFrame:
        """Places whose writing was not kept, by batch and row."""
        with self._deciding() as connection:
            return decisions.refused_spellings(connection)

    def decided(self) -> pd.DataFrame:
        """Decisions on spellings, the newest first."""
        with self._deciding() as connection:
            return decisions.decisions(connection)

    def pairs(self) -> pd.DataFrame:
        """Records that may be of one person and wait for somebody to say."""
        with self._deciding() as connection:
            return decisions.pairs_to_judge(connection)

    def decide(self, **what: Any) -> None:
        """Remembers what a spelling means."""
        with self._store.writing(self.viewer, Right.DECIDE) as connection:
            decisions.decide(connection, self.viewer, allowed=self.areas.index, **what)

    def take_back(self, number: int) -> None:
        """Takes a decision back."""
        with self._store.writing(self.viewer, Right.DECIDE) as connection:
            decisions.take_back_decision(connection, self.viewer, number)

    def judge_pair(self, **what: Any) -> None:
        """Says whether two records are of one person."""
        with self._store.writing(self.viewer, Right.DECIDE) as connection:
            decisions.judge_pair(connection, self.viewer, **what)

    # One record

    def records(self, batch: int | None = None) -> pd.DataFrame:
        """The newest records, of one batch or of all."""
        with self._bringing() as connection:
            return records.records(connection, batch=batch, most=_ALL if batch else _NEWEST)

    def record(self, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A record as it is, and what was done to it."""
        with self._bringing() as connection:
            return records.record(connection, number), records.history(connection, subject="record", number=number)

    def enter(self, values: dict[str, Any], document_kode: str) -> None:
        """Adds one record."""
        with self._store.writing(self.viewer, Right.BRING) as connection:
            records.enter_record(connection, self.viewer, values, document_kode=document_kode)

    def correct(self, **what: Any) -> None:
        """Changes a record, unless somebody else has."""
        with self._store.writing(self.viewer, Right.BRING) as connection:
            records.correct_record(connection, self.viewer, **what)

    def withdraw(self, kind: Kind, number: int, version: int) -> None:
        """Takes a row out of all counts."""
        with self._store.writing(self.viewer, Right.BRING) as connection:
            records.withdraw(connection, self.viewer, kind=kind, number=number, version=version)

    def enter_coverage(self, **what: Any) -> None:
        """Adds a statement that reporting covered a place and a time."""
        with self._store.writing(self.viewer, Right.BRING) as connection:
            records.enter_coverage(connection, self.viewer, **what)

    def coverages(self) -> pd.DataFrame:
        """The newest statements of coverage."""
        with self._bringing() as connection:
            return records.coverages(connection)

    def waiting(self) -> int:
        """Rows of cases whose place waits for a person."""
        if self.is_new:
            return 0
        with self._bringing() as connection:
            return canonical.waiting(connection)
