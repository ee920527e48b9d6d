"""Figures computed from released data: each once, shared by all visitors of the same audience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.measures.figures import MEASURES, available
from geo.measures.rollout import rollout
from geo.terms import Denominator
from pages.shell import caches
from pages.shell.caches import cached

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.measures.figures import Figures, Measure
    from geo.measures.health import Watches
    from geo.measures.hotspots import Hotspots
    from geo.measures.rollout import Rollout
    from geo.measures.verdicts import Rules
    from geo.release.province import ProvinceFigures
    from geo.release.released import Released
    from geo.settings import HealthSettings
    from pages.shell.view import Shell


def hotspot_rules(shell: Shell, *, is_declared: bool) -> Rules:
    """Rules of the verdicts: the chosen period, and with more than one year the two periods that are compared."""
    # Not at the top, here and below: the first page shows no verdicts and no health, and need not wait for them.
    from geo.measures.verdicts import Rules

    own = shell.settings.hotspots
    return Rules(
        alpha=own.alpha,
        looks=3 if len(shell.source.years) > 1 else 1,
        max_share=own.max_share,
        replicates=own.replicates,
        is_declared=is_declared,
    )


def hotspots_of(shell: Shell, seen: Released, *, is_declared: bool) -> Hotspots:
    """Verdicts of a release."""
    return cached(_hotspots, seen, hotspot_rules(shell, is_declared=is_declared))


def _hotspots(seen: Released, rules: Rules) -> Hotspots:
    from geo.measures.hotspots import hotspots

    return hotspots(seen.now, seen.areas, seen.denominators, rules)


def province_of(shell: Shell) -> tuple[ProvinceFigures, Hotspots]:
    """The press figures of the province, with their verdicts."""
    return caches.province(hotspot_rules(shell, is_declared=True))


def rollout_of(shell: Shell, seen: Released, *, known_on: date | None = None) -> Rollout:
    """State of the rollout on the chosen day, as known on another."""
    return cached(_rollout, seen, shell.view.on, known_on)


def _rollout(seen: Released, on: date, known_on: date | None) -> Rollout:
    return rollout(seen.rollout, seen.areas, on=on, known_on=known_on)


def watches_of(shell: Shell, seen: Released, *, known_on: date | None = None) -> Watches:
    """State of each Community Watch on the chosen day."""
    return cached(_watches, seen, shell.view.on, known_on, shell.settings.health)


def _watches(seen: Released, on: date, known_on: date | None, rules: HealthSettings) -> Watches:
    from geo.measures.health import watches

    stages = cached(_rollout, seen, on, known_on).stages
    return watches(seen.watch, stages, seen.denominators.get(Denominator.STATIONS_2024), rules, on=on)


def offered_measures(seen: Released, measures: Sequence[Measure]) -> list[Measure]:
    """Those of the measures that this release has."""
    return [one for one in available(seen) if one in measures]


def figures_of(shell: Shell, seen: Released, measures: Sequence[Measure]) -> Figures:
    """Figures of the chosen measure.

    A measure that another page left in the view and that is not offered here is replaced by the first one; likewise a
    population that the layer does not have.
    """
    offered, sizes = offered_measures(seen, measures), list(seen.denominators.columns)
    if shell.view.measure not in offered:
        shell.change(measure=offered[0])
    if sizes and shell.view.denominator.value not in sizes:
        shell.change(denominator=Denominator(sizes[0]))
    return cached(_figures, seen, shell.view.measure, shell.view.denominator)


def _figures(seen: Released, measure: Measure, size: Denominator) -> Figures:
    return MEASURES[measure](seen, size)
