"""Tables from csv files, as text."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import DataError, Fault, Problem

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST_FIELD = 131_072
_SEPARATORS = ",;\t"


def read_text(path: Path) -> pd.DataFrame:
    """Table of a csv file: every cell text, index counting from 0, blank lines at the end left out.

    The separator (`,` `;` or tab) is the one that the header has most of; UTF-8 with or without a byte order mark.

    Raises
    ------
    DataError
        When the file is missing, empty, not UTF-8, has a column twice, or has rows of another length than its header.
    """
    if not path.is_file():
        raise DataError((Fault.of(path.name, "", Problem.MISSING_FILE),))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline(_LONGEST_FIELD)
            file.seek(0)
            separator = max(_SEPARATORS, key=header.count)
            rows = list(csv.reader(file, delimiter=separator, strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise DataError((Fault.of(path.name, "", Problem.UNREADABLE, hint="csv, UTF-8"),)) from fault
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise DataError((Fault.of(path.name, "", Problem.EMPTY),))
    names = [name.strip() for name in rows[0]]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults = [Fault.of(path.name, name, Problem.DUPLICATE, rows=[1]) for name in twice]
    uneven = [number for number, row in enumerate(rows[1:], start=2) if len(row) != len(names)]
    if uneven:
        faults.append(Fault.of(path.name, "", Problem.UNREADABLE, rows=uneven, hint=f"{len(names)} x {separator!r}"))
    if faults:
        raise DataError(tuple(faults))
    return pd.DataFrame(rows[1:], columns=names, dtype="str")
