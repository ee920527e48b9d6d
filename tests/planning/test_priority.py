"""Priority: worked by hand, parts that add up, and what raising a need may never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people import TASKFORCE

from geo.errors import DataError, Problem
from geo.measures.rollout import cw_stages
from geo.period import Period
from geo.places.neighbours import queen
from geo.planning.criteria import CRITERIA, Criterion, Direction, Posterior, Scale, read_criteria, weighted
from geo.planning.inputs import OWN, criteria_table, gap, trend
from geo.planning.priority import Gone, NothingToRankError, rank
from geo.planning.stability import stability
from geo.release.released import release
from geo.study import join
from geo.terms import Stage, StoreName

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

UP, DOWN = Direction.UP, Direction.DOWN
NEED, COST, READY = (
    Criterion("need", "cases", UP, 3.0),
    Criterion("cost", "price", DOWN, 1.0),
    Criterion("ready", "ready", UP, 1.0),
)
TOWN = pd.DataFrame(
    {"cases": [0.0, 5.0, 10.0, 5.0], "price": [10.0, 30.0, 50.0, 30.0], "ready": [2.0, 2.0, 2.0, 2.0]},
    index=["a", "b", "c", "d"],
)


def test_the_answer_by_hand() -> None:
    found = rank(TOWN, [NEED, COST])
    # need 0, 1/2, 1, 1/2 at three quarters; cost 1, 1/2, 0, 1/2 at one quarter
    assert found.table["part_need"].tolist() == [0.0, 0.375, 0.75, 0.375]
    assert found.table["part_cost"].tolist() == [0.25, 0.125, 0.0, 0.125]
    assert found.table["score"].tolist() == [0.25, 0.5, 0.75, 0.5]
    assert found.table["rank"].tolist() == [4, 2, 1, 3]  # b and d are level, the lower comes first
    assert found.order.tolist() == ["c", "b", "d", "a"]
    assert not found.filled
    assert not found.left_out


def test_places_instead_of_values() -> None:
    outlier = TOWN.assign(cases=[0.0, 5.0, 1000.0, 5.0])
    found = rank(outlier, [replace(NEED, scale=Scale.RANK)])
    # places 1, 2.5, 4, 2.5 of four
    assert found.table["score"].tolist() == [0.0, 0.5, 1.0, 0.5]
    down = rank(outlier, [replace(NEED, scale=Scale.RANK, direction=DOWN)])
    assert down.table["score"].tolist() == [1.0, 0.5, 0.0, 0.5]


@pytest.mark.parametrize("scale", list(Scale))
@pytest.mark.parametrize("direction", list(Direction))
def test_a_criterion_that_is_the_same_everywhere_gives_nobody_anything(scale: Scale, direction: Direction) -> None:
    found = rank(TOWN, [NEED, replace(READY, scale=scale, direction=direction)])
    assert (found.table["part_ready"] == 0.0).all()
    alone = rank(TOWN, [replace(READY, scale=scale, direction=direction)])
    assert alone.table["rank"].tolist() == [1, 2, 3, 4]
    assert rank(TOWN.iloc[:1], [NEED, COST]).table["score"].tolist() == [0.0]


def test_what_has_no_data_is_left_out_and_the_weights_are_shared_anew() -> None:
    empty = TOWN.assign(ready=np.nan)
    port = Criterion("port", "metres", DOWN, 5.0)
    found = rank(empty, [NEED, READY, port, COST])
    assert [(one.name, why) for one, why in found.left_out] == [("ready", Gone.NO_VALUE), ("port", Gone.NO_COLUMN)]
    assert found.weights.to_dict() == {"need": 0.75, "cost": 0.25}
    pd.testing.assert_frame_equal(found.table, rank(TOWN, [NEED, COST]).table)


def test_a_single_missing_value_counts_as_the_median_and_is_named() -> None:
    found = rank(TOWN.assign(cases=[np.nan, 2.0, 10.0, 4.0]), [NEED, COST])
    assert found.filled == (("need", "a"),)
    assert found.values["need"].tolist() == [4.0, 2.0, 10.0, 4.0]


def test_nothing_to_rank_by_is_told() -> None:
    with pytest.raises(NothingToRankError):
        rank(TOWN, [replace(NEED, weight=0.0), Criterion("port", "metres", DOWN, 5.0)])
    with pytest.raises(ValueError, match="twice"):
        rank(TOWN.set_axis(["a", "a", "c", "d"]), [NEED])
    with pytest.raises(ValueError, match="infinite"):
        rank(TOWN.assign(cases=[np.inf, 1, 2, 3]), [NEED])


def test_a_weight_of_nothing_has_a_part_of_nothing() -> None:
    found = rank(TOWN, [NEED, replace(COST, weight=0.0)])
    assert (found.table["part_cost"] == 0.0).all()
    huge = rank(TOWN, [replace(NEED, weight=1.5e308), replace(COST, weight=1.5e308)])
    assert huge.weights.tolist() == [0.5, 0.5]
    assert weighted([NEED, COST], {"cost": 9.0})[1].weight == 9.0
    with pytest.raises(ValueError, match="0 or more"):
        weighted([NEED], {"need": -1.0})


def test_what_differs_in_the_last_digits_is_a_tie() -> None:
    table = pd.DataFrame({"x": [0.3, 0.1 + 0.2, 0.0, 1.0]}, index=["b", "a", "c", "d"])
    assert rank(table, [Criterion("x", "x", UP, 1.0)]).order.tolist() == ["d", "a", "b", "c"]


def _by_deviation(values: list[list[float]]) -> list[float]:
    table = np.array(values)
    return ((table - table.mean(axis=0)) / table.std(axis=0)).mean(axis=1).tolist()


def test_with_z_scores_an_area_would_fall_when_its_need_rises() -> None:
    before = [[6.0, 0.0], [0.0, 5.0], [3.0, 1.0], [3.0, 1.0]]
    after = [[46.0, 0.0], *before[1:]]
    assert int(np.argmax(_by_deviation(before))) == 0
    assert int(np.argmax(_by_deviation(after))) == 1  # the first one's need rose, and another took its place
    criteria = [Criterion("one", "one", UP, 1.0), Criterion("two", "two", UP, 1.0)]
    ranks = [
        rank(pd.DataFrame(values, columns=["one", "two"], index=list("abcd")), criteria).table.at["a", "rank"]
        for values in (before, after)
    ]
    assert ranks[1] <= ranks[0]


_CELLS = st.lists(
    st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(0, 9)), st.integers(-3, 3)), min_size=2, max_size=8
)


def _drawn(cells: list[tuple[int, int | None, int]]) -> pd.DataFrame:
    table = pd.DataFrame(cells, columns=["cases", "price", "ready"], dtype=float)
    return table.set_axis([f"k{number}" for number in range(len(cells))])


_KINDS = st.tuples(*[st.tuples(st.sampled_from(Scale), st.sampled_from(Direction), st.integers(1, 9))] * 3)


def _criteria(kinds: tuple[tuple[Scale, Direction, int], ...]) -> list[Criterion]:
    return [
        Criterion(column, column, direction, float(weight), scale)
        for column, (scale, direction, weight) in zip(("cases", "price", "ready"), kinds, strict=True)
    ]


@settings(max_examples=150, deadline=None)
@given(cells=_CELLS, kinds=_KINDS, at=st.integers(0, 7), more=st.integers(1, 30), column=st.sampled_from([0, 1, 2]))
def test_raising_a_need_never_lowers_a_rank(cells, kinds, at, more, column) -> None:
    before, criteria = _drawn(cells), _criteria(kinds)
    area, one = before.index[at % len(before)], criteria[column]
    after = before.copy()
    # What raises the need by a criterion that points down is less of it. What was not known stays so.
    after.at[area, one.column] += more if one.direction is UP else -more
    assert rank(after, criteria).table.at[area, "rank"] <= rank(before, criteria).table.at[area, "rank"]


@settings(max_examples=100, deadline=None)
@given(cells=_CELLS, kinds=_KINDS, seed=st.integers(0, 99), factor=st.sampled_from([0.25, 3, 1024]))
def test_parts_add_up_and_neither_order_nor_unit_matters(cells, kinds, seed, factor) -> None:
    table, criteria = _drawn(cells), _criteria(kinds)
    kept = table.copy()
    found = rank(table, criteria)
    pd.testing.assert_frame_equal(table, kept)
    parts = found.table.filter(like="part_")
    np.testing.assert_allclose(parts.sum(axis=1), found.table["score"], atol=1e-12)
    assert found.table["score"].between(-1e-12, 1 + 1e-12).all()
    assert sorted(found.table["rank"]) == list(range(1, len(table) + 1))
    assert found.table.index.equals(table.index)
    mixed = rank(table.sample(frac=1, random_state=seed), criteria)
    pd.testing.assert_frame_equal(mixed.table.loc[table.index], found.table)
    other_unit = rank(table.assign(cases=table["cases"] * factor + 7), criteria)
    pd.testing.assert_frame_equal(other_unit.table, found.table)
    doubled = rank(table, [replace(one, weight=2 * one.weight) for one in criteria])
    pd.testing.assert_frame_equal(doubled.table, found.table)


def _file(folder: Path, text: str) -> Path:
    (folder / "kriteria.toml").write_text(text, "utf-8")
    return folder / "kriteria.toml"


def test_a_file_of_criteria(tmp_path: Path) -> None:
    text = (
        '[need]\ncolumn = "cases"\ndirection = "up"\nweight = 2\nposterior = "gamma"\nexpected = "e"\nunit = "n"\n'
        '[cost]\ncolumn = "price"\ndirection = "down"\nweight = 0.5\nscale = "rank"\nlabel = "Biaya"\n'
    )
    assert read_criteria(_file(tmp_path, text)) == (
        Criterion("need", "cases", UP, 2.0, unit="n", posterior=Posterior.GAMMA, expected="e"),
        Criterion("cost", "price", DOWN, 0.5, Scale.RANK, label="Biaya"),
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", {("", Problem.EMPTY)}),
        ("[[[", {("", Problem.UNREADABLE)}),
        ("weight = 3", {("weight", Problem.NOT_A_TABLE)}),
        (
            f'[a]\ncolumn = "x"\ndirection = "up"\nweight = {10**400}\n[[b]]\nweight = 1',
            {("a.weight", Problem.NOT_A_NUMBER), ("b", Problem.NOT_A_TABLE)},
        ),
        (
            '[a]\ncolumn = "x"\ndirection = "up"\nweight = 0\n[b]\ncolumn = "y"\ndirection = "down"\nweight = 0',
            {("weight", Problem.NO_WEIGHT)},
        ),
        (
            # Every fault of the file at once.
            '[a]\ncolumn = 3\ndirection = "left"\nweight = -1\nwieght = 2\n[b]\nweight = "x"\nposterior = "gamma"\n'
            '[c]\ncolumn = "z"\ndirection = "up"\nweight = nan\nscale = "z"\n[d]\ncolumn = ""\ndirection = "up"\n'
            "weight = true",
            {
                ("a", Problem.NOT_IN_LIST),
                ("a.column", Problem.NOT_A_TEXT),
                ("a.direction", Problem.NOT_IN_LIST),
                ("a.weight", Problem.NEGATIVE),
                ("b.column", Problem.MISSING_VALUE),
                ("b.direction", Problem.MISSING_VALUE),
                ("b.expected", Problem.MISSING_VALUE),
                ("b.weight", Problem.NOT_A_NUMBER),
                ("c.weight", Problem.NOT_A_NUMBER),
                ("c.scale", Problem.NOT_IN_LIST),
                ("d.column", Problem.MISSING_VALUE),
                ("d.weight", Problem.NOT_A_NUMBER),
            },
        ),
    ],
)
def test_faults_of_a_file_of_criteria(tmp_path: Path, text: str, problems: set[tuple[str, Problem]]) -> None:
    with pytest.raises(DataError) as refused:
        read_criteria(_file(tmp_path, text))
    assert {(fault.column, fault.problem) for fault in refused.value.faults} == problems
    with pytest.raises(DataError, match="missing file"):
        read_criteria(tmp_path / "none.toml")


def test_the_criteria_that_come_with_the_project() -> None:
    found = read_criteria(CRITERIA)
    assert {one.group for one in found} == {"need", "gap", "exposure", "feasibility", "fairness"}
    assert set(OWN) < {one.column for one in found}
    for one in found:
        assert one.unit
        assert one.source
        assert one.weight > 0


def test_a_trend_from_nothing_to_one_is_no_explosion() -> None:
    now, before = pd.Series([1.0, 20.0, 4.0, np.nan, 3.0]), pd.Series([0.0, 10.0, 4.0, 2.0, np.nan])
    # told in both: 1 + 0, 20 + 10, 4 + 4, so m = 39 / 6 = 6.5
    found = trend(now, before)
    assert found[:3].tolist() == pytest.approx([np.log(7.5 / 6.5), np.log(26.5 / 16.5), 0.0])
    assert found[3:].isna().all()
    assert trend(pd.Series([0.0, 0.0]), pd.Series([0.0, 0.0])).tolist() == [0.0, 0.0]


def test_the_gap_is_whole_half_or_none() -> None:
    kode = ["a", "b", "c", "d"]
    stages = pd.DataFrame({"stage": ["", Stage.ACTIVE, Stage.DORMANT, Stage.TRAINED]}, index=kode)
    assert gap(stages).tolist() == [1.0, 0.0, 0.5, 1.0]
    assert gap(stages, pd.Series({"b": True, "a": True})).tolist() == [1.0, 0.5, 0.5, 1.0]


def test_own_columns_are_known_ones(priority_inputs) -> None:
    seen, stages, near = priority_inputs
    kode = seen.areas.index
    own = pd.DataFrame({"cost": [2.0, 1.0]}, index=kode[:2])
    found = criteria_table(seen, stages, near, own=own)
    assert found["cost"].tolist()[:2] == [2.0, 1.0]
    assert found["cost"].isna().sum() == len(kode) - 2
    with pytest.raises(ValueError, match="no criterion knows"):
        criteria_table(seen, stages, near, own=own.rename(columns={"cost": "income"}))


def test_the_inputs_of_the_example(priority_inputs) -> None:
    seen, stages, near = priority_inputs
    found = criteria_table(seen, stages, near)
    counts = seen.now.table
    oebufu, alak = "53.71.04.1009", "53.71.01.1002"
    assert found.at[oebufu, "cases"] == counts.at[oebufu, "cases"] == 40
    assert found["cases"].isna().equals(~counts["state"].isin(["shown", "zero"]))
    told = found["cases"].notna()
    assert found.loc[told, "expected"].sum() == pytest.approx(found["cases"].sum())
    assert found["expected"].notna().all()  # by size, which is public
    assert found.at[oebufu, "stations"] == seen.denominators.at[oebufu, "tps2024"]
    # All seven of Oebobo have a Community Watch and nobody else is known to.
    assert (found["without_cw"] == 0).sum() == 7
    assert found["without_cw"].equals(found["kecamatan_without_cw"])
    share = np.mean([found.at[kode, "without_cw"] for kode in near[alak]])
    assert found.at[alak, "neighbours_without_cw"] == share
    awake = criteria_table(seen, stages, near, quiet=pd.Series(data=True, index=[oebufu]))
    assert awake.at[oebufu, "without_cw"] == 0.5
    assert awake["kecamatan_without_cw"].equals(found["kecamatan_without_cw"])


def test_the_inputs_of_an_edition_and_of_another_city(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    kode = toy.index
    rows = [{"reported_on": f"{year}-05-01", "document_kode": kode[0], "persons": 3} for year in (2016, 2017, 2017)]
    tables = tables_of(StoreName.KOTA, cases=rows)
    seen = release(
        join(toy, tables, Period(2017, 2017)),
        join(toy, tables, Period(2016, 2016)),
        TASKFORCE,
        on=date(2018, 1, 1),
    )
    stages = cw_stages(seen.rollout, toy, seen.on)
    found = criteria_table(seen, stages, queen(toy))
    # A layer without embedded sizes has neither stations nor anything expected.
    assert found.columns.tolist() == [
        "cases",
        "trend",
        "without_cw",
        "neighbours_without_cw",
        "kecamatan_without_cw",
    ]
    assert found["cases"].tolist()[0] == 2
    assert found["cases"].isna().tolist() == [False, True, True, True]
    assert found["trend"].tolist()[0] == pytest.approx(np.log((2 + 1.5) / (1 + 1.5)))
    persons = criteria_table(replace(seen, has_reports=False), stages, queen(toy))
    assert persons["cases"].tolist()[0] == 6
    ranking = rank(found, read_criteria())
    assert {one.name for one, _ in ranking.left_out} >= {"stations", "cost"}
    assert stability(ranking, first=2, draws=100).table.index.equals(kode)
