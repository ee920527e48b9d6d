"""Sentences: what they say of a toy town, that they give no hidden count away, and that they blame nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hidden import without_small
from people import TASKFORCE

from geo.measures.rollout import cw_stages
from geo.period import Period
from geo.places.neighbours import queen
from geo.planning.criteria import Criterion, Direction, read_criteria
from geo.planning.evaluation import OrderRule, Town, covered, held_back, orders, simulate_orders
from geo.planning.inputs import criteria_table
from geo.planning.priority import rank
from geo.planning.stability import Standing, stability
from geo.present.planning import (
    criteria_list,
    criterion_label,
    priority_table,
    reasons,
    standing_table,
    swap_table,
)
from geo.release.released import release
from geo.study import join
from geo.terms import StoreName
from geo.words import Language, Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from geo.places.boundaries import Areas
    from geo.planning.priority import Ranking
    from geo.records.tables import Tables
    from geo.settings import Settings

WORDS = {language: Words(language) for language in Language}
_STIGMA = re.compile(r"rawan|buruk|bahaya|merah|worst|bad\b|danger|crime|hotspot|red\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def ranking(priority_inputs) -> Ranking:
    return rank(criteria_table(*priority_inputs), read_criteria())


def test_the_sentences_of_a_toy_town() -> None:
    criteria = [
        Criterion("cases", "cases", Direction.UP, 6.0),
        Criterion("cost", "cost", Direction.DOWN, 3.0),
        Criterion("roads", "roads", Direction.UP, 1.0, label="Jalan"),
    ]
    table = pd.DataFrame(
        {"cases": [10.0, 5.0, 0.0], "cost": [9.0, 5.0, 1.0], "roads": [0.0, 4.0, 1.0]}, index=["a", "b", "c"]
    )
    # Scores 0.6, 0.3 + 0.15 + 0.1 = 0.55, 0.3 + 0.025.
    found = rank(table, criteria)
    assert found.order.tolist() == ["a", "b", "c"]
    said = reasons(found, WORDS[Language.ID], first=1)
    assert said["a"] == (
        "Dipilih karena menurut laporan ruang untuk memperkuat pencegahan lebih besar, meski biayanya lebih tinggi; "
        "bergeser bila kriteria “Jalan” diberi bobot lebih."
    )
    assert said["b"] == (
        "Belum sekarang karena menurut laporan yang ada kebutuhannya lebih kecil; "
        "maju bila kriteria “Jalan” diberi bobot lebih."
    )
    english = reasons(found, WORDS[Language.EN], first=1)
    assert english["a"] == (
        "Chosen because reports show more room to strengthen prevention, although it costs more; "
        "this changes if the criterion “Jalan” gets more weight."
    )
    assert english["c"] == (
        "Not yet, because the existing reports show less need; "
        "it moves forward if the criterion “Cost” gets more weight."
    )


def test_a_criterion_without_words_speaks_by_its_label_and_direction() -> None:
    down = Criterion("slope", "slope", Direction.DOWN, 1.0, label="Kemiringan")
    found = rank(pd.DataFrame({"slope": [1.0, 2.0]}, index=["a", "b"]), [down])
    said = reasons(found, WORDS[Language.ID], first=1)
    assert said["a"] == "Dipilih karena Kemiringan lebih rendah; tidak bergeser oleh perubahan bobot mana pun."
    assert said["b"].startswith("Belum sekarang karena Kemiringan lebih tinggi;")
    assert criterion_label(replace(down, label=""), WORDS[Language.ID]) == "slope"


def test_areas_that_are_level_are_told_to_be() -> None:
    found = rank(pd.DataFrame({"x": [3.0, 3.0]}, index=["a", "b"]), [Criterion("x", "x", Direction.UP, 1.0)])
    said = reasons(found, WORDS[Language.EN], first=1)
    assert said["a"].startswith("Chosen, although nearly level with others")
    assert said["b"].startswith("Not yet, although nearly level with the chosen ones")


@pytest.mark.parametrize("language", list(Language))
def test_every_kelurahan_has_its_sentence_without_a_number_and_without_blame(
    priority_inputs, ranking: Ranking, language: Language
) -> None:
    said = reasons(ranking, WORDS[language], first=5)
    assert said.index.equals(ranking.table.index)
    opens = {"id": ("Dipilih", "Belum sekarang"), "en": ("Chosen", "Not yet")}[language]
    for area, text in said.items():
        assert text.startswith(opens[0] if ranking.table.at[area, "rank"] <= 5 else opens[1])
        assert text.endswith(".")
        assert not re.search(r"\d", text)
        assert not _STIGMA.search(text)
    assert said.equals(reasons(ranking, WORDS[language], first=5))
    mixed = rank(criteria_table(*priority_inputs).iloc[::-1], read_criteria())
    pd.testing.assert_series_equal(reasons(mixed, WORDS[language], first=5)[said.index], said)


def _hidden(kupang: Areas, tables_of: Callable[..., Tables], persons: int) -> pd.DataFrame:
    """Criteria of counts of which two are hidden: many in one kelurahan, too few to be shown in two."""
    few = ["53.71.04.1011", "53.71.04.1010"]
    rows: list[dict[str, Any]] = [
        {"reported_on": "2017-05-01", "document_kode": kode}
        for kode, count in (("53.71.04.1001", 40), ("53.71.01.1001", 15), (few[0], persons), (few[1], 9))
        for _ in range(count)
    ]
    coverage = [{"kode": "53.71", "from_on": "2017-01-01", "to_on": "2017-12-31", "source": "dinas"}]
    study = join(kupang, tables_of(StoreName.KOTA, cases=rows, coverage=coverage), Period(2017, 2017))
    seen = release(study, None, TASKFORCE, on=date(2018, 1, 1))
    seen = without_small(seen)
    return criteria_table(seen, cw_stages(seen.rollout, kupang, seen.on), queen(kupang))


@pytest.mark.parametrize("language", list(Language))
def test_a_hidden_count_is_no_reason_and_changes_nothing(
    kupang: Areas, tables_of: Callable[..., Tables], language: Language
) -> None:
    table = _hidden(kupang, tables_of, 2)
    assert table["cases"].isna().sum() == 2
    found = rank(table, read_criteria())
    assert {area for name, area in found.filled if name == "cases"} == {"53.71.04.1011", "53.71.04.1010"}
    said = reasons(found, WORDS[language], first=5)
    words = WORDS[language]
    for area in ("53.71.04.1011", "53.71.04.1010"):
        assert words("criterion.cases.for") not in said[area]
        assert words("criterion.cases.against") not in said[area]
        assert words("criterion.cases") in said[area]  # named as not known
        assert not re.search(r"\d", said[area])
    # Two or eight persons behind it: the same table, ranking and sentences.
    other = _hidden(kupang, tables_of, 8)
    pd.testing.assert_frame_equal(table, other)
    pd.testing.assert_series_equal(said, reasons(rank(other, read_criteria()), words, first=5))


def test_every_embedded_criterion_has_its_words() -> None:
    for words in WORDS.values():
        for one in read_criteria():
            for part in ("", ".for", ".against"):
                assert words.has(f"criterion.{one.name}{part}"), one.name
            assert words.has(f"criteria.group.{one.group}")


def test_the_tables_for_people(ranking: Ranking, kupang: Areas, settings: Settings) -> None:
    words = WORDS[Language.ID]
    found = stability(ranking, first=5, draws=2000)
    table = priority_table(ranking, found, kupang, words, settings.priority)
    assert table.index.tolist() == kupang.names[ranking.order].tolist()
    assert table[words("priority.rank")].tolist() == [str(at) for at in range(1, 52)]
    assert set(table[words("priority.standing")]) <= {words(f"standing.{one}") for one in Standing}
    assert table.map(lambda cell: isinstance(cell, str)).all(axis=None)
    rules = standing_table(words, settings.priority, first=5)
    assert len(rules) == 3
    listed = criteria_list(ranking, words)
    assert len(listed) == len(read_criteria())
    assert (listed[words("criteria.weight")] == words("criteria.left_out.no_column")).sum() == 7
    assert len(swap_table(ranking, kupang, words)) == 50


def test_need_covered_by_hand() -> None:
    need = pd.Series({"a": 1.0, "b": 5.0, "c": 4.0})
    assert covered(need, pd.Index(["c", "a", "b"]), [1, 2, 9]).tolist() == [0.4, 0.5, 1.0]


def test_orders_by_hand() -> None:
    table = pd.DataFrame(
        {"cases": [1.0, 4.0, np.nan, 6.0], "expected": [4.0, 4.0, 4.0, 4.0]}, index=["a", "b", "c", "d"]
    )
    groups = pd.Series(["L", "R", "R", "L"], index=table.index)
    found = orders(table, groups, [Criterion("cases", "cases", Direction.UP, 1.0)])
    assert found[OrderRule.COUNT].tolist() == ["d", "b", "a", "c"]
    assert found[OrderRule.KECAMATAN].tolist() == ["d", "a", "b", "c"]
    assert found[OrderRule.POSTERIOR][0] == "d"


def test_the_simulation_knows_its_bounds() -> None:
    index = [f"k{at:02}" for at in range(20)]
    size = pd.Series(np.linspace(1, 8, 20), index=index)
    groups = pd.Series(["L"] * 10 + ["R"] * 10, index=index)
    found = simulate_orders(
        Town(size, groups, size, reports=60),
        [Criterion("cases", "cases", Direction.UP, 1.0)],
        firsts=[4, 20],
        runs=60,
        seed=4,
    )
    mean = found.xs("mean", level="figure")
    assert mean.loc[20].drop("lead").tolist() == pytest.approx([1.0] * 6)
    assert (mean.loc[4].drop(["lead", "best"]) <= mean.at[4, "best"]).all()
    # One criterion alone is the highest count first.
    assert mean.at[4, "priority"] == pytest.approx(mean.at[4, "count"])
    assert mean.at[4, "random"] == pytest.approx(0.2)
    assert mean.at[4, "posterior"] > mean.at[4, "random"] + 0.1


def test_a_year_held_back(kupang: Areas, example: Tables) -> None:
    past, after = (
        release(join(kupang, example, Period(year, year)), None, TASKFORCE, on=date(year, 12, 31))
        for year in (2017, 2018)
    )
    found = held_back(past, after, queen(kupang), read_criteria(), firsts=[5, 51])
    assert found.loc[51].tolist() == pytest.approx([1.0] * 6)
    need = after.now.table["cases"].astype(float).fillna(0.0)
    five = past.now.table["cases"].astype(float).fillna(-1.0).sort_values(kind="stable").index[::-1][:5]
    assert found.at[5, "count"] == pytest.approx(need[five].sum() / need.sum())
