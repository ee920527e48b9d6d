"""Viewers that tests act as."""

from __future__ import annotations

from geo.settings import EMBEDDED, read_settings
from geo.terms import Role

_SETTINGS = read_settings(EMBEDDED)
TASKFORCE = _SETTINGS.viewer("Tim", Role.TASKFORCE)
PLANNER = _SETTINGS.viewer("Pia", Role.PLANNER)
STEWARD = _SETTINGS.viewer("Ana", Role.STEWARD)
BEN = _SETTINGS.viewer("Ben", Role.STEWARD)
