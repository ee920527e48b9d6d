"""The last place that a fault of ours can reach, and the first that sees that somebody was signed out meanwhile."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

import streamlit as st

from geo.viewer import NotAllowedError
from pages.shell import access

if TYPE_CHECKING:
    from collections.abc import Callable

    from pages.shell import Shell

_LOG = logging.getLogger("petajaga")


def guarded(draw: Callable[[Shell], None]) -> Callable[[Shell], None]:
    """Page, or part of one, that shows a sentence in place of a traceback, and nothing to whoever was signed out.

    A fragment needs it itself: Streamlit 1.67 catches what goes wrong in one before the page around it can; and it
    runs alone, with the shell of a run that may be hours old.
    """

    @functools.wraps(draw)
    def drawn(shell: Shell) -> None:
        if access.current(shell.settings) != shell.who:
            st.rerun()
        try:
            draw(shell)
        except NotAllowedError:
            st.info(shell.words("access.closed"))
        except Exception:  # noqa: BLE001 - whatever it is, no visitor sees a traceback
            _LOG.exception("a page could not be shown")
            st.error(shell.words("error.page"))

    return drawn
