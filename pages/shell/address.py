"""The address is the view: plain query parameters, checked, in both directions. Independent of Streamlit."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.measures.figures import COUNTS, Measure
from geo.period import Period
from geo.terms import Denominator, StoreName
from geo.words import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping


class Aspect(StrEnum):
    """Parts of *Titik rawan*."""

    VERDICT = "keputusan"
    MEASURE = "angka"
    COMPARE = "banding"
    COURSE = "arah"
    PROVINCE = "ntt"


class Step(StrEnum):
    """Parts of *Kelurahan berikutnya*."""

    ORDER = "urutan"
    WAVES = "gelombang"
    COMPARE = "banding"


class Part(StrEnum):
    """Parts of *Perluasan CW*."""

    STATE = "keadaan"
    BOARD = "papan"
    PLAN = "rencana"
    AROUND = "sebelum-sesudah"
    EVENTS = "peristiwa"


_MEASURES = {
    "korban": Measure.VICTIMS,
    "laporan": Measure.CASES,
    "anggota": Measure.WATCHERS,
    "laporan-per-ukuran": Measure.CASE_RATE,
    "laporan-dihaluskan": Measure.SMOOTH_RATE,
}
_WORDS = {measure: word for word, measure in _MEASURES.items()}
_LONGEST = 40
#: Days that can be selected: the widgets offer no others.
FIRST_DAY, LAST_DAY = date(2010, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class View:
    """Selections of a visitor.

    Parameters
    ----------
    store
        Example data or the city's own.
    period
        Years of the records.
    on
        Day for stages and watchers.
    measure
        Measure of the map's fill.
    denominator
        Population used as the denominator of rates.
    kelurahan
        Key of the chosen kelurahan, or empty.
    language
        Language of the interface.
    tiles
        Whether the online background map is on; never part of an address.
    aspect
        Selected part of *Titik rawan*.
    known
        On *Perluasan CW*: only what was known here by that day; None for everything known.
    part
        Selected part of *Perluasan CW*.
    step
        Selected part of *Kelurahan berikutnya*.
    plan
        Identifier of a saved plan in an address, or empty.
    """

    store: StoreName
    period: Period
    on: date
    measure: Measure = Measure.VICTIMS
    denominator: Denominator = Denominator.STATIONS_2024
    kelurahan: str = ""
    language: Language = Language.ID
    tiles: bool = False
    aspect: Aspect = Aspect.VERDICT
    known: date | None = None
    part: Part = Part.STATE
    step: Step = Step.ORDER
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Nameable:
    """Values that an address may name here.

    Parameters
    ----------
    stores
        Stores that are open.
    kelurahan
        Keys of the layer.
    years
        Years with records; empty when there are none.
    periods
        The only periods with data; None where any years can be combined.
    """

    stores: Container[StoreName]
    kelurahan: Container[str]
    years: range
    periods: Container[Period] | None = None


def _period(text: str, known: Nameable) -> Period:
    period = Period.parse(text)
    if (known.periods is not None and period not in known.periods) or (
        known.years and not set(period.years) & set(known.years)
    ):
        msg = "no records of that period"
        raise ValueError(msg)
    return period


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        msg = "a day that cannot be looked at"
        raise ValueError(msg)
    return day


def _member(text: str, allowed: Container[str]) -> str:
    if text not in allowed:
        msg = "not in the list"
        raise ValueError(msg)
    return text


def _token(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        msg = "no name of a plan"
        raise ValueError(msg)
    return text


def _readers(known: Nameable) -> dict[str, tuple[str, Callable[[str], object]]]:
    return {
        "data": ("store", lambda text: StoreName(_member(text, known.stores))),
        "periode": ("period", lambda text: _period(text, known)),
        "tanggal": ("on", _day),
        "ukuran": ("measure", _MEASURES.__getitem__),
        "penyebut": ("denominator", Denominator),
        "kelurahan": ("kelurahan", lambda text: _member(text, known.kelurahan)),
        "bahasa": ("language", Language),
        "lihat": ("aspect", Aspect),
        "diketahui": ("known", _day),
        "bagian": ("part", Part),
        "langkah": ("step", Step),
        "rencana": ("plan", _token),
    }


def read_view(parameters: Mapping[str, str], default: View, known: Nameable) -> tuple[View, list[str]]:
    """View of an address, and the parameters that could not be used.

    A missing or wrong parameter leaves the default; an unknown parameter is ignored.
    """
    view, refused = default, []
    for name, (part, reader) in _readers(known).items():
        written = parameters.get(name)
        if not written:
            continue
        try:
            view = replace(view, **{part: reader(written[:_LONGEST])})
        except (ValueError, KeyError):
            refused.append(name)
    return view, refused


def write_view(view: View) -> dict[str, str]:
    """Query parameters of a view; the same view always gives the same ones.

    Examples
    --------
    >>> view = View(StoreName.CONTOH, Period(2017, 2017), date(2018, 11, 16))
    >>> write_view(view)
    {'data': 'contoh', 'periode': '2017', 'tanggal': '2018-11-16', 'ukuran': 'korban', 'bahasa': 'id'}
    """
    written = {
        "data": view.store.value,
        "periode": str(view.period),
        "tanggal": view.on.isoformat(),
        "ukuran": _WORDS[view.measure],
        "penyebut": "" if view.measure in COUNTS else view.denominator.value,
        "kelurahan": view.kelurahan,
        "bahasa": view.language.value,
        "lihat": "" if view.aspect is Aspect.VERDICT else view.aspect.value,
        "diketahui": view.known.isoformat() if view.known else "",
        "langkah": "" if view.step is Step.ORDER else view.step.value,
        "rencana": view.plan,
        "bagian": "" if view.part is Part.STATE else view.part.value,
    }
    return {name: text for name, text in written.items() if text}
