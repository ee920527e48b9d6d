"""Embedded names: other spellings, and places elsewhere that a name may mean instead."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from geo.places.names import Name, parse_name, unkeyed
from geo.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo.places.boundaries import Areas

FOLDER = ROOT / "data" / "names"
_REGENCY, _DISTRICT = 5, 8


@dataclass(frozen=True, eq=False)
class Gazetteer:
    """Names for one layer.

    Parameters
    ----------
    aliases
        `kode` in the layer by the key of another spelling.
    elsewhere
        Villages elsewhere by key: the keys of their kecamatan and kabupaten. Some share a name with an area of the
        layer.
    city
        Keys of the city itself, with and without "Kota".
    regions
        Keys of kecamatan, kabupaten, kota, provinces and destinations; none is an area of the layer.
    districts
        Keys of all known kecamatan, in the layer and elsewhere.
    kabupaten
        Code (`53.02`) by key.
    """

    aliases: Mapping[str, str]
    elsewhere: Mapping[str, frozenset[str]]
    city: frozenset[str]
    regions: frozenset[str]
    districts: frozenset[str]
    kabupaten: Mapping[str, str]

    @cached_property
    def names(self) -> dict[str, Name]:
        """Normalised names of villages elsewhere, by key."""
        return {key: unkeyed(key) for key in self.elsewhere}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_gazetteer(areas: Areas) -> Gazetteer:
    """Embedded names for a layer: aliases of its areas, and places outside it.

    Parameters
    ----------
    areas
        The layer; for another city or province the aliases of Kota Kupang are not used.
    """
    own = {parse_name(str(name)).key for name in areas.names}
    layer = set(areas.index)
    city = {parse_name(areas.city).key, parse_name(areas.city.removeprefix("Kota ")).key}
    districts = {row["kode"]: parse_name(row["nama"]).key for row in _rows("kecamatan_ntt.csv")}
    regions = city | {key for kode, key in districts.items() if not kode.startswith(f"{areas.city_code}.")}
    regions |= {parse_name(row["nama"]).key for row in _rows("wilayah_lain.csv")}
    kabupaten: dict[str, str] = {parse_name(areas.city).key: areas.city_code}
    called: defaultdict[str, set[str]] = defaultdict(set)
    villages: defaultdict[str, set[str]] = defaultdict(set)
    for row in _rows("desa_ntt.csv"):
        kode, key = row["kode"], parse_name(row["nama"]).key
        if kode in layer or kode.startswith(areas.city_code):
            continue
        if len(kode) == _REGENCY:
            short = parse_name(row["nama"].removeprefix("Kabupaten ").removeprefix("Kota ")).key
            called[kode] |= {key, f"kab{short}", short} - city
            kabupaten |= dict.fromkeys(called[kode], kode)
        else:
            villages[key] |= {districts.get(kode[:_DISTRICT], ""), kode[:_REGENCY]}
    aliases: dict[str, str] = {}
    for row in _rows("aliases.csv"):
        kode, key = row["kode"], parse_name(row["alias"]).key
        if len(kode) == _REGENCY:
            kabupaten[key] = kode
            called[kode].add(key)
        elif kode in layer and key not in own:
            aliases[key] = kode
    regions |= set(kabupaten)
    return Gazetteer(
        aliases=aliases,
        # A kabupaten is found by each of its names.
        elsewhere={
            key: frozenset().union(*(called.get(one, {one}) for one in above)) for key, above in villages.items()
        },
        city=frozenset(city),
        regions=frozenset(regions - own),
        districts=frozenset({*districts.values(), *(parse_name(str(name)).key for name in areas.groups if name)}),
        kabupaten=kabupaten,
    )
