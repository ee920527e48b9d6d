"""Rollout events and statements set aside, as text. Frames are known here only by their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.present.reviews import history_table
from geo.terms import Precision, RecordState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.words import Words


def _day(row: Mapping[Any, Any], words: Words) -> str:
    return words.day(row["on"], Precision(row["on_precision"]))


def _said(row: Mapping[Any, Any], words: Words) -> str:
    body, claim = words(f"body.{row['counted_as']}"), words(f"claim.kind.{row['claim']}")
    return f"{body}, {claim}"


#: Not a hyphen: Streamlit renders a lone hyphen in a cell as a list bullet.
_NONE = "\N{EN DASH}"


def event_text(row: Mapping[Any, Any], words: Words) -> str:
    """An event as an entry of a selection list."""
    said = [_day(row, words), words(f"event.{row['stage']}"), words(f"body.{row['counted_as']}"), str(row["source"])]
    if row["state"] == RecordState.WITHDRAWN:
        said.append(words("events.withdrawn.state"))
    return " · ".join(said)


def _details(row: Mapping[Any, Any], words: Words) -> str:
    """Decree, course, hours, document and reason, where present."""
    said = [f"{words(f'field.{name}')} {row[name]}" for name in ("decree_no", "document") if row[name]]
    if row["course"]:
        course = words(f"course.{row['course']}")
        said.append(f"{words('field.course')}: {course}")
    if row["hours"] is not None:
        said.append(words("events.hours", n=int(row["hours"])))
    if row["early_why"]:
        said.append(words(f"early_why.{row['early_why']}"))
    if row["count"] is not None:
        said.append(
            words("number.reached.of", count=int(row["count"]), of="?" if row["of"] is None else int(row["of"]))
        )
    return "; ".join(said)


def event_table(found: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Events with content, source, and the date they were entered.

    Parameters
    ----------
    found
        From `geo.store.events.events`.
    words
        Language.
    """
    rows = [
        {
            words("events.day"): _day(row, words),
            words("events.what"): words(f"event.{row['stage']}"),
            words("events.said"): _said(row, words),
            words("events.source"): f"{row['source']}, {words.day(row['source_on'])}",
            words("events.reported_by"): words(f"reported_by.{row['reported_by']}") if row["reported_by"] else _NONE,
            words("events.details"): _details(row, words) or _NONE,
            words("events.recorded"): words.day(row["recorded_on"]),
            words("events.state"): words(
                "events.withdrawn.state" if row["state"] == RecordState.WITHDRAWN else "events.counted"
            ),
        }
        for row in found.to_dict("records")
    ]
    return pd.DataFrame(rows).set_index(words("events.day"))


def event_history(row: Mapping[Any, Any], steps: list[dict[str, Any]], words: Words) -> pd.DataFrame:
    """Who entered an event, and its changes since, oldest first."""
    brought = {
        "at": row["made_at"],
        "who": row["made_by"],
        "act": "enter" if row["by_hand"] else "import",
        "change": {words("batch.number"): row["batch_id"]},
    }
    called = [
        {**step, "change": {_called(name, words): change for name, change in step["change"].items()}}
        for step in steps
    ]
    return history_table([brought, *called], words)


def _called(column: str, words: Words) -> str:
    return words(f"field.{column}") if words.has(f"field.{column}") else column


def aside_text(row: Mapping[Any, Any], words: Words) -> str:
    """A statement that was set aside: by whom, when and why."""
    said = words(
        "asides.line",
        source=row["source"],
        count=int(row["count"]),
        what=words(f"counted_as.{row['counted_as']}"),
        day=words.day(row["on"]),
    )
    by = words("asides.by", why=words(f"aside_why.{row['why']}"), who=row["made_by"], day=words.day(row["made_at"]))
    return f"{said} ({by})"
