"""Small counts hidden as an edition hides them, where a test needs a table that was not published."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from geo.terms import State

if TYPE_CHECKING:
    from geo.release.released import Released


def without_small(seen: Released, k: int = 10) -> Released:
    """The same release without what an edition would not have: counts of 1 to k-1 persons, months, watchers."""
    table = seen.now.table.copy()
    small = table["victims"].between(1, k - 1).fillna(value=False).astype(bool)
    table.loc[small, ["victims", "cases"]] = pd.NA
    table.loc[small, "state"] = State.HIDDEN.value
    table["is_keyed"] &= ~small
    return replace(seen, now=replace(seen.now, table=table), months=None, covered=None, watch=None, k=k)
