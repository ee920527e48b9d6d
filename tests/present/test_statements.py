"""What sources say of the whole city, in words and in charts: one body never stands among the numbers of another."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from geo.measures.pace import Forecast, plan_of, target_day
from geo.measures.rollout import bounds_course, course, rollout
from geo.present.charts import timeline_chart
from geo.present.numbers import counted
from geo.present.pace import plan_chart
from geo.present.palette import CW
from geo.present.rollout import rollout_numbers, rollout_sentence, statement_table
from geo.present.statements import series_sentences, series_text
from geo.terms import Claim, CountedAs
from geo.words import Language, Words

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from geo.places.boundaries import Areas
    from geo.records.tables import Tables

ID, EN = Words(Language.ID), Words(Language.EN)
LATE = date(2026, 1, 1)


def with_row(events: pd.DataFrame, **parts: object) -> pd.DataFrame:
    """The published facts and one more count of 2018, like that of the twelve."""
    row = events[events["count"].eq(12).fillna(value=False)].assign(source="radio", **parts)
    return pd.concat([events, row.astype(events.dtypes)], ignore_index=True)


@pytest.fixture
def late(kupang: Areas, example: Tables) -> Rollout:
    return rollout(example.rollout, kupang, on=LATE)


def test_the_counts_of_one_body_each_once_with_all_who_give_it(late: Rollout) -> None:
    assert series_text(late.series[CountedAs.GT_TPPO], ID) == (
        "12 dari 51 (2018: kiblatntt.com) → "
        "39 dari 51 (19 November 2019: kiblatntt.com; 20 November 2019: beritabuana.co) → "
        "target 51 dari 51 (2020: beritabuana.co, kiblatntt.com)"
    )
    assert series_text(late.series[CountedAs.CW], EN) == "7 of 51 (16 November 2018: nttterkini.com)"


def test_what_keeps_the_bodies_apart_is_said_while_there_is_another(
    kupang: Areas, example: Tables, late: Rollout
) -> None:
    (force, apart) = series_sentences(late, EN)
    assert force.startswith("Kelurahan task force (GT-TPPO), another body: 12 of 51 (2018")
    for part in ("neither bounds the other", "mix the names", "No source found says that the target was reached"):
        assert part in apart
    # By then the article of 2019 was not written.
    assert series_sentences(rollout(example.rollout, kupang, on=LATE, known_on=date(2018, 12, 31)), EN) == []
    # No target was announced by the end of 2018, and one that a count meets is met.
    assert "target" not in " ".join(series_sentences(rollout(example.rollout, kupang, on=date(2018, 12, 31)), EN))
    met = with_row(example.rollout, count=51, on=pd.Timestamp(2021, 3, 1), on_precision="day")
    assert "No source found" not in " ".join(series_sentences(rollout(met, kupang, on=LATE), EN))


def test_the_sentence_of_community_watch_tells_no_target_of_the_task_force(kupang: Areas, late: Rollout) -> None:
    said = rollout_sentence(late, kupang, EN)
    assert "7 of 51 kelurahan are named" in said
    assert "at least 7, at most 51" in said
    assert "No target of Community Watch with a date" in said
    assert "GT-TPPO" not in said


def test_each_body_has_its_own_numbers(kupang: Areas, late: Rollout) -> None:
    own, force = rollout_numbers(late, kupang, EN)
    assert (own[0], [one.value for one in own[1]]) == ("Community Watch", ["7 of 51", "7 of 51", "51 of 51"])
    assert force[0] == "Kelurahan task force (GT-TPPO)"
    assert [(one.label, one.value) for one in force[1]] == [("Counted", "39 of 51"), ("Target", "51 of 51")]


def test_sources_that_contradict_about_one_time_make_a_range(kupang: Areas, example: Tables) -> None:
    events = with_row(example.rollout, count=15)
    found = rollout(events, kupang, on=date(2018, 12, 31))
    _, (_, numbers) = rollout_numbers(found, kupang, EN)
    assert numbers[0].value == "12–15 of 51"
    assert counted([one for one in found.series[CountedAs.GT_TPPO] if one.count == 15], EN) == "15 of 51"
    table = statement_table(found, EN)
    assert table.index.tolist() == ["Community Watch", *["Kelurahan task force (GT-TPPO)"] * 2]
    assert table["Number"].tolist() == ["7 of 51", "12 of 51", "15 of 51"]


def test_what_was_set_aside_and_an_earlier_stage_are_in_the_table_only(kupang: Areas, example: Tables) -> None:
    events = with_row(with_row(example.rollout, count=15, set_aside_on=pd.Timestamp(2021, 1, 1)), stage="trained")
    found = rollout(events, kupang, on=date(2018, 12, 31))
    assert series_text(found.series[CountedAs.GT_TPPO], EN) == "12 of 51 (2018: kiblatntt.com)"
    table = statement_table(found, EN)
    assert sorted(table["Number"]) == ["12 of 51", "12 of 51 (stage: members trained)", "15 of 51", "7 of 51"]
    assert len(set(table.loc[table["Number"].eq("15 of 51")].iloc[0]) & {"set aside"}) == 1


def marks(chart: Any) -> list[tuple[str, pd.DataFrame]]:
    return [
        (one.mark if isinstance(one.mark, str) else one.mark.type, one.data)
        for one in chart.layer
        if isinstance(one.data, pd.DataFrame)
    ]


def test_the_timeline_has_a_series_and_a_colour_for_each_body(kupang: Areas, example: Tables, late: Rollout) -> None:
    known = course(example.rollout, kupang, until=LATE)
    chart = timeline_chart(known, late.series, 51, EN, note="x")
    lines = [frame for mark, frame in marks(chart) if mark == "line"]
    assert [set(frame["body"]) for frame in lines] == [{"Community Watch"}, {"Kelurahan task force (GT-TPPO)"}]
    assert lines[0]["count"].tolist() == [7, 7]
    assert lines[1].drop_duplicates("count")["count"].tolist() == [12, 39, 51]
    (spans,) = [frame for mark, frame in marks(chart) if mark == "rule"]
    assert set(spans["day"]) == {"2018", "2020"}
    scale = chart.layer[0].to_dict()["encoding"]["color"]["scale"]
    assert scale["domain"] == ["Community Watch", "Kelurahan task force (GT-TPPO)"]
    assert scale["range"][0] == CW
    assert scale["range"][0] != scale["range"][1]
    told = [label for mark, frame in marks(chart) if mark == "text" for label in frame["label"]]
    assert sorted(told) == ["12", "39", "7", "target 51"]


def test_the_plan_marks_targets_of_community_watch_alone(kupang: Areas, example: Tables) -> None:
    def diamonds(events: pd.DataFrame) -> list[int]:
        found, on = rollout(events, kupang, on=date(2019, 12, 31)), date(2019, 12, 31)
        bounds = bounds_course(events, kupang, until=on)
        chart = plan_chart(bounds, plan_of(events, kupang), Forecast(1), found, EN, note="x")
        return [count for mark, frame in marks(chart) if mark == "point" for count in frame["count"]]

    assert diamonds(example.rollout) == []
    own = with_row(example.rollout, claim="target", counted_as="cw", count=20, on=pd.Timestamp(2021, 1, 1))
    assert diamonds(own) == [20]


def test_the_day_of_the_plan_is_that_of_a_target_of_community_watch(kupang: Areas, example: Tables) -> None:
    on = date(2019, 12, 31)
    assert target_day(rollout(example.rollout, kupang, on=on)) == date(2021, 12, 31)
    for precision, day in (("year", date(2022, 12, 31)), ("month", date(2022, 2, 28)), ("day", date(2022, 2, 1))):
        own = with_row(
            example.rollout,
            claim=Claim.TARGET.value,
            counted_as="cw",
            on=pd.Timestamp(2022, 2, 1),
            on_precision=precision,
        )
        assert target_day(rollout(own, kupang, on=on)) == day
        assert target_day(rollout(own, kupang, on=date(2024, 2, 29))) == date(2026, 12, 31)
