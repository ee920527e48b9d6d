"""Schemas of the canonical tables, and the faults of a table that does not fit.

The checks run on the text as read; a message names the rows and quotes no cell. `typed` then converts the columns to
their types.
Columns that are not listed here are never kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.period import EARLIEST_YEAR, LATEST_YEAR
from geo.terms import AgeGroup, Claim, CountedAs, Course, EarlyWhy, Precision, ReportedBy, Sex, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

_MOST_PERSONS = 10_000
#: Most hours of a training, most characters of a reference.
MOST_HOURS, LONGEST_REFERENCE = 400, 40
_REFERENCE = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9 ./:-]+")
_PARTS = re.compile(r"[A-Za-z0-9]+")
#: Parts of a reference that are no words: a number, a month in Roman numerals, an abbreviation that has no vowel.
_NUMBER_PART = re.compile(r"\d{1,5}|X{0,3}(?:IX|IV|V?I{0,3})|[B-DF-HJ-NP-TV-XZ]{3,6}")
#: Parts of addresses and of numbers of persons.
_NO_REFERENCE = frozenset(["rt", "rw", "jl", "jln", "gg", "blk", "km", "hp", "tlp", "telp", "nik", "ktp"])
#: Words of references: kinds of documents, offices that number them, months.
_REFERENCE_WORDS = """
sk skep kep keputusan perwali perda pergub perpres permen perbup inpres uu pp surat se sp spt st un und
undangan ba
berita acara nota dinas nd mou pks laporan lap lampiran no nomor nr tahun thn tgl tanggal
hk hkm huk hukum ham um umum org kesra pem pemt pemb sekda setda set sekr sekretariat
wali walikota wakil kota kupang gub gubernur ntt bupati camat kec kecamatan lurah kel kelurahan desa
p3a dp3a dp3ap2kb p2tp2a ppa uptd upt gt tppo dinsos dinkes dukcapil disdukcapil disnaker disnakertrans nakertrans
bappeda kesbangpol satpol bp3mi bp2mi bp3tki polri polda polres polresta polsek kejari kejati imigrasi im
kemenpppa kpppa mendagri kemendagri menteri ri contoh rencana
januari februari maret april mei juni juli agustus september oktober november desember
jan feb mar apr jun jul agu ags sep okt nov des
"""
_KNOWN_IN_REFERENCES = frozenset(_REFERENCE_WORDS.split())
#: Digits as in a NIK or a phone number: in one run, in groups, or too many in total.
_RUN, _GROUPS, _MOST_DIGITS = re.compile(r"\d{6}"), re.compile(r"\d(?:[ .:-]?\d){9}"), 14


class Table(StrEnum):
    """The canonical tables."""

    CASES = "cases"
    COVERAGE = "coverage"
    WATCHERS = "watchers"
    REPORTS = "reports"
    ROLLOUT = "rollout"


@dataclass(frozen=True, slots=True)
class StatementKey:
    """Key of one statement on the city, embedded or in the store.

    Parameters
    ----------
    source, on, counted_as, claim, count
        As in the canonical table.
    """

    source: str
    on: date
    counted_as: str
    claim: str
    count: int


def _is_date(values: pd.Series[Any]) -> pd.Series[bool]:
    written = values.str.fullmatch(r"\d{4}-\d{2}-\d{2}")
    return written & pd.to_datetime(values.where(written), format="%Y-%m-%d", errors="coerce").notna()


def _is_of_a_period(values: pd.Series[Any]) -> pd.Series[bool]:
    year = pd.to_numeric(values.str[:4].where(_is_date(values)), errors="coerce")
    return year.between(EARLIEST_YEAR, LATEST_YEAR)


def _is_count(values: pd.Series[Any]) -> pd.Series[bool]:
    number = pd.to_numeric(values.where(values.str.fullmatch(r"\d{1,6}")), errors="coerce")
    return number.between(1, _MOST_PERSONS)


def holds_long_number(text: str) -> bool:
    """Whether a text holds as many digits as a NIK or a phone number, however they are grouped.

    Examples
    --------
    >>> [holds_long_number(one) for one in ("SK 60/2018", "188.45/60/HK/2018", "0812-3456-7890", "537104650199")]
    [False, False, True, True]
    """
    many = sum(character.isdigit() for character in text)
    return bool(_RUN.search(text) or _GROUPS.search(text) or many > _MOST_DIGITS)


def is_reference(text: str) -> bool:
    """Whether a text is the number of a decree or document, and not a name or a person's number.

    At most 40 letters, digits, spaces and signs between them, with at least one digit, not as many digits as a NIK or
    a phone number. Each of its parts is a number, a Roman numeral, a word that stands in numbers of decrees, or an
    abbreviation in capitals without a vowel; one part may be a single letter. So no part can be a name.

    Examples
    --------
    >>> [is_reference(one) for one in ("SK Wali Kota 60/2018", "60/KEP/HK/2018", "B/12/DP3A/VIII/2023")]
    [True, True, True]
    >>> [is_reference(one) for one in ("Maria Bano 12", "SK Lurah Yohanes 3", "Ana 3", "SK", "081234567890")]
    [False, False, False, False, False]
    """
    if len(text) > LONGEST_REFERENCE or not _REFERENCE.fullmatch(text) or holds_long_number(text):
        return False
    parts = [part for part in _PARTS.findall(text) if part.lower() not in _KNOWN_IN_REFERENCES]
    if not _NO_REFERENCE.isdisjoint(part.lower() for part in parts):
        return False
    left = [part for part in parts if not _NUMBER_PART.fullmatch(part)]
    # The class of a letter ("B/12"); two of them would be initials.
    return not left or (len(left) == 1 and len(left[0]) == 1)


def _are_references(values: pd.Series[Any]) -> pd.Series[bool]:
    return values.map(is_reference, na_action="ignore").eq(other=True)


def _are_hours(values: pd.Series[Any]) -> pd.Series[bool]:
    return pd.to_numeric(values.where(values.str.fullmatch(r"\d{1,3}")), errors="coerce").between(1, MOST_HOURS)


class _Column(NamedTuple):
    """What a column has to be: a check of its filled cells with the problem of those that fail, if any."""

    check: Callable[[pd.Series[Any]], pd.Series[bool]] | None = None
    problem: Problem | None = None
    needed: bool = True
    filled: bool = False


def _date(*, needed: bool = True, filled: bool = True) -> _Column:
    return _Column(_is_date, Problem.BAD_DATE, needed=needed, filled=filled)


def _count() -> _Column:
    return _Column(_is_count, Problem.BAD_NUMBER, needed=False)


def _reported(*, filled: bool = True) -> _Column:
    """A day whose year is one of a period."""
    return _Column(_is_of_a_period, Problem.BAD_DATE, filled=filled)


def _reference() -> _Column:
    return _Column(_are_references, Problem.BAD_REFERENCE, needed=False)


def _one_of(words: type[StrEnum], *, needed: bool = False, filled: bool = False) -> _Column:
    allowed = [word.value for word in words]
    return _Column(lambda values: values.isin(allowed), Problem.NOT_IN_LIST, needed=needed, filled=filled)


_SCHEMAS: dict[Table, dict[str, _Column]] = {
    Table.CASES: {
        "reported_on": _reported(filled=False),
        "reported_precision": _one_of(Precision),
        "report": _Column(needed=False),
        "document_kode": _Column(),
        "origin_kode": _Column(needed=False),
        "status": _one_of(Status),
        "sex": _one_of(Sex),
        "age_group": _one_of(AgeGroup),
        "persons": _count(),
    },
    Table.COVERAGE: {
        "kode": _Column(filled=True),
        "from_on": _date(),
        "to_on": _date(),
        "source": _Column(needed=False),
    },
    Table.WATCHERS: {
        "watcher": _Column(filled=True),
        "kode": _Column(filled=True),
        "joined_on": _date(),
        "trained_on": _date(needed=False, filled=False),
        "left_on": _date(needed=False, filled=False),
        "group": _Column(needed=False),
        "sex": _one_of(Sex),
    },
    Table.REPORTS: {
        "reported_on": _reported(),
        "kode": _Column(filled=True),
        "kind": _Column(needed=False),
        "followed_up": _Column(needed=False),
    },
    Table.ROLLOUT: {
        "kode": _Column(filled=True),
        "stage": _one_of(Stage, needed=True, filled=True),
        "on": _date(),
        "on_precision": _one_of(Precision, needed=True, filled=True),
        "counted_as": _one_of(CountedAs, needed=True, filled=True),
        "claim": _one_of(Claim, needed=True, filled=True),
        "count": _count(),
        "of": _count(),
        "source": _Column(filled=True),
        "source_on": _date(),
        "recorded_on": _date(),
        "decree_no": _reference(),
        "course": _one_of(Course),
        "hours": _Column(_are_hours, Problem.BAD_NUMBER, needed=False),
        "reported_by": _one_of(ReportedBy),
        "document": _reference(),
        "early_why": _one_of(EarlyWhy),
    },
}

_ALLOWED: dict[str, type[StrEnum]] = {
    "reported_precision": Precision,
    "status": Status,
    "sex": Sex,
    "age_group": AgeGroup,
    "stage": Stage,
    "on_precision": Precision,
    "counted_as": CountedAs,
    "claim": Claim,
    "course": Course,
    "reported_by": ReportedBy,
    "early_why": EarlyWhy,
}
_DATES = ("reported_on", "from_on", "to_on", "joined_on", "trained_on", "left_on", "on", "source_on", "recorded_on")
_NUMBERS = ("persons", "count", "of", "hours")


def columns(table: Table) -> tuple[str, ...]:
    """Columns of a canonical table, in order."""
    return tuple(_SCHEMAS[table])


def _faults(table: Table, failures: pd.DataFrame, header: str) -> list[Fault]:
    """Faults from pandera's table of failure cases, one for each column and kind of problem."""
    faults = []
    for (column, check), found in failures.groupby(["column", "check"], sort=False, dropna=False):
        if check == "column_in_dataframe":
            faults += [
                Fault.of(table, str(name), Problem.MISSING_COLUMN, hint=header) for name in found["failure_case"]
            ]
            continue
        problem = Problem.MISSING_VALUE if check == "not_nullable" else Problem(str(check))
        allowed = ", ".join(word.value for word in _ALLOWED[str(column)]) if problem is Problem.NOT_IN_LIST else ""
        rows = sorted(int(row) + 2 for row in found["index"])
        # The rows, not the cells: a shifted column may hold names.
        faults.append(Fault.of(table, str(column), problem, rows=rows, hint=allowed))
    return faults


def canonical_columns(table: Table, text: pd.DataFrame) -> pd.DataFrame:
    """The canonical columns of a table as read, all text, empty cells missing; absent columns are added empty.

    Nothing is checked: for tables that come with the program, which the tests check.
    """
    return _known(table, text).reindex(columns=list(columns(table)))


def _known(table: Table, text: pd.DataFrame) -> pd.DataFrame:
    known = text[[name for name in columns(table) if name in text.columns]].astype("object")
    return known.apply(lambda values: values.str.strip()).replace("", None).reset_index(drop=True)


def check_table(table: Table, text: pd.DataFrame) -> pd.DataFrame:
    """The canonical columns of a table as of `canonical_columns`, every cell checked.

    Parameters
    ----------
    table
        Which table is expected.
    text
        All columns text, index counting from 0; other columns are dropped.

    Raises
    ------
    DataError
        With every fault of the table at once.
    """
    # Not at the top: it takes as long to import as all the rest, and most commands and pages check nothing.
    import pandera.pandas as pa
    from pandera.errors import SchemaErrors

    def declared(column: _Column) -> pa.Column:
        checks = [] if column.problem is None else [pa.Check(column.check, name=column.problem.value, ignore_na=True)]
        return pa.Column(checks=checks, nullable=not column.filled, required=column.needed)

    known = _known(table, text)
    header = ", ".join(str(name)[:40] for name in list(text.columns)[:20])
    try:
        schema = pa.DataFrameSchema({name: declared(column) for name, column in _SCHEMAS[table].items()})
        schema.validate(known, lazy=True)
    except SchemaErrors as found:
        cases = found.failure_cases
        missing = cases["check"].eq("column_in_dataframe")
        cases.loc[missing, "column"] = cases.loc[missing, "failure_case"]
        raise DataError(tuple(_faults(table, cases, header))) from found
    return known.reindex(columns=list(columns(table)))


def typed(table: Table, checked: pd.DataFrame) -> pd.DataFrame:
    """A checked table with its types: dates as datetime64, counts as nullable integers, the rest as text.

    An empty `persons` counts as one person; an empty `reported_precision` means that the day is known. An empty word
    becomes `unknown` where its list has that word. A running
    number replaces the report's key, because nobody needs the agency's key afterwards; `is_keyed` of cases says
    whether there was one. `set_aside_on` of the rollout is empty here, because no file has it: it is a person's
    decision (`geo.store.contradictions`).
    """
    frame = checked.copy()
    for name in _DATES:
        if name in frame:
            frame[name] = pd.to_datetime(frame[name], format="%Y-%m-%d")
    for name in _NUMBERS:
        if name in frame:
            frame[name] = pd.to_numeric(frame[name]).astype("Int64")
    for name in frame.columns.difference([*_DATES, *_NUMBERS]):
        frame[name] = frame[name].astype("string").fillna("")
    if table is Table.CASES:
        frame["persons"] = frame["persons"].fillna(1)
        frame["reported_precision"] = frame["reported_precision"].replace("", Precision.DAY.value)
        frame[["sex", "age_group"]] = frame[["sex", "age_group"]].replace("", "unknown")
        alone = frame["report"].eq("")
        number = pd.Series(pd.factorize(frame["report"])[0], index=frame.index)
        # A row without a key is one report.
        frame["report"] = number.where(~alone, -1 - pd.RangeIndex(len(frame)).to_series())
        frame["is_keyed"] = (~alone).astype(bool)
    elif table is Table.ROLLOUT:
        frame["set_aside_on"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns]")
    return frame
