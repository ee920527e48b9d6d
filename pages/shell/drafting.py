"""The proposal that a visitor works on: kept for the visit, begun from the settings or from a plan in the address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geo.errors import DataError
from geo.measures.health import Health
from geo.planning.criteria import read_criteria, weighted
from geo.planning.inputs import criteria_table
from geo.planning.limits import Limits
from geo.planning.proposal import Proposal, needs_of, waves_of
from geo.terms import Right, StoreName

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.planning.criteria import Criterion
    from geo.planning.proposal import Override, Solved
    from geo.release.released import Released
    from pages.shell import Shell
    from pages.shell.desk import Desk
    from pages.shell.jobs import Job

_DRAFT, _OPENED, _SOLVED, _JOB, _KEPT = "next.draft", "next.opened", "next.solved", "next.job", "next.kept"
_WAVES, _CAPACITY = 6, 5


class Drafting:
    """One run of the page for one visitor, with what it stands on.

    Parameters
    ----------
    shell
        Of the visit.
    """

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.seen: Released = shell.released()
        self.criteria = _criteria()
        found = shell.watches(self.seen)
        #: Kelurahan that have a Community Watch which works; a quiet or dormant one may be started again.
        self.active: pd.Index[str] = found.table.index[found.table["state"].eq(Health.ACTIVE)]
        quiet = found.table["state"].isin([Health.QUIET, Health.DORMANT])
        stages = shell.rollout(self.seen).stages
        self.table = shell.made(
            "criteria",
            self.seen,
            lambda: criteria_table(self.seen, stages, shell.next_to, quiet=quiet),
            shell.view.on,
        )
        self._open()

    # The proposal

    def _open(self) -> None:
        """Takes the plan that the address names, once; else begins one."""
        named = self.shell.view.plan
        if named and st.session_state.get(_OPENED) != named:
            st.session_state[_OPENED] = named
            self._take(named)
        if _DRAFT not in st.session_state:
            st.session_state[_DRAFT] = self._first()

    def _take(self, token: str) -> None:
        desk = self.shell.desk(Right.PLAN) if self.shell.view.store is StoreName.KOTA else None
        try:
            if desk is None or desk.is_new:
                st.warning(self.shell.words("next.plan.closed"))
                return
            kept = desk.scenario(token)
        except DataError as fault:
            self.shell.tell(fault)
            return
        st.session_state[_DRAFT] = Proposal.of(kept.content)
        st.session_state[_KEPT] = kept
        st.session_state.pop(_SOLVED, None)

    def _first(self) -> Proposal:
        today = self.shell.view.on
        begins = date(today.year + 1, 1, 1)
        return Proposal(
            weights=tuple((one.name, one.weight) for one in self.criteria),
            first=self.shell.settings.priority.first, limits=Limits(_WAVES, (_CAPACITY,) * _WAVES),
            cost=0.0, trainers=0, begins_on=begins,
        )  # fmt: skip

    @property
    def proposal(self) -> Proposal:
        """The proposal as it is now."""
        draft: Proposal = st.session_state[_DRAFT]
        return draft

    def change(self, **parts: Any) -> None:
        """Changes parts of the proposal."""
        st.session_state[_DRAFT] = replace(self.proposal, **parts)

    def limit(self, **parts: Any) -> None:
        """Changes limits of the proposal."""
        self.change(limits=replace(self.proposal.limits, **parts))

    def begin_again(self) -> None:
        """Begins from the settings, without a plan in the address."""
        for key in (_DRAFT, _SOLVED, _JOB, _KEPT):
            st.session_state.pop(key, None)
        self.shell.change(plan="")

    def widget(self, key: str, value: Any, put: Callable[[Any], None]) -> dict[str, Any]:
        """Key and callback that tie a widget to a part of the proposal, which stays when the widget is not drawn."""
        name = f"next.{key}"
        st.session_state[name] = value
        return {"key": name, "on_change": lambda: put(st.session_state[name])}

    # What stands on it

    @property
    def chosen(self) -> tuple[Criterion, ...]:
        """Criteria with the planner's weights."""
        return weighted(self.criteria, dict(self.proposal.weights))

    @property
    def candidates(self) -> pd.DataFrame:
        """Criteria of the kelurahan that may come next: all whose Community Watch does not work yet."""
        return self.table.loc[self.table.index.difference(self.active, sort=False)]

    @property
    def needs(self) -> pd.DataFrame:
        """What the waves are made of."""
        return needs_of(self.table, self.seen.areas, self.proposal)

    @property
    def limits(self) -> Limits:
        """Limits with the kelurahan that have a working Community Watch; rules on those are left out."""
        own, active = self.proposal.limits, frozenset(self.active)
        return replace(
            own, started=active,
            must=tuple(one for one in own.must if one[0] not in active),
            not_in=tuple(one for one in own.not_in if one[0] not in active),
        )  # fmt: skip

    @property
    def solved(self) -> Solved | None:
        """The plan made last, if it is of these limits and needs."""
        made: Solved | None = st.session_state.get(_SOLVED)
        return made if made is not None and made.limits == self.limits and made.needs.equals(self.needs) else None

    @solved.setter
    def solved(self, made: Solved) -> None:
        st.session_state[_SOLVED] = made

    @property
    def before(self) -> pd.Series[int] | None:
        """Waves of the plan made last, of whatever limits, if it is of these needs."""
        made: Solved | None = st.session_state.get(_SOLVED)
        return made.best.wave if made is not None and made.needs.equals(self.needs) else None

    @property
    def unplanned(self) -> pd.Series[int]:
        """Waves before there is any plan: 0 where Community Watch works."""
        return pd.Series(pd.NA, index=self.seen.areas.index, dtype="Int64").where(
            ~self.seen.areas.index.isin(self.active), 0
        )

    @property
    def job(self) -> Job[Solved] | None:
        """Work that goes on."""
        job: Job[Solved] | None = st.session_state.get(_JOB)
        return job

    @job.setter
    def job(self, job: Job[Solved] | None) -> None:
        st.session_state[_JOB] = job

    @property
    def kept(self) -> pd.Series[int] | None:
        """Waves of the plan that the address names, as they were kept."""
        kept = st.session_state.get(_KEPT)
        return None if kept is None or not self.shell.view.plan else waves_of(kept.content, self.seen.areas.index)

    @property
    def is_of_other_data(self) -> bool:
        """Whether the plan that the address names was made of other data than those shown."""
        kept = st.session_state.get(_KEPT)
        return (
            kept is not None and bool(self.shell.view.plan) and kept.content["fingerprint"] != self.seen.fingerprint
        )

    def keep(self, name: str, wave: pd.Series[int], desk: Desk) -> None:
        """Keeps the proposal with these waves, and puts it into the address."""
        token = desk.save_scenario(name, self.proposal.content(wave, self.seen.fingerprint))
        st.session_state[_OPENED], st.session_state[_KEPT] = token, desk.scenario(token)
        self.shell.change(plan=token)

    def override(self, one: Override | None, kode: str) -> None:
        """Moves a kelurahan by hand, or lets it go where the plan has it."""
        others = tuple(other for other in self.proposal.overrides if other.kode != kode)
        self.change(overrides=(*others, one) if one else others)


@st.cache_resource(show_spinner=False)
def _criteria() -> tuple[Criterion, ...]:
    return read_criteria()
