"""Cells as people write them, read as dates and words. Unreadable cells are reported, never guessed.

Every function takes a Series of text and returns a Series on the same index and the mask of the unreadable cells; an
empty cell, and one with "-" or "tidak ada", is empty and readable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.period import EARLIEST_YEAR
from geo.sheets.numbers import only_reading
from geo.sheets.plain_text import NO_VALUE, folded
from geo.terms import AgeGroup, Claim, CountedAs, Course, EarlyWhy, Precision, ReportedBy, Sex, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

#: This field has no older records; an earlier date is a typing error or a telephone number.
EARLIEST = date(EARLIEST_YEAR, 1, 1)
#: Under 18: UU 21/2007, article 1.
_ADULT_FROM, _OLDEST = 18, 120
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february pebruari peb feb",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agt agst agu aug ags",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
# A time that no clock shows is left in place: then the cell is not a date.
_TIME = re.compile(
    r"[t ](?P<hour>[01]?\d|2[0-4])[:.](?P<minute>[0-5]\d)(?:[:.](?:[0-5]\d|60)(?:[.,]\d+)?)?(?![:.]?\d)"
    r"\s*(?P<half>[ap]\.?m\b\.?)?\s*(?P<zone>z|utc|gmt|wib|wita|wit|[+-]\d\d:?(?:\d\d)?)?(?![a-z\d]).*$"
)
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "wib": 7, "wita": 8, "wit": 9}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})[\s./-]*([a-z]{3,10})[\s.,/-]*(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([a-z]{3,10})[\s.]*(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4})")
_MONTH_YEAR = re.compile(r"([a-z]{3,10})[\s.,/-]*(\d{4})")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_DAY_NAME = re.compile(r"^(senin|selasa|rabu|kamis|jum'?at|sabtu|minggu|ahad)[\s,]+")
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet has no zones
_CENTURY, _HOURS, _MINUTES = 100, 24, 60


@dataclass(frozen=True, eq=False)
class Dates:
    """Dates, where they could be read.

    Parameters
    ----------
    values
        datetime64; missing where empty or unreadable.
    precision
        `Precision` of each, `day` where missing.
    bad
        Cells whose content is not a date from 1990 to `today`.
    is_month_first
        Whether the column has a value such as 04/25/2018, so that the month comes first in all of it.
    """

    values: pd.Series[Any]
    precision: pd.Series[str]
    bad: pd.Series[bool]
    is_month_first: bool

    def last_days(self, until: date) -> pd.Series[Any]:
        """Last possible day of each date, for a month or a year its own last day; none after `until`."""
        month, year = (self.values + offset(0) for offset in (pd.offsets.MonthEnd, pd.offsets.YearEnd))
        last = self.values.where(self.precision.ne(Precision.MONTH), month)
        last = last.where(self.precision.ne(Precision.YEAR), year)
        return last.mask(last > pd.Timestamp(until), pd.Timestamp(until))

    def known_to(self, said: pd.Series[str]) -> pd.Series[str]:
        """Precision of each: the coarser of the written date's and the stated one, empty where none is stated."""
        order = [one.value for one in Precision]
        return self.precision.where(
            said.map(lambda one: order.index(one) if one else 0) <= self.precision.map(order.index), said
        )


def is_empty(cells: pd.Series[str]) -> pd.Series[bool]:
    """Cells that mean "no value"."""
    return _each(cells, NO_VALUE.__contains__).astype(bool)


def read_once(cells: pd.Series[str], read: Callable[[str], Any]) -> pd.Series[Any]:
    """Value of each cell; every distinct cell is read once.

    Parameters
    ----------
    cells
        Text, none missing.
    read
        Reader of one cell.
    """
    codes, texts = pd.factorize(cells)
    return texts.to_series().map(read).take(codes).set_axis(cells.index)


def _each(cells: pd.Series[str], read: Callable[[str], Any]) -> pd.Series[Any]:
    """Every distinct cell read once, as plain text."""
    return read_once(cells, lambda text: read(folded(text)))


def _year(text: str, today: date) -> int:
    """A year; two digits mean the latest such year that has begun."""
    year = int(text)
    if len(text) == 4:  # noqa: PLR2004
        return year
    century = today.year // _CENTURY * _CENTURY
    return century + year if century + year <= today.year else century - _CENTURY + year


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Clock:
    """How days and times of a file are counted.

    Parameters
    ----------
    zone
        The city's time zone: a time that states its own is turned into the city's day. None leaves its day.
    is_utc
        Whether times without a zone are of UTC.
    is_1904
        Whether days without a format are counted from 1904.
    """

    zone: tzinfo | None = None
    is_utc: bool = False
    is_1904: bool = False

    def day(self, day: date, time: re.Match[str] | None) -> date:
        """The city's day of a day with a time as written."""
        if time is None or self.zone is None:
            return day
        offset = self._offset(time["zone"])
        if offset is None:
            return day
        hour = int(time["hour"]) % 12 + 12 * time["half"].startswith("p") if time["half"] else int(time["hour"])
        try:
            there = datetime(day.year, day.month, day.day, tzinfo=timezone(offset)) + timedelta(
                hours=hour, minutes=int(time["minute"])
            )
            return there.astimezone(self.zone).date()
        except OverflowError:
            # Before the first day of the calendar, or after its last.
            return day

    def _offset(self, zone: str | None) -> timedelta | None:
        if zone is None:
            return timedelta() if self.is_utc else None
        if zone in _ZONES:
            return timedelta(hours=_ZONES[zone])
        sign = -1 if zone[0] == "-" else 1
        hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
        return sign * timedelta(hours=hours, minutes=minutes) if hours < _HOURS and minutes < _MINUTES else None

    def serial(self, text: str) -> date:
        """Day of a number of days, as a spreadsheet counts them."""
        begun = _EPOCH_1904 if self.is_1904 else _EPOCH
        at = begun + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400))
        if self.is_utc and self.zone is not None:
            return at.replace(tzinfo=UTC).astimezone(self.zone).date()
        return at.date()


_PLAIN_CLOCK = Clock()


def _read_date(text: str, today: date, clock: Clock, *, month_first: bool) -> tuple[date, Precision] | None:
    if _SERIAL.fullmatch(text):
        return clock.serial(text), Precision.DAY
    time = _TIME.search(text)
    found = _read_day(
        _DAY_NAME.sub("", text[: time.start()] if time else text).strip(), today, month_first=month_first
    )
    return found and (clock.day(found[0], time), found[1])


def _read_day(text: str, today: date, *, month_first: bool) -> tuple[date, Precision] | None:  # noqa: PLR0911 - one return a form
    found: date | None
    if match := _ISO.fullmatch(text):
        found = _made(*(int(part) for part in match.groups()))
        return (found, Precision.DAY) if found else None
    if match := _NUMBERS.fullmatch(text):
        one, two = int(match[1]), int(match[2])
        day, month = (two, one) if month_first else (one, two)
        found = _made(_year(match[3], today), month, day)
        return (found, Precision.DAY) if found else None
    if (match := _NAMED.fullmatch(text)) and match[2] in _MONTHS:
        found = _made(_year(match[3], today), _MONTHS[match[2]], int(match[1]))
        return (found, Precision.DAY) if found else None
    if (match := _NAMED_FIRST.fullmatch(text)) and match[1] in _MONTHS:
        found = _made(int(match[3]), _MONTHS[match[1]], int(match[2]))
        return (found, Precision.DAY) if found else None
    if (match := _MONTH_YEAR.fullmatch(text)) and match[1] in _MONTHS:
        found = _made(int(match[2]), _MONTHS[match[1]], 1)
        return (found, Precision.MONTH) if found else None
    if re.fullmatch(r"\d{4}", text):
        found = _made(int(text), 1, 1)
        return (found, Precision.YEAR) if found else None
    return None


def _is_month_first(cells: pd.Series[str]) -> bool:
    """Whether some cell can only be read month first and none only day first."""
    pairs = [
        (int(m[1]), int(m[2])) for text in cells.unique() if (m := _NUMBERS.fullmatch(_TIME.sub("", folded(text))))
    ]
    most = 12
    return any(two > most for _, two in pairs) and not any(one > most for one, _ in pairs)


def dates(cells: pd.Series[str], *, today: date, until: date | None = None, clock: Clock = _PLAIN_CLOCK) -> Dates:
    """Dates in the usual formats: ISO, "16 November 2018", "16/11/18", Excel's serial numbers, month or year.

    Day before month, as in Indonesia, unless the column itself shows the opposite. A year with two digits is the
    latest such year that has begun. A date before 1990 or after `until` (today by default) is unreadable: birth dates
    have a reader of their own, which stores nothing.

    Examples
    --------
    >>> cells = pd.Series(["16 Nopember 2018", "16-11-18", "43420", "2018", "31/2/2018"])
    >>> found = dates(cells, today=date(2026, 1, 1))
    >>> found.values.dt.strftime("%Y-%m-%d").tolist()
    ['2018-11-16', '2018-11-16', '2018-11-16', '2018-01-01', nan]
    >>> found.precision.tolist(), found.bad.tolist()
    (['day', 'day', 'day', 'year', 'day'], [False, False, False, False, True])
    """
    month_first = _is_month_first(cells)

    def read(text: str) -> tuple[date, Precision] | None:
        found = _read_date(text, today, clock, month_first=month_first) if text not in NO_VALUE else None
        return found if found and EARLIEST <= found[0] <= (until or today) else None

    found = _each(cells, read)
    values = pd.to_datetime(found.map(lambda one: one[0] if one else None))
    precision = found.map(lambda one: one[1].value if one else Precision.DAY.value)
    return Dates(values, precision, found.isna() & ~is_empty(cells), month_first)


_SEXES = {
    Sex.FEMALE: "p|pr|prp|perempuan|wanita|female|f|w",
    Sex.MALE: "l|lk|laki|laki-laki|laki laki|laki2|lelaki|pria|male|m",
    Sex.UNKNOWN: "tidak diketahui|tdk diketahui|belum diketahui|?",
}
# The stages of a police case are not the status of a victim: a mapping defines them, not this list.
_STATUS = {
    Status.CONFIRMED: "terkonfirmasi|terbukti|korban terbukti|korban terkonfirmasi|confirmed victim",
    Status.SUSPECTED: "terduga|diduga|dugaan|diduga korban|terduga korban|indikasi|suspected victim",
    Status.PREVENTED: "dicegah|pencegahan|digagalkan|gagal berangkat|dipulangkan|dideportasi|non prosedural"
    "|non-prosedural|nonprosedural|unprosedural|tidak prosedural",
    Status.DECEASED: "meninggal|meninggal dunia|wafat|jenazah|md",
}
_YES = {"yes": "ya|y|yes|sudah|true|1|benar|selesai|ditindaklanjuti", "no": "tidak|tdk|belum|no|n|false|0"}
_STAGES = {
    Stage.PROPOSED: "usulan|diusulkan",
    Stage.SOCIALISED: "sosialisasi|disosialisasikan",
    Stage.DECREE: "sk|surat keputusan|ditetapkan",
    Stage.RECRUITED: "anggota direkrut|direkrut|perekrutan",
    Stage.TRAINED: "dilatih|pelatihan",
    Stage.ACTIVE: "aktif|berjalan",
    Stage.DORMANT: "tidak aktif|pasif|vakum",
    Stage.REACTIVATED: "aktif kembali|diaktifkan kembali",
    Stage.DISSOLVED: "bubar|dibubarkan",
}
_COUNTED_AS = {
    CountedAs.CW: "community watch",
    CountedAs.GT_TPPO: "gt tppo|gt-tppo|gugus tugas|gugus tugas tppo",
    CountedAs.TIM_ANTI_TRAFFICKING: "tim anti trafficking|tim anti-trafficking",
}
_CLAIMS = {Claim.ACTUAL: "tercapai|realisasi|nyata", Claim.TARGET: "target|rencana"}
_COURSES = {
    Course.BASIC: "dasar|pelatihan dasar",
    Course.REFRESHER: "penyegaran|pelatihan penyegaran|lanjutan",
    Course.OTHER: "lain|lainnya|pelatihan lain",
}
_REPORTERS = {
    ReportedBy.DINAS_P3A: "dinas|dinas p3a|dp3a|p3a",
    ReportedBy.KECAMATAN: "camat|kantor camat",
    ReportedBy.KELURAHAN: "lurah|kantor lurah",
    ReportedBy.WATCHERS: "cw|community watch|anggota cw|pemantau",
    ReportedBy.POLICE: "polisi|polres|polsek|polda",
    ReportedBy.PRESS: "media|berita|pers|koran",
    ReportedBy.OTHER: "lain|lainnya",
}
_EARLY = {
    EarlyWhy.HELD_JOINTLY: "digabung|pelatihan gabungan",
    EarlyWhy.DECREE_BACKDATED: "sk berlaku surut|berlaku surut",
    EarlyWhy.DECREE_LOST: "sk lama hilang|sk hilang",
    EarlyWhy.OTHER_DECREE: "memakai sk lain|sk lain",
}
_PRECISIONS = {Precision.DAY: "hari|tanggal", Precision.MONTH: "bulan", Precision.YEAR: "tahun"}
#: Types of signs and groups of watchers: closed lists, so that no note can be entered as one.
_SIGNS = {
    "newcomers_in_kos": "pendatang di kos|banyak pendatang di kos|banyak pendatang lama tinggal di satu kos|kos",
    "recruiter_seen": "ada perekrut|perekrut|perekrut terlihat|calo|ada calo",
    "document_request": "permintaan surat|permintaan surat yang janggal|surat janggal|permintaan dokumen",
    "question": "pertanyaan|pertanyaan warga|tanya",
    "other": "lain|lainnya|lain-lain",
}
_GROUPS = {
    "pkk": "kader pkk|ibu pkk",
    "adat": "tokoh adat|lembaga adat",
    "faith": "agama|tokoh agama|gereja|masjid",
    "youth": "pemuda|karang taruna|remaja|orang muda",
    "rt_rw": "rt|rw|rt/rw|ketua rt|ketua rw",
    "teacher": "guru|sekolah|pendidik",
    "other": "lain|lainnya|lain-lain",
}


def _table(words: Mapping[Any, str]) -> dict[str, str]:
    """Canonical word by each of its spellings; canonical words always mean themselves."""
    table = {one: str(ours) for ours in words for one in (str(ours), str(ours).replace("_", " "))}
    return table | {folded(one): str(ours) for ours, written in words.items() for one in written.split("|")}


#: Canonical word by written word, for each field that takes words.
WORDS: dict[str, dict[str, str]] = {
    "sex": _table(_SEXES),
    "status": _table(_STATUS),
    "age_group": _table(
        {
            AgeGroup.CHILD: "anak|anak-anak|di bawah umur|dibawah umur|child|minor|bayi|balita|remaja di bawah 18",
            AgeGroup.ADULT: "dewasa|adult|orang dewasa|lansia",
            AgeGroup.UNKNOWN: "tidak diketahui|tdk diketahui|belum diketahui|?",
        }
    ),
    "followed_up": _table(_YES),
    "stage": _table(_STAGES),
    "counted_as": _table(_COUNTED_AS),
    "claim": _table(_CLAIMS),
    "on_precision": _table(_PRECISIONS),
    "reported_precision": _table(_PRECISIONS),
    "course": _table(_COURSES),
    "reported_by": _table(_REPORTERS),
    "early_why": _table(_EARLY),
    "kind": _table(_SIGNS),
    "group": _table(_GROUPS),
}


def words(
    cells: pd.Series[str], field: str, *, own: Mapping[str, str] | None = None
) -> tuple[pd.Series[str], pd.Series[bool]]:
    """Canonical words for written words; a word that is in no list is unreadable.

    Parameters
    ----------
    cells
        As written.
    field
        Which list: a key of `WORDS`.
    own
        Additional words of a mapping, from written to canonical; they take precedence over the list.

    Examples
    --------
    >>> values, bad = words(pd.Series(["Perempuan", "L", "", "wadam"]), "sex")
    >>> values.tolist(), bad.tolist()
    (['female', 'male', '', ''], [False, False, False, True])
    """
    table = WORDS[field] | {folded(written): ours for written, ours in (own or {}).items()}
    found = _each(cells, lambda text: table.get(text.rstrip("."), table.get(text, "")))
    return found, found.eq("") & ~is_empty(cells)


_MONTHS_OLD = re.compile(r"\d{1,2}\s*(bulan|bln|hari|minggu)")


def age_groups(cells: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[bool]]:
    """Child or adult, from a word or from years; under 18 is a child.

    Examples
    --------
    >>> age_groups(pd.Series(["17 th", "18", "dewasa", "8 bulan"]))[0].tolist()
    ['child', 'adult', 'adult', 'child']
    """

    def read(text: str) -> str:
        if text in WORDS["age_group"]:
            return WORDS["age_group"][text]
        if _MONTHS_OLD.fullmatch(text):
            return AgeGroup.CHILD.value
        years = only_reading(text)
        if years is None or not 0 <= years <= _OLDEST:
            return ""
        return (AgeGroup.CHILD if years < _ADULT_FROM else AgeGroup.ADULT).value

    found = _each(cells, lambda text: "" if text in NO_VALUE else read(text))
    return found, found.eq("") & ~is_empty(cells)


def birth_dates(cells: pd.Series[str], *, today: date, clock: Clock = _PLAIN_CLOCK) -> pd.Series[Any]:
    """Dates of birth, missing where unreadable: read for a check, never stored."""
    month_first = _is_month_first(cells)

    def read(text: str) -> date | None:
        found = _read_date(text.rpartition(", ")[2], today, clock, month_first=month_first)
        is_whole = found is not None and found[1] is Precision.DAY
        return (
            found[0] if found and is_whole and today.year - _OLDEST <= found[0].year and found[0] <= today else None
        )

    return pd.to_datetime(_each(cells, read))
