"""Waves under limits: the form, the stoppable search, the plan, manual moves, saving."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from geo.errors import DataError
from geo.planning.limits import check_limits
from geo.planning.proposal import days_of, solve, worth
from geo.planning.waves import NoPlanError, NoPlanYetError, broken
from geo.present.legend import legend
from geo.present.waves import conflict_sentences, drawn_sentence, plan_sentences, wave_map, wave_table
from pages.parts.next_form import limits_form, pins_control
from pages.parts.next_keep import keep_control
from pages.parts.next_moves import moves_control
from pages.shell.controls import draw_map, kelurahan_control, tell
from pages.shell.figures import rollout_of
from pages.shell.frame import data_note
from pages.shell.jobs import Job
from pages.shell.texts import draw_table

if TYPE_CHECKING:
    import pandas as pd

    from geo.planning.proposal import Solved
    from pages.shell.drafting import Drafting
    from pages.shell.view import Shell

#: The first search ends at a gap of one per cent; the proof runs as long as a person waits, up to this limit.
_LOOK_S, _PROOF_S = 30.0, 300.0
#: Seconds to wait for a search before the page shows its progress.
_WAIT_S = 3.0


def draw(shell: Shell, drafting: Drafting) -> None:
    """Limits, then their plan, if there is one."""
    words = shell.words
    st.markdown(words("next.waves.what"))
    is_asked = limits_form(shell, drafting)
    pins_control(shell, drafting)
    if is_asked:
        _begin(shell, drafting, gap=0.01, seconds=_LOOK_S)
    if drafting.job is not None and not _end(shell, drafting):
        return
    found = drafting.solved
    if found is not None:
        _plan(shell, drafting, found)
    else:
        _unsolved(shell, drafting)
    keep_control(shell, drafting, drafting.shown)


def _unsolved(shell: Shell, drafting: Drafting) -> None:
    """Content while there is no plan for these limits."""
    words = shell.words
    kept, before = drafting.kept, drafting.before
    if before is not None:
        # The previous plan stays on the map, so that several kelurahan can be pinned one after another.
        st.warning(words("next.waves.changed"))
        _shown(shell, drafting, before)
    elif kept is not None:
        # From a shared address: the saved plan, without solving it again.
        st.caption(words("next.waves.kept"))
        _shown(shell, drafting, kept)
    else:
        st.caption(words("next.waves.none"))
        _shown(shell, drafting, drafting.unplanned)


def _begin(shell: Shell, drafting: Drafting, *, gap: float, seconds: float) -> None:
    """Start a search, unless the limits are invalid."""
    if drafting.job is not None:
        drafting.job.stop()
    needs, limits = drafting.needs, drafting.limits
    try:
        check_limits(limits, needs.index, needs.columns)
    except DataError as fault:
        tell(shell, fault)
        return
    next_to = shell.next_to
    drafting.job = Job(
        lambda tell, stop: solve(needs, next_to, limits, gap=gap, time_limit_s=seconds, progress=tell, stop=stop)
    )
    drafting.job.wait(_WAIT_S)


def _end(shell: Shell, drafting: Drafting) -> bool:
    """Read the result of a search, or show its progress; True if it is over."""
    words, job = shell.words, drafting.job
    if job is None:
        return True
    if not job.is_done:
        _watch(shell, drafting)
        return False
    drafting.job = None
    if isinstance(job.fault, NoPlanError):
        st.error(words(f"plan.none.{job.fault.conflict.proof}"))
        for said in conflict_sentences(job.fault.conflict.rules, shell.said, words):
            st.markdown(f"- {said}")
    elif isinstance(job.fault, NoPlanYetError):
        st.warning(words("plan.not_yet"))
    elif isinstance(job.fault, DataError):
        tell(shell, job.fault)
    elif job.fault is not None:
        raise job.fault
    elif job.result is not None:
        drafting.solved = job.result
    return True


@st.fragment(run_every=0.7)
def _watch(shell: Shell, drafting: Drafting) -> None:
    """Progress of a search, twice a second, and the button that stops it with the best plan so far."""
    words, job = shell.words, drafting.job
    if job is None or job.is_done:
        st.rerun()
    told = job.progress
    # Before the first bound the best plan so far cannot be rated.
    if told is None or told.best <= 0 or told.bound > 2 * told.best:
        st.progress(0.0, words("plan.searching"))
    else:
        gap = max(0.0, told.bound - told.best) / max(1.0, told.best)
        st.progress(
            max(0.0, min(1.0, 1 - gap)),
            words("plan.progress", gap=words.number(round(100 * gap, 1)), seconds=round(told.seconds)),
        )
    st.button(words("plan.stop"), on_click=job.stop, key="next.stop")


def _plan(shell: Shell, drafting: Drafting, found: Solved) -> None:
    """The plan: its value, the proof on demand, the map, the list, manual moves."""
    words, own = shell.words, drafting.proposal
    for said in plan_sentences(found, shell.said, words):
        st.markdown(f"- {said}")
    if not found.best.optimal:
        st.button(
            words("plan.prove"), on_click=_begin, args=(shell, drafting), kwargs={"gap": 0.0, "seconds": _PROOF_S}
        )
    _tiers(shell, drafting)
    wave = drafting.shown
    if wave is None:
        return
    if own.overrides:
        left = worth(found.needs, shell.next_to, found.limits, wave)
        st.markdown(words("moves.worth", loss=words.number(round(found.best.objective - left, 2))))
        for rule in conflict_sentences(broken(found.needs, found.limits, wave), shell.said, words):
            st.warning(words("moves.broken", rule=rule))
    _shown(shell, drafting, wave)
    moves_control(shell, drafting, wave)


def _tiers(shell: Shell, drafting: Drafting) -> None:
    """Choice of a random order within tiers of near-equal need, and the drawn result."""
    words, own = shell.words, drafting.proposal
    with st.expander(words("drawn.title"), expanded=own.tolerance > 0):
        st.caption(words("drawn.how"))
        one, two, three = st.columns(3)
        one.slider(
            words("drawn.tolerance"),
            0.0,
            0.5,
            step=0.05,
            format="percent",
            **drafting.widget("tolerance", own.tolerance, lambda one: drafting.change(tolerance=one)),
        )
        two.radio(
            words("drawn.by"),
            [False, True],
            format_func=lambda one: words("drawn.score" if one else "drawn.lot"),
            **drafting.widget("by_score", own.by_score, lambda one: drafting.change(by_score=one)),
        )
        three.number_input(
            words("drawn.seed"),
            min_value=1,
            max_value=999_999,
            step=1,
            disabled=own.by_score,
            **drafting.widget("seed", own.seed, lambda one: drafting.change(seed=one)),
        )
        dealt = drafting.dealt
        if dealt is not None:
            st.markdown(drawn_sentence(dealt, shell.said, words, seed=None if own.by_score else own.seed))


def _shown(shell: Shell, drafting: Drafting, wave: pd.Series[int]) -> None:
    """Map and list of the waves."""
    words, seen, own = shell.words, drafting.seen, drafting.proposal
    reached = rollout_of(shell, seen)
    wide, narrow = st.columns([7, 3])
    # The previous plan may have more waves than the current limits.
    last = max(own.limits.waves, int(wave.max()) if wave.notna().any() else 0)
    paint = wave_map(wave, last, reached, seen.areas, words, note=data_note(shell))
    with narrow:
        st.html(legend(words("wave.map"), paint.classes, reached.stages["stage"], words))
        kelurahan_control(shell)
    with wide:
        st.segmented_control(
            words("pin.click"),
            ["choose", "must", "never"],
            default="choose",
            key="next.click",
            format_func=lambda one: words(f"pin.click.{one}"),
        )
        draw_map(shell, paint, at=".waves", on_click=partial(_pin, drafting))
    if wave.gt(0).any():
        draw_table(wave_table(wave, days_of(wave, own.begins_on, own.months), seen.areas, words))


def _pin(drafting: Drafting, kode: str) -> None:
    """Effect of a click on the map: pin to the first wave or to none; a second click removes it."""
    # Read at the time of the click: the choice may be newer than the page.
    how, own = st.session_state.get("next.click"), drafting.proposal.limits
    must, never = dict(own.must), dict(own.not_in)
    if how == "must" and kode not in drafting.active:
        drafting.limit(
            must=tuple((one, by) for one, by in must.items() if one != kode) + (() if kode in must else ((kode, 1),)),
            not_in=tuple((one, at) for one, at in own.not_in if one != kode),
        )
    elif how == "never" and kode not in drafting.active:
        kept = tuple((one, at) for one, at in own.not_in if one != kode)
        drafting.limit(
            not_in=kept + (() if kode in never else ((kode, None),)),
            must=tuple((one, by) for one, by in must.items() if one != kode),
        )
