"""The legend: our own code, because folium's legend loads scripts from the internet."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from geo.present.palette import outline
from geo.terms import Stage, State

if TYPE_CHECKING:
    import pandas as pd

    from geo.present.classes import Class
    from geo.words import Words

_STYLE = (
    "<style>ul.pj-legend.pj-legend{list-style:none;margin:2px 0 8px;padding:0;font-size:14px}"
    "ul.pj-legend.pj-legend li{display:flex;gap:8px;align-items:center;margin:0 0 3px;padding:0}"
    ".pj-legend b{flex:0 0 26px;height:17px;border:1px solid #5c6b73;border-radius:2px;display:flex;"
    "align-items:center;justify-content:center}.pj-legend span{flex:1}.pj-legend small{opacity:.8}"
    ".pj-legend i{width:8px;height:8px;border-radius:50%}</style>"
)
_PATTERNS = {
    "url(#pj-hatch)": "repeating-linear-gradient(45deg,#fff 0 4px,#9aa5ab 4px 5.5px)",
    "url(#pj-dots)": "radial-gradient(circle at 2px 2px,#6d7a81 1.3px,#e9ecee 1.5px) 0 0/6px 6px",
}


def _entry(mark: str, text: str, count: str) -> str:
    return f"<li>{mark}<span>{escape(text)}</span><small>{escape(count)}</small></li>"


def class_text(one: Class, words: Words) -> str:
    """A class in words: its range, or its state."""
    if one.text:
        return one.text
    if one.label:
        return words(one.label)
    if one.state is not State.SHOWN or one.low is None or one.high is None:
        return words(f"state.{one.state}")
    low, high = words.number(round(one.low, 2)), words.number(round(one.high, 1))
    return low if one.low == one.high else f"{low}\N{EN DASH}{high}"


def legend(
    title: str, classes: list[Class], stages: pd.Series[str], words: Words, *, counted: str = "legend.areas"
) -> str:
    """Legend as HTML: each class with its range and number of kelurahan, then the stages.

    `counted` is the text for the number of areas of a class. Everything that could come from a file is escaped.
    """
    entries = []
    for one in classes:
        mark = f'<b style="background:{_PATTERNS.get(one.fill, one.fill)}"></b>'
        entries.append(_entry(mark, class_text(one, words), words(counted, n=one.areas)))
    marks = []
    for stage in Stage:
        style, count = outline(stage), int(stages.eq(stage.value).sum())
        if style is None or not count:
            continue
        line = "solid" if not style["dash"] else ("dotted" if stage is Stage.DORMANT else "dashed")
        ring = f'<i style="background:{style["fill"]};box-shadow:0 0 0 1px {style["color"]}"></i>'
        mark = f'<b style="border:3px {line} {style["color"]}">{ring}</b>'
        marks.append(_entry(mark, words(f"stage.{stage}"), words("legend.areas", n=count)))
    parts = [_STYLE, f'<strong>{escape(title)}</strong><ul class="pj-legend">{"".join(entries)}</ul>']
    if marks:
        parts.append(f'<strong>{escape(words("legend.stages"))}</strong><ul class="pj-legend">{"".join(marks)}</ul>')
    return "".join(parts)
