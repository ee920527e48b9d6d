"""Save a plan under a name, and make it the city's plan."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.errors import DataError, Fault, Problem
from geo.planning.proposal import days_of, waves_of
from geo.store.plans import enter_plan, plans, undo_plan
from geo.store.scenarios import scenario, scenarios, withdraw_scenario
from geo.terms import Right, StoreName
from pages.shell.controls import do

if TYPE_CHECKING:
    import pandas as pd

    from pages.shell.drafting import Drafting
    from pages.shell.view import Shell


def keep_control(shell: Shell, drafting: Drafting, wave: pd.Series[int] | None) -> None:
    """Name to save the plan; saved plans with their address, removal, and choice as the city's plan.

    Only a plan of the current limits and data can be saved, so that it is what it says.
    """
    words = shell.words
    st.subheader(words("keep.title"))
    if shell.view.store is not StoreName.KOTA or not shell.may_work(Right.PLAN):
        st.caption(words("keep.closed"))
        return
    if wave is not None:
        with st.form("next.keep"):
            name = st.text_input(words("keep.name"), max_chars=40, placeholder=words("keep.name.example"))
            if st.form_submit_button(words("keep.do")):
                do(shell, lambda: drafting.keep(name, wave), words("keep.done"))
    else:
        st.caption(words("keep.solve_first"))
    if not shell.store.is_new:
        _kept(shell, drafting)


def _kept(shell: Shell, drafting: Drafting) -> None:
    """Saved plans."""
    words, store, who = shell.words, shell.store, shell.who
    rows = scenarios(store, who).to_dict("records")
    if not rows:
        return
    by_token = {row["token"]: row for row in rows}
    token = st.selectbox(
        words("keep.which"),
        list(by_token),
        format_func=lambda one: words(
            "keep.called", name=by_token[one]["name"], day=words.day(by_token[one]["made_at"].date())
        ),
        key="next.kept.which",
    )
    row, one, two, three = by_token[token], *st.columns(3)
    if one.button(words("keep.open"), width="stretch"):
        drafting.take(scenario(store, who, token=token))
        shell.change(plan=token)
        st.rerun()
    if two.button(words("keep.city"), width="stretch", disabled=row["plan_batch"] in plans(store, who)):
        do(shell, lambda: _make_city(shell, token), words("keep.city.done"))
    if three.button(words("keep.away"), width="stretch"):
        do(shell, lambda: _away(shell, drafting, row), words("keep.gone"))
    rules = scenario(store, who, token=token).content["limits"]
    where = f"data=kota&periode={rules['period']}&tanggal={rules['on']}&langkah=gelombang&rencana={token}"
    st.caption(words("keep.address", address=f"/kelurahan-berikutnya?{where}"))
    if row["plan_batch"] in plans(store, who):
        st.markdown(words("keep.is_city"))
        if st.button(words("keep.city.undo")):
            do(shell, lambda: undo_plan(store, who, batch=int(row["plan_batch"])), words("keep.city.undone"))


def _make_city(shell: Shell, token: str) -> None:
    """Turn a saved plan into planned events; they replace the previous plan.

    Raises
    ------
    DataError
        When it starts no kelurahan, or has kelurahan that are not in this layer.
    """
    kept = scenario(shell.store, shell.who, token=token)
    rules = kept.content["limits"]
    wave = waves_of(kept.content)
    days = days_of(wave, date.fromisoformat(rules["begins_on"]), int(rules["months"]))
    strange = sorted(set(days) - set(shell.areas.index))
    if strange or not days:
        problem = Problem.NOT_IN_LIST if strange else Problem.MISSING_VALUE
        raise DataError((Fault.of("plan", "waves", problem, values=strange),))
    enter_plan(
        shell.store,
        shell.who,
        kept,
        days,
        source=shell.words("keep.source"),
        recorded_on=date.today(),
        allowed=shell.areas.index,
    )


def _away(shell: Shell, drafting: Drafting, row: dict[Any, Any]) -> None:
    withdraw_scenario(shell.store, shell.who, number=int(row["id"]), version=int(row["version"]))
    drafting.let_go(str(row["token"]))
