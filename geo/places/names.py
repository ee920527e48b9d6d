"""Normalise written names of places.

Two names are the same if they differ only in case, accents, spaces, punctuation, a prefix ("Kel.", "Kantor Lurah"),
abbreviations or the way a numeral is written. This module knows how Indonesian is written, and no name of any city.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

LONGEST = 40
_LONGEST_READ = 200
_BEFORE = re.compile(r"^(?:(?:kantor|kelurahan|kel|lurah|desa|ds|kampung|kpg)\b\s*)+")
_LEADS = ("kantor", "kel", "lurah", "desa", "ds", "kampung", "kpg")
_GLUED = re.compile(r"^(?:kelurahan|kel)(?=[a-z]{4})")
_KECAMATAN = re.compile(r"^(?:kantor\s+)?(?:kecamatan|kec|camat)\b\s*")
_REGENCY = re.compile(r"^(?:kabupaten|kab|kota|provinsi|prov|propinsi)\b\s*")
_NUMERALS = {
    word: str(number)
    for number, words in enumerate(
        (
            "1 i satu",
            "2 ii dua",
            "3 iii tiga",
            "4 iv empat",
            "5 v lima",
            "6 vi enam",
            "7 vii tujuh",
            "8 viii delapan",
            "9 ix sembilan",
            "10 x sepuluh",
        ),
        start=1,
    )
    for word in words.split()
}
_WRITTEN = {
    digit: tuple(word for word, number in _NUMERALS.items() if number == digit) for digit in _NUMERALS.values()
}
#: Words that distinguish two places of one name, as a numeral does, and their abbreviations.
_SIDES = {
    "barat": "brt bar bart",
    "timur": "tmr tim",
    "utara": "utr ut",
    "selatan": "sel slt",
    "tengah": "tgh teng",
    "baru": "br",
    "lama": "lm",
    "besar": "bsr",
    "kecil": "kcl",
    "atas": "",
    "bawah": "",
    "dalam": "",
    "luar": "",
    "laut": "",
    "darat": "",
    "hulu": "",
    "hilir": "",
}
_SHORT = {short: word for word, shorts in _SIDES.items() for short in shorts.split()} | {
    "psr": "pasir",
    "tlk": "teluk",
    "tj": "tanjung",
    "tg": "tanjung",
    "gn": "gunung",
    "sei": "sungai",
    "kp": "kampung",
}
_SIGNS, _DIGIT, _GLUED_DIGIT = re.compile(r"[^a-z0-9]+"), re.compile(r"\d"), re.compile(r"(?<=[a-z])(?=\d)")
_ADDRESS = re.compile(
    r"\b(?:jl|jln|jalan|rt|rw|gang|gg|no|nomor|blok|km|hp|telp|perum|perumahan)\b[\s.:]*\d*", re.IGNORECASE
)


class Name(NamedTuple):
    """A normalised name.

    Parameters
    ----------
    stem
        Letters only, without spaces, numeral and side.
    numeral
        1 to 10 in digits, or empty.
    side
        `barat`, `timur` ..., or empty.
    words
        The words of the stem.
    """

    stem: str
    numeral: str = ""
    side: str = ""
    words: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The whole name as one text; two names are the same if their keys are equal."""
        if not self.numeral and not self.side:
            return self.stem
        return "/".join(part for part in (self.stem, self.numeral, self.side) if part)


def visible(text: str) -> str:
    """Text without invisible or direction-changing characters, with single spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = "".join(
        " " if sign.isspace() else sign for sign in text if sign.isspace() or unicodedata.category(sign)[0] != "C"
    )
    return " ".join(kept.split())


def fold(text: str) -> str:
    """Lower case, without accents; every character except letters and digits becomes a space."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", visible(text)).encode("ascii", "ignore").decode()
    # An apostrophe is inside a word (Nunle'u); any other sign is between two words.
    text = text[:_LONGEST_READ].lower()
    if text.isalpha():
        return text
    folded = _SIGNS.sub(" ", text.replace("'", "").replace("`", "")).strip()
    return _GLUED_DIGIT.sub(" ", folded) if _DIGIT.search(folded) else folded


def parse_name(text: str, *, folded: bool = False) -> Name:
    """Normalised name from a text that holds only a name and its prefix.

    Examples
    --------
    >>> [parse_name(one).key for one in ("Kel. NAIKOTEN-II", "Naikoten Dua", "Oesapa Brt", "AIR NONA")]
    ['naikoten/2', 'naikoten/2', 'oesapa/barat', 'airnona']
    """
    bare = text if folded else fold(text)
    if bare.startswith(_LEADS):
        bare = _BEFORE.sub("", bare)
    words = [_SHORT.get(word, word) for word in bare.split()]
    if len(words) == 1:
        return Name(words[0], words=(words[0],))
    numeral = side = ""
    if len(words) > 1 and words[-1] in _NUMERALS:
        numeral = _NUMERALS[words.pop()]
    if len(words) > 1 and words[-1] in _SIDES:
        side = words.pop()
    if not numeral and len(words) > 1 and words[-1] in _NUMERALS:
        numeral = _NUMERALS[words.pop()]
    return Name("".join(words), numeral, side, tuple(words))


def unkeyed(key: str) -> Name:
    """Name of a key, without its words.

    Examples
    --------
    >>> unkeyed("naikoten/2")
    Name(stem='naikoten', numeral='2', side='', words=())
    """
    stem, *rest = key.split("/")
    numeral = next((part for part in rest if part.isdigit()), "")
    return Name(stem, numeral, next((part for part in rest if not part.isdigit()), ""))


def glued_keys(name: Name) -> tuple[str, ...]:
    """Stems that result when the space before a numeral or a side is missing."""
    if name.numeral and not name.side:
        return tuple(name.stem + word for word in _WRITTEN[name.numeral])
    return (name.stem + name.side,) if name.side and not name.numeral else ()


def unglued(folded: str) -> str:
    """A folded text without a "kel" that is joined to the name."""
    return _GLUED.sub("", folded) if folded.startswith("kel") else folded


def kecamatan_named(folded: str) -> str | None:
    """Text after the word for kecamatan; None if the text does not name a kecamatan."""
    found = _KECAMATAN.match(folded) if folded.startswith(("kec", "kantor", "camat")) else None
    return folded[found.end() :] if found else None


def regency_named(folded: str) -> str | None:
    """Text after the word for kabupaten, kota or province; None if the text names none."""
    found = _REGENCY.match(folded) if folded.startswith(("kab", "kot", "pro")) else None
    return folded[found.end() :] if found else None


def plain_name(name: str) -> str:
    """Name in lower case, without accents, punctuation and prefix; I, 1 and Satu become the same.

    Examples
    --------
    >>> plain_name("Kel. Naikoten I"), plain_name("NAIKOTEN 1"), plain_name("Naikoten-Satu")
    ('naikoten 1', 'naikoten 1', 'naikoten 1')
    """
    found = parse_name(name)
    return " ".join(part for part in (*found.words, found.numeral, found.side) if part)


def spelling_key(name: str, kecamatan: str = "") -> str:
    """Key of a stored decision on a spelling: the normalised name and its kecamatan.

    Examples
    --------
    >>> spelling_key("Kel. Oesapa Brat", "Kec. Kelapa Lima") == spelling_key("OESAPA  BRAT", "kelapa 5")
    True
    >>> spelling_key("  "), spelling_key("", "Alak")
    ('', '')
    """
    return key_of(fold(name), fold(kecamatan))


def key_of(name: str, kecamatan: str, parsed: Name | None = None) -> str:
    """`spelling_key` of folded texts; `parsed` is the name if already parsed."""
    if not name:
        return ""
    level = ""
    if kecamatan:
        level = parse_name(kecamatan_named(kecamatan) or kecamatan, folded=True).key[:LONGEST]
    lead = "kec:" if kecamatan_named(name) is not None else ""
    bare = unglued(name)
    found = parsed if parsed is not None and bare == name else parse_name(bare, folded=True)
    return f"{lead}{found.key[:LONGEST]}|{level}"


def keepable(text: str) -> str | None:
    r"""A spelling that may be stored and shown; None for a possible address, note or personal number.

    Examples
    --------
    >>> keepable("Naikoten 1"), keepable("Kel. Oesapa\u200b")
    ('Naikoten 1', 'Kel. Oesapa')
    >>> keepable("Jl. Timor Raya 12"), keepable("RT 01 RW 02 Oesapa"), keepable("5371046501990002")
    (None, None, None)
    """
    shown = visible(text)
    if not shown or len(shown) > LONGEST or _ADDRESS.search(shown) or "@" in shown:
        return None
    # Raised digits and such in circles are digits too: a number written in them is one.
    digits = re.findall(r"\d+", unicodedata.normalize("NFKC", shown))
    if len(digits) > 1 or any(one not in _NUMERALS for one in digits):
        return None
    return shown
