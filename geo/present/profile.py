"""All facts of one kelurahan, as text and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.measures.figures import case_figures, victims
from geo.present.overview import stage_line
from geo.present.tables import cell, cell_state, stage_text
from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.release.released import Released
    from geo.words import Words


def neighbours_table(
    released: Released, stages: pd.DataFrame, neighbours: Sequence[str], words: Words
) -> pd.DataFrame:
    """Neighbours of a kelurahan with their counts and stages, by name."""
    names, groups = released.areas.names, released.areas.groups
    rows = sorted(neighbours, key=lambda kode: str(names[kode]))
    counted = [*((case_figures(released),) if released.has_reports else ()), victims(released)]
    return pd.DataFrame(
        {
            words("table.kecamatan"): [groups[kode] for kode in rows],
            **{words(f"measure.{one.measure}"): [cell(one, kode, words) for kode in rows] for one in counted},
            words("table.stage"): [stage_text(str(stages["stage"][kode]), words) for kode in rows],
        },
        index=pd.Index([names[kode] for kode in rows], name=words("table.kelurahan")),
    )


def neighbours_sentence(stages: pd.DataFrame, neighbours: Sequence[str], words: Words) -> str:
    """Number of neighbours with a known stage of Community Watch."""
    known = sum(bool(stages["stage"][kode]) for kode in neighbours)
    return words("profile.neighbours.sentence", known=known, n=len(neighbours))


def yearly_table(found: pd.DataFrame, words: Words) -> pd.DataFrame:
    """Reports and victims by year, or the reason why there are none."""
    names = ["cases", "victims"] if found["cases"].notna().any() else ["victims"]
    rows = [
        [words.number(int(row[name])) for name in names]
        if State(row["state"]) in {State.SHOWN, State.ZERO}
        else [cell_state(row["state"], words)] * len(names)
        for row in found.to_dict("records")
    ]
    heads = [words(f"measure.{name}") for name in names]
    return pd.DataFrame(rows, columns=heads, index=pd.Index(found["period"], name=words("table.period")))


def history_sentence(found: pd.DataFrame, name: str, words: Words) -> str:
    """Number of periods with a shown number, and their sum."""
    told = found["victims"].notna()
    return words(
        "history.sentence" if found["cases"].notna().any() else "history.sentence.persons",
        name=name,
        told=int(told.sum()),
        all=len(found),
        cases=int(found["cases"].sum()),
        victims=int(found["victims"].sum()),
    )


def events_table(released: Released, kode: str, words: Words) -> pd.DataFrame:
    """Rollout events of this kelurahan from sources, oldest first."""
    own = released.rollout[released.rollout["kode"].eq(kode)].sort_values("on", kind="stable")
    rows = [
        [
            words.day(row["on"].date(), row["on_precision"]),
            words(f"counted_as.{row['counted_as']}"),
            words(f"event.{row['stage']}"),
            f"{row['source']}, {words.day(row['source_on'].date())}",
        ]
        for row in own.to_dict("records")
    ]
    heads = [words(f"claims.{name}") for name in ("day", "what", "stage", "source")]
    return pd.DataFrame(rows, columns=heads).set_index(heads[0])


def about(released: Released, stages: pd.DataFrame, kode: str, words: Words) -> list[tuple[str, str]]:
    """Facts of the kelurahan itself: code, kecamatan, area, sizes, stage."""
    row: dict[Any, Any] = released.denominators.loc[kode].to_dict()
    sizes = [(words(f"denominator.{name}"), words.number(int(size))) for name, size in row.items()]
    return [
        (words("profile.kode"), kode),
        (words("table.kecamatan"), str(released.areas.groups[kode])),
        (words("profile.area"), f"{words.number(round(float(released.areas.area_km2[kode]), 2))} km²"),
        *sizes,
        (words("table.stage"), stage_line(stages, kode, words)),
    ]
