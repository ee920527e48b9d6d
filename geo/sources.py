"""Where the embedded data come from, as declared in `data/sources.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache

from geo.settings import ROOT


@dataclass(frozen=True, slots=True)
class Source:
    """One origin of embedded files; `quality` may be empty, `files` are paths below `data/`."""

    id: str
    title: str
    files: tuple[str, ...]
    what: str
    origin: str
    licence: str
    date: str
    quality: str = ""


@lru_cache(maxsize=1)
def read_sources() -> tuple[Source, ...]:
    """All origins, in the order declared."""
    declared = tomllib.loads((ROOT / "data" / "sources.toml").read_text("utf-8"))["source"]
    return tuple(Source(**{**entry, "files": tuple(entry["files"])}) for entry in declared)
