"""Closed periods of whole calendar years, the only periods in which counts are published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{4}))?")
_EARLIEST, _LATEST = 1990, 2100


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
        if not _EARLIEST <= self.first <= self.last <= _LATEST:
            msg = (
                f"a period runs from a year to the same or a later one between {_EARLIEST} and "
                f"{_LATEST}, not from {self.first} to {self.last}"
            )
            raise ValueError(msg)

    @classmethod
    def parse(cls, written: str) -> Period:
        """Period as written in an address or on a command line: `2017` or `2016-2018`.

        Raises
        ------
        ValueError
            When the text is neither, or its years run backwards.
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

    def before(self) -> Period:
        """The period of the same length that ends where this one starts."""
        length = len(self.years)
        return Period(self.first - length, self.last - length)
