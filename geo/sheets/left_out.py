"""Rows of an import that are no records: totals of other rows, notes, signatures, headings, rows without any fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo.errors import Problem
from geo.sheets import values
from geo.sheets.fields import Reading, by_name, place_fields
from geo.sheets.numbers import numbers_in
from geo.sheets.totals import names_above, sums
from geo.terms import Kind, PlaceStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.sheets.mapping import Mapping
    from geo.sheets.reading import Sheet

#: The number that a total adds up, by kind.
_ADDED = {Kind.CASES: "persons", Kind.DENOMINATORS: "value"}
#: What a row may have beside the number of a total: where, when and from whom.
_BESIDE = frozenset({Reading.DATE, Reading.SOURCE, Reading.CODE, Reading.PLACE, Reading.KECAMATAN})
_FOUND = [PlaceStatus.MATCHED.value, PlaceStatus.REVIEW.value, PlaceStatus.OUTSIDE.value]
_MOST_CELLS = 1


def _filled(mapping: Mapping, mapped: pd.DataFrame, *, without: frozenset[Reading]) -> pd.Series[int]:
    """Cells with content in the columns of some fields, by row; a constant of the mapping is no cell."""
    fields = by_name(mapping.kind)
    counted = pd.Series(0, index=mapped.index)
    for name in mapping.columns:
        if fields[name].reading not in without:
            counted += ~values.is_empty(mapped[name])
    return counted


def totals(sheet: Sheet, mapping: Mapping, mapped: pd.DataFrame) -> dict[int, Problem]:
    """Rows that are totals of other rows, or are called so and are not.

    A row is one by its words ("Jumlah", "Total Kecamatan Alak"), or where it names the city or a district, has a
    number and no fact beside it.

    Parameters
    ----------
    sheet
        The file.
    mapping
        Its columns.
    mapped
        Cells of all its rows by field.

    Returns
    -------
    Row number to `Problem.TOTALS_ROW`, or to `Problem.NOT_THE_SUM` where the number is not the sum of other rows.
    """
    by_words = mapped.index.isin(sheet.totals)
    added = _ADDED.get(mapping.kind)
    if added not in mapped:
        return dict.fromkeys(mapped.index[by_words].tolist(), Problem.TOTALS_ROW)
    numbers = numbers_in(mapped[added], is_whole=mapping.kind is Kind.CASES).values
    named = _names_above(mapping, mapped).to_numpy() & numbers.notna().to_numpy()
    beside = _filled(mapping, mapped, without=_BESIDE).to_numpy()
    named &= ~by_words & (beside <= 1)
    if named.sum() * 2 >= len(mapped):
        # A table by district: its rows are what it counts.
        named[:] = False
    candidates = by_words | named
    counted = numbers.to_numpy(dtype=np.float64, copy=True)
    no_record = mapped.index.isin([*sheet.footers, *heads(mapping, mapped)])
    if mapping.kind is Kind.CASES:
        # A row without a number is one person.
        counted[np.isnan(counted) & ~candidates] = 1
    counted[no_record] = np.nan
    is_sum = sums(candidates, counted[:, None], least=1)
    told: dict[int, Problem] = {}
    for at in np.flatnonzero(candidates).tolist():
        is_told = is_sum[at] or bool(np.isnan(numbers.iloc[at]))
        told[int(mapped.index[at])] = Problem.TOTALS_ROW if is_told else Problem.NOT_THE_SUM
    return told


def _names_above(mapping: Mapping, mapped: pd.DataFrame) -> pd.Series[bool]:
    """Rows whose place is the city, a district or a province."""
    _, name, above = next(iter(place_fields(mapping.kind).values()))
    found = pd.Series(data=False, index=mapped.index)
    if name in mapped:
        found |= names_above(mapped[name])
    if above in mapped:
        alone = values.is_empty(mapped[name]) if name in mapped else pd.Series(data=True, index=mapped.index)
        found |= alone & names_above(mapped[above])
    return found


def heads(mapping: Mapping, mapped: pd.DataFrame) -> list[int]:
    """Rows that only name the city or a district: headings of the rows below them."""
    if mapping.kind in {Kind.COVERAGE, Kind.ROLLOUT}:
        return []
    places = frozenset({Reading.CODE, Reading.PLACE, Reading.KECAMATAN})
    only = _filled(mapping, mapped, without=places).eq(0) & _names_above(mapping, mapped)
    return mapped.index[only].tolist()


def without_facts(
    mapping: Mapping, mapped: pd.DataFrame, main: pd.DataFrame, places: pd.DataFrame
) -> tuple[set[int], set[int]]:
    """Rows of which nothing could be read that the store keeps: a name or a key alone is nothing.

    Parameters
    ----------
    mapping
        The columns.
    mapped
        Cells by field.
    main
        Values of the kind's table as read, before any default.
    places
        Places as resolved: `row_number`, `place_status`.

    Returns
    -------
    All of them; and those with at most one filled cell, in which nobody would look for a record.
    """
    has_fact = pd.Series(data=False, index=mapped.index)
    fields = by_name(mapping.kind)
    for name in mapping.columns:
        if name in main and fields[name].reading is not Reading.SOURCE:
            has_fact |= _is_there(main[name])
        elif fields[name].reading is Reading.AGE:
            has_fact |= ~values.is_empty(mapped[name])
    placed = places.loc[places["place_status"].isin(_FOUND), "row_number"]
    nothing = ~has_fact & ~mapped.index.isin(placed)
    few = _filled(mapping, mapped, without=frozenset()) <= _MOST_CELLS
    return set(mapped.index[nothing].tolist()), set(mapped.index[nothing & few].tolist())


def _is_there(column: pd.Series[Any]) -> NDArray[np.bool_]:
    there: NDArray[np.bool_] = (column.notna() & column.astype("object").ne("")).to_numpy(dtype=bool)
    return there
