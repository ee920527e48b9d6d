"""Key figures of the whole city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.terms import State

if TYPE_CHECKING:
    from geo.release.released import Count, Released


@dataclass(frozen=True, slots=True)
class Change:
    """Change of a count from the previous period to this one; `share` is None if the previous count is zero."""

    now: int
    before: int

    @property
    def difference(self) -> int:
        """Increase, or decrease if negative."""
        return self.now - self.before

    @property
    def share(self) -> float | None:
        """Difference as a share of the previous count."""
        return None if self.before == 0 else self.difference / self.before


@dataclass(frozen=True, slots=True)
class City:
    """Figures of the whole city.

    Parameters
    ----------
    victims, cases
        Persons and reports of the period, including those not placed on a kelurahan.
    elsewhere_share
        Among persons with a recorded origin, the share from another kabupaten; None if hidden or none recorded.
    origin_known
        Number of persons with a recorded origin.
    watchers
        Active watchers; None if a kelurahan's count is hidden or there is no list of watchers.
    change
        Change of victims from the previous period; None if one of the two is hidden or unknown.
    """

    victims: Count
    cases: Count
    elsewhere_share: float | None
    origin_known: Count
    watchers: int | None
    change: Change | None


def city(released: Released) -> City:
    """Figures of the whole city from its release."""
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
