"""Publishing: from the records to a published edition, its ledger, and what an attacker could infer."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import DataError, Fault, Problem
from geo.programmes import NotProvedError
from geo.release import files
from geo.release.attacker import intervals
from geo.release.cells import KEY
from geo.release.editions import Draft, Scope, draw_up, next_period
from geo.release.ledger import Ledger, LedgerContent, check_period, newest_editions, unplaced_to_tell
from geo.release.reissue import check_reissue

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd

    from geo.period import Period
    from geo.places.boundaries import Areas
    from geo.release.ledger import LedgerEntry
    from geo.terms import Audience


@dataclass(frozen=True, slots=True)
class EditionRequest:
    """Request to publish.

    Parameters
    ----------
    audience, k
        Audience, and the smallest count shown.
    period
        By default all whole years of the records after the last published one; with `reissue` the last published one.
    reissue
        Whether a published period is published again.
    """

    audience: Audience
    k: int
    period: Period | None = None
    reissue: bool = False


@dataclass(frozen=True, eq=False)
class CheckedEdition:
    """An edition that may be published.

    Parameters
    ----------
    draft
        The edition and its hidden counts.
    areas
        The layer.
    ledger
        Ledger for the edition; None for no ledger.
    held
        Content of the ledger when the draft was made.
    secret
        Secret under which cells were hidden; missing where none was needed.
    before
        The edition that it replaces.
    """

    draft: Draft
    areas: Areas
    ledger: Ledger | None
    held: LedgerContent
    secret: bytes | None
    before: LedgerEntry | None


def check_edition(
    cases: pd.DataFrame,
    coverage: pd.DataFrame,
    areas: Areas,
    order: EditionRequest,
    *,
    today: date,
    secret: Callable[[], bytes],
    ledger: Path | None = None,
) -> CheckedEdition:
    """Plan of an edition: allowed by the ledger, its small counts protected.

    Parameters
    ----------
    cases, coverage
        Canonical tables.
    areas
        The layer.
    order
        The request.
    today
        A year that is not over on this day cannot be published.
    secret
        Gives the secret where the ledger has none yet, and without a ledger; asked only if something may be hidden.
    ledger
        File of the editions published so far.

    Raises
    ------
    DataError
        When the period is not over, overlaps a published one, or a re-issue would reveal the changes in between.
    """
    kept = None if ledger is None else Ledger(ledger, order.audience)
    held = LedgerContent() if kept is None else kept.content()
    entries = held.entries
    period = order.period
    if period is None and order.reissue and entries:
        period = max(newest_editions(entries))
    scope = Scope(period or next_period(cases, newest_editions(entries), today), order.audience, order.k)
    if scope.period.last >= today.year:
        raise DataError((Fault.of("--period", "", Problem.PERIOD_NOT_CLOSED, values=[scope.period]),))
    before = check_period(entries, scope.period, reissue=order.reissue)
    own = held.secret or (None if order.k == 1 and before is None else secret())
    draft = draw_up(
        cases,
        coverage,
        areas,
        scope,
        secret=own,
        stays_hidden=None if before is None else before.cells[before.cells["hidden"]],
    )
    if before is not None:
        check_reissue(draft, [one for one in entries if one.period == scope.period])
    told = replace(draft.edition, unplaced=unplaced_to_tell(draft, entries))
    return CheckedEdition(replace(draft, edition=told), areas, kept, held, own, before)


def attack(draft: Draft) -> list[dict[str, Any]]:
    """What an attacker could infer about every hidden cell: the steward's attack file; None if there is no bound.

    Raises
    ------
    DataError
        When the computation did not finish in time: then nothing may be published.
    """
    try:
        found = intervals(draft.cells, draft.hidden, draft.edition.scope.k)
    except NotProvedError as fault:
        raise DataError((Fault.of("release", "", Problem.NOT_PROTECTED),)) from fault
    listed = draft.cells.table.loc[found.index, ["table", *KEY]].join(found)
    rows = listed.astype("object").where(listed.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def publish_edition(
    plan: CheckedEdition, out: Path, *, today: date, audit_head: str | None = None, attack_file: Path | None = None
) -> files.Stamp:
    """Publish: prepare the files in another folder, write the ledger's line, then move the files to their place.

    A line without its files (after a power cut in between) costs a re-issue; files without their line would cost the
    protection of all later editions.

    Raises
    ------
    DataError
        When something cannot be written, or someone else published meanwhile; then nothing is published.
    """
    files.check_folder(out)
    _check_apart(out, None if plan.ledger is None else plan.ledger.path, attack_file)
    draft = plan.draft
    lines: list[dict[str, Any]] = []
    if plan.ledger is not None:
        replaced = plan.before.number if plan.before else None
        lines = plan.ledger.lines(draft, plan.held, plan.secret, reissue_of=replaced)
    line = lines[-1] if lines else None
    stamp = files.Stamp(
        number=line["number"] if line else None,
        reissue_of=line["reissue_of"] if line else None,
        published_on=today,
        ledger=line["hash"] if line else None,
        audit_head=audit_head,
    )
    laid = files.lay_out(draft.edition, plan.areas, stamp, out)
    attacked = None
    try:
        if attack_file is not None:
            attacked = _written_aside(attack_file, json.dumps(attack(draft), indent=1) + "\n")
        if plan.ledger is not None:
            plan.ledger.append(lines)
        files.put(laid, out)
        if attack_file is not None and attacked is not None:
            attacked.replace(attack_file)
    finally:
        shutil.rmtree(laid, ignore_errors=True)
        if attacked is not None:
            attacked.unlink(missing_ok=True)
    return stamp


def _check_apart(out: Path, ledger: Path | None, attack_file: Path | None) -> None:
    """Refuse confidential files in the folder of the edition, and two outputs in one file."""
    private = {name: path for name, path in (("--ledger", ledger), ("--attack", attack_file)) if path is not None}
    faults = [
        Fault.of(name, "", Problem.IN_EDITION, values=[path.name])
        for name, path in private.items()
        if path.resolve().is_relative_to(out.resolve())
    ]
    if ledger is not None and attack_file is not None and ledger.resolve() == attack_file.resolve():
        faults.append(Fault.of("--attack", "", Problem.SAME_FILE, values=[attack_file.name]))
    if attack_file is not None and attack_file.is_dir():
        faults.append(Fault.of("--attack", "", Problem.NOT_WRITABLE, values=[attack_file.name]))
    if faults:
        raise DataError(tuple(faults))


def _written_aside(path: Path, text: str) -> Path:
    """A new file next to the path, readable only by its owner."""
    written = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", dir=path.absolute().parent, prefix=".petajaga-", delete=False, encoding="utf-8"
        ) as file:
            written = Path(file.name)
            file.write(text)
    except OSError as fault:
        if written is not None:
            written.unlink(missing_ok=True)
        raise DataError((Fault.of("--attack", "", Problem.NOT_WRITABLE, values=[path.name]),)) from fault
    return written
