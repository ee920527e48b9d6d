"""Closed periods of whole calendar years, the only periods in which counts are published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{4}))?")
#: There are no records before the first year; a year after the last is a typing error.
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """Whole years from `first` to `last`, both included.

    Examples
    --------
    >>> Period.parse("2016-2018").before()
    Period(first=2013, last=2015)
    >>> str(Period(2017, 2017))
    '2017'
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        if not EARLIEST_YEAR <= self.first <= self.last <= LATEST_YEAR:
            msg = (
                f"a period runs from a year to the same or a later one between {EARLIEST_YEAR} and "
                f"{LATEST_YEAR}, not from {self.first} to {self.last}"
            )
            raise ValueError(msg)

    @classmethod
    def parse(cls, written: str) -> Period:
        """Period as written in an address or on a command line: `2017` or `2016-2018`.

        Raises
        ------
        ValueError
            When the text is neither, or its first year is after its last.
        """
        found = _WRITTEN.fullmatch(written)
        if found is None:
            msg = f"a period is written 2017 or 2016-2018, not {written[:20]!r}"
            raise ValueError(msg)
        first = int(found[1])
        return cls(first, int(found[2] or first))

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def years(self) -> range:
        """The calendar years."""
        return range(self.first, self.last + 1)

    @property
    def starts_on(self) -> date:
        """First day."""
        return date(self.first, 1, 1)

    @property
    def ends_on(self) -> date:
        """Last day."""
        return date(self.last, 12, 31)

    def before(self) -> Period | None:
        """The period of the same length that ends just before this one starts; None where that would begin too early.

        Examples
        --------
        >>> Period(2000, 2017).before() is None
        True
        """
        length = len(self.years)
        first = self.first - length
        return None if first < EARLIEST_YEAR else Period(first, self.last - length)
