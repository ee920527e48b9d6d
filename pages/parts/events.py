"""Placeholder until the forms are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.measures.rollout import Rollout
    from pages.shell import Shell


def draw(shell: Shell, reached: Rollout) -> None:
    """Nothing yet."""
