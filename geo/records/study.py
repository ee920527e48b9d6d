"""What studies found when they were last run: kept as tables, as the longest takes a quarter of an hour."""

from __future__ import annotations

import pandas as pd

from geo.settings import ROOT

_FACTS = ROOT / "data" / "facts"


def verdict_study() -> pd.DataFrame:
    """False alarms and power of the verdicts, and of what others would use, in percent of made-up maps.

    Columns `case` and `beside` (keys of the catalogue), `reports`, `ours`, `theirs`.
    Source: `benchmarks/verdicts.py`.
    """
    return pd.read_csv(_FACTS / "hotspot_study.csv")


def planning_study() -> pd.DataFrame:
    """Need covered by the first kelurahan of several orders, in percent of all need.

    Columns `case` (`same_size`, `other_size`, `held_back`), `n` (reports in all, or the year held back), `first` (how
    many), an order each (`priority`, `posterior`, `count`, `kecamatan`, `random`, `best`), and for made-up need
    `error` (the largest standard error), `lead` (posterior less count) and `lead_error`. Source:
    `benchmarks/planning.py`.
    """
    return pd.read_csv(_FACTS / "planning_study.csv")
