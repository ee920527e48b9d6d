"""The secret of the editions: where it is kept, and what depends on it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from release.towns import NOBODY_COVERED, SECRET, draft, records, town

from geo.errors import DataError, Problem
from geo.period import Period
from geo.release.publish import EditionRequest, check_edition
from geo.release.secret import EXEMPT_SHARE, PAD_SHARE, KeyedNumbers, installation_secret
from geo.terms import Audience

if TYPE_CHECKING:
    from pathlib import Path

    from geo.release.publish import CheckedEdition

TOWN, YEAR = town([6, 4]), Period(2017, 2017)
CASES = records(
    [
        (kode, 2017, "female", "adult", "confirmed", n)
        for kode, n in zip(TOWN.index, (3, 15, 14, 13, 40, 60, 30, 40, 50, 60), strict=True)
    ]
)


def plan(ledger: Path | None, secret: bytes, year: Period = YEAR) -> CheckedEdition:
    order, today = EditionRequest(Audience.PUBLIC, 10, year), date(2020, 3, 1)
    return check_edition(CASES, NOBODY_COVERED, TOWN, order, today=today, secret=lambda: secret, ledger=ledger)


def test_the_same_secret_gives_the_same_edition_and_another_hides_others() -> None:
    patterns = {tuple(draft(CASES, TOWN, YEAR, secret=bytes([n] * 32)).hidden) for n in range(20)}
    assert len(patterns) > 3
    assert len({tuple(draft(CASES, TOWN, YEAR).hidden) for _ in range(3)}) == 1


def test_nothing_is_hidden_without_a_secret() -> None:
    with pytest.raises(ValueError, match="needs a secret"):
        draft(CASES, TOWN, YEAR, secret=None)
    assert not draft(CASES, TOWN, YEAR, k=1, secret=None).hidden.any()


def test_numbers_are_of_names_not_of_counts() -> None:
    cells = draft(CASES, TOWN, YEAR).cells
    other = draft(CASES.assign(persons=CASES["persons"] * 3), TOWN, YEAR).cells
    ours, theirs = (KeyedNumbers.of(one, SECRET) for one in (cells, other))
    for name in ("order", "is_pad", "is_exempt"):
        assert getattr(ours, name).tolist() == getattr(theirs, name).tolist()
    # What most people ask for is hidden last.
    assert (np.diff(cells.kind[np.argsort(ours.order)]) >= 0).all()


def test_shares_of_pads_and_of_exempt_sums() -> None:
    """Mean over 400 secrets, within four standard errors."""
    cells = draft(CASES, TOWN, YEAR).cells
    found = [KeyedNumbers.of(cells, n.to_bytes(32, "big")) for n in range(400)]
    for share, drawn in (
        (PAD_SHARE, [one.is_pad for one in found]),
        (EXEMPT_SHARE, [one.is_exempt for one in found]),
    ):
        many = np.concatenate(drawn)
        assert abs(many.mean() - share) < 4 * np.sqrt(share * (1 - share) / len(many))


def test_an_installation_has_one_secret(tmp_path: Path) -> None:
    folder = tmp_path / "kota"
    first = installation_secret(folder, "a")
    assert len(first) == 32
    assert installation_secret(folder, "a") == first
    assert installation_secret(folder, "b") != first
    assert installation_secret(tmp_path / "other", "a") != first
    (held,) = folder.iterdir()
    assert held.stat().st_mode & 0o077 == 0
    assert first.hex() not in held.read_text()


@pytest.mark.parametrize("held", ["", "abc\n", "00" * 31, "zz" * 32, "é" * 64])
def test_a_damaged_secret_is_told_and_kept(tmp_path: Path, held: str) -> None:
    """No other secret stands in: it would hide other cells of a period that is out already."""
    path = tmp_path / "rahasia-rilis"
    path.write_text(held, "utf-8")
    with pytest.raises(DataError) as refused:
        installation_secret(tmp_path, "a")
    assert refused.value.faults[0].problem is Problem.NO_SECRET
    assert path.read_text("utf-8") == held


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "kota").write_text("a file")
    with pytest.raises(DataError) as refused:
        installation_secret(tmp_path / "kota", "a")
    assert refused.value.faults[0].problem is Problem.NO_SECRET


def test_the_ledger_keeps_its_secret(tmp_path: Path) -> None:
    """Whatever happens to the file of the installation, the next edition is hidden under the ledger's secret."""
    ledger = tmp_path / "ledger.jsonl"
    made = plan(ledger, SECRET)
    assert not ledger.exists()
    assert made.ledger is not None
    made.ledger.append(made.ledger.lines(made.draft, made.held, made.secret, reissue_of=None))
    assert made.ledger.content().secret == SECRET
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert [("secret" in line, "cells" in line) for line in lines] == [(True, False), (False, True)]
    order, today = EditionRequest(Audience.PUBLIC, 10, YEAR, reissue=True), date(2020, 3, 1)
    again = check_edition(CASES, NOBODY_COVERED, TOWN, order, today=today, secret=lambda: bytes(32), ledger=ledger)
    assert (again.draft.hidden == made.draft.hidden).all()
    again_lines = again.ledger.lines(again.draft, again.held, again.secret, reissue_of=1) if again.ledger else []
    assert ["secret" in line for line in again_lines] == [False]


def test_a_ledger_from_before_secrets_gets_one(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    made = plan(ledger, SECRET)
    assert made.ledger is not None
    without = made.ledger.lines(made.draft, made.held, made.secret, reissue_of=None)
    # As it was written then: the edition's line alone, first in its file.
    import geo.release.ledger as module

    old = {name: value for name, value in without[1].items() if name != "hash"} | {"previous": "0" * 64}
    ledger.write_text(json.dumps(old | {"hash": module._hash(old)}) + "\n")
    held = made.ledger.content()
    assert (held.secret, len(held.entries)) == (None, 1)
    later = made.ledger.lines(made.draft, held, SECRET, reissue_of=None)
    made.ledger.append(later)
    assert made.ledger.content().secret == SECRET
    assert [one.number for one in made.ledger.content().entries] == [1, 2]
