"""The last place that a fault of ours can reach: it is logged, and the visitor is told without its innards."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

import streamlit as st

from geo.viewer import NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pages.shell import Shell

_LOG = logging.getLogger("petajaga")


def guarded(draw: Callable[[Shell], None]) -> Callable[[Shell], None]:
    """Page, or part of one, that shows a sentence in place of a traceback.

    A fragment needs it itself: Streamlit 1.67 catches what goes wrong in one before the page around it can.
    """

    @functools.wraps(draw)
    def drawn(shell: Shell) -> None:
        try:
            draw(shell)
        except NotAllowedError:
            st.error(shell.words("error.not_allowed"))
        except Exception:  # noqa: BLE001 - whatever it is, no visitor sees a traceback
            _LOG.exception("a page could not be shown")
            st.error(shell.words("error.page"))

    return drawn
