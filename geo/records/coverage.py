"""Where and when reporting covered: only there does no record mean zero.

The only module that reads statements of coverage. Queries by day, month, year or period all use it, so that no two
answers can disagree.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from geo.period import Period

    Span = tuple[date, date]


def _merged(statements: Iterable[Span]) -> list[Span]:
    """Continuous spans that the statements form together, in order; a gap of one day is a gap."""
    found: list[Span] = []
    for start, end in sorted(one for one in statements if one[0] <= one[1]):
        if found and (start - found[-1][1]).days <= 1:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _holds(stretches: list[Span], asked: Span) -> bool:
    """Whether one span contains every day asked for."""
    at = bisect_right(stretches, asked[0], key=lambda one: one[0])
    return at > 0 and stretches[at - 1][1] >= asked[1]


def covered_spans(coverage: pd.DataFrame, index: pd.Index[str], spans: Sequence[Span]) -> pd.DataFrame:
    """Whether reporting covered each kelurahan on every day of each span.

    Parameters
    ----------
    coverage
        Canonical table; a statement on a kecamatan (`53.71.04`) or the city (`53.71`) applies to all areas below it.
        Consecutive or overlapping statements are joined, whatever their sources and their levels of place.
    index
        Keys of the kelurahan.
    spans
        First and last day of each, both included.

    Returns
    -------
    DataFrame of bool on `index`, a column a span, counted from 0.
    """
    stated: dict[str, list[Span]] = {}
    for kode, start, end in zip(
        coverage["kode"], coverage["from_on"].dt.date, coverage["to_on"].dt.date, strict=True
    ):
        stated.setdefault(kode, []).append((start, end))
    # Kelurahan with the same statements have the same answers: for most only those on the city.
    known: dict[tuple[str, ...], list[bool]] = {}
    rows = []
    for kode in index:
        parts = kode.split(".")
        own = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
        places = tuple(place for place in own if place in stated)
        if places not in known:
            stretches = _merged(one for place in places for one in stated[place])
            known[places] = [_holds(stretches, span) for span in spans]
        rows.append(known[places])
    return pd.DataFrame(rows, index=index, columns=range(len(spans)), dtype=bool)


def is_covered(coverage: pd.DataFrame, index: pd.Index[str], period: Period) -> pd.Series[bool]:
    """Whether reporting covered each kelurahan for the whole period, by the rule of `covered_spans`."""
    return covered_spans(coverage, index, [(period.starts_on, period.ends_on)])[0].rename("is_covered")


def covered_months(coverage: pd.DataFrame, index: pd.Index[str], period: Period) -> pd.DataFrame:
    """Whether reporting covered each kelurahan in each month of the period (columns, first days)."""
    months = pd.date_range(period.starts_on, period.ends_on, freq="MS")
    last = months + pd.offsets.MonthEnd(0)
    spans = [(start.date(), end.date()) for start, end in zip(months, last, strict=True)]
    return covered_spans(coverage, index, spans).set_axis(months, axis=1)


def covered_until(coverage: pd.DataFrame) -> date | None:
    """Last day of any statement; None without one."""
    until = coverage["to_on"].max()
    return None if pd.isna(until) else until.date()
