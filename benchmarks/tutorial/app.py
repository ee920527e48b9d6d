"""The app that a tutorial would write, with the usual choice everywhere.

Boundaries from geopandas, a folium choropleth with a branca legend, `st_folium` with its defaults.
`benchmarks/app.py` compares it with the dashboard; to see it: `streamlit run benchmarks/tutorial/app.py`, with
internet.
"""

from __future__ import annotations

from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd
import streamlit as st
from branca.colormap import LinearColormap
from streamlit_folium import st_folium

DATA = Path(__file__).parents[2] / "data"
INDICATORS = {"Victims": "victims", "Reports": "reports"}


@st.cache_data
def load_boundaries() -> gpd.GeoDataFrame:
    """Boundaries of the kelurahan, in degrees."""
    return gpd.read_file(DATA / "boundaries" / "kelurahan_kupang.shp")


@st.cache_data
def load_counts(year: int) -> pd.DataFrame:
    """Victims and reports of a year by the kelurahan in the documents."""
    cases = pd.read_csv(DATA / "contoh" / "cases.csv", parse_dates=["reported_on"])
    cases = cases[cases["reported_on"].dt.year == year]
    return cases.groupby("document_kode", as_index=False).agg(
        victims=("persons", "sum"), reports=("report", "nunique")
    )


st.set_page_config(page_title="Kupang", layout="wide")
st.title("Human trafficking in Kupang")
indicator = st.selectbox("Indicator", list(INDICATORS))
column = INDICATORS[indicator]

areas = load_boundaries().merge(load_counts(2017), left_on="kode", right_on="document_kode", how="left")
areas[["victims", "reports"]] = areas[["victims", "reports"]].fillna(0).astype(int)

m = folium.Map(location=[-10.2, 123.6], zoom_start=12)
colormap = LinearColormap(["#ffffcc", "#fd8d3c", "#800026"], vmin=0, vmax=int(areas[column].max()), caption=indicator)
folium.GeoJson(
    areas,
    style_function=lambda feature: {
        "fillColor": colormap(feature["properties"][column]),
        "color": "black",
        "weight": 1,
        "fillOpacity": 0.7,
    },
    tooltip=folium.GeoJsonTooltip(["kelurahan", "kecamatan", column], ["Kelurahan", "Kecamatan", indicator]),
).add_to(m)
colormap.add_to(m)

st_folium(m, width=725)
