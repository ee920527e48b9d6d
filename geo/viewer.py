"""Who is looking."""

from __future__ import annotations

from dataclasses import dataclass

from geo.terms import Audience


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person at the screen, as far as the library needs to know one.

    Parameters
    ----------
    name
        Who acts, for the record of changes; never shown to others.
    audience
        Decides what `geo.release` lets through.
    """

    name: str
    audience: Audience


PUBLIC = Viewer("", Audience.PUBLIC)
