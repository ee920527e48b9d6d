"""Sources of rows and names of sizes: words of a list, never a free text.

A column of sources holds names of persons as often as names of offices. Therefore only words of a list are stored:
the embedded one, and the city's own beside its store, which a steward extends. For an event of the rollout, where a
source is obligatory, the host of a web address and the number of a decree are sources too.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from geo.errors import DataError, Fault, Problem
from geo.own_files import write_own
from geo.places.names import fold
from geo.schemas import is_reference
from geo.settings import ROOT
from geo.terms import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.viewer import Viewer

EMBEDDED_WORDS = ROOT / "data" / "reference" / "source_words.toml"
#: Name of the city's own list, beside its store.
CITY_WORDS = "sumber.toml"
#: Fields whose texts are words of these lists.
LISTED_TEXTS = ("source", "label")
_LONGEST, _MOST_WORDS = 60, 6
_YEAR_AT_END = re.compile(r" (?:19|20)\d\d$")
_HOST = re.compile(
    r"(?:(?P<scheme>https?)://(?:[^/@\s]*@)?)?(?:www\.)?"
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,4}[a-z]{2,8})(?::\d{1,5})?(?:[/?#]\S*)?"
)
_ENDINGS = frozenset(
    ["com", "net", "org", "id", "co", "info", "news", "tv", "int", "edu", "gov", "asia", "my", "sg", "au", "uk", "tl"]
)
#: Providers on whose hosts anybody has a page under an own name: the name is left out.
_PROVIDERS = ("blogspot.com", "wordpress.com", "my.id", "web.id", "medium.com", "github.io", "substack.com")
_MANY_DIGITS = re.compile(r"\d{3}")
#: Without a vowel no word is a name of a person; with one, capital letters alone say nothing: MARIA.
_ABBREVIATION = re.compile(r"(?=.*[B-DF-HJ-NP-TV-XZ])[B-DF-HJ-NP-TV-XZ0-9]{3,7}")


@dataclass(frozen=True, eq=False)
class KnownWords:
    """Words that may be stored as sources and as names of sizes.

    Parameters
    ----------
    words
        Word as it is stored by each of its spellings, folded, by field (`source`, `label`).
    """

    words: Mapping[str, Mapping[str, str]]

    def word(self, field: str, text: str) -> str:
        """The word of the list that a text means; empty where it is none.

        Examples
        --------
        >>> known_words(None).word("source", "POLDA NTT"), known_words(None).word("source", "Maria Bano")
        ('Polda NTT', '')
        """
        folded = fold(text)
        table = self.words[field]
        return table.get(folded) or table.get(_YEAR_AT_END.sub("", folded), "")

    def event_source(self, text: str) -> str:
        """Source of an event as it is stored: a word of the list, a host, the number of a decree; empty if none.

        Examples
        --------
        >>> known = known_words(None)
        >>> known.event_source("www.kupangkota.go.id/berita?id=7"), known.event_source("SK 60/HK/2018")
        ('kupangkota.go.id', 'SK 60/HK/2018')
        >>> known.event_source("Maria Bano 12"), known.event_source("ana@contoh.com")
        ('', '')
        """
        plain = " ".join(text.split())
        return self.word("source", plain) or source_host(plain) or (plain if _is_decree(plain) else "")


def _is_decree(text: str) -> bool:
    return any(sign.isalpha() for sign in text) and is_reference(text)


def source_host(text: str) -> str:
    """Host of a web address: no user, path or query; empty where the text is no address.

    Examples
    --------
    >>> [source_host(one) for one in ("antaranews.com", "www.Kompas.com/read?a=1", "maria.bano", "a@b.com")]
    ['antaranews.com', 'kompas.com', '', '']
    """
    found = _HOST.fullmatch(text.strip().lower())
    if found is None:
        return ""
    host = found["host"]
    if host.rpartition(".")[2] not in _ENDINGS or _MANY_DIGITS.search(host):
        return ""
    return next((one for one in _PROVIDERS if host.endswith(f".{one}")), host)


def known_words(folder: Path | None) -> KnownWords:
    """The embedded words, and those of the city.

    Parameters
    ----------
    folder
        Where the city's store is; None for the embedded words alone.

    Raises
    ------
    DataError
        When the city's list cannot be read.
    """
    own = _city_tables(folder / CITY_WORDS) if folder else {}
    return KnownWords({name: _embedded()[name] | own.get(name, {}) for name in LISTED_TEXTS})


def _by_spelling(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {key: word for word, others in table.items() for one in (word, *others) if (key := fold(one))}


@lru_cache(maxsize=1)
def _embedded_file() -> dict[str, Any]:
    return tomllib.loads(EMBEDDED_WORDS.read_text("utf-8"))


@lru_cache(maxsize=1)
def _embedded() -> dict[str, dict[str, str]]:
    return {name: _by_spelling(_embedded_file()[name]) for name in LISTED_TEXTS}


def _city_lists(path: Path) -> dict[str, dict[str, list[str]]]:
    """Words of the city's list with their other spellings, by field; words that look personal are left out."""
    if not path.is_file():
        return {}
    try:
        read = tomllib.loads(path.read_text("utf-8"))
        return {
            name: {str(word): [str(one) for one in others] for word, others in read.get(name, {}).items()}
            for name in LISTED_TEXTS
        }
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError, TypeError) as fault:
        raise DataError((Fault.of(path.name, "", Problem.BAD_TOML),)) from fault


def _city_tables(path: Path) -> dict[str, dict[str, str]]:
    """Like `_by_spelling`, of a list that people write by hand."""
    return {
        name: _by_spelling({word: others for word, others in table.items() if _is_short(word)})
        for name, table in _city_lists(path).items()
    }


def _is_short(text: str) -> bool:
    """Whether a text is short and without a number as in a NIK, a telephone number or an address."""
    few = len(text) <= _LONGEST and len(text.split()) <= _MOST_WORDS
    return few and bool(fold(text)) and "@" not in text and not _MANY_DIGITS.search(text) and text.isprintable()


class OfferedWords:
    """Which unknown texts are offered to a steward as new words of a list: those that can be nothing but an office.

    Parameters
    ----------
    areas
        The layer: its names, its kecamatan and its city may be part of an office's name.
    """

    def __init__(self, areas: Areas) -> None:
        named = {*areas.names, *areas.groups, areas.city}
        places = frozenset(word for name in named for word in fold(str(name)).split())
        self._heads = {name: _parts(name, "head") for name in LISTED_TEXTS}
        self._words = {name: self._heads[name] | _parts(name, "body") | places for name in LISTED_TEXTS}

    def offers(self, field: str, text: str) -> bool:
        """Whether a text, which is in no list, is made of nothing but words of offices, places and abbreviations."""
        if not _is_short(text):
            return False
        first, *others = re.findall(r"\w+", text) or [""]
        return fold(first) in self._heads[field] and all(
            fold(word) in self._words[field] or _ABBREVIATION.fullmatch(word) for word in others
        )


def _parts(field: str, part: str) -> frozenset[str]:
    return frozenset(fold(word) for word in _embedded_file()["offered"][field][part].split())


def remember_words(folder: Path, viewer: Viewer, field: str, new: Iterable[str]) -> None:
    """Adds words to the city's list; those already known are left as they are.

    Parameters
    ----------
    folder
        Where the city's store is.
    viewer
        Who adds them.
    field
        `source` or `label`.
    new
        The words as they will be stored.

    Raises
    ------
    NotAllowedError
        When the viewer may not decide on spellings.
    DataError
        When a word is too long or holds a number, or the city's list cannot be read or written.
    """
    viewer.require(Right.DECIDE)
    added = [" ".join(word.split()) for word in new]
    if not all(_is_short(word) for word in added):
        raise DataError((Fault.of(CITY_WORDS, "", Problem.LOOKS_PERSONAL),))
    path = folder / CITY_WORDS
    lists = _city_lists(path)
    known = known_words(folder)
    table = lists.setdefault(field, {})
    table |= {word: [] for word in added if not known.word(field, word)}
    write_own(path, "\n".join(_lines(lists)))


def _lines(lists: Mapping[str, Mapping[str, list[str]]]) -> Iterator[str]:
    """Text of the city's list."""
    for name, table in lists.items():
        yield f"[{name}]"
        for word, others in table.items():
            # A JSON string is a TOML string where it is printable.
            yield f"{json.dumps(word, ensure_ascii=False)} = {json.dumps(others, ensure_ascii=False)}"
        yield ""
