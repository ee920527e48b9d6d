"""Open and made decisions as text. Frames are known here only by their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.present.faults import row_number
from geo.present.reports import candidate_codes
from geo.terms import PlaceStatus, Precision

if TYPE_CHECKING:
    from geo.words import Words


def _spelled(written: str | None, kecamatan: str | None) -> str:
    return f"{written or ''}{f' ({kecamatan})' if kecamatan else ''}"


def queue_table(waiting: pd.DataFrame, names: pd.Series[str], words: Words) -> pd.DataFrame:
    """Open spellings: the text, where, how often, and its possible meanings."""
    return pd.DataFrame(
        {
            words("report.written"): [
                _spelled(one, above) for one, above in zip(waiting["written"], waiting["kecamatan"], strict=True)
            ],
            words("batch.kind"): [
                words(f"role.{role}") if role else words(f"kind.{kind}")
                for kind, role in zip(waiting["kind"], waiting["role"], strict=True)
            ],
            words("report.rows"): [words.number(int(many)) for many in waiting["rows"]],
            words("names.likely"): [
                ", ".join(str(names.get(kode, kode)) for kode in candidate_codes(found)) or "\N{EN DASH}"
                for found in waiting["candidates"]
            ],
        }
    ).set_index(words("report.written"))


def decisions_table(made: pd.DataFrame, names: pd.Series[str], words: Words) -> pd.DataFrame:
    """Decisions: meaning of a spelling, by whom, when, why, and whether it is still valid."""
    made = made.drop_duplicates("id")
    return pd.DataFrame(
        {
            words("report.written"): [
                _spelled(one or key.replace("|", " ").strip(), above)
                for one, above, key in zip(made["written"], made["kecamatan"], made["key"], strict=True)
            ],
            words("names.means"): [
                words("place.outside") if answer == PlaceStatus.OUTSIDE else str(names.get(answer, answer))
                for answer in made["answer"]
            ],
            words("names.who"): made["made_by"].tolist(),
            words("names.when"): [words.day(at) for at in made["made_at"]],
            words("names.why"): [words(f"reason.{why}") for why in made["why"]],
            words("batch.state"): [
                words("batch.standing") if pd.isna(at) else words("names.taken_back_by", who=who)
                for at, who in zip(made["taken_back_at"], made["taken_back_by"], strict=True)
            ],
        }
    ).set_index(words("report.written"))


def _day(on: Any, precision: str, words: Words) -> str:
    """A day, month or year as far as it is known; empty without one."""
    return "" if on is None or pd.isna(on) else words.day(on, Precision(precision))


def pair_text(pair: pd.Series[Any], words: Words) -> str:
    """Two records that may describe one person: position in the file and day of each, as far as it is known."""

    def side(name: str) -> str:
        day = _day(pair[f"{name}_reported_on"], pair[f"{name}_reported_precision"], words) or "-"
        return words(
            "pairs.side",
            batch=str(pair[f"{name}_batch_id"]),
            row=row_number(int(pair[f"{name}_row_number"]), words),
            day=day,
        )

    return f"{side('earlier')} / {side('later')}"


def record_text(row: Any, names: pd.Series[str], words: Words) -> str:
    """A record as an entry of a selection list."""
    day = _day(row["reported_on"], row["reported_precision"], words) or words("record.undated")
    place = place_text(str(row["document_kode"] or row["place_status"] or ""), names, words)
    return f"{row['id']} · {day} · {place} · {row['persons']}"


def place_text(place: str, names: pd.Series[str], words: Words) -> str:
    """A place as it stands in a list: a kelurahan, one that the layer in use has not, outside, or none that is known.

    Parameters
    ----------
    place
        `kode`, or the state of a place that has none.
    """
    if place in names.index:
        return str(names[place])
    if place == PlaceStatus.OUTSIDE:
        return words("place.outside")
    return words("place.not_in_layer", kode=place) if place[:1].isdigit() else words("record.no_place")


def history_table(steps: list[dict[str, Any]], words: Words) -> pd.DataFrame:
    """History of a record, oldest first."""
    rows = [
        (
            f"{words.day(pd.Timestamp(step['at']))}",
            step["who"],
            words(f"act.{step['act']}"),
            "; ".join(f"{name}: {_value(change)}" for name, change in step["change"].items()),
        )
        for step in steps
    ]
    names = [words(f"history.{one}") for one in ("when", "who", "what", "change")]
    return pd.DataFrame(rows, columns=names).set_index(names[0])


def _value(change: Any) -> str:
    if isinstance(change, list):
        before, after = change
        return f"{before or '-'} > {after or '-'}"
    return str(change)
