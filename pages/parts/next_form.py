"""Form for the limits of the waves, and for pinned kelurahan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from geo.planning.limits import Rule, RuleKind
from geo.present.planning_rules import rule_text

if TYPE_CHECKING:
    from geo.planning.limits import Limits
    from geo.planning.proposal import Proposal
    from pages.shell.drafting import Drafting
    from pages.shell.view import Shell

_MILLION = 1_000_000


def limits_form(shell: Shell, drafting: Drafting) -> bool:
    """Waves, capacity, money, trainers, kecamatan, discount, spill, days; True if a plan is requested."""
    words, own = shell.words, drafting.proposal
    with st.form("next.limits"):
        values = _fields(shell, own)
        is_asked = st.form_submit_button(words("next.solve"), type="primary")
    if is_asked:
        drafting.change(**_proposal(values, own.limits))
    return is_asked


def _fields(shell: Shell, own: Proposal) -> dict[str, Any]:
    words, limits = shell.words, own.limits
    one, two, three = st.columns(3)
    return {
        "waves": one.number_input(words("limit.waves"), 1, 24, limits.waves),
        "capacity": two.number_input(words("limit.capacity"), 1, 200, limits.capacity[0]),
        "begins_on": three.date_input(
            words("limit.begins_on"),
            own.begins_on,
            min_value=date(2010, 1, 1),
            max_value=date(2100, 12, 31),
            format="DD/MM/YYYY",
        ),
        "months": one.number_input(words("limit.months"), 1, 24, own.months),
        "budget": two.number_input(
            words("limit.budget"),
            0.0,
            1e6,
            limits.budget[0] / _MILLION if limits.budget else 0.0,
            step=10.0,
            help=words("limit.none"),
        ),
        "cost": three.number_input(words("limit.cost"), 0.0, 1e5, own.cost / _MILLION, step=5.0),
        "trainers": one.number_input(
            words("limit.trainers"), 0, 500, limits.trainers[0] if limits.trainers else 0, help=words("limit.none")
        ),
        "trainers_each": two.number_input(words("limit.trainers_each"), 0, 50, own.trainers),
        "carry_over": st.checkbox(words("limit.carry_over"), limits.carry_over),
        "least": one.number_input(words("limit.least"), 0, 50, limits.min_per_kecamatan or 0),
        "most": two.number_input(words("limit.most"), 0, 50, limits.max_per_kecamatan or 0, help=words("limit.none")),
        "count_started": st.checkbox(words("limit.count_started"), limits.count_started),
        "discount": one.slider(
            words("limit.discount"), 0.5, 1.0, limits.discount, step=0.01, help=words("limit.discount.help")
        ),
        "spill": two.slider(words("limit.spill"), -1.0, 1.0, limits.spill, step=0.05, help=words("limit.spill.help")),
    }


def _proposal(values: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Parts of a proposal from the form; rules on waves that no longer exist are dropped."""
    waves = int(values["waves"])
    budget, trainers = values["budget"] * _MILLION, int(values["trainers"])
    return {
        "limits": replace(
            limits,
            waves=waves,
            capacity=(int(values["capacity"]),) * waves,
            budget=(budget,) * waves if budget else None,
            carry_over=values["carry_over"],
            trainers=(trainers,) * waves if trainers else None,
            min_per_kecamatan=int(values["least"]) or None,
            max_per_kecamatan=int(values["most"]) or None,
            count_started=values["count_started"],
            discount=float(values["discount"]),
            spill=round(float(values["spill"]), 2),
            must=tuple((kode, min(by, waves)) for kode, by in limits.must),
            not_in=tuple(one for one in limits.not_in if one[1] is None or one[1] <= waves),
        ),
        "cost": values["cost"] * _MILLION,
        "trainers": int(values["trainers_each"]),
        "begins_on": values["begins_on"],
        "months": int(values["months"]),
    }


def pins_control(shell: Shell, drafting: Drafting) -> None:
    """Kelurahan that must, must not, or wait for another: added from lists, removed one by one."""
    words, limits = shell.words, drafting.proposal.limits
    with st.expander(words("pin.title", n=len(limits.must) + len(limits.not_in) + len(limits.before))):
        _add(shell, drafting)
        rules = [
            *((Rule(RuleKind.MUST, kode, wave=by), "must", (kode, by)) for kode, by in limits.must),
            *(
                (
                    Rule(RuleKind.NEVER if at is None else RuleKind.NOT_IN_WAVE, kode, wave=at or 0),
                    "not_in",
                    (kode, at),
                )
                for kode, at in limits.not_in
            ),
            *((Rule(RuleKind.BEFORE, one, two), "before", (one, two)) for one, two in limits.before),
        ]
        for number, (rule, part, pair) in enumerate(rules):
            said, way = st.columns([8, 2], vertical_alignment="center")
            said.markdown(rule_text(rule, shell.said.names, words))
            kept = tuple(one for one in getattr(limits, part) if one != pair)
            way.button(words("pin.let_go"), key=f"next.pin.{number}", on_click=drafting.limit, kwargs={part: kept})


def _add(shell: Shell, drafting: Drafting) -> None:
    """Add a rule."""
    words, names = shell.words, shell.areas.names
    limits = drafting.proposal.limits
    offered = [kode for kode in names.sort_values().index if kode not in drafting.active]
    one, two, three, four = st.columns([3, 3, 3, 2], vertical_alignment="bottom")
    how = one.selectbox(
        words("pin.how"),
        ["must", "never", "not_in", "before"],
        format_func=lambda kind: words(f"pin.{kind}"),
        key="next.pin.how",
    )
    two.selectbox(words("filter.kelurahan"), offered, format_func=names.__getitem__, key="next.pin.kode")
    if how == "before":
        three.selectbox(words("pin.other"), offered, format_func=names.__getitem__, key="next.pin.other")
    else:
        three.number_input(words("wave.wave"), 1, limits.waves, key="next.pin.wave", disabled=how == "never")
    four.button(words("pin.add"), width="stretch", on_click=_added, args=(drafting,))


def _added(drafting: Drafting) -> None:
    """Read the rule from the widgets."""
    limits, state = drafting.proposal.limits, st.session_state
    how, kode, at = state["next.pin.how"], state["next.pin.kode"], state.get("next.pin.wave", 1)
    if how == "must":
        drafting.limit(must=(*(pair for pair in limits.must if pair[0] != kode), (kode, int(at))))
    elif how == "before":
        drafting.limit(before=tuple(dict.fromkeys((*limits.before, (kode, state["next.pin.other"])))))
    else:
        drafting.limit(not_in=tuple(dict.fromkeys((*limits.not_in, (kode, None if how == "never" else int(at))))))
