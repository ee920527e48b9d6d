"""Named plans: the settings, the result, and the changes a person made, with a short note.

The note is the only free text in the store. Only users who may plan can see it; it is in no export, no audit and no
log, and it is deleted with the plan.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import insert, select, update

from geo.errors import DataError, Fault, Problem
from geo.schemas import holds_long_number
from geo.store import schema
from geo.store.engine import note, now
from geo.store.records import changed
from geo.terms import Act, OverrideReason, Right, ScenarioState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from geo.store.engine import Store
    from geo.viewer import Viewer

#: Parts of a plan.
PARTS = frozenset({"weights", "limits", "pins", "overrides", "seed", "fingerprint", "versions", "waves"})
LONGEST_NAME, LONGEST_NOTE, LARGEST = 40, 120, 64 * 1024
_SUBJECT = "scenario"
#: Codes, days, versions, hashes: no space, so no sentence.
_TOKEN = re.compile(r"[A-Za-z0-9_.:+-]{0,64}")
_NUMBER = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A saved plan.

    Parameters
    ----------
    id, token, version
        Its number, its identifier in an address, and its version.
    name
        Its name.
    made_at, made_by
        Time (UTC) and user.
    content
        Parts as saved; overrides with their notes.
    plan_batch
        Batch of planned events made from it; None for a draft.
    """

    id: int
    token: str
    version: int
    name: str
    made_at: datetime
    made_by: str
    content: dict[str, Any]
    plan_batch: int | None


def _words(text: str, column: str, longest: int, number: re.Pattern[str] | None = None) -> list[Fault]:
    """Errors in text that a person typed."""
    found = []
    if len(text) > longest:
        found.append(Fault.of(_SUBJECT, column, Problem.TOO_LONG, hint=str(longest)))
    if holds_long_number(text) or "@" in text or (number is not None and number.search(text)):
        found.append(Fault.of(_SUBJECT, column, Problem.LOOKS_PERSONAL))
    return found


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, str):
        yield value


def _overrides(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Overrides in stored form.

    Raises
    ------
    ValueError
        When one has no kelurahan, a reason that is not in the list, or additional parts.
    """
    kept = []
    for one in content.get("overrides", []):
        if not {"kode", "reason"} <= set(one) <= {"kode", "reason", "note"} or not _TOKEN.fullmatch(one["kode"]):
            msg = "an override has a kelurahan, a reason and perhaps a note"
            raise ValueError(msg)
        written = " ".join(str(one.get("note") or "").split())
        reason = OverrideReason(one["reason"]).value
        kept.append({"kode": one["kode"], "reason": reason} | ({"note": written} if written else {}))
    return kept


def save_scenario(store: Store, viewer: Viewer, *, name: str, content: Mapping[str, Any]) -> str:
    """Saves a plan under a name.

    Parameters
    ----------
    store
        The city's own.
    viewer
        Who keeps it.
    name
        At most 40 characters, no long numbers.
    content
        Some of `PARTS`, as values that JSON can store; texts in it are codes, days and versions. `overrides` is a
        list of `kode`, `reason` and, optionally, `note`: at most 120 characters, without five digits in a row or an
        `@`.

    Returns
    -------
    str
        Its identifier in an address.

    Raises
    ------
    DataError
        When the name or a note could identify a person, or the plan is too long.
    ValueError
        When the content is not as described.
    """
    viewer.require(Right.PLAN)
    strange = set(content) - PARTS
    others = {part: value for part, value in content.items() if part != "overrides"}
    if strange or not all(_TOKEN.fullmatch(text) for text in _strings(others)):
        msg = f"no part of a plan, or free text in one: {sorted(strange)}"
        raise ValueError(msg)
    overrides, called = _overrides(content), " ".join(name.split())
    faults = _words(called, "name", LONGEST_NAME)
    if not called:
        faults.append(Fault.of(_SUBJECT, "name", Problem.MISSING_VALUE))
    for one in overrides:
        faults += [
            fault for fault in _words(one.get("note", ""), "note", LONGEST_NOTE, _NUMBER) if fault not in faults
        ]
    written = json.dumps({**others, "overrides": overrides}, ensure_ascii=False, sort_keys=True, allow_nan=False)
    if len(written.encode()) > LARGEST:
        faults.append(Fault.of(_SUBJECT, "content", Problem.TOO_LONG, hint=str(LARGEST)))
    if faults:
        raise DataError(tuple(faults))
    token = uuid.uuid4().hex
    values = {
        "token": token,
        "name": called,
        "made_at": now(),
        "made_by": viewer.name,
        "content": written,
        "state": ScenarioState.STANDING.value,
    }
    with store.writing(viewer, Right.PLAN) as connection:
        made = connection.execute(insert(schema.SCENARIO).values(values))
        number = int((made.inserted_primary_key or [0])[0])
        note(connection, viewer, Act.ENTER, _SUBJECT, number, {"overrides": len(overrides)})
    return token


def scenarios(store: Store, viewer: Viewer) -> pd.DataFrame:
    """Saved plans, the newest first: the columns of the table except `content` and `state`."""
    table = schema.SCENARIO
    named = [table.c[name] for name in ("id", "token", "version", "name", "made_at", "made_by", "plan_batch")]
    query = select(*named).where(table.c.state == ScenarioState.STANDING.value).order_by(table.c.id.desc())
    with store.reading(viewer, Right.PLAN) as connection:
        found = connection.execute(query)
        return pd.DataFrame(found.all(), columns=list(found.keys()), dtype="object")


def scenario(store: Store, viewer: Viewer, *, token: str) -> Scenario:
    """A plan by its identifier in an address.

    Raises
    ------
    DataError
        When there is none, or it was withdrawn.
    """
    table = schema.SCENARIO
    standing = (table.c.token == token, table.c.state == ScenarioState.STANDING.value)
    with store.reading(viewer, Right.PLAN) as connection:
        row = connection.execute(select(table).where(*standing)).mappings().first()
    if row is None:
        raise DataError((Fault.of(_SUBJECT, "", Problem.NO_SUCH_SCENARIO),))
    told = {name: row[name] for name in ("id", "token", "version", "name", "made_at", "made_by", "plan_batch")}
    return Scenario(content=json.loads(row["content"]), **told)


def withdraw_scenario(store: Store, viewer: Viewer, *, number: int, version: int) -> None:
    """Deletes a plan with its name and content; planned events made from it are kept.

    Raises
    ------
    DataError
        When it was changed or withdrawn meanwhile.
    """
    values = {"name": "", "content": "{}", "state": ScenarioState.WITHDRAWN.value}
    with store.writing(viewer, Right.PLAN) as connection:
        _change(connection, number, version, values)
        note(connection, viewer, Act.WITHDRAW, _SUBJECT, number)
    store.forget_deleted()


def attach_plan(connection: Connection, viewer: Viewer, *, number: int, version: int, batch: int) -> None:
    """Records which planned events were made from a plan, in the caller's transaction.

    Raises
    ------
    DataError
        When it was changed or withdrawn meanwhile.
    """
    before = _change(connection, number, version, {"plan_batch": batch})
    note(connection, viewer, Act.CORRECT, _SUBJECT, number, {"plan_batch": [before["plan_batch"], batch]})


def _change(connection: Connection, number: int, version: int, values: Mapping[str, Any]) -> Mapping[Any, Any]:
    table = schema.SCENARIO
    same = (table.c.id == number, table.c.version == version, table.c.state == ScenarioState.STANDING.value)
    before = connection.execute(select(table).where(*same)).mappings().first()
    if before is None:
        raise changed(_SUBJECT)
    connection.execute(update(table).where(*same).values(**values, version=table.c.version + 1))
    return dict(before)
