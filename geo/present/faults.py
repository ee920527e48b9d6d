"""Faults of a file as sentences: where, what, which rows, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import ROWS_SHOWN, SHEET_STRIDE, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.errors import Fault
    from geo.words import Words


def where(fault: Fault, words: Words) -> str:
    """File, and column or option if there is one; for a form the labels of its fields."""
    if words.has(f"form.{fault.table}"):
        form = words(f"form.{fault.table}")
        return f"{form}, {words(f'field.{fault.column}')}" if fault.column else form
    if not fault.column:
        return fault.table
    part = "option" if fault.table.endswith(".toml") else "column"
    return words(f"fault.where_{part}", table=fault.table, column=fault.column)


def _more(n: int, words: Words) -> str:
    return f" {words('fault.more', n=n)}" if n else ""


def row_number(row: int, words: Words) -> str:
    """A row number as in the spreadsheet; with its sheet where several were read as one table."""
    sheet, number = divmod(row, SHEET_STRIDE)
    return words("fault.row_of_sheet", sheet=sheet + 1, row=number) if sheet else str(number)


def row_numbers(found: Sequence[int], words: Words) -> str:
    """The first row numbers, and how many more there are."""
    listed = ", ".join(row_number(row, words) for row in found[:ROWS_SHOWN])
    return f"{listed}{_more(max(0, len(found) - ROWS_SHOWN), words)}"


def rows(fault: Fault, words: Words) -> str:
    """Row numbers as in the spreadsheet, or empty text."""
    if not fault.rows:
        return ""
    return words("fault.rows", rows=f"{row_numbers(fault.rows, words)}{_more(fault.more_rows, words)}")


def what(fault: Fault, words: Words) -> str:
    """What is wrong, with the values."""
    values = ", ".join(f"“{value}”" for value in fault.values)
    more = _more(fault.more_values, words)
    said = words(f"fault.what.{fault.problem}", hint=_hint(fault, words))
    return f"{said}: {values}{more}" if values else said


def _hint(fault: Fault, words: Words) -> str:
    """What is expected; a word of a canonical table with its meaning, since such a table takes no other word."""
    if fault.problem is not Problem.NOT_IN_LIST:
        return fault.hint
    return ", ".join(_meant(one, fault.column, words) for one in fault.hint.split(", "))


def _meant(word: str, column: str, words: Words) -> str:
    key = f"accepted.{column}.{word}"
    said = words(key) if words.has(key) else word
    return word if said == word else f"{word} ({said})"


def remedy(fault: Fault, words: Words) -> str:
    """What to do about it."""
    return words(f"fault.remedy.{fault.problem}", hint=fault.hint)


def sentence(fault: Fault, words: Words) -> str:
    """The complete message, as one line."""
    told = what(fault, words)
    counted = rows(fault, words)
    return f"{where(fault, words)}: {told}{f'; {counted}' if counted else ''}. {remedy(fault, words)}"
