"""The need and coverage map of the overview, and its figures as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo.measures.figures import PER, case_figures, victims, watchers
from geo.present.classes import classify
from geo.present.paint import Paint
from geo.present.tables import cell, stage_text
from geo.terms import Precision, State

if TYPE_CHECKING:
    import pandas as pd

    from geo.measures.figures import Figures
    from geo.release.released import Released
    from geo.words import Words


def _value(figures: Figures, kode: str, words: Words) -> str:
    state = State(figures.states[kode])
    if state is not State.SHOWN:
        return f"{words(f'measure.{figures.measure}')}: {words(f'state.{state}')}"
    if not figures.is_count:
        return f"{cell(figures, kode, words)} {unit(figures, words)}"
    return words(f"measure.{figures.measure}.n", n=int(figures.values[kode]))


def unit(figures: Figures, words: Words) -> str:
    """Unit of a rate; empty text for a count."""
    if figures.denominator is None:
        return ""
    return words("rate.unit", per=PER[figures.denominator], size=words(f"denominator.{figures.denominator}"))


def stage_line(stages: pd.DataFrame, kode: str, words: Words) -> str:
    """Stage of one kelurahan, with its start date."""
    row: dict[Any, Any] = stages.loc[kode].to_dict()
    if not row["stage"]:
        return stage_text(row["stage"], words)
    return words(
        "stage.since",
        stage=stage_text(row["stage"], words),
        day=words.day(row["since"].date(), Precision(row["precision"])),
    )


def need_and_coverage(
    released: Released,
    stages: pd.DataFrame,
    figures: Figures,
    words: Words,
    *,
    note: str,
) -> Paint:
    """Fill: the measure in classes. Outline and symbol: the stage of Community Watch.

    Parameters
    ----------
    released
        Release for this viewer.
    stages
        From `cw_stages`, on the kelurahan index.
    figures
        Figures of the fill.
    words
        Language of the texts on the map.
    note
        Note on the data.
    """
    classes, position = classify(figures)
    areas = released.areas
    tips = [
        [areas.groups[kode], _value(figures, kode, words), stage_line(stages, kode, words)] for kode in areas.index
    ]
    title = words("map.title", measure=words(f"measure.{figures.measure}"), period=str(released.now.period))
    return Paint(classes, position, stages["stage"], tips, title, note)


def profile(released: Released, stages: pd.DataFrame, kode: str, words: Words) -> list[tuple[str, str]]:
    """Facts of one kelurahan: label and text."""
    counts = [victims(released), *((case_figures(released), watchers(released)) if released.has_reports else ())]
    told = [(words(f"measure.{one.measure}"), cell(one, kode, words)) for one in counts]
    source = str(stages.at[kode, "source"])
    stage = stage_line(stages, kode, words)
    return [*told, (words("table.stage"), f"{stage} ({source})" if source else stage)]
