"""How the letters of a shapefile are encoded: found in its cells first, for what is stated is often wrong."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Encodings by the byte of a .dbf that states them.
_CODE_PAGES = {
    0x01: "cp437",
    0x02: "cp850",
    0x03: "cp1252",
    0x57: "cp1252",
    0x64: "cp852",
    0x65: "cp866",
    0xC8: "cp1250",
    0xC9: "cp1251",
    0xCA: "cp1254",
    0xCB: "cp1253",
    0x13: "cp932",
    0x4D: "cp936",
    0x4E: "cp949",
    0x4F: "cp950",
}
#: Stands where bytes are no letter.
DAMAGED = "\N{REPLACEMENT CHARACTER}"
_UTF_8, _USUAL = "utf-8", "cp1252"
_FIELD, _NAME, _STATED_AT = 32, 10, 29


def _is_utf_8(raw: bytes, *, is_full: bool) -> bool:
    """Whether bytes are UTF-8; where they fill the width of their column, the last letter may be cut off."""
    decoder = codecs.getincrementaldecoder(_UTF_8)()
    try:
        text = decoder.decode(raw)
    except UnicodeDecodeError:
        return False
    return not decoder.getstate()[0] or (is_full and not text.isascii())


def _columns(raw: bytes, head: int) -> Iterator[tuple[bytes, int, bool]]:
    """Name, width in bytes, and whether it holds text, of each column of a .dbf."""
    for start in range(_FIELD, head - 1, _FIELD):
        field = raw[start : start + _FIELD]
        if field[:1] == b"\r":
            return
        yield field[:11].split(b"\0")[0], field[16], field[11:12] == b"C"


def _cells(raw: bytes) -> Iterator[tuple[bytes, bool]]:
    """Names of the columns and cells of text of a .dbf, and whether they fill their width."""
    head, width = int.from_bytes(raw[8:10], "little"), int.from_bytes(raw[10:12], "little")
    if head <= _FIELD or not width:
        raise ValueError
    spans, at = [], 1
    for name, size, is_text in _columns(raw, head):
        yield name, len(name) >= _NAME
        if is_text:
            spans.append((at, at + size))
        at += size
    for row in range(head, len(raw) - width + 1, width):
        if not raw[row : row + width].isascii():
            for first, last in spans:
                cell = raw[row + first : row + last].rstrip(b" \0")
                yield cell, len(cell) == last - first


def _stated(shapefile: Path, raw: bytes) -> str:
    """Encoding that the .cpg or the .dbf states; empty where neither does."""
    side = shapefile.with_suffix(".cpg")
    if side.is_file():
        told = side.read_bytes()[:64].decode("ascii", "replace").strip()
        told = re.sub(r"^(?:ANSI[ _]?|cp|windows-)?(\d{3,4})$", r"cp\1", told, flags=re.IGNORECASE)
        told = re.sub(r"^(8859)\d?[-_ ]?(\d{1,2})$", r"iso8859-\2", told)
        try:
            return codecs.lookup(told).name
        except LookupError:
            pass
    return _CODE_PAGES.get(raw[_STATED_AT], "")


def letters_of(shapefile: Path) -> tuple[str, bool]:
    """Encoding of the attributes of a shapefile, and whether it is only a guess.

    Parameters
    ----------
    shapefile
        With its .dbf, and its .cpg if it has one, under the same name.

    Raises
    ------
    ValueError, OSError
        When the .dbf is none.
    """
    raw = shapefile.with_suffix(".dbf").read_bytes()
    fits = {_is_utf_8(cell, is_full=is_full) for cell, is_full in _cells(raw) if not cell.isascii()}
    if fits <= {True}:
        return _UTF_8, False
    stated = _stated(shapefile, raw)
    if not stated or stated == _UTF_8:
        return _USUAL, True
    # Some cells in one encoding and some in another: neither is right for all.
    return stated, True in fits
