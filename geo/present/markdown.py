"""Escape text for Markdown."""

from __future__ import annotations


def plain_markdown(text: str) -> str:
    r"""Text without any active Markdown formatting.

    Examples
    --------
    >>> plain_markdown("a_b [c](d)")
    'a\\_b \\[c\\]\\(d\\)'
    """
    for character in "\\`*_{}[]()<>#+!|~$:":
        text = text.replace(character, f"\\{character}")
    return text
