"""Faults in a user's file, as data that a page can show in any language.

A programming error is an ordinary ValueError or TypeError, never one of these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_VALUES_SHOWN = 5
#: Row numbers that a message has at most.
ROWS_SHOWN = 10
_LONGEST_VALUE = 40
_IDENTIFYING = re.compile(r"\d{6,}")
#: Where several sheets are read as one table, row 7 of the second is told as this and 7, of the third as twice this
#: and 7.
SHEET_STRIDE = 30_000_000
_CODE = re.compile(r"\d{2}(\.\d{2}){1,2}(\.\d{4})?|\d{10}")


class Problem(StrEnum):
    """What is wrong. The catalogues hold a sentence and a remedy for each."""

    MISSING_FILE = "missing_file"
    MISSING_SIDECAR = "missing_sidecar"
    UNREADABLE = "unreadable"
    READER_STOPPED = "reader_stopped"
    WRONG_KIND = "wrong_kind"
    IS_WEB_PAGE = "is_web_page"
    IS_OLD_EXCEL = "is_old_excel"
    IS_LOCKED = "is_locked"
    IS_DOCUMENT = "is_document"
    IS_LAYER = "is_layer"
    IS_OTHER_LAYER = "is_other_layer"
    IS_PLAIN_TABLE = "is_plain_table"
    NOT_A_PROJECTION = "not_a_projection"
    SEVERAL_LAYERS = "several_layers"
    FOREIGN_SQL = "foreign_sql"
    STILL_OPEN = "still_open"
    OPEN_QUOTE = "open_quote"
    WHICH_SHEET = "which_sheet"
    NO_SUCH_SHEET = "no_such_sheet"
    EMPTY = "empty"
    MISSING_COLUMN = "missing_column"
    NO_CRS = "no_crs"
    CRS_CONTRADICTS = "crs_contradicts"
    OUT_OF_RANGE = "out_of_range"
    NOT_POLYGON = "not_polygon"
    NO_GEOMETRY = "no_geometry"
    TOO_MANY_VERTICES = "too_many_vertices"
    MISSING_VALUE = "missing_value"
    DUPLICATE = "duplicate"
    NO_SUCH_KELURAHAN = "no_such_kelurahan"
    BAD_KODE = "bad_kode"
    BAD_DATE = "bad_date"
    BAD_NUMBER = "bad_number"
    AMBIGUOUS_NUMBER = "ambiguous_number"
    ERROR_CELL = "error_cell"
    NO_RESULT = "no_result"
    NO_RECORD = "no_record"
    NOT_THE_SUM = "not_the_sum"
    NOT_IN_LIST = "not_in_list"
    NEGATIVE = "negative"
    NOT_WHOLE = "not_whole"
    CASES_WITHOUT_SIZE = "cases_without_size"
    NO_WEIGHT = "no_weight"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_TEXT = "not_a_text"
    NOT_A_TABLE = "not_a_table"
    TOO_FEW_AREAS = "too_few_areas"
    NO_PLACE = "no_place"
    TOO_LARGE = "too_large"
    TOO_MANY_NAMES = "too_many_names"
    BAD_NAME = "bad_name"
    UNEVEN_ROW = "uneven_row"
    TOTALS_ROW = "totals_row"
    CORRECTED_BY_HAND = "corrected_by_hand"
    DATES_REVERSED = "dates_reversed"
    STORE_BUSY = "store_busy"
    STORE_NEWER = "store_newer"
    STORE_UNRELEASED = "store_unreleased"
    NOT_A_STORE = "not_a_store"
    NOT_WRITABLE = "not_writable"
    DISK_FULL = "disk_full"
    NO_SUCH_BATCH = "no_such_batch"
    ALREADY_UNDONE = "already_undone"
    CHANGED_MEANWHILE = "changed_meanwhile"
    NOT_PROTECTED = "not_protected"
    PERIOD_NOT_CLOSED = "period_not_closed"
    NO_PERIOD = "no_period"
    BAD_PERIOD = "bad_period"
    PERIOD_PUBLISHED = "period_published"
    NOT_PUBLISHED_YET = "not_published_yet"
    REISSUE_TELLS = "reissue_tells"
    WRONG_LEDGER = "wrong_ledger"
    LEDGER_BROKEN = "ledger_broken"
    LEDGER_LOST = "ledger_lost"
    NO_SECRET = "no_secret"  # noqa: S105 - a kind of fault
    EDITION_BROKEN = "edition_broken"
    NOT_EMPTY = "not_empty"
    IN_EDITION = "in_edition"
    SAME_FILE = "same_file"
    NEEDS_OPTION = "needs_option"
    AUDIT_BROKEN = "audit_broken"
    AUDIT_HEAD_MISSING = "audit_head_missing"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 - what is wrong with one
    BAD_ACCOUNT_NAME = "bad_account_name"
    NAME_TAKEN = "name_taken"
    NO_SUCH_ACCOUNT = "no_such_account"
    NOT_LOCAL = "not_local"
    LAST_STEWARD = "last_steward"
    WRONG_LENGTH = "wrong_length"
    BEFORE_ITSELF = "before_itself"
    NO_PLAN = "no_plan"
    NO_PLAN_YET = "no_plan_yet"
    PASSWORDS_DIFFER = "passwords_differ"
    BAD_REFERENCE = "bad_reference"
    BEFORE_DECREE = "before_decree"
    NOT_BEGUN = "not_begun"
    IN_FUTURE = "in_future"
    SOURCE_TOO_EARLY = "source_too_early"
    ONLY_TRAINING = "only_training"
    LOOKS_PERSONAL = "looks_personal"
    TOO_LONG = "too_long"
    UNKNOWN_SOURCE = "unknown_source"
    NOTHING_ENTERED = "nothing_entered"
    NO_SUCH_SCENARIO = "no_such_scenario"
    BAD_TOML = "bad_toml"
    NO_SUCH_OPTION = "no_such_option"
    NOT_A_SECTION = "not_a_section"
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    NOT_POSSIBLE = "not_possible"
    NOT_THAT_LIST = "not_that_list"


def fit_to_show(value: object) -> str:
    """Value as a message may show it: short, and never a possible NIK, phone number or note.

    Examples
    --------
    >>> fit_to_show("Oesapa Brat"), fit_to_show("5371046501990002")
    ('Oesapa Brat', '[...]')
    """
    text = str(value).strip()
    if len(text) > _LONGEST_VALUE or (_IDENTIFYING.search(text) and not _CODE.fullmatch(text)):
        return "[...]"
    return "".join(character for character in text if character.isprintable())


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a file.

    Parameters
    ----------
    table
        Name of the file or table, never a path.
    column
        Column; empty if the fault concerns the whole file.
    problem
        What is wrong; selects the sentence and the remedy.
    values
        The invalid values, at most five distinct ones, already safe to show.
    more_values
        Number of further distinct values.
    rows
        Rows as a spreadsheet counts them (the header is row 1), at most ten.
    more_rows
        Number of further rows.
    hint
        What is expected: the column, the allowed values, the nearest names.
    """

    table: str
    column: str
    problem: Problem
    values: tuple[str, ...] = ()
    more_values: int = 0
    rows: tuple[int, ...] = ()
    more_rows: int = 0
    hint: str = ""

    @classmethod
    def of(
        cls,
        table: str,
        column: str,
        problem: Problem,
        *,
        values: Iterable[object] = (),
        rows: Sequence[int] = (),
        hint: str = "",
    ) -> Fault:
        """Fault with its values and rows cut to a readable number.

        Examples
        --------
        >>> fault = Fault.of("cases", "sex", Problem.NOT_IN_LIST, values=["x", "x", "y"], rows=range(2, 20))
        >>> fault.values, len(fault.rows), fault.more_rows
        (('x', 'y'), 10, 8)
        """
        distinct = list(dict.fromkeys(fit_to_show(value) for value in values))
        listed = [int(row) for row in rows]
        return cls(
            table,
            column,
            problem,
            tuple(distinct[:_VALUES_SHOWN]),
            max(0, len(distinct) - _VALUES_SHOWN),
            tuple(listed[:ROWS_SHOWN]),
            max(0, len(listed) - ROWS_SHOWN),
            hint,
        )

    def as_plain(self) -> dict[str, Any]:
        """The fault as plain values."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Fault:
        """Fault of plain values; what `as_plain` returns, also by way of JSON."""
        return cls(
            table=str(plain["table"]),
            column=str(plain["column"]),
            problem=Problem(plain["problem"]),
            values=tuple(map(fit_to_show, plain["values"])),
            more_values=int(plain["more_values"]),
            rows=tuple(map(int, plain["rows"])),
            more_rows=int(plain["more_rows"]),
            hint=str(plain["hint"]),
        )

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        parts = [f"{where}: {self.problem.value.replace('_', ' ')}"]
        if self.values:
            parts.append(", ".join(repr(value) for value in self.values))
        if self.rows:
            parts.append("rows " + ", ".join(map(str, self.rows)))
        if self.hint:
            parts.append(self.hint)
        return "; ".join(parts)


@dataclass
class DataError(Exception):
    """A user's file is wrong; holds every fault found in it.

    Parameters
    ----------
    faults
        All of them.
    topic
        Subject of the faults, where commands have their own words for it: `table`, `areas`, `option`, `store`.
    """

    faults: tuple[Fault, ...] = field(default=())
    topic: str = ""

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)
