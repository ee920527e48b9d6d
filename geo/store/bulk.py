"""Bulk insertion: values are prepared before the lock is taken, then inserted hundreds of rows at a time.

One statement for many rows is faster than many statements: the check of a closed word list is compiled once for each
statement, not for each row.
"""

from __future__ import annotations

import math
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import is_object_dtype

from geo.store import sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Column, Connection, Table

#: Rows between two progress reports.
_TOLD_AFTER = 2_000


def _plain(value: Any) -> Any:
    """A plain Python value; None where it is missing."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def driver_values(column: Column[Any], values: pd.Series[Any]) -> list[Any]:
    """Values of a column in order, in the form of the database driver; needs no connection.

    Parameters
    ----------
    column
        The target column.
    values
        Values of any type; missing ones become None.
    """
    process = sqlite.bound(column.type)
    if is_object_dtype(values.dtype) and len(set(map(type, values.tolist()))) > 1:
        return [process(_plain(value)) for value in values.tolist()]
    # Values of one type; each distinct value is converted once and shared.
    codes, distinct = pd.factorize(values)
    made = [process(_plain(value)) for value in distinct.tolist()]
    # A missing value has the number -1.
    made.append(None)
    return [made[code] for code in codes.tolist()]


def insert_columns(
    connection: Connection,
    table: Table,
    columns: Mapping[str, Sequence[Any]],
    *,
    told: Callable[[float], None] | None = None,
) -> None:
    """Inserts rows that are given as columns.

    Parameters
    ----------
    connection
        One that writes.
    table
        The target table.
    columns
        Values from `driver_values`, all of one length, by the name of the column.
    told
        Called with the share that is inserted, every 2,000 rows and at the end.
    """
    many = len(next(iter(columns.values())))
    rows = zip(*columns.values(), strict=True)
    size = max(1, sqlite.MOST_VALUES // len(columns))
    done = last = 0
    while chunk := list(islice(rows, size)):
        text = sqlite.insert_text(table, list(columns), len(chunk))
        connection.exec_driver_sql(text, tuple(chain.from_iterable(chunk)))
        done += len(chunk)
        if told and (done - last >= _TOLD_AFTER or done == many):
            last = done
            told(done / many)
