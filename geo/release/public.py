"""The city's own editions: published from its store into a folder next to it, and read from there by the public."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from geo.errors import DataError, Fault, Problem
from geo.period import Period
from geo.release import files
from geo.release.editions import Edition, Scope, closed_years, draw_up
from geo.release.ledger import Ledger, newest_editions
from geo.release.released import EXACT_K
from geo.release.secret import installation_secret
from geo.terms import Act, Audience, Right

if TYPE_CHECKING:
    from datetime import date

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables
    from geo.release.files import Stamp
    from geo.release.publish import CheckedEdition
    from geo.settings import Settings
    from geo.viewer import Viewer

_PUBLIC = Audience.PUBLIC


@dataclass(frozen=True, eq=False)
class PublicEdition:
    """A published edition.

    Parameters
    ----------
    edition, stamp
        The edition, and the metadata of its manifest.
    folder
        Folder of its files.
    """

    edition: Edition
    stamp: Stamp
    folder: Path


def home(settings: Settings) -> Path:
    """Folder of the editions, of their ledger and of the attack files."""
    return settings.kota / "rilis"


def _shelf(settings: Settings) -> Path:
    return home(settings) / _PUBLIC.value


def ledger_of(settings: Settings) -> Path:
    """The ledger of public editions: as confidential as the cases."""
    return home(settings) / f"buku-{_PUBLIC}.jsonl"


def state(settings: Settings) -> str:
    """Key of the published state: it changes when something is published, and only then."""
    digest = hashlib.sha256()
    for manifest in sorted(_shelf(settings).glob(f"*/{files.MANIFEST}")):
        digest.update(manifest.parent.name.encode() + hashlib.sha256(manifest.read_bytes()).digest())
    return digest.hexdigest()[:16]


def published(settings: Settings) -> tuple[list[PublicEdition], tuple[Fault, ...]]:
    """The newest edition of every period, by period; and the faults of editions that had to be left out.

    Only files are read: neither the store nor the ledger decides what the public sees.
    """
    found: dict[Period, PublicEdition] = {}
    faults: list[Fault] = []
    for folder in sorted(one for one in _shelf(settings).glob("[0-9]*") if one.is_dir()):
        try:
            edition, stamp = files.read_edition(folder, _PUBLIC)
        except DataError as fault:
            faults += fault.faults
            continue
        held = found.get(edition.scope.period)
        if held is None or (held.stamp.number or 0) < (stamp.number or 0):
            found[edition.scope.period] = PublicEdition(edition, stamp, folder)
    return [found[period] for period in sorted(found)], tuple(faults)


def issued(settings: Settings, viewer: Viewer) -> list[Period]:
    """Periods in the ledger.

    Raises
    ------
    NotAllowedError
        When the viewer may not publish.
    DataError
        When the ledger is broken, or lacks an edition that is published.
    """
    viewer.require(Right.PUBLISH)
    path = ledger_of(settings)
    _keep_in_step(settings, viewer)
    entries = Ledger(path, _PUBLIC).content().entries
    # Folders begin with the number of their edition.
    numbers = [int(one.name.partition("-")[0]) for one in _shelf(settings).glob("[0-9][0-9][0-9][0-9]-*")]
    if max(numbers, default=0) > len(entries):
        raise DataError((Fault.of(path.name, "", Problem.LEDGER_LOST),))
    return sorted(newest_editions(entries))


def _keep_in_step(settings: Settings, viewer: Viewer) -> None:
    """Bring back a ledger that was lost or is older than its copy in the store; renew a copy that is older."""
    # Not at the top: public editions are read without a database.
    from geo.store.engine import city_store
    from geo.store.ledger_copies import keep_ledger, kept_ledger

    store, path = city_store(settings), ledger_of(settings)
    if store.is_new:
        return
    with store.reading(viewer, Right.PUBLISH) as connection:
        copy = kept_ledger(connection, path.name)
    held = path.read_text("utf-8", errors="replace") if path.is_file() else ""
    if copy.startswith(held) and copy != held:
        path.parent.mkdir(parents=True, exist_ok=True)
        Ledger(path, _PUBLIC).recover(copy)
    elif held.startswith(copy) and copy != held and Ledger(path, _PUBLIC).content().entries:
        with store.writing(viewer, Right.PUBLISH) as connection:
            keep_ledger(connection, path.name, held)


def open_periods(tables: Tables, settings: Settings, viewer: Viewer, *, today: date) -> list[Period]:
    """Periods that may be published: past years after the last edition, and each edition as a re-issue.

    Raises
    ------
    NotAllowedError
        When the viewer may not publish.
    DataError
        When the ledger is broken.
    """
    out = issued(settings, viewer)
    last = max((one.last for one in out), default=0)
    years = [year for year in closed_years(tables.cases, today) if year > last]
    return [*(Period(years[0], year) for year in reversed(years)), *reversed(out)]


def plan_public(
    tables: Tables, areas: Areas, settings: Settings, viewer: Viewer, *, period: Period | None, today: date
) -> CheckedEdition:
    """Plan of a public edition; a period that is already published would be a re-issue.

    Raises
    ------
    NotAllowedError
        When the viewer may not publish.
    DataError
        When it cannot be published.
    """
    # Not at the top, here and below: the public reads editions without a solver.
    from geo.release.publish import EditionRequest, check_edition

    order = EditionRequest(_PUBLIC, settings.k, period, reissue=period in issued(settings, viewer))
    path = ledger_of(settings)
    secret = partial(installation_secret, settings.kota, path.name)
    return check_edition(tables.cases, tables.coverage, areas, order, today=today, secret=secret, ledger=path)


def publish_public(made: CheckedEdition, settings: Settings, viewer: Viewer, *, today: date) -> Stamp:
    """Publish a plan: the audit row first, so that the manifest holds a head that covers it.

    Raises
    ------
    NotAllowedError
        When the viewer may not publish.
    DataError
        When something cannot be written, or someone else published meanwhile; then nothing is published.
    """
    viewer.require(Right.PUBLISH)
    # Not at the top: public editions are read without a database.
    from geo.release.publish import publish_edition
    from geo.store.audit_rows import head
    from geo.store.engine import city_store, note
    from geo.store.ledger_copies import keep_ledger

    _shelf(settings).mkdir(parents=True, exist_ok=True)
    home(settings).chmod(0o700)
    number, period = len(made.held.entries) + 1, made.draft.edition.scope.period
    name = f"{number:04}-{period}"
    with city_store(settings).writing(viewer, Right.PUBLISH) as connection:
        told = {"edition": number, "period": str(period), "k": made.draft.edition.scope.k}
        note(connection, viewer, Act.PUBLISH, "edition", number, told)
        stamp = publish_edition(
            made,
            _shelf(settings) / name,
            today=today,
            audit_head=str(head(connection)),
            attack_file=home(settings) / f"serangan-{name}.json",
        )
        keep_ledger(connection, ledger_of(settings).name, ledger_of(settings).read_text("utf-8"))
        return stamp


def bundle(one: PublicEdition) -> bytes:
    """All files of an edition in one zip, the same bytes each time."""
    return _zipped(one.folder)


def _zipped(folder: Path) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return held.getvalue()


def exact(tables: Tables, areas: Areas, viewer: Viewer, period: Period, today: date) -> bytes:
    """Exact counts of a period as one zip, only for the task force itself.

    Raises
    ------
    NotAllowedError
        When the viewer may not export.
    """
    viewer.require(Right.EXPORT)
    scope = Scope(period, Audience.TASKFORCE, EXACT_K)
    edition = draw_up(tables.cases, tables.coverage, areas, scope).edition
    with tempfile.TemporaryDirectory(prefix="petajaga-") as folder:
        laid = files.lay_out(edition, areas, files.Stamp(None, None, today, None, None), Path(folder) / "rilis")
        zipped = _zipped(laid)
        shutil.rmtree(laid)
    return zipped
