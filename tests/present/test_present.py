"""Drawing: classes, legend, payload of the map."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from streamlit_folium import _get_feature_group_string

from geo.measures.figures import Figures, Measure, victims
from geo.measures.rollout import cw_stages
from geo.period import Period
from geo.places.boundaries import Areas
from geo.present.classes import breaks, classify
from geo.present.layer import layer_data, script_text, write_assets
from geo.present.legend import legend
from geo.present.maps import PAINT, base_map, paint_layer, paint_text
from geo.present.overview import need_and_coverage
from geo.present.tables import facts, order
from geo.release.released import Released, release
from geo.study import join
from geo.terms import State
from geo.viewer import PUBLIC
from geo.words import Language, Words

if TYPE_CHECKING:
    from pathlib import Path

    from geo.records.tables import Tables

EVIL = "<img src=x onerror=alert(1)>`${1}</script>'\""


@pytest.fixture(scope="module")
def seen(kupang: Areas, example: Tables) -> Released:
    now, before = (join(kupang, example, Period(year, year)) for year in (2017, 2016))
    return release(now, before, PUBLIC, on=date(2018, 11, 16))


def figures(values: list[float | None], states: list[State]) -> Figures:
    index = [f"k{number}" for number in range(len(values))]
    return Figures(
        Measure.VICTIMS, pd.Series(values, index, dtype=float), pd.Series([str(s) for s in states], index), "x"
    )


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=80))
def test_classes_hold_every_value_once(counts: list[int]) -> None:
    states = [State.SHOWN if count else State.ZERO for count in counts]
    classes, position = classify(figures([float(count) for count in counts], states))
    assert sum(one.areas for one in classes) == len(counts)
    for count, place in zip(counts, position, strict=True):
        one = classes[place]
        if count == 0:
            assert one.state is State.ZERO
        else:
            assert one.low is not None
            assert one.high is not None
            assert one.low <= count <= one.high
    starts = breaks(pd.Series(counts, dtype=float))
    assert starts == sorted(set(starts))
    assert len(starts) <= 5


def test_a_blank_state_is_a_class_of_its_own() -> None:
    every = [State.SHOWN, State.ZERO, State.NO_REPORT, State.HIDDEN, State.OUT_OF_SCOPE]
    classes, position = classify(figures([12.0, 0.0, None, None, None], every))
    assert [one.state for one in classes] == every
    assert list(position) == [0, 1, 2, 3, 4]
    assert len({one.fill for one in classes}) == 5


def test_figures_refuse_a_value_beside_a_hidden_state() -> None:
    with pytest.raises(ValueError, match="a value goes with"):
        figures([3.0], [State.HIDDEN])


def test_the_table_lists_those_without_a_number_last_by_name() -> None:
    shown = figures([5.0, None, 0.0, None], [State.SHOWN, State.HIDDEN, State.ZERO, State.HIDDEN])
    names = pd.Series(["Dua", "Satu", "Tiga", "Empat"], shown.values.index)
    assert [names[kode] for kode in order(shown, names)] == ["Dua", "Tiga", "Empat", "Satu"]


def test_the_legend_tells_ranges_and_how_many(seen: Released) -> None:
    classes, _ = classify(victims(seen))
    stages = cw_stages(seen.rollout, seen.areas, seen.on)
    html = legend("Korban", classes, stages["stage"], Words(Language.ID))
    counted = [int(number) for number in re.findall(r"<small>(\d+) kelurahan", html)]
    assert sum(counted[:-1]) == 51
    assert counted[-1] == 7


def test_texts_of_the_legend_are_escaped(seen: Released) -> None:
    html = legend(EVIL, [], pd.Series([], dtype=object), Words(Language.ID))
    assert "<img" not in html


def test_the_table_says_what_the_map_says(seen: Released) -> None:
    stages = cw_stages(seen.rollout, seen.areas, seen.on)
    words = Words(Language.ID)
    table = facts(seen, stages, victims(seen), words)
    paint = need_and_coverage(seen, stages, victims(seen), words, note="x")
    by_name = {seen.areas.names[kode]: tip for kode, tip in zip(seen.areas.index, paint.tips, strict=True)}
    assert len(table) == 51
    for name, row in table.iterrows():
        kecamatan, number, stage = by_name[str(name)]
        assert row["Kecamatan"] == kecamatan
        assert row["Korban"] in number
        assert stage.startswith(row["Tahap CW"])


def test_geometry_is_sent_whole_and_shares_its_borders(kupang: Areas) -> None:
    data = layer_data(kupang)
    shapes = []
    for area in data["areas"]:
        parts = []
        for rings in area["polygons"]:
            points = [np.cumsum(np.array(ring).reshape(-1, 2), axis=0) / 1e5 for ring in rings]
            parts.append(shapely.Polygon(points[0], points[1:]))
        shapes.append(shapely.union_all(parts))
    total = sum(shape.area for shape in shapes)
    assert shapely.union_all(shapes).area == pytest.approx(total, rel=2e-5)
    drawn = np.array([shape.area for shape in shapes])
    assert drawn == pytest.approx(shapely.area(kupang.frame.geometry.to_numpy()), rel=0.03)
    assert data["inset"]["title"] == "Kota Lama"
    assert len(data["inset"]["areas"]) == 10
    for area, shape in zip(data["areas"], shapes, strict=True):
        assert shape.contains(shapely.Point(area["at"][::-1])), area["name"]


def test_the_first_draw_is_small(kupang: Areas, tmp_path: Path) -> None:
    assets = write_assets(kupang, tmp_path)
    own = sum((tmp_path / name).stat().st_size for name in (assets.script, assets.style))
    assert own < 80_000
    assert write_assets(kupang, tmp_path) == assets
    assert {path.name for path in tmp_path.iterdir()} == {assets.leaflet, assets.script, assets.style}


def test_a_repaint_is_small_and_carries_no_geometry(seen: Released, tmp_path: Path) -> None:
    stages = cw_stages(seen.rollout, seen.areas, seen.on)
    paint = need_and_coverage(seen, stages, victims(seen), Words(Language.ID), note=EVIL)
    base = base_map(write_assets(seen.areas, tmp_path), "../x/")
    text = _get_feature_group_string(paint_layer(), base).replace(PAINT, paint_text(paint, seen.areas))
    assert len(text) < 7_000
    assert "coordinates" not in text
    assert EVIL not in text


def test_the_map_names_no_address_outside(seen: Released, tmp_path: Path) -> None:
    base = base_map(write_assets(seen.areas, tmp_path), "../x/")
    assert all(address.startswith("../x/") for _, address in [*base.default_js, *base.default_css])


def test_hostile_names_stay_text(seen: Released, kupang: Areas) -> None:
    frame = kupang.frame.copy()
    frame.loc[frame.index[0], ["name", "group"]] = EVIL
    evil = Areas(frame, kupang.layer, kupang.metric_crs, kupang.city, kupang.city_code)
    text = script_text(layer_data(evil))
    assert "<" not in text
    assert "'" not in text
    assert json.loads(text)["areas"][0]["name"] == EVIL
