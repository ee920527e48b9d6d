"""What an import did, in words: for the page, the download and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geo.words import Words

#: Of the list of refused rows. Nothing of the rows themselves: a column that was mistaken for another may hold names.
REJECTED_COLUMNS = ("batch", "row", "column", "problem", "remedy")


def problem(fault: Any, words: Words) -> str:
    """What is wrong with a row."""
    return words(f"fault.what.{fault.problem}", hint=fault.hint)


def rejected_rows(report: Any, words: Words) -> list[tuple[str, ...]]:
    """A line for each cell at fault: batch, row number, column, problem, remedy, all text, no cell.

    Parameters
    ----------
    report
        Of `geo.records.imports`; rooms below this one are known here by what they give, not by name.
    """
    batch = "" if report.batch is None else str(report.batch)
    return [
        (batch, str(one.row), one.column, problem(one, words), words(f"fault.remedy.{one.problem}", hint=one.hint))
        for one in report.faults
    ]
