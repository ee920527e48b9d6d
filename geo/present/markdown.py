"""Text from outside in Markdown: it stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from geo.places.boundaries import Areas

_SIGNS = re.compile(r"[\\`*_\[\]<>~$&]")
#: At its beginning a text might become a heading or an item of a list.
_FIRST = re.compile(r"^(\s*\d*)([-+#.)])(?=\s|$)")
#: What Streamlit makes a link or an icon of after all escaping is undone: the word joiner behind it prevents that.
_FOUND_LATER = re.compile(r"(https?|www|@|:(?=[a-z_+-]|\d+:))", re.IGNORECASE)


def plain_markdown(text: str) -> str:
    r"""Text without any active Markdown formatting, and without links.

    Examples
    --------
    >>> plain_markdown("a_b [c](d)"), plain_markdown("1. a"), plain_markdown("- b")
    ('a\\_b \\[c\\](d)', '1\\. a', '\\- b')
    >>> plain_markdown("www.example.org").encode()
    b'www\xe2\x81\xa0.example.org'
    """
    text = _FIRST.sub(r"\1\\\2", _SIGNS.sub(r"\\\g<0>", text))
    return _FOUND_LATER.sub("\\1\N{WORD JOINER}", text)


@lru_cache(maxsize=4)
def plain_areas(areas: Areas) -> Areas:
    """The same areas, for sentences in Markdown: all their names as plain text; made once for a layer in use."""
    names = {column: areas.frame[column].map(plain_markdown) for column in ("name", "group")}
    return replace(
        areas,
        frame=areas.frame.assign(**names),
        layer=plain_markdown(areas.layer),
        city=plain_markdown(areas.city),
    )


def plain_table(table: pd.DataFrame) -> pd.DataFrame:
    """The same table, for an outlet that reads cells and headings as Markdown."""

    def plain(cell: object) -> object:
        return plain_markdown(cell) if isinstance(cell, str) else cell

    found = table.map(plain)
    found.columns = found.columns.map(plain)
    found.index = found.index.map(plain)
    found.index.names = [one if one is None else plain_markdown(str(one)) for one in table.index.names]
    return found
