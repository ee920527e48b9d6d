"""What a viewer may see: worked by hand on the toy city."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from people import TASKFORCE

from geo.measures.figures import watchers as figures_of_watchers
from geo.period import Period
from geo.release.released import Released, release
from geo.study import join
from geo.terms import State, StoreName
from geo.viewer import PUBLIC, NotAllowedError, Viewer

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

A, B, C, D = "10.01.01.1001", "10.01.01.1002", "10.01.02.1001", "10.01.02.1002"
YEAR = Period(2017, 2017)


def rows(**persons: int) -> list[dict[str, Any]]:
    places = {"a": A, "b": B, "c": C, "d": D}
    return [
        {"reported_on": "2017-05-01", "document_kode": places[place], "persons": count, "origin_kode": "10.02"}
        for place, count in persons.items()
    ]


def covered(*places: str) -> list[dict[str, str]]:
    return [{"kode": place, "from_on": "2017-01-01", "to_on": "2017-12-31"} for place in places]


def seen(toy: Areas, tables: Tables, viewer: Viewer = TASKFORCE) -> Released:
    return release(join(toy, tables, YEAR), None, viewer, on=date(2018, 1, 1))


def test_no_report_and_zero_stay_apart(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    tables = tables_of(cases=rows(a=12, b=3), coverage=covered(C))
    table = seen(toy, tables).now.table
    assert list(table["state"]) == [State.SHOWN, State.SHOWN, State.ZERO, State.NO_REPORT]
    assert table["victims"].tolist()[:2] == [12, 3]
    assert table.loc[[D], ["victims", "cases"]].isna().all(axis=None)
    assert table.loc[C, "victims"] == 0


def test_areas_outside_the_city_are_out_of_scope(kupang: Areas, tables_of: Callable[..., Tables]) -> None:
    frame = kupang.frame.rename(index={"53.71.01.1001": "53.01.01.2001"})
    wider = type(kupang)(frame.sort_index(), "wider", kupang.metric_crs, kupang.city, kupang.city_code)
    table = seen(wider, tables_of(cases=[{"reported_on": "2017-01-01", "document_kode": ""}])).now.table
    assert table.loc["53.01.01.2001", "state"] == State.OUT_OF_SCOPE
    assert (table["state"] == State.NO_REPORT).sum() == 50


def test_the_public_sees_nothing_of_the_store(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    with pytest.raises(NotAllowedError):
        seen(toy, tables_of(cases=rows(a=12)), PUBLIC)


def test_the_task_force_and_the_example_see_all(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    cases = rows(a=12, b=3)
    task_force = seen(toy, tables_of(cases=cases), TASKFORCE)
    example = seen(toy, tables_of(StoreName.CONTOH, cases=cases), PUBLIC)
    for one in (task_force, example):
        assert one.now.table.loc[B, "victims"] == 3
        assert one.k == 1


def test_without_a_list_of_watchers_nothing_is_known(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    unknown = figures_of_watchers(seen(toy, tables_of(cases=rows(a=12))))
    assert set(unknown.states) == {State.NO_REPORT}
    assert unknown.values.isna().all()


def test_a_watcher_counts_from_joining_until_leaving(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    watchers = [
        {"watcher": 1, "kode": A, "joined_on": "2018-01-01", "left_on": ""},
        {"watcher": 2, "kode": A, "joined_on": "2018-01-02", "left_on": ""},
        {"watcher": 3, "kode": A, "joined_on": "2017-01-01", "left_on": "2018-01-01"},
    ]
    tables = tables_of(StoreName.CONTOH, watchers=watchers)
    assert seen(toy, tables).watchers[A] == 1


def test_zero_needs_cover_of_the_whole_period(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    halves = [
        {"kode": A, "from_on": "2016-01-01", "to_on": "2017-06-30"},
        {"kode": A, "from_on": "2017-07-01", "to_on": "2018-06-30"},
        {"kode": B, "from_on": "2017-01-01", "to_on": "2017-06-30"},
        {"kode": B, "from_on": "2017-07-02", "to_on": "2017-12-31"},
        {"kode": "10.01.02", "from_on": "2017-01-01", "to_on": "2017-12-31"},
    ]
    tables = tables_of(cases=[{"reported_on": "2017-01-01", "document_kode": ""}], coverage=halves)
    assert list(seen(toy, tables).now.table["state"]) == [State.ZERO, State.NO_REPORT, State.ZERO, State.ZERO]


def test_the_audience_is_part_of_the_key(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    tables = tables_of(StoreName.CONTOH, cases=rows(a=12))
    assert seen(toy, tables, PUBLIC).fingerprint != seen(toy, tables, TASKFORCE).fingerprint


@given(counts=st.lists(st.integers(0, 40), min_size=4, max_size=4), lost=st.integers(0, 20))
@how(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_hidden_from_whoever_sees_exact_counts(
    toy: Areas, tables_of: Callable[..., Tables], counts: list[int], lost: int
) -> None:
    """What one period hid, a longer one less a shorter would tell: either all is exact, or it is an edition."""
    given_rows = rows(**{name: count for name, count in zip("abcd", counts, strict=True) if count})
    given_rows += [{"reported_on": "2017-05-01", "document_kode": "", "persons": lost}] if lost else []
    if not given_rows:
        return
    got = seen(toy, tables_of(cases=given_rows))
    assert got.now.table["victims"].fillna(0).tolist() == counts
    assert got.now.victims.value == sum(counts) + lost
    assert State.HIDDEN not in set(got.now.table["state"])
    told = (got.now.victims, got.now.cases, got.now.elsewhere, got.now.origin_known, *got.now.unplaced.values())
    assert all(count.state is not State.HIDDEN for count in told)
    assert got.months is not None
    assert got.watch is not None


def test_a_hidden_count_cannot_be_carried_along(toy: Areas, tables_of: Callable[..., Tables]) -> None:
    now = seen(toy, tables_of(cases=rows(a=12, b=3))).now
    with pytest.raises(ValueError, match="not be carried"):
        replace(now, table=now.table.assign(state=State.HIDDEN.value))
