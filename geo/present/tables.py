"""Readable tables: the same facts as the map, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from geo.measures.figures import case_figures, victims, watchers
from geo.terms import State

if TYPE_CHECKING:
    from geo.measures.figures import Figures
    from geo.release.released import Released
    from geo.words import Words


def cell(figures: Figures, kode: str, words: Words) -> str:
    """One number, or the reason why there is none."""
    state = State(figures.states[kode])
    if state in {State.SHOWN, State.ZERO}:
        value = float(figures.values[kode])
        return words.number(int(value)) if figures.is_count else words.number(round(value, 1))
    return words(f"state.{state}")


def cell_state(state: str, words: Words) -> str:
    """Reason for a missing number; empty text if there is a number."""
    return "" if State(state) in {State.SHOWN, State.ZERO} else words(f"state.{state}")


def order(figures: Figures, names: pd.Series[str]) -> pd.Index[str]:
    """Kelurahan by descending value; those without a number last, by name, so that the order reveals nothing."""
    keys = pd.DataFrame({"value": figures.values.fillna(-1.0), "name": names})
    return keys.sort_values(["value", "name"], ascending=[False, True]).index


def stage_text(stage: str, words: Words) -> str:
    """Stage of Community Watch as text."""
    return words(f"stage.{stage}") if stage else words("stage.none")


def facts(released: Released, stages: pd.DataFrame, mapped: Figures, words: Words) -> pd.DataFrame:
    """The facts of the map as a table, one row per kelurahan, all cells text, sorted by the mapped measure."""
    persons, reports, members = victims(released), case_figures(released), watchers(released)
    areas = released.areas
    rows = order(mapped, areas.names)
    columns = {
        words("table.kecamatan"): areas.groups[rows].tolist(),
        words("measure.victims"): [cell(persons, kode, words) for kode in rows],
        words("measure.cases"): [cell(reports, kode, words) for kode in rows],
        words("table.stage"): [stage_text(stages["stage"][kode], words) for kode in rows],
        words("measure.watchers"): [cell(members, kode, words) for kode in rows],
    }
    if not released.has_reports:
        # An edition counts only persons.
        for name in ("measure.cases", "measure.watchers"):
            del columns[words(name)]
    return pd.DataFrame(columns, index=pd.Index(areas.names[rows], name=words("table.kelurahan")))
