"""Build the tracked files of `data/`: run by hand when a source or the generator changes, never by the app.

    python data/build.py --source FOLDER [--districts FILE]
                                           copies raw boundaries, reference tables and names from FOLDER
    python data/build.py                   writes the example records and SOURCES.md again from the files here

`sources.toml` gives the origin of each file; SOURCES.md is its readable form, with the current hash of each file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tomllib
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parent
sys.path.insert(0, str(DATA.parent))

# The project is not an installed package.
from data.make_example import example_tables  # noqa: E402
from data.make_samples import sample_files  # noqa: E402
from geo.places.boundaries import read_areas  # noqa: E402
from geo.settings import EMBEDDED, read_settings  # noqa: E402

_SHAPEFILE = [f"boundaries/kelurahan_kupang.{part}" for part in ("shp", "shx", "dbf", "prj", "cpg")]
COPIED = {
    **{name: name for name in _SHAPEFILE},
    "boundaries/ntt_kabkota.geojson": "boundaries/ntt_kabkota.geojson",
    "reference/denominators_kelurahan.csv": "reference/denominators_kelurahan.csv",
    "reference/tppo_pmi_ntt.csv": "reference/tppo_pmi_ntt.csv",
    "reference/ntt_penduduk_kepmendagri2025.csv": "reference/ntt_penduduk_kepmendagri2025.csv",
}
_NTT, _CITY = "53", "53.71"
_NOT_LISTED = {"SOURCES.md", "sources.toml", "build.py", "make_example.py", "make_samples.py", "settings.toml"}


def copy_sources(source: Path) -> None:
    """Copy the files byte for byte, so that their hash can be compared with the original's."""
    for original, copied in COPIED.items():
        target = DATA / copied
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / original, target)


def write_names(source: Path, districts: Path | None) -> None:
    """Write the names of the villages, kabupaten and kecamatan of the province, which a name may mean instead."""
    folder = DATA / "names"
    villages = pd.read_parquet(source / "scale" / "ntt_desa.parquet", columns=["kode", "nama"])
    regencies = json.loads((DATA / "boundaries" / "ntt_kabkota.geojson").read_text("utf-8"))["features"]
    above = pd.DataFrame([{key: one["properties"][key] for key in ("kode", "nama")} for one in regencies])
    names = pd.concat([above, villages[~villages["kode"].str.startswith(_CITY)]]).sort_values("kode")
    names.to_csv(folder / "desa_ntt.csv", index=False, lineterminator="\n")
    if districts is not None:
        table = pd.read_csv(districts, dtype="str").rename(columns={"code": "kode", "name": "nama"})
        table = table.loc[table["kode"].str.startswith(f"{_NTT}."), ["kode", "nama"]].sort_values("kode")
        table.to_csv(folder / "kecamatan_ntt.csv", index=False, lineterminator="\n")


def write_example() -> None:
    """Write the example records, the samples and the form; the same bytes on every machine."""
    sizes = pd.read_csv(DATA / "reference" / "denominators_kelurahan.csv", index_col="kode")["tps_reguler_2024"]
    folder = DATA / "contoh"
    folder.mkdir(exist_ok=True)
    tables = example_tables(sizes)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", date_format="%Y-%m-%d")
    areas = read_areas(read_settings(EMBEDDED).areas)
    for name, content in sample_files(areas.names, areas.groups, tables).items():
        (DATA / name).parent.mkdir(exist_ok=True)
        (DATA / name).write_bytes(content)


def tracked_files() -> list[str]:
    """Data files below `data/` that need an origin, as relative posix paths."""
    files = (path.relative_to(DATA).as_posix() for path in DATA.rglob("*") if path.is_file())
    return sorted(
        name for name in files if name not in _NOT_LISTED and "__pycache__" not in name and "translations" not in name
    )


def sources_page() -> str:
    """Text of SOURCES.md.

    Raises
    ------
    ValueError
        When a data file has no origin in `sources.toml`.
    """
    declared = tomllib.loads((DATA / "sources.toml").read_text("utf-8"))["source"]
    lines = [
        "# Where the data come from",
        "",
        "Written by `python data/build.py` from `sources.toml`; a test compares every hash. Nothing here is about a",
        "person: the records under `contoh/` are **made up** (`data/make_example.py`).",
        "",
    ]
    listed: set[str] = set()
    for entry in declared:
        lines += [f"## {entry['title']}", ""]
        lines += [f"- {label}: {entry[key]}" for key, label in _LABELS.items() if entry.get(key)]
        lines += ["", "| file | SHA-256 |", "|---|---|"]
        for name in entry["files"]:
            digest = hashlib.sha256((DATA / name).read_bytes()).hexdigest()
            lines.append(f"| `{name}` | `{digest}` |")
            listed.add(name)
        lines.append("")
    forgotten = sorted(set(tracked_files()) - listed)
    if forgotten:
        msg = f"data files without an origin in sources.toml: {', '.join(forgotten)}"
        raise ValueError(msg)
    return "\n".join(lines)


_LABELS = {"what": "What", "origin": "Origin", "licence": "Licence", "date": "Date", "quality": "To know"}


def main() -> None:
    """Read the options and do the work."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, help="folder with boundaries/ and reference/ to take over")
    parser.add_argument("--districts", type=Path, help="districts.csv of the npm package idn-area-data")
    options = parser.parse_args()
    if options.source:
        copy_sources(options.source)
        write_names(options.source, options.districts)
    write_example()
    (DATA / "SOURCES.md").write_text(sources_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
