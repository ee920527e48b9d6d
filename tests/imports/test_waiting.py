"""Nobody waits while an import compares, and what comes between comparing and writing is not overlooked."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people import STEWARD

from geo.imports import comparison, run, undo
from geo.imports.outcomes import hash_rows
from geo.sheets.mapping import guess
from geo.sheets.reading import read_sheet
from geo.store import canonical, decisions, engine, pseudonyms, records
from geo.store.batches import batches
from geo.store.engine import Store
from geo.store.pseudonyms import HashKey, Pseudonyms
from geo.terms import Kind, Outcome, Reason, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geo.imports.run import Report
    from geo.places.boundaries import Areas
    from geo.sheets.prepare import Prepared

TODAY = date(2026, 1, 31)
HEAD = "Tanggal;Kelurahan;No LP;NIK;Status Kasus\n"
SHEET = HEAD + "".join(
    f"{number} Mei 2018;{('Oebobo', 'Naikoten')[number % 2]};LP/A/{number // 2}/2018;539904650199{number:04};\n"
    for number in range(1, 13)
)


class Desk:
    """Brings sheets into one store."""

    def __init__(self, folder: Path, areas: Areas) -> None:
        self.folder, self.areas, self.store = folder, areas, Store(folder / "kota" / "kota.sqlite")

    def prepared(self, text: str) -> Prepared:
        path = self.folder / "lembar.csv"
        path.write_text(text, "utf-8")
        sheet = read_sheet(path)
        return run.prepared_for(sheet, guess(sheet.columns, kind=Kind.CASES), self.areas, today=TODAY)

    def bring(self, text: str, **options: Any) -> Report:
        return run.accept(self.store, STEWARD, self.prepared(text), **options)

    @property
    def cases(self) -> int:
        with self.store.reading(STEWARD, Right.BRING) as connection:
            return len(canonical.case_rows(connection))


@pytest.fixture
def desk(tmp_path: Path, kupang: Areas) -> Iterator[Desk]:
    made = Desk(tmp_path, kupang)
    yield made
    made.store.close()


def between(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[str]:
    """Lets something happen once, after the first comparison of an import; tells of each comparison."""
    told: list[str] = []

    def compared(*given: Any, **options: Any) -> Any:
        found = comparison.compared(*given, **options)
        told.append("compared")
        if len(told) == 1:
            act()
        return found

    monkeypatch.setattr(run, "compared", compared)
    return told


def outcomes(report: Report) -> tuple[int, int, int, int]:
    accepted, review, rejected, duplicate = (
        report.counts[one] for one in (Outcome.ACCEPTED, Outcome.REVIEW, Outcome.REJECTED, Outcome.DUPLICATE)
    )
    return accepted, review, rejected, duplicate


def test_others_write_while_an_import_compares(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.bring(SHEET)

    def write() -> None:
        with desk.store.keeping() as connection:
            assert connection.in_transaction()

    told = between(monkeypatch, write)
    assert outcomes(desk.bring(SHEET.replace("2018", "2019"))) == (6, 6, 0, 0)
    assert told == ["compared"], "nothing of the records has changed: it stands"


def test_the_same_file_that_came_between_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = desk.prepared(SHEET)
    told = between(monkeypatch, lambda: run.accept(desk.store, STEWARD, other))
    report = desk.bring(SHEET)
    assert (outcomes(report), report.batch) == ((0, 0, 0, 12), None)
    assert desk.cases == 12
    # The first of the import, that of the other one, and the one under the lock.
    assert told == ["compared"] * 3


def test_a_decision_that_came_between_is_heard(desk: Desk, monkeypatch: pytest.MonkeyPatch, kupang: Areas) -> None:
    between(
        monkeypatch,
        lambda: decisions.decide(
            desk.store, STEWARD, key="naikoten|", answer="53.71.05.1004", why=Reason.MAP, allowed=kupang.index
        ),
    )
    assert outcomes(desk.bring(SHEET)) == (12, 0, 0, 0)


def test_a_correction_that_came_between_is_not_overwritten(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.bring(SHEET)
    between(
        monkeypatch,
        lambda: records.correct_record(desk.store, STEWARD, number=1, version=1, values={"status": "confirmed"}),
    )
    report = desk.bring(SHEET.replace("1 Mei 2018;Naikoten;LP/A/0", "2 Mei 2018;Oebobo;LP/A/0"))
    assert (outcomes(report), report.replaced) == ((0, 0, 1, 11), 0)


def test_a_batch_taken_back_between_comes_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk.bring(SHEET).batch == 1
    between(monkeypatch, lambda: undo.take_back_batch(desk.store, STEWARD, batch=1))
    assert outcomes(desk.bring(SHEET)) == (6, 6, 0, 0)
    assert desk.cases == 12


def test_hashes_erased_between_leave_rows_known_by_their_number(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is another one then: what was hashed under the old one is worth nothing."""
    desk.bring(SHEET)
    told = between(monkeypatch, Pseudonyms(desk.store.pseudonyms, ()).erase)
    longer = SHEET + "13 Mei 2018;Oebobo;;5399046501990099;\n"
    assert outcomes(desk.bring(longer)) == (1, 0, 0, 12)
    assert told == ["compared"] * 2
    assert outcomes(desk.bring(longer)) == (0, 0, 0, 13)


def test_a_dry_run_after_thirty_days_says_what_the_import_does(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.bring(SHEET)
    later = engine.now() + timedelta(days=31)
    monkeypatch.setattr(pseudonyms, "now", lambda: later)
    longer = SHEET + "13 Mei 2018;Oebobo;;5399046501990099;\n"
    dry = run.dry_run(desk.store, STEWARD, desk.prepared(longer))
    assert outcomes(dry) == outcomes(desk.bring(longer)) == (1, 0, 0, 12)


def test_a_damaged_file_of_hashes_stops_no_import(desk: Desk) -> None:
    desk.bring(SHEET)
    desk.store.pseudonyms.write_bytes(b"no database" * 400)
    longer = SHEET + "13 Mei 2018;Oebobo;;5399046501990099;\n"
    assert outcomes(desk.bring(longer)) == (1, 0, 0, 12)


@pytest.mark.parametrize("stopped_at", [1, 2, 3, 5])
def test_progress_is_told_on_the_way_and_stops_at_any_of_its_steps(desk: Desk, stopped_at: int) -> None:
    text = HEAD + "".join(f"1 Mei 2018;Oebobo;LP/A/{number}/2018;;\n" for number in range(5_000))
    told: list[float] = []

    def progress(share: float) -> None:
        told.append(share)
        if len(told) == stopped_at:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        desk.bring(text, progress=progress)
    assert desk.cases == 0
    assert batches(desk.store, STEWARD).empty
    told.clear()
    with contextlib.suppress(InterruptedError):
        stopped_at = 0
        desk.bring(text, progress=progress)
    assert told == sorted(told)
    assert (len(told) >= 5, told[-1], desk.cases) == (True, 1.0, 5_000)


def test_hashes_of_before_are_those_of_today() -> None:
    """Files that were brought before an upgrade are known after it."""
    key = HashKey(bytes(range(32)))
    assert key.hash("row", "cases", "Kelurahan", "Oesapa \u00e9").hex() == (
        "02515f02af9de41e3ad3bea97bfbb4ce031993591918a848d784447fc3bbc8dd"
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.text("ab;é\u4e2d ", max_size=4), st.text("ab", max_size=3)), min_size=1, max_size=8))
def test_rows_are_hashed_together_as_one_by_one(desk: Desk, cells: list[tuple[str, str]]) -> None:
    text = "Tanggal;Kelurahan;Catatan;Lain\n"
    text += "".join(f'1 Mei 2018;Oebobo;"{one}";{other}\n' for one, other in cells)
    rows = desk.prepared(text)
    key = HashKey(bytes(32))
    sheet = read_sheet(desk.folder / "lembar.csv").rows
    expected = {
        number: key.hash("row", "cases", *(part for head, cell in row.items() if cell for part in (str(head), cell)))
        for number, row in sheet.iterrows()
    }
    assert hash_rows(rows, key).rows == expected
