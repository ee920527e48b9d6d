"""Columns of numbers as people write them.

12.300 is twelve thousand three hundred in Indonesia and twelve point three elsewhere. Which sign separates thousands
is decided over the whole column; where the column does not tell, the cell is ambiguous, and nothing is guessed.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.sheets.plain_text import NO_VALUE, folded

if TYPE_CHECKING:
    from collections.abc import Iterable

_UNIT = re.compile(r"\s*(orang|org|jiwa|korban|tahun|thn|th|x|kasus|buah|tps|kk|pemilih)\.?$")
_PLAIN = re.compile(r"[+-]?[0-9]+")
#: A number whose decimal sign is a point: groups of three with commas or spaces, or no groups. Each digit has one
#: part that can take it: where two could, a cell of digits took the square of its length.
_BY_POINT = re.compile(
    r"[+-]?(?:[1-9][0-9]{0,2}(?P<sign>[, ])[0-9]{3}(?:(?P=sign)[0-9]{3})*(?:\.[0-9]+)?"
    r"|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]{1,3})?)"
)
_OTHER_WAY = str.maketrans(".,", ",.")
# For whole columns at once: numbers that can be read in one way only, and those that cannot.
_CERTAIN, _TWO_WAYS = r"^[+-]?[0-9]+(\.[0-9]+)?$", r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers of a column, on its index.

    Parameters
    ----------
    values
        float64; missing where empty or unreadable.
    bad
        Cells whose content is not a finite number, or is ambiguous.
    ambiguous
        Cells that can be read in two ways, where the column does not tell which.
    """

    values: pd.Series[float]
    bad: pd.Series[bool]
    ambiguous: pd.Series[bool]


def _by_point(text: str) -> float | None:
    if not _BY_POINT.fullmatch(text):
        return None
    value = float(text.replace(",", "").replace(" ", ""))
    return value if math.isfinite(value) else None


def readings(text: str) -> tuple[float | None, float | None]:
    """Number with a point as decimal sign, and with a comma; None where it is none in that way.

    Parameters
    ----------
    text
        Folded, as by `geo.sheets.plain_text.folded`.

    Examples
    --------
    >>> [readings(one) for one in ("12.300", "1.234,5", "3 orang", "12 300", "1 2")]
    [(12.3, 12300.0), (None, 1234.5), (3.0, 3.0), (12300.0, 12300.0), (None, None)]
    """
    text = _UNIT.sub("", text)
    return _by_point(text), _by_point(text.translate(_OTHER_WAY))


def only_reading(text: str) -> float | None:
    """The number of a cell that can be read in one way; None otherwise."""
    point, comma = readings(text)
    if point is not None and comma is not None:
        return point if point == comma else None
    return comma if point is None else point


def _is_possible(values: Iterable[float], *, is_whole: bool, within: tuple[float, float] | None) -> bool:
    return all(
        (not is_whole or value.is_integer()) and (within is None or within[0] <= value <= within[1])
        for value in values
    )


def _decimal_sign(
    texts: list[str],
    read: list[tuple[float | None, float | None]],
    *,
    is_whole: bool,
    within: tuple[float, float] | None,
) -> str:
    """`.` or `,`, as the column shows, or nothing."""
    shows_point = any(comma is None and point is not None for point, comma in read)
    shows_comma = any(point is None and comma is not None for point, comma in read)
    if shows_point or shows_comma:
        return "" if shows_point and shows_comma else "." if shows_point else ","
    both = [(point, comma) for point, comma in read if point is not None and comma is not None and point != comma]
    by_point = _is_possible((point for point, _ in both), is_whole=is_whole, within=within)
    by_comma = _is_possible((comma for _, comma in both), is_whole=is_whole, within=within)
    if by_point != by_comma:
        return "." if by_point else ","
    # A program that writes 950 beside 12.300 would write 12.3 for a decimal, or 950.000: these are thousands.
    has_plain = any(_PLAIN.fullmatch(text) and text.strip("+-0") for text in texts)
    padded = {sign for text in texts if text.endswith("0") for sign in ".," if sign in text}
    if has_plain and len(padded) == 1:
        return "," if padded == {"."} else "."
    return ""


def numbers_in(
    cells: pd.Series[str], *, is_whole: bool = False, within: tuple[float, float] | None = None
) -> Numbers:
    """Numbers as written: points or commas between thousands or before decimals, a unit at the end, 1e5.

    Parameters
    ----------
    cells
        Text, none missing.
    is_whole
        Whether whole numbers are likelier in this column, where it leaves open which sign separates thousands.
    within
        Smallest and largest number that makes sense, for the same.

    Examples
    --------
    >>> found = numbers_in(pd.Series(["1.234,5", "3 orang", "12.300", "-", "NaN", "1e999"]))
    >>> found.values.tolist(), found.bad.tolist()
    ([1234.5, 3.0, 12300.0, nan, nan, nan], [False, False, False, False, True, True])
    >>> numbers_in(pd.Series(["12.345", "9.876"])).ambiguous.tolist()
    [True, True]
    """
    quick = _certain(cells)
    if quick is not None:
        none = pd.Series(data=False, index=cells.index)
        return Numbers(quick, none, none)
    codes, found = pd.factorize(cells)
    texts = [folded(text) for text in found.tolist()]
    read = [(None, None) if text in NO_VALUE else readings(text) for text in texts]
    plain = [_UNIT.sub("", text) for text in texts]
    sign = _decimal_sign(plain, read, is_whole=is_whole, within=within)
    values, bad, ambiguous = np.full(len(texts), np.nan), np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    for at, (point, comma) in enumerate(read):
        if point is not None and comma is not None and point != comma:
            ambiguous[at] = not sign
            value = {".": point, ",": comma}.get(sign)
        else:
            value = comma if point is None else point
        values[at] = np.nan if value is None else value
        bad[at] = value is None and texts[at] not in NO_VALUE
    index = cells.index
    return Numbers(*(pd.Series(one[codes], index=index) for one in (values, bad, ambiguous)))


def _certain(cells: pd.Series[str]) -> pd.Series[float] | None:
    """Numbers of a column of digits and decimal points that can be read in one way only; None for any other."""
    array: Any = pa.array(cells, pa.string(), from_pandas=True)
    empty = pc.equal(array, "")
    certain = pc.or_(empty, pc.match_substring_regex(array, _CERTAIN))
    if not pc.all(certain).as_py() or pc.any(pc.match_substring_regex(array, _TWO_WAYS)).as_py():
        return None
    values = pc.cast(pc.if_else(empty, None, array), pa.float64()).to_numpy(zero_copy_only=False)
    return pd.Series(values, index=cells.index) if np.isfinite(values[~np.isnan(values)]).all() else None


def whole_numbers(cells: pd.Series[str], *, least: int = 0, most: int = 10_000) -> Numbers:
    """Whole numbers of a range; anything else is unreadable.

    Examples
    --------
    >>> whole_numbers(pd.Series(["12", "1.5", "-3"])).bad.tolist()
    [False, True, True]
    """
    found = numbers_in(cells, is_whole=True)
    values = found.values
    wrong = found.bad | (values.notna() & ((values % 1 != 0) | (values < least) | (values > most)))
    return Numbers(values.mask(wrong), wrong, found.ambiguous)
