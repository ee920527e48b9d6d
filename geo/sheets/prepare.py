"""From a sheet and its mapping to rows ready for the store; every unreadable cell is reported.

Identifying data of a person end here: they are compared, hashed under a secret by `geo.imports.outcomes`, and deleted
when the import is over.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.records import timeline
from geo.schemas import MOST_HOURS, is_reference
from geo.sheets import left_out, values
from geo.sheets.fields import Reading, by_name, is_utc_header, place_fields
from geo.sheets.mapping import apply, check_mapping
from geo.sheets.nik import check_nik, digits, is_lossless
from geo.sheets.numbers import numbers_in, whole_numbers
from geo.sheets.sources import OfferedWords, known_words
from geo.terms import Cell, CodeSystem, Kind, MatchBy, PlaceRole, PlaceStatus, Precision

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from geo.places.boundaries import Areas
    from geo.places.resolve import Resolver
    from geo.sheets.mapping import Mapping
    from geo.sheets.numbers import Numbers
    from geo.sheets.reading import Sheet
    from geo.sheets.sources import KnownWords

_MOST_PERSONS = 10_000
#: Different spellings in one column of places: each is compared with every place that it may mean, for as long as
#: others wait for the same processor. Half a million rows of a city have a few thousand.
_MOST_SPELLINGS = 50_000
#: Unreadable cells that are told one by one. With more the column is another than was chosen, and a million of them
#: would take a GB of the server.
_MOST_FAULTS = 500_000
#: No kelurahan has more of anything that it is measured by; a telephone number is larger.
_LARGEST_SIZE = 10_000_000
_NOT_STORED = frozenset({"report", "age", "origin", "nik", "person_name", "birth_on"})
#: Words of lists that a city extends, hosts and numbers of decrees: a refused row is shown without them.
WRITTEN = ("source", "label", "decree_no", "document")
#: Not part of a row's content: the day on which it became known here, by default the day of the import; and words
#: that depend on the list of the day of the import.
NOT_TOLD = ("recorded_on", "source", "label")
_MOST = {"hours": MOST_HOURS}
#: A target has a day in the future.
_TO_COME = dt.date(2100, 12, 31)
#: Kinds whose rows may be about a whole kecamatan or the city.
_ABOVE = frozenset({Kind.COVERAGE, Kind.ROLLOUT})


@dataclass(frozen=True, slots=True)
class RowFault:
    """Reason why a row was rejected, without the cell itself: a column mapped by mistake may contain names.

    Parameters
    ----------
    row
        Row number in the spreadsheet.
    column
        Header of the file, or empty where the error is in the whole row.
    problem
        The error.
    hint
        The canonical words that are allowed, or the day that an event contradicts.
    field
        Canonical name of the field; empty where the error is in the whole row.
    found
        What kind of content the cell has.
    may_be_empty
        Whether the cell may be left empty.
    """

    row: int
    column: str
    problem: Problem
    hint: str = ""
    field: str = ""
    found: Cell = Cell.NONE
    may_be_empty: bool = False


@dataclass(frozen=True, eq=False)
class Prepared:
    """Rows of one file, read and resolved, before they are compared with the store.

    Parameters
    ----------
    kind, mapping
        Kind of the rows, and the name of the mapping.
    numbers
        Row numbers of all rows read.
    values
        For accepted rows: the columns of the kind's table that have values.
    places
        As in `geo.store.batches.Ready`, and `candidates`, `conflict`.
    reports
        For cases: number of the report within the file by row number, -1 for a report of its own.
    faults
        Reasons why rows were rejected, one for each faulty cell.
    refused
        For rejected rows: the readable values, in the columns of `values`; no original text.
    left_empty
        Rows whose source or name of a size is in no list and was left empty, by field.
    offered
        Of these texts, and of the refused sources, those that a steward may add to the list: rows by text, by field.
        They are in the memory of the import alone; nothing stores, logs or counts them one by one.
    """

    kind: Kind
    mapping: str
    numbers: pd.Index[int]
    values: pd.DataFrame
    places: pd.DataFrame
    reports: pd.Series[int]
    faults: tuple[RowFault, ...]
    refused: pd.DataFrame
    left_empty: dict[str, int]
    offered: dict[str, dict[str, int]] = field(repr=False)
    _raw: pd.DataFrame = field(repr=False)
    _identity: dict[int, tuple[str, ...]] = field(repr=False)
    _report_keys: list[str] = field(repr=False)

    @cached_property
    def rejected(self) -> set[int]:
        """Rejected rows."""
        return {fault.row for fault in self.faults}

    def cells(self, rows: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
        """Headers of the file and all cells of some rows under each, for hashing; never to be stored."""
        chosen = self._raw.loc[list(rows)]
        for at, header in enumerate(chosen.columns):
            yield str(header), chosen.iloc[:, at].tolist()

    def identity(self, row: int) -> tuple[str, ...]:
        """Identifying data of the person of a row, for hashing; empty where the row has too little of them."""
        return self._identity.get(row, ())

    def report_key(self, group: int) -> str:
        """Key of a report as written, for hashing."""
        return self._report_keys[group]

    @cached_property
    def _kept(self) -> dict[int, tuple[str, ...]]:
        told = sorted(set(self.values.columns) - set(NOT_TOLD))
        columns = [self.values[name].astype("object").map(_comparable) for name in told]
        main = self.places[self.places["role"].isin(["", PlaceRole.DOCUMENT.value])]
        place = dict(zip(main["row_number"], zip(main["kode"], main["key"], strict=True), strict=True))
        rows = zip(self.values.index.tolist(), *columns, strict=True)
        return {row: (*shown, *place.get(row, ("", ""))) for row, *shown in rows}

    def kept(self, row: int) -> Hashable:
        """Values of a row that the store would keep, to compare with existing rows."""
        return self._kept[row]


def _comparable(value: Any) -> str:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)[:120]


_DATE_LIKE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}(?:[T ].*)?|\d{1,2}[ -][A-Za-z]{3,9}\.?[ -]\d{2,4}")
_NUMBER_LIKE = re.compile(r"[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?%?")
_LONG_TEXT, _LONG_NUMBER = 40, 10


def cell_kind(text: str) -> Cell:
    """What kind of content a cell has, to tell without quoting it.

    Examples
    --------
    >>> [cell_kind(one).value for one in ("", "Ana", "12,5", "081234567890", "31/2/2018", "#N/A", "ke rumah " * 9)]
    ['empty', 'text', 'number', 'long_number', 'date', 'error', 'long_text']
    """
    shown = text.strip()
    if not shown:
        return Cell.EMPTY
    if shown.startswith("#") and shown[1:2].isupper():
        return Cell.ERROR
    if _DATE_LIKE.fullmatch(shown):
        return Cell.DATE
    if _NUMBER_LIKE.fullmatch(shown):
        return Cell.LONG_NUMBER if sum(sign.isdigit() for sign in shown) >= _LONG_NUMBER else Cell.NUMBER
    return Cell.LONG_TEXT if len(shown) > _LONG_TEXT else Cell.TEXT


class _Reader:
    """Reads the fields of one mapped table, and records every cell that it could not read."""

    def __init__(
        self,
        table: str,
        mapping: Mapping,
        mapped: pd.DataFrame,
        today: dt.date,
        clock: values.Clock,
        known: KnownWords,
    ) -> None:
        self.table = table
        self.mapping, self.mapped, self.today, self._clock, self.known = mapping, mapped, today, clock, known
        self.faults: list[RowFault] = []
        #: Cells that are in no list, by field.
        self.unlisted: dict[str, pd.Series[str]] = {}
        self.fields = by_name(mapping.kind)

    def header(self, name: str) -> str:
        return self.mapping.columns.get(name, name)

    def has(self, name: str) -> bool:
        return name in self.mapped

    def cells(self, name: str) -> pd.Series[str]:
        if name in self.mapped:
            return self.mapped[name]
        return pd.Series("", index=self.mapped.index, dtype="str")

    def refuse(self, name: str, bad: pd.Series[bool], problem: Problem, *, hint: str = "") -> None:
        # Without a column of its own the field has no header: the mapping gives it.
        header, rows = self.mapping.columns.get(name, ""), bad.index[bad]
        if len(self.faults) + len(rows) > _MOST_FAULTS:
            raise DataError((Fault.of(self.table, header, problem, rows=rows.tolist(), hint=hint),))
        found = values.read_once(self.cells(name).loc[rows], cell_kind)
        may_be_empty = name in self.fields and not self.fields[name].is_needed
        self.faults += [
            RowFault(row, header, problem, hint, name, kind, may_be_empty)
            for row, kind in zip(rows.tolist(), found.tolist(), strict=True)
        ]

    def _needed(self, name: str) -> None:
        if self.fields[name].is_needed:
            self.refuse(name, values.is_empty(self.cells(name)), Problem.MISSING_VALUE)

    def dates(self, name: str) -> values.Dates:
        until = _TO_COME if name == "on" and self.mapping.kind is Kind.ROLLOUT else None
        found = values.dates(self.cells(name), today=self.today, until=until, clock=self.clock(name))
        self.refuse(name, found.bad, Problem.BAD_DATE)
        self._needed(name)
        return found

    def clock(self, name: str) -> values.Clock:
        """How the times of a column are counted."""
        return replace(self._clock, is_utc=is_utc_header(self.header(name)))

    def count(self, name: str, *, least: int = 1, most: int = _MOST_PERSONS) -> pd.Series[Any]:
        return self._numbers(name, whole_numbers(self.cells(name), least=least, most=most)).astype("Int64")

    def reference(self, name: str) -> pd.Series[str]:
        cells = self.cells(name)
        found = values.read_once(cells, lambda text: text if is_reference(text) else "")
        self.refuse(name, found.eq("") & ~values.is_empty(cells), Problem.BAD_REFERENCE)
        return found

    def number(self, name: str) -> pd.Series[float]:
        # People, families, polling places: where only their points leave it open, they are whole.
        found = numbers_in(self.cells(name), is_whole=True)
        wrong = (found.values < 0) | (found.values > _LARGEST_SIZE)
        return self._numbers(name, replace(found, bad=found.bad | wrong))

    def _numbers(self, name: str, found: Numbers) -> pd.Series[float]:
        self.refuse(name, found.bad & ~found.ambiguous, Problem.BAD_NUMBER)
        self.refuse(name, found.ambiguous, Problem.AMBIGUOUS_NUMBER)
        self._needed(name)
        return found.values

    def word(self, name: str) -> pd.Series[str]:
        cells = self.cells(name)
        allowed = tuple(dict.fromkeys(values.WORDS[name].values()))
        # A mapping's own word can only mean one of ours: the lists are closed.
        own = {written: ours for written, ours in self.mapping.words.get(name, {}).items() if ours in allowed}
        found, bad = values.words(cells, name, own=own)
        self.refuse(name, bad, Problem.NOT_IN_LIST, hint=", ".join(allowed))
        self._needed(name)
        return found

    def source(self, name: str) -> pd.Series[str]:
        # Any text that is in no list could be a name: it is left out, or the row is refused where it is needed.
        cells, is_event = self.cells(name), self.mapping.kind is Kind.ROLLOUT
        read = self.known.event_source if is_event else partial(self.known.word, name)
        found = values.read_once(cells, read)
        unlisted = found.eq("") & ~values.is_empty(cells)
        self.unlisted[name] = cells[unlisted]
        if self.fields[name].is_needed:
            self.refuse(name, unlisted, Problem.UNKNOWN_SOURCE)
        self._needed(name)
        return found


def _main_columns(reader: _Reader) -> pd.DataFrame:
    """Columns of the kind's table other than the place."""
    found: dict[str, Any] = {}
    simple = {
        Reading.NUMBER: reader.number,
        Reading.SOURCE: reader.source,
        Reading.REFERENCE: reader.reference,
    }
    for name, one in reader.fields.items():
        if name in _NOT_STORED or one.reading in {
            Reading.CODE,
            Reading.PLACE,
            Reading.KECAMATAN,
            Reading.IDENTIFYING,
        }:
            continue
        if one.reading is Reading.DATE:
            dates = reader.dates(name)
            # "To January" means to the end of January.
            found[name] = dates.last_days(reader.today) if name == "to_on" else dates.values
            precision = f"{name.removesuffix('_on')}_precision"
            if precision in reader.fields:
                found[precision] = dates.known_to(reader.word(precision))
        elif one.reading is Reading.COUNT:
            found[name] = reader.count(name, most=_MOST.get(name, _MOST_PERSONS))
        elif one.reading is Reading.WORD and name not in found:
            found[name] = reader.word(name)
        elif one.reading in simple:
            found[name] = simple[one.reading](name)
    return pd.DataFrame(found, index=reader.mapped.index)


def _cases(reader: _Reader, main: pd.DataFrame, origins: pd.Series[str]) -> pd.DataFrame:
    """Values of cases only: one person where none is counted, age from a word or from years, origin."""
    written = reader.cells("persons")
    # "-" and "nihil" say that there is nobody: the default of one person stands for an empty cell only.
    reader.refuse("persons", written.ne("") & values.is_empty(written), Problem.BAD_NUMBER)
    ages, bad = values.age_groups(reader.cells("age"))
    reader.refuse("age", bad, Problem.BAD_NUMBER)
    age = main["age_group"].where(main["age_group"].ne(""), ages)
    return main.assign(
        persons=main["persons"].fillna(1),
        sex=main["sex"].replace("", "unknown"),
        age_group=age.replace("", "unknown"),
        origin_kode=origins,
    )


def _check_spellings(reader: _Reader) -> None:
    """Rejects a column of places with more different texts than places can have spellings."""
    faults = []
    for fields in place_fields(reader.mapping.kind).values():
        for name in fields[1:]:
            if reader.has(name) and reader.cells(name).nunique() > _MOST_SPELLINGS:
                most = f"{_MOST_SPELLINGS}"
                faults.append(Fault.of(reader.table, reader.header(name), Problem.TOO_MANY_NAMES, hint=most))
    if faults:
        raise DataError(tuple(faults))


def _is_above(areas: Areas, codes: pd.Series[str]) -> pd.Series[bool]:
    """Codes of the city itself or of a kecamatan of the layer."""
    groups = {kode.rpartition(".")[0] for kode in areas.index}
    return codes.isin({areas.city_code, *groups} - {""})


def _resolved(reader: _Reader, resolver: Resolver, areas: Areas, code_system: CodeSystem | None) -> pd.DataFrame:
    """Every place that a row names, resolved without decisions by people: those are applied on reading."""
    found = []
    for role, (code, name, kecamatan) in place_fields(reader.mapping.kind).items():
        if not (reader.has(code) or reader.has(name)):
            continue
        codes, names, above = reader.cells(code), reader.cells(name), reader.cells(kecamatan)
        got = resolver.resolve(
            names=names if reader.has(name) else None,
            kecamatan=above if reader.has(kecamatan) else None,
            codes=codes if reader.has(code) else None,
            code_system=code_system,
        )
        if reader.mapping.kind in _ABOVE:
            is_above = _is_above(areas, codes)
            got = got.assign(
                match_status=got["match_status"].mask(is_above, PlaceStatus.MATCHED.value),
                kode=got["kode"].mask(is_above, codes),
                match_by=got["match_by"].mask(is_above, MatchBy.CODE.value),
                # Nothing was compared: no likeness either.
                score=got["score"].mask(is_above),
                conflict=got["conflict"].mask(is_above, ""),
            )
        written = values.read_once(names, resolver.kept.place)
        beside = values.read_once(above, resolver.kept.kecamatan)
        is_kept = written.ne("") & got["spelling_key"].ne("")
        # The key of a spelling holds its kecamatan too.
        bare = values.read_once(got["spelling_key"], lambda key: f"{key.partition('|')[0]}|")
        key = got["spelling_key"].where(beside.ne(""), bare)
        found.append(
            pd.DataFrame(
                {
                    "row_number": got.index,
                    "role": role,
                    "place_status": got["match_status"],
                    "kode": got["kode"].fillna(""),
                    "match_by": got["match_by"].fillna(""),
                    "score": got["score"],
                    "key": key.where(is_kept, ""),
                    "written": written.where(is_kept, ""),
                    "kecamatan": beside.where(is_kept, ""),
                    "candidates": got["candidates"],
                    "conflict": got["conflict"],
                }
            )
        )
    places = pd.concat(found, ignore_index=True)
    # A row that names no place has none; its main place is recorded as empty.
    main = places["role"].isin(["", PlaceRole.DOCUMENT.value])
    return places[main | places["place_status"].ne(PlaceStatus.EMPTY.value)].reset_index(drop=True)


def _identities(reader: _Reader, born: pd.Series[Any]) -> dict[int, tuple[str, ...]]:
    """Identifying data of the person of each row: a whole NIK, otherwise name and day of birth."""
    found: dict[int, tuple[str, ...]] = {}
    names, niks = reader.cells("person_name").tolist(), reader.cells("nik").tolist()
    for row, name, nik, day in zip(reader.mapped.index.tolist(), names, niks, born.tolist(), strict=True):
        if is_lossless(nik):
            found[row] = ("nik", digits(nik))
        elif name and not pd.isna(day):
            plain = " ".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())
            found[row] = ("name", plain, day.date().isoformat())
    return found


def _left_empty(reader: _Reader, bad: set[int]) -> dict[str, int]:
    """Rows that are accepted without their source or the name of their size, by field."""
    counts = {name: int((~cells.index.isin(bad)).sum()) for name, cells in reader.unlisted.items()}
    return {name: count for name, count in counts.items() if count and not reader.fields[name].is_needed}


def _offered(reader: _Reader, areas: Areas) -> dict[str, dict[str, int]]:
    """Texts in no list that can be nothing but the name of an office, with their rows, by field."""
    words = OfferedWords(areas)
    found = {name: cells.str.split().str.join(" ").value_counts() for name, cells in reader.unlisted.items()}
    offered = {
        name: {str(text): int(rows) for text, rows in counts.items() if words.offers(name, str(text))}
        for name, counts in found.items()
    }
    return {name: texts for name, texts in offered.items() if texts}


def _missing_place(reader: _Reader, places: pd.DataFrame) -> None:
    """Rejects rows of kinds that need a place and have none."""
    if reader.mapping.kind is Kind.CASES:
        return
    empty = places.loc[places["place_status"].eq(PlaceStatus.EMPTY.value), "row_number"]
    code, name, _ = place_fields(reader.mapping.kind)[""]
    field_name = code if reader.has(code) else name
    column, problem = reader.header(field_name), Problem.MISSING_VALUE
    reader.faults += [RowFault(int(row), column, problem, field=field_name, found=Cell.EMPTY) for row in empty]


def _reversed(reader: _Reader, main: pd.DataFrame) -> None:
    for first, last in (("from_on", "to_on"), ("joined_on", "left_on")):
        if first in main and last in main:
            reader.refuse(last, main[last] < main[first], Problem.DATES_REVERSED)


def _timelines(reader: _Reader, main: pd.DataFrame, places: pd.DataFrame) -> None:
    """Rejects impossible events of the rollout, alone or together with the other events of the file."""
    kode = dict(zip(places["row_number"], places["kode"], strict=True))
    unread = {fault.row for fault in reader.faults}
    told: dict[Any, dict[Any, Any]] = main.to_dict("index")
    readable = {row: {**one, "kode": kode.get(row, "")} for row, one in told.items() if row not in unread}
    for row, found in timeline.timeline_faults(readable, today=reader.today).items():
        reader.faults += [RowFault(row, reader.header(name), problem, hint) for name, problem, hint in found]


def _unreadable(sheet: Sheet, mapping: Mapping, mapped: pd.DataFrame) -> list[RowFault]:
    """Mapped cells with an error or with a formula that was never computed."""
    headers, there = set(mapping.columns.values()), set(mapped.index)
    return [
        RowFault(row, column, problem)
        for cells, problem in ((sheet.errors, Problem.ERROR_CELL), (sheet.without_value, Problem.NO_RESULT))
        for row, column in sorted(cells)
        if column in headers and row in there
    ]


def _of_records(
    faults: list[RowFault], unread: list[RowFault], nothing: set[int], almost_nothing: set[int]
) -> list[RowFault]:
    """Faults of all rows: an unreadable cell has one fault, and a row that is no record has one."""
    cells = {(one.row, one.column) for one in unread}
    nothing, almost_nothing = (rows - {row for row, _ in cells} for rows in (nothing, almost_nothing))
    nothing -= {one.row for one in faults} - almost_nothing
    found = unread + [one for one in faults if (one.row, one.column) not in cells and one.row not in nothing]
    return found + [RowFault(row, "", Problem.NO_RECORD) for row in sorted(nothing)]


def _doubtful(reader: _Reader, places: pd.DataFrame, sheet: Sheet) -> pd.DataFrame:
    """Places with a letter that could not be read go to review, however certain the rest of the name is."""
    matched = places["place_status"].eq(PlaceStatus.MATCHED.value)
    doubtful = pd.Series(data=False, index=places.index)
    for role, names in place_fields(reader.mapping.kind).items():
        headers = {reader.header(name) for name in names if reader.has(name)}
        rows = [row for row, column in sheet.damaged if column in headers]
        doubtful |= places["role"].eq(role) & places["row_number"].isin(rows) & matched
    if not doubtful.any():
        return places
    kept = places["kode"] + ":" + places["score"].fillna(1).map("{:.3f}".format)
    return places.assign(
        place_status=places["place_status"].mask(doubtful, PlaceStatus.REVIEW.value),
        candidates=places["candidates"].mask(doubtful & places["candidates"].eq(""), kept),
        kode=places["kode"].mask(doubtful, ""),
        match_by=places["match_by"].mask(doubtful, ""),
    )


def prepare_rows(  # noqa: PLR0913 - a sheet, its mapping, and all that reading it depends on
    sheet: Sheet,
    mapping: Mapping,
    *,
    areas: Areas,
    resolver: Resolver,
    today: dt.date,
    code_system: CodeSystem | None = None,
    zone: dt.tzinfo | None = None,
    known: KnownWords | None = None,
) -> Prepared:
    """Rows of a sheet read with its mapping: every row is accepted for the store, or rejected with its reasons.

    Parameters
    ----------
    sheet
        The file.
    mapping
        Assignment of columns to fields.
    areas
        The layer.
    resolver
        Resolver of its places, without decisions.
    today
        Nothing can be recorded after it.
    code_system
        Edition of the codes; None detects it.
    zone
        The city's time zone: a time of another zone is turned into the city's day. None leaves its day.
    known
        Words that may be stored as sources; None for the embedded ones alone.

    Raises
    ------
    DataError
        When the mapping does not fit the file: a column of places has too many different texts, or half a million
        cells cannot be read.
    """
    mapping = check_mapping(mapping, sheet.columns, sheet.name)
    rows = sheet.rows[~sheet.rows.index.isin(sheet.uneven)]
    mapped = apply(mapping, rows)
    told = left_out.totals(sheet, mapping, mapped)
    told |= dict.fromkeys(left_out.heads(mapping, mapped), Problem.NO_RECORD)
    told |= dict.fromkeys(set(sheet.footers) - set(told), Problem.NO_RECORD)
    rows, mapped = (one[~one.index.isin(list(told))] for one in (rows, mapped))
    clock = values.Clock(zone, is_1904=sheet.is_1904)
    reader = _Reader(sheet.name, mapping, mapped, today, clock, known or known_words(None))
    _check_spellings(reader)
    main = _main_columns(reader)
    unread = _unreadable(sheet, mapping, mapped)
    places = _resolved(reader, resolver, areas, code_system)
    places = _doubtful(reader, places, sheet)
    nothing, almost_nothing = left_out.without_facts(mapping, mapped, main, places)
    _missing_place(reader, places)
    _reversed(reader, main)
    reports, keys = pd.Series(-1, index=mapped.index), list[str]()
    identity: dict[int, tuple[str, ...]] = {}
    if mapping.kind is Kind.CASES:
        main = _cases(reader, main, resolver.kabupaten(reader.cells("origin_kode"), reader.cells("origin")))
        born = values.birth_dates(reader.cells("birth_on"), today=today, clock=reader.clock("birth_on"))
        identity = _identities(reader, born)
        document = places[places["role"].eq(PlaceRole.DOCUMENT.value)].set_index("row_number")
        main["nik_check"] = check_nik(
            reader.cells("nik"),
            sex=main["sex"],
            birth_on=born,
            says_here=document["place_status"].eq(PlaceStatus.MATCHED.value).reindex(mapped.index, fill_value=False),
            issued_here=[areas.city_code.replace(".", "")],
        )
        written = reader.cells("report").map(str.strip)
        codes, uniques = pd.factorize(written.where(written.ne("")))
        reports, keys = pd.Series(codes, index=mapped.index), [str(one) for one in uniques]
    elif mapping.kind is Kind.WATCHERS:
        main["sex"] = main["sex"].replace("", "unknown")
    elif mapping.kind is Kind.ROLLOUT:
        main["on_precision"] = main["on_precision"].replace("", Precision.DAY.value)
        main["recorded_on"] = main["recorded_on"].fillna(pd.Timestamp(today))
        _timelines(reader, main, places)
    faults = [RowFault(row, "", problem) for row, problem in told.items()]
    faults += [RowFault(row, "", Problem.UNEVEN_ROW) for row in sheet.uneven]
    faults += _of_records(reader.faults, unread, nothing, almost_nothing)
    bad = {fault.row for fault in faults}
    return Prepared(
        kind=mapping.kind,
        mapping=mapping.name,
        numbers=sheet.rows.index,
        values=main[~main.index.isin(bad)].drop(columns=["report"], errors="ignore"),
        places=places[~places["row_number"].isin(bad)],
        reports=reports,
        faults=tuple(sorted(faults, key=lambda fault: (fault.row, fault.column))),
        refused=main[main.index.isin(bad)].drop(columns=["report", *WRITTEN], errors="ignore"),
        left_empty=_left_empty(reader, bad),
        offered=_offered(reader, areas),
        _raw=rows,
        _identity=identity,
        _report_keys=keys,
    )
