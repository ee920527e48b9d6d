"""Text of a csv that no spreadsheet runs as a formula, and that reads back as it was."""

from __future__ import annotations

import re

#: What a spreadsheet would run as a formula when it opens a csv; a signed number is not one. Apostrophes before it
#: are counted: one more is written, and one less is read.
_FORMULA = re.compile(r"'*(?:[=@\t\r]|[+-](?![0-9.,]+$))")


def guarded(text: str) -> str:
    """Text of a cell with an apostrophe in front where a spreadsheet would run it.

    Examples
    --------
    >>> [guarded(one) for one in ("=1+1", "-3,5", "-", "'=1", "'t Hoen")]
    ["'=1+1", '-3,5', "'-", "''=1", "'t Hoen"]
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """Text of a cell as it was before `guarded`.

    Examples
    --------
    >>> [unguarded(guarded(one)) for one in ("=1+1", "-3,5", "-", "'=1", "'t Hoen", "'-3,5")]
    ['=1+1', '-3,5', '-', "'=1", "'t Hoen", "'-3,5"]
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
