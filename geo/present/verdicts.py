"""Verdicts as a map, a legend, a sentence, tables and a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np
import pandas as pd

from geo.measures.emergence import Trend
from geo.measures.verdicts import Sign, Verdict, sign_column
from geo.present.charts import titled
from geo.present.classes import Class
from geo.present.overview import stage_line
from geo.present.paint import Paint, Region
from geo.present.palette import BLANK, VERDICTS
from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.measures.hotspots import Hotspots
    from geo.measures.spacetime import Emerging
    from geo.places.boundaries import Areas
    from geo.release.released import Released
    from geo.words import Words

#: Strongest first; areas without a shown count come after all of them, by name.
_ORDER = {verdict.value: rank for rank, verdict in enumerate(Verdict)}
_BETTER = 1.0
_ROW_HEIGHT = 17
#: Height of title, axis and legend; Streamlit 1.67 includes them in the height.
_ROOM = 230
#: Prefix of the texts of the province, which compares kabupaten and counts persons.
_PROVINCE = "province."


def verdict_classes(found: Hotspots, *, prefix: str = "") -> tuple[list[Class], pd.Series[int]]:
    """Legend of the verdicts, and the class of each kelurahan as its position in it."""
    verdicts, position, classes = found.verdicts, pd.Series(-1, index=found.states.index), list[Class]()
    for verdict in Verdict:
        inside = verdicts.eq(verdict.value)
        position[inside] = len(classes)
        classes.append(
            Class(
                State.SHOWN,
                None,
                None,
                VERDICTS[verdict.value],
                int(inside.sum()),
                label=f"{prefix}verdict.{verdict}",
            )
        )
    for state, fill in BLANK.items():
        inside = verdicts.eq("") & found.states.eq(state)
        if inside.any():
            position[inside] = len(classes)
            classes.append(Class(state, None, None, fill, int(inside.sum())))
    # Shown counts without a verdict, because too few counts are shown.
    rest = position.eq(-1)
    position[rest] = list(Verdict).index(Verdict.TOO_FEW)
    return classes, position


def regions(found: Hotspots, areas: Areas) -> tuple[Region, ...]:
    """Significant circles of the scan as regions: lettered, dashed if not sure."""
    if found.judged is None:
        return ()
    shown = [one for one in found.judged.areas if one.verdict is not Verdict.NO_DIFFERENCE]
    return tuple(
        Region.of(areas, one.cluster.members, letter(number), is_dashed=one.verdict is not Verdict.SURE)
        for number, one in enumerate(shown)
    )


def letter(number: int) -> str:
    """Name of a cluster on the map: A, B, C."""
    return chr(ord("A") + number % 26)


def _tip(found: Hotspots, kode: str, words: Words, *, prefix: str = "") -> list[str]:
    if found.judged is None or kode not in found.judged.table.index:
        return [words(f"state.{found.states[kode]}")]
    row: dict[Any, Any] = found.judged.table.loc[kode].to_dict()
    told = words(f"{prefix}measure.cases.n", n=int(row["observed"]))
    return [
        words(f"{prefix}verdict.{row['verdict']}"),
        words(f"{prefix}verdict.expected", told=told, expected=words.number(round(row["expected"], 1))),
    ]


def verdict_map(released: Released, found: Hotspots, stages: pd.DataFrame, words: Words, *, note: str) -> Paint:
    """Fill: the verdict. Heavy outline: clusters of the scan. Outline and symbol: the stage of Community Watch."""
    classes, position = verdict_classes(found)
    areas = released.areas
    tips = [[*_tip(found, kode, words), stage_line(stages, kode, words)] for kode in areas.index]
    title = words("verdict.map", period=str(found.counts.period))
    return Paint(classes, position, stages["stage"], tips, title, note, regions(found, areas))


def _names(kode: Sequence[str], names: pd.Series[str]) -> str:
    return ", ".join(names[one] for one in kode)


def verdict_sentence(found: Hotspots, names: pd.Series[str], words: Words) -> str:
    """Summary of the map, in at most two sentences."""
    period = str(found.counts.period)
    if found.judged is None:
        return words("verdict.sentence.none", period=period)
    verdicts = found.verdicts
    said = []
    for verdict in (Verdict.SURE, Verdict.LIKELY):
        there = list(verdicts.index[verdicts.eq(verdict.value)])
        if there:
            said.append(words(f"verdict.sentence.{verdict}", names=_names(there, names), n=len(there)))
    if not said:
        said.append(words("verdict.sentence.nobody"))
    few = int(verdicts.eq(Verdict.TOO_FEW.value).sum())
    total = int(found.judged.table["observed"].sum())
    return words("verdict.sentence", period=period, total=total, said=" ".join(said), few=few)


def cluster_sentences(found: Hotspots, names: pd.Series[str], words: Words, *, prefix: str = "") -> list[str]:
    """One sentence per significant cluster."""
    if found.judged is None:
        return []
    shown = [one for one in found.judged.areas if one.verdict is not Verdict.NO_DIFFERENCE]
    return [
        words(
            f"{prefix}cluster.sentence.{one.verdict}",
            letter=letter(number),
            names=_names([names.index[member] for member in one.cluster.members], names),
            observed=one.cluster.observed,
            expected=words.number(round(one.cluster.expected, 1)),
            p=_p(one.p_worst, words),
        )
        for number, one in enumerate(shown)
    ]


def _p(value: float, words: Words) -> str:
    return f"< {words.number(0.001)}" if value < 0.001 else words.number(round(value, 3))  # noqa: PLR2004 - as printed


def verdict_table(released: Released, found: Hotspots, words: Words) -> pd.DataFrame:
    """Every kelurahan with its verdict, its evidence, and the watching effort there; all text."""
    names, judged = released.areas.names, found.judged
    verdicts = found.verdicts
    table = None if judged is None else judged.table
    rank = verdicts.map(_ORDER).fillna(len(_ORDER))
    ratio = pd.Series(0.0, index=names.index) if table is None else table["smr_low"].reindex(names.index).fillna(-1)
    rows = pd.DataFrame({"rank": rank, "ratio": -ratio, "name": names}).sort_values(["rank", "ratio", "name"]).index
    lines = []
    for kode in rows:
        row = None if table is None or kode not in table.index else table.loc[kode].to_dict()
        lines.append(_line(row, found.states[kode], words) | _effort(released, kode, words))
    return pd.DataFrame(lines, index=pd.Index(names[rows], name=words("table.kelurahan")))


def _effort(released: Released, kode: str, words: Words) -> dict[str, str]:
    """Reports of the watchers: an active Community Watch finds more."""
    value = released.watch_reports[kode]
    told = words(f"state.{State.HIDDEN}") if pd.isna(value) else words.number(int(value))
    return {words("verdict.effort"): told}


def _line(row: dict[Any, Any] | None, state: str, words: Words, *, prefix: str = "") -> dict[str, str]:
    columns = [
        words(f"{prefix}verdict.column.{name}")
        for name in ("verdict", "cases", "expected", "smr", "q", "signs", "smallest")
    ]
    if row is None:
        return dict(zip(columns, [words(f"state.{state}"), *[""] * 6], strict=True))
    signs = [words(f"sign.{sign}") for sign in Sign if row[sign_column(sign)]]
    told = [
        words(f"{prefix}verdict.{row['verdict']}"),
        words.number(int(row["observed"])),
        words.number(round(row["expected"], 1)),
        interval(row["smr"], row["smr_low"], row["smr_high"], words),
        _p(row["q"], words),
        ", ".join(signs),
        words("verdict.times", n=words.number(round(row["smallest"], 1))),
    ]
    return dict(zip(columns, told, strict=True))


def interval(middle: float, low: float, high: float, words: Words) -> str:
    """A number with its interval."""
    if np.isnan(middle):
        return ""
    one, two, three = (words.number(round(float(value), 1)) for value in (middle, low, high))
    return f"{one} ({two}\N{EN DASH}{three})"


def interval_chart(found: Hotspots, names: pd.Series[str], words: Words, *, note: str) -> Any:
    """Ratio of each kelurahan to the city with its exact interval, ranked by the lower limit; 1 is the city."""
    if found.judged is None:
        msg = "nothing was judged"
        raise ValueError(msg)
    table = found.judged.table.sort_values("smr_low", ascending=False)
    rows = table[["smr", "smr_low", "smr_high", "observed", "expected"]].assign(
        name=names[table.index], verdict=[words(f"verdict.{one}") for one in table["verdict"]]
    )
    rows["smr_high"] = rows["smr_high"].clip(upper=max(_BETTER, float(rows["smr"].max())) * 1.5)
    ranked = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False, labelFontSize=11))
    scale = alt.Scale(
        domain=[words(f"verdict.{one}") for one in Verdict], range=[VERDICTS[f"{one}.line"] for one in Verdict]
    )
    colour = alt.Color("verdict:N", title=None, scale=scale, legend=alt.Legend(orient="bottom", columns=2))
    lines = (
        alt.Chart(rows)
        .mark_rule(strokeWidth=2)
        .encode(y=ranked, x=alt.X("smr_low:Q", title=words("verdict.column.smr")), x2="smr_high:Q", color=colour)
    )
    dots = (
        alt.Chart(rows)
        .mark_point(filled=True, size=45, opacity=1)
        .encode(
            y=ranked,
            x="smr:Q",
            color=colour,
            tooltip=[
                alt.Tooltip("name:N", title=words("table.kelurahan")),
                alt.Tooltip("observed:Q", title=words("verdict.column.cases")),
                alt.Tooltip("expected:Q", title=words("verdict.column.expected"), format=".1f"),
                alt.Tooltip("smr:Q", title=words("verdict.column.smr"), format=".1f"),
                alt.Tooltip("verdict:N", title=words("verdict.column.verdict")),
            ],
        )
    )
    city = alt.Chart(pd.DataFrame({"x": [1.0]})).mark_rule(color=VERDICTS["city"], strokeDash=[4, 3]).encode(x="x:Q")
    return titled(alt.layer(city, lines, dots), words("verdict.intervals"), note).properties(
        height=_ROW_HEIGHT * len(rows) + _ROOM
    )


def province_map(areas: Areas, found: Hotspots, words: Words, *, note: str) -> Paint:
    """Verdicts of the kabupaten."""
    classes, position = verdict_classes(found, prefix=_PROVINCE)
    tips = [_tip(found, kode, words, prefix=_PROVINCE) for kode in areas.index]
    blank = pd.Series("", index=areas.index)
    return Paint(classes, position, blank, tips, words("province.map"), note, regions(found, areas))


def province_sentence(found: Hotspots, names: pd.Series[str], words: Words) -> str:
    """Kabupaten with more than their share, and the area that the scan finds."""
    raised = found.verdicts.isin([Verdict.SURE.value, Verdict.LIKELY.value])
    listed = _names(list(raised.index[raised]), names) or words("funnel.nobody")
    said = [
        words("province.sentence", names=listed),
        *cluster_sentences(found, names, words, prefix=_PROVINCE),
    ]
    return " ".join(said)


def province_table(areas: Areas, found: Hotspots, words: Words) -> pd.DataFrame:
    """Every kabupaten with its verdict and its evidence."""
    if found.judged is None:
        return pd.DataFrame()
    names, table = areas.names, found.judged.table
    order = table.assign(name=names).sort_values(["smr_low", "name"], ascending=[False, True]).index
    rows: list[dict[Any, Any]] = table.loc[order].to_dict("records")
    lines = [_line(row, found.states[kode], words, prefix=_PROVINCE) for kode, row in zip(order, rows, strict=True)]
    return pd.DataFrame(lines, index=pd.Index(names[order], name=words("province.kabupaten")))


def compare_table(before: Hotspots, after: Hotspots, names: pd.Series[str], words: Words) -> pd.DataFrame:
    """Kelurahan with a verdict or ratio in both periods, side by side; the strongest in the later one first."""
    if before.judged is None or after.judged is None:
        return pd.DataFrame()
    one, two = before.judged.table, after.judged.table
    both = two.index.intersection(one.index)
    order = two.loc[both].assign(name=names[both]).sort_values(["smr_low", "name"], ascending=[False, True]).index
    lines = []
    for kode in order:
        line = {}
        for table, counts in ((one, before.counts), (two, after.counts)):
            row: dict[Any, Any] = table.loc[kode].to_dict()
            period = str(counts.period)
            line[words("compare.cases", period=period)] = words.number(int(row["observed"]))
            line[words("compare.smr", period=period)] = interval(row["smr"], row["smr_low"], row["smr_high"], words)
            line[words("compare.verdict", period=period)] = words(f"verdict.{row['verdict']}")
        lines.append(line)
    return pd.DataFrame(lines, index=pd.Index(names[order], name=words("table.kelurahan")))


def compare_sentence(before: Hotspots, after: Hotspots, names: pd.Series[str], words: Words) -> str:
    """Kelurahan that stand out in only one of the periods."""
    raised = {Verdict.SURE.value, Verdict.LIKELY.value}
    was, is_now = before.verdicts.isin(raised), after.verdicts.isin(raised)
    nobody = words("funnel.nobody")
    return words(
        "compare.sentence",
        before=str(before.counts.period),
        after=str(after.counts.period),
        gone=_names(list(was.index[was & ~is_now]), names) or nobody,
        come=_names(list(was.index[~was & is_now]), names) or nobody,
        both=_names(list(was.index[was & is_now]), names) or nobody,
    )


def course_table(found: pd.DataFrame, names: pd.Series[str], words: Words) -> pd.DataFrame:
    """Trend of each kelurahan over the years, those with enough data first."""
    rank = found["course"].map({one.value: position for position, one in enumerate(Trend)})
    rows = pd.DataFrame({"rank": rank, "name": names}).sort_values(["rank", "name"]).index
    return pd.DataFrame(
        {
            words("course.column"): [words(f"course.{course}") for course in found["course"][rows]],
            words("course.rise"): [_blank(found.at[kode, "rise"], words) for kode in rows],
            words("course.fall"): [_blank(found.at[kode, "fall"], words) for kode in rows],
        },
        index=pd.Index(names[rows], name=words("table.kelurahan")),
    )


def _blank(value: Any, words: Words) -> str:
    return "" if pd.isna(value) else _p(float(value), words)


def emerging_sentence(found: Sequence[Emerging], names: pd.Series[str], words: Words, *, alpha: float) -> str:
    """The emerging clusters, or that there is none."""
    told = [
        words(
            "emerging.one",
            names=_names([names.index[member] for member in one.members], names),
            months=one.months,
            observed=one.observed,
            expected=words.number(round(one.expected, 1)),
            p=_p(one.p, words),
        )
        for one in found
        if one.p <= alpha
    ]
    return " ".join(told) if told else words("emerging.none")
