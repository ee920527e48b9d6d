"""Sizes of kelurahan that rates are formed with: real stand-ins, because no population per kelurahan is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.settings import ROOT
from geo.terms import Denominator

if TYPE_CHECKING:
    from geo.places.boundaries import Areas

_FILE = ROOT / "data" / "reference" / "denominators_kelurahan.csv"
_COLUMNS = {
    Denominator.STATIONS_2024: "tps_reguler_2024",
    Denominator.STATIONS_2014: "tps_pilpres2014",
    Denominator.UNDER_FIVE_2022: "balita_sasaran_2022",
}


def read_denominators(areas: Areas, *, own: pd.Series[float] | None = None) -> pd.DataFrame:
    """Sizes by kelurahan; a column each for the denominators that every kelurahan of the layer has.

    Parameters
    ----------
    areas
        The layer; one of another city has none of the embedded ones.
    own
        The city's own size by `kode`; used where it has one above zero for every kelurahan.

    Returns
    -------
    DataFrame of float on the kelurahan index, columns named by `Denominator`; no missing values.
    """
    table = pd.read_csv(_FILE, dtype={"kode": "string"}).set_index("kode")
    found = table[list(_COLUMNS.values())].rename(columns={name: key.value for key, name in _COLUMNS.items()})
    if own is not None and not own.empty:
        found = found.reindex(areas.index).assign(**{Denominator.OWN.value: own[own > 0].reindex(areas.index)})
    return found.reindex(areas.index).astype(float).dropna(axis="columns")
