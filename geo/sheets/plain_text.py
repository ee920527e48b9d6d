"""Text of cells: without what nobody sees, and as a spreadsheet shows it."""

from __future__ import annotations

import re
import sys
import unicodedata
from datetime import date, datetime, time
from typing import Any

#: Invisible characters, or characters that reverse text: with them equal names could differ, or different ones look
#: equal.
_UNSEEN = {
    number: None
    for number in range(sys.maxunicode + 1)
    if unicodedata.category(chr(number)) in {"Cf", "Cc", "Cs", "Co"} and chr(number) not in "\t\n\r"
}
#: Marks that stand above, below or in a letter. No writing has 30 at one letter (Unicode Standard Annex 15,
#: stream-safe text), and bringing them into their order takes the square of their number.
_MARKS = "".join(chr(number) for number in range(0x300, 0x20000) if unicodedata.combining(chr(number)))
_MOST_MARKS = 30
_MANY_MARKS = re.compile(f"([{_MARKS}]{{{_MOST_MARKS}}})[{_MARKS}]+")
_LARGEST_EXACT = 1e15
_THREE = 3
#: Folded text of cells that mean "no value".
NO_VALUE = frozenset({"", "-", "--", "n/a", "na", "null", "none", "nihil", "tidak ada", "tdk ada", "kosong"})


def clean(text: str) -> str:
    r"""Text without invisible characters, with single spaces, and at most 30 marks at a letter.

    Examples
    --------
    >>> clean(" Oe\u200bsapa\u202e  Barat "), len(clean("e" + "\u0301" * 1_000))
    ('Oesapa Barat', 31)
    """
    if text.isascii() and text.isprintable():
        # Only letters, digits, signs and spaces: true for most cells, and few have spaces to correct.
        return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text
    seen = " ".join(text.translate(_UNSEEN).split())
    return _MANY_MARKS.sub(r"\1", seen) if len(seen) > _MOST_MARKS else seen


def folded(text: str) -> str:
    """Text in small letters with single spaces, to compare cells."""
    return " ".join(text.split()).lower()


def clean_row(cells: list[str]) -> list[str]:
    """Cells of a row, each clean; most rows are so as they stand, and are looked at as a whole."""
    row = "|".join(cells)
    is_plain = row.isascii() and row.isprintable() and row[:1] != " " and row[-1:] != " "
    if is_plain and "  " not in row and " |" not in row and "| " not in row:
        return cells
    return [clean(cell) for cell in cells]


def _number_text(value: float) -> str:
    """A number so that no reader takes its point for one between thousands.

    Examples
    --------
    >>> [_number_text(one) for one in (3.0, 12.3, 1.234, 0.125, 5.371046501990017e15)]
    ['3', '12.3', '1.2340', '0.125', '5.371046502E+15']
    """
    if value.is_integer() and abs(value) < _LARGEST_EXACT:
        return str(int(value))
    if abs(value) >= _LARGEST_EXACT:
        # Beyond 15 digits a spreadsheet has lost the exact number: shown in the form of the spreadsheet.
        return f"{value:.10G}"
    # The 15 digits of a spreadsheet: what comes after them is noise of the machine.
    text = repr(float(f"{value:.15g}"))
    whole, point, part = text.partition(".")
    is_like_thousands = point and len(part) == _THREE and part.isdigit() and len(whole.lstrip("-")) <= _THREE
    return f"{text}0" if is_like_thousands and whole.lstrip("-") != "0" else text


def cell_text(value: Any) -> str:  # noqa: PLR0911 - one return a kind of cell
    """A cell of a spreadsheet as a person sees it, dates as ISO, with their time where they have one.

    Examples
    --------
    >>> cell_text(datetime(2018, 11, 16)), cell_text(datetime(2018, 11, 16, 8, 30)), cell_text(True), cell_text(None)
    ('2018-11-16', '2018-11-16T08:30:00', 'ya', '')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, datetime):
        is_day = value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if is_day else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
