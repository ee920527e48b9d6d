"""Charts with Altair: Streamlit draws them itself, without external scripts. Each has a table next to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from geo.measures.figures import PER
from geo.measures.rates import funnel
from geo.measures.rollout import counts_of
from geo.present.palette import CW, SEQUENCE
from geo.present.tables import cell_state
from geo.terms import Claim, CountedAs, Precision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.measures.rates import Rates
    from geo.measures.rollout import Statement
    from geo.words import Words

_DARK, _LINE = SEQUENCE[5][4], "#5c6b73"
_INSIDE = (0.95, 0.998)
#: One colour a body, in every chart.
_BODIES = {CountedAs.CW: CW, CountedAs.GT_TPPO: _DARK, CountedAs.TIM_ANTI_TRAFFICKING: "#8a6d3b"}
_SPANS = {Precision.YEAR: "Y", Precision.MONTH: "M", Precision.DAY: "D"}
_COLUMNS = ["from", "to", "on", "count", "body", "what", "source", "day", "label", "is_target"]


def titled(chart: Any, title: str, note: str) -> Any:
    """A chart with its own title and a note on its data, so that an exported picture has them too."""
    text = alt.TitleParams(title, subtitle=note, anchor="start", fontSize=15, subtitleFontSize=11)
    return chart.properties(title=text, height=330).configure_view(strokeWidth=0)


def funnel_chart(found: Rates, names: pd.Series[str], words: Words, *, note: str) -> Any:
    """Rate against size, with the limits of chance; one point per kelurahan with a number.

    Parameters
    ----------
    found
        The rates.
    names
        Names on the kelurahan index.
    words
        Language.
    note
        Note on the data, part of the picture.
    """
    per = PER[found.denominator]
    table = found.table.dropna(subset=["rate"])
    points = pd.DataFrame(
        {"name": names[table.index], "size": table["size"], "rate": table["rate"] * per, "cases": table["observed"]}
    )
    sizes = np.geomspace(max(1.0, float(table["size"].min()) * 0.8), float(table["size"].max()) * 1.05, 60)
    size = words(f"denominator.{found.denominator}")
    horizontal = alt.X("size:Q", title=size, scale=alt.Scale(zero=False))
    layers = []
    for inside, dash in zip(_INSIDE, ([4, 3], [1, 0]), strict=True):
        limits = funnel(found, sizes.tolist(), inside=inside)
        lines = limits.melt("size", value_name="rate").assign(rate=lambda frame: frame["rate"] * per)
        layers.append(
            alt.Chart(lines)
            .mark_line(color=_LINE, strokeDash=dash, strokeWidth=1.2)
            .encode(x=horizontal, y=alt.Y("rate:Q"), detail="variable:N")
        )
    city = pd.DataFrame({"rate": [found.city_rate * per]})
    layers.append(alt.Chart(city).mark_rule(color=CW, strokeWidth=1.5).encode(y="rate:Q"))
    unit = words("rate.unit", per=per, size=size)
    layers.append(
        alt.Chart(points)
        .mark_circle(size=70, color=_DARK, opacity=0.85)
        .encode(
            x=horizontal,
            y=alt.Y("rate:Q", title=unit),
            tooltip=[
                alt.Tooltip("name:N", title=words("table.kelurahan")),
                alt.Tooltip("cases:Q", title=words("measure.cases")),
                alt.Tooltip("size:Q", title=size),
                alt.Tooltip("rate:Q", title=unit, format=".1f"),
            ],
        )
    )
    return titled(alt.layer(*layers), words("funnel.title"), note)


def _marks(series: Mapping[CountedAs, Sequence[Statement]], words: Words) -> pd.DataFrame:
    """Counts and targets of each body: a row for each, with the time it tells of from first to last day."""
    rows = []
    for body, told in series.items():
        for one in counts_of(told):
            span = pd.Timestamp(one.on).to_period(_SPANS[one.on_precision])
            is_target = one.claim is Claim.TARGET
            rows.append(
                {
                    "from": span.start_time.normalize(),
                    "to": span.end_time.normalize(),
                    "on": (span.start_time + (span.end_time - span.start_time) / 2).normalize(),
                    "count": one.count,
                    "body": words(f"series.body.{body}"),
                    "what": words(f"claim.{one.claim}", what=words(f"counted_as.{one.counted_as}")),
                    "source": f"{one.source} ({words.day(one.source_on)})",
                    "day": words.day(one.on, one.on_precision),
                    "label": words("series.target.short", count=one.count) if is_target else words.number(one.count),
                    "is_target": is_target,
                }
            )
    return pd.DataFrame(rows, columns=_COLUMNS).sort_values("on", kind="stable")


def timeline_chart(
    known: pd.DataFrame,
    series: Mapping[CountedAs, Sequence[Statement]],
    areas: int,
    words: Words,
    *,
    note: str,
) -> Any:
    """Kelurahan named as having Community Watch over time, and apart from it what sources count of each body.

    Each body has one colour. A full point is a count, an open diamond a target; what is known to its year alone is a
    bar over that year. Counts of another body are joined by a broken line that claims nothing for the time between.

    Parameters
    ----------
    known
        From `course`.
    series
        From `Rollout`.
    areas
        Number of kelurahan.
    words
        Language.
    note
        Note on the data.
    """
    days = alt.X("on:T", title=None, axis=alt.Axis(format="%m/%Y", labelOverlap="greedy"))
    # Room for the label above a target of all.
    counts = alt.Y("count:Q", title=words("table.kelurahan"), scale=alt.Scale(domain=[0, areas + 7], nice=False))
    bodies = list(dict.fromkeys([CountedAs.CW, *series]))
    colours = alt.Color(
        "body:N",
        title=None,
        scale=alt.Scale(
            domain=[words(f"series.body.{one}") for one in bodies], range=[_BODIES[one] for one in bodies]
        ),
        legend=alt.Legend(orient="bottom", columns=1, labelLimit=420, symbolType="stroke", symbolStrokeWidth=4),
    )
    named = known.rename(columns={"known": "count"}).assign(body=words(f"series.body.{CountedAs.CW}"))
    line = alt.Chart(named).mark_line(interpolate="step-after", strokeWidth=3).encode(x=days, y=counts, color=colours)
    said = _marks(series, words)
    if said.empty:
        return titled(line, words("timeline.title"), note)
    tips = [alt.Tooltip(name, title=words(f"claims.{name}")) for name in ("what", "count", "day", "source")]
    others = said[said["body"].ne(words(f"series.body.{CountedAs.CW}"))]
    spans = said[said["from"].ne(said["to"])]
    # Several sources of one count: one label. Those of Community Watch stand below, clear of the others' bars.
    labels = said.drop_duplicates(["body", "label"])
    is_cw = labels["body"].eq(words(f"series.body.{CountedAs.CW}"))
    layers = [
        line,
        alt.Chart(others)
        .mark_line(strokeDash=[3, 4], strokeWidth=1.5, opacity=0.8)
        .encode(x=days, y=counts, color=colours),
        alt.Chart(spans)
        .mark_rule(strokeWidth=4, opacity=0.45)
        .encode(x=alt.X("from:T"), x2="to:T", y=counts, color=colours, tooltip=tips),
        alt.Chart(said[~said["is_target"]])
        .mark_point(size=110, filled=True, shape="circle", opacity=1)
        .encode(x=days, y=counts, color=colours, tooltip=tips),
        alt.Chart(said[said["is_target"]])
        .mark_point(size=150, filled=False, shape="diamond", strokeWidth=2.5, opacity=1)
        .encode(x=days, y=counts, color=colours, tooltip=tips),
        *(
            alt.Chart(side)
            .mark_text(dy=away, fontSize=13, fontWeight="bold")
            .encode(x=days, y=counts, text="label:N", color=colours)
            for side, away in ((labels[~is_cw], -15), (labels[is_cw], 17))
        ),
    ]
    return titled(alt.layer(*layers), words("timeline.title"), note)


def history_chart(found: pd.DataFrame, words: Words, *, note: str) -> Any:
    """Victims and reports by year; a year without a number has no bar and shows the reason."""
    long = found.melt(["period", "state"], ["cases", "victims"], "what", "count")
    long["label"] = [words(f"measure.{name}") for name in long["what"]]
    long["blank"] = [cell_state(state, words) for state in long["state"]]
    long["count"] = long["count"].astype("Float64").astype(object).where(long["count"].notna(), None)
    base = alt.Chart(long).encode(x=alt.X("period:N", title=None, axis=alt.Axis(labelAngle=0)), xOffset="label:N")
    bars = base.mark_bar().encode(
        y=alt.Y("count:Q", title=None),
        color=alt.Color("label:N", title=None, scale=alt.Scale(range=["#2a7ab9", "#b5d4ec"])),
        tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("count:Q", title=" ")],
    )
    unknown = long[long["blank"].ne("")].drop_duplicates("period")
    if unknown.empty:
        return titled(bars, words("history.title"), note)
    blank = (
        alt.Chart(unknown)
        .mark_text(angle=270, align="left", dy=4, color=_LINE)
        .encode(x="period:N", y=alt.datum(0), text="blank:N")
    )
    return titled(alt.layer(bars, blank), words("history.title"), note)
