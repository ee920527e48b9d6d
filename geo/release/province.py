"""Already public figures of the press, in the form that measures need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from geo.facts import press_figures
from geo.period import Period
from geo.places.boundaries import read_areas
from geo.release.released import Count, Counts
from geo.settings import EMBEDDED, ROOT, read_settings
from geo.terms import State

if TYPE_CHECKING:
    from geo.places.boundaries import Areas

_LAYER = ROOT / "data" / "boundaries" / "ntt_kabkota.geojson"


@dataclass(frozen=True, eq=False, slots=True)
class ProvinceFigures:
    """Counts printed in a newspaper.

    Parameters
    ----------
    areas
        The kabupaten.
    counts
        Persons who died, one per case; not known to be independent of each other.
    sizes
        Residents, one column.
    from_on, to_on
        First and last day, ISO dates.
    source
        Who published it.
    """

    areas: Areas
    counts: Counts
    sizes: pd.DataFrame
    from_on: str
    to_on: str
    source: str


def province_figures() -> ProvinceFigures:
    """Migrants from each kabupaten of NTT who died abroad in 2024: real figures, and public."""
    own = read_settings(EMBEDDED).areas
    areas = read_areas(
        replace(own, path=_LAYER, key="kode", name="nama_pendek", group="", city="NTT", city_code="53")
    )
    found = press_figures()
    deaths = found.deaths.reindex(areas.index).astype("Int64")
    state = pd.Series(State.SHOWN.value, index=areas.index, dtype="object").mask(deaths.eq(0), State.ZERO.value)
    total = Count(int(deaths.sum()), State.SHOWN)
    none = Count(0, State.ZERO)
    year = int(found.to_on[:4])
    counts = Counts(
        period=Period(year, year),
        table=pd.DataFrame({"victims": deaths, "cases": deaths, "state": state, "is_keyed": False}),
        victims=total,
        cases=total,
        elsewhere=none,
        origin_known=none,
        unplaced={},
    )
    sizes = pd.DataFrame({"penduduk": found.residents.reindex(areas.index)})
    return ProvinceFigures(areas, counts, sizes, found.from_on, found.to_on, found.source)
