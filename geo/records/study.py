"""What the study of the verdicts found when it was last run: kept as a table, as it takes a quarter of an hour."""

from __future__ import annotations

import pandas as pd

from geo.settings import ROOT

_TABLE = ROOT / "data" / "facts" / "hotspot_study.csv"


def verdict_study() -> pd.DataFrame:
    """False alarms and power of the verdicts, and of what others would use, in percent of made-up maps.

    Columns `case` and `beside` (keys of the catalogue), `reports`, `ours`, `theirs`.
    Source: `benchmarks/verdicts.py`.
    """
    return pd.read_csv(_TABLE)
