"""The visitor's current proposal: kept for the visit, started from the settings or from a plan in the address."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.errors import DataError
from geo.planning.criteria import weighted
from geo.planning.inputs import criteria_table
from geo.planning.limits import Limits
from geo.planning.priority import NothingToRankError, rank
from geo.planning.proposal import Proposal, moved_by_hand, needs_of, waves_of
from geo.planning.tiers import drawn, ordered
from geo.store.scenarios import save_scenario, scenario
from geo.terms import Health, Right, StoreName
from pages.shell import caches
from pages.shell.caches import cached
from pages.shell.controls import tell
from pages.shell.figures import rollout_of, watches_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo.measures.health import Watches
    from geo.planning.criteria import Criterion
    from geo.planning.priority import Ranking
    from geo.planning.proposal import Override, Solved
    from geo.planning.tiers import Drawn
    from geo.release.released import Released
    from geo.store.scenarios import Scenario
    from pages.shell.jobs import Job
    from pages.shell.view import Shell

_DRAFT, _OPENED, _SOLVED, _JOB, _KEPT = "draft", "opened", "solved", "job", "kept"
_LAST_YEAR = 2100
_WAVES, _CAPACITY = 6, 5


class Drafting:
    """One run of the page for one visitor, with its inputs.

    Parameters
    ----------
    shell
        Of the visit.
    """

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        # A draft made on the example, or on another layer, never becomes a plan of the city.
        where = f"next/{shell.view.store}/{shell.areas.fingerprint}"
        self._state: dict[str, Any] = st.session_state.setdefault(where, {})
        self.seen: Released = shell.released()
        self.criteria = caches.criteria()
        found = watches_of(shell, self.seen)
        #: Kelurahan with a working Community Watch; a quiet or dormant one may be started again.
        self.active: pd.Index[str] = found.table.index[found.table["state"].eq(Health.ACTIVE)]
        stages = rollout_of(shell, self.seen).stages
        self.table: pd.DataFrame = cached(_criteria_values, self.seen, stages, found, shell.next_to)
        self._open()

    # The proposal

    def _open(self) -> None:
        """Loads the plan in the address, once; otherwise starts one. A deleted plan is dropped."""
        named = self.shell.view.plan
        if named:
            kept = self._named(named)
            if kept is None:
                # Deleted: the moves and notes of people are deleted with it.
                self._forget(*((_DRAFT, _SOLVED) if self._state.get(_OPENED) == named else ()), _KEPT, _OPENED)
                self.shell.change(plan="")
            elif self._state.get(_OPENED) != named:
                self.take(kept)
        else:
            self._forget(_KEPT, _OPENED)
        if _DRAFT not in self._state:
            self._state[_DRAFT] = self._first()

    def _named(self, token: str) -> Scenario | None:
        """The saved plan of an address; None, with the reason shown, where there is none for this viewer."""
        shell = self.shell
        is_open = shell.view.store is StoreName.KOTA and shell.may_work(Right.PLAN)
        if not is_open or shell.store.is_new:
            st.warning(self.shell.words("next.plan.closed"))
            return None
        try:
            return scenario(shell.store, shell.who, token=token)
        except DataError as fault:
            tell(self.shell, fault)
            return None

    def take(self, kept: Scenario) -> None:
        """Continues from a saved plan."""
        self._state |= {_DRAFT: Proposal.of(kept.content), _KEPT: kept, _OPENED: kept.token}
        self._forget(_SOLVED, _JOB)

    def let_go(self, token: str) -> None:
        """Drops a deleted plan, with the moves of people in it."""
        if self._state.get(_OPENED) == token:
            self._forget(_DRAFT, _SOLVED, _JOB, _KEPT, _OPENED)
            self.shell.change(plan="")

    def _forget(self, *names: str) -> None:
        for name in names:
            self._state.pop(name, None)

    def _first(self) -> Proposal:
        begins = date(min(self.shell.view.on.year + 1, _LAST_YEAR), 1, 1)
        return Proposal(
            weights=tuple((one.name, one.weight) for one in self.criteria),
            first=self.shell.settings.priority.first,
            limits=Limits(_WAVES, (_CAPACITY,) * _WAVES),
            cost=0.0,
            trainers=0,
            begins_on=begins,
        )

    @property
    def proposal(self) -> Proposal:
        """The current proposal."""
        draft: Proposal = self._state[_DRAFT]
        return draft

    def change(self, **parts: Any) -> None:
        """Changes parts of the proposal."""
        self._state[_DRAFT] = replace(self.proposal, **parts)

    def limit(self, **parts: Any) -> None:
        """Changes limits of the proposal."""
        self.change(limits=replace(self.proposal.limits, **parts))

    def begin_again(self) -> None:
        """Starts from the settings, without a plan in the address."""
        self._forget(_DRAFT, _SOLVED, _JOB, _KEPT, _OPENED)
        self.shell.change(plan="")

    def widget(self, key: str, value: Any, put: Callable[[Any], None]) -> dict[str, Any]:
        """Key and callback that bind a widget to a part of the proposal; a part stays without its widget."""
        name = f"next.{key}"
        st.session_state[name] = value
        return {"key": name, "on_change": lambda: put(st.session_state[name])}

    # Results computed from it

    @property
    def chosen(self) -> tuple[Criterion, ...]:
        """Criteria with the planner's weights."""
        return weighted(self.criteria, dict(self.proposal.weights))

    @property
    def ranking(self) -> Ranking:
        """Kelurahan that may come next: all without a working Community Watch, in order of priority.

        Raises
        ------
        NothingToRankError
            When no criterion with a weight has data.
        """
        return cached(_ranking, self.seen, self.table, tuple(self.active), self.chosen)

    @property
    def needs(self) -> pd.DataFrame:
        """Input of the waves."""
        return cached(_needs, self.seen, self.table, self.proposal.cost, self.proposal.trainers)

    @property
    def limits(self) -> Limits:
        """Limits with the kelurahan that have a working Community Watch; rules on those are left out."""
        own, active = self.proposal.limits, frozenset(self.active)
        return replace(
            own,
            started=active,
            must=tuple(one for one in own.must if one[0] not in active),
            not_in=tuple(one for one in own.not_in if one[0] not in active),
        )

    @property
    def solved(self) -> Solved | None:
        """The latest plan, if it has these limits and needs."""
        made: Solved | None = self._state.get(_SOLVED)
        return made if made is not None and made.limits == self.limits and made.needs.equals(self.needs) else None

    @solved.setter
    def solved(self, made: Solved) -> None:
        self._state[_SOLVED] = made

    @property
    def before(self) -> pd.Series[int] | None:
        """Waves of the latest plan with any limits, if it has these needs."""
        made: Solved | None = self._state.get(_SOLVED)
        return made.best.wave if made is not None and made.needs.equals(self.needs) else None

    @property
    def unplanned(self) -> pd.Series[int]:
        """Waves before there is a plan: 0 where Community Watch works."""
        return pd.Series(pd.NA, index=self.seen.areas.index, dtype="Int64").where(
            ~self.seen.areas.index.isin(self.active), 0
        )

    @property
    def job(self) -> Job[Solved] | None:
        """Running work."""
        job: Job[Solved] | None = self._state.get(_JOB)
        return job

    @job.setter
    def job(self, job: Job[Solved] | None) -> None:
        self._state[_JOB] = job

    @property
    def fingerprint(self) -> str:
        """Hash of a plan's inputs: criteria, counts, kelurahan with a working Community Watch; not the day itself."""
        return cached(_fingerprint, self.seen, self.table, tuple(self.active))

    @property
    def kept(self) -> pd.Series[int] | None:
        """Waves of the plan in the address, as they were saved."""
        kept: Scenario | None = self._state.get(_KEPT)
        return None if kept is None else waves_of(kept.content, self.seen.areas.index)

    @property
    def is_of_other_data(self) -> bool:
        """Whether the plan in the address was made from other data than those shown."""
        kept: Scenario | None = self._state.get(_KEPT)
        return kept is not None and kept.content["fingerprint"] != self.fingerprint

    @property
    def shown(self) -> pd.Series[int] | None:
        """Waves of the latest plan, as drawn and as people moved them; None without one for these limits."""
        found, own = self.solved, self.proposal
        if found is None:
            return None
        dealt = self.dealt
        wave = found.best.wave if dealt is None else dealt.wave
        return moved_by_hand(wave, own.overrides, own.limits.waves)

    @property
    def dealt(self) -> Drawn | None:
        """The latest plan with the order inside tiers drawn, or by priority; None where it stays unchanged."""
        found, own = self.solved, self.proposal
        if found is None or not own.tolerance:
            return None
        order: tuple[str, ...] | None = None
        if own.by_score:
            try:
                order = tuple(self.ranking.order)
            except NothingToRankError:
                return None
        of = (self.seen, found.needs, self.shell.next_to, found.limits, found.best.wave)
        return cached(_dealt, *of, tolerance=own.tolerance, seed=own.seed, order=order)

    def keep(self, name: str, wave: pd.Series[int]) -> None:
        """Saves the proposal with these waves, and puts it into the address."""
        view, store, who = self.shell.view, self.shell.store, self.shell.who
        content = self.proposal.content(wave, self.fingerprint, period=str(view.period), on=view.on)
        kept = scenario(store, who, token=save_scenario(store, who, name=name, content=content))
        self._state |= {_KEPT: kept, _OPENED: kept.token}
        self.shell.change(plan=kept.token)

    def override(self, one: Override | None, kode: str) -> None:
        """Moves a kelurahan by hand, or returns it to its wave in the plan."""
        others = tuple(other for other in self.proposal.overrides if other.kode != kode)
        self.change(overrides=(*others, one) if one else others)


def _criteria_values(
    seen: Released, stages: pd.DataFrame, found: Watches, next_to: Mapping[str, tuple[str, ...]]
) -> pd.DataFrame:
    quiet = found.table["state"].isin([Health.QUIET, Health.DORMANT])
    return criteria_table(seen, stages, next_to, quiet=quiet)


def _ranking(
    seen: Released,  # noqa: ARG001 - part of the key
    table: pd.DataFrame,
    active: tuple[str, ...],
    chosen: tuple[Criterion, ...],
) -> Ranking:
    return rank(table.loc[table.index.difference(list(active), sort=False)], chosen)


def _needs(seen: Released, table: pd.DataFrame, cost: float, trainers: int) -> pd.DataFrame:
    return needs_of(table, seen.areas, cost=cost, trainers=trainers)


def _fingerprint(seen: Released, table: pd.DataFrame, active: tuple[str, ...]) -> str:  # noqa: ARG001 - in the key
    return hashlib.sha256((table.to_csv() + ",".join(sorted(active))).encode()).hexdigest()[:16]


def _dealt(  # noqa: PLR0913 - what a plan is made of, and how it is dealt
    seen: Released,  # noqa: ARG001 - part of the key
    needs: pd.DataFrame,
    next_to: Mapping[str, tuple[str, ...]],
    limits: Limits,
    wave: pd.Series[int],
    *,
    tolerance: float,
    seed: int,
    order: tuple[str, ...] | None,
) -> Drawn:
    if order is None:
        return drawn(needs, next_to, limits, wave, tolerance=tolerance, seed=seed)
    return ordered(needs, next_to, limits, wave, tolerance=tolerance, order=order)
