"""A csv as text, cell by cell."""

from __future__ import annotations

import csv
import io

import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.places.keys import clean_columns

_LONGEST_FIELD = 131_072
_SEPARATORS = ",;\t"


def parse_csv(text: str, name: str) -> pd.DataFrame:
    """Table of a csv text: every cell text, index counting from 0, blank lines at the end left out.

    The separator (`,` `;` or tab) is the one that occurs most in the header.

    Parameters
    ----------
    text
        The whole text, with its original line ends.
    name
        Name of the file, for error messages.

    Raises
    ------
    DataError
        When it is empty, is not a csv, has a column twice, or has rows of another length than its header.
    """
    header = text.split("\n", 1)[0][:_LONGEST_FIELD]
    separator = max(_SEPARATORS, key=header.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as fault:
        raise DataError((Fault.of(name, "", Problem.UNREADABLE, hint="csv, UTF-8"),)) from fault
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise DataError((Fault.of(name, "", Problem.EMPTY),))
    names, faults = clean_columns(name, rows[0])
    uneven = [number for number, row in enumerate(rows[1:], start=2) if len(row) != len(names)]
    if uneven:
        faults.append(Fault.of(name, "", Problem.UNREADABLE, rows=uneven, hint=f"{len(names)} x {separator!r}"))
    if faults:
        raise DataError(tuple(faults))
    return pd.DataFrame(rows[1:], columns=names, dtype="str")
