"""Editions as text, tables and a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.measures.figures import Figures, Measure
from geo.present.classes import classify
from geo.present.paint import Paint
from geo.release.cells import KELURAHAN
from geo.release.editions import EDITION_TABLES, loss
from geo.terms import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.release.editions import Draft, Edition
    from geo.release.public import PublicEdition
    from geo.release.publish import CheckedEdition
    from geo.words import Words


def edition_sentence(one: PublicEdition, words: Words) -> str:
    """Publication date of an edition, its smallest shown count, and the edition it replaces."""
    said = words(
        "releases.edition",
        day=words.day(one.stamp.published_on),
        k=one.edition.scope.k,
        layer=one.edition.layer,
        number=one.stamp.number or "?",
    )
    if one.stamp.reissue_of:
        said += f" {words('releases.reissue_of', number=one.stamp.reissue_of)}"
    return said


def states_table(edition: Edition, words: Words) -> pd.DataFrame:
    """Number of cells of each table that are shown, zero, hidden, without report, out of scope."""
    rows = [[int(edition.of(table)["state"].eq(state).sum()) for state in State] for table in EDITION_TABLES]
    heads = [words(f"state.{state}") for state in State]
    return pd.DataFrame(rows, columns=heads, index=[words(f"release.{table}") for table in EDITION_TABLES]).astype(
        str
    )


def loss_table(draft: Draft, words: Words) -> pd.DataFrame:
    """Cost of the protection compared with hiding small counts only."""
    found = loss(draft)
    pairs = (("shown", "reach_k"), ("persons_shown", "persons_reach_k"))
    rows = [
        [" / ".join(words.number(row[one]) for one in pair) for pair in pairs] for row in found.to_dict("records")
    ]
    heads = [words("releases.cells"), words("releases.persons")]
    return pd.DataFrame(rows, columns=heads, index=[words(f"release.{what}") for what in found.index])


def hidden_sentence(attacked: Sequence[dict[str, Any]], draft: Draft, words: Words) -> str:
    """Number of hidden cells, and how closely someone who knows one other cell could estimate any of them."""
    spans = [
        row["high_knowing_one"] - row["low_knowing_one"]
        for row in attacked
        if row["high_knowing_one"] is not None and row["low_knowing_one"] is not None
    ]
    k = draft.edition.scope.k
    if not attacked:
        return words("releases.attack.none")
    return words("releases.attack", n=len(attacked), k=k, most=k - 1, narrow=int(min(spans, default=0)))


def preview_map(plan: CheckedEdition, words: Words) -> Paint:
    """The map as the public would see it."""
    edition, areas = plan.draft.edition, plan.areas
    whole = edition.of(KELURAHAN)
    whole = whole[whole["period"].eq(str(edition.scope.period))].set_index("kode").reindex(areas.index)
    states = whole["state"].astype("object")
    values = whole["count"].astype("Float64").astype(float)
    classes, position = classify(Figures(Measure.VICTIMS, values, states, edition.layer))
    tips = [
        [
            areas.groups[kode],
            words.number(int(values[kode])) if pd.notna(values[kode]) else words(f"state.{states[kode]}"),
        ]
        for kode in areas.index
    ]
    title = words("map.title", measure=words("measure.victims"), period=str(edition.scope.period))
    none = pd.Series("", index=areas.index, dtype="object")
    return Paint(classes, position, none, tips, title, words("releases.draft"))
