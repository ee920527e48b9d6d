"""Check of a row against its NIK. The NIK is read once, in memory; only the result is passed on.

The first six of the 16 digits are the kecamatan where the number was first issued, which never changes; then day,
month and year of birth, the day plus 40 for women; then a serial number. A spreadsheet that treats it as a number
keeps 15 digits and writes 5.37E+15: then the check is not possible, and the row is used without it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.terms import NikCheck, Sex

if TYPE_CHECKING:
    from collections.abc import Iterable

_DIGITS = re.compile(r"'?([0-9](?:[ .-]?[0-9]){15})")
_LENGTH = 16
_WOMEN, _DAYS, _MONTHS, _CENTURY = 40, 31, 12, 100


def digits(text: str) -> str:
    """The 16 digits of a NIK in any grouping, or empty text; for use in memory only."""
    if len(text) == _LENGTH and text.isascii() and text.isdigit():
        return text
    found = _DIGITS.fullmatch(text.strip()) if len(text) >= _LENGTH else None
    return re.sub(r"\D", "", found[1]) if found else ""


def is_lossless(text: str) -> bool:
    """Whether a cell has all 16 digits: a number rounded by a spreadsheet ends in 0 and is not a NIK."""
    found = digits(text)
    return bool(found) and not found.endswith("0000")


def _birth(found: str) -> tuple[bool, int, int, int] | None:
    """Whether of a woman, day, month, and year of the century; None where there is no such day."""
    day, month, year = int(found[6:8]), int(found[8:10]), int(found[10:12])
    is_woman = day > _WOMEN
    day -= _WOMEN * is_woman
    return (is_woman, day, month, year) if 1 <= day <= _DAYS and 1 <= month <= _MONTHS else None


def _check(text: str, sex: str, born: Any, issued_here: tuple[str, ...], *, says_here: bool) -> NikCheck:
    if not text.strip():
        return NikCheck.EMPTY
    found = digits(text)
    birth = _birth(found) if found else None
    if birth is None:
        return NikCheck.NOT_POSSIBLE
    is_woman, day, month, year = birth
    if (sex == Sex.FEMALE.value and not is_woman) or (sex == Sex.MALE.value and is_woman):
        return NikCheck.CONTRADICTS_SEX
    if (
        isinstance(born, date)
        and not pd.isna(born)
        and (born.day, born.month, born.year % _CENTURY) != (day, month, year)
    ):
        return NikCheck.CONTRADICTS_BIRTH
    if says_here and issued_here and not found.startswith(issued_here):
        return NikCheck.ELSEWHERE
    return NikCheck.CONSISTENT


def check_nik(
    nik: pd.Series[str],
    *,
    sex: pd.Series[str],
    birth_on: pd.Series[Any],
    says_here: pd.Series[bool],
    issued_here: Iterable[str],
) -> pd.Series[str]:
    """Result of the check of each row against its NIK, as `NikCheck`; the result contains no NIK.

    Parameters
    ----------
    nik
        Cells as written.
    sex
        `Sex` of each row; empty text and `unknown` contradict nothing.
    birth_on
        Dates of birth; missing ones contradict nothing.
    says_here
        Whether the row's documents name a kelurahan of the city.
    issued_here
        First digits of the numbers issued in the city: its code without dots.
    """
    here = tuple(issued_here)
    # Converted to lists first: iterating over a Series is slow.
    columns = [column.tolist() for column in (nik, sex, birth_on, says_here)]
    answers = [
        _check(text, one, born, here, says_here=bool(is_here)).value
        for text, one, born, is_here in zip(*columns, strict=True)
    ]
    return pd.Series(answers, index=nik.index, dtype="object")
