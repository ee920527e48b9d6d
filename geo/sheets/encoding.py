"""Encoding of a text file: found for the file, and where single bytes are wrong, told."""

from __future__ import annotations

import codecs
import re

from geo.errors import DataError, Fault, Problem
from geo.places.letters import DAMAGED
from geo.sheets.archives import MARK_LIMIT

_OFFICE = "cp1252"
_LETTERS = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
_SAMPLE = 4_096
_MANY, _FEW = 0.3, 0.01


def _utf_16(raw: bytes) -> str | None:
    """Encoding of a text with two bytes a sign and no mark; None where it is not one."""
    start = raw[:_SAMPLE]
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = max(1, len(start) // 2)
    if odd / half > _MANY and not even:
        return "utf-16-le"
    return "utf-16-be" if even / half > _MANY and not odd else None


def decoded(raw: bytes, name: str) -> str:
    """Text of a file: UTF-8 or UTF-16; otherwise Windows-1252, which offices still write.

    A file with letters in UTF-8 and a few wrong bytes stays UTF-8: the wrong bytes become `DAMAGED`, and nothing
    else is changed.

    Raises
    ------
    DataError
        When it is no text, or more of it could not be read than anybody could look at.
    """
    unreadable = DataError((Fault.of(name, "", Problem.UNREADABLE, hint=".csv"),))
    text = _decoded(raw, unreadable)
    if text.count(DAMAGED) > MARK_LIMIT:
        raise unreadable
    return text


def _decoded(raw: bytes, unreadable: DataError) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw:
        wide = _utf_16(raw)
        if wide is None:
            raise unreadable
        return raw.decode(wide, "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("utf-8-sig", "replace")
    if raw.startswith(codecs.BOM_UTF8) or len(_LETTERS.findall(raw)) >= text.count(DAMAGED):
        return text
    text = raw.decode(_OFFICE, "replace")
    if text.count(DAMAGED) > _FEW * len(text):
        raise unreadable
    return text
