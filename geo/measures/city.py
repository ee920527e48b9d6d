"""The few numbers of the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.terms import State

if TYPE_CHECKING:
    from geo.release.released import Count, Released


@dataclass(frozen=True, slots=True)
class Change:
    """How a count moved from the period before to this one; `share` is None where there was nothing before."""

    now: int
    before: int

    @property
    def difference(self) -> int:
        """More (or, negative, fewer) than before."""
        return self.now - self.before

    @property
    def share(self) -> float | None:
        """Difference as a share of before."""
        return None if self.before == 0 else self.difference / self.before


@dataclass(frozen=True, slots=True)
class City:
    """Numbers of the whole city.

    Parameters
    ----------
    victims, cases
        Persons and reports of the period, those on no kelurahan included.
    elsewhere_share
        Of the persons whose origin is recorded, the share from another kabupaten; None where hidden or none recorded.
    origin_known
        How many persons that share is of.
    watchers
        Active watchers; None where one kelurahan's count is hidden, or where there is no list of watchers.
    change
        Victims against the period before; None where one of the two is hidden or unknown.
    """

    victims: Count
    cases: Count
    elsewhere_share: float | None
    origin_known: Count
    watchers: int | None
    change: Change | None


def city(released: Released) -> City:
    """Numbers of the whole city from what was released of it."""
    now, before = released.now, released.before
    share = None
    if now.elsewhere.value is not None and now.origin_known.value:
        share = now.elsewhere.value / now.origin_known.value
    change = None
    if before is not None and before.victims.state is not State.HIDDEN and before.victims.value:
        change = None if now.victims.value is None else Change(now.victims.value, before.victims.value)
    complete = released.has_watchers and not bool(released.watchers.isna().any())
    return City(
        victims=now.victims,
        cases=now.cases,
        elsewhere_share=share,
        origin_known=now.origin_known,
        watchers=int(released.watchers.sum()) if complete else None,
        change=change,
    )
