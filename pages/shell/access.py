"""The current user, checked at every run; which stores are open to whom."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from geo.access.visitor import SESSION_COOKIE, visitor
from geo.errors import DataError
from geo.terms import Role, StoreName
from geo.viewer import PUBLIC
from pages.shell import caches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.errors import Fault
    from geo.settings import Settings
    from geo.viewer import Viewer

_LOG = logging.getLogger("petajaga")
_WHO, _FAULTS = "shell.who", "shell.access_faults"


class NotKnownNowError(Exception):
    """The current user is unknown: the accounts cannot be read, and somebody was signed in.

    It ends nothing: the visit keeps all its data, shows none of them, and checks again at its next run.

    Parameters
    ----------
    faults
        Why the accounts cannot be read.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("the accounts cannot be read")
        self.faults = faults


def handshake() -> tuple[str, Mapping[str, str]]:
    """Session token and headers, as the browser sent them when it opened this visit."""
    return st.context.cookies.get(SESSION_COOKIE, ""), st.context.headers


def current(options: Settings) -> Viewer:
    """The current user.

    The cookie is as old as the visit; its session is looked up now. While the accounts cannot be read, a new visit
    has the rights of the public.

    Raises
    ------
    NotKnownNowError
        When the accounts cannot be read and the visit belongs to somebody: only the end of the session makes it a
        public visit.
    """
    token, headers = handshake()
    st.session_state.pop(_FAULTS, None)
    try:
        return visitor(options, token=token, headers=headers, listens_on=st.get_option("server.address"))
    except DataError as fault:
        _LOG.warning("the accounts cannot be read: nobody can be told from the public")
        if st.session_state.get(_WHO, PUBLIC.name) != PUBLIC.name:
            raise NotKnownNowError(fault.faults) from None
        st.session_state[_FAULTS] = fault.faults
        return PUBLIC


def faults() -> tuple[Fault, ...]:
    """Why the accounts cannot be read, so that nobody can sign in and the city's own data are closed."""
    found: tuple[Fault, ...] = st.session_state.get(_FAULTS, ())
    return found


def is_another(now: Viewer) -> bool:
    """Whether a visit no longer belongs to its previous user."""
    return not faults() and bool(st.session_state.get(_WHO, now.name) != now.name)


def forget_other(now: Viewer, *, keep: str) -> None:
    """Deletes the data that a visit holds for a user other than the current one, except the view.

    Parameters
    ----------
    now
        Who is looking.
    keep
        Key of the view.
    """
    if faults():
        # A later run will find the user: until then no data belong to somebody else.
        return
    if is_another(now):
        for key in [key for key in st.session_state if key != keep]:
            del st.session_state[key]
    st.session_state[_WHO] = now.name


def is_signed_in(now: Viewer) -> bool:
    """Whether the user has an account's session and so can sign out."""
    return now.role is not Role.PUBLIC and bool(handshake()[0])


def open_stores(who: Viewer) -> tuple[StoreName, ...]:
    """Stores that this visitor may open: the city's own for a user with a right, or once something is published."""
    if who.rights or caches.editions()[0]:
        return (StoreName.CONTOH, StoreName.KOTA)
    return (StoreName.CONTOH,)
