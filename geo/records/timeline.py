"""Whether dated events of the rollout are possible: each alone, and together with others of its kelurahan.

A date that is known to its month or year may be any day of it: a possible error is not rejected.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from geo.errors import Problem
from geo.terms import Claim, Precision, Stage

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

#: Column with the error, the error, and the conflicting day, if any.
Wrong = tuple[str, Problem, str]
_Key = TypeVar("_Key", bound="Hashable")
_OF_TRAINING = ("course", "hours", "early_why")


def day_of(value: Any) -> date | None:
    """A day from a date, a pandas or Python timestamp, or nothing."""
    if pd.isna(value):
        return None
    return value.date() if isinstance(value, datetime) else value


def first_day(event: Mapping[Any, Any]) -> date:
    """First possible day of an event.

    Examples
    --------
    >>> first_day({"on": date(2018, 11, 16), "on_precision": "month"})
    datetime.date(2018, 11, 1)
    """
    on: date = day_of(event["on"]) or date.min
    if event["on_precision"] == Precision.YEAR:
        return on.replace(month=1, day=1)
    return on.replace(day=1) if event["on_precision"] == Precision.MONTH else on


def last_day(event: Mapping[Any, Any]) -> date:
    """Last possible day of an event.

    Examples
    --------
    >>> last_day({"on": date(2018, 11, 16), "on_precision": "month"})
    datetime.date(2018, 11, 30)
    """
    on: date = day_of(event["on"]) or date.max
    if event["on_precision"] == Precision.YEAR:
        return on.replace(month=12, day=31)
    if event["on_precision"] == Precision.MONTH:
        return on.replace(day=calendar.monthrange(on.year, on.month)[1])
    return on


def _alone(event: Mapping[Any, Any], today: date) -> list[Wrong]:
    """Errors of an event alone."""
    found: list[Wrong] = []
    source_on = day_of(event["source_on"])
    if event["claim"] == Claim.ACTUAL:
        if first_day(event) > today:
            found.append(("on", Problem.IN_FUTURE, ""))
        elif event["on_precision"] == Precision.DAY and source_on is not None and source_on < first_day(event):
            # A statement about a day in the future is a plan.
            found.append(("source_on", Problem.SOURCE_TOO_EARLY, ""))
    if source_on is not None and source_on > today:
        found.append(("source_on", Problem.IN_FUTURE, ""))
    if event["stage"] != Stage.TRAINED:
        found += [(name, Problem.ONLY_TRAINING, "") for name in _OF_TRAINING if _is_filled(event.get(name))]
    return found


def _is_filled(value: Any) -> bool:
    return not pd.isna(value) and value != ""


def _of_one(events: Mapping[_Key, Mapping[Any, Any]]) -> dict[_Key, Wrong]:
    """Conflicts between reached events of one kelurahan and one body."""
    found: dict[_Key, Wrong] = {}
    decrees = [first_day(one) for one in events.values() if one["stage"] == Stage.DECREE]
    begun = [first_day(one) for one in events.values() if one["stage"] != Stage.DISSOLVED]
    for number, one in events.items():
        is_early = bool(decrees) and last_day(one) < min(decrees)
        if one["stage"] == Stage.TRAINED and is_early and not _is_filled(one.get("early_why")):
            found[number] = ("on", Problem.BEFORE_DECREE, min(decrees).isoformat())
        elif one["stage"] == Stage.DISSOLVED and begun and last_day(one) < min(begun):
            found[number] = ("on", Problem.NOT_BEGUN, min(begun).isoformat())
    return found


def together(events: Mapping[_Key, Mapping[Any, Any]]) -> dict[_Key, Wrong]:
    """Conflicts of each event with others of its kelurahan and body; targets have none.

    Parameters
    ----------
    events
        Like `check`.
    """
    grouped: dict[tuple[str, str], dict[_Key, Mapping[Any, Any]]] = defaultdict(dict)
    for number, event in events.items():
        if event["kode"] and event["claim"] == Claim.ACTUAL:
            grouped[event["kode"], event["counted_as"]][number] = event
    return {number: wrong for group in grouped.values() for number, wrong in _of_one(group).items()}


def timeline_faults(events: Mapping[_Key, Mapping[Any, Any]], *, today: date) -> dict[_Key, list[Wrong]]:
    """Errors of each event: a training before the decree, an end before any beginning, days in the future.

    Parameters
    ----------
    events
        By any number; `kode` (empty where it is not known yet) and the columns of the canonical table.
    today
        No stage can be reached after it.
    """
    beside = together(events)
    found = {
        number: [*_alone(event, today), *([beside[number]] if number in beside else [])]
        for number, event in events.items()
    }
    return {number: wrong for number, wrong in found.items() if wrong}
