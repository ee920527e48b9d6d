"""The ranking of *Titik rawan*, and its funnel in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.measures.figures import PER, case_figures, smooth_rate, victims
from geo.measures.rates import outside
from geo.present.tables import cell, order

if TYPE_CHECKING:
    from geo.measures.figures import Figures
    from geo.measures.rates import Rates
    from geo.release.released import Released
    from geo.words import Words

#: Share of kelurahan inside the outer limits of the funnel (Spiegelhalter 2005 uses the same two).
OUTER = 0.998


def ranking(released: Released, mapped: Figures, found: Rates | None, words: Words) -> pd.DataFrame:
    """Kelurahan by the measure on the map: counts, size, rates with interval, position in the funnel; all text.

    Parameters
    ----------
    released
        Release for this viewer.
    mapped
        The measure that decides the order.
    found
        Rates of the same release; None if the layer has no sizes.
    words
        Language.
    """
    names = released.areas.names
    rows = order(mapped, names)
    counted = [*((case_figures(released),) if released.has_reports else ()), victims(released)]
    columns = {
        words("table.kecamatan"): released.areas.groups[rows].tolist(),
        **{words(f"measure.{one.measure}"): [cell(one, kode, words) for kode in rows] for one in counted},
    }
    if found is not None:
        per, table, place = PER[found.denominator], found.table, outside(found, inside=OUTER)
        smooth = smooth_rate(released, found.denominator)
        columns[words(f"denominator.{found.denominator}")] = [words.number(int(table["size"][kode])) for kode in rows]
        columns[words("table.rate")] = [_number(table["rate"][kode] * per, words) for kode in rows]
        columns[words("table.smooth")] = [
            f"{cell(smooth, kode, words)} ({_number(table['smooth_low'][kode] * per, words)}"
            f"\N{EN DASH}{_number(table['smooth_high'][kode] * per, words)})"
            if pd.notna(table["smooth"][kode])
            else ""
            for kode in rows
        ]
        columns[words("table.funnel")] = [words(f"funnel.{place[kode]}") if place[kode] else "" for kode in rows]
    return pd.DataFrame(columns, index=pd.Index(names[rows], name=words("table.kelurahan")))


def _number(value: float, words: Words) -> str:
    return "" if pd.isna(value) else words.number(round(float(value), 1))


def funnel_sentence(found: Rates, names: pd.Series[str], words: Words) -> str:
    """Number of kelurahan outside the limits, which ones above, and how often chance alone gives that."""
    place = outside(found, inside=OUTER)
    above = names[place.index[place.eq("above")]].tolist()
    told = int(place.ne("").sum())
    chance = 1 - OUTER**told
    return words(
        "funnel.sentence",
        told=told,
        above=len(above),
        names=", ".join(above) if above else words("funnel.nobody"),
        below=int(place.eq("below").sum()),
        chance=words.percent(chance),
    )
