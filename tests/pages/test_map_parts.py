"""The map is rendered once for a layer; what is sent is what streamlit-folium itself would send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit_folium

from geo.measures.figures import victims
from geo.measures.rollout import rollout
from geo.period import Period
from geo.present.layer import write_assets
from geo.present.maps import PAINT, base_map, paint_layer, paint_text
from geo.present.overview import need_and_coverage
from geo.release.released import release
from geo.study import join
from geo.viewer import PUBLIC
from geo.words import Language, Words
from pages.shell import caches, map_component
from pages.shell.map_parts import render_parts

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from geo.places.boundaries import Areas
    from geo.present.paint import Paint
    from geo.records.tables import Tables


def painted(areas: Areas, example: Tables) -> Paint:
    seen = release(join(areas, example, Period(2017, 2017)), None, PUBLIC, on=example.cases["reported_on"].max())
    stages = rollout(seen.rollout, seen.areas, on=example.cases["reported_on"].max().date()).stages
    return need_and_coverage(seen, stages, victims(seen), Words(Language.ID), note="Data contoh </script>")


def test_what_is_sent_is_what_st_folium_would_send(
    kupang: Areas, example: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    for module in (streamlit_folium, map_component):
        monkeypatch.setattr(module, "_component_func", lambda **options: sent.append(options))
    assets, paint = write_assets(kupang, tmp_path), painted(kupang, example)
    monkeypatch.setattr(caches, "map_parts", lambda _: render_parts(assets, "../x/"))
    streamlit_folium.st_folium(
        base_map(assets, "../x/"),
        key="peta",
        height=560,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=paint_layer(),
        on_change=lambda: None,
    )
    map_component.draw(
        kupang, paint, key="peta", selected="53.71.04.1011", tiles=None, on_choice=lambda _: None, height=560
    )
    theirs, ours = sent
    assert set(theirs) == set(ours)
    text = paint_text(paint, kupang, selected="53.71.04.1011")
    theirs["feature_group"] = theirs["feature_group"].replace(PAINT, text)
    assert PAINT not in ours["feature_group"]
    assert "</script>" not in ours["feature_group"]
    for name in set(theirs) - {"on_change", "id"}:
        assert ours[name] == theirs[name], name


def test_it_is_rendered_once(kupang: Areas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def render(*_: object) -> object:
        made.append(1)
        return render_parts(write_assets(kupang, tmp_path), "../x/")

    monkeypatch.setattr("pages.shell.map_parts.render_parts", render)
    monkeypatch.setattr(caches, "map_files", lambda: "../x/")
    caches._map_parts.clear()
    assert caches.map_parts(kupang) is caches.map_parts(kupang)
    assert made == [1]
    caches._map_parts.clear()
