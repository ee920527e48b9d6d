"""Texts for people: gettext catalogues, and localised numbers and dates."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from gettext import c2py
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_date, get_month_names
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from geo.terms import Precision

if TYPE_CHECKING:
    from datetime import date

    from babel.messages.catalog import Catalog

#: Not taken from the settings: texts need no option, and settings cost the time of importing pydantic.
_FOLDER = Path(__file__).resolve().parent.parent / "data" / "translations"


class Language(StrEnum):
    """Languages of the interface; Indonesian comes first."""

    ID = "id"
    EN = "en"


@lru_cache(maxsize=len(Language))
def catalogue(language: Language) -> Catalog:
    """All texts of one language; read once."""
    with (_FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language.value)


class Words:
    r"""Texts, numbers and dates in one language.

    Examples
    --------
    >>> words = Words(Language.ID)
    >>> words.number(1234), words.percent(0.857)
    ('1.234', '86\xa0%')
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._catalogue = catalogue(language)
        self._plural = c2py(self._catalogue.plural_expr)

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key with its placeholders filled; `n` also selects singular or plural.

        Raises
        ------
        KeyError
            When the catalogue has no such text: a programming error, found by the tests.
        """
        message = self._catalogue.get(key)
        if message is None or not message.string:
            msg = f"no text {key!r} in {self.language}.po"
            raise KeyError(msg)
        text = message.string
        if not isinstance(text, str):
            number = values.get("n")
            text = text[self._plural(number)] if isinstance(number, int) else text[-1]
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return str(text).format(**shown)

    def has(self, key: str) -> bool:
        """Whether the catalogue has a text."""
        return self._catalogue.get(key) is not None

    def keys(self, start: str) -> list[str]:
        """Keys of the catalogue that begin like this, in its order."""
        return [str(message.id) for message in self._catalogue if str(message.id).startswith(start)]

    def number(self, value: float) -> str:
        """Number with the language's separators."""
        return format_decimal(value, locale=self.language.value)

    def signed(self, value: float) -> str:
        """Number with its sign; zero gets one too."""
        return f"{'+' if value > 0 else ''}{self.number(value)}".replace("-", "\N{MINUS SIGN}")

    def percent(self, share: float) -> str:
        """Share in whole per cent."""
        shown = format_percent(share, format="#,##0%", locale=self.language.value)
        # Indonesian differs from English only in the space that its style guide requires.
        return shown.replace("%", "\N{NO-BREAK SPACE}%") if self.language is Language.ID else shown

    def month(self, number: int) -> str:
        """Name of a month, 1 to 12."""
        return get_month_names("wide", "stand-alone", locale=self.language.value)[number]

    def day(self, value: date, precision: Precision = Precision.DAY) -> str:
        """Date, shown only as precisely as it is known."""
        pattern = {Precision.DAY: "d MMMM y", Precision.MONTH: "MMMM y", Precision.YEAR: "y"}[precision]
        return format_date(value, pattern, locale=self.language.value)
