"""What a map shows: plain values that a map of any kind can be drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from geo.present.layer import polygons

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from geo.places.boundaries import Areas
    from geo.present.classes import Class

#: Outlines of several areas are simplified by so much: a line of three pixels hides it at any zoom of the city.
_REGION_DETAIL_M = 25.0


@dataclass(frozen=True, slots=True)
class Region:
    """Several areas drawn as one.

    Parameters
    ----------
    polygons
        Rings packed as the still layer has them.
    at
        Latitude and longitude of its letter.
    label
        The letter.
    is_dashed
        Whether its outline is dashed.
    """

    polygons: list[list[list[int]]]
    at: tuple[float, float]
    label: str
    is_dashed: bool

    @classmethod
    def of(cls, areas: Areas, members: Sequence[int], label: str, *, is_dashed: bool) -> Region:
        """Region of the areas at these positions."""
        whole = shapely.union_all(areas.metric.iloc[list(members)].to_numpy())
        drawn = gpd.GeoSeries([shapely.simplify(whole, _REGION_DETAIL_M)], crs=areas.metric_crs).to_crs("EPSG:4326")
        west, _, east, north = drawn.total_bounds
        return cls(
            polygons(drawn.iloc[0]), (round(float(north), 5), round(float(west + east) / 2, 5)), label, is_dashed
        )


@dataclass(frozen=True, slots=True)
class Paint:
    """What a map shows at one moment; everything about it that can change.

    Parameters
    ----------
    classes
        Legend.
    position
        Place in the legend of each kelurahan.
    stages
        Stage of Community Watch of each kelurahan as text, empty where none is known.
    tips
        Lines of text under the name of each kelurahan.
    title
        What the map shows, for a screen reader.
    note
        What the data are; stands in the picture itself.
    regions
        Outlines above the areas.
    """

    classes: list[Class]
    position: pd.Series[int]
    stages: pd.Series[str]
    tips: list[list[str]]
    title: str
    note: str
    regions: tuple[Region, ...] = ()
