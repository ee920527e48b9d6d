"""Editions as files: csv, the same as a workbook, a GeoPackage of the map, and a manifest that lists them all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from geo.errors import DataError, Fault, Problem
from geo.files import csv_text, write_layer, write_workbook
from geo.period import Period
from geo.release.cells import KELURAHAN
from geo.release.editions import EDITION_COLUMNS, EDITION_TABLES, Edition, Scope
from geo.terms import Audience, State

if TYPE_CHECKING:
    from geo.places.boundaries import Areas

MANIFEST = "manifest.json"
WORKBOOK, LAYER = "rilis.xlsx", "kelurahan.gpkg"
_FORMAT = 1
_UNFINISHED, _STALE_S = ".petajaga-edition-", 3_600


@dataclass(frozen=True, slots=True)
class Stamp:
    """Metadata of an edition in its manifest.

    Parameters
    ----------
    number, reissue_of
        Numbers in its ledger; missing without a ledger.
    published_on
        Day of publication.
    ledger
        Hash of its line in the ledger.
    audit_head
        Head of the store's audit chain at publication.
    """

    number: int | None
    reissue_of: int | None
    published_on: date
    ledger: str | None
    audit_head: str | None


def _csv(edition: Edition, table: str) -> bytes:
    return csv_text(EDITION_COLUMNS, edition.of(table).itertuples(index=False, name=None)).encode()


def _workbook(edition: Edition) -> bytes:
    held = io.BytesIO()
    write_workbook(
        held,
        {table: [EDITION_COLUMNS, *edition.of(table).itertuples(index=False, name=None)] for table in EDITION_TABLES},
    )
    return held.getvalue()


def _layer(edition: Edition, areas: Areas, path: Path) -> None:
    whole = edition.of(KELURAHAN)
    whole = whole[whole["period"] == str(edition.scope.period)].set_index("kode")
    frame = areas.frame.rename(columns={"name": "kelurahan", "group": "kecamatan"})
    told = whole[["period", "count", "state"]].reindex(frame.index)
    write_layer(gpd.GeoDataFrame(frame.join(told).reset_index(), crs=areas.frame.crs), path, layer="kelurahan")


def _manifest(edition: Edition, stamp: Stamp, folder: Path) -> dict[str, Any]:
    files = sorted(path.name for path in folder.iterdir())
    scope = edition.scope
    return {
        "format": _FORMAT,
        "audience": scope.audience.value,
        "period": str(scope.period),
        "k": scope.k,
        "counted": "persons by the kelurahan that their documents name",
        "edition": stamp.number,
        "reissue_of": stamp.reissue_of,
        "published_on": stamp.published_on.isoformat(),
        "tables": [
            {
                "file": f"{table}.csv",
                "rows": len(edition.of(table)),
                "sha256": _sha256(folder / f"{table}.csv"),
                "states": {str(name): int(n) for name, n in edition.of(table)["state"].value_counts().items()},
            }
            for table in EDITION_TABLES
        ],
        "files": {name: _sha256(folder / name) for name in files},
        "unplaced_persons": edition.unplaced,
        "sources": [
            {"what": "boundaries", "layer": edition.layer, "fingerprint": edition.layer_fingerprint},
            {"what": "records", "kind": "canonical tables cases and coverage of the city"},
        ],
        "ledger": stamp.ledger,
        "audit_head": stamp.audit_head,
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_folder(folder: Path) -> None:
    """Refuse a folder with other content.

    Raises
    ------
    DataError
        When it is a file, or a folder that holds anything but an earlier edition.
    """
    try:
        if not folder.exists():
            if not folder.absolute().parent.is_dir():
                raise DataError((Fault.of("--out", "", Problem.NOT_WRITABLE, values=[folder.name]),))
            return
        if not folder.is_dir() or not _is_edition(folder):
            raise DataError((Fault.of("--out", "", Problem.NOT_EMPTY, values=[folder.name]),))
    except OSError as fault:
        raise DataError((Fault.of("--out", "", Problem.NOT_WRITABLE, values=[folder.name]),)) from fault


def _is_edition(folder: Path) -> bool:
    """Whether a folder is empty or holds an earlier edition. A file with a table's name alone is someone else's."""
    names = {path.name for path in folder.iterdir()}
    if not names:
        return True
    if names - {MANIFEST, WORKBOOK, LAYER, *(f"{table}.csv" for table in EDITION_TABLES)} or MANIFEST not in names:
        return False
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("format") == _FORMAT and "tables" in told


def lay_out(edition: Edition, areas: Areas, stamp: Stamp, beside: Path) -> Path:
    """Write an edition's files into a new folder next to their final place; `put` moves them there.

    Raises
    ------
    DataError
        When nothing can be written there.
    """
    near = beside.resolve().parent
    folder = None
    try:
        _clear(near)
        folder = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=near))
        for table in EDITION_TABLES:
            (folder / f"{table}.csv").write_bytes(_csv(edition, table))
        (folder / WORKBOOK).write_bytes(_workbook(edition))
        _layer(edition, areas, folder / LAYER)
        written = json.dumps(_manifest(edition, stamp, folder), ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(written + "\n", encoding="utf-8")
        for path in (*folder.iterdir(), folder):
            _to_disk(path)
    except BaseException as fault:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(fault, (OSError, DataSourceError, DataLayerError, FeatureError)):
            raise DataError((Fault.of("--out", "", Problem.NOT_WRITABLE, values=[beside.name]),)) from fault
        raise
    return folder


def _clear(near: Path) -> None:
    """Delete folders of killed runs; a recent one may belong to another run in progress."""
    for left in near.glob(f"{_UNFINISHED}*"):
        if left.is_dir() and time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)


def _to_disk(path: Path) -> None:
    if sys.platform != "win32":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def put(folder: Path, place: Path) -> None:
    """Move a prepared folder to its place and delete the previous content.

    Raises
    ------
    DataError
        When it cannot be moved; the previous content stays.
    """
    place = place.resolve()
    old = folder.with_name(f"{folder.name}-old")
    try:
        # Until now only its owner could read it.
        folder.chmod(0o755)
        if place.exists():
            place.rename(old)
        folder.rename(place)
    except BaseException as fault:
        if old.exists():
            old.rename(place)
        if isinstance(fault, OSError):
            raise DataError((Fault.of("--out", "", Problem.NOT_WRITABLE, values=[place.name]),)) from fault
        raise
    shutil.rmtree(old, ignore_errors=True)


def read_edition(folder: Path, audience: Audience) -> tuple[Edition, Stamp]:
    """Read an edition from its files.

    Raises
    ------
    DataError
        When a file is missing or differs from the manifest, or the edition is for another audience.
    """
    broken = DataError((Fault.of(folder.name, "", Problem.EDITION_BROKEN),))
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        if told["audience"] != audience.value:
            raise broken
        frames = []
        for one in told["tables"]:
            raw = (folder / one["file"]).read_bytes()
            if hashlib.sha256(raw).hexdigest() != one["sha256"]:
                raise broken
            frame = pd.read_csv(io.BytesIO(raw), dtype="string", keep_default_na=False)
            frames.append(frame.assign(table=one["file"].removesuffix(".csv")))
        table = pd.concat(frames, ignore_index=True)[["table", *EDITION_COLUMNS]].astype("object")
        table["count"] = pd.to_numeric(table["count"].replace("", None)).astype("Int64")
        table["state"] = [State(one).value for one in table["state"]]
        scope = Scope(Period.parse(told["period"]), audience, int(told["k"]))
        source = told["sources"][0]
        edition = Edition(scope, table, told["unplaced_persons"], source["layer"], source["fingerprint"])
        stamp = Stamp(
            told["edition"],
            told["reissue_of"],
            date.fromisoformat(told["published_on"]),
            told["ledger"],
            told["audit_head"],
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError) as fault:
        raise broken from fault
    return edition, stamp
