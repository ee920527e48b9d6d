"""Text for a place that reads Markdown."""

from __future__ import annotations


def plain_markdown(text: str) -> str:
    r"""Text in which Markdown finds nothing to format.

    Examples
    --------
    >>> plain_markdown("a_b [c](d)")
    'a\\_b \\[c\\]\\(d\\)'
    """
    for character in "\\`*_{}[]()<>#+!|~$:":
        text = text.replace(character, f"\\{character}")
    return text
