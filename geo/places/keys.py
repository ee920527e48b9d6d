"""Keys of areas, and names of columns, as they are compared: two that look alike are the same one."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import Fault, Problem
from geo.places.names import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def clean_key(text: str) -> str:
    """A key without signs that nobody sees, its accents written in one way, with single blanks and none around it.

    Examples
    --------
    >>> [clean_key(one) for one in ("A\u200b1", "\ufeffA1 ", "A\u00ad1", "\u200eA1", "Ne\u0301a", "B\u00a0 2")]
    ['A1', 'A1', 'A1', 'A1', 'Néa', 'B 2']
    """
    return visible(unicodedata.normalize("NFC", text))


def clean_keys(cells: pd.Series[Any]) -> pd.Series[str]:
    """Keys of a column as they are compared; empty where there is none, or nothing that anybody could see."""
    return cells.astype("str").where(cells.notna(), "").map(clean_key).astype("str")


def repeated_keys(table: str, column: str, keys: pd.Series[str]) -> list[Fault]:
    """What is wrong where keys are there more than once, with every row of them; empty ones are not counted.

    Parameters
    ----------
    table, column
        As the fault names them.
    keys
        Cleaned, in the order of the file.
    """
    twice = (keys.duplicated(keep=False) & keys.ne("")).to_numpy(dtype=bool)
    if not twice.any():
        return []
    rows = (np.flatnonzero(twice) + 2).tolist()
    return [Fault.of(table, column, Problem.DUPLICATE, values=keys[twice], rows=rows)]


def clean_columns(table: str, columns: Sequence[object]) -> tuple[list[str], list[Fault]]:
    """Names of columns as they are compared, and what is wrong where two become the same.

    Parameters
    ----------
    table
        Name of the file.
    columns
        Its header, in order.
    """
    names = [clean_key(str(name)) for name in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    return names, [Fault.of(table, name, Problem.DUPLICATE, rows=[1]) for name in twice]
