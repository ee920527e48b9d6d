"""Result of resolving a written place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.terms import MatchBy, PlaceStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Most candidates that are reported.
MOST_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Result for a written name or code.

    `candidates` are pairs of similarity and kode, best first.
    """

    status: PlaceStatus
    kode: str = ""
    by: MatchBy | None = None
    score: float = float("nan")
    candidates: tuple[tuple[float, str], ...] = ()
    conflict: str = ""


NOTHING_WRITTEN = FoundPlace(PlaceStatus.EMPTY)
UNKNOWN = FoundPlace(PlaceStatus.UNKNOWN)
ELSEWHERE = FoundPlace(PlaceStatus.OUTSIDE, score=1.0)


def best_first(pairs: Sequence[tuple[float, str]]) -> tuple[tuple[float, str], ...]:
    """Candidates by descending similarity, then by kode; each once, at most three."""
    best: dict[str, float] = {}
    for score, kode in pairs:
        best[kode] = max(score, best.get(kode, 0.0))
    return tuple(
        sorted(((score, kode) for kode, score in best.items()), key=lambda one: (-one[0], one[1]))[:MOST_CANDIDATES]
    )
