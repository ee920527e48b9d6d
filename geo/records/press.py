"""Figures that the press printed of the province: published facts, by kabupaten."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from geo.settings import ROOT

_FIGURES = ROOT / "data" / "reference" / "tppo_pmi_ntt.csv"
_RESIDENTS = ROOT / "data" / "reference" / "ntt_penduduk_kepmendagri2025.csv"
_PROVINCE = "53"
#: Migrants who died abroad, the latest count whose kabupaten add up to the total printed with them.
_SERIES, _SPAN = "PMI asal NTT meninggal di luar negeri (BP3MI NTT)", "2024-01-01/2024-12-06"


@dataclass(frozen=True, eq=False, slots=True)
class PressFigures:
    """One series of one period.

    Parameters
    ----------
    deaths
        Persons by `kode` of the kabupaten; 0 where none is listed, because those listed make up the total.
    residents
        On the same index.
    from_on, to_on
        First and last day, as printed.
    source
        Who printed it.
    """

    deaths: pd.Series[int]
    residents: pd.Series[float]
    from_on: str
    to_on: str
    source: str


def press_figures() -> PressFigures:
    """Migrants from the kabupaten of NTT who died abroad in 2024, and how many people live there.

    Raises
    ------
    ValueError
        When the kabupaten listed do not make up the total: then one that is not listed is unknown, not zero.
    """
    table = pd.read_csv(_FIGURES, dtype={"kode": "string"})
    of = table[table["indikator"].eq(_SERIES) & table["periode"].eq(_SPAN)].set_index("kode")
    figures = of["nilai"].astype(int)
    total, listed = int(figures[_PROVINCE]), figures.drop(_PROVINCE)
    if listed.sum() != total:
        msg = f"{listed.sum()} listed, {total} in all"
        raise ValueError(msg)
    people = pd.read_csv(_RESIDENTS, dtype={"kode": "string"}).set_index("kode")["penduduk"].drop(_PROVINCE)
    start, end = _SPAN.split("/")
    return PressFigures(
        deaths=listed.reindex(people.index).fillna(0).astype(int),
        residents=people.astype(float),
        from_on=start,
        to_on=end,
        source=str(of["sumber"].iloc[0]),
    )
