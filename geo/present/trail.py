"""The audit log as text: integrity, entries, expired data. Frames are known here only by their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.words import Words


def entries_table(entries: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Entries of the audit log, newest first.

    Parameters
    ----------
    entries
        `id`, `at`, `who`, `act`, `subject`, `subject_id`, `change`, `is_erased`.
    """
    columns = {
        words("trail.number"): entries["id"].astype(str),
        words("trail.when"): [f"{at:%Y-%m-%d %H:%M}" for at in entries["at"]],
        words("history.who"): entries["who"].tolist(),
        words("history.what"): [words(f"act.{act}") for act in entries["act"]],
        words("trail.subject"): [
            subject_text(subject, number, words)
            for subject, number in zip(entries["subject"], entries["subject_id"], strict=True)
        ],
        words("history.change"): [
            words("trail.is_erased") if is_erased else change_text(change)
            for change, is_erased in zip(entries["change"], entries["is_erased"], strict=True)
        ],
    }
    return pd.DataFrame(columns).set_index(words("trail.number"))


def subject_text(subject: str, number: float | None, words: Words) -> str:
    """Object of an action."""
    key = f"subject.{subject}"
    called = words(key) if words.has(key) else subject
    return called if number is None or pd.isna(number) else f"{called} {int(number)}"


def change_text(change: Mapping[str, Any]) -> str:
    """Content of a change: before and after, or a note.

    Examples
    --------
    >>> change_text({"status": ["", "confirmed"], "what": "ringkasan 2017"})
    'status: - > confirmed; ringkasan 2017'
    """
    told = []
    for name, value in change.items():
        shown = " > ".join(str(one or "-") for one in value) if isinstance(value, list) else str(value)
        told.append(shown if name == "what" else f"{name}: {shown}")
    return "; ".join(told)


def retention_table(counts: Mapping[str, int], words: Words) -> pd.DataFrame:
    """Expired data, by kind."""
    rows = [(words(f"retention.{name}"), words.number(many)) for name, many in counts.items()]
    names = [words("retention.what"), words("retention.many")]
    return pd.DataFrame(rows, columns=names).set_index(names[0])
