"""What a priority of the example is made of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from people import TASKFORCE

from geo.measures.rollout import cw_stages
from geo.period import Period
from geo.places.neighbours import queen
from geo.release.released import release
from geo.study import join

if TYPE_CHECKING:
    import pandas as pd

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables
    from geo.release.released import Released


@pytest.fixture(scope="session")
def priority_inputs(kupang: Areas, example: Tables) -> tuple[Released, pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Two years of the example with the two before them, stages on their last day, neighbours."""
    on = date(2019, 12, 31)
    now, before = join(kupang, example, Period(2018, 2019)), join(kupang, example, Period(2016, 2017))
    seen = release(now, before, TASKFORCE, on=on)
    return seen, cw_stages(seen.rollout, kupang, on), queen(kupang)
