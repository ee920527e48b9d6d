"""The four ways to write a kelurahan code. Three of them have ten digits and contradict each other.

In Kota Kupang 5371010001 means Naioni in BPS codes; some apps write the 1 before the running number as 0, and then
it means Namosain. So ten digits are never taken for one system only because they are valid in it: a person chooses
the system, or all codes of a file fit exactly one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from geo.errors import DataError, Fault, Problem
from geo.places.found import ELSEWHERE, NOTHING_WRITTEN, UNKNOWN, FoundPlace, best_first
from geo.settings import ROOT
from geo.terms import CodeSystem, MatchBy, PlaceStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

VILLAGES = ROOT / "data" / "names" / "desa_ntt.csv"
CROSSWALK = ROOT / "data" / "reference" / "denominators_kelurahan.csv"
_DOTTED = re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}")
_TEN = re.compile(r"\d{10}")
_FIRST_OF_RUNNING = 6


@lru_cache(maxsize=1)
def _bps() -> dict[str, str]:
    """Kemendagri code by BPS code, for the kelurahan in the project's crosswalk."""
    table = pd.read_csv(CROSSWALK, dtype="str", usecols=["kode", "kode_bps"])
    return dict(zip(table["kode_bps"], table["kode"], strict=True))


@lru_cache(maxsize=4)
def _written_elsewhere(system: CodeSystem) -> frozenset[str]:
    """Codes, as a system writes them, of the villages and kelurahan of the province that the project has listed."""
    if system is CodeSystem.BPS:
        return frozenset(_bps())
    listed = pd.read_csv(VILLAGES, dtype="str", usecols=["kode"])["kode"]
    dotted = [*(kode for kode in listed if is_dotted(kode)), *_bps().values()]
    return frozenset(as_written(kode, system) for kode in dotted)


def is_dotted(code: str) -> bool:
    """Whether a code is written with dots, as only Kemendagri codes are."""
    return bool(_DOTTED.fullmatch(code))


def is_bare(code: str) -> bool:
    """Whether a code is exactly ten digits."""
    return bool(_TEN.fullmatch(code))


def as_written(kode: str, system: CodeSystem) -> str:
    """A dotted code in the form of another system; empty text for BPS, which has its own codes.

    Examples
    --------
    >>> [as_written("53.71.01.1001", one) for one in (CodeSystem.KEMENDAGRI_PLAIN, CodeSystem.KEMENDAGRI_ZERO)]
    ['5371011001', '5371010001']
    """
    bare = kode.replace(".", "")
    if system is CodeSystem.KEMENDAGRI:
        return kode
    if system is CodeSystem.KEMENDAGRI_PLAIN:
        return bare
    if system is CodeSystem.KEMENDAGRI_ZERO:
        return f"{bare[:_FIRST_OF_RUNNING]}0{bare[_FIRST_OF_RUNNING + 1 :]}" if is_bare(bare) else ""
    return ""


def crosswalk(kode: Iterable[str], system: CodeSystem) -> Mapping[str, str]:
    """Dotted code by the code in another system; codes that two kelurahan would share are left out.

    Parameters
    ----------
    kode
        Dotted codes of the layer.
    system
        System of the codes to look up.
    """
    known = set(kode)
    if system is CodeSystem.BPS:
        return {bps: dotted for bps, dotted in _bps().items() if dotted in known}
    written = pd.Series({one: as_written(one, system) for one in sorted(known)}, dtype="str")
    written = written[written.ne("") & ~written.duplicated(keep=False)]
    return {code: str(dotted) for dotted, code in written.items()}


def infer(codes: Iterable[str], kode: Iterable[str]) -> CodeSystem | None:
    """The only system in which all codes of a file are kelurahan of the layer; None if no or several systems fit."""
    written, layer = set(codes), list(kode)
    if not written:
        return None
    fitting = [system for system in CodeSystem if written <= set(crosswalk(layer, system))]
    return fitting[0] if len(fitting) == 1 else None


def codes_found(
    codes: Sequence[str], system: CodeSystem | None, *, layer: Sequence[str], city_code: str
) -> list[FoundPlace]:
    """Place of each distinct code of a file.

    Of elsewhere is only what is in the list of places elsewhere: a code may be mistyped, and one that is in no list
    is a question. Where no system is stated, it is one of codes that are not sure.

    Parameters
    ----------
    codes
        Distinct codes, stripped; empty text where there is none.
    system
        System of the codes; None infers it from all codes.
    layer
        Kode of the layer.
    city_code
        Prefix of the city's codes.

    Raises
    ------
    DataError
        When bare ten digits come with `kemendagri`, which has dots.
    """
    bare = [code for code in codes if is_bare(code)]
    if system is CodeSystem.KEMENDAGRI and bare:
        # Only codes of the layer are quoted: ten digits in the wrong column may be a telephone number.
        known = [code for code in bare if any(code in crosswalk(layer, one) for one in CodeSystem)]
        raise DataError((Fault.of("", "", Problem.BAD_KODE, values=known),))
    dotted = crosswalk(layer, CodeSystem.KEMENDAGRI)
    # Inferred from all codes of the file: a file that mixes forms gives no evidence for its bare codes.
    chosen = system or infer([code for code in codes if code], layer)
    tables = {one: crosswalk(layer, one) for one in CodeSystem}
    in_no_list = UNKNOWN if chosen else FoundPlace(PlaceStatus.REVIEW, score=0.0)
    found = []
    for code in codes:
        if not code:
            found.append(NOTHING_WRITTEN)
        elif code in dotted or (chosen and code in tables[chosen]):
            kode = dotted[code] if code in dotted else tables[chosen or CodeSystem.KEMENDAGRI][code]
            found.append(FoundPlace(PlaceStatus.MATCHED, kode, MatchBy.CODE, 1.0, ((1.0, kode),)))
        elif is_bare(code) and chosen is None:
            meant = sorted({tables[one][code] for one in CodeSystem if code in tables[one]})
            pairs = best_first([(1 / len(meant), kode) for kode in meant])
            found.append(FoundPlace(PlaceStatus.REVIEW, score=pairs[0][0], candidates=pairs) if pairs else in_no_list)
        else:
            found.append(ELSEWHERE if _is_elsewhere(code, chosen, city_code) else in_no_list)
    return found


def _is_elsewhere(code: str, system: CodeSystem | None, city_code: str) -> bool:
    """Whether a code that is none of the layer's is that of a place outside of the city."""
    written = CodeSystem.KEMENDAGRI if is_dotted(code) else system
    if written is None or code.startswith((f"{city_code}.", city_code.replace(".", ""))):
        return False
    return code in _written_elsewhere(written)
