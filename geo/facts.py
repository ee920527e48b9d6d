"""Embedded facts: tables that come with the program, read from `data/` without a database.

`data/sources.toml` gives source and licence of each; `read_origins` reads it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from geo.schemas import Table, canonical_columns, typed
from geo.settings import ROOT
from geo.terms import Denominator

if TYPE_CHECKING:
    from pathlib import Path

#: Published facts of the rollout, one dated event per row.
ROLLOUT_FACTS = ROOT / "data" / "facts" / "rollout.csv"
_STUDIES = ROOT / "data" / "facts"
_REFERENCE = ROOT / "data" / "reference"
_PROVINCE = "53"
#: Migrants who died abroad: the latest count whose kabupaten add up to the printed total.
_SERIES, _SPAN = "PMI asal NTT meninggal di luar negeri (BP3MI NTT)", "2024-01-01/2024-12-06"
_SIZES = {
    Denominator.STATIONS_2024: "tps_reguler_2024",
    Denominator.STATIONS_2014: "tps_pilpres2014",
    Denominator.UNDER_FIVE_2022: "balita_sasaran_2022",
}


def embedded_table(table: Table, path: Path) -> pd.DataFrame:
    """One canonical table from a file of the project itself (UTF-8, comma, header in row 1).

    It is not checked here: the tests check every such file.
    """
    text = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    return typed(table, canonical_columns(table, text))


def rollout_facts() -> pd.DataFrame:
    """Dated events of the rollout from the press, as the canonical table `rollout`."""
    return embedded_table(Table.ROLLOUT, ROLLOUT_FACTS)


def read_denominators(index: pd.Index[str], *, own: pd.Series[float] | None = None) -> pd.DataFrame:
    """Sizes of kelurahan for rates: real substitutes, because no population per kelurahan is published.

    Parameters
    ----------
    index
        Kelurahan of the layer; a layer of another city has none of the embedded sizes.
    own
        The city's own size by `kode`; used if every kelurahan has one above zero.

    Returns
    -------
    DataFrame of float on the index, one column for each denominator that every kelurahan of the layer has, named
    by `Denominator`; no missing values.
    """
    table = pd.read_csv(_REFERENCE / "denominators_kelurahan.csv", dtype={"kode": "string"}).set_index("kode")
    found = table[list(_SIZES.values())].rename(columns={name: key.value for key, name in _SIZES.items()})
    if own is not None and not own.empty:
        found = found.reindex(index).assign(**{Denominator.OWN.value: own[own > 0].reindex(index)})
    return found.reindex(index).astype(float).dropna(axis="columns")


@dataclass(frozen=True, eq=False, slots=True)
class PressFigures:
    """Figures of one series in one period.

    Parameters
    ----------
    deaths
        Persons by `kode` of the kabupaten; 0 where none is listed, because the listed ones add up to the total.
    residents
        On the same index.
    from_on, to_on
        First and last day, as printed.
    source
        Who published it.
    """

    deaths: pd.Series[int]
    residents: pd.Series[float]
    from_on: str
    to_on: str
    source: str


def press_figures() -> PressFigures:
    """Migrants from the kabupaten of NTT who died abroad in 2024, with residents per kabupaten.

    Raises
    ------
    ValueError
        When the listed kabupaten do not add up to the total: an unlisted one is then unknown, not zero.
    """
    table = pd.read_csv(_REFERENCE / "tppo_pmi_ntt.csv", dtype={"kode": "string"})
    of = table[table["indikator"].eq(_SERIES) & table["periode"].eq(_SPAN)].set_index("kode")
    figures = of["nilai"].astype(int)
    total, listed = int(figures[_PROVINCE]), figures.drop(_PROVINCE)
    if listed.sum() != total:
        msg = f"{listed.sum()} listed, {total} in all"
        raise ValueError(msg)
    people = (
        pd.read_csv(_REFERENCE / "ntt_penduduk_kepmendagri2025.csv", dtype={"kode": "string"})
        .set_index("kode")["penduduk"]
        .drop(_PROVINCE)
    )
    start, end = _SPAN.split("/")
    return PressFigures(
        deaths=listed.reindex(people.index).fillna(0).astype(int),
        residents=people.astype(float),
        from_on=start,
        to_on=end,
        source=str(of["sumber"].iloc[0]),
    )


def verdict_study() -> pd.DataFrame:
    """False alarms and power of our verdicts and of common alternatives, in percent of simulated maps.

    Columns `case` and `beside` (keys of the catalogue), `reports`, `ours`, `theirs`.
    Source: `benchmarks/verdicts.py`.
    """
    return pd.read_csv(_STUDIES / "hotspot_study.csv")


def planning_study() -> pd.DataFrame:
    """Need covered by the first kelurahan of several orders, in percent of all need.

    Columns `case` (`same_size`, `other_size`, `held_back`), `n` (total reports, or the year held back), `first` (how
    many), one column per order (`priority`, `posterior`, `count`, `kecamatan`, `random`, `best`), and for simulated
    need `error` (the largest standard error), `lead` (posterior minus count) and `lead_error`. Source:
    `benchmarks/planning.py`.
    """
    return pd.read_csv(_STUDIES / "planning_study.csv")


@dataclass(frozen=True, slots=True)
class Origin:
    """One origin of embedded files; `quality` may be empty, `files` are paths below `data/`."""

    id: str
    title: str
    files: tuple[str, ...]
    what: str
    origin: str
    licence: str
    date: str
    quality: str = ""


@lru_cache(maxsize=1)
def read_origins() -> tuple[Origin, ...]:
    """All origins, in the order in which `data/sources.toml` declares them."""
    declared = tomllib.loads((ROOT / "data" / "sources.toml").read_text("utf-8"))["source"]
    return tuple(Origin(**{**entry, "files": tuple(entry["files"])}) for entry in declared)
