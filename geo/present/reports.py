"""Import results and open decisions as text, for the pages, the download and the command line.

Frames and reports come from rooms that this one does not import: they are known here only by their columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.files import csv_text
from geo.present.faults import row_number, row_numbers
from geo.terms import BatchState, Outcome, PlaceStatus

if TYPE_CHECKING:
    from geo.words import Words

#: Columns of the list of refused rows. No cell of a row: a misassigned column may hold names.
REJECTED_COLUMNS = ("batch", "row", "column", "problem", "remedy")


#: How the names of fields end that hold a day.
_DAY_ENDING = "_on"


def problem(fault: Any, words: Words) -> str:
    """What is wrong with a row: what its cell holds, without quoting it, and what belongs there."""
    key = _key("row.what", fault, words)
    if key is None or not fault.found:
        return words(f"fault.what.{fault.problem}", hint=fault.hint)
    return words(key, found=words(f"row.found.{fault.found}"))


def row_remedy(fault: Any, words: Words) -> str:
    """What to do about it, with the words that the reader of a sheet takes in this language."""
    key = _key("row.remedy", fault, words)
    if key is None:
        return words(f"fault.remedy.{fault.problem}", hint=fault.hint)
    said = words(key, words=accepted_words(fault.field, words))
    return f"{said} {words('row.or_empty')}" if fault.may_be_empty else said


def _key(lead: str, fault: Any, words: Words) -> str | None:
    """The most particular text: of the field, its content, its kind; None where the general one serves."""
    field, found = fault.field, fault.found
    if not field:
        return None
    is_day = field == "on" or field.endswith(_DAY_ENDING)
    kind = "day" if is_day else "words" if accepted_words(field, words) else "plain"
    start = f"{lead}.{fault.problem}"
    offered = (f"{start}.{field}.{found}", f"{start}.{found}", f"{start}.{field}", f"{start}.{kind}", start)
    return next((key for key in offered if words.has(key)), None)


def accepted_words(field: str, words: Words) -> str:
    """The words to write in the cells of a field, in the language of the texts; empty where it takes no words."""
    listed = (words(key) for key in words.keys(f"accepted.{field}."))
    return ", ".join(listed)


def column_named(fault: Any, words: Words) -> str:
    """Column as the sheet names it; where the mapping fills it without a column, as the page names the field."""
    return fault.column or (words(f"field.{fault.field}") if fault.field else "")


def rejected_rows(report: Any, words: Words) -> list[tuple[str, ...]]:
    """One line per faulty cell: batch, row number, column, problem, remedy; all text, never the cell itself."""
    batch = "" if report.batch is None else str(report.batch)
    said: dict[tuple[Any, ...], tuple[str, str]] = {}
    rows: list[tuple[str, ...]] = []
    for one in report.faults:
        # A long sheet repeats few faults: each is put into words once.
        key = (one.problem, one.hint, one.field, one.found, one.may_be_empty)
        if key not in said:
            said[key] = problem(one, words), row_remedy(one, words)
        rows.append((batch, row_number(one.row, words), column_named(one, words), *said[key]))
    return rows


def rejected_table(report: Any, words: Words) -> pd.DataFrame:
    """Refused rows for a page, by row number."""
    names = [words(f"report.{name}") for name in REJECTED_COLUMNS[1:]]
    rows = pd.DataFrame([row[1:] for row in rejected_rows(report, words)], columns=names)
    return rows.set_index(names[0])


def rejected_csv(report: Any, words: Words) -> str:
    """Refused rows as a file, for the person who corrects the original: faults, and the values read from each row.

    No cell can run as a formula, and none is in its original form: only a day, a number or a word of a closed list.
    """
    known = report.refused.astype("object").where(report.refused.notna(), "")
    lines = []
    for number, row in zip((one.row for one in report.faults), rejected_rows(report, words), strict=True):
        read = [_read(value) for value in known.loc[number]] if number in known.index else [""] * len(known.columns)
        lines.append((*row, *read))
    header = [*(words(f"report.{name}") for name in REJECTED_COLUMNS), *known.columns]
    return "\ufeff" + csv_text(header, lines, line_end="\r\n")


def _read(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def report_sentence(report: Any, words: Words) -> str:
    """One sentence: number of rows, and their results."""
    return words("cli.imported", read=report.read, **{one.value: report.counts[one] for one in Outcome})


def report_notes(report: Any, words: Words) -> list[str]:
    """Further notes on an import."""
    told = []
    if report.resent:
        told.append(words("report.resent", batches=", ".join(str(one) for one in report.resent)))
    if report.replaced:
        told.append(words("report.replaced", n=report.replaced))
    if report.twins:
        told.append(words("report.twins", n=report.twins))
    told += left_empty_notes(report, words)
    refused = report.places["place_status"].isin([PlaceStatus.REVIEW, PlaceStatus.UNKNOWN])
    hidden = report.places[refused & report.places["written"].eq("")]
    if len(hidden):
        rows = row_numbers(hidden["row_number"].tolist(), words)
        told.append(words("report.refused_spelling", n=len(hidden), rows=rows))
    if (report.places["conflict"] == "kecamatan").any():
        told.append(words("report.conflict", n=int((report.places["conflict"] == "kecamatan").sum())))
    return told


def left_empty_notes(report: Any, words: Words) -> list[str]:
    """Columns whose texts are in no list, with the number of rows that were taken without them."""
    return [words(f"report.left_empty.{name}", n=rows) for name, rows in report.left_empty.items()]


def places_table(report: Any, names: pd.Series[str], words: Words) -> pd.DataFrame:
    """Written places without an exact match: how they were read, and in how many rows."""
    places = report.places
    shown = places[places["match_by"].isin(["spelling", "alias", "decision"]) | places["place_status"].isin(_ASKED)]
    shown = shown[shown["written"].ne("")]
    grouped = shown.groupby(["written", "kecamatan", "place_status", "kode", "candidates"], as_index=False).size()
    grouped = grouped.sort_values(["size", "written"], ascending=[False, True])
    return pd.DataFrame(
        {
            words("report.written"): grouped["written"]
            + grouped["kecamatan"].map(lambda one: f" ({one})" if one else ""),
            words("report.rows"): grouped["size"].map(words.number),
            words("report.became"): [
                became(status, kode, candidates, names, words)
                for status, kode, candidates in zip(
                    grouped["place_status"], grouped["kode"], grouped["candidates"], strict=True
                )
            ],
        }
    ).set_index(words("report.written"))


_ASKED = (PlaceStatus.REVIEW, PlaceStatus.UNKNOWN, PlaceStatus.OUTSIDE)


def candidate_codes(candidates: str) -> list[str]:
    """Codes of the candidates, best first."""
    return [one.rpartition(":")[0] for one in candidates.split(";") if one]


def became(status: str, kode: str, candidates: str, names: pd.Series[str], words: Words) -> str:
    """Interpretation of a written place."""
    if status == PlaceStatus.MATCHED:
        return str(names.get(kode, kode))
    asked = ", ".join(str(names.get(one, one)) for one in candidate_codes(candidates))
    said = words(f"place.{status}")
    return f"{said}: {asked}?" if asked and status == PlaceStatus.REVIEW else said


def batches_table(batches: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Batches for a page, the newest first."""
    columns = {
        words("batch.number"): batches["id"].astype(str),
        words("batch.made_at"): [f"{words.day(at)} {at:%H:%M} UTC" for at in batches["made_at"]],
        words("batch.kind"): [words(f"kind.{kind}") for kind in batches["kind"]],
        words("batch.mapping"): [
            words("batch.by_hand") if hand else mapping or words("batch.guessed")
            for hand, mapping in zip(batches["by_hand"], batches["mapping"], strict=True)
        ],
        **{words(f"outcome.{one}"): batches[one.value].map(words.number) for one in Outcome},
        words("batch.state"): [
            words("batch.undone") if state == BatchState.UNDONE else words("batch.standing")
            for state in batches["state"]
        ],
    }
    return pd.DataFrame(columns).set_index(words("batch.number"))
