"""Plan against actual as a chart, sentences and a table; before and after as a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from geo.measures.pace import Slip, last_day_of
from geo.present.charts import titled
from geo.present.palette import CW, SEQUENCE

if TYPE_CHECKING:
    from datetime import date

    from geo.measures.pace import Forecast
    from geo.measures.rollout import Rollout
    from geo.places.boundaries import Areas
    from geo.words import Words

_DARK, _LINE, _PALE = SEQUENCE[5][4], "#5c6b73", "#b5d4ec"


def plan_chart(
    bounds: pd.DataFrame, planned: pd.DataFrame, found: Forecast, reached: Rollout, words: Words, *, note: str
) -> Any:
    """Known starts over time with bounds, the city's plan, the published targets, and the forecast if any.

    Parameters
    ----------
    bounds
        From `geo.measures.rollout.bounds_course`.
    planned
        From `geo.measures.pace.plan_of`.
    found
        Forecast from the last day of `bounds`.
    reached
        Of that day; the published targets of Community Watch are marked.
    words
        Language.
    note
        Note on the data.
    """
    areas = len(planned)
    days = alt.X("on:T", title=None, axis=alt.Axis(format="%m/%Y"))
    counts = alt.Y("count:Q", title=words("table.kelurahan"), scale=alt.Scale(domain=[0, areas + 3]))
    layers = [
        alt.Chart(bounds)
        .mark_area(color=_PALE, opacity=0.35, interpolate="step-after")
        .encode(x=days, y=alt.Y("at_least:Q", title=words("table.kelurahan")), y2="at_most:Q"),
        alt.Chart(bounds.rename(columns={"at_least": "count"}))
        .mark_line(interpolate="step-after", color=CW, strokeWidth=3)
        .encode(x=days, y=counts),
    ]
    meant = planned["on"].dropna().sort_values()
    if len(meant):
        course = pd.DataFrame({"on": meant, "count": range(1, len(meant) + 1)}).groupby("on", as_index=False).max()
        layers.append(
            alt.Chart(course)
            .mark_line(interpolate="step-after", color=_DARK, strokeDash=[6, 4], point=True)
            .encode(x=days, y=counts)
        )
    if reached.targets:
        said = pd.DataFrame(
            {"on": pd.Timestamp(last_day_of(one)), "count": one.count, "source": one.source}
            for one in reached.targets
        )
        layers.append(
            alt.Chart(said)
            .mark_point(size=130, filled=True, shape="diamond", color=_LINE)
            .encode(x=days, y=counts, tooltip=[alt.Tooltip("source:N", title=words("claims.source"))])
        )
    ends = [day for day in (found.done_low, found.done_high) if day is not None]
    if ends and found.count_low is not None:
        now, begun = bounds["on"].iloc[-1], int(bounds["at_least"].iloc[-1])
        rays = pd.DataFrame(
            [
                {"on": day, "count": count, "ray": number}
                for number, end in enumerate(ends)
                for day, count in ((now, begun), (pd.Timestamp(end), areas))
            ]
        )
        layers.append(
            alt.Chart(rays).mark_line(color=_LINE, strokeDash=[2, 3]).encode(x=days, y=counts, detail="ray:N")
        )
    return titled(alt.layer(*layers), words("plan.chart"), note)


def pace_sentences(
    reached: Rollout, needed: float | None, found: Forecast, areas: Areas, words: Words, *, by: date
) -> list[str]:
    """The required pace, and the forecast or the reason why there is none."""
    day = words.day(by)
    if needed is None:
        told = [words("pace.passed", day=day)]
    else:
        told = [
            words(
                "pace.needed",
                day=day,
                left=len(areas.index) - len(reached.known),
                of=len(areas.index),
                pace=words.number(round(needed, 1)),
            )
        ]
    if found.is_refused:
        return [*told, words("forecast.refused", n=found.days)]
    low, high = (words.day(end) if end else words("forecast.beyond") for end in (found.done_low, found.done_high))
    return [
        *told,
        words(
            "forecast.sentence",
            pace=words.number(round(found.pace or 0.0, 1)),
            n=found.days,
            day=day,
            least=found.count_low,
            most=found.count_high,
            low=low,
            high=high,
            of=len(areas.index),
        ),
    ]


def slip_table(found: pd.DataFrame, areas: Areas, words: Words) -> pd.DataFrame:
    """Planned kelurahan with plan, start and delay, most delayed first. Empty if nothing is planned."""
    own = found[found["slip"].ne(Slip.UNPLANNED)]
    # Not the whole Series of names: pandas 3.0 gives an empty frame its rows.
    rows = own.assign(name=areas.names[own.index]).sort_values(
        ["days", "planned_on", "name"], ascending=[False, True, True], na_position="last"
    )
    return pd.DataFrame(
        {
            words("slip.planned"): [words.day(day.date()) for day in rows["planned_on"]],
            words("slip.started"): [
                words.day(day.date()) if pd.notna(day) else "\N{EN DASH}" for day in rows["started_on"]
            ],
            words("slip.state"): [
                words(f"slip.{row['slip']}", n=0 if pd.isna(row["days"]) else abs(int(row["days"])))
                for row in rows.to_dict("records")
            ],
        },
        index=pd.Index(rows["name"], name=words("table.kelurahan")),
    )


def left_out_sentence(reports: int, words: Words) -> str:
    """How many reports are in no month because only their year is known."""
    return words("months.left_out", n=words.number(reports)) if reports else words("months.none_left_out")


def around_chart(around: pd.DataFrame, words: Words, *, note: str) -> Any:
    """Cases and watchers' reports by month relative to the start, all kelurahan with a start together."""
    whole = around.groupby("month", as_index=False)[["cases", "heard"]].sum(min_count=1)
    long = whole.astype({"cases": "Float64", "heard": "Float64"}).melt("month", var_name="what", value_name="count")
    long["label"] = [words(f"around.{name}") for name in long["what"]]
    long = long.dropna().astype({"count": float})
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=words("around.month"), axis=alt.Axis(labelAngle=0)),
            xOffset="label:N",
            y=alt.Y("count:Q", title=None),
            color=alt.Color(
                "label:N",
                title=None,
                scale=alt.Scale(range=["#2a7ab9", "#e0a97a"]),
                legend=alt.Legend(orient="bottom"),
            ),
            tooltip=[alt.Tooltip("label:N", title=" "), alt.Tooltip("count:Q", title=" ")],
        )
    )
    start = (
        alt.Chart(pd.DataFrame({"month": [0]})).mark_rule(color=CW, strokeWidth=2, xOffset=-14).encode(x="month:O")
    )
    return titled(alt.layer(bars, start), words("around.title"), note)


def around_table(found: pd.DataFrame, areas: Areas, words: Words) -> pd.DataFrame:
    """For each kelurahan: cases per month before and after its start, and reports of its watchers."""

    def rate(count: float, months: int) -> str:
        return words.number(round(count / months, 1)) if months else words("around.not_looked")

    rows = found.assign(name=areas.names[found.index]).sort_values("name")
    records: list[dict[Any, Any]] = rows.to_dict("records")
    return pd.DataFrame(
        {
            words("around.before"): [rate(row["cases_before"], row["months_before"]) for row in records],
            words("around.after"): [rate(row["cases_after"], row["months_after"]) for row in records],
            words("around.months"): [
                words("around.months.of", before=row["months_before"], after=row["months_after"]) for row in records
            ],
            words("around.heard"): [
                words("health.not_listed") if pd.isna(row["heard_after"]) else words.number(row["heard_after"])
                for row in records
            ],
        },
        index=pd.Index(rows["name"], name=words("table.kelurahan")),
    )
